"""What waiting ranks take, and what it costs that they sleep; see `idle` beside this file."""

import argparse
import json
import os
import statistics
import time
import warnings
from pathlib import Path

import ase
import numpy as np
from ase import units
from ase.calculators.socketio import SocketIOCalculator
from ase.md.velocitydistribution import MaxwellBoltzmannDistribution
from ase.md.verlet import VelocityVerlet

import clients
import liquid
from ranks import ranks_below
from server import Server, frame_message
from trajectory import WARM_UP, make_frames

WAYS = ['spin', 'auto', 'sleep']
SHARED = 2048  # atoms that all ranks work on
SETTLED = 0.1  # seconds after a request; what comes before is no waiting


def client(arguments, way, nodes=1):
    result = clients.forcewire(arguments.forcewire, arguments.ranks)
    result.command += ['--idle', way]
    if nodes > 1:
        result.command += ['--pretended-nodes', str(nodes)]
    return result


def socket_name():
    return f'forcewire_idle_{os.getpid()}'


class Session:
    """A client and the connection to it."""

    def __init__(self, started, frame, scratch):
        self.client = started
        self.server = Server(socket_name())
        started.start(socket_name(), frame, scratch)
        self.connection = self.server.accept()

    def __enter__(self):
        return self.connection

    def __exit__(self, *_):
        self.connection.exit()
        self.client.stop()
        self.server.close()

    def ranks(self):
        return ranks_below(self.client.process.pid)


def lattice_frame(natoms):
    edge, positions = liquid.lattice(natoms)
    return np.eye(3) * edge * liquid.SIGMA, positions * liquid.SIGMA


def measure_pause(arguments, way, nodes):
    """Share of a core that each rank takes while the server asks nothing."""
    frame = lattice_frame(SHARED)
    session = Session(client(arguments, way, nodes), frame, arguments.scratch)
    with session as connection:
        for _ in range(3):
            connection.request(frame_message(*frame), fused=True)
        time.sleep(SETTLED)
        ranks = session.ranks()
        start = time.monotonic()
        before = [rank.processor_seconds() for rank in ranks]
        time.sleep(arguments.pause)
        used = [rank.processor_seconds() - seconds for rank, seconds in zip(ranks, before)]
        seconds = time.monotonic() - start
        connection.request(frame_message(*frame), fused=True)
    return {'way': way, 'nodes': nodes, 'seconds': seconds,
            'shares': [each / seconds for each in used]}


def pauses(arguments):
    print(f'\nShare of a core that each rank takes while the server asks nothing for '
          f'{arguments.pause:g} s\n\n{"--idle":<8}{"nodes":>6}   '
          + ''.join(f'{"rank " + str(rank):>10}' for rank in range(arguments.ranks)))
    rows = []
    for nodes in 1, 2:
        for way in arguments.way:
            rows.append(measure_pause(arguments, way, nodes))
            shares = ''.join(f'{share:>10.2%}' for share in rows[-1]['shares'])
            print(f'{way:<8}{nodes:>6}   {shares}', flush=True)
    return rows


def compute_for(seconds):
    """As a server does that moves atoms: it has a core for itself, if there is one."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def measure_latency(arguments, way, messages, think):
    """Seconds of each round trip."""
    with Session(client(arguments, way), None, arguments.scratch) as connection:
        times = []
        for index in range(arguments.round_trips + WARM_UP):
            # To and fro, so that no atom ever jumps.
            place = index % (2 * len(messages) - 2)
            message = messages[min(place, 2 * len(messages) - 2 - place)]
            if think:
                compute_for(think)
            times.append(connection.request(message, fused=True)[0])
    return times[WARM_UP:]


def in_turns(arguments, measure):
    """Figures of each way, one of each round."""
    figures = {way: [] for way in arguments.way}
    for round_number in range(arguments.rounds):
        # Each is first as often as the others.
        for index in range(len(figures)):
            way = arguments.way[(round_number + index) % len(figures)]
            figures[way].append(measure(way))
    return figures


def compared(figures):
    """Median over rounds of each way, and of its ratio to the first way in the same round."""
    first = next(iter(figures.values()))
    rows = {}
    for way, values in figures.items():
        ratios = [value / other for value, other in zip(values, first)]
        rows[way] = {'rounds': values, 'median': statistics.median(values),
                     'ratio': statistics.median(ratios), 'lowest_ratio': min(ratios),
                     'highest_ratio': max(ratios)}
    return rows


def latencies(arguments):
    print(f'\nRound trip, median of {arguments.round_trips}, median of {arguments.rounds} rounds; '
          f'ratio to {arguments.way[0]} in the same round\n\n'
          f'{"atoms":>7}{"think":>8}  {"--idle":<8}{"median":>11}{"ratio":>8}   lowest and highest')
    rows = []
    for natoms in arguments.atoms:
        messages = [frame_message(*frame) for frame in make_frames(
            arguments.forcewire, arguments.ranks, natoms, 40, arguments.scratch)]
        for think in arguments.think:
            figures = in_turns(arguments, lambda way: statistics.median(
                measure_latency(arguments, way, messages, think / 1000)))
            for way, row in compared(figures).items():
                rows.append({'atoms': natoms, 'think_ms': think, 'way': way, **row})
                print(f'{natoms:>7}{think:>5g} ms  {way:<8}{row["median"] * 1e6:>8.1f} us'
                      f'{row["ratio"]:>8.3f}   {row["lowest_ratio"]:.3f} '
                      f'{row["highest_ratio"]:.3f}', flush=True)
    return rows


def argon(natoms):
    cell, positions = lattice_frame(natoms)
    atoms = ase.Atoms(f'Ar{len(positions)}', positions * liquid.BOHR, cell=cell * liquid.BOHR,
                      pbc=True)
    MaxwellBoltzmannDistribution(atoms, temperature_K=100, rng=np.random.default_rng(1))
    return atoms


def measure_md(arguments, way, natoms):
    """Steps per second of ASE's own server and integrator."""
    atoms = argon(natoms)
    started = client(arguments, way)
    started.start(socket_name(), None, arguments.scratch)
    with warnings.catch_warnings(), SocketIOCalculator(unixsocket=socket_name()) as atoms.calc:
        warnings.simplefilter('ignore')
        dynamics = VelocityVerlet(atoms, 2 * units.fs)
        dynamics.run(WARM_UP)
        start = time.perf_counter()
        dynamics.run(arguments.steps)
        speed = arguments.steps / (time.perf_counter() - start)
    started.stop()
    return speed


def dynamics_speeds(arguments):
    print(f'\nMolecular dynamics in ASE, steps per second, median of {arguments.rounds} rounds of '
          f'{arguments.steps} steps; ratio to {arguments.way[0]} in the same round\n\n'
          f'{"atoms":>7}  {"--idle":<8}{"steps/s":>9}{"ratio":>8}   lowest and highest')
    rows = []
    for natoms in arguments.atoms:
        figures = in_turns(arguments, lambda way: measure_md(arguments, way, natoms))
        for way, row in compared(figures).items():
            rows.append({'atoms': natoms, 'way': way, **row})
            print(f'{natoms:>7}  {way:<8}{row["median"]:>9.1f}{row["ratio"]:>8.3f}   '
                  f'{row["lowest_ratio"]:.3f} {row["highest_ratio"]:.3f}', flush=True)
    return rows


PARTS = {'pause': pauses, 'latency': latencies, 'md': dynamics_speeds}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--forcewire', type=Path, required=True)
    parser.add_argument('--scratch', type=Path, required=True)
    parser.add_argument('--part', nargs='+', choices=list(PARTS), default=list(PARTS))
    parser.add_argument('--way', nargs='+', choices=WAYS, default=WAYS)
    parser.add_argument('--ranks', type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument('--pause', type=float, default=10)
    parser.add_argument('--atoms', type=int, nargs='+', default=[108, 4000])
    parser.add_argument('--think', type=float, nargs='+', default=[0, 2])
    parser.add_argument('--round-trips', type=int, default=1000)
    parser.add_argument('--steps', type=int, default=400)
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--json', type=Path)
    arguments = parser.parse_args()
    arguments.scratch.mkdir(parents=True, exist_ok=True)
    print(f'forcewire on {arguments.ranks} ranks, {len(os.sched_getaffinity(0))} cores')
    figures = {part: PARTS[part](arguments) for part in arguments.part}
    file = arguments.json or arguments.scratch / 'idle.json'
    file.write_text(json.dumps(figures, indent=1) + '\n')
    print(f'\nall figures   {file}')


main()
