"""The script that measures what groups bring runs, and its figures are complete; how large they are
is not tested."""

import json
import sys
import unittest

from benchmark_case import BenchmarkCase

SCRIPT, FORCEWIRE = sys.argv[1:3]


class BeadsTest(BenchmarkCase):
    def test_measures_each_split(self):
        finished = self.start_script(
            SCRIPT, "--forcewire", FORCEWIRE, "--scratch", self.folder, "--split", "1x1", "3x1",
            "1x2", "--atoms", "108", "--spread", "0.1", "--frames", "3", "--steps", "3", "--rounds",
            "2")
        self.assert_success(finished)
        rows = json.loads((self.folder / "groups.json").read_text())
        self.assertEqual([(row["groups"], row["ranks_per_group"]) for row in rows],
                         [(1, 1), (3, 1), (1, 2)])
        self.assertEqual(rows[0]["speed_up"], 1)
        for row in rows:
            self.assertEqual((row["atoms"], row["beads"]), (108, 8))
            self.assertEqual(len(row["rounds_s"]), 2)
            self.assertGreater(row["median_s"], 0)
            self.assertLessEqual(row["low_speed_up"], row["high_speed_up"])
        # Each bead has a list, built once for each connection that asked for it; the first one was
        # asked for all frames, and all of them in two rounds with their warm-up.
        steps = 2 * (3 + 5)
        self.assertAlmostEqual(rows[0]["rebuilds_per_request"] * (3 + steps), 1)
        for row in rows[1:]:
            builds_per_bead = row["rebuilds_per_request"] * steps
            self.assertGreaterEqual(builds_per_bead, 0.999)
            self.assertLessEqual(builds_per_bead, row["groups"] + 0.001)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
