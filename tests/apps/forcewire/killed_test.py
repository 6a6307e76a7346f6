"""A rank, or mpirun itself, gets SIGKILL, wherever a request may be: all ranks are gone soon, the
server sees the connection end, and no file is left. A rank gets SIGSTOP there, and SIGCONT later:
the answer is right."""

import datetime
import os
import random
import re
import signal
import threading
import time

import numpy as np

import program_run
import structures
from program_run import Program, ProgramTest, RankWatch
from scripted_server import HEADER_SIZE, header, init_message, posdata_message

KILLED = 128 + signal.SIGKILL  # mpirun's own

CELL, POSITIONS = structures.liquid(16000)  # forces that no UNIX socket holds at once
TEXT = b"some text"
REPLY_SIZE = HEADER_SIZE + 8 + 4 + POSITIONS.nbytes + 72 + 4  # without a text

# A request after another one, in both directions: what the server sends, and how much it reads.
CONVERSATION = (
    header("STATUS"),
    HEADER_SIZE,
    init_message(1, TEXT),
    posdata_message(CELL, POSITIONS),
    header("STATUS"),
    HEADER_SIZE,
    header("GETFORCE"),
    REPLY_SIZE,
)
STATUS, READY, INIT, POSDATA, _, HAVEDATA, GETFORCE, REPLY = (
    sum(step if isinstance(step, int) else len(step) for step in CONVERSATION[:n])
    for n in range(len(CONVERSATION))
)
CELL_BEGIN = POSDATA + HEADER_SIZE
POSITIONS_BEGIN = CELL_BEGIN + 2 * 72 + 4
COMPUTING = POSITIONS_BEGIN + POSITIONS.nbytes
FORCES_BEGIN = REPLY + HEADER_SIZE + 8 + 4
END = REPLY + REPLY_SIZE

# Where it is: after how many bytes, and how many seconds later. A moment is enough to read what was
# sent; not to compute.
A_MOMENT = 0.02
MOMENTS = (
    ("before a word", STATUS, A_MOMENT),
    ("inside STATUS", STATUS + 5, A_MOMENT),
    ("READY is not read", READY, A_MOMENT),
    ("READY is read", INIT, A_MOMENT),
    ("inside the header of INIT", INIT + 3, A_MOMENT),
    ("inside the text of INIT", POSDATA - 2, A_MOMENT),
    ("after INIT", POSDATA, A_MOMENT),
    ("inside the header of POSDATA", POSDATA + 7, A_MOMENT),
    ("after the header of POSDATA", CELL_BEGIN, A_MOMENT),
    ("inside the cell", CELL_BEGIN + 30, A_MOMENT),
    ("inside the inverse of the cell", CELL_BEGIN + 100, A_MOMENT),
    ("inside the number of atoms", POSITIONS_BEGIN - 2, A_MOMENT),
    ("before the positions", POSITIONS_BEGIN, A_MOMENT),
    ("inside the first position", POSITIONS_BEGIN + 12, A_MOMENT),
    ("a third of the positions is there", POSITIONS_BEGIN + POSITIONS.nbytes // 3, A_MOMENT),
    ("two thirds of the positions are there", COMPUTING - POSITIONS.nbytes // 3, A_MOMENT),
    ("the last byte of the positions is missing", COMPUTING - 1, A_MOMENT),
    ("the last byte of the positions is sent", COMPUTING, 0),
    ("computing, early", COMPUTING, 0.001),
    ("computing", COMPUTING, 0.003),
    ("computing, late, or ready", COMPUTING, 0.01),
    ("HAVEDATA is read", GETFORCE, A_MOMENT),
    ("inside GETFORCE", GETFORCE + 8, A_MOMENT),
    ("after GETFORCE", REPLY, A_MOMENT),
    ("FORCEREADY is read", REPLY + HEADER_SIZE, A_MOMENT),
    ("inside the first force", FORCES_BEGIN + 12, A_MOMENT),
    ("half of the forces are read", FORCES_BEGIN + POSITIONS.nbytes // 2, A_MOMENT),
    ("the last byte of the answer is not read", END - 1, A_MOMENT),
    ("the answer is read", END, A_MOMENT),
)


def play(connection, end, begin=0):
    """These bytes of the conversation. Returns those that were received."""
    received = b""
    for step in CONVERSATION:
        size = step if isinstance(step, int) else len(step)
        first, last = max(begin, 0), min(max(end, 0), size)
        if first < last:
            if isinstance(step, int):
                received += connection.receive(last - first)
            else:
                connection.send(step[first:last])
        begin -= size
        end -= size
    return received


def numbers(received):
    """Energy, forces and virial of the answer at the end of what was received."""
    answer = received[-REPLY_SIZE:]
    energy = np.frombuffer(answer, "<f8", 1, HEADER_SIZE)
    others = np.frombuffer(answer, "<f8", POSITIONS.size + 9, HEADER_SIZE + 8 + 4)
    return np.concatenate([energy, others])


def some_moments():
    """A few of each part of a request, others every day; or all of them."""
    if program_run.THOROUGH:
        return MOMENTS
    seed = int(os.environ.get("FORCEWIRE_TEST_SEED", datetime.date.today().toordinal()))
    print(f"FORCEWIRE_TEST_SEED={seed}")
    chosen = random.Random(seed)
    parts = 6
    return [
        chosen.choice(MOMENTS[len(MOMENTS) * n // parts : len(MOMENTS) * (n + 1) // parts])
        for n in range(parts)
    ]


class KilledTest(ProgramTest):
    def expect_end_of(self, program, connection, status, start):
        """The server finds out, and all are gone soon."""
        with self.assertRaises(OSError):
            while True:
                connection.receive(1 << 16)
        self.assertLess(time.monotonic() - start, program.end_within)
        program.finish(program.end_within)
        self.assertEqual(program.process.returncode, status)
        program.wait_until_nobody_is_left(program.end_within)
        self.record(program, status, start)

    def kill(self, moment, victim):
        """`victim` is a rank, or -1, the last one."""
        name, count, seconds = moment
        with self.subTest(moment=name, victim=victim), Program(self.server.arguments) as program:
            connection = self.server.accept()
            connection.evaluate(*structures.crystal())
            rank = self.ranks(program)[victim]
            play(connection, count)
            time.sleep(seconds)
            os.kill(rank, signal.SIGKILL)
            self.expect_end_of(program, connection, KILLED, time.monotonic())
            self.assertEqual(program.files(), [])

    def test_last_rank(self):
        """The last rank gets SIGKILL, at 29 points of a request"""
        if Program.ranks == 1:
            self.skipTest("it is the root")
        moments = some_moments()
        for moment in moments if program_run.THOROUGH else moments[1::2]:
            self.kill(moment, -1)

    def test_root(self):
        """The root gets SIGKILL, at 29 points of a request"""
        moments = some_moments()
        every = 1 if program_run.THOROUGH or Program.ranks == 1 else 2
        for moment in moments[::every]:
            self.kill(moment, 0)

    def seconds_until_all_have_ended(self, ranks, start):
        """How soon the server and others find out is another matter."""
        while any(RankWatch.state(rank) != "Z" for rank in ranks):
            self.assertLess(time.monotonic() - start, Program.end_within)
            time.sleep(0.005)
        return time.monotonic() - start

    def test_mpirun(self):
        """mpirun gets SIGKILL: idle, receiving, computing, sending"""
        long_request = posdata_message(*structures.liquid(200000))
        seconds = []
        for moment in ("idle", "receiving", 0.02, 0.1, "sending"):
            with self.subTest(moment=moment), Program(self.server.arguments) as program:
                connection = self.server.accept()
                connection.evaluate(*structures.crystal())
                ranks = self.ranks(program)
                if moment == "receiving":
                    connection.send(long_request[:100000])
                elif moment == "sending":
                    play(connection, FORCES_BEGIN)
                elif moment != "idle":
                    connection.send(long_request)
                    time.sleep(moment)
                program.process.kill()
                start = time.monotonic()
                seconds.append(self.seconds_until_all_have_ended(ranks, start))
                self.expect_end_of(program, connection, -signal.SIGKILL, start)
                for path in program.files():  # it had no time to tidy up; and none is ours
                    self.assertTrue(re.search(r"/ompi\.|/vader_segment\.", path), path)
        if Program.ranks > 1:
            self.assertLess(min(seconds), 0.9)  # Open MPI takes a second to find out


class StoppedTest(ProgramTest):
    def test_rank_is_stopped(self):
        """The root, then the last rank get SIGSTOP, then SIGCONT, at 29 points of a request"""
        with Program(self.server.arguments) as program:
            connection = self.server.accept()
            connection.evaluate(*structures.crystal())
            expected = numbers(play(connection, END))
            for victim in sorted({0, Program.ranks - 1}):
                rank = self.ranks(program)[victim]
                for name, count, seconds in some_moments():
                    with self.subTest(moment=name, victim=victim):
                        connection.evaluate(*structures.crystal())  # old forces would be others
                        received = play(connection, count)
                        time.sleep(seconds)
                        os.kill(rank, signal.SIGSTOP)
                        goes_on = threading.Timer(0.2, os.kill, (rank, signal.SIGCONT))
                        goes_on.start()
                        received += play(connection, END, count)
                        goes_on.join()
                        np.testing.assert_allclose(
                            numbers(received), expected, rtol=1e-10, atol=1e-13
                        )
            connection.exit()
            self.expect_success(program)


if __name__ == "__main__":
    program_run.end_at_once_when_alone()
    program_run.main()
