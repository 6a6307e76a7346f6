"""Starts the program as users do, under mpirun, and judges how it ends."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import uuid

import scripted_server

LJ = (6.4345, 3.7938e-4, 16.063)  # argon: sigma, epsilon, cutoff in atomic units

# The table of faults is measured, see fault_table.py: then all is provoked in every way, of which
# otherwise some stand for the others.
THOROUGH = "FORCEWIRE_FAULT_TABLE" in os.environ


class RankWatch(threading.Thread):
    """Notes when the last rank is gone. mpirun takes longer to end."""

    def __init__(self, mpirun, count):
        super().__init__(daemon=True)
        self.mpirun = mpirun
        self.count = count
        self.ranks = set()
        self.ended_at = None
        self.start()

    @staticmethod
    def state(pid):
        """As /proc has it; Z has ended, and its parent has not looked yet."""
        try:
            with open(f"/proc/{pid}/stat") as file:
                return file.read().rsplit(")", 1)[1].split()[0]
        except OSError:
            return "Z"

    def children(self):
        found = set()
        try:
            for thread in os.listdir(f"/proc/{self.mpirun}/task"):
                with open(f"/proc/{self.mpirun}/task/{thread}/children") as file:
                    found.update(map(int, file.read().split()))
        except OSError:
            pass  # it has ended
        return found

    def run(self):
        while True:
            self.ranks |= self.children()
            if len(self.ranks) < self.count:
                if self.state(self.mpirun) == "Z":
                    return
            elif all(self.state(rank) == "Z" for rank in self.ranks):
                self.ended_at = time.monotonic()
                return
            time.sleep(0.005)


class Program:
    """`mpirun -n RANKS forcewire ...`, from its start to its end.

    A unique word in the environment marks all of its processes, to see whether one is left behind;
    and its temporary files have folders of their own, for the same reason.
    """

    executable = "forcewire"
    mpirun = "mpirun"
    ranks = 1
    end_within = 5.0  # seconds: how soon after a failure all ranks must be gone

    def __init__(self, arguments, model=("-m", "lj", "-o", ",".join(map(repr, LJ))), env=None, shell=""):
        """`shell` is what a shell does in each rank before it becomes the program, which it calls
        "$@"; or nothing."""
        self.mark = f"FORCEWIRE_TEST_MARK={uuid.uuid4().hex}"
        environment = dict(os.environ, **(env or {}))
        environment.update([self.mark.split("=")])
        self.folders = [tempfile.mkdtemp(prefix="fw_")]
        environment["TMPDIR"] = self.folders[0]
        if os.access("/dev/shm", os.W_OK):
            self.folders.append(tempfile.mkdtemp(prefix="fw_", dir="/dev/shm"))
            environment["OMPI_MCA_btl_vader_backing_directory"] = self.folders[-1]
        command = [self.mpirun, "-n", str(self.ranks)]
        command += ["sh", "-c", shell, "sh"] if shell else []
        command += [self.executable, *model, *arguments]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.out = ""
        self.err = ""
        self.watch = RankWatch(self.process.pid, self.ranks) if THOROUGH else None

    def seconds_since(self, start):
        """... until the last rank was gone, as far as that was watched, or else until now."""
        if self.watch:
            self.watch.join(1)
        end = self.watch.ended_at if self.watch and self.watch.ended_at else time.monotonic()
        return end - start

    def processes(self, name=None):
        """Ids of all living processes of this run, or of those with this name."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/environ", "rb") as file:
                    if self.mark.encode() not in file.read():
                        continue
                with open(f"/proc/{pid}/comm") as file:
                    if name and file.read().strip() != name:
                        continue
            except OSError:
                continue
            found.append(int(pid))
        return found

    @staticmethod
    def next_words(stream):
        """What comes next, or "" at the end. Past the stream's own buffer, in which it would keep
        what came behind a line: communicate() does not look there."""
        return os.read(stream.fileno(), 1 << 16).decode()

    def wait_until_it_says(self, words):
        """How long the start takes, nobody knows: on a busy machine, seconds."""
        while words not in self.out:
            if not (more := self.next_words(self.process.stdout)):
                raise AssertionError(f"the program never said '{words}'")
            self.out += more

    def wait_until_it_complains(self):
        """... for the first time."""
        while "forcewire: error: " not in self.err:
            if not (more := self.next_words(self.process.stderr)):
                raise AssertionError("the program never complained")
            self.err += more

    def wait_until_nobody_is_left(self, timeout):
        """mpirun may end before a rank that it has killed."""
        end = time.monotonic() + timeout
        while left := self.processes():
            if time.monotonic() > end:
                raise AssertionError(f"still there after {timeout} s: {left}")
            time.sleep(0.01)

    def hear_it_out(self, timeout=None):
        """To the end, behind what was heard so far."""
        out, err = self.process.communicate(timeout=timeout)
        self.out += out
        self.err += err

    def finish(self, timeout=30.0):
        """Waits for the end. Returns the status of mpirun."""
        try:
            self.hear_it_out(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(
                f"still running after {timeout} s\n{self.out}\n{self.err}"
            ) from None
        return self.process.returncode

    def kill(self):
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.hear_it_out()

    def files(self):
        """Temporary files of this run."""
        found = []
        for folder in self.folders:
            for path, _, names in os.walk(folder):
                found += [os.path.join(path, name) for name in names]
        return found

    def errors(self):
        return re.findall(r"^(?:\[\d+\] )?forcewire: error: .*$", self.err, re.MULTILINE)

    def ours_on_stderr(self):
        """Standard error without what mpirun says of programs that return a status."""
        text = re.sub(r"(?ms)^-{60,}\n.*?^-{60,}\n", "", self.err)
        text = re.sub(r"(?m)^mpirun: .*\n", "", text)
        text = re.sub(r"(?m)^\[hwloc/.*\n", "", text)  # in a container without /sys
        # A rank that mpirun ended while it looked for leaks, which it does with a helper program.
        text = re.sub(r"(?m)^==\d+==WARNING: Can't read from symbolizer .*\n?", "", text)
        # True where the tests run on few cores, and not what they are about.
        text = re.sub(r"(?m)^forcewire: warning: \d+ ranks on a node with .*\n", "", text)
        return text.strip()

    def __enter__(self):
        return self

    def __exit__(self, exception_type, *_):
        self.end(exception_type)
        for folder in self.folders:
            shutil.rmtree(folder, ignore_errors=True)

    def end(self, exception_type):
        if not self.process.stderr.closed:
            self.kill()
            if exception_type:
                print(f"the program had said:\n{self.out}{self.err}", file=sys.stderr)


class ProgramTest(unittest.TestCase):
    """Expectations on how a program ends, and a server of the kind that this run is about."""

    kind_of_socket = "unix"

    def new_server(self, listening=True):
        server = scripted_server.Server(self.kind_of_socket, listening)
        self.addCleanup(server.close)
        return server

    def setUp(self):
        self.server = self.new_server()

    def ranks(self, program):
        """Ids of the processes, by rank: ids themselves are in no order, for they begin anew when
        the highest is used, and mpirun starts several ranks at once."""
        def rank(pid):
            with open(f"/proc/{pid}/environ", "rb") as file:
                return int(re.search(rb"OMPI_COMM_WORLD_RANK=(\d+)", file.read()).group(1))
        ranks = sorted(program.processes("forcewire"), key=rank)
        self.assertEqual(len(ranks), program.ranks)
        return ranks

    def expect_end(self, program, status, deadline=0.0):
        """The program ends by itself, soon, with this status and without a trace. It may wait until
        the deadline, in so many seconds from now, and is to be gone soon after."""
        start = time.monotonic()
        got = program.finish()
        took = time.monotonic() - start
        said = f"stdout:\n{program.out}\nstderr:\n{program.err}"
        self.assertEqual(got, status, said)
        self.assertLess(took - deadline, program.end_within, said)
        self.assertEqual(program.processes(), [], said)
        self.assertEqual(program.files(), [], said)
        self.record(program, status, start + deadline)
        return said

    def record(self, program, status, start):
        """For the table of faults, see fault_table.py: it began at `start`, and all are gone."""
        if not (table := os.environ.get("FORCEWIRE_FAULT_TABLE")):
            return
        notes = re.findall(r"^forcewire: (?!waiting).*$", program.out, re.MULTILINE)
        row = {
            "test": self.id().removeprefix("__main__."),
            "script": os.path.basename(sys.argv[0]),
            "what": self._testMethodDoc or "",
            "status": status,
            "seconds": max(program.seconds_since(start), 0),
            "message": (program.errors() or notes or [""])[-1],
        }
        with open(table, "a") as file:
            file.write(json.dumps(row) + "\n")

    def expect_orderly_close(self, connection):
        """The server reads to the end of what the program had to say, and finds no reset."""
        try:
            while connection.socket.recv(1 << 20):
                pass
        except OSError as error:
            self.fail(f"expected an orderly close, got: {error}")

    def expect_success(self, program, deadline=0.0):
        said = self.expect_end(program, 0, deadline)
        self.assertEqual(program.ours_on_stderr(), "", said)
        return said

    def expect_failure(self, program, status, *words, deadline=0.0):
        """One line on standard error, and it holds these words."""
        said = self.expect_end(program, status, deadline)
        errors = program.errors()
        self.assertEqual(len(errors), 1, said)
        self.assertEqual(program.ours_on_stderr(), errors[0], said)
        self.assertTrue(errors[0].endswith("."), said)
        for word in words:
            self.assertIn(word, errors[0])
        return said


def end_at_once_when_alone():
    """When a rank returns a status, mpirun takes two seconds to kill others, which here, with one
    rank, do not exist."""
    if sys.argv[3] == "1":
        os.environ["OMPI_MCA_odls_base_sigkill_timeout"] = "0"


def main():
    """`script FORCEWIRE MPIRUN RANKS unix|tcp END_WITHIN [arguments of unittest]`"""
    Program.executable, Program.mpirun, ranks, ProgramTest.kind_of_socket = sys.argv[1:5]
    Program.ranks = int(ranks)
    Program.end_within = float(sys.argv[5])
    unittest.main(module="__main__", argv=[sys.argv[0], *sys.argv[6:]], verbosity=2)
