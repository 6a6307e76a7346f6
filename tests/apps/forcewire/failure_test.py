"""Whatever goes wrong: the documented status, soon, one clear line, and no process left."""

import os
import random
import signal
import tempfile
import time

import numpy as np

import program_run
import structures
from program_run import LJ, Program, ProgramTest
from scripted_server import HEADER_SIZE, header, init_message, posdata_message

USAGE, NO_CONNECTION, SERVER_VANISHED, PROTOCOL, POTENTIAL = 2, 3, 4, 5, 6

MODEL = ("-m", "lj", "-o", ",".join(map(repr, LJ)))


class UsageTest(ProgramTest):
    def expect_usage_error(self, arguments, *words):
        with Program(arguments, model=()) as program:
            self.expect_failure(program, USAGE, *words)
            self.assertEqual(program.out, "")

    def test_no_arguments(self):
        self.expect_usage_error([], "forcewire --help")

    def test_no_model(self):
        self.expect_usage_error(["-u"], "-m NAME", "lj")

    def test_unknown_model(self):
        self.expect_usage_error(["-m", "qtip4pf"], "qtip4pf", "lj")

    def test_bad_model_options(self):
        self.expect_usage_error(["-m", "lj", "-o", "1,2"], "sigma,epsilon,cutoff", "1,2")

    def test_unknown_flag(self):
        self.expect_usage_error([*MODEL, "--shm"], "--shm")

    def test_potential_that_is_not_there(self):
        self.expect_usage_error(["-m", "./no_such.so"], "./no_such.so")

    def test_template_that_is_not_there(self):
        self.expect_usage_error([*MODEL, "-t", "/no/such.xyz"], "/no/such.xyz")

    def test_potential_that_cannot_join_the_ranks(self):
        plugin = os.path.join(os.environ["FORCEWIRE_TEST_PLUGINS"], "many_body_JOIN_FAILS.so")
        with Program([], model=("-m", plugin)) as program:  # what it will do is told before
            self.expect_failure(program, USAGE, "wants more ranks")

    def test_one_rank_alone_has_a_problem(self):
        """A file may be missing on one node only: the others must not wait for it."""
        if Program.ranks == 1:
            self.skipTest("needs ranks that differ")
        ranks_but_last = Program.ranks - 1
        arguments = [":", "-n", "1", Program.executable, *MODEL, "-t", "/no/such.xyz"]
        all_ranks, Program.ranks = Program.ranks, ranks_but_last
        try:
            with Program(arguments) as program:
                self.expect_failure(program, USAGE, "/no/such.xyz")
        finally:
            Program.ranks = all_ranks

    def test_pages_are_printed_once(self):
        for page, word in (
            ("--help", "Exit status:"),
            ("--version", "Eigen"),
            ("--list-models", "Lennard-Jones"),
            ("-h", "Exit status:"),
        ):
            with self.subTest(page=page), Program([page], model=()) as program:
                self.expect_success(program)
                self.assertEqual(program.out.count(word), 1)


class ConnectionTest(ProgramTest):
    def test_no_such_host(self):
        with Program(["-a", "no-such-host.invalid", "--wait", "1"]) as program:
            program.wait_until_it_says("periodic axes")
            self.expect_failure(program, NO_CONNECTION, "no-such-host.invalid")

    def test_nobody_listens(self):
        server = self.new_server(listening=False)
        with Program([*server.arguments, "--wait", "1"]) as program:
            program.wait_until_it_says("waiting for the server")
            self.expect_failure(program, NO_CONNECTION, server.arguments[-1], "1 s", deadline=1)

    def test_no_such_unix_socket(self):
        with Program(["-u", "-a", "/tmp/fw_no_such_socket", "--wait", "1"]) as program:
            program.wait_until_it_says("waiting for the server")
            self.expect_failure(program, NO_CONNECTION, "/tmp/fw_no_such_socket", deadline=1)

    def test_path_too_long(self):
        with Program(["-u", "-a", "x" * 200]) as program:
            program.wait_until_it_says("periodic axes")
            self.expect_failure(program, NO_CONNECTION, "107")

    def test_path_is_no_socket(self):
        with Program(["-u", "-a", "/etc/passwd"]) as program:
            program.wait_until_it_says("periodic axes")
            self.expect_failure(program, NO_CONNECTION, "/etc/passwd")

    def test_late_server(self):
        """In a batch job the server is often not up yet."""
        server = self.new_server(listening=False)
        with Program([*server.arguments, "--wait", "20"]) as program:
            program.wait_until_it_says("waiting for the server")
            time.sleep(1)
            server.listen()
            server.accept().exit()
            self.expect_success(program)

    def test_a_tunnel_whose_server_is_late(self):
        with Program(self.server.arguments) as program:
            for _ in range(3):
                self.server.accept().close()
            connection = self.server.accept()
            connection.evaluate(*structures.crystal())
            connection.exit()
            self.expect_success(program)

    def test_a_tunnel_without_a_server(self):
        with Program([*self.server.arguments, "--wait", "1"]) as program:
            self.server.accept().close()
            self.server.socket.settimeout(2)
            with self.assertRaises(TimeoutError):
                while True:
                    self.server.accept().close()
            self.expect_failure(program, NO_CONNECTION, "1 s", "closed before a word came")


class ProtocolTest(ProgramTest):
    def expect_protocol_error(self, sends, *words):
        with Program(self.server.arguments) as program:
            connection = self.server.accept()
            for data in sends:
                connection.send(data)
            self.expect_failure(program, PROTOCOL, *words)
            self.expect_orderly_close(connection)

    def with_natoms(self, natoms):
        return posdata_message(np.eye(3) * 20, np.zeros((0, 3)), natoms)

    def test_unknown_header(self):
        self.expect_protocol_error([header("NONSENSE")], "NONSENSE", "POSDATA")

    def test_bytes_that_are_no_text(self):
        self.expect_protocol_error([bytes(range(200, 212))], r"\xc8")

    def test_another_protocol(self):
        self.expect_protocol_error([b"GET / HTTP/1.1\r\n\r\n"], "GET / HTTP")

    def test_negative_natoms(self):
        self.expect_protocol_error([self.with_natoms(-1)], "-1")

    def test_no_atoms(self):
        self.expect_protocol_error([self.with_natoms(0)], "0")

    def test_absurd_natoms(self):
        self.expect_protocol_error([self.with_natoms(2**31 - 1)], "2147483647")

    def test_negative_length_of_init(self):
        message = header("INIT") + np.array([0, -5], "<i4").tobytes()
        self.expect_protocol_error([message], "-5")

    def test_batches(self):
        message = init_message(0, b"model:x, batch_size:8")
        self.expect_protocol_error([message], "batch_size:8", "one by one")

    def test_a_flood(self):
        with Program(self.server.arguments) as program:
            connection = self.server.accept()
            with self.assertRaises(OSError):  # until we are gone
                while True:
                    connection.send(b"y\n" * 100000)
            self.expect_failure(program, PROTOCOL, "y\\x0a")

    def test_forces_nobody_asked_for(self):
        self.expect_protocol_error([header("GETFORCE")], "GETFORCE")

    def test_positions_while_there_is_a_result(self):
        request = posdata_message(*structures.crystal())
        self.expect_protocol_error([request, request], "POSDATA")


class PotentialTest(ProgramTest):
    def expect_potential_failure(self, cell, positions, *words):
        """... in the first request, and as well when those before were all right."""
        for good_requests in (0, 2):
            with self.subTest(good_requests=good_requests):
                with Program(self.server.arguments) as program:
                    connection = self.server.accept()
                    for _ in range(good_requests):
                        connection.evaluate(*structures.crystal())
                    connection.send(posdata_message(cell, positions))
                    number = f"request {good_requests + 1}: "
                    self.expect_failure(program, POTENTIAL, number, *words)
                    self.expect_orderly_close(connection)

    def test_position_that_is_no_number(self):
        cell, positions = structures.liquid()
        positions[17, 1] = np.nan
        self.expect_potential_failure(cell, positions, "17", "nan")

    def test_infinite_position(self):
        cell, positions = structures.cluster()
        positions[0, 0] = np.inf
        self.expect_potential_failure(cell, positions, "0", "inf")

    def test_singular_cell(self):
        cell, positions = structures.crystal()
        cell[2] = cell[0] + cell[1]
        self.expect_potential_failure(cell, positions, "singular")

    def test_cell_that_is_no_number(self):
        cell, positions = structures.crystal()
        cell[1, 1] = np.nan
        self.expect_potential_failure(cell, positions, "cell", "finite")

    def test_axis_that_cannot_be_periodic(self):
        cell, positions = structures.slab()
        with Program([*self.server.arguments, "--periodic", "abc"]) as program:
            self.server.accept().send(posdata_message(cell, positions))
            self.expect_failure(program, POTENTIAL, "zero")

    def test_two_atoms_at_one_place(self):
        with Program(self.server.arguments) as program:
            cell, positions = structures.liquid()
            positions[5] = positions[40]
            self.server.accept().send(posdata_message(cell, positions))
            self.expect_end(program, POTENTIAL)
            self.assertEqual(len(program.errors()), 1)
            self.assertIn("the force on atom 5 is (nan nan nan)", program.errors()[0])
            self.assertIn("only 0.0000 bohr", program.err)  # and we had warned

    def test_template_of_another_structure(self):
        with tempfile.NamedTemporaryFile("w", suffix=".xyz") as template:
            template.write("2\n\nAr 0 0 0\nKr 1 1 1\n")
            template.flush()
            parameters = os.path.join(os.path.dirname(template.name), f"fw_{os.getpid()}.toml")
            with open(parameters, "w") as file:
                file.write(SPECIES_TABLE)
            model = ("-m", "lj", "-o", f"parameters={parameters}", "-t", template.name)
            try:
                with Program(self.server.arguments, model) as program:
                    self.server.accept().send(posdata_message(*structures.crystal()))
                    self.expect_failure(program, POTENTIAL, "2 atoms", "4")
            finally:
                os.unlink(parameters)


class VanishedServerTest(ProgramTest):
    """The server goes in the middle of something."""

    @staticmethod
    def points_of_interest(message):
        """Around each field: where a reader that counts wrongly would notice nothing."""
        fields = {
            "INIT": [HEADER_SIZE, HEADER_SIZE + 4, HEADER_SIZE + 8],
            "POSDATA": [HEADER_SIZE, HEADER_SIZE + 72, HEADER_SIZE + 144, HEADER_SIZE + 148],
        }[message[:HEADER_SIZE].decode().strip()]
        around = {end + step for end in [0, *fields, len(message)] for step in (-1, 0, 1)}
        return sorted(point for point in around if 0 < point < len(message))

    def test_closes_at_every_point_of_a_message(self):
        for message in (init_message(0, b"a text"), posdata_message(*structures.crystal())):
            for end in self.points_of_interest(message):
                with self.subTest(end=end), Program(self.server.arguments) as program:
                    connection = self.server.accept()
                    connection.send(message[:end])
                    connection.close()
                    self.expect_failure(program, SERVER_VANISHED, "closed", "expected", "got")

    def test_closes_inside_the_second_request(self):
        message = posdata_message(*structures.crystal())
        with Program(self.server.arguments) as program:
            connection = self.server.accept()
            connection.evaluate(*structures.crystal())
            connection.send(message[:100])
            connection.close()
            said = self.expect_failure(program, SERVER_VANISHED, "closed")
            self.assertRegex(said, r"(?m)^  requests +1 ")  # what was done is told all the same

    def test_resets_the_connection(self):
        message = posdata_message(*structures.crystal())
        for end in (5, 40, len(message)):
            with self.subTest(end=end), Program(self.server.arguments) as program:
                connection = self.server.accept()
                connection.send(message[:end])
                time.sleep(0.3)
                connection.reset()
                self.expect_failure(program, SERVER_VANISHED)

    def test_falls_silent_inside_a_message(self):
        with Program([*self.server.arguments, "--timeout", "1"]) as program:
            connection = self.server.accept()
            connection.send(posdata_message(*structures.crystal())[:60])
            self.expect_failure(program, SERVER_VANISHED, "silent", "1 s", deadline=1)

    def test_stops_reading_the_reply(self):
        """The server stops reading the answer, with --timeout 1"""
        if self.kind_of_socket == "tcp":
            self.skipTest("the kernel's buffers hold the whole reply")
        with Program([*self.server.arguments, "--timeout", "1"]) as program:
            connection = self.server.accept()
            large = posdata_message(*structures.liquid(60000))
            connection.send(large + header("GETFORCE"))
            connection.receive(1000)
            self.expect_failure(program, SERVER_VANISHED, "silent", deadline=1)

    def test_closes_before_it_fetched_the_result(self):
        with Program(self.server.arguments) as program:
            connection = self.server.accept()
            connection.send(posdata_message(*structures.crystal()))
            connection.wait_for_result()
            connection.close()
            self.expect_failure(program, SERVER_VANISHED, "result")

    def test_closes_while_we_compute(self):
        with Program(self.server.arguments) as program:
            connection = self.server.accept()
            connection.send(posdata_message(*structures.liquid(30000)))
            connection.close()
            self.expect_failure(program, SERVER_VANISHED, "result")

    def test_killed_at_any_moment(self):
        """A server process that dies by SIGKILL, at moments of all kinds."""
        moments = random.Random(9)
        for attempt in range(8):
            server = self.new_server()
            with self.subTest(attempt=attempt), Program(server.arguments) as program:
                connection = server.accept()
                child = os.fork()
                if child == 0:
                    self.serve_for_ever(connection)
                connection.close()  # the child's is the only one
                server.socket.close()
                time.sleep(moments.uniform(0.05, 0.3))
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                # Before its first word it had been no server: we look again, for up to three seconds.
                start = time.monotonic()
                status = program.finish(3 + program.end_within)
                self.record(program, status, start + (3 if status == NO_CONNECTION else 0))
                said = program.out + program.err
                self.assertIn(status, (0, NO_CONNECTION, SERVER_VANISHED), said)
                self.assertEqual(len(program.errors()), 0 if status == 0 else 1, said)
                self.assertEqual(program.processes(), [], said)

    @staticmethod
    def serve_for_ever(connection):
        cell, positions = structures.liquid(5000)
        try:
            while True:
                connection.evaluate(cell, positions)
        finally:
            os._exit(1)


class PluginTest(ProgramTest):
    def test_pair_energy_that_throws(self):
        """A plug-in throws when --check asks for the energy of a pair."""
        plugin = os.path.join(os.environ["FORCEWIRE_TEST_PLUGINS"], "throws_in_PAIR_ENERGY.so")
        with Program([*self.server.arguments, "--check"], model=("-m", plugin)) as program:
            self.server.accept().send(posdata_message(*structures.crystal()))
            self.expect_failure(program, POTENTIAL, "request 1: ", "throws (", "threw: no luck")


    def test_model_fails_on_the_last_rank(self):
        """A model fails on the last rank alone"""
        if Program.ranks == 1:
            self.skipTest("it is the only one")
        plugin = os.path.join(os.environ["FORCEWIRE_TEST_PLUGINS"], "many_body_NO_FAULT.so")
        model = ("-m", plugin, "-o", f"word=fail on rank {Program.ranks - 1}")
        with Program(self.server.arguments, model) as program:
            connection = self.server.accept()
            connection.evaluate(*structures.crystal())  # which the root does alone
            connection.send(posdata_message(*structures.liquid(1500)))
            self.expect_failure(program, POTENTIAL, "request 2: ", "too hot here")
            self.expect_orderly_close(connection)


class QuietTest(ProgramTest):
    def test_nothing_but_errors(self):
        with Program([*self.server.arguments, "-q"]) as program:
            connection = self.server.accept()
            connection.evaluate(*structures.crystal())
            connection.send(b"POSDATA")
            connection.close()
            self.expect_failure(program, SERVER_VANISHED)
            self.assertEqual(program.out, "")

    def test_check_that_fails(self):
        """The user has asked for it; of a plug-in it is the author who should hear of it."""
        plugin = os.path.join(os.environ["FORCEWIRE_TEST_PLUGINS"], "faulty_NO_FAULT.so")
        model = ("-m", plugin, "-o", "word=contradict itself")
        with Program([*self.server.arguments, "-q", "--check"], model) as program:
            connection = self.server.accept()
            connection.evaluate(np.zeros((3, 3)), np.array([[0.0, 0.0, 0.0], [4.0, 0.0, 0.0]]))
            connection.send(header("EXIT"))
            self.expect_end(program, 0)
            self.assertIn("DISAGREED", program.out)
            self.assertIn(f"to the author of the plug-in faulty ({plugin}), with", program.err)


SPECIES_TABLE = """\
cutoff = "16 bohr"
[species]
Ar = { sigma = "3.405 angstrom", epsilon = "119.8 K" }
Kr = { sigma = "3.65 angstrom", epsilon = "162.6 K" }
"""


if __name__ == "__main__":
    program_run.end_at_once_when_alone()
    program_run.main()
