"""The script that measures what waiting costs runs, and its figures are complete; how large they are
is not tested."""

import json
import sys
import unittest

from benchmark_case import BenchmarkCase

SCRIPT, FORCEWIRE = sys.argv[1:3]
WAYS = ["spin", "auto"]


class IdleCostTest(BenchmarkCase):
    def test_measures_all_parts(self):
        finished = self.start_script(
            SCRIPT, "--forcewire", FORCEWIRE, "--scratch", self.folder, "--ranks", "2", "--way",
            *WAYS, "--pause", "0.1", "--rounds", "2", "--atoms", "108", "--think", "0.5",
            "--round-trips", "50", "--steps", "5")
        self.assert_success(finished)
        figures = json.loads((self.folder / "idle.json").read_text())
        self.assertEqual([(row["nodes"], row["way"]) for row in figures["pause"]],
                         [(nodes, way) for nodes in (1, 2) for way in WAYS])
        for row in figures["pause"]:
            self.assertEqual(len(row["shares"]), 2)
            self.assertGreaterEqual(min(row["shares"]), 0)
        for part in "latency", "md":
            self.assertEqual([row["way"] for row in figures[part]], WAYS)
            self.assertEqual(figures[part][0]["ratio"], 1)
            for row in figures[part]:
                self.assertGreater(row["median"], 0)
                self.assertLessEqual(row["low_ratio"], row["high_ratio"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
