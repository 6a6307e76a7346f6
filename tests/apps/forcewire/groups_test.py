"""Several engines in one launch: each group of ranks serves a connection of its own, to its own end."""

import json
import os
import signal
import tempfile
import time

import numpy as np

import program_run
import structures
from grouped_run import GroupedRun, processor_seconds
from program_run import Program, ProgramTest
from scripted_server import header, posdata_message

USAGE, NO_CONNECTION, SERVER_VANISHED, POTENTIAL = 2, 3, 4, 6
KILLED = 128 + signal.SIGKILL  # mpirun's own


class GroupsTest(GroupedRun, ProgramTest):
    def expect_right_answers(self, groups, told, *options):
        """All groups at one server, and all at work at the same time."""
        with Program([*self.server.arguments, *options]) as program:
            connections = [self.server.accept() for _ in range(groups)]
            for edge in (1, 2, 13):  # the largest are so large that all ranks of a group take part
                edges = [edge, *[edge + 1] * (groups - 1)]
                for connection, own in zip(connections, edges):
                    self.ask_about_supercell(connection, own)
                for connection, own in zip(connections, edges):
                    self.expect_supercell(connection, own)
            for connection in connections:
                connection.exit()
            self.expect_success(program)
            self.assertRegex(program.out, rf"(?m)^  groups +{told}$")
            self.assertEqual(program.out.count("\n  model "), 1)
            for group in range(1, groups + 1):
                lines = self.lines_of(program, group)
                self.assertEqual(lines[0], "first request")
                self.assertIn("forcewire: the server sent EXIT", lines)
                self.assertRegex("\n".join(lines), r"(?m)^  requests +3 ")

    def test_two_groups_of_two(self):
        with tempfile.TemporaryDirectory(prefix="fw_") as folder:
            self.expect_right_answers(2, "2 of 2 ranks", "--groups", "2",
                                      "--stats", os.path.join(folder, "{group}.json"))
            self.assertEqual(sorted(os.listdir(folder)), ["1.json", "2.json"])

    def test_four_groups_of_one(self):
        self.expect_right_answers(4, "4 of 1 rank", "--ranks-per-group", "1")

    def test_groups_on_nodes(self):
        self.expect_right_answers(2, "2 of 2 ranks; each on one node", "--groups", "2",
                                  "--pretended-nodes", "2")
        self.expect_right_answers(2, "2 of 2 ranks; 1 on several nodes", "--ranks-per-group", "2",
                                  "--pretended-nodes", "3")

    def test_each_leaves_for_reasons_of_its_own(self):
        """A server that comes again, a stop file, an EXIT; and who has ended waits in peace, its
        statistics written."""
        servers, arguments = self.servers(4)
        stop = os.path.join(self.folder, "STOP")
        stats = os.path.join(self.folder, "stats")
        with Program([*arguments, "--on-disconnect", "reconnect", "--stop-file", stop + "{group}",
                      "--stats", stats + "{group}"]) as program:
            connections = [server.accept() for server in servers]
            for connection in connections:
                connection.evaluate(*structures.crystal())
            connections[0].close()
            connections[0] = servers[0].accept()
            connections[0].evaluate(*structures.slab())
            open(stop + "2", "w").close()
            connections[2].exit()
            self.expect_orderly_close(connections[1])
            self.expect_orderly_close(connections[2])

            ranks = self.ranks(program)
            time.sleep(0.1)  # what is short is theirs
            before = [processor_seconds(pid) for pid in ranks]
            time.sleep(1)
            used = [processor_seconds(pid) - seconds for pid, seconds in zip(ranks, before)]
            self.assertLess(max(used), 0.1)  # a five-hundredth, when nothing else runs

            self.assertEqual([os.path.exists(stats + str(group)) for group in (1, 2, 3, 4)],
                             [False, True, True, False])
            for connection in (connections[0], connections[3]):
                connection.evaluate(*structures.crystal())
                connection.exit()
            self.expect_success(program)
            self.assertIn("forcewire: leaving in order: stop file " + stop + "2",
                          self.lines_of(program, 2))
            for group, requests in ((1, 3), (2, 1), (3, 1), (4, 2)):
                said = "\n".join(self.lines_of(program, group))
                self.assertRegex(said, rf"(?m)^  requests +{requests} ")
                with open(stats + str(group)) as file:
                    told = json.load(file)
                self.assertEqual((told["ranks"], told["requests"]), (1, requests))
                self.assertIn(told["exit"]["reason"], said)

    def test_signal_to_all(self):
        with Program([*self.server.arguments, "--groups", "2"]) as program:
            for _ in range(2):
                self.server.accept().evaluate(*structures.crystal())
            for pid in self.ranks(program):
                os.kill(pid, signal.SIGUSR1)
            self.expect_success(program)
            for group in (1, 2):
                self.assertIn("forcewire: leaving in order: SIGUSR1", self.lines_of(program, group))

    def test_wrong_usage_is_said_once(self):
        for arguments, words in (
            (["--groups", "5"], ["--groups", "1 to 4", "got 5"]),
            (["--ranks-per-group", "3"], ["4 ranks", "--ranks-per-group", "got 3"]),
        ):
            with self.subTest(arguments=arguments), Program(arguments) as program:
                said = self.expect_failure(program, USAGE, *words)
                self.assertTrue(program.errors()[0].startswith("forcewire: error: "), said)
        plugin = os.path.join(os.environ["FORCEWIRE_TEST_PLUGINS"], "many_body_JOIN_FAILS.so")
        with Program(["--groups", "2"], model=("-m", plugin)) as program:
            self.expect_failure(program, USAGE, "[1] forcewire: error: ", "wants more ranks")


class GroupsThatFailTest(GroupedRun, ProgramTest):
    def test_one_server_vanishes(self):
        """The server of one group vanishes inside a message; the other group goes on"""
        servers, arguments = self.servers(2)
        with Program(arguments) as program:
            first, second = (server.accept() for server in servers)
            self.ask_about_supercell(first, 7)
            self.expect_supercell(first, 7)
            second.send(posdata_message(*structures.liquid())[:1000])
            second.close()
            program.wait_until_it_complains()
            for _ in range(20):
                self.ask_about_supercell(first, 7)
                self.expect_supercell(first, 7)
            first.exit()
            self.expect_one_failure(program, SERVER_VANISHED, 2, "in the positions of POSDATA")
            self.assertRegex("\n".join(self.lines_of(program, 1)), r"(?m)^  requests +21 ")

    def test_one_group_finds_no_server(self):
        """One group finds no server within --wait; the others go on"""
        servers, arguments = self.servers(4)
        os.unlink(os.path.join(self.folder, "3"))
        with Program([*arguments, "--wait", "1"]) as program:
            others = [servers[group].accept() for group in (0, 1, 3)]
            time.sleep(1.5)
            for connection in others:
                self.ask_about_supercell(connection, 2)
                self.expect_supercell(connection, 2)
                connection.exit()
            self.expect_one_failure(program, NO_CONNECTION, 3, self.folder + "/3")

    def test_fail_fast(self):
        """One group fails, with --fail-fast: the others leave whatever they are waiting for"""
        servers, arguments = self.servers(4)
        os.unlink(os.path.join(self.folder, "3"))
        request = posdata_message(*self.supercell(2)) + header("GETFORCE")
        cell, positions = structures.liquid()
        positions[17, 1] = np.nan
        with Program([*arguments, "--fail-fast"]) as program:
            idle, failing, in_a_message = (servers[group].accept() for group in (0, 1, 3))
            idle.evaluate(*structures.crystal())
            in_a_message.send(request[:50])
            failing.send(posdata_message(cell, positions))
            self.expect_orderly_close(idle)
            in_a_message.send(request[50:])
            self.expect_supercell(in_a_message, 2)
            self.expect_one_failure(program, POTENTIAL, 2, "coordinate y of atom 17 is nan")
            for group, when in ((1, ""), (3, " before there was a server"), (4, "")):
                self.assertIn(f"forcewire: leaving in order{when}: group 2 failed (--fail-fast)",
                              self.lines_of(program, group))

    def test_fail_fast_does_not_hide_another_failure(self):
        """The same, and meanwhile servers of other groups vanish inside a message"""
        servers, arguments = self.servers(4)
        cell, positions = structures.liquid()
        positions[17, 1] = np.nan
        with Program([*arguments, "--fail-fast"]) as program:
            idle, failing, in_a_message, with_a_result = (server.accept() for server in servers)
            in_a_message.send(posdata_message(*structures.crystal())[:50])
            with_a_result.send(posdata_message(*structures.crystal()))
            with_a_result.wait_for_result()
            failing.send(posdata_message(cell, positions))
            self.expect_orderly_close(idle)
            in_a_message.close()
            with_a_result.close()
            said = self.expect_end(program, POTENTIAL)
            self.assertIn("forcewire: 3 of 4 groups failed: 2 (status 6), 3 (status 4), "
                          "4 (status 4)", said)
            self.assertIn("forcewire: leaving in order: group 2 failed (--fail-fast)",
                          self.lines_of(program, 1))

    def test_all_fail(self):
        """All groups fail: a line each, and the status is that of the first"""
        with Program([*self.server.arguments, "--groups", "4"]) as program:
            connections = [self.server.accept() for _ in range(4)]
            for connection in connections:
                connection.send(posdata_message(*structures.slab())[:50])
            for connection in connections:
                connection.close()
            said = self.expect_end(program, SERVER_VANISHED)
            self.assertIn("forcewire: 4 of 4 groups failed: 1 (status 4), 2 (status 4)", said)
            self.assertEqual(sorted(line[:4] for line in program.errors()),
                             ["[1] ", "[2] ", "[3] ", "[4] "])

    def test_rank_is_killed(self):
        """A rank of one group gets SIGKILL: idle, or after the other group has ended"""
        for ended in (False, True):
            with self.subTest(ended=ended):
                servers, arguments = self.servers(2)
                with Program(arguments) as program:
                    first, second = (server.accept() for server in servers)
                    second.evaluate(*self.supercell(7))
                    if ended:
                        first.exit()
                        self.expect_orderly_close(first)
                    os.kill(self.ranks(program)[3], signal.SIGKILL)
                    self.expect_end(program, KILLED)
                    self.assertEqual(program.errors(), [])


if __name__ == "__main__":
    program_run.main()
