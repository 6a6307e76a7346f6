"""Lennard-Jones forces straight from the formulas, with numpy: every pair, every image.

It shares nothing with the engine. Truncation is plain; the tail correction of a fully periodic
system is the textbook integral from the cutoff to infinity over a uniform density
(M. P. Allen and D. J. Tildesley, Computer Simulation of Liquids, 2nd ed., section 2.8).
"""

import itertools

import numpy as np


def images_within(cell, cutoff):
    """Lattice vectors of all cells that can hold a neighbour; a zero row of `cell` does not repeat."""
    periodic = np.any(cell != 0, axis=1)
    counts = [0, 0, 0]
    if periodic.any():
        vectors = cell[periodic]
        dual = np.linalg.pinv(vectors)  # columns: gradients of the fractional coordinates
        heights = 1 / np.linalg.norm(dual, axis=0)
        for axis, height in zip(np.flatnonzero(periodic), heights):
            counts[axis] = int(np.ceil(cutoff / height)) + 1
    ranges = [range(-n, n + 1) for n in counts]
    return np.array(list(itertools.product(*ranges)), dtype=float) @ cell


def wrap(cell, positions):
    periodic = np.any(cell != 0, axis=1)
    if not periodic.any():
        return positions
    vectors = cell[periodic]
    fractions = positions @ np.linalg.pinv(vectors)
    return positions - np.floor(fractions) @ vectors


def lennard_jones(cell, positions, sigma, epsilon, cutoff):
    """Energy, forces and virial (positive in compression) in the units of the arguments."""
    cell = np.asarray(cell, dtype=float)
    positions = wrap(cell, np.asarray(positions, dtype=float))
    energy = 0.0
    forces = np.zeros_like(positions)
    virial = np.zeros((3, 3))
    for shift in images_within(cell, cutoff):
        separation = positions[None, :, :] + shift - positions[:, None, :]  # from i to j
        squared = np.sum(separation**2, axis=2)
        if not shift.any():
            np.fill_diagonal(squared, np.inf)
        pairs = squared < cutoff**2
        s6 = np.where(pairs, sigma**6 / np.where(pairs, squared, 1) ** 3, 0)
        energy += 0.5 * np.sum(4 * epsilon * (s6**2 - s6))
        # f_i = -(24 epsilon / r^2) (2 s12 - s6) r_ij, with r_ij from i to j
        factor = 24 * epsilon * (2 * s6**2 - s6) / np.where(pairs, squared, 1)
        pushes = -factor[:, :, None] * separation
        forces += pushes.sum(axis=1)
        virial += 0.5 * np.einsum("ijk,ijl->kl", -separation, pushes)
    if np.all(np.any(cell != 0, axis=1)):
        volume = abs(np.linalg.det(cell))
        s3 = (sigma / cutoff) ** 3
        prefactor = np.pi * epsilon * sigma**3 * len(positions) ** 2 / volume
        energy += prefactor * (8 / 9 * s3**3 - 8 / 3 * s3)
        virial += np.eye(3) * prefactor * (32 / 9 * s3**3 - 16 / 3 * s3)
    return energy, forces, virial
