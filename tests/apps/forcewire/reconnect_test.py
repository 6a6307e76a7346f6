"""Servers come and go, the program stays: --on-disconnect reconnect."""

import os
import signal
import socket
import time

import numpy as np

import program_run
import structures
from lennard_jones_reference import lennard_jones
from program_run import LJ, Program, ProgramTest
from scripted_server import header, posdata_message

RECONNECT = ("--on-disconnect", "reconnect")
NO_CONNECTION, PROTOCOL = 3, 5
PAGE = os.sysconf("SC_PAGE_SIZE")


def supercell(cell, positions, repeats):
    """The same crystal in a cell `repeats` times as long along each vector: the same forces."""
    shifts = np.array(list(np.ndindex(repeats, repeats, repeats))) @ cell
    return cell * repeats, (positions[None, :, :] + shifts[:, None, :]).reshape(-1, 3)


class ReconnectTest(ProgramTest):
    def setUp(self):
        super().setUp()
        # As a server does that starts again: its old connections do not keep it from its port.
        self.server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)

    def restart(self):
        """The server ends and listens anew at its old place; connections are not touched."""
        old = self.server.socket
        place = old.getsockname()
        self.server.socket = socket.socket(old.family)
        self.server.socket.settimeout(30)
        old.close()
        if old.family == socket.AF_UNIX:
            os.unlink(place)
        self.server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.server.socket.bind(place)
        self.server.socket.listen()

    def expect_right(self, connection, cell, positions, repeats=1):
        energy, forces, virial = lennard_jones(cell, positions, *LJ)
        reply = connection.evaluate(*supercell(cell, positions, repeats))
        copies = repeats**3
        self.assertAlmostEqual(reply.energy / (copies * energy), 1, delta=1e-11)
        np.testing.assert_allclose(
            reply.forces.reshape(copies, -1, 3),
            np.broadcast_to(forces, (copies, *forces.shape)),
            rtol=0,
            atol=1e-11 * max(np.abs(forces).max(), 1e-3),
        )
        np.testing.assert_allclose(
            reply.virial / copies, virial, rtol=0, atol=1e-11 * np.abs(virial).max()
        )

    @staticmethod
    def held_by(ranks):
        """Descriptors and resident bytes of each rank."""
        descriptors = [len(os.listdir(f"/proc/{rank}/fd")) for rank in ranks]
        memory = []
        for rank in ranks:
            with open(f"/proc/{rank}/statm") as file:
                memory.append(int(file.read().split()[1]) * PAGE)
        return np.array(descriptors), np.array(memory)

    def test_a_hundred_servers_each_with_another_system(self):
        random = np.random.default_rng(11)
        request = posdata_message(*structures.crystal())
        with Program([*self.server.arguments, *RECONNECT, "--wait", "20", "-q"]) as program:
            for number in range(100):
                connection = self.server.accept()
                natoms = 1 + number % 8
                edge = (natoms * 7.4**3) ** (1 / 3)
                cell = np.eye(3) * edge + random.uniform(-0.1, 0.1, (3, 3)) * edge
                grid = np.array([(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 0, 1),
                                 (0, 1, 1), (1, 1, 1)])[:natoms] / 2  # fmt: skip
                positions = (grid + random.uniform(-0.03, 0.03, grid.shape)) @ cell
                # Large ones: then the other ranks compute as well.
                repeats = 1 if number % 4 else 2 + int(np.cbrt(1000 / natoms))
                self.expect_right(connection, cell, positions, repeats)
                if number == 49:  # what is kept for later, such as neighbour lists, is there by now
                    ranks = program.processes("forcewire")
                    descriptors, memory = self.held_by(ranks)
                if number == 99:
                    break
                self.restart()
                # It goes in every way there is: in order, with a word in its mouth, without its
                # result, by force.
                ending = number % 4
                if ending == 1:
                    connection.send(request[: 1 + 7 * number % len(request)])
                elif ending == 2:
                    connection.send(request)
                    connection.wait_for_result()
                if ending == 3:
                    connection.reset()
                else:
                    connection.close()
            descriptors_at_end, memory_at_end = self.held_by(ranks)
            self.assertEqual(len(ranks), program.ranks)
            np.testing.assert_array_equal(descriptors_at_end, descriptors)
            self.assertLess((memory_at_end - memory).max(), 2**20)
            connection.exit()
            self.expect_success(program)

    def test_what_it_says(self):
        """Three servers, one of which breaks off"""
        with Program([*self.server.arguments, *RECONNECT, "-vv"]) as program:
            first = self.server.accept()
            first.evaluate(*structures.crystal())
            self.restart()
            first.close()
            second = self.server.accept()
            second.evaluate(*structures.crystal())
            second.evaluate(*structures.liquid())
            self.restart()
            second.send(b"POSDATA")
            second.close()
            third = self.server.accept()
            third.evaluate(*structures.cluster())
            third.exit()
            said = self.expect_end(program, 0)
            self.assertEqual(said.count("closed the connection between two requests"), 1)
            self.assertEqual(
                said.count("forcewire: warning: the server closed the connection in the header"), 1
            )
            self.assertEqual(said.count("the server sent EXIT"), 1)
            self.assertEqual(said.count("first request\n"), 3)  # each server may be wrong
            self.assertRegex(said, r"(?m)^  requests +4 ")
            self.assertRegex(said, r"(?m)^ +4 +-?\d")  # numbered through
            self.assertEqual(program.errors(), [])

    def test_no_other_server(self):
        with Program([*self.server.arguments, *RECONNECT, "--wait", "0.6"]) as program:
            connection = self.server.accept()
            connection.evaluate(*structures.crystal())
            self.server.socket.close()
            connection.close()
            said = self.expect_success(program, deadline=0.6)
            self.assertIn("leaving in order: no other server within 0.6 s", said)
            self.assertRegex(said, r"(?m)^  requests +1 ")

    def test_no_server_at_all(self):
        server = self.new_server(listening=False)
        with Program([*server.arguments, *RECONNECT, "--wait", "0.6"]) as program:
            program.wait_until_it_says("waiting for the server")
            self.expect_failure(program, NO_CONNECTION, "0.6 s", deadline=0.6)

    def test_servers_that_never_say_a_word(self):
        """Somebody accepts and closes, for ever: a proxy without a server behind it."""
        with Program([*self.server.arguments, *RECONNECT, "--wait", "0.6"]) as program:
            connection = self.server.accept()
            connection.evaluate(*structures.crystal())
            connection.close()
            self.server.socket.settimeout(1.5)
            looks = 0
            with self.assertRaises(TimeoutError):
                while True:
                    self.server.accept().close()
                    looks += 1
            self.assertLess(looks, 12)  # without haste
            self.assertIn("no other server within 0.6 s", self.expect_success(program))

    def test_broken_protocol_is_no_disconnect(self):
        with Program([*self.server.arguments, *RECONNECT]) as program:
            self.server.accept().send(header("NONSENSE"))
            self.expect_failure(program, PROTOCOL, "NONSENSE")

    def test_signal_while_no_server_is_there(self):
        with Program([*self.server.arguments, *RECONNECT]) as program:
            connection = self.server.accept()
            connection.evaluate(*structures.crystal())
            self.server.socket.close()
            connection.close()
            program.wait_until_it_says("waiting for the server")
            for rank in program.processes("forcewire"):
                os.kill(rank, signal.SIGTERM)
            said = self.expect_success(program)
            self.assertIn("leaving in order before there was another server: SIGTERM", said)

    def test_max_seconds_while_no_server_is_there(self):
        with Program([*self.server.arguments, *RECONNECT, "--max-seconds", "3"]) as program:
            program.wait_until_it_says("periodic axes")
            end = time.monotonic() + 3
            connection = self.server.accept()
            connection.evaluate(*structures.crystal())
            self.server.socket.close()
            connection.close()
            said = self.expect_success(program, deadline=end - time.monotonic())
            self.assertIn("another server: --max-seconds 3", said)

    def test_silence_inside_a_message(self):
        """The server hangs, and another one takes its place."""
        with Program([*self.server.arguments, *RECONNECT, "--timeout", "0.5"]) as program:
            hung = self.server.accept()
            hung.send(posdata_message(*structures.crystal())[:100])
            start = time.monotonic()
            connection = self.server.accept()
            self.assertLess(time.monotonic() - start, 3 + program.end_within)
            self.assertEqual(hung.socket.recv(100), b"")
            connection.evaluate(*structures.crystal())
            connection.exit()
            said = self.expect_end(program, 0)
            self.assertIn("warning: the server stayed silent for 0.5 s", said)


if __name__ == "__main__":
    program_run.end_at_once_when_alone()
    program_run.main()
