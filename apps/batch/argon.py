"""Liquid argon in a batch job: ASE moves the atoms at constant energy, forcewire computes forces.

    with_server python3 argon.py [--steps N] [--cells N] -- mpirun -n 3 forcewire -u -m lj -o ...

Finds its clients where FORCEWIRE_ADDRESS and FORCEWIRE_PORT say. Told to leave (SIGTERM), it
finishes the step, writes restart.npz, and ends with 0; started again, it goes on from there.
Writes energies.txt: step, potential and total energy [eV].
"""

import argparse
import os
import pathlib
import signal
import socket
import sys

ORDERS_TO_LEAVE = (signal.SIGTERM, signal.SIGUSR1)
for number in ORDERS_TO_LEAVE:
    # Before the rest is loaded, which takes a second, and a minute where many jobs share the disks:
    # who is told to leave meanwhile has nothing to finish, and has not failed.
    signal.signal(number, lambda *_: os._exit(0))

import numpy as np  # noqa: E402
from ase import units  # noqa: E402
from ase.build import bulk  # noqa: E402
from ase.calculators.socketio import SocketIOCalculator  # noqa: E402
from ase.md.velocitydistribution import MaxwellBoltzmannDistribution, Stationary  # noqa: E402
from ase.md.verlet import VelocityVerlet  # noqa: E402

EDGE = 5.31  # angstrom, of the cubic fcc cell
TEMPERATURE = 60  # K
TIMESTEP = 5 * units.fs
RESTART = pathlib.Path("restart.npz")
ENERGIES = pathlib.Path("energies.txt")


def calculator():
    """ASE's server at the address that this job has."""
    address = os.environ["FORCEWIRE_ADDRESS"]
    if "/" not in address:
        tcp = SocketIOCalculator(port=int(os.environ["FORCEWIRE_PORT"]))
        # ASE sends a request in pieces, which the system would hold back until the first arrived.
        tcp.server.serversocket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return tcp
    prefix = "/tmp/ipi_"  # which ASE puts there again
    return SocketIOCalculator(unixsocket=address[len(prefix):])


def new_atoms(cells):
    atoms = bulk("Ar", "fcc", a=EDGE, cubic=True).repeat(cells)
    random = np.random.default_rng(1964)
    MaxwellBoltzmannDistribution(atoms, temperature_K=TEMPERATURE, rng=random)
    Stationary(atoms)
    return atoms


class Run:
    """Where the simulation is, in memory and on disk."""

    def __init__(self, atoms, restart_every):
        self.atoms = atoms
        self.restart_every = restart_every
        self.step = 0
        self.rows = []
        if RESTART.exists():
            with np.load(RESTART) as saved:
                self.step = int(saved["step"])
                self.rows = saved["energies"].tolist()
                atoms.positions[:] = saved["positions"]
                atoms.set_momenta(saved["momenta"])
            print(f"continuing at step {self.step}", flush=True)
        self.keep()

    def keep(self):
        """The state to go on from. A step that the end of the connection cuts short is no state."""
        self.positions, self.momenta = self.atoms.get_positions(), self.atoms.get_momenta()

    def advance(self, dynamics):
        dynamics.step()
        self.keep()
        self.step += 1
        potential = self.atoms.get_potential_energy()
        self.rows.append([self.step, potential, potential + self.atoms.get_kinetic_energy()])
        if self.step % self.restart_every == 0:
            self.save()

    def save(self):
        """All or nothing: a job that is killed in here keeps the older restart."""
        unfinished = RESTART.with_suffix(".new.npz")
        np.savez(unfinished, step=self.step, energies=self.rows, positions=self.positions,
                 momenta=self.momenta)
        unfinished.replace(RESTART)
        rows = np.reshape(self.rows, (-1, 3))  # of no rows, too
        np.savetxt(ENERGIES, rows, fmt=("%d", "%.12f", "%.12f"))


class Leave:
    """Becomes true when a signal tells us to leave."""

    def __init__(self):
        self.asked = False
        self.waiting = True  # for the client: then there is no step to finish
        for number in ORDERS_TO_LEAVE:
            signal.signal(number, self.ask)

    def ask(self, *_):
        self.asked = True
        if self.waiting:
            sys.exit(0)


def main():
    parser = argparse.ArgumentParser(description="Liquid argon in a batch job.")
    parser.add_argument("--steps", type=int, default=2000, help="of 5 fs, in all")
    parser.add_argument("--cells", type=int, default=6, help="per edge: 4 N^3 atoms")
    parser.add_argument("--restart-every", type=int, default=500, metavar="STEPS")
    chosen = parser.parse_args()

    leave = Leave()
    atoms = new_atoms(chosen.cells)
    run = Run(atoms, chosen.restart_every)
    if run.step < chosen.steps:
        with calculator() as atoms.calc:
            atoms.get_forces()
            leave.waiting = False
            try:
                dynamics = VelocityVerlet(atoms, TIMESTEP)
                while run.step < chosen.steps and not leave.asked:
                    run.advance(dynamics)
            except OSError as error:
                # A queue's signal reaches everybody: the client may leave before us.
                if not leave.asked:
                    sys.exit(f"argon.py: error: the client left at step {run.step}: {error}")
            finally:
                run.save()
    print(f"{'left in order' if run.step < chosen.steps else 'done'} at step {run.step}")


if __name__ == "__main__":
    main()
