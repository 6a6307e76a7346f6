"""What --stats and -v tell, against what the test has done itself."""

import datetime
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

import program_run
import structures
from program_run import Program, ProgramTest
from scripted_server import posdata_message

DRAW_STATS = pathlib.Path(__file__).resolve().parents[3] / "apps/forcewire/draw_stats.py"
USAGE, SERVER_VANISHED, PROTOCOL = 2, 4, 5
PARTS = ("waiting", "receiving", "sharing", "neighbour_lists", "forces", "reducing", "sending",
         "other")  # fmt: skip
PERCENTILES = ("min_s", "p10_s", "median_s", "p90_s", "p99_s", "max_s")


class StatsCase(ProgramTest):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory(prefix="fw_")
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "stats.json")
        self.nodes = min(2, Program.ranks)
        self.arguments = [*self.server.arguments, "--pretended-nodes", str(self.nodes)]

    def start(self, *arguments, stats=None):
        return Program([*self.arguments, "--stats", stats or self.path, *arguments])

    def stats(self):
        """What the file says; it is the only one in its folder."""
        self.assertEqual(os.listdir(os.path.dirname(self.path)), ["stats.json"])
        with open(self.path) as file:
            return json.load(file)

    def skip_with_several_ranks(self):
        if Program.ranks > 1 and not program_run.THOROUGH:
            self.skipTest("enough with one rank")


class StatsTest(StatsCase):
    def test_numbers_are_those_of_the_run(self):
        small, large = structures.crystal(), structures.liquid(32000)
        start, begin = time.monotonic(), int(time.time())
        with self.start() as program:
            connection = self.server.accept()
            connected = time.monotonic()
            latest = time.time()
            for _ in range(5):
                connection.evaluate(*large)
            for _ in range(20):
                connection.evaluate(*small)  # which the root does alone
            time.sleep(0.3)
            connection.evaluate(*small)
            said = time.monotonic() - connected
            connection.exit()
            self.expect_success(program)
        took = time.monotonic() - start
        stats = self.stats()

        self.assertEqual(stats["schema"], 1)
        self.assertEqual(stats["model"]["name"], "lj")
        self.assertEqual((stats["ranks"], stats["nodes"]), (Program.ranks, self.nodes))
        self.assertEqual(stats["exit"], {"status": 0, "reason": "the server sent EXIT"})
        said_begin = datetime.datetime.fromisoformat(stats["begin"].replace("Z", "+00:00"))
        self.assertGreaterEqual(said_begin.timestamp(), begin)
        self.assertLessEqual(said_begin.timestamp(), latest)
        self.assertEqual(stats["sessions"], 1)
        self.assertEqual(stats["requests"], 26)
        natoms = len(small[1])
        self.assertEqual(
            stats["atoms"],
            {"fewest": natoms, "most": 32000, "total": 5 * 32000 + 21 * natoms},
        )
        self.assertEqual(stats["evaluations"], 26)
        self.expect_times(stats, said, took)
        self.expect_ranks(stats)
        self.expect_picture(stats)

    def expect_times(self, stats, said, took):
        timing = stats["timing"]
        self.assertEqual(timing["answered"], 26)
        for name in ("round_trip", *PARTS):
            percentiles = [timing[name][key] for key in PERCENTILES]
            self.assertEqual(percentiles, sorted(percentiles), name)
            self.assertGreaterEqual(percentiles[0], 0)
            self.assertLessEqual(percentiles[-1], timing[name]["total_s"] + 1e-9)
        totals = sum(timing[part]["total_s"] for part in PARTS)
        self.assertAlmostEqual(totals, stats["wall_s"], 6)
        self.assertGreater(stats["wall_s"], 0.5 * said)
        self.assertLess(stats["wall_s"], stats["program_s"])
        self.assertLess(stats["program_s"], took)
        self.assertGreater(timing["waiting"]["max_s"], 0.29)
        self.assertLess(timing["waiting"]["p90_s"], 0.29)
        self.assertLess(timing["round_trip"]["total_s"], stats["wall_s"] - 0.29)
        self.assertGreater(timing["forces"]["median_s"], 0)
        bins = timing["round_trip_bins"]
        self.assertEqual(sum(count for _, _, count in bins), 26)
        for before, after in zip(bins, bins[1:]):
            self.assertLessEqual(before[1], after[0])
        self.assertLessEqual(bins[0][0], timing["round_trip"]["min_s"])
        self.assertGreaterEqual(bins[-1][1], timing["round_trip"]["max_s"])

    def expect_ranks(self, stats):
        ranks = stats["per_rank"]
        self.assertEqual([rank["rank"] for rank in ranks], list(range(Program.ranks)))
        self.assertEqual([rank["node"] for rank in ranks], [0] if self.nodes == 1 else [0, 0, 1])
        self.assertEqual({rank["host"] for rank in ranks}, {os.uname().nodename[:63]})
        self.assertEqual([rank["evaluations"] for rank in ranks], [26] + [5] * (Program.ranks - 1))
        self.assertEqual(
            [rank["list_rebuilds"] for rank in ranks[1:]], [1] * (Program.ranks - 1)
        )
        # Other nodes get each position once, and send each force once.
        moved = 5 * 24 * 32000 * (self.nodes - 1)
        self.assertEqual(
            stats["between_nodes"], {"positions_bytes": moved, "forces_bytes": moved}
        )
        for rank in ranks:
            self.assertEqual(rank["positions_bytes_in"], moved if rank["rank"] == 2 else 0)
            self.assertEqual(rank["forces_bytes_out"], moved if rank["rank"] == 2 else 0)
            self.assertGreater(rank["memory_peak_bytes"], 1e6)
            self.assertLessEqual(rank["computing_s"], rank["forces_s"])
        self.assertEqual(
            stats["memory_peak_bytes"], sum(rank["memory_peak_bytes"] for rank in ranks)
        )
        computing = [rank["computing_s"] for rank in ranks]
        imbalance = stats["imbalance"]["computing"]
        self.assertAlmostEqual(imbalance["mean_s"], sum(computing) / len(ranks), 9)
        self.assertEqual(imbalance["max_s"], max(computing))
        self.assertAlmostEqual(
            imbalance["max_over_mean"], max(computing) * len(ranks) / sum(computing), 9
        )

    def expect_picture(self, stats):
        picture = self.path + ".png"
        finished = subprocess.run(
            [sys.executable, DRAW_STATS, self.path, picture], capture_output=True, text=True
        )
        self.assertEqual(finished.returncode, 0, finished.stderr)
        self.assertIn(picture, finished.stdout)
        self.assertGreater(os.path.getsize(picture), 10000)

    def test_progress_is_at_a_human_rhythm(self):
        self.skip_with_several_ranks()
        with Program([*self.server.arguments, "-v"]) as program:
            connection = self.server.accept()
            start = time.monotonic()
            for _ in range(200):
                connection.evaluate(*structures.crystal())
            took = time.monotonic() - start
            time.sleep(1.05)
            connection.evaluate(*structures.crystal())
            connection.exit()
            self.expect_success(program)
        heading = re.search(r"(?m)^time \[s\] +requests .*$", program.out)
        self.assertIsNotNone(heading, program.out)
        lines = re.findall(r"(?m)^ +\d+ +(\d+) +[\d.]+ +4 +-?\d.*$", program.out)
        self.assertEqual(lines[-1], "201", program.out)
        self.assertLessEqual(len(lines), 2 + took, program.out)


class StatsFaultTest(StatsCase):
    def test_second_server_breaks_the_protocol(self):
        """With --stats: the second of two servers breaks the protocol, and both are in the file"""
        with self.start("--on-disconnect", "reconnect") as program:
            connection = self.server.accept()
            connection.evaluate(*structures.crystal())
            connection.close()
            connection = self.server.accept()
            connection.evaluate(*structures.crystal())
            connection.evaluate(*structures.crystal())
            connection.send(b"NONSENSE    ")
            self.expect_failure(program, PROTOCOL, "NONSENSE")
            reason = program.errors()[0].removeprefix("forcewire: error: ")
        stats = self.stats()
        self.assertEqual(stats["exit"], {"status": PROTOCOL, "reason": reason})
        self.assertEqual((stats["sessions"], stats["requests"]), (2, 3))
        self.assertEqual(len(stats["per_rank"]), Program.ranks)

    def test_result_that_nobody_fetches(self):
        """With --stats: the server vanishes before it fetched a result, and the file is written"""
        self.skip_with_several_ranks()
        with self.start("-q") as program:
            connection = self.server.accept()
            connection.evaluate(*structures.crystal())
            connection.send(posdata_message(*structures.crystal()))
            connection.close()
            self.expect_failure(program, SERVER_VANISHED, "fetched its result")
        stats = self.stats()
        self.assertEqual(stats["exit"]["status"], SERVER_VANISHED)
        self.assertEqual((stats["requests"], stats["timing"]["answered"]), (2, 1))

    def test_full_disk_under_the_statistics(self):
        """The disk under --stats is full: there is a warning"""
        self.skip_with_several_ranks()
        with self.start(stats="/dev/full") as program:
            connection = self.server.accept()
            connection.evaluate(*structures.crystal())
            connection.exit()
            self.expect_end(program, 0)
            self.assertRegex(
                program.ours_on_stderr(),
                r"\Aforcewire: warning: .*/dev/full: .*No space left on device.*\Z",
            )

    def test_statistics_without_a_place(self):
        """--stats names a file in a folder that is none"""
        self.skip_with_several_ranks()
        with self.start(stats="/etc/passwd/stats.json") as program:
            self.expect_failure(program, USAGE, "--stats /etc/passwd/stats.json: Not a directory")
            self.server.socket.settimeout(0)
            with self.assertRaises(BlockingIOError):  # it was known before
                self.server.accept()

    def test_rank_that_is_stopped_at_the_end(self):
        """With --stats: the last rank gets SIGSTOP before the end, and SIGCONT later"""
        if Program.ranks == 1:
            self.skipTest("about other ranks than the root")
        with self.start() as program:
            connection = self.server.accept()
            connection.evaluate(*structures.crystal())
            rank = self.ranks(program)[-1]
            os.kill(rank, signal.SIGSTOP)
            connection.exit()
            deadline = time.monotonic() + 20
            while not os.path.exists(self.path) and time.monotonic() < deadline:
                time.sleep(0.05)
            stats = self.stats()
            os.kill(rank, signal.SIGCONT)
            self.expect_success(program)
        self.assertEqual(stats["exit"]["status"], 0)
        self.assertEqual(stats["requests"], 1)
        self.assertEqual([rank["rank"] for rank in stats["per_rank"]], [0])
        self.assertIsNone(stats["memory_peak_bytes"])


if __name__ == "__main__":
    program_run.end_at_once_when_alone()
    program_run.main()
