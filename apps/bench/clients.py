"""The clients that are compared: how each is started on a socket name."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import liquid


class Client:
    """A command that connects to the UNIX socket of the given name; `prepare` writes its input."""

    def __init__(self, label, command, prepare=None):
        self.label = label
        self.command = command
        self.prepare = prepare
        self.process = None

    def start(self, name, frame, scratch):
        if self.prepare:
            self.prepare(name, frame, scratch)
        log = open(scratch / (self.label.replace(' ', '_') + '.log'), 'wb')
        self.process = subprocess.Popen([word.format(name=name) for word in self.command],
                                        cwd=scratch, stdin=subprocess.DEVNULL, stdout=log,
                                        stderr=log, start_new_session=True)

    def stop(self):
        """Lets it leave; LAMMPS takes EXIT for an error and needs a push."""
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def floor():
    return Client('floor', [sys.executable, str(Path(__file__).with_name('idle_client.py')),
                            '{name}'])


def forcewire(program, ranks):
    return Client(f'forcewire n{ranks}',
                  ['mpirun', '-n', str(ranks), str(program), '-u', '-a', '{name}', '-m', 'lj', '-o',
                   liquid.MODEL_OPTIONS])


def lammps(ranks):
    """fix ipi of an installed LAMMPS, with its fastest serial Lennard-Jones; None without one."""
    program = shutil.which('lmp')
    if program is None:
        return None
    return Client(f'LAMMPS n{ranks}',
                  ['mpirun', '-n', str(ranks), program, '-in', 'in.lammps', '-log', 'none'],
                  write_lammps_input)


def write_lammps_input(name, frame, scratch):
    edge, positions = frame
    angstrom = liquid.BOHR
    with open(scratch / 'data.lammps', 'w') as data:
        data.write(f'liquid argon\n\n{len(positions)} atoms\n1 atom types\n\n')
        for axis in 'xyz':
            data.write(f'0 {edge * angstrom!r} {axis}lo {axis}hi\n')
        data.write('\nMasses\n\n1 39.948\n\nAtoms\n\n')
        for atom, (x, y, z) in enumerate(positions % edge * angstrom, 1):
            data.write(f'{atom} 1 {x!r} {y!r} {z!r}\n')
    sigma = liquid.SIGMA * angstrom
    (scratch / 'in.lammps').write_text(f'''units metal
atom_style atomic
atom_modify map array
read_data data.lammps
pair_style lj/cut/opt {liquid.CUTOFF * angstrom!r}
pair_coeff 1 1 {liquid.EPSILON * liquid.HARTREE!r} {sigma!r}
neighbor {0.3 * sigma!r} bin
neigh_modify every 1 delay 0 check yes
fix server all ipi {name} 1 unix
thermo 1000000
run 100000000
''')
