"""Times of an engine step without a socket; see `engine` beside this file."""

import argparse
import json
import shutil
import statistics
from pathlib import Path

import natives
from trajectory import WARM_UP, make_frames


def contestants(arguments):
    result = []
    for ranks in arguments.ranks:
        result.append(natives.Forcewire(arguments.engine_replay, ranks, arguments.passes))
        if arguments.reproducible:
            result.append(natives.Forcewire(arguments.engine_replay, ranks, arguments.passes,
                                            reproducible=True))
        for pairs in outside_pairs(arguments):
            result.append(natives.Forcewire(arguments.engine_replay, ranks, arguments.passes,
                                            pairs=pairs))
        if arguments.lammps:
            result += natives.lammps(arguments.lammps, ranks)
    result += [natives.md_bench(path, arguments.scratch) for path in arguments.md_bench]
    labels = [entrant.label for entrant in result]
    if len(set(labels)) < len(labels):
        raise SystemExit(f'each program once, please: {labels}')
    return result


def outside_pairs(arguments):
    if arguments.outside_lj:
        yield natives.outside_lennard_jones(arguments.outside_lj)
    if arguments.outside_morse:
        yield natives.outside_morse(arguments.outside_morse)


def compare(arguments, entrants, frames):
    """All entrants on the same frames, in turns: a row for each, and the ratios."""
    natives.write_frames(frames, arguments.scratch)
    rounds = {entrant: [] for entrant in entrants}
    for _ in range(arguments.rounds):
        for entrant in entrants:
            rounds[entrant].append(entrant.measure(frames, arguments.scratch))
    atoms = {'atoms': len(frames[0][1])}
    ours = rounds[entrants[0]]
    return ([atoms | row(entrant, rounds[entrant], ours) for entrant in entrants],
            [atoms | each for each in ratios(rounds)])


def row(entrant, rounds, ours):
    """Medians over the rounds, the least of them, and the rounds themselves."""
    steps = [measured['step_s'] for measured in rounds]
    parts = {part: statistics.median(measured['parts_s'][part] for measured in rounds)
             for part in rounds[0]['parts_s']}
    result = {'client': entrant.label, 'ranks': entrant.ranks, 'median_s': statistics.median(steps),
              'min_s': min(steps), 'parts_s': parts, 'rounds': rounds}
    if 'last_energy' in rounds[0]:
        reference = ours[0]['last_energy']
        result['energy_difference'] = max(abs(measured['last_energy'] / reference - 1)
                                          for measured in rounds)
    return result


def ratios(rounds):
    """Those that say how good the engine is."""
    def step(entrant):
        return [measured['step_s'] for measured in rounds[entrant]]

    def part(entrant, name):
        return [measured['parts_s'][name] for measured in rounds[entrant]]

    ours = {entrant.ranks: entrant for entrant in rounds
            if isinstance(entrant, natives.Forcewire) and not entrant.reproducible
            and entrant.pairs is natives.LENNARD_JONES}
    for other in rounds:
        if isinstance(other, natives.Lammps):
            mine = ours[other.ranks]
            yield ratio(f'step of {other.label} / of {mine.label}', step(other), step(mine))
        elif isinstance(other, natives.Forcewire) and other.reproducible:
            mine = ours[other.ranks]
            yield ratio(f'step of {other.label} / of {mine.label}', step(other), step(mine))
        elif isinstance(other, natives.Forcewire) and other.pairs is not natives.LENNARD_JONES:
            mine = ours[other.ranks]
            yield ratio(f'speed of {other.label} / of {mine.label}, forces', part(mine, 'forces'),
                        part(other, 'forces'))
            yield ratio(f'time for an operation of {other.label} / of {mine.label}, forces',
                        [time / other.pairs.operations for time in part(other, 'forces')],
                        [time / mine.pairs.operations for time in part(mine, 'forces')])
        elif isinstance(other, natives.MdBench) and 1 in ours:
            yield ratio(f'forces with energy, virial of forcewire n1 / forces of {other.label}',
                        part(ours[1], 'forces'), part(other, 'force'))
            yield ratio(f'step of forcewire n1 / forces and lists of {other.label}', step(ours[1]),
                        step(other))
    for mine in ours.values():
        yield ratio(f'list builds / forces, {mine.label}', part(mine, 'list_build'),
                    part(mine, 'forces'))
    for mine in ours.values():
        if mine.ranks > 1 and 1 in ours:
            yield ratio(f'step of forcewire n1 / of n{mine.ranks}', step(ours[1]), step(mine))


def ratio(what, above, below):
    """Of two lists with a time of each round."""
    return {'what': what,
            'median': statistics.median(a / b for a, b in zip(above, below)),
            'of_minima': min(above) / min(below)}


def print_tables(rows, all_ratios):
    print(f'\n{"atoms":>8} {"client":<27}{"median":>11}{"min":>11}{"ns/atom":>9}'
          f'{"steps/build":>13}  energies differ')
    for r in rows:
        interval = r['rounds'][0].get('steps_per_build')
        print(f'{r["atoms"]:>8} {r["client"]:<27}{r["median_s"] * 1e6:>8.0f} us'
              f'{r["min_s"] * 1e6:>8.0f} us{r["median_s"] / r["atoms"] * 1e9:>9.1f}'
              f'{interval:>13.1f}', end='')
        print(f'  {r["energy_difference"]:.1e}' if 'energy_difference' in r else '')
    print('median, min: over the rounds, of the mean time of a step with its share of list builds.')

    print('\nParts, ns per atom and core')
    for r in rows:
        scale = 1e9 * r['ranks'] / r['atoms']
        parts = ', '.join(f'{name.replace("_", " ")} {seconds * scale:.1f}'
                          for name, seconds in r['parts_s'].items())
        print(f'{r["atoms"]:>8} {r["client"]:<27} {parts}')

    print(f'\n{"atoms":>8} {"ratio":<78}{"median":>8}{"of minima":>11}')
    for r in all_ratios:
        print(f'{r["atoms"]:>8} {r["what"]:<78}{r["median"]:>8.3f}{r["of_minima"]:>11.3f}')


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--forcewire', type=Path, required=True)
    parser.add_argument('--engine-replay', type=Path, required=True)
    parser.add_argument('--scratch', type=Path, required=True)
    parser.add_argument('--atoms', type=int, nargs='+', default=[32000])
    parser.add_argument('--ranks', type=int, nargs='+', default=[1, 2])
    parser.add_argument('--reproducible', action='store_true')
    parser.add_argument('--outside-lj')
    parser.add_argument('--outside-morse')
    parser.add_argument('--lammps', default=shutil.which('lmp'))
    parser.add_argument('--md-bench', type=Path, nargs='+', default=[])
    parser.add_argument('--frames', type=int, default=60)
    parser.add_argument('--passes', type=int, default=3)
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--json', type=Path)
    arguments = parser.parse_args()
    arguments.scratch.mkdir(parents=True, exist_ok=True)

    entrants = contestants(arguments)
    rows, all_ratios = [], []
    for natoms in arguments.atoms:
        frames = make_frames(arguments.forcewire, max(arguments.ranks), natoms,
                             arguments.frames + WARM_UP, arguments.scratch)
        more_rows, more_ratios = compare(arguments, entrants, frames)
        rows += more_rows
        all_ratios += more_ratios
    print_tables(rows, all_ratios)
    figures = arguments.json or arguments.scratch / 'engine_step.json'
    figures.write_text(json.dumps({'times': rows, 'ratios': all_ratios}, indent=1) + '\n')
    print(f'\nall figures   {figures}')


main()
