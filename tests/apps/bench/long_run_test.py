"""A long run, here a short one: its figures are complete, and it says what has grown."""

import json
import sys
import unittest

from benchmark_case import BenchmarkCase

SCRIPT, FORCEWIRE = sys.argv[1:3]

# Opens a file at each request, and never closes it.
LEAKING = """#!{python}
import os, socket, struct, sys
connection = socket.socket(socket.AF_UNIX)
connection.connect("/tmp/ipi_" + sys.argv[sys.argv.index("-a") + 1])
open("/proc/self/comm", "w").write("forcewire")
stream = connection.makefile("rb")
kept = []
while word := stream.read(12).strip():
    if word == b"STATUS":
        connection.sendall(b"READY".ljust(12))
    elif word == b"POSDATA":
        stream.read(144)
        natoms, = struct.unpack("<i", stream.read(4))
        stream.read(24 * natoms)
    elif word == b"GETFORCE":
        kept.append(os.open("/dev/null", os.O_RDONLY))
        connection.sendall(b"FORCEREADY".ljust(12) + struct.pack("<di", 1 + {error} * len(kept), natoms)
                           + bytes(24 * natoms + 76))
    elif word == b"EXIT":
        break
"""


class LongRunTest(BenchmarkCase):
    def start(self, program, *arguments):
        return self.start_script(SCRIPT, "--program", program, "--scratch", self.folder,
                                 "--count", "800", *arguments)

    def test_figures_of_each_rank(self):
        finished = self.start(FORCEWIRE, "--atoms", "32", "--ranks", "2", "--forcewire=--idle=auto")
        self.assert_success(finished)
        [figures] = json.loads((self.folder / "long.json").read_text())
        self.assertEqual((figures["atoms"], figures["count"], figures["grown"]), (32, 800, []))
        self.assertLess(figures["energy_difference"], 1e-12)
        self.assertEqual([row["rank"] for row in figures["of_ranks"]], [0, 1])
        for part in figures["latency"]:
            self.assertLessEqual(part["p50_s"], part["p99_s"])
            self.assertLessEqual(part["p99_s"], part["max_s"])

    def fail_with(self, error):
        program = self.folder / "forcewire"
        program.write_text(LEAKING.format(python=sys.executable, error=error))
        program.chmod(0o755)
        finished = self.start(program, "--atoms", "32", "--ranks", "1")
        self.assertEqual(finished.returncode, 1, finished.stdout + finished.stderr)
        return finished.stdout

    def test_says_what_has_grown(self):
        self.assertIn("ranks [0] have grown", self.fail_with(error=0))

    def test_says_that_numbers_are_wrong(self):
        self.assertIn("wrong energies", self.fail_with(error=1e-3))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
