"""Round-trip times of force engines behind one server; see `run` beside this file."""

import argparse
import json
import os
import statistics
from pathlib import Path

import numpy as np

import clients
import liquid
import metal
import picture
from server import Server, frame_message
from trajectory import WARM_UP, make_frames


def read_frames(trajectory, count):
    """The first frames of a trajectory in any format that ASE reads."""
    import ase.io
    images = ase.io.read(trajectory, index=f':{count}')
    if len(images) <= WARM_UP:
        raise SystemExit(f'{trajectory}: expected more than {WARM_UP} frames, got {len(images)}')
    return [(atoms.cell.array / liquid.BOHR, atoms.positions / liquid.BOHR) for atoms in images]


def time_client(client, frames, messages, fused, scratch):
    """Seconds of each counted frame, and the forces of the last one."""
    name = f'forcewire_bench_{os.getpid()}'
    with Server(name) as server:
        client.start(name, frames[0], scratch)
        connection = server.accept()
        times = []
        for message in messages:
            seconds, _, forces = connection.request(message, fused)
            times.append(seconds)
        forces = forces.copy()
        connection.exit()
        client.stop()
    return times[WARM_UP:], forces


def contestants(arguments, cell):
    system = metal if arguments.kim else liquid
    result = [clients.floor(arguments.idle_client, system)]
    for ranks in arguments.ranks:
        result.append(clients.forcewire(arguments.forcewire, ranks, system))
        lammps = clients.lammps(ranks, cell, system)
        if lammps:
            result.append(lammps)
    result += [clients.other(description, system) for description in arguments.client]
    labels = [client.label for client in result]
    if len(set(labels)) < len(labels):
        raise SystemExit(f'each client once, please, and under a name of its own: {labels}')
    return result


def compare(arguments, frames):
    """All clients on the same frames, in turns, in both styles: a row for each client and style."""
    messages = [frame_message(*frame) for frame in frames]
    entrants = contestants(arguments, frames[0][0])
    rows = []
    for style in arguments.style:
        times, forces = {}, {}
        for turn in range(arguments.rounds):
            for client in entrants:
                seconds, forces[client.label] = time_client(client, frames, messages,
                                                            style == 'fused', arguments.scratch)
                times.setdefault(client.label, []).extend(seconds)
        rows += [row(client, style, times, forces, arguments.ranks) for client in entrants]
    return rows


def row(client, style, times, forces, all_ranks):
    ranks = client.ranks if client.ranks else max(all_ranks)
    ours = f'forcewire n{ranks}'
    seconds = times[client.label]
    median = statistics.median(seconds)
    reference = forces[ours]
    return {
        'atoms': len(reference), 'style': style, 'client': client.label, 'ranks': client.ranks,
        'median_s': median, 'mean_s': statistics.fmean(seconds), 'min_s': min(seconds),
        'p10_s': float(np.percentile(seconds, 10)), 'p90_s': float(np.percentile(seconds, 90)),
        'ratio_to_floor': median / statistics.median(times['floor']),
        'ratio_to_forcewire': median / statistics.median(times[ours]),
        'force_difference': float(abs(forces[client.label] - reference).max()
                                  / abs(reference).max())}


def print_table(rows):
    print(f'\n{"atoms":>8} {"style":<7}{"client":<14}{"median":>11}{"10 %":>11}{"90 %":>11}'
          f'{"mean":>11}{"x floor":>9}{"x ours":>8}{"ns/atom":>9}  forces differ')
    for r in rows:
        difference = '' if r['client'] == 'floor' else f'{r["force_difference"]:.1e}'
        times = ''.join(f'{r[key] * 1e6:>8.0f} us' for key in
                        ('median_s', 'p10_s', 'p90_s', 'mean_s'))
        print(f'{r["atoms"]:>8} {r["style"]:<7}{r["client"]:<14}{times}{r["ratio_to_floor"]:>9.2f}'
              f'{r["ratio_to_forcewire"]:>8.2f}{r["median_s"] / r["atoms"] * 1e9:>9.0f}'
              f'  {difference}')
    print('x ours: the median in units of forcewire\'s on as many ranks (clients without ranks: on '
          'the most).\nThe mean of forcewire holds the requests at which it rebuilds its lists, the '
          'median does not.\nfix ipi of LAMMPS 2022 takes an atom that leaves the cell on one side '
          'and enters it on the\nother for a long move, and rebuilds its lists at most requests.')


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--forcewire', type=Path, required=True)
    parser.add_argument('--idle-client', type=Path, required=True)
    parser.add_argument('--scratch', type=Path, required=True)
    parser.add_argument('--atoms', type=int, nargs='+', default=[108, 500, 4000, 32000])
    parser.add_argument('--trajectory', type=Path)
    parser.add_argument('--kim', action='store_true')
    parser.add_argument('--ranks', type=int, nargs='+', default=[2])
    parser.add_argument('--style', nargs='+', choices=['fused', 'polled'],
                        default=['fused', 'polled'])
    parser.add_argument('--client', action='append', default=[])
    parser.add_argument('--frames', type=int, default=60)
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--json', type=Path)
    parser.add_argument('--picture', type=Path)
    arguments = parser.parse_args()
    arguments.scratch.mkdir(parents=True, exist_ok=True)

    rows = []
    count = arguments.frames + WARM_UP
    if arguments.trajectory:
        rows = compare(arguments, read_frames(arguments.trajectory, count))
    else:
        for natoms in arguments.atoms:
            frames = make_frames(arguments.forcewire, max(arguments.ranks), natoms, count,
                                 arguments.scratch, metal if arguments.kim else liquid)
            rows += compare(arguments, frames)
    print_table(rows)
    figures = arguments.json or arguments.scratch / 'round_trip.json'
    figures.write_text(json.dumps(rows, indent=1) + '\n')
    drawing = arguments.picture or arguments.scratch / 'round_trip.png'
    picture.draw(rows, drawing)
    print(f'\nall figures   {figures}\npicture       {drawing}')


main()
