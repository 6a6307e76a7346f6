"""The benchmark of the engine's steps runs, and its figures are complete; how large they are is not
tested."""

import json
import shutil
import subprocess
import sys
import tempfile
import unittest

from benchmark_case import BenchmarkCase

SCRIPT, FORCEWIRE, ENGINE_REPLAY, OUTSIDE_LJ = sys.argv[1:5]

# What MD-Bench prints, shortened.
MD_BENCH = """#!/bin/sh
[ "$*" = "-half 1 -nx $4 -ny $4 -nz $4 -n ${10}" ] || exit 1
cat <<'TABLE'
	Single atom type: true
System: 108 atoms 500 ghost atoms, Steps: 400
TOTAL 1.59s

    | FORCE | NEIGH |BALANCE|FORWARD|REVERSE| UPDATE|  REST |  SETUP|
----|-------|-------|-------|-------|-------|-------|-------|-------|
 AVG|   4.01|   0.80|   0.00|   0.02|   0.00|   0.00|   0.10|   0.20|
 MIN|   1.00|   0.40|   0.00|   0.02|   0.00|   0.00|   0.10|   0.20|
TABLE
"""


class EngineStepTest(BenchmarkCase):
    def start(self, *arguments):
        return self.start_script(
            SCRIPT, "--forcewire", FORCEWIRE, "--engine-replay", ENGINE_REPLAY, "--scratch",
            self.folder / "scratch", "--frames", "8", "--passes", "2", "--rounds", "2", "--atoms",
            "108", *arguments)

    def run_benchmark(self, *arguments):
        finished = self.start(*arguments)
        self.assert_success(finished)
        figures = json.loads((self.folder / "scratch/engine_step.json").read_text())
        for row in figures["times"]:
            self.assertIn(row["client"], finished.stdout)
            self.assertEqual(row["atoms"], 108)
            self.assertEqual(len(row["rounds"]), 2)
            self.assertGreater(row["min_s"], 0)
            self.assertLessEqual(row["min_s"], row["median_s"])
        for ratio in figures["ratios"]:
            self.assertIn(ratio["what"], finished.stdout)
            self.assertGreaterEqual(ratio["median"], 0)
        return figures

    def md_bench(self, text=MD_BENCH):
        program = self.folder / "MDBench-CP-GCC-X86-AVX2-DP"
        program.write_text(text)
        program.chmod(0o755)
        return program

    def test_forcewire_on_one_rank_and_two(self):
        figures = self.run_benchmark("--ranks", "1", "2", "--lammps", "")
        self.assertEqual([row["client"] for row in figures["times"]],
                         ["forcewire n1", "forcewire n2"])
        for row in figures["times"]:
            self.assertLess(row["energy_difference"], 1e-12)
            for measured in row["rounds"]:
                self.assertLessEqual(measured["min_step_s"], measured["median_step_s"])
                self.assertAlmostEqual(sum(measured["parts_s"].values()) / measured["step_s"], 1)
        self.assertEqual([ratio["what"] for ratio in figures["ratios"]],
                         ["list builds / forces, forcewire n1",
                          "list builds / forces, forcewire n2",
                          "step of forcewire n1 / of n2"])

    def test_what_reproducible_costs(self):
        figures = self.run_benchmark("--ranks", "1", "--lammps", "", "--reproducible")
        self.assertEqual([row["client"] for row in figures["times"]],
                         ["forcewire n1", "forcewire n1 reproducible"])
        self.assertLess(figures["times"][1]["energy_difference"], 1e-9)
        self.assertEqual(figures["ratios"][0]["what"],
                         "step of forcewire n1 reproducible / of forcewire n1")

    def test_potentials_of_a_user(self):
        # Morse as it comes with forcewire takes the same options, and less long to build.
        figures = self.run_benchmark("--ranks", "1", "--lammps", "", "--outside-lj", OUTSIDE_LJ,
                                     "--outside-morse", "morse")
        labels = ["forcewire n1", "forcewire n1 outside lj", "forcewire n1 outside morse"]
        self.assertEqual([row["client"] for row in figures["times"]], labels)
        self.assertEqual([ratio["what"] for ratio in figures["ratios"]],
                         [f"{what} of {label} / of forcewire n1, forces" for label in labels[1:]
                          for what in ("speed", "time for an operation")]
                         + ["list builds / forces, forcewire n1"])
        speed, time = (ratio["of_minima"] for ratio in figures["ratios"][:2])
        self.assertAlmostEqual(speed * time, 1)
        speed, time = (ratio["of_minima"] for ratio in figures["ratios"][2:4])
        self.assertAlmostEqual(speed * time, 31 / 67)

    def test_every_pass_builds_its_lists(self):
        intervals = []
        for passes in "1", "4":
            figures = self.run_benchmark("--ranks", "1", "--lammps", "", "--frames", "40",
                                         "--passes", passes)
            for measured in figures["times"][0]["rounds"]:
                self.assertGreater(measured["parts_s"]["list_build"], 0)
                self.assertGreater(measured["parts_s"]["list_test"], 0)
                intervals.append(measured["steps_per_build"])
        self.assertLess(intervals[0], 40)
        self.assertEqual(len(set(intervals)), 1, intervals)

    @unittest.skipUnless(shutil.which("lmp"), "LAMMPS is not installed")
    def test_lammps_comes_through_the_same_frames(self):
        figures = self.run_benchmark("--ranks", "1")
        labels = [row["client"] for row in figures["times"]]
        self.assertEqual(labels[:2], ["forcewire n1", "LAMMPS lj/cut n1"])
        for row in figures["times"][1:]:
            self.assertLess(row["energy_difference"], 1e-11)
            for measured in row["rounds"]:
                self.assertIn("pair", measured["parts_s"])
                self.assertEqual(measured["dangerous_builds"], 0)
        self.assertIn("step of LAMMPS lj/cut n1 / of forcewire n1",
                      [ratio["what"] for ratio in figures["ratios"]])

    def test_md_bench_in_its_folder(self):
        self.md_bench()
        figures = self.run_benchmark("--ranks", "1", "--lammps", "", "--md-bench", self.folder)
        row = figures["times"][1]
        self.assertEqual(row["client"], "MD-Bench one type")
        self.assertAlmostEqual(row["parts_s"]["force"], 0.01)
        self.assertAlmostEqual(row["parts_s"]["neigh"], 0.002)
        self.assertAlmostEqual(row["median_s"], 0.012)
        self.assertEqual([ratio["what"] for ratio in figures["ratios"]][:2],
                         ["forces with energy, virial of forcewire n1 / forces of MD-Bench one type",
                          "step of forcewire n1 / forces and lists of MD-Bench one type"])

    def assert_complains(self, complaint, *arguments):
        finished = self.start("--ranks", "1", *arguments)
        self.assertEqual(finished.returncode, 1)
        self.assertIn(complaint, finished.stderr)

    def test_says_which_program_is_missing(self):
        self.assert_complains("--lammps: no executable no_such_lammps", "--lammps",
                              "no_such_lammps")
        self.assert_complains("expected one MDBench-CP-*-DP in", "--lammps", "", "--md-bench",
                              self.folder)

    def test_shows_what_a_program_said_in_vain(self):
        for text, complaint in (("echo nothing", "MD-Bench: expected a line like"),
                                ("echo out of order; exit 3", "ended with status 3:\nout of order")):
            self.assert_complains(complaint, "--lammps", "", "--md-bench",
                                  self.md_bench("#!/bin/sh\n" + text))


class EngineReplayTest(unittest.TestCase):
    def test_wants_whole_frames(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(bytes(7 * 24 + 8))
            file.flush()
            finished = subprocess.run(
                ["mpirun", "-n", "2", ENGINE_REPLAY, file.name, "--atoms", "1", "--edge", "50",
                 "--model", "6,1e-4,15"], capture_output=True, text=True, timeout=60)
        self.assertNotEqual(finished.returncode, 0)
        self.assertIn("expected more than 5 frames of 24 bytes each (1 atoms), got 176 bytes",
                      finished.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[5:])
