"""The benchmark of round trips runs, and its figures are complete; how large they are is not tested."""

import json
import sys
import unittest

import ase.io
from ase.build import bulk
from benchmark_case import BenchmarkCase

SCRIPT, FORCEWIRE, IDLE_CLIENT = sys.argv[1:4]


class RoundTripTest(BenchmarkCase):
    def run_benchmark(self, *arguments):
        finished = self.start_script(
            SCRIPT, "--forcewire", FORCEWIRE, "--idle-client", IDLE_CLIENT, "--scratch",
            self.folder, "--frames", "3", "--rounds", "1", *arguments)
        self.assert_success(finished)
        self.assertGreater((self.folder / "round_trip.png").stat().st_size, 1000)
        return finished.stdout, json.loads((self.folder / "round_trip.json").read_text())

    def test_each_client_in_both_styles(self):
        again = f"again=mpirun -n 1 {FORCEWIRE} -u -a {{name}} -m lj -o {{model}}"
        table, rows = self.run_benchmark("--atoms", "108", "--ranks", "1", "--client", again)
        for label in ("floor", "forcewire n1", "again"):
            self.assertIn(label, table)
            styles = [row["style"] for row in rows if row["client"] == label]
            self.assertEqual(styles, ["fused", "polled"])
        for row in rows:
            self.assertEqual(row["atoms"], 108)
            self.assertGreater(row["median_s"], 0)
            self.assertLessEqual(row["min_s"], row["p10_s"])
            if row["client"] == "again":
                self.assertLess(row["force_difference"], 1e-12)
            if row["client"] == "floor":
                self.assertEqual(row["ratio_to_floor"], 1)
                self.assertEqual(row["force_difference"], 1)  # it computes nothing

    def test_a_trajectory_of_ones_own(self):
        atoms = bulk("Ar", "fcc", a=5.3) * 3  # a triclinic cell: not for LAMMPS
        frames = []
        for seed in range(8):
            atoms.rattle(0.02, seed=seed)
            frames.append(atoms.copy())
        ase.io.write(self.folder / "frames.xyz", frames)
        _, rows = self.run_benchmark("--trajectory", self.folder / "frames.xyz", "--ranks", "2",
                                     "--style", "fused")
        self.assertEqual([row["client"] for row in rows], ["floor", "forcewire n2"])
        self.assertEqual({row["atoms"] for row in rows}, {27})


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
