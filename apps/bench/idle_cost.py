"""What waiting ranks take, and what it costs that they sleep; see `idle` beside this file."""

import argparse
import json
import os
import signal
import statistics
import sys
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
SHARED = 9000  # atoms for each rank: ranks of two nodes, too, work on them
SETTLED = 0.1  # seconds after a request; what comes before is no waiting


def client(arguments, way, nodes=1):
    result = clients.forcewire(arguments.forcewire, arguments.ranks)
    result.label += ' ' + way
    result.command += ['--idle', way]
    if nodes > 1:
        result.command += ['--pretended-nodes', str(nodes)]
    return result


def socket_name(way):
    return f'forcewire_idle_{os.getpid()}_{way}'


class Session:
    """A client and the connection to it."""

    def __init__(self, arguments, way, nodes=1):
        self.client = client(arguments, way, nodes)
        self.server = Server(socket_name(way))
        self.client.start(socket_name(way), None, arguments.scratch)
        self.connection = self.server.accept()
        self.ranks = ranks_below(self.client.process.pid)

    def close(self):
        self.connection.exit()
        self.client.stop()
        self.server.close()


class Turns:
    """Sessions of which all but one are stopped at any time: no one's spinning is in another's way."""

    def __init__(self, sessions):
        self.sessions = sessions
        for session in sessions.values():
            self._send(session, signal.SIGSTOP)

    def measure(self, rounds, measure):
        """Figures of each way, one of each round."""
        ways = list(self.sessions)
        figures = {way: [] for way in ways}
        for round_number in range(rounds):
            # Each is first as often as the others.
            for index in range(len(ways)):
                way = ways[(round_number + index) % len(ways)]
                session = self.sessions[way]
                self._send(session, signal.SIGCONT)
                figures[way].append(measure(session))
                self._send(session, signal.SIGSTOP)
        return figures

    def __enter__(self):
        return self

    def __exit__(self, exception_type, *_):
        """Whatever has happened: nobody stays behind, stopped."""
        for session in self.sessions.values():
            self._send(session, signal.SIGCONT)
        for session in self.sessions.values():
            if exception_type:
                os.killpg(session.client.process.pid, signal.SIGTERM)
            else:
                session.close()

    @staticmethod
    def _send(session, number):
        for rank in session.ranks:
            os.kill(rank.pid, number)


def lattice_frame(natoms):
    edge, positions = liquid.lattice(natoms)
    return np.eye(3) * edge * liquid.SIGMA, positions * liquid.SIGMA


def measure_pause(arguments, way, nodes):
    """Share of a core that each rank takes while the server asks nothing."""
    message = frame_message(*lattice_frame(SHARED * arguments.ranks))
    session = Session(arguments, way, nodes)
    for _ in range(3):
        session.connection.request(message, fused=True)
    time.sleep(SETTLED)
    start = time.monotonic()
    before = [rank.processor_seconds() for rank in session.ranks]
    time.sleep(arguments.pause)
    used = [rank.processor_seconds() - seconds for rank, seconds in zip(session.ranks, before)]
    seconds = time.monotonic() - start
    session.connection.request(message, fused=True)
    session.close()
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


def round_trips(session, messages, count, think):
    """Median of the seconds of each."""
    times = []
    for index in range(count + WARM_UP):
        # To and fro, so that no atom ever jumps.
        place = index % (2 * len(messages) - 2)
        message = messages[min(place, 2 * len(messages) - 2 - place)]
        if think:
            compute_for(think)
        times.append(session.connection.request(message, fused=True)[0])
    return statistics.median(times[WARM_UP:])


def compared(figures):
    """Median over rounds of each way, and of its ratio to the first way in the same round."""
    first = next(iter(figures.values()))
    rows = {}
    for way, values in figures.items():
        ratios = [value / other for value, other in zip(values, first)]
        rows[way] = {'rounds': values, 'median': statistics.median(values),
                     'ratio': statistics.median(ratios),
                     'low_ratio': float(np.percentile(ratios, 25)),
                     'high_ratio': float(np.percentile(ratios, 75))}
    return rows


def latencies(arguments):
    print(f'\nRound trip, median of {arguments.round_trips}, median of {arguments.rounds} rounds; '
          f'ratio to {arguments.way[0]} in the same round\n\n'
          f'{"atoms":>7}{"think":>8}  {"--idle":<8}{"median":>11}{"ratio":>8}   its quartiles')
    rows = []
    for natoms in arguments.atoms:
        messages = [frame_message(*frame) for frame in make_frames(
            arguments.forcewire, arguments.ranks, natoms, 40, arguments.scratch)]
        with Turns({way: Session(arguments, way) for way in arguments.way}) as turns:
            for think in arguments.think:
                figures = turns.measure(arguments.rounds, lambda session: round_trips(
                    session, messages, arguments.round_trips, think / 1000))
                for way, row in compared(figures).items():
                    rows.append({'atoms': natoms, 'think_ms': think, 'way': way, **row})
                    print(f'{natoms:>7}{think:>5g} ms  {way:<8}{row["median"] * 1e6:>8.1f} us'
                          f'{row["ratio"]:>8.3f}   {row["low_ratio"]:.3f} '
                          f'{row["high_ratio"]:.3f}', flush=True)
    return rows


def argon(natoms):
    cell, positions = lattice_frame(natoms)
    atoms = ase.Atoms(f'Ar{len(positions)}', positions * liquid.BOHR, cell=cell * liquid.BOHR,
                      pbc=True)
    MaxwellBoltzmannDistribution(atoms, temperature_K=100, rng=np.random.default_rng(1))
    return atoms


class Dynamics:
    """A client, and ASE's own server and integrator."""

    def __init__(self, arguments, way, natoms):
        self.client = client(arguments, way)
        self.client.start(socket_name(way), None, arguments.scratch)
        self.atoms = argon(natoms)
        self.atoms.calc = SocketIOCalculator(unixsocket=socket_name(way))
        self.integrator = VelocityVerlet(self.atoms, 2 * units.fs)
        self.integrator.run(WARM_UP)
        self.ranks = ranks_below(self.client.process.pid)

    def speed(self, steps):
        """Steps per second."""
        start = time.perf_counter()
        self.integrator.run(steps)
        return steps / (time.perf_counter() - start)

    def close(self):
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')  # ASE's, of a client that it did not start
            self.atoms.calc.close()
        self.client.stop()


def dynamics_speeds(arguments):
    print(f'\nMolecular dynamics in ASE, steps per second, median of {arguments.rounds} rounds of '
          f'{arguments.steps} steps; ratio to {arguments.way[0]} in the same round\n\n'
          f'{"atoms":>7}  {"--idle":<8}{"steps/s":>9}{"ratio":>8}   its quartiles')
    rows = []
    for natoms in arguments.atoms:
        with Turns({way: Dynamics(arguments, way, natoms) for way in arguments.way}) as turns:
            figures = turns.measure(arguments.rounds,
                                    lambda dynamics: dynamics.speed(arguments.steps))
        for way, row in compared(figures).items():
            rows.append({'atoms': natoms, 'way': way, **row})
            print(f'{natoms:>7}  {way:<8}{row["median"]:>9.1f}{row["ratio"]:>8.3f}   '
                  f'{row["low_ratio"]:.3f} {row["high_ratio"]:.3f}', flush=True)
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
    parser.add_argument('--round-trips', type=int, default=200)
    parser.add_argument('--steps', type=int, default=50)
    parser.add_argument('--rounds', type=int, default=40)
    parser.add_argument('--json', type=Path)
    arguments = parser.parse_args()
    arguments.scratch.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # not without waking who is stopped
    print(f'forcewire on {arguments.ranks} ranks, {len(os.sched_getaffinity(0))} cores')
    figures = {part: PARTS[part](arguments) for part in arguments.part}
    file = arguments.json or arguments.scratch / 'idle.json'
    file.write_text(json.dumps(figures, indent=1) + '\n')
    print(f'\nall figures   {file}')


main()
