"""A rank, or mpirun itself, gets SIGKILL, wherever a request may be: all ranks are gone soon, the
server sees the connection end, and no file is left."""

import datetime
import os
import random
import re
import signal
import time

import program_run
import structures
from program_run import Program, ProgramTest
from scripted_server import HEADER_SIZE, header, init_message, posdata_message

KILLED = 128 + signal.SIGKILL  # mpirun's own

CELL, POSITIONS = structures.liquid(16000)  # forces that no UNIX socket holds at once
TEXT = b"some text"
REPLY_SIZE = HEADER_SIZE + 8 + 4 + POSITIONS.nbytes + 72 + 4

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
    ("the last byte of the answer is not read", REPLY + REPLY_SIZE - 1, A_MOMENT),
    ("the answer is read", REPLY + REPLY_SIZE, A_MOMENT),
)


def play(connection, count):
    """The first `count` bytes of the conversation."""
    for step in CONVERSATION:
        size = step if isinstance(step, int) else len(step)
        if isinstance(step, int):
            connection.receive(min(size, count))
        else:
            connection.send(step[:count])
        count -= min(size, count)


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
    def ranks(self, program):
        ranks = sorted(program.processes("forcewire"))
        self.assertEqual(len(ranks), program.ranks)
        return ranks

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
        """`victim` numbers the ranks in the order of their start."""
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

    def test_mpirun(self):
        """mpirun gets SIGKILL: idle, receiving, computing, sending"""
        long_request = posdata_message(*structures.liquid(200000))
        seconds = []
        for moment in ("idle", "receiving", 0.02, 0.1, "sending"):
            with self.subTest(moment=moment), Program(self.server.arguments) as program:
                connection = self.server.accept()
                connection.evaluate(*structures.crystal())
                if moment == "receiving":
                    connection.send(long_request[:100000])
                elif moment == "sending":
                    play(connection, FORCES_BEGIN)
                elif moment != "idle":
                    connection.send(long_request)
                    time.sleep(moment)
                program.process.kill()
                start = time.monotonic()
                self.expect_end_of(program, connection, -signal.SIGKILL, start)
                seconds.append(time.monotonic() - start)
                for path in program.files():  # it had no time to tidy up; and none is ours
                    self.assertTrue(re.search(r"/ompi\.|/vader_segment\.", path), path)
        if Program.ranks > 1:
            self.assertLess(min(seconds), 0.9)  # Open MPI takes a second to find out


if __name__ == "__main__":
    program_run.end_at_once_when_alone()
    program_run.main()
