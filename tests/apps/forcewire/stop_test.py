"""Leaving in order: signals, time limits and stop files, at rest and at work."""

import os
import signal
import tempfile
import time

import program_run
import structures
from program_run import Program, ProgramTest
from scripted_server import header, init_message, posdata_message

SERVER_VANISHED = 4


def stop_signals(representative):
    """One for each state, and all of them in all states for the table of faults."""
    every_one = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)
    return every_one if program_run.THOROUGH else (representative,)


class StopTest(ProgramTest):
    def signal_all_ranks(self, program, number):
        """As batch systems do."""
        for pid in self.ranks(program):
            os.kill(pid, number)

    def test_signal_between_requests(self):
        """SIGTERM, SIGINT or SIGUSR1 between two requests"""
        for number in stop_signals(signal.SIGINT):
            with self.subTest(signal=number.name), Program(self.server.arguments) as program:
                connection = self.server.accept()
                connection.evaluate(*structures.crystal())
                self.signal_all_ranks(program, number)
                said = self.expect_success(program)
                self.assertIn(f"leaving in order: {number.name}", said)
                self.assertRegex(said, r"(?m)^  requests +1 ")

    def test_signal_to_mpirun(self):
        """mpirun passes SIGUSR1 on. SIGTERM and SIGINT it takes as an order to end the job: it gives
        the ranks a moment, in which we leave in order, and returns a status of its own."""
        for number in (signal.SIGUSR1, signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number.name), Program(self.server.arguments) as program:
                connection = self.server.accept()
                connection.evaluate(*structures.crystal())
                program.process.send_signal(number)
                status = program.finish(program.end_within)
                self.assertIn("leaving in order: SIG", program.out)
                self.assertRegex(program.out, r"(?m)^  requests +1 ")
                self.assertEqual(program.errors(), [])
                program.wait_until_nobody_is_left(program.end_within)
                if number == signal.SIGUSR1:
                    self.assertEqual(status, 0)

    def test_signal_while_computing(self):
        """The same while we compute: the result is still delivered"""
        cell, positions = structures.liquid(100000)
        for number in stop_signals(signal.SIGUSR1):
            with self.subTest(signal=number.name), Program(self.server.arguments) as program:
                connection = self.server.accept()
                connection.send(posdata_message(cell, positions))
                self.signal_all_ranks(program, number)
                connection.send(header("GETFORCE"))
                self.assertEqual(len(connection.receive_result().forces), len(positions))
                said = self.expect_success(program)
                self.assertIn(f"leaving in order: {number.name}", said)

    def test_signal_while_sending(self):
        """The same while we send: the rest of the result is still delivered"""
        cell, positions = structures.liquid(60000)
        for number in stop_signals(signal.SIGTERM):
            with self.subTest(signal=number.name), Program(self.server.arguments) as program:
                connection = self.server.accept()
                connection.send(posdata_message(cell, positions) + header("GETFORCE"))
                self.assertEqual(connection.receive_header(), "FORCEREADY")
                self.signal_all_ranks(program, number)
                time.sleep(0.5)
                rest = 8 + 4 + positions.nbytes + 72 + 4
                self.assertEqual(len(connection.receive(rest)), rest)
                said = self.expect_success(program)
                self.assertIn(f"leaving in order: {number.name}", said)

    def test_signal_while_a_message_arrives(self):
        cell, positions = structures.crystal()
        message = posdata_message(cell, positions) + header("GETFORCE")
        with Program(self.server.arguments) as program:
            connection = self.server.accept()
            connection.send(message[:50])
            time.sleep(0.2)
            self.signal_all_ranks(program, signal.SIGTERM)
            time.sleep(0.2)
            connection.send(message[50:])
            connection.receive_result()
            said = self.expect_success(program)
            self.assertIn("leaving in order: SIGTERM", said)

    def test_signal_while_the_server_hangs(self):
        """A signal, and the server is silent inside a message, its own or ours: two seconds more"""
        cell, positions = structures.liquid(60000)
        request = posdata_message(cell, positions) + header("GETFORCE")
        answer_is_sent = self.kind_of_socket == "tcp"  # the kernel's buffers hold the whole of it
        for begun in (request[:50],) if answer_is_sent else (request[:50], request):
            with self.subTest(bytes=len(begun)), Program(self.server.arguments) as program:
                connection = self.server.accept()
                connection.evaluate(*structures.crystal())
                connection.send(begun)
                if begun == request:
                    self.assertEqual(connection.receive_header(), "FORCEREADY")
                time.sleep(0.2)
                self.signal_all_ranks(program, signal.SIGTERM)
                said = self.expect_success(program, deadline=2)
                self.assertIn("leaving in order: SIGTERM", said)
                self.expect_orderly_close(connection)

    def test_signal_while_connecting(self):
        with Program(["-u", "-a", "/tmp/fw_no_such_socket", "--wait", "60"]) as program:
            program.wait_until_it_says("waiting for the server")
            self.signal_all_ranks(program, signal.SIGTERM)
            self.assertIn("leaving in order", self.expect_success(program))

    def test_the_server_leaves_on_the_same_signal(self):
        """Ctrl-C in a shell reaches both: that the server is faster is no failure."""
        with Program(self.server.arguments) as program:
            connection = self.server.accept()
            connection.send(posdata_message(*structures.crystal()))
            connection.wait_for_result()
            self.signal_all_ranks(program, signal.SIGINT)
            time.sleep(0.3)
            connection.close()
            self.expect_success(program)

    def test_second_sigint_ends_at_once(self):
        with Program(self.server.arguments) as program:
            connection = self.server.accept()
            connection.send(posdata_message(*structures.crystal()))
            connection.wait_for_result()  # and never fetch it
            self.signal_all_ranks(program, signal.SIGINT)
            time.sleep(0.3)
            self.signal_all_ranks(program, signal.SIGINT)
            start = time.monotonic()
            self.assertNotEqual(program.finish(), 0)
            self.assertLess(time.monotonic() - start, 5)
            program.wait_until_nobody_is_left(program.end_within)

    def test_exit_in_every_state(self):
        """EXIT after INIT, while we compute, instead of GETFORCE, behind GETFORCE"""
        request = posdata_message(*structures.liquid(1500))
        fetch = header("GETFORCE")
        ways = {"INIT": [init_message()], "computing": [request], "result": [request, header("STATUS")],
                "sending": [request + fetch]}
        if not program_run.THOROUGH:  # of others than the root in those where they have a part
            some = ("INIT", "sending") if Program.ranks == 1 else ("computing", "result")
            ways = {state: ways[state] for state in some}
        for state, sends in ways.items():
            with self.subTest(state=state), Program(self.server.arguments) as program:
                connection = self.server.accept()
                for data in sends[:-1]:
                    connection.send(data)
                connection.send(sends[-1] + header("EXIT"))
                said = self.expect_success(program)
                self.assertIn("the server sent EXIT", said)
                answer = b""
                while more := connection.socket.recv(1 << 20):
                    answer += more
                answered = {"result": b"HAVEDATA", "sending": b"FORCEREADY"}.get(state, b"")
                self.assertTrue(answer.startswith(answered), answer[:20])
                self.assertEqual(answer == b"", answered == b"")

    def test_max_seconds(self):
        with Program([*self.server.arguments, "--max-seconds", "2.5"]) as program:
            connection = self.server.accept()
            requests = 0
            try:
                while True:
                    connection.evaluate(*structures.crystal())
                    requests += 1
                    time.sleep(0.01)
            except (ConnectionError, AssertionError):
                pass
            said = self.expect_success(program)
            self.assertIn("leaving in order: --max-seconds 2.5", said)
            self.assertRegex(said, rf"(?m)^  requests +{requests} ")

    def test_stop_file(self):
        with tempfile.TemporaryDirectory() as folder:
            stop_file = os.path.join(folder, "STOP")
            with Program([*self.server.arguments, "--stop-file", stop_file]) as program:
                connection = self.server.accept()
                for _ in range(3):
                    connection.evaluate(*structures.crystal())
                with open(stop_file, "w"):
                    pass
                said = self.expect_success(program)
                self.assertIn(f"leaving in order: stop file {stop_file}", said)
                self.assertRegex(said, r"(?m)^  requests +3 ")

    def test_stop_file_does_not_hide_a_lost_server(self):
        """A stop file appears, and the server vanishes with its request unfinished"""
        request = posdata_message(*structures.crystal())
        with tempfile.TemporaryDirectory() as folder:
            for number, begun in enumerate((request[:50], request)):
                stop_file = os.path.join(folder, f"STOP{number}")
                with self.subTest(bytes=len(begun)), Program(
                        [*self.server.arguments, "--stop-file", stop_file]) as program:
                    connection = self.server.accept()
                    connection.evaluate(*structures.crystal())
                    connection.send(begun)
                    if begun == request:
                        connection.wait_for_result()
                    time.sleep(0.2)  # it has read what there is
                    with open(stop_file, "w"):
                        pass
                    time.sleep(0.4)  # it is seen, and the server has two seconds to go on
                    connection.close()
                    self.expect_failure(program, SERVER_VANISHED,
                                        "the server closed the connection")

    def test_idle_timeout(self):
        with Program([*self.server.arguments, "--idle-timeout", "0.7"]) as program:
            connection = self.server.accept()
            connection.evaluate(*structures.crystal())
            said = self.expect_success(program, deadline=0.7)
            self.assertIn("no request for 0.7 s", said)


if __name__ == "__main__":
    program_run.main()
