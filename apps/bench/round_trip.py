"""Round-trip times of force engines behind one server; see `run` beside this file."""

import argparse
import json
import os
import statistics
from pathlib import Path

import numpy as np

import clients
import liquid
from server import Server, frame_message

WARM_UP = 5  # frames not counted after a client has connected


def make_frames(program, ranks, natoms, count, scratch):
    """Consecutive frames, moved with forcewire's own forces."""
    engine = clients.forcewire(program, ranks)
    name = f'forcewire_bench_{os.getpid()}'
    with Server(name) as server:
        engine.start(name, None, scratch)
        connection = server.accept()

        def forces_of(edge, positions):
            return connection.request(frame_message(edge, positions), fused=True)[2]

        result = list(liquid.frames(natoms, count, forces_of))
        connection.exit()
        engine.stop()
    return result


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


def compare(arguments, natoms):
    most_ranks = max(arguments.ranks)
    frames = make_frames(arguments.forcewire, most_ranks, natoms, arguments.frames + WARM_UP,
                         arguments.scratch)
    messages = [frame_message(*frame) for frame in frames]
    natoms = len(frames[0][1])
    contestants = [clients.floor()]
    for ranks in arguments.ranks:
        contestants.append(clients.forcewire(arguments.forcewire, ranks))
        lammps = clients.lammps(ranks)
        if lammps:
            contestants.append(lammps)
        else:
            print('LAMMPS (lmp) is not installed: left out')

    times, forces = {}, {}
    for turn in range(arguments.rounds):
        for client in contestants:
            seconds, forces[client.label] = time_client(client, frames, messages, arguments.fused,
                                                        arguments.scratch)
            times.setdefault(client.label, []).extend(seconds)

    ours = f'forcewire n{most_ranks}'
    scale = abs(forces[ours]).max()
    rows = []
    for label, seconds in times.items():
        rows.append({
            'atoms': natoms, 'client': label, 'median_s': statistics.median(seconds),
            'min_s': min(seconds), 'p90_s': float(np.percentile(seconds, 90)),
            'ratio_to_forcewire': statistics.median(seconds) / statistics.median(times[ours]),
            'force_difference': float(abs(forces[label] - forces[ours]).max() / scale)})
    return rows


def print_table(rows):
    print(f'\n{"atoms":>8}  {"client":<14}{"median":>11}{"min":>11}{"90 %":>11}{"x forcewire":>13}'
          f'{"ns/atom":>9}  forces differ')
    for row in rows:
        difference = '' if row['client'] == 'floor' else f'{row["force_difference"]:.1e}'
        print(f'{row["atoms"]:>8}  {row["client"]:<14}{row["median_s"] * 1e6:>8.0f} us'
              f'{row["min_s"] * 1e6:>8.0f} us{row["p90_s"] * 1e6:>8.0f} us'
              f'{row["ratio_to_forcewire"]:>13.2f}{row["median_s"] / row["atoms"] * 1e9:>9.0f}'
              f'  {difference}')


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--forcewire', type=Path, required=True)
    parser.add_argument('--scratch', type=Path, required=True)
    parser.add_argument('--atoms', type=int, nargs='+', default=[32000])
    parser.add_argument('--ranks', type=int, nargs='+', default=[2])
    parser.add_argument('--frames', type=int, default=60)
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--polled', dest='fused', action='store_false',
                        help='STATUS before POSDATA and GETFORCE, as ASE does it')
    parser.add_argument('--json', type=Path)
    arguments = parser.parse_args()
    arguments.scratch.mkdir(parents=True, exist_ok=True)

    rows = []
    for natoms in arguments.atoms:
        rows += compare(arguments, natoms)
    print_table(rows)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + '\n')


main()
