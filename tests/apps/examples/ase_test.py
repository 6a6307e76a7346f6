"""Runs the ASE example. Argument: the forcewire program."""

import os
import pathlib
import re
import subprocess
import sys
import unittest

EXAMPLE = pathlib.Path(__file__).resolve().parents[3] / "apps/examples/ase/relax_cluster.py"


class AseExample(unittest.TestCase):
    def test_finds_the_minimum_of_the_literature(self):
        run = subprocess.run(
            [sys.executable, EXAMPLE],
            env={**os.environ, "FORCEWIRE": sys.argv[1]},
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertEqual(run.returncode, 0, run.stderr)
        energy = re.search(r"(-\d+\.\d+) epsilon", run.stdout).group(1)
        self.assertAlmostEqual(float(energy), -44.326801, delta=1e-4)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
