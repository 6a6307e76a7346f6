"""g(r) of arrangements in which it is known."""

import pathlib
import sys
import unittest

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "apps/demo"))

from radial_distribution import first_peak, radial_distribution


class RadialDistribution(unittest.TestCase):
    def test_is_one_without_interaction(self):
        random = np.random.default_rng(5)
        frames = [random.uniform(-5, 15, (2000, 3)) for _ in range(5)]
        distance, g = radial_distribution(frames, edge=10, largest=5, width=0.25)
        np.testing.assert_allclose(g[4:], 1, atol=0.05)

    def test_counts_the_shells_of_a_simple_cubic_lattice(self):
        """6 neighbours at 1, 12 at sqrt 2, 8 at sqrt 3, through the faces of the cube, too."""
        lattice = np.stack(np.meshgrid(*[np.arange(6.0)] * 3), axis=-1).reshape(-1, 3)
        distance, g = radial_distribution([lattice], edge=6, largest=2.5, width=0.1)
        shell = 4 / 3 * np.pi * ((distance + 0.05) ** 3 - (distance - 0.05) ** 3)
        neighbours = g * shell * (216 - 1) / 216  # of one atom
        for where, count in ((1, 6), (np.sqrt(2), 12), (np.sqrt(3), 8)):
            near = np.abs(distance - where) <= 0.1
            self.assertAlmostEqual(neighbours[near].sum(), count, places=9)

    def test_refuses_distances_beyond_half_the_cube(self):
        with self.assertRaisesRegex(ValueError, "half the edge"):
            radial_distribution([np.zeros((1, 3))], edge=6, largest=3.5)

    def test_first_peak_between_two_bins(self):
        distance = np.arange(0, 10, 0.05)
        g = np.exp(-((distance - 3.712) ** 2)) + 0.5 * np.exp(-((distance - 7) ** 2))
        self.assertAlmostEqual(first_peak(distance, g), 3.712, places=3)


if __name__ == "__main__":
    unittest.main()
