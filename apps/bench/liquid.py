"""Consecutive frames of a Lennard-Jones liquid, argon at reduced density 0.8442."""

import numpy as np

BOHR = 0.529177210903  # angstrom, CODATA 2018
HARTREE = 27.211386245988  # eV, CODATA 2018

SIGMA = 3.405 / BOHR  # bohr
EPSILON = 0.0103235 / HARTREE  # hartree; 119.8 K
CUTOFF = 2.5 * SIGMA
DENSITY = 0.8442  # reduced
MASS = 39.948  # dalton

# How each client gets its model.
MODEL_OPTIONS = f'{SIGMA!r},{EPSILON!r},{CUTOFF!r}'
FORCEWIRE_MODEL = ['-m', 'lj', '-o', MODEL_OPTIONS]
LAMMPS_BEFORE_ATOMS = 'units metal'
LAMMPS_MODEL = f'''pair_style lj/cut/opt {CUTOFF * BOHR!r}
pair_coeff 1 1 {EPSILON * HARTREE!r} {SIGMA * BOHR!r}
neighbor {0.3 * SIGMA * BOHR!r} bin'''

TIME_STEP = 0.005  # reduced, as in all comparisons of this liquid
MELTING_STEPS = 200
START_TEMPERATURE = 1.44  # reduced; the fcc lattice melts and takes half of it, leaving 0.72


def lattice(natoms, fewest_cells=3):
    """An fcc lattice of about `natoms` atoms: edge and positions [reduced]."""
    cells = max(fewest_cells, round((natoms / 4) ** (1 / 3)))
    edge = cells * (4 / DENSITY) ** (1 / 3)
    corners = np.stack(np.meshgrid(*3 * [np.arange(cells)], indexing='ij'), -1).reshape(-1, 1, 3)
    basis = np.array([[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]])
    return edge, (corners + basis).reshape(-1, 3) * (edge / cells)


def frames(natoms, count, forces_of):
    """Melts the lattice and yields (cell, positions) [bohr] of `count` consecutive steps.

    forces_of(cell, positions) gives forces [hartree/bohr]."""
    edge, x = lattice(natoms)
    cell = np.eye(3) * edge * SIGMA
    v = np.random.default_rng(1).normal(0, START_TEMPERATURE ** 0.5, x.shape)
    v -= v.mean(0)
    f = None
    for step in range(MELTING_STEPS + count):
        if f is not None:
            v += 0.5 * TIME_STEP * f
            x = x + TIME_STEP * v
        f = forces_of(cell, x * SIGMA) * (SIGMA / EPSILON)
        if step:
            v += 0.5 * TIME_STEP * f
        if step >= MELTING_STEPS:
            yield cell, x * SIGMA
