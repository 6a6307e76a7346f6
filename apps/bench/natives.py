"""Programs that take the steps of the liquid by themselves, without a socket: how each is run, and
what it says of its time. A measurement is a dictionary: `step_s`, seconds of a step on average,
rebuilds of the lists included; `parts_s`, what it says that these consist of; and what else there
is to know."""

import json
import os
import re
import shutil
import subprocess

import numpy as np

import clients
import liquid
from trajectory import WARM_UP

MD_BENCH_STEPS = 400  # it prints hundredths of seconds: with 32000 atoms some 3 s
MD_BENCH_LIST_STEPS = 20


def run(command, folder):
    """The standard output of a command that has to succeed."""
    finished = subprocess.run([str(word) for word in command], cwd=folder, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True)
    if finished.returncode != 0:
        raise SystemExit(f'{" ".join(map(str, command))}\nended with status '
                         f'{finished.returncode}:\n{finished.stdout}{finished.stderr}')
    return finished.stdout


def found(pattern, output, program):
    """What the last match of `pattern` holds."""
    matches = re.findall(pattern, output, re.MULTILINE)
    if not matches:
        raise SystemExit(f'{program}: expected a line like {pattern}, got\n{output}')
    return matches[-1]


class Pairs:
    """A pair potential, and how many floating-point operations it takes for a pair.

    The kernel takes 22: r^2 (8) and 1/r^2 (1), the sum of energies (1), and forces on both atoms
    (12). A fused multiply-add is two of them, a division and a square root one, and exp 34,
    ours or Highway's. What is the same for all pairs is not counted."""

    def __init__(self, name, potential, options, own_operations):
        self.name = name
        self.potential = potential  # that forcewire knows, or the path of a plug-in
        self.options = options
        self.operations = 22 + own_operations


LENNARD_JONES = Pairs('', 'lj', liquid.MODEL_OPTIONS, 9)


def outside_lennard_jones(path):
    return Pairs('outside lj', path, liquid.MODEL_OPTIONS, 9)


def outside_morse(path):
    """As deep as Lennard-Jones and as curved there; cut off where it is."""
    minimum = 2 ** (1 / 6) * liquid.SIGMA
    return Pairs('outside morse', path,
                 f'{liquid.EPSILON!r},{6 / minimum!r},{minimum!r},{liquid.CUTOFF!r}', 45)


class Forcewire:
    """engine_replay on the frames, which lie in a file."""

    def __init__(self, program, ranks, passes, nodes=1, reproducible=False, pairs=LENNARD_JONES):
        self.label = ' '.join(filter(None, (f'forcewire n{ranks}',
                                            'reproducible' if reproducible else '', pairs.name)))
        self.reproducible = reproducible
        self.pairs = pairs
        self.program = program
        self.ranks = ranks
        self.passes = passes
        self.nodes = nodes  # more than one are pretended

    def measure(self, frames, scratch):
        cell, positions = frames[0]
        said = json.loads(run(
            ['mpirun', '-n', self.ranks, self.program, 'frames.bin', '--atoms', len(positions),
             '--edge', repr(float(cell[0, 0])), '--potential', self.pairs.potential,
             '--model', self.pairs.options, '--warm-up', WARM_UP,
             '--passes', self.passes, '--nodes', self.nodes,
             *(['--reproducible'] if self.reproducible else [])], scratch))
        seconds = 1e-9 * said['atoms']
        # Those of other potentials, or without correction, have nothing to be compared with.
        energy = {}
        if self.pairs is LENNARD_JONES:
            energy['last_energy'] = said['last_energy_hartree'] / liquid.EPSILON
        return energy | {'step_s': seconds * said['step_ns_per_atom']['mean'],
                'median_step_s': seconds * said['step_ns_per_atom']['median'],
                'min_step_s': seconds * said['step_ns_per_atom']['min'],
                'parts_s': {part: seconds * ns for part, ns in said['parts_ns_per_atom'].items()},
                'steps_per_build': said['steps'] / max(1, said['rebuilds'])}


def write_frames(frames, scratch):
    """What engine_replay reads."""
    with open(scratch / 'frames.bin', 'wb') as file:
        for _, positions in frames:
            np.ascontiguousarray(positions, '<f8').tofile(file)


class Lammps:
    """LAMMPS' own molecular dynamics, which comes through the counted frames, too."""

    def __init__(self, program, style, ranks):
        self.label = f'LAMMPS {style} n{ranks}'
        self.program = program
        self.style = style
        self.ranks = ranks

    def measure(self, frames, scratch):
        write_lammps_input(self.style, frames, scratch)
        output = run(['mpirun', '-n', self.ranks, self.program, '-in', 'in.native', '-log', 'none'],
                     scratch)
        seconds, steps = found(r'^Loop time of (\S+) on \d+ procs for (\d+) steps', output, 'LAMMPS')
        steps = int(steps)
        parts = re.findall(r'^(Pair|Neigh|Comm|Output|Modify|Other) *\|[^|]*\| *([^ |]+)', output,
                           re.MULTILINE)
        builds = int(found(r'^Neighbor list builds = (\d+)', output, 'LAMMPS'))
        return {'step_s': float(seconds) / steps,
                'parts_s': {name.lower(): float(average) / steps for name, average in parts},
                'steps_per_build': steps / max(1, builds),
                'dangerous_builds': int(found(r'^Dangerous builds = (\d+)', output, 'LAMMPS')),
                'last_energy': float(found(r'^ *\d+ +(-?[\d.]+) *$', output, 'LAMMPS'))}


def write_lammps_input(style, frames, scratch):
    """From the second frame, whose velocities the first and the third give exactly, to the last
    that is not counted, and then through those that are."""
    edge = frames[0][0][0, 0] / liquid.SIGMA
    before, start, after = (positions / liquid.SIGMA for _, positions in frames[:3])
    clients.write_lammps_data(scratch / 'data.native', 3 * [edge], start, 1,
                              (after - before) / (2 * liquid.TIME_STEP))
    (scratch / 'in.native').write_text(f'''units lj
atom_style atomic
read_data data.native
pair_style {style} {liquid.CUTOFF / liquid.SIGMA!r}
pair_modify tail yes
pair_coeff 1 1 1 1
neighbor 0.3 bin
neigh_modify every 1 delay 0 check yes
fix 1 all nve
timestep {liquid.TIME_STEP}
thermo 1000000
thermo_style custom step pe
thermo_modify norm no format float %.15g
run {WARM_UP - 2}
run {len(frames) - WARM_UP} pre no
''')


def executable(name, option):
    """Its whole path: programs run in another folder."""
    program = shutil.which(name)
    if program is None:
        raise SystemExit(f'{option}: no executable {name}')
    return os.path.abspath(program)


def lammps(name, ranks):
    """Its Lennard-Jones, and its faster one where the installation has it."""
    program = executable(name, '--lammps')
    styles = run([program, '-help'], '.').split()
    return [Lammps(program, style, ranks) for style in ('lj/cut', 'lj/cut/opt') if style in styles]


class MdBench:
    """MD-Bench on one core, with half neighbour lists. It melts a lattice of its own: of a file it
    takes types that its tables do not hold, and then no atom feels another."""

    ranks = 1

    def __init__(self, program, scratch):
        self.program = program
        single = found(r'^\s*Single atom type: (\w+)', self.run(8, 20, scratch), 'MD-Bench')
        self.label = {'true': 'MD-Bench one type', 'false': 'MD-Bench type tables'}[single]

    def run(self, cells, steps, scratch):
        return run([self.program, '-half', 1, '-nx', cells, '-ny', cells, '-nz', cells, '-n',
                    steps], scratch)

    def measure(self, frames, scratch):
        cells = round((len(frames[0][1]) / 4) ** (1 / 3))
        output = self.run(cells, MD_BENCH_STEPS, scratch)
        names = found(r'^ *\|( *FORCE *\|.*)\|$', output, 'MD-Bench').split('|')
        times = found(r'^ *AVG *\|(.*)\|$', output, 'MD-Bench').split('|')
        total = dict(zip((name.strip().lower() for name in names), map(float, times)))
        # It computes forces before the first step, too.
        force = total['force'] / (MD_BENCH_STEPS + 1)
        lists = total['neigh'] / MD_BENCH_STEPS
        return {'step_s': force + lists, 'parts_s': {'force': force, 'neigh': lists},
                'steps_per_build': MD_BENCH_LIST_STEPS}


def md_bench(path, scratch):
    """The executable itself, or the folder where there is one for double precision."""
    if path.is_dir():
        programs = sorted(path.glob('MDBench-CP-*-DP'))
        if len(programs) != 1:
            raise SystemExit(f'--md-bench: expected one MDBench-CP-*-DP in {path}, got '
                             f'{[program.name for program in programs]}')
        path = programs[0]
    return MdBench(executable(path.absolute(), '--md-bench'), scratch)
