"""Liquid argon near its triple point: ASE moves the atoms, forcewire computes their forces.

The state is that of the first simulation of a real liquid, A. Rahman, Phys. Rev. 136, A405 (1964):
Lennard-Jones argon at 94.4 K and 1.374 g/cm3, here with 4000 atoms for his 864. They start on an
fcc lattice, are melted and cooled by a thermostat, and then left alone, at constant energy: only
that last part is measured.

`forcewire-demo` starts this; `apps/demo/run` builds everything first.
"""

import argparse
import os
import pathlib
import signal
import sys
import time

import ase
import numpy as np
from ase import units
from ase.build import bulk
from ase.io import write
from ase.md.langevin import Langevin
from ase.md.velocitydistribution import MaxwellBoltzmannDistribution, Stationary
from ase.md.verlet import VelocityVerlet

import picture
import report
from client import Client, ClientCalculator
from progress import Progress
from radial_distribution import first_peak, radial_distribution
from samples import PICOSECOND, Samples

TEMPERATURE = 94.4  # K
DENSITY = 1.374  # g/cm3
MASS = 39.948  # u
SIGMA = 3.405  # angstrom
EPSILON = 120 * units.kB
TIMESTEP = 5 * units.fs
MELTING_TEMPERATURE = 250  # K: at this density the lattice falls apart in picoseconds
FRICTION = 0.005 / units.fs
SAMPLE_EVERY = 10  # steps
FRAMES = 50  # in the trajectory, over the measurement
LARGEST_DISTANCE = 12  # of g(r), angstrom
LONG_ENOUGH = 5000  # steps; with fewer the liquid is not in equilibrium, and nothing is judged
ALLOWED_DRIFT = 0.001  # of k_B T, over the measurement
EXPERIMENTAL_PEAK = 3.7  # angstrom; J. L. Yarnell et al., Phys. Rev. A 7, 2130 (1973), at 85 K

# `smooth`: energy, force and its slope go to zero at the cutoff; a bare cut would gain or lose
# energy whenever a pair crosses it. `tail` puts back the mean attraction from beyond the cutoff,
# without which the pressure would be 30 MPa too high.
MODEL = f"sigma={SIGMA}angstrom,epsilon=120K,cutoff=8.5angstrom,truncation=smooth,tail=yes"


def argon_lattice(cells):
    """4 cells^3 atoms on an fcc lattice at the density of the liquid, hot."""
    gram_per_cm3 = units._Nav * 1e-24  # in u / angstrom^3
    edge = (4 * MASS / (DENSITY * gram_per_cm3))**(1 / 3)
    atoms = bulk("Ar", "fcc", a=edge, cubic=True).repeat(cells)
    atoms.set_masses([MASS] * len(atoms))
    MaxwellBoltzmannDistribution(atoms, temperature_K=MELTING_TEMPERATURE,
                                 rng=np.random.default_rng(1964))
    Stationary(atoms)
    return atoms


def phases_of(atoms, steps):
    """The simulation in three parts: name, number of steps, and dynamics of each."""
    melting, cooling = 15 * steps // 100, 30 * steps // 100
    random = np.random.default_rng(1964)

    def thermostat(temperature):
        return Langevin(atoms, TIMESTEP, temperature_K=temperature, friction=FRICTION, rng=random)

    return [("melting", melting, thermostat(MELTING_TEMPERATURE)),
            ("cooling", cooling, thermostat(TEMPERATURE)),
            ("measuring", steps - melting - cooling, VelocityVerlet(atoms, TIMESTEP))]


class Trajectory:
    """Frames of the measurement: in memory for g(r), and in an extended xyz file."""

    def __init__(self, path):
        self.path = path
        self.path.unlink(missing_ok=True)
        self.frames = []

    def add(self, atoms, time_ps):
        self.frames.append(atoms.get_positions())
        frame = ase.Atoms(atoms.symbols, atoms.positions, cell=atoms.cell, pbc=atoms.pbc,
                          info={"time": time_ps, "potential_energy": atoms.get_potential_energy()})
        write(self.path, frame, format="extxyz", append=True)


def run(atoms, steps, trajectory):
    """Runs all phases. Returns the samples, and (name, begin, end) of each phase [ps]."""
    samples, spans, done = Samples(), [], 0
    progress = Progress(steps)
    for name, count, dynamics in phases_of(atoms, steps):
        begin = done
        while done < begin + count:
            dynamics.step()
            done += 1
            if done % SAMPLE_EVERY == 0 or done == steps:
                samples.record(atoms, done * TIMESTEP)
                progress.show(done, f"{name}, {atoms.get_temperature():5.1f} K")
            if name == "measuring" and (done - begin) % -(-count // FRAMES) == 0:
                trajectory.add(atoms, done * TIMESTEP / PICOSECOND)
        spans.append((name, begin * TIMESTEP / PICOSECOND, done * TIMESTEP / PICOSECOND))
    return samples, spans


def findings_of(atoms, measured, peak):
    """What was measured, with expectations."""
    temperature = measured.temperature.mean()
    duration = measured.time[-1] - measured.time[0]
    return [
        report.Finding("temperature", temperature, "K", TEMPERATURE, 2.0,
                       "the thermostat that was on before", 1),
        report.Finding("energy drift", 1e9 * measured.drift(), "neV/atom/ps", 0.0,
                       1e9 * ALLOWED_DRIFT * units.kB * TEMPERATURE / duration,
                       f"{ALLOWED_DRIFT:.1%} of k_B T over the {duration:.0f} ps", 1),
        report.Finding("pressure", measured.pressure.mean(), "MPa", report.expected_pressure(
            temperature, len(atoms) / atoms.get_volume(), SIGMA, EPSILON), 3.0,
            f"equation of state (Kolafa, Nezbeda 1994) at {temperature:.1f} K", 1),
        report.Finding("first peak of g(r)", peak, "angstrom", EXPERIMENTAL_PEAK, 0.1,
                       "experiment (Yarnell et al. 1973)", 2)]


def arguments():
    parser = argparse.ArgumentParser(description="Liquid argon: ASE moves, forcewire computes.")
    parser.add_argument("--forcewire", type=pathlib.Path, metavar="PROGRAM", required=True)
    parser.add_argument("--output", type=pathlib.Path, metavar="DIR", required=True)
    parser.add_argument("--steps", type=int, default=10000, help="of 5 fs, in all")
    parser.add_argument("--ranks", type=int, default=2, help="MPI ranks of forcewire")
    parser.add_argument("--cells", type=int, default=10, help="per edge: 4 N^3 atoms")
    chosen = parser.parse_args()
    if chosen.steps < 100:
        parser.error("--steps: at least 100")
    if chosen.cells < 5:
        parser.error("--cells: at least 5, or the cube is too small for g(r) up to 12 angstrom")
    return chosen


def readable(path):
    """As seen from the current folder, if it is below."""
    path = path.resolve()
    return path.relative_to(pathlib.Path.cwd()) if path.is_relative_to(pathlib.Path.cwd()) else path


def simulate(atoms, chosen, client, trajectory):
    """Runs it all with a fresh client. Returns what `run` returns, and (round trips, seconds in
    them, seconds on the clock)."""
    with ClientCalculator(client, f"forcewire-demo-{os.getpid()}") as calculator:
        atoms.calc = calculator
        atoms.get_forces()  # the client starts, and shows at once if it cannot
        calculator.reset_clock()
        started = time.perf_counter()
        samples, spans = run(atoms, chosen.steps, trajectory)
        clock = calculator.round_trips, calculator.seconds, time.perf_counter() - started
    client.check_status()
    return samples, spans, clock


def present(atoms, chosen, samples, spans, clock, frames):
    """Prints and draws the results. Returns whether they are as they should be."""
    measured = samples.since(spans[-1][1])
    distance, g = radial_distribution(frames, atoms.cell[0, 0], LARGEST_DISTANCE)
    peak = first_peak(distance, g)
    judge = chosen.steps >= LONG_ENOUGH
    findings = findings_of(atoms, measured, peak)
    print("\n" + report.table(findings, judge))
    if not judge:
        print(f"      Not judged: it takes {LONG_ENOUGH} steps to make an equilibrium liquid.")
    round_trips, inside, seconds = clock
    print(f"\n  {round_trips / seconds:.0f} round trips per second: of "
          f"{1e3 * seconds / round_trips:.2f} ms a step, forcewire and the socket take "
          f"{1e3 * inside / round_trips:.2f} ms, ASE the rest.\n")

    samples.save(chosen.output / "samples.txt")
    picture.draw(chosen.output / "argon.png",
                 f"Liquid argon, {len(atoms)} atoms: ASE and mpirun -n {chosen.ranks} forcewire",
                 samples, spans, measured.drift(), TEMPERATURE, distance, g, peak,
                 EXPERIMENTAL_PEAK)
    print(f"  In {readable(chosen.output)}: argon.png (look at it), trajectory.xyz "
          f"({len(frames)} frames), samples.txt, forcewire.log")
    return not judge or all(finding.fits for finding in findings)


def main():
    chosen = arguments()
    chosen.output.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that `with` closes the connection
    atoms = argon_lattice(chosen.cells)
    print(f"\nLiquid argon: {len(atoms)} atoms in a cube of {atoms.cell[0, 0]:.1f} angstrom, "
          f"{TEMPERATURE} K, {DENSITY} g/cm3\n"
          f"  server  ASE {ase.__version__}: {chosen.steps} steps of 5 fs\n"
          f"  client  mpirun -n {chosen.ranks} forcewire, {MODEL}\n")

    client = Client(chosen.forcewire, chosen.ranks, MODEL, chosen.output / "forcewire.log")
    trajectory = Trajectory(chosen.output / "trajectory.xyz")
    try:
        samples, spans, clock = simulate(atoms, chosen, client, trajectory)
    except KeyboardInterrupt:
        print("\nInterrupted; forcewire has left, too.", file=sys.stderr)
        return 130
    except OSError as error:  # a lost connection is one
        why = str(error) or "forcewire closed the connection"
        print(f"\nforcewire-demo: error: {why}. forcewire's last words, in "
              f"{readable(client.log)}:", *client.last_words(), sep="\n  ", file=sys.stderr)
        return 1
    as_expected = present(atoms, chosen, samples, spans, clock, trajectory.frames)
    return 0 if as_expected else 1


if __name__ == "__main__":
    sys.exit(main())
