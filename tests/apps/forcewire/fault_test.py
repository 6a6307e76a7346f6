"""Faults that are rarer than those of failure_test.py, by the place where they come from."""

import os
import signal
import socket
import subprocess
import tempfile
import time

import numpy as np

import program_run
import structures
from lennard_jones_reference import lennard_jones
from program_run import LJ, Program, ProgramTest
from scripted_server import HEADER_SIZE, header, init_message, posdata_message

NO_CONNECTION, SERVER_VANISHED, PROTOCOL, POTENTIAL = 3, 4, 5, 6


def skip_with_several_ranks(test):
    """... what nobody but the root ever hears of: each run costs seconds."""
    if Program.ranks > 1 and not program_run.THOROUGH:
        test.skipTest("enough with one rank")


class StartTest(ProgramTest):
    def test_server_that_is_late_in_every_way(self):
        """For 30 s the socket is missing, or is there and refuses; then somebody listens"""
        server = self.new_server(listening=False)
        if self.kind_of_socket == "unix":
            os.rename(server.path, server.path + ".later")
        half = 15 if program_run.THOROUGH else 0.3
        with Program(server.arguments) as program:
            program.wait_until_it_says("waiting for the server")
            time.sleep(half)
            if self.kind_of_socket == "unix":
                os.rename(server.path + ".later", server.path)
            time.sleep(half)
            server.listen()
            connection = server.accept()
            connection.evaluate(*structures.crystal())
            connection.exit()
            self.expect_success(program)

    def test_socket_of_a_dead_server(self):
        """The socket file is there, and nobody listens"""
        if self.kind_of_socket == "tcp":
            self.skipTest("about files")
        server = self.new_server(listening=False)
        with Program([*server.arguments, "--wait", "0.5"]) as program:
            program.wait_until_it_says("waiting for the server")
            self.expect_failure(program, NO_CONNECTION, "dead server's", deadline=0.5)

    def test_folder_that_is_none(self):
        """The path leads through a file"""
        skip_with_several_ranks(self)
        with Program(["-u", "-a", "/etc/passwd/s"]) as program:
            program.wait_until_it_says("periodic axes")
            self.expect_failure(program, NO_CONNECTION, "/etc/passwd/s", "Not a directory")

    def test_without_permission(self):
        """The socket, or the folder it lies in, is not ours to use"""
        if self.kind_of_socket == "tcp":
            self.skipTest("about files")
        rights = "-dac_override,-dac_read_search"  # what root has more than others
        shell = f'exec setpriv --bounding-set {rights} --inh-caps {rights} "$@"'
        if os.geteuid() != 0:
            shell = ""
        elif subprocess.run(["sh", "-c", shell, "sh", "true"], stderr=subprocess.DEVNULL).returncode:
            self.skipTest("root may look everywhere")
        for path in (self.server.path, self.server.folder.name):
            with self.subTest(path=path):
                os.chmod(path, 0)
                with Program(self.server.arguments, shell=shell) as program:
                    program.wait_until_it_says("periodic axes")
                    self.expect_failure(program, NO_CONNECTION, "Permission denied")
                os.chmod(path, 0o700)

    def in_place_of(self, path, text):
        """A shell for which the file holds this text; where nobody may do that, the test is skipped."""
        with tempfile.NamedTemporaryFile("w", prefix="fw_", delete=False) as file:
            file.write(text)
        self.addCleanup(os.unlink, file.name)
        shell = f'mount --bind {file.name} {path} && exec "$@"'
        shell = f"exec unshare --mount sh -c '{shell}' sh \"$@\""
        if subprocess.run(["sh", "-c", shell, "sh", "true"], stderr=subprocess.DEVNULL).returncode:
            self.skipTest("needs the right to mount")
        return shell

    def test_host_of_several_addresses(self):
        """A host of several addresses, of which only the last works"""
        skip_with_several_ranks(self)
        if self.kind_of_socket == "unix":
            self.skipTest("about hosts")
        addresses = ["127.0.0.9", "127.0.0.8", "127.0.0.1"]
        shell = self.in_place_of("/etc/hosts", "".join(f"{a} many.test\n" for a in addresses))
        arguments = ["-a", "many.test", *self.server.arguments[2:], "--wait", "0"]
        with Program(arguments, shell=shell) as program:
            connection = self.server.accept()
            connection.evaluate(*structures.crystal())
            connection.exit()
            self.expect_success(program)

    def test_mute_name_service(self):
        """The name service does not answer"""
        skip_with_several_ranks(self)
        if self.kind_of_socket == "unix":
            self.skipTest("about hosts")
        shell = self.in_place_of("/etc/resolv.conf", "nameserver 127.0.0.9\n")
        mute = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(mute.close)
        mute.bind(("127.0.0.9", 53))
        with Program(["-a", "some.host.example", "--wait", "2"], shell=shell) as program:
            program.wait_until_it_says("waiting for the server: the name service does not answer")
            self.expect_failure(program, NO_CONNECTION, "2 s: the name service does not answer",
                                deadline=1)

    def test_server_that_says_nothing(self):
        """The server accepts and says nothing, with --idle-timeout 0.5"""
        with Program([*self.server.arguments, "--idle-timeout", "0.5"]) as program:
            connection = self.server.accept()
            said = self.expect_success(program, deadline=0.5)
            self.assertIn("no request for 0.5 s", said)
            self.expect_orderly_close(connection)

    def test_two_jobs_with_one_name(self):
        """Another job is served under the same name, and then the server is gone"""
        skip_with_several_ranks(self)
        with Program(self.server.arguments) as first:
            connection = self.server.accept()
            connection.evaluate(*structures.crystal())
            with Program(self.server.arguments) as second:
                overlooked = self.server.accept()
                connection.evaluate(*structures.crystal())
                connection.exit()
                self.expect_end(first, 0)
                self.server.socket.close()
                overlooked.close()
                # It looks again for up to three seconds: see VanishedServerTest.
                self.expect_failure(second, NO_CONNECTION, "no server at", deadline=3)


class StatusTest(ProgramTest):
    """All ranks return the status that mpirun does, of which one would be enough for it."""

    def expect_of_every_rank(self, status, model, sends):
        with tempfile.TemporaryDirectory(prefix="fw_") as folder:
            # mpirun ends the others as soon as it sees one return a status.
            shell = f'''"$@"; status=$?; echo $status > {folder}/$OMPI_COMM_WORLD_RANK
                        for _ in $(seq 100); do
                          [ $(ls {folder} | wc -l) = {Program.ranks} ] && break
                          sleep 0.05
                        done
                        exit $status'''
            with Program(self.server.arguments, model, shell=shell) as program:
                if sends:
                    connection = self.server.accept()
                    connection.evaluate(*structures.liquid(1500))
                    connection.send(sends)
                said = self.expect_end(program, status)
                if sends:
                    self.expect_orderly_close(connection)
            told = {}
            for rank in os.listdir(folder):
                with open(os.path.join(folder, rank)) as file:
                    told[int(rank)] = int(file.read())
            self.assertEqual(told, {rank: status for rank in range(Program.ranks)}, said)

    def test_every_rank(self):
        """EXIT, wrong options, nonsense, NaN on the last rank: all ranks return the status"""
        if Program.ranks == 1:
            self.skipTest("about several ranks")
        cell, positions = structures.liquid(1500)
        positions[1499, 2] = np.nan  # not of the root
        model = ("-m", "lj", "-o", ",".join(map(repr, LJ)))
        for status, model, sends in ((0, model, header("EXIT")),
                                     (2, ("-m", "lj", "-o", "1,2"), None),
                                     (PROTOCOL, model, header("NONSENSE")),
                                     (POTENTIAL, model, posdata_message(cell, positions))):
            with self.subTest(status=status):
                self.expect_of_every_rank(status, model, sends)


class StreamTest(ProgramTest):
    def expect_refused(self, sends, *words):
        skip_with_several_ranks(self)
        with Program(self.server.arguments) as program:
            connection = self.server.accept()
            connection.evaluate(*structures.crystal())
            for data in sends:
                connection.send(data)
            self.expect_failure(program, PROTOCOL, *words)
            self.expect_orderly_close(connection)

    def test_lower_case(self):
        """A header in lower case"""
        self.expect_refused([b"status      "], "status")

    def test_wrong_padding(self):
        """A header that is padded with NUL, not blanks"""
        self.expect_refused([b"STATUS\0\0\0\0\0\0"], r"STATUS\x00")

    def test_init_out_of_turn(self):
        """INIT while a result waits"""
        request = posdata_message(*structures.crystal())
        self.expect_refused([request, init_message()], "INIT", "while a result waits")

    def test_init_of_ten_megabytes(self):
        """An INIT text of 10 MB"""
        message = header("INIT") + np.array([0, 10**7], "<i4").tobytes() + b"x" * 100000
        self.expect_refused([message], "the text length of INIT", "10000000")

    def test_more_atoms_than_allowed(self):
        """--max-atoms 4, and then a request announces 5"""
        skip_with_several_ranks(self)
        with Program([*self.server.arguments, "--max-atoms", "4"]) as program:
            connection = self.server.accept()
            connection.evaluate(*structures.crystal())  # 4 atoms
            connection.send(posdata_message(np.eye(3) * 20, np.zeros((0, 3)), 5))
            self.expect_failure(program, PROTOCOL, "expected 1 to 4, got 5", "--max-atoms 5")
            self.expect_orderly_close(connection)

    def test_init_texts_that_are_all_right(self):
        """INIT texts empty, with NUL, and of a megabyte"""
        skip_with_several_ranks(self)
        cell, positions = structures.crystal()
        energy, _, _ = lennard_jones(cell, positions, *LJ)
        with Program(self.server.arguments) as program:
            connection = self.server.accept()
            for text in (b"", b"\0\0\0", b"a\0b", b"x" * 2**20):
                connection.send(init_message(0, text))
                self.assertAlmostEqual(connection.evaluate(cell, positions).energy, energy, 12)
            connection.exit()
            self.expect_success(program)

    def test_cut_at_every_byte(self):
        """A request is cut at every byte, by a close or a reset, and the next server comes"""
        cell, positions = structures.crystal()
        energy, _, _ = lennard_jones(cell, positions, *LJ)
        request = header("STATUS") + init_message(1, b"text") + posdata_message(cell, positions)
        request += header("GETFORCE")
        arguments = [*self.server.arguments, "--on-disconnect", "reconnect", "-q"]
        with Program(arguments) as program:
            ends = [(cut, cut % 2) for cut in range(len(request) + 1)]
            if program_run.THOROUGH:
                ends = [(cut, by_force) for cut, _ in ends for by_force in (False, True)]
            for cut, by_force in ends:
                connection = self.server.accept()
                self.assertAlmostEqual(connection.evaluate(cell, positions).energy, energy, 12)
                connection.send(request[:cut])
                if by_force:
                    connection.reset()
                else:
                    connection.close()
            connection = self.server.accept()
            self.assertAlmostEqual(connection.evaluate(cell, positions).energy, energy, 12)
            connection.exit()
            self.expect_success(program)


class NumbersTest(ProgramTest):
    def test_unusual_and_right(self):
        """Left-handed and nearly flat cells, and atoms far from them, are computed and right"""
        cell, positions = structures.crystal()
        flat = cell.copy()  # the same crystal
        flat[2] += 90 * cell[0] + 50 * cell[1]
        flatter = cell.copy()  # and again
        flatter[2] += 90000 * cell[0] + 50000 * cell[1]
        far = positions + 1e6 * cell[0]
        with Program(self.server.arguments) as program:
            connection = self.server.accept()
            for name, unusual, where, accuracy in (
                ("left-handed", cell[[1, 0, 2]], positions, 1e-12),
                ("flat", flat, positions, 1e-9),
                ("flatter", flatter, positions, 1e-7),
                ("far", cell, far, 1e-7),
            ):
                with self.subTest(cell=name):
                    energy, forces, _ = lennard_jones(cell, positions, *LJ)
                    reply = connection.evaluate(unusual, where)
                    self.assertAlmostEqual(reply.energy / energy, 1, delta=accuracy)
                    atol = accuracy * max(np.abs(forces).max(), 1e-3)
                    np.testing.assert_allclose(reply.forces, forces, rtol=0, atol=atol)
            connection.exit()
            self.expect_success(program)

    def test_atoms_too_close_for_numbers(self):
        """Two atoms 1e-30 bohr apart: the energy overflows"""
        cell, positions = structures.liquid()
        positions[40] = positions[5] + [1e-30, 0, 0]
        with Program([*self.server.arguments, "-q"]) as program:
            connection = self.server.accept()
            connection.evaluate(*structures.crystal())
            connection.send(posdata_message(cell, positions))
            self.expect_failure(program, POTENTIAL, "request 2: ", "atom 5 ", "same place")
            self.expect_orderly_close(connection)

    def test_atom_a_universe_away(self):
        """A coordinate of 1e300 bohr"""
        _, positions = structures.liquid()
        positions[17, 1] = 1e300
        self.expect_refused(structures.liquid()[0], positions, "coordinate y of atom 17 is 1e+300")

    def test_cell_too_large_for_numbers(self):
        """A lattice vector of 1e12 bohr, in which atoms that are wrapped get lost"""
        cell, positions = structures.liquid()
        cell[2, 2] = 1e12
        self.expect_refused(cell, positions, "lattice vector c is 1e+12 bohr long")

    def test_cell_much_smaller_than_the_cutoff(self):
        """108 atoms in a cell of 0.001 bohr"""
        self.expect_refused(np.eye(3) * 1e-3, structures.liquid()[1], "periodic images")

    def test_crowded_atoms(self):
        """120000 atoms within 5 bohr, as when nanometres are sent as bohr"""
        positions = np.random.default_rng(1).random((120000, 3)) * 5
        self.expect_refused(np.zeros((3, 3)), positions, "less crowded")

    def expect_refused(self, cell, positions, *words):
        skip_with_several_ranks(self)
        with Program(self.server.arguments) as program:
            connection = self.server.accept()
            connection.send(posdata_message(cell, positions))
            self.expect_end(program, POTENTIAL)
            for word in ("request 1: ", *words):
                self.assertIn(word, program.errors()[0])
            self.expect_orderly_close(connection)


class OurSideTest(ProgramTest):
    def test_rank_is_stopped_and_goes_on(self):
        """The last rank gets SIGSTOP, and SIGCONT later"""
        cell, positions = structures.liquid(1500)
        with Program(self.server.arguments) as program:
            connection = self.server.accept()
            forces = connection.evaluate(cell, positions).forces
            for moment in (None, 0.0, 0.001):
                rank = self.ranks(program)[-1]
                if moment is None:
                    os.kill(rank, signal.SIGSTOP)
                connection.send(posdata_message(cell, positions) + header("GETFORCE"))
                if moment is not None:
                    time.sleep(moment)
                    os.kill(rank, signal.SIGSTOP)
                time.sleep(0.3)
                os.kill(rank, signal.SIGCONT)
                reply = connection.receive_result()
                np.testing.assert_allclose(reply.forces, forces, rtol=0, atol=1e-13)
            connection.exit()
            self.expect_success(program)

    def test_rank_is_stopped_for_good(self):
        """The last rank gets SIGSTOP; then mpirun gets SIGTERM"""
        with Program(self.server.arguments) as program:
            connection = self.server.accept()
            connection.evaluate(*structures.liquid(1500))
            os.kill(self.ranks(program)[-1], signal.SIGSTOP)
            connection.send(posdata_message(*structures.liquid(1500)))
            program.process.terminate()
            start = time.monotonic()
            program.finish(program.end_within)
            program.wait_until_nobody_is_left(program.end_within)
            self.record(program, program.process.returncode, start)

    def test_too_little_memory(self):
        """The positions do not fit into the memory of the process (ulimit -v)"""
        shell = 'ulimit -v 1500000; exec "$@"'
        with Program([*self.server.arguments, "--max-atoms", "1e8"], shell=shell) as program:
            connection = self.server.accept()
            connection.evaluate(*structures.crystal())
            connection.send(posdata_message(np.eye(3) * 1e4, np.zeros((0, 3)), 80_000_000))
            self.expect_failure(program, POTENTIAL, "request 2: ", "memory")
            self.expect_orderly_close(connection)

    def test_slow_reader(self):
        """The server reads 1 kB of the answer every 10 ms, then goes on, with --timeout 1"""
        if self.kind_of_socket == "tcp" and not program_run.THOROUGH:
            self.skipTest("takes as many atoms as fill the kernel's buffers")
        natoms = 60000 if self.kind_of_socket == "unix" else 250000
        self.server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 20000)
        request = posdata_message(*structures.liquid(natoms)) + header("GETFORCE")
        size = HEADER_SIZE + 8 + 4 + 24 * natoms + 72
        with Program([*self.server.arguments, "--timeout", "1"]) as program:
            connection = self.server.accept()
            connection.send(request)
            expected = np.frombuffer(connection.receive(size + 4)[HEADER_SIZE + 12 :], "<f8", 3 * natoms)
            connection.send(request)
            answer = b""
            for _ in range(250):
                answer += connection.receive(1000)
                time.sleep(0.01)
            answer += connection.receive(size + 4 - len(answer))
            forces = np.frombuffer(answer[HEADER_SIZE + 12 :], "<f8", 3 * natoms)
            np.testing.assert_allclose(forces, expected, rtol=0, atol=1e-13)
            connection.exit()
            self.expect_success(program)

    def test_reader_of_the_log_goes(self):
        """Standard output of mpirun is a pipe whose reader goes, such as head"""
        with Program(self.server.arguments) as program:
            connection = self.server.accept()
            program.process.stdout.close()
            for _ in range(20):
                connection.evaluate(*structures.crystal())
            connection.exit()
            self.expect_success(program)

    def test_reader_of_the_log_of_requests_goes(self):
        """Such a reader goes, and with -vv there are lines for each request"""
        with Program([*self.server.arguments, "-vv"]) as program:
            connection = self.server.accept()
            program.process.stdout.close()
            answered = 0
            with self.assertRaises(OSError):
                while True:
                    connection.evaluate(*structures.crystal())
                    answered += 1
            start = time.monotonic()
            self.assertGreater(answered, 0)  # ten lines that nobody takes, and mpirun gives up
            status = program.finish(program.end_within)  # mpirun's: it has been seen to crash
            program.wait_until_nobody_is_left(program.end_within)
            self.assertEqual(program.errors(), [])
            self.record(program, status, start)

    def test_full_disk_under_the_log(self):
        """Standard output is on a full disk"""
        self.serve_with('exec "$@" >/dev/full')

    def test_closed_standard_streams(self):
        """Standard input, output and error are closed"""
        ranks = self.serve_with('exec "$@" <&- >&- 2>&-')
        for streams in ranks:
            self.assertEqual(streams, ["/dev/null"] * 3)

    def serve_with(self, shell):
        cell, positions = structures.crystal()
        energy, _, _ = lennard_jones(cell, positions, *LJ)
        with Program([*self.server.arguments, "-vv"], shell=shell) as program:
            connection = self.server.accept()
            for _ in range(3):
                self.assertAlmostEqual(connection.evaluate(cell, positions).energy, energy, 12)
            streams = [
                [os.readlink(f"/proc/{rank}/fd/{stream}") for stream in range(3)]
                for rank in self.ranks(program)
            ]
            connection.exit()
            self.expect_success(program)
            return streams


if __name__ == "__main__":
    program_run.end_at_once_when_alone()
    program_run.main()
