"""Consecutive frames of a hot aluminium crystal, by an embedded-atom model of OpenKIM.

Like liquid.py, this says how each client gets its model, and makes the frames.
"""

import numpy as np

BOHR = 0.529177210903  # angstrom, CODATA 2018
ELECTRON_MASSES = 1822.888486209  # in a dalton, CODATA 2018
TIME = 0.02418884326585747  # fs in an atomic unit of time, CODATA 2018
KELVIN = 3.1668115634556e-6  # hartree, CODATA 2018

KIM_MODEL = 'EAM_Dynamo_ErcolessiAdams_1994_Al__MO_123629422045_005'
MASS = 26.9815385  # dalton
LATTICE_CONSTANT = 4.05 / BOHR  # bohr
START_TEMPERATURE = 1200 * KELVIN  # the lattice takes half of it, leaving 600 K

MODEL_OPTIONS = f'model={KIM_MODEL}'
FORCEWIRE_MODEL = ['-m', 'kim', '-o', MODEL_OPTIONS]
LAMMPS_BEFORE_ATOMS = f'kim init {KIM_MODEL} metal'
LAMMPS_MODEL = 'kim interactions Al'

TIME_STEP = 2 / TIME  # atomic units
HEATING_STEPS = 100


def lattice(natoms):
    """An fcc lattice of about `natoms` atoms: edge and positions [bohr]. No atom lies where the
    cell begins: LAMMPS would move it to the other side again and again."""
    cells = max(3, round((natoms / 4) ** (1 / 3)))
    corners = np.stack(np.meshgrid(*3 * [np.arange(cells)], indexing='ij'), -1).reshape(-1, 1, 3)
    basis = np.array([[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]]) + 0.25
    return cells * LATTICE_CONSTANT, (corners + basis).reshape(-1, 3) * LATTICE_CONSTANT


def frames(natoms, count, forces_of):
    """Heats the lattice and yields (cell, positions) [bohr] of `count` consecutive steps.

    forces_of(cell, positions) gives forces [hartree/bohr]."""
    edge, x = lattice(natoms)
    cell = np.eye(3) * edge
    mass = MASS * ELECTRON_MASSES
    v = np.random.default_rng(1).normal(0, (START_TEMPERATURE / mass) ** 0.5, x.shape)
    v -= v.mean(0)
    f = forces_of(cell, x)
    for step in range(HEATING_STEPS + count):
        v += 0.5 * TIME_STEP / mass * f
        x = x + TIME_STEP * v
        f = forces_of(cell, x)
        v += 0.5 * TIME_STEP / mass * f
        if step >= HEATING_STEPS:
            yield cell, x
