"""The clients that are compared: how each is started on a socket name."""

import os
import shlex
import shutil
import signal
import subprocess

import numpy as np

import liquid


class Client:
    """A command that connects to the UNIX socket /tmp/ipi_{name}; `prepare` writes its input.

    `system` is the module that has the frames."""

    def __init__(self, label, command, system, ranks=None, prepare=None):
        self.label = label
        self.command = command
        self.system = system
        self.ranks = ranks
        self.prepare = prepare
        self.process = None

    def start(self, name, frame, scratch):
        if self.prepare:
            self.prepare(name, frame, self.system, scratch)
        words = {'name': name, 'model': self.system.MODEL_OPTIONS}
        log = scratch / (self.label.replace(' ', '_') + '.log')
        with open(log, 'wb') as output:
            self.process = subprocess.Popen([word.format(**words) for word in self.command],
                                            cwd=scratch, stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=output, start_new_session=True)

    def stop(self):
        """Lets it leave; LAMMPS takes EXIT for an error and needs a push."""
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def floor(program, system=liquid):
    """The client that computes nothing."""
    return Client('floor', [str(program), '/tmp/ipi_{name}'], system)


def forcewire(program, ranks, system=liquid):
    return Client(f'forcewire n{ranks}',
                  ['mpirun', '-n', str(ranks), str(program), '-u', '-a', '{name}',
                   *system.FORCEWIRE_MODEL], system, ranks)


def other(description, system=liquid):
    """`LABEL=COMMAND`, as the user gives it."""
    label, separator, command = description.partition('=')
    if not separator or '{name}' not in command:
        raise SystemExit(f'--client: expected LABEL=COMMAND with {{name}} in it, got {description}')
    return Client(label, shlex.split(command), system)


def lammps(ranks, cell, system=liquid):
    """fix ipi of an installed LAMMPS. Without LAMMPS, or for a cell that is no box along x, y, z:
    None."""
    program = shutil.which('lmp')
    if program is None or np.count_nonzero(cell - np.diag(np.diagonal(cell))):
        return None
    return Client(f'LAMMPS n{ranks}',
                  ['mpirun', '-n', str(ranks), program, '-in', 'in.lammps', '-log', 'none'],
                  system, ranks, write_lammps_input)


def write_lammps_data(path, edges, positions, mass, velocities=None):
    """Atoms of one species, in whatever units the input has."""
    with open(path, 'w') as data:
        data.write(f'atoms\n\n{len(positions)} atoms\n1 atom types\n\n')
        for axis, edge in zip('xyz', edges):
            data.write(f'0 {edge:.17g} {axis}lo {axis}hi\n')
        data.write(f'\nMasses\n\n1 {mass}\n\nAtoms\n\n')
        for atom, (x, y, z) in enumerate(positions % edges, 1):
            data.write(f'{atom} 1 {x:.17g} {y:.17g} {z:.17g}\n')
        if velocities is not None:
            data.write('\nVelocities\n\n')
            for atom, (x, y, z) in enumerate(velocities, 1):
                data.write(f'{atom} {x:.17g} {y:.17g} {z:.17g}\n')


def write_lammps_input(name, frame, system, scratch):
    cell, positions = frame
    angstrom = system.BOHR
    write_lammps_data(scratch / 'data.lammps', np.diagonal(cell) * angstrom, positions * angstrom,
                      system.MASS)
    (scratch / 'in.lammps').write_text(f'''{system.LAMMPS_BEFORE_ATOMS}
atom_style atomic
atom_modify map array
read_data data.lammps
{system.LAMMPS_MODEL}
neigh_modify every 1 delay 0 check yes
fix server all ipi {name} 1 unix
thermo 1000000
run 100000000
''')
