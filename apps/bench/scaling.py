"""Strong scaling, measured and modelled; see `scaling` beside this file."""

import argparse
import json
import math
import os
import time
from pathlib import Path

import numpy as np

import natives
import scaling_model as model
import scaling_picture
from trajectory import WARM_UP, make_frames

LEFT_OUT = '''\
Left out: memory bandwidth and caches that cores share, and a clock that falls when all cores are
busy (what of it shows on the measured ranks is in the parameters); ranks with more work or atoms
than others; clusters that are not full where a rank has few atoms; other traffic on the network,
and what of ours MPI leaves undone while rank 0 reads and writes the socket; the time in which the
server moves the atoms. Lists are taken to last as long as in the measured runs.'''


def cores():
    return len(os.sched_getaffinity(0))


def default_ranks():
    """Powers of two, and all cores."""
    return sorted({2 ** power for power in range(cores().bit_length())} | {cores()})


def measure(arguments):
    """A row for each size and number of ranks: the best round of each."""
    entrants = [natives.Forcewire(arguments.engine_replay, ranks, arguments.passes, nodes)
                for ranks in arguments.ranks for nodes in (1, 2) if ranks % nodes == 0]
    rows = []
    for natoms in arguments.atoms:
        frames = make_frames(arguments.forcewire, max(arguments.ranks), natoms,
                             arguments.frames + WARM_UP, arguments.scratch)
        natives.write_frames(frames, arguments.scratch)
        rounds = {entrant: [] for entrant in entrants}
        for _ in range(arguments.rounds):
            for entrant in entrants:
                rounds[entrant].append(entrant.measure(frames, arguments.scratch))
        rows += [row(entrant, len(frames[0][1]), rounds[entrant]) for entrant in entrants]
    (arguments.scratch / 'frames.bin').unlink()  # large, and of no use to anyone
    return rows


def row(entrant, atoms, rounds):
    best = min(rounds, key=lambda measured: measured['step_s'])  # its parts belong together
    return {'atoms': atoms, 'ranks': entrant.ranks, 'nodes': entrant.nodes,
            'step_s': best['step_s'], 'parts_s': best['parts_s'],
            'steps_per_build': best['steps_per_build'],
            'rounds_s': [measured['step_s'] for measured in rounds]}


def read_floor(path):
    """Round trips of the client that computes nothing, as apps/bench/run has measured them."""
    if not path.exists():
        return []
    return [{'atoms': r['atoms'], 'seconds': r['median_s']} for r in json.loads(path.read_text())
            if r['client'] == 'floor' and r['style'] == 'fused']


def make_socket(arguments, floor):
    """From the floor, where there is one and no option says otherwise; and in words."""
    call, byte = 1e-6 * arguments.default_socket_us, 1e-9 / arguments.default_socket_gb_per_s
    source = 'assumed, apps/bench/run measures it'
    if len({r['atoms'] for r in floor}) > 1:
        call, per_atom = model.fit_line([r['atoms'] for r in floor], [r['seconds'] for r in floor])
        byte = per_atom / (2 * model.BYTES_PER_ATOM)
        source = 'measured, by apps/bench/run, Python server included'
    if arguments.socket_us is not None:
        call, source = 1e-6 * arguments.socket_us, 'as options say'
    if arguments.socket_gb_per_s is not None:
        byte, source = 1e-9 / arguments.socket_gb_per_s, 'as options say'
    return model.Socket(call, byte), source


def time_of_adding():
    """Seconds per byte in which forces that come in pieces are added to those of many atoms, which
    are in no cache."""
    piece = np.ones(model.PIECE // 8)
    forces = np.ones((64, len(piece)))
    rounds = []
    for _ in range(3):
        start = time.perf_counter()
        for own in forces:
            own += piece
        rounds.append(time.perf_counter() - start)
    return min(rounds) / forces.nbytes


def check(rows):
    """The fit needs them."""
    for what in 'atoms', 'ranks':
        values = sorted({row[what] for row in rows})
        if len(values) < 2 or (what == 'ranks' and values[0] != 1):
            raise SystemExit(f'expected two or more numbers of {what}, one rank among them, to fit '
                             f'a model to; got {values}')


def compare(rows, parameters):
    """What the model makes of the measured rows."""
    result = []
    for each in rows:
        parts = model.parts(model.run_of(each), parameters)
        step = sum(parts.values())
        errors = {part: (parts[part] - model.measured_part(each, part)) / each['step_s']
                  for part in model.PARTS}
        result.append({'atoms': each['atoms'], 'ranks': each['ranks'], 'nodes': each['nodes'],
                       'measured_s': each['step_s'], 'modelled_s': step,
                       'error': step / each['step_s'] - 1, 'errors_of_parts': errors})
    return result


def measured_alone(rows, atoms):
    return next(row for row in rows if (row['atoms'], row['ranks']) == (atoms, 1))


def predict(arguments, rows, parameters, socket):
    steps_per_build = sorted(row['steps_per_build'] for row in rows)[len(rows) // 2]
    result = []
    for atoms in arguments.predict_atoms:
        alone = None
        for ranks in sorted({1, *arguments.predict_ranks}):
            run = model.run_of_team(atoms, ranks, arguments.ranks_per_node, steps_per_build)
            predicted = model.predict(run, parameters, socket)
            predicted |= {'ranks': ranks, 'computing': run.ranks}
            alone = alone or predicted
            speedup = alone['step_s'] / predicted['step_s']
            result.append(predicted | {'speedup': speedup, 'efficiency': speedup / ranks,
                                       'engine_speedup': alone['engine_s'] / predicted['engine_s'],
                                       'serial_fraction': alone['kinds_s']['serial']
                                                          / alone['step_s']})
    return result


def duration(seconds):
    return f'{seconds * 1e3:.3f} ms'


def print_parameters(parameters, rows, assumed):
    points = len(rows) * len(model.PARTS)
    print(f'\nFitted to {points} measured parts of {len(rows)} runs, none negative (0: not seen)')
    for name, what in model.FITTED.items():
        print(f'{name:>8} {parameters[name] * 1e9:>12.3f} ns  {what}')
    print(f'Measured apart\n{"add":>8} {parameters["add"] * 1e9:>12.3f} ns  {model.ADD}')
    print('Assumed, not measured (options)')
    for name, what in assumed.items():
        print(f'{name:>16} {what}')


def print_measured(comparison, rows):
    print(f'\nSteps of the engine, without a socket, measured and modelled (errors in units of the '
          f'step)\n{"atoms":>8}{"ranks":>7}{"nodes":>7}{"measured":>14}{"model":>14}{"error":>9}'
          f'{"speed-up":>10}   ' + ''.join(f'{part:>12}' for part in model.PARTS))
    for each in comparison:
        nodes = '1' if each['nodes'] == 1 else f'({each["nodes"]})'
        speedup = measured_alone(rows, each['atoms'])['step_s'] / each['measured_s']
        print(f'{each["atoms"]:>8}{each["ranks"]:>7}{nodes:>7}{duration(each["measured_s"]):>14}'
              f'{duration(each["modelled_s"]):>14}{each["error"]:>+9.1%}{speedup:>10.2f}   '
              + ''.join(f'{error:>+12.1%}' for error in each['errors_of_parts'].values()))
    root_mean_square = math.sqrt(sum(each['error'] ** 2 for each in comparison) / len(comparison))
    worst = max(abs(each['error']) for each in comparison)
    print(f'Error of the model: {root_mean_square:.1%} (root mean square), {worst:.1%} at most. '
          'Nodes in brackets are pretended:\nranks of one machine that treat each other as if they '
          'were on several.')


def print_predictions(predictions):
    print(f'\nPredicted round trips, socket included\n{"atoms":>8}{"ranks":>7}{"compute":>9}'
          f'{"nodes":>7}{"step":>14}{"speed-up":>10}{"efficiency":>12}{"engine alone":>14}   '
          + ''.join(f'{kind:>15}' for kind in model.KINDS))
    for each in predictions:
        print(f'{each["atoms"]:>8}{each["ranks"]:>7}{each["computing"]:>9}{each["nodes"]:>7}'
              f'{duration(each["step_s"]):>14}{each["speedup"]:>10.1f}{each["efficiency"]:>12.1%}'
              f'{each["engine_speedup"]:>13.1f}x   '
              + ''.join(f'{each["kinds_s"][kind] / each["step_s"]:>15.1%}'
                        for kind in model.KINDS))
    print('compute: so many of the ranks have a part, on so many nodes; the others would not make '
          'it faster.\nparallel: by owned atoms; surface: images, guests, ghosts; repeated: on '
          'every rank or node; serial:\nrank 0 alone, the socket and forces of other nodes that it adds up; '
          'communication: without what the\nnetwork does while rank 0 reads and writes the socket, '
          'which is taken to overlap in full but for a\npiece of 1 MiB: the best that can be, and '
          'not measured. Engine alone: speed-up without the socket.')


def print_serial(predictions, parameters):
    print('\nSerial, of a round trip on one rank')
    for each in predictions:
        if each['ranks'] > 1:
            continue
        fraction = each['serial_fraction']
        print(f'{each["atoms"]:>8} atoms: serial fraction {fraction:.2%}, speed-up never above '
              f'{1 / fraction:.0f} (Amdahl). Socket {duration(each["socket_s"])}, all else that '
              f'rank 0 does alone {duration(parameters["call"])}')


def assumptions(arguments, socket, source):
    return {'network': f'{arguments.network_gb_per_s:g} GB/s and {arguments.network_us:g} us per '
                       'message, between nodes',
            'ranks per node': f'{arguments.ranks_per_node}',
            'socket': f'{1e-9 / socket.byte if socket.byte else math.inf:.3g} GB/s and '
                      f'{socket.call * 1e6:.3g} us ({source})'}


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--forcewire', type=Path, required=True)
    parser.add_argument('--engine-replay', type=Path, required=True)
    parser.add_argument('--scratch', type=Path, required=True)
    parser.add_argument('--atoms', type=int, nargs='+', default=[4000, 32000, 256000])
    parser.add_argument('--ranks', type=int, nargs='+', default=default_ranks())
    parser.add_argument('--frames', type=int, default=60)
    parser.add_argument('--passes', type=int, default=3)
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--from', type=Path, dest='earlier')
    parser.add_argument('--predict-atoms', type=int, nargs='+', default=[32000, 256000, 4000000])
    parser.add_argument('--predict-ranks', type=int, nargs='+', default=[16, 128, 1024])
    parser.add_argument('--ranks-per-node', type=int, default=128)
    parser.add_argument('--network-gb-per-s', type=float, default=10)
    parser.add_argument('--network-us', type=float, default=2)
    parser.add_argument('--socket-gb-per-s', type=float)
    parser.add_argument('--socket-us', type=float)
    parser.add_argument('--json', type=Path)
    parser.add_argument('--picture', type=Path)
    parser.set_defaults(default_socket_gb_per_s=5, default_socket_us=50)
    return parser.parse_args()


def main():
    arguments = parse()
    arguments.scratch.mkdir(parents=True, exist_ok=True)
    if arguments.earlier:
        earlier = json.loads(arguments.earlier.read_text())
        rows, floor = earlier['measured'], earlier['floor']
        add = earlier['add_s_per_byte'] if 'add_s_per_byte' in earlier else time_of_adding()
        check(rows)
    else:
        check([{'atoms': n, 'ranks': r} for n in arguments.atoms for r in arguments.ranks])
        rows = measure(arguments)
        floor = read_floor(arguments.scratch / 'round_trip.json')
        add = time_of_adding()

    socket, source = make_socket(arguments, floor)
    known = {'network_hop': 1e-6 * arguments.network_us,
             'network_byte': 1e-9 / arguments.network_gb_per_s, 'add': add}
    parameters = model.fit(rows, known)
    comparison = compare(rows, parameters)
    predictions = predict(arguments, rows, parameters, socket)

    assumed = assumptions(arguments, socket, source)
    print_parameters(parameters, rows, assumed)
    print_measured(comparison, rows)
    print_predictions(predictions)
    print_serial(predictions, parameters)
    seen = sorted({(r['ranks'], r['nodes']) for r in rows})
    print(f'\nMeasured: up to {seen[-1][0]} ranks on one machine. All else is the model.\n'
          + LEFT_OUT)

    figures = arguments.json or arguments.scratch / 'scaling.json'
    figures.write_text(json.dumps(
        {'measured': rows, 'floor': floor, 'add_s_per_byte': add, 'parameters_s': parameters,
         'assumed': assumed, 'compared': comparison, 'predicted': predictions}, indent=1) + '\n')
    drawing = arguments.picture or arguments.scratch / 'scaling.png'
    scaling_picture.draw(rows, predictions, parameters, arguments.ranks_per_node, drawing)
    print(f'\nall figures   {figures}\npicture       {drawing}')


if __name__ == '__main__':
    main()
