"""Pressure and drift of systems in which they are known."""

import pathlib
import sys
import unittest

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "apps/demo"))

from ase import Atoms, units
from ase.calculators.calculator import Calculator

from samples import MEGAPASCAL, PICOSECOND, Samples


class NoForces(Calculator):
    """An ideal gas with a virial of its own."""

    implemented_properties = ["energy", "forces", "stress"]

    def __init__(self, virial):
        super().__init__()
        self.virial = virial

    def calculate(self, atoms=None, properties=(), system_changes=()):
        stress = -self.virial / atoms.get_volume() * np.array([1, 1, 1, 0, 0, 0])
        self.results = {"energy": 0.0, "forces": np.zeros((len(atoms), 3)), "stress": stress}


class SamplesTest(unittest.TestCase):
    def test_pressure_has_a_kinetic_and_a_virial_part(self):
        atoms = Atoms("Ar1000", np.zeros((1000, 3)), cell=[50, 50, 50], pbc=True)
        random = np.random.default_rng(3)
        atoms.set_momenta(random.normal(0, 1, (1000, 3)))
        samples = Samples()
        for virial in (0.0, 2.5):
            atoms.calc = NoForces(virial)
            samples.record(atoms, 3 * PICOSECOND)
        ideal = 1000 * units.kB * atoms.get_temperature() / 50**3 / MEGAPASCAL
        self.assertAlmostEqual(samples.pressure[0] / ideal, 1, places=9)
        self.assertAlmostEqual(
            samples.pressure[1] - samples.pressure[0], 2.5 / 50**3 / MEGAPASCAL, places=9
        )
        self.assertAlmostEqual(samples.time[0], 3)

    def test_drift_is_of_the_total_energy(self):
        times = np.linspace(0, 10, 50)
        swing = np.sin(7 * times)  # to and fro between the two kinds of energy
        samples = Samples((t, 0, -1 + s + 1e-3 * t, 1 - s, 0) for t, s in zip(times, swing))
        self.assertAlmostEqual(samples.drift(), 1e-3, places=12)
        self.assertEqual(len(samples.since(5.0).rows), 25)


if __name__ == "__main__":
    unittest.main()
