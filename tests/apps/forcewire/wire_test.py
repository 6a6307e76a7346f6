"""Right forces, however the server cuts, mixes and orders its messages."""

import time

import numpy as np

import program_run
import structures
from lennard_jones_reference import lennard_jones
from program_run import LJ, Program, ProgramTest
from scripted_server import header, init_message, posdata_message

TOLERANCE = 1e-12


class WireTest(ProgramTest):
    def expect_right(self, reply, cell, positions):
        energy, forces, virial = lennard_jones(cell, positions, *LJ)
        self.assertAlmostEqual(reply.energy / energy, 1, delta=TOLERANCE)
        np.testing.assert_allclose(
            reply.forces, forces, rtol=0, atol=TOLERANCE * max(np.abs(forces).max(), 1e-3)
        )
        np.testing.assert_allclose(
            reply.virial, virial, rtol=0, atol=TOLERANCE * np.abs(virial).max()
        )

    def test_atom_count_and_cell_may_change_from_request_to_request(self):
        with Program(self.server.arguments) as program:
            connection = self.server.accept()
            for name in [*structures.EVERY_KIND, *reversed(structures.EVERY_KIND)]:
                with self.subTest(structure=name):
                    cell, positions = structures.EVERY_KIND[name]()
                    self.expect_right(connection.evaluate(cell, positions), cell, positions)
            connection.exit()
            self.expect_success(program)

    def test_every_split_of_every_message(self):
        cell, positions = structures.crystal()
        _, reference, _ = lennard_jones(cell, positions, *LJ)
        request = init_message(3, b"text") + posdata_message(cell, positions) + header("GETFORCE")
        with Program([*self.server.arguments, "-q"]) as program:
            connection = self.server.accept()
            for cut in range(1, len(request)):
                connection.send(request, cuts=[cut], pause=0.0005)
                reply = connection.receive_result()
                np.testing.assert_allclose(reply.forces, reference, rtol=0, atol=1e-15)
            connection.exit()
            self.expect_success(program)

    def test_one_byte_at_a_time(self):
        cell, positions = structures.crystal()
        with Program(self.server.arguments) as program:
            connection = self.server.accept()
            connection.send_bytewise(header("STATUS"))
            self.assertIn(connection.receive_header(), ("NEEDINIT", "READY"))
            connection.send_bytewise(init_message(0, b"batch of one"))
            for _ in range(3):
                connection.send_bytewise(posdata_message(cell, positions))
                connection.wait_for_result()
                connection.send_bytewise(header("GETFORCE"))
                self.expect_right(connection.receive_result(), cell, positions)
            connection.send_bytewise(header("EXIT"))
            self.expect_success(program)

    def test_random_pieces_with_delays(self):
        random = np.random.default_rng(7)
        cell, positions = structures.liquid()
        with Program(self.server.arguments) as program:
            connection = self.server.accept()
            for _ in range(10):
                positions = positions + random.normal(0, 0.2, positions.shape)
                request = posdata_message(cell, positions) + header("GETFORCE")
                cuts = np.sort(random.integers(1, len(request), 12))
                connection.send(request, cuts, pause=0.002)
                self.expect_right(connection.receive_result(), cell, positions)
            connection.exit()
            self.expect_success(program)

    def test_all_messages_in_one_write(self):
        small = structures.crystal()
        large = structures.liquid(1000)
        with Program(self.server.arguments) as program:
            connection = self.server.accept()
            conversation = init_message()
            for cell, positions in (small, large, small):
                conversation += posdata_message(cell, positions) + header("GETFORCE")
            connection.send(conversation + header("EXIT"))
            for cell, positions in (small, large, small):
                self.expect_right(connection.receive_result(), cell, positions)
            self.expect_success(program)

    def test_a_flood_of_status(self):
        cell, positions = structures.crystal()
        with Program(self.server.arguments) as program:
            connection = self.server.accept()
            for count in (1000, 1, 100):
                connection.send(header("STATUS") * count)
                words = {connection.receive_header() for _ in range(count)}
                self.assertLessEqual(words, {"NEEDINIT", "READY"})
                connection.send(posdata_message(cell, positions) + header("STATUS") * count)
                words = {connection.receive_header() for _ in range(count)}
                self.assertEqual(words, {"HAVEDATA"})
                connection.send(header("GETFORCE"))
                self.expect_right(connection.receive_result(), cell, positions)
            connection.exit()
            self.expect_success(program)

    def test_slow_reader(self):
        """The reply does not fit into the socket's buffers, and the server takes its time."""
        cell, positions = structures.liquid(8000)
        with Program(self.server.arguments) as program:
            connection = self.server.accept()
            connection.send(posdata_message(cell, positions) + header("GETFORCE"))
            time.sleep(1)
            reply = connection.receive_result()
            self.assertEqual(len(reply.forces), 8000)
            np.testing.assert_allclose(reply.forces.sum(axis=0), 0, atol=1e-12)
            connection.exit()
            self.expect_success(program)

    def test_replicas_take_turns(self):
        random = np.random.default_rng(8)
        cell, positions = structures.liquid()
        beads = [positions + random.normal(0, 0.3, positions.shape) for _ in range(4)]
        with Program([*self.server.arguments, "-vv"]) as program:
            connection = self.server.accept()
            for _ in range(3):
                for replica, bead in enumerate(beads):
                    connection.send(init_message(replica))
                    bead += random.normal(0, 0.05, bead.shape)
                    connection.send(posdata_message(cell, bead) + header("GETFORCE"))
                    self.expect_right(connection.receive_result(), cell, bead)
            connection.exit()
            self.expect_success(program)
            self.assertRegex(program.out, r"(?m)^ +12 +-?\d")

    def test_an_end_between_two_requests_is_in_order(self):
        cell, positions = structures.crystal()
        with Program(self.server.arguments) as program:
            connection = self.server.accept()
            connection.evaluate(cell, positions)
            connection.close()
            said = self.expect_success(program)
            self.assertIn("the server closed the connection between two requests", said)
            self.assertRegex(said, r"(?m)^  requests +1 ")

    def test_a_broken_connection_between_two_requests_is_named(self):
        with Program(self.server.arguments) as program:
            connection = self.server.accept()
            connection.evaluate(*structures.crystal())
            connection.send(header("STATUS"))
            time.sleep(0.3)  # the answer is there, and nobody reads it
            connection.close()
            self.assertIn("the connection to the server broke", self.expect_success(program))

    def test_exit_before_anything_else(self):
        with Program(self.server.arguments) as program:
            self.server.accept().exit()
            self.assertIn("the server sent EXIT", self.expect_success(program))

    def test_periodic_axes_by_request(self):
        """A cell that is there and shall not repeat."""
        cell, positions = structures.crystal()
        with Program([*self.server.arguments, "--periodic", "none"]) as program:
            connection = self.server.accept()
            reply = connection.evaluate(cell, positions)
            self.expect_right(reply, np.zeros((3, 3)), positions)
            connection.exit()
            self.expect_success(program)


if __name__ == "__main__":
    program_run.main()
