"""Runs the i-PI examples. Arguments: the forcewire program. Without i-PI: status 77, not run."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import numpy as np

EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "apps/examples/ipi"
NOT_RUN = 77


def rows_starting_with(word, path):
    """The numbers of an xyz file: x, y, z of each line of this species."""
    lines = (line.split() for line in path.read_text().splitlines())
    return np.array([[float(x) for x in line[1:]] for line in lines if line and line[0] == word])


class IpiExamples(unittest.TestCase):
    def run_example(self, name, **environment):
        """Returns its folder and i-PI's table of properties."""
        folder = tempfile.TemporaryDirectory(prefix=f"forcewire-{name}-")
        self.addCleanup(folder.cleanup)
        run = subprocess.run(
            [EXAMPLES / "run", name, folder.name],
            env={**os.environ, "FORCEWIRE": sys.argv[1], **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        self.assertEqual(run.returncode, 0, run.stderr)
        output = pathlib.Path(folder.name)
        return output, np.loadtxt(output / "simulation.out")

    def test_constant_energy(self):
        output, table = self.run_example("nve_unix")
        conserved, temperature = table[:, 2], table[:, 3]
        per_atom = (conserved[1:] - conserved[1]) / 256
        self.assertLess(np.abs(per_atom).max(), 2e-6)  # eV; k_B T is 8e-3
        self.assertAlmostEqual(temperature[20:].mean(), 94.4, delta=8)
        self.assertIn("the server sent EXIT", (output / "client.log").read_text())

    def test_constant_pressure(self):
        _, table = self.run_example("npt_inet")
        conserved, density = table[:, 2], table[:, 6]
        self.assertLess(np.abs((conserved[1:] - conserved[1]) / 256).max(), 1e-4)
        self.assertGreater(density.std(), 0)
        self.assertTrue(np.all((1.30 < density) & (density < 1.45)), density)

    def test_beads_take_turns_on_one_client(self):
        output, table = self.run_example("path_integral")
        # Quantum kinetic energy of argon at 94.4 K: a few percent above 3/2 k_B T.
        classical = 1.5 * 8.617333262e-5 * 94.4 * 256
        self.assertAlmostEqual(table[5:, 5].mean() / classical, 1.05, delta=0.05)
        self.assertRegex((output / "client.log").read_text(), r"(?m)^ +requests +1608 ")

    def test_drop_in_for_ipi_driver(self):
        driver = shutil.which("i-pi-driver")
        if not driver:
            self.skipTest("no i-pi-driver to compare with")
        ours, our_table = self.run_example("drop_in")
        theirs, their_table = self.run_example("drop_in", DRIVER=driver)
        # To the digits that i-PI prints: energies and virial, then forces of all atoms.
        np.testing.assert_allclose(our_table, their_table, rtol=2e-8, atol=1e-16)
        our_forces, their_forces = (
            rows_starting_with("Ar", folder / "simulation.for_0.xyz") for folder in (ours, theirs)
        )
        self.assertEqual(our_forces.shape, (21 * 256, 3))
        np.testing.assert_allclose(our_forces, their_forces, rtol=1e-5, atol=1e-13)


if __name__ == "__main__":
    if not shutil.which(os.environ.get("IPI", "i-pi").split()[0]):
        print("not run: i-PI not found (neither i-pi in PATH nor the variable IPI)")
        sys.exit(NOT_RUN)
    unittest.main(argv=sys.argv[:1])
