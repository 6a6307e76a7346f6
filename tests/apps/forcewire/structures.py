"""Structures of argon atoms [bohr], one of each kind of cell that servers send."""

import numpy as np

SPACING = 7.4  # a bit more than the minimum of the pair energy


def cluster(natoms=13, seed=1):
    """A molecule: no periodic axis."""
    return np.zeros((3, 3)), _jittered_grid(natoms, seed)


def slab(seed=2):
    """Periodic along a and b, skewed."""
    cell = np.array([[22.2, 0, 0], [4.1, 22.2, 0], [0, 0, 0]])
    return cell, _jittered_grid(18, seed)


def wire(seed=3):
    """Periodic along c alone, longer than one cutoff needs, positions unwrapped."""
    cell = np.array([[0, 0, 0], [0, 0, 0], [1.5, 2.5, 23.0]])
    positions = _jittered_grid(9, seed)
    positions[4] += 3 * cell[2]
    return cell, positions


def crystal(seed=4):
    """Triclinic, with cutoff longer than the cell."""
    cell = np.array([[14.9, 0.4, -0.3], [5.1, 14.2, 0.2], [-3.9, 2.8, 15.3]])
    fractions = np.array([[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]])
    noise = np.random.default_rng(seed).normal(0, 0.01, fractions.shape)
    return cell, (fractions + noise) @ cell


def one_atom():
    """One atom in a skewed cell much smaller than the cutoff."""
    return np.array([[7.5, 0, 0], [3.6, 6.6, 0], [3.9, 2.2, 6.3]]), np.array([[1.0, 2.0, 3.0]])


def liquid(natoms=108, seed=5):
    """A cubic box, filled evenly."""
    edge = int(np.ceil(natoms ** (1 / 3)))
    places = _jittered_grid(edge**3, seed)
    return np.eye(3) * SPACING * edge, places[np.arange(natoms) * edge**3 // natoms]


EVERY_KIND = {
    "cluster": cluster,
    "slab": slab,
    "wire": wire,
    "crystal": crystal,
    "one atom": one_atom,
    "liquid": liquid,
}


def _jittered_grid(natoms, seed):
    edge = int(np.ceil(natoms ** (1 / 3)))
    grid = np.array(list(np.ndindex(edge, edge, edge)), dtype=float)[:natoms]
    return grid * SPACING + np.random.default_rng(seed).normal(0, 0.3, (natoms, 3))
