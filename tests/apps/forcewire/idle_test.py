"""What ranks take of the processor while the server thinks."""

import contextlib
import os
import time

import numpy as np
import program_run
import structures
from program_run import Program, ProgramTest

PAUSE = 1.5  # seconds
# Shares of a core during the pause. What ranks really take is a fiftieth at most; with sanitizers,
# or on a machine that is busy otherwise, more.
COOL = 0.1
HOT = 0.03  # of all ranks together: they yield to others, who may have the cores


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class IdleTest(ProgramTest):
    STRUCTURE = structures.liquid(32000)  # so many that all ranks take part

    def start(self, stack, *options):
        """The program and its connection, after a first request."""
        server = self.new_server()
        program = stack.enter_context(Program([*server.arguments, *options]))
        return program, server

    def shares_in_a_pause(self, runs):
        """Of a core, for each rank of each run, while no server asks anything."""
        before = {}
        connections = []
        for _, server in runs:
            connections.append(server.accept())
        forces = [connection.evaluate(*self.STRUCTURE).forces for connection in connections]
        time.sleep(0.05)  # what is short is theirs
        start = time.monotonic()
        for program, _ in runs:
            ranks = program.processes("forcewire")
            self.assertEqual(len(ranks), program.ranks)
            before[program] = {pid: processor_seconds(pid) for pid in ranks}
        time.sleep(PAUSE)
        shares = []
        for program, _ in runs:
            used = [processor_seconds(pid) - seconds for pid, seconds in before[program].items()]
            shares.append(np.array(used) / (time.monotonic() - start))
        for connection, expected, (program, _) in zip(connections, forces, runs):
            np.testing.assert_allclose(connection.evaluate(*self.STRUCTURE).forces, expected,
                                       atol=1e-12)
            connection.exit()
            self.expect_success(program)
        return shares

    def test_ranks_are_cool(self):
        ways = [[], ["--idle", "auto", "--pretended-nodes", "2"],
                ["--idle", "sleep"], ["--idle", "sleep", "--pretended-nodes", "2"]]
        with contextlib.ExitStack() as stack:
            runs = [self.start(stack, *options) for options in ways]
            for options, shares in zip(ways, self.shares_in_a_pause(runs)):
                self.assertLess(shares.max(), COOL, f"{options}: {shares}")

    def test_ranks_that_spin_are_not(self):
        with contextlib.ExitStack() as stack:
            [shares] = self.shares_in_a_pause([self.start(stack, "--idle", "spin")])
            self.assertGreater(shares.sum(), HOT)


if __name__ == "__main__":
    program_run.main()
