"""What several engines in one launch bring to path integrals; see `groups` beside this file."""

import argparse
import json
import os
import select
import statistics
import sys
import time
from pathlib import Path

import numpy as np

import liquid
import metal
from clients import Client
from server import Server, atoms_of, frame_message
from trajectory import WARM_UP, make_frames


class Split:
    """So many groups of so many ranks: 4x1."""

    def __init__(self, text):
        self.groups, self.ranks = (int(number) for number in text.split('x'))

    def __str__(self):
        return f'{self.groups} of {self.ranks} rank{"s" if self.ranks > 1 else ""}'


class Engines:
    """A launch, and the connection of each of its groups."""

    def __init__(self, arguments, split, system):
        name = f'forcewire_groups_{os.getpid()}_{split.groups}x{split.ranks}'
        stats = f'groups_{split.groups}x{split.ranks}_{{}}.json'  # with the number of a group
        self.stats = [arguments.scratch / stats.format(group + 1) for group in range(split.groups)]
        self.client = Client(f'groups {split.groups}x{split.ranks}',
                             ['mpirun', '-n', str(split.groups * split.ranks),
                              str(arguments.forcewire), '-u', '-a', '{name}', '--groups',
                              str(split.groups), '--stats', stats.format('{{group}}'),
                              *system.FORCEWIRE_MODEL], system)
        self.server = Server(name, clients=split.groups)
        self.client.start(name, None, arguments.scratch)
        self.connections = [self.server.accept() for _ in range(split.groups)]

    def step(self, messages):
        """Has the forces of all beads computed. As i-PI does it where it can, each goes to the group
        that had it before. Returns seconds and the energies of the beads."""
        natoms = atoms_of(messages[0])
        energies = [0.0] * len(messages)
        at_work = {}  # the bead that each connection is asked about
        start = time.perf_counter()
        for bead, connection in zip(range(len(messages)), self.connections):
            connection.ask(messages[bead])
            at_work[connection.socket] = (bead, connection)
        while at_work:
            for socket in select.select(list(at_work), [], [])[0]:
                bead, connection = at_work.pop(socket)
                energies[bead] = connection.answer(natoms)[0]
                if (following := bead + len(self.connections)) < len(messages):
                    connection.ask(messages[following])
                    at_work[socket] = (following, connection)
        return time.perf_counter() - start, energies

    def close(self):
        """Returns how often lists were built for a request, on average."""
        for connection in self.connections:
            connection.exit()
        self.client.stop()
        self.server.close()
        told = [json.loads(file.read_text()) for file in self.stats]
        return sum(each['list_rebuilds'] for each in told) / sum(each['requests'] for each in told)


def to_and_fro(frames, step):
    """So that no atom ever jumps."""
    place = step % (2 * len(frames) - 2)
    return frames[min(place, 2 * len(frames) - 2 - place)]


def bead_messages(arguments, natoms, system):
    """The requests of each step: one for each bead."""
    frames = make_frames(arguments.forcewire, 1, natoms, arguments.frames, arguments.scratch,
                         system)
    first = frames[0][1]
    shortest = np.sort(np.linalg.norm(first[1:] - first[0], axis=1))[0]
    random = np.random.default_rng(8)
    spreads = random.normal(0, arguments.spread * shortest, (arguments.beads, *first.shape))
    return [[frame_message(cell, positions + spread) for spread in spreads]
            for cell, positions in frames]


def measure(arguments, natoms, system):
    """Figures of each split: medians of each round, and the speed-up over the first in it."""
    steps = bead_messages(arguments, natoms, system)
    engines = [Engines(arguments, split, system) for split in arguments.split]
    expected = [engines[0].step(messages)[1] for messages in steps]
    rounds = [[] for _ in engines]
    for round_number in range(arguments.rounds):
        # Each is first as often as the others.
        for turn in range(len(engines)):
            which = (round_number + turn) % len(engines)
            seconds = []
            for step in range(arguments.steps + WARM_UP):
                place = to_and_fro(range(len(steps)), step)
                took, energies = engines[which].step(steps[place])
                if not np.allclose(energies, expected[place], rtol=1e-10, atol=0):
                    sys.exit(f'groups: wrong energies: {arguments.split[which]}: {energies}, '
                             f'expected {expected[place]}')
                seconds.append(took)
            rounds[which].append(statistics.median(seconds[WARM_UP:]))
    rebuilds = [each.close() for each in engines]
    rows = []
    for split, medians, rebuilt in zip(arguments.split, rounds, rebuilds):
        ratios = [first / own for first, own in zip(rounds[0], medians)]
        rows.append({'atoms': atoms_of(steps[0][0]), 'beads': arguments.beads,
                     'groups': split.groups, 'ranks_per_group': split.ranks,
                     'rebuilds_per_request': rebuilt,
                     'rounds_s': medians, 'median_s': statistics.median(medians),
                     'speed_up': statistics.median(ratios),
                     'low_speed_up': float(np.percentile(ratios, 25)),
                     'high_speed_up': float(np.percentile(ratios, 75))})
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--forcewire', type=Path, required=True)
    parser.add_argument('--scratch', type=Path, required=True)
    parser.add_argument('--split', type=Split, nargs='+',
                        default=[Split(text) for text in ('1x1', '2x1', '4x1', '1x2')])
    parser.add_argument('--atoms', type=int, nargs='+', default=[500, 4000, 32000])
    parser.add_argument('--kim', action='store_true')
    parser.add_argument('--beads', type=int, default=8)
    parser.add_argument('--spread', type=float, default=0.03)
    parser.add_argument('--frames', type=int, default=10)
    parser.add_argument('--steps', type=int, default=20)
    parser.add_argument('--rounds', type=int, default=10)
    parser.add_argument('--json', type=Path)
    arguments = parser.parse_args()
    arguments.scratch.mkdir(parents=True, exist_ok=True)
    first = arguments.split[0]
    print(f'Forces of {arguments.beads} beads on {len(os.sched_getaffinity(0))} cores, server '
          f'included: median of {arguments.steps} steps, median of {arguments.rounds} rounds;\n'
          f'speed-up over {first} in the same round\n\n'
          f'{"atoms":>7}  {"groups":<12}{"step":>12}{"speed-up":>10}   its quartiles   '
          'list builds per request')
    figures = []
    for natoms in arguments.atoms:
        for split, row in zip(arguments.split,
                              measure(arguments, natoms, metal if arguments.kim else liquid)):
            figures.append(row)
            print(f'{row["atoms"]:>7}  {str(split):<12}{row["median_s"] * 1e3:>9.3f} ms'
                  f'{row["speed_up"]:>10.2f}   {row["low_speed_up"]:.2f} '
                  f'{row["high_speed_up"]:.2f}{row["rebuilds_per_request"]:>16.3f}', flush=True)
    file = arguments.json or arguments.scratch / 'groups.json'
    file.write_text(json.dumps(figures, indent=1) + '\n')
    print(f'\nall figures   {file}')


main()
