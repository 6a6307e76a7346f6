"""Runs the server in numpy. Argument: the forcewire program."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import numpy as np

EXAMPLE = pathlib.Path(__file__).resolve().parents[3] / "apps/examples/own_server/server.py"


class OwnServerExample(unittest.TestCase):
    def test_tabulates_the_pair_potential(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "dimer")
            command = [sys.executable, EXAMPLE, path]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
                client = ["mpirun", "-n", "1", sys.argv[1], "-u", "-a", path, "-m", "lj"]
                options = ["-o", "6.4,3.8e-4,50", "--quiet"]
                status = subprocess.run([*client, *options], timeout=60).returncode
                if status != 0:
                    server.kill()  # it would wait for another client
                table, _ = server.communicate(timeout=60)
        self.assertEqual((status, server.returncode), (0, 0))

        distance, energy, force = np.loadtxt(table.splitlines()[2:], unpack=True)
        self.assertEqual(len(distance), 13)
        ratio = (6.4 / distance) ** 6
        np.testing.assert_allclose(energy, 4 * 3.8e-4 * (ratio**2 - ratio), rtol=1e-6)
        expected = 24 * 3.8e-4 * (2 * ratio**2 - ratio) / distance
        np.testing.assert_allclose(force, expected, rtol=1e-6)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
