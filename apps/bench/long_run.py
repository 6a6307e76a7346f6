"""What has changed after a million round trips; see `long` beside this file."""

import argparse
import json
import os
import sys
import time
from pathlib import Path

import numpy as np

import clients
import liquid
from ranks import ranks_below
from server import Server, frame_message

FRAMES = 400  # of the motion, which then begins anew
AMPLITUDE = 0.15  # reduced; so far that lists are made anew, not so far that atoms meet
SAMPLES = 200  # looks at the ranks
WRONG = 1e-9  # relative difference of energies; that of rounding is 1e-15
GROWTH_KIB = 512  # after the first tenth, to be called growth: what a list may need more


def messages_of(natoms):
    """A motion of all atoms that ends where it began, through the boundaries of the cell."""
    edge, places = liquid.lattice(natoms, fewest_cells=1)
    phases = np.random.default_rng(1).uniform(0, 2 * np.pi, places.shape)
    turns = np.linspace(0, 2 * np.pi, FRAMES, endpoint=False)
    cell = np.eye(3) * edge * liquid.SIGMA
    return len(places), [
        frame_message(cell, (places + AMPLITUDE * np.sin(turn + phases)) % edge * liquid.SIGMA)
        for turn in turns]


class Sample:
    """A look at all ranks."""

    def __init__(self, ranks):
        self.resident = [rank.resident_kib() for rank in ranks]
        self.descriptors = [rank.descriptors() for rank in ranks]


def run(arguments, ranks, natoms):
    """One program, from its first request to its last."""
    natoms, messages = messages_of(natoms)
    client = clients.forcewire(arguments.program, ranks)
    client.command += arguments.forcewire
    name = f'forcewire_long_{os.getpid()}'
    seconds = np.empty(arguments.count)
    energies = np.empty(FRAMES)
    samples, worst = [], 0.0
    with Server(name) as server:
        client.start(name, None, arguments.scratch)
        connection = server.accept()
        processes = ranks_below(client.process.pid)
        every = max(1, arguments.count // SAMPLES)
        start = time.monotonic()
        for index in range(arguments.count):
            frame = index % FRAMES
            seconds[index], energy, _ = connection.request(messages[frame], fused=True)
            if index < FRAMES:
                energies[frame] = energy
            else:
                worst = max(worst, abs(energy / energies[frame] - 1))
            if index % every == every - 1:
                samples.append(Sample(processes))
        wall = time.monotonic() - start
        connection.exit()
        client.stop()
    return figures_of(natoms, ranks, seconds, samples, worst, wall)


def tenths(values):
    """The first and the last of them."""
    count = max(1, len(values) // 10)
    return values[:count], values[-count:]


def figures_of(natoms, ranks, seconds, samples, worst, wall):
    parts = [{'p50_s': float(np.percentile(part, 50)), 'p99_s': float(np.percentile(part, 99)),
              'p99.9_s': float(np.percentile(part, 99.9)), 'max_s': float(part.max())}
             for part in tenths(seconds)]
    first, last = tenths(samples)
    rows = [{'rank': rank,
             'resident_kib': [max(s.resident[rank] for s in part) for part in (first, last)],
             'descriptors': [max(s.descriptors[rank] for s in part) for part in (first, last)]}
            for rank in range(ranks)]
    grown = [row['rank'] for row in rows
             if row['resident_kib'][1] > row['resident_kib'][0] + GROWTH_KIB
             or row['descriptors'][1] > row['descriptors'][0]]
    return {'atoms': natoms, 'ranks': ranks, 'count': len(seconds), 'wall_s': wall,
            'latency': parts, 'of_ranks': rows, 'grown': grown, 'energy_difference': worst}


def print_figures(figures):
    print(f'\n{figures["count"]} round trips of {figures["atoms"]} atoms on {figures["ranks"]} '
          f'rank{"s" if figures["ranks"] > 1 else ""}, {figures["wall_s"]:.0f} s; energies of the '
          f'same atoms differ by {figures["energy_difference"]:.1e}\n\n'
          f'{"":<22}{"first tenth":>14}{"last tenth":>14}')
    first, last = figures['latency']
    for name, key in ('median', 'p50_s'), ('99 %', 'p99_s'), ('99.9 %', 'p99.9_s'), (
            'longest', 'max_s'):
        print(f'{"round trip, " + name:<22}{first[key] * 1e6:>11.1f} us{last[key] * 1e6:>11.1f} us')
    for row in figures['of_ranks']:
        print(f'rank {row["rank"]}, memory{"":<10}'
              + ''.join(f'{kib:>10} KiB' for kib in row['resident_kib']))
        print(f'rank {row["rank"]}, descriptors{"":<5}'
              + ''.join(f'{count:>14}' for count in row['descriptors']))
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--program', type=Path, required=True)
    parser.add_argument('--scratch', type=Path, required=True)
    parser.add_argument('--count', type=int, default=1000000)
    parser.add_argument('--atoms', type=int, nargs='+', default=[32, 1372])
    parser.add_argument('--ranks', type=int, nargs='+', default=[1, 2])
    parser.add_argument('--forcewire', action='append', default=[])
    parser.add_argument('--json', type=Path)
    arguments = parser.parse_args()
    if arguments.count < FRAMES:
        parser.error(f'--count: expected {FRAMES} or more, got {arguments.count}')
    arguments.scratch.mkdir(parents=True, exist_ok=True)
    results = []
    for natoms in arguments.atoms:
        for ranks in arguments.ranks:
            results.append(run(arguments, ranks, natoms))
            print_figures(results[-1])
    file = arguments.json or arguments.scratch / 'long.json'
    file.write_text(json.dumps(results, indent=1) + '\n')
    print(f'\nall figures   {file}')
    bad = [r for r in results if r['grown'] or r['energy_difference'] > WRONG]
    for r in bad:
        complaints = [f'ranks {r["grown"]} have grown'] if r['grown'] else []
        complaints += ['wrong energies'] if r['energy_difference'] > WRONG else []
        print(f'{r["atoms"]} atoms on {r["ranks"]} ranks: {", ".join(complaints)}')
    sys.exit(1 if bad else 0)


main()
