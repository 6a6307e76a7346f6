"""The equation of state against what is known of the fluid without it."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "apps/demo"))

from equation_of_state import reduced_pressure


class EquationOfState(unittest.TestCase):
    def test_is_ideal_when_dilute(self):
        self.assertAlmostEqual(reduced_pressure(2.0, 1e-6) / 2e-6, 1, places=5)

    def test_second_virial_coefficient(self):
        """At the Boyle temperature, 3.4179 for the potential, it vanishes."""
        density = 1e-4
        boyle = (reduced_pressure(3.4179, density) / (3.4179 * density) - 1) / density
        self.assertAlmostEqual(boyle, 0, delta=0.02)

    def test_critical_point(self):
        """Slope and curvature vanish at the critical point, 1.3396 and 0.3108 as the paper has it."""
        step = 1e-3
        below, at, above = (reduced_pressure(1.3396, 0.3108 + d) for d in (-step, 0, step))
        self.assertAlmostEqual((above - below) / (2 * step), 0, delta=1e-3)
        self.assertAlmostEqual((above - 2 * at + below) / step**2, 0, delta=0.05)
        self.assertAlmostEqual(at, 0.1405, delta=5e-4)

    def test_liquid_and_vapour_have_one_pressure(self):
        """Coexisting densities at T = 0.7: A. Lotfi et al., Mol. Phys. 76, 1319 (1992)."""
        self.assertAlmostEqual(reduced_pressure(0.7, 0.8428), 0.0014, delta=0.02)
        self.assertAlmostEqual(reduced_pressure(0.7, 0.0020), 0.0014, delta=1e-4)


if __name__ == "__main__":
    unittest.main()
