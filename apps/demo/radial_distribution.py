"""How the density around an atom depends on the distance."""

import numpy as np
from scipy.spatial import cKDTree


def radial_distribution(frames, edge, largest, width=0.05):
    """g(r) of atoms in a periodic cube: density of pairs over that of an ideal gas.

    frames: arrays of positions (atoms, 3); edge, largest, width: edge of the cube, largest
    distance (at most half the edge), and width of a bin, in the unit of the positions.
    Returns the middles of the bins and g there. A tree finds the pairs: linear cost in atoms.
    """
    if largest > edge / 2:
        raise ValueError(f"distances up to {largest} wanted, half the edge is {edge / 2}")
    edges = np.linspace(0, largest, round(largest / width) + 1)
    counts = np.zeros(len(edges) - 1)
    for positions in frames:
        wrapped = positions % edge
        wrapped[wrapped == edge] = 0  # what % makes of tiny negative numbers; the tree refuses it
        tree = cKDTree(wrapped, boxsize=edge)
        pairs = tree.query_pairs(largest, output_type="ndarray")
        separation = wrapped[pairs[:, 0]] - wrapped[pairs[:, 1]]
        separation -= edge * np.round(separation / edge)
        counts += np.histogram(np.linalg.norm(separation, axis=1), edges)[0]

    atoms = len(frames[0])
    shells = 4 / 3 * np.pi * (edges[1:]**3 - edges[:-1]**3)
    ideal = len(frames) * atoms * (atoms - 1) / 2 * shells / edge**3
    return (edges[1:] + edges[:-1]) / 2, counts / ideal


def first_peak(distance, g):
    """Distance of the first peak: the top of a parabola through the points near the highest one."""
    top = np.argmax(g)
    near = slice(max(top - 4, 0), top + 5)
    a, b, _ = np.polyfit(distance[near] - distance[top], g[near], 2)
    return distance[top] - b / (2 * a)
