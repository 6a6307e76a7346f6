"""The job scripts of apps/batch under a real Slurm, of two nodes on this machine.

Argument: the forcewire program. Where Slurm cannot run: says why, and status 77, not run.
"""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import uuid

import numpy as np

from slurm_cluster import Cluster, wait_for, what_is_missing

BATCH = pathlib.Path(__file__).resolve().parents[3] / "apps/batch"
IPI_EXAMPLES = BATCH.parent / "examples/ipi"
NOT_RUN = 77
FINISHED = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "PREEMPTED"}
# The nodes share this machine's only address.
ENVIRONMENT = {"OMPI_MCA_btl_tcp_if_include": "lo", "OMPI_MCA_oob_tcp_if_include": "lo"}


class Job:
    """A script, submitted from a folder of its own."""

    def __init__(self, cluster, script, *options, **environment):
        self.cluster = cluster
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="job-", dir=cluster.folder))
        shutil.copy(BATCH / "argon.py", self.folder)
        example = "npt_inet" if script == "slurm/constant_pressure" else "path_integral"
        for name in ("argon.xyz", f"{example}/input.xml"):
            shutil.copy(IPI_EXAMPLES / name, self.folder)
        self.runs = 0  # that have been met in the middle
        self.mark = f"FORCEWIRE_TEST_MARK={uuid.uuid4().hex}"
        variables = {**ENVIRONMENT, **environment, **dict([self.mark.split("=")])}
        self.submitted = time.monotonic()
        self.id = cluster.run("sbatch", "--parsable", "--output=out", *options, BATCH / script,
                              cwd=self.folder, env=variables).stdout.strip()

    def info(self):
        text = self.cluster.run("scontrol", "--oneliner", "show", "job", self.id).stdout
        return dict(re.findall(r"(\w+)=(\S*)", text))

    @property
    def state(self):
        return self.info()["JobState"]

    def output(self):
        path = self.folder / "out"
        return path.read_text(errors="replace") if path.exists() else ""

    def wait_for(self, condition, what, seconds=60):
        try:
            return wait_for(condition, seconds, what)
        except AssertionError as error:
            raise AssertionError(f"{error}\njob: {self.info()}\n{self.output()}\n"
                                 f"{self.cluster.logs()}") from None

    def wait_until_it_computes(self, times=1):
        words = "\nfirst request\n"
        self.wait_for(lambda: self.output().count(words) >= times, "the first request")

    def finish(self, seconds=60):
        """The final state and exit status."""
        self.wait_for(lambda: self.state in FINISHED, "the end of the job", seconds)
        info = self.info()
        self.wait_for(lambda: self.recorded()[-1:] == [info["JobState"]], "the last record")
        print(f"  job {self.id} {info['JobName']}: {', '.join(self.recorded())} {info['ExitCode']}, "
              f"{time.monotonic() - self.submitted:.1f} s", flush=True)
        return info["JobState"], info["ExitCode"]

    def recorded(self):
        """How its runs have ended, in the record of the cluster."""
        return re.findall(rf"JobId={self.id} .*JobState=(\w+)", self.cluster.completed())

    def energies(self):
        return np.loadtxt(self.folder / "energies.txt", ndmin=2)

    def processes(self, name=None):
        """Ids of the living processes of this job, or of those that were started by this name."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                environment = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
                words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            names = [os.path.basename(word) for word in words[:2]]
            if self.mark.encode() in environment and (name is None or name in names):
                found.append(int(pid))
        return found

    def ranks_on(self, node):
        """Ids of the engine's processes on one of the nodes."""
        def is_there(pid):
            words = pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            return f"SLURMD_NODENAME={node}".encode() in words
        return [pid for pid in self.processes("forcewire") if is_there(pid)]

    @contextlib.contextmanager
    def in_the_middle(self, program="argon.py"):
        """The server does not go on before it is told to leave, whatever the speed of this
        machine: what is done to the job in here meets it at work."""
        self.runs += 1
        self.wait_until_it_computes(self.runs)
        server, = self.processes(program)
        os.kill(server, signal.SIGSTOP)
        yield
        terminate = 1 << (signal.SIGTERM - 1)
        status = pathlib.Path(f"/proc/{server}/status")
        self.wait_for(lambda: int(re.search(r"ShdPnd:\s*(\w+)", status.read_text()).group(1), 16)
                      & terminate, "SIGTERM for the server")
        os.kill(server, signal.SIGCONT)


class SlurmTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        begin = time.monotonic()
        os.environ["PATH"] = f"{BATCH}:{pathlib.Path(sys.argv[1]).parent}:{os.environ['PATH']}"
        # Job scripts say python3: this one has what the server needs.
        cls.programs = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.programs.cleanup)
        os.symlink(sys.executable, os.path.join(cls.programs.name, "python3"))
        os.environ["PATH"] = f"{cls.programs.name}:{os.environ['PATH']}"
        cls.cluster = Cluster()
        cls.addClassCleanup(cls.cluster.close)
        print(f"Slurm of {len(cls.cluster.nodes)} nodes, up after "
              f"{time.monotonic() - begin:.1f} s", flush=True)

    def submit(self, script, *options, **environment):
        job = Job(self.cluster, script, *options, **environment)
        self.addCleanup(self.cluster.run, "scancel", job.id, check=False)
        return job

    def expect(self, job, state, exit_code, seconds=60):
        self.assertEqual(job.finish(seconds), (state, exit_code), job.output())

    def expect_nothing_left(self, job, seconds=15):
        job.wait_for(lambda: not job.processes(), "the end of all processes", seconds)
        sockets = re.findall(r"/tmp/ipi_\w+", job.output())
        self.assertEqual([path for path in sockets if os.path.exists(path)], [])

    def expect_restart(self, job):
        """Written in the end. scancel signals everybody: the engine may have left before the server
        was told to."""
        step = re.search(r"(?:left in order|the client left) at step (\d+)", job.output())
        self.assertTrue(step, job.output())
        with np.load(job.folder / "restart.npz") as saved:
            self.assertEqual(saved["step"], int(step.group(1)))

    def expect_good_energies(self, job, steps):
        rows = job.energies()
        np.testing.assert_array_equal(rows[:, 0], np.arange(1, steps + 1))
        self.assertLess(np.ptp(rows[:, 2]) / np.ptp(rows[:, 1]), 0.05)
        return rows

    def test_jobs_that_finish(self):
        """One node, and two nodes with either launcher: the same numbers."""
        options = ["--ntasks-per-node=2"]
        common = {"STEPS": "100", "CELLS": "6"}
        one_node = self.submit("slurm/one_node", **common)
        with_srun = self.submit("slurm/several_nodes", *options, **common, LAUNCHER="srun")
        with_mpirun = self.submit("slurm/several_nodes", *options, **common, LAUNCHER="mpirun")
        expected = None
        for job, ranks in ((one_node, "3 on 1 node"), (with_srun, "3 on 2 nodes"),
                           (with_mpirun, "3 on 2 nodes")):
            self.expect(job, "COMPLETED", "0:0")
            self.assertRegex(job.output(), rf"(?m)^  ranks +{ranks}")
            rows = self.expect_good_energies(job, 100)
            expected = rows if expected is None else expected
            np.testing.assert_allclose(rows, expected, rtol=1e-7)
            self.expect_nothing_left(job)

    def test_back_into_the_queue(self):
        """Once because the time is over, once because a more urgent job needs the node: the numbers
        are those of a run that was left alone."""
        node = ["--nodelist", self.cluster.nodes[0]]
        job = self.submit("slurm/preemptible", "--ntasks=2", *node, STEPS="200")
        with job.in_the_middle():
            self.cluster.run("scancel", "--signal=USR1", "--batch", job.id)
        with job.in_the_middle():
            urgent = self.submit("slurm/one_node", "--partition=urgent", "--exclusive", *node,
                                 STEPS="200")
        self.expect(urgent, "COMPLETED", "0:0")
        self.expect(job, "COMPLETED", "0:0")
        self.assertEqual(job.info()["Restarts"], "2")
        self.assertEqual(job.output().count("continuing at step"), 2)
        self.assertEqual(job.output().count("with_server: ended in order after SIGUSR1"), 2)
        np.testing.assert_allclose(self.expect_good_energies(job, 200),
                                   self.expect_good_energies(urgent, 200), rtol=1e-7)
        self.expect_nothing_left(job)

    def test_ipi_in_two_jobs(self):
        """i-PI writes RESTART after the warning, and the same job goes on from there."""
        ipi = os.environ.get("IPI", "i-pi")
        if not shutil.which(ipi.split()[0]):
            ipi = f"{sys.executable} {pathlib.Path(__file__).with_name('like_ipi.py')}"
        job = self.submit("slurm/constant_pressure", "--ntasks=2", IPI=ipi)
        with job.in_the_middle(os.path.basename(ipi.split()[-1])):
            self.cluster.run("scancel", "--signal=USR1", "--batch", job.id)
        self.expect(job, "COMPLETED", "0:0")
        self.assertEqual(job.info()["Restarts"], "1")
        requests = [int(count) for count in re.findall(r"(?m)^  requests +(\d+)", job.output())]
        self.assertEqual(len(requests), 2)
        # 1000 steps; i-PI begins with the forces at the start, and has step 0.
        self.assertIn(sum(requests), range(1000, 1004))
        self.expect_nothing_left(job)

    def test_jobs_that_fail(self):
        """A side that fails ends the job, and the status says which. Nothing is left, then and
        after scancel."""
        options = ["--ntasks=2"]
        server = self.submit("slurm/one_node", *options, STEPS="none")
        engine = self.submit("slurm/one_node", *options, STEPS="1000000")
        cancelled = self.submit("slurm/one_node", *options, STEPS="1000000")
        engine.wait_until_it_computes()
        os.kill(engine.processes("forcewire")[-1], signal.SIGKILL)
        cancelled.wait_until_it_computes()
        self.cluster.run("scancel", cancelled.id)

        self.expect(server, "FAILED", "21:0")
        self.assertIn("with_server: the server failed (server: status 2", server.output())
        self.expect(engine, "FAILED", "22:0")
        self.assertIn("with_server: an engine failed", engine.output())
        self.assertEqual(cancelled.finish()[0], "CANCELLED")
        self.expect_restart(cancelled)
        for job in (server, engine, cancelled):
            self.expect_nothing_left(job)

    def test_several_nodes_that_fail(self):
        """The same on two nodes: a rank of the second is killed, and the job is cancelled."""
        options = ["--ntasks-per-node=2"]
        common = {"STEPS": "1000000", "CELLS": "6"}
        for launcher in ("srun", "mpirun"):
            with self.subTest(launcher=launcher):
                killed = self.submit("slurm/several_nodes", *options, **common, LAUNCHER=launcher)
                killed.wait_until_it_computes()
                os.kill(killed.ranks_on(self.cluster.nodes[1])[0], signal.SIGKILL)
                self.expect(killed, "FAILED", "22:0")
                self.expect_nothing_left(killed)
                cancelled = self.submit("slurm/several_nodes", *options, **common,
                                        LAUNCHER=launcher)
                cancelled.wait_until_it_computes()
                self.cluster.run("scancel", cancelled.id)
                self.assertEqual(cancelled.finish()[0], "CANCELLED")
                self.expect_restart(cancelled)
                self.expect_nothing_left(cancelled)

    def test_beads(self):
        if not shutil.which(os.environ.get("IPI", "i-pi").split()[0]):
            self.skipTest("no i-PI here (neither i-pi in PATH nor the variable IPI)")
        job = self.submit("slurm/path_integral", "--ntasks=3", ENGINES="2")
        self.expect(job, "COMPLETED", "0:0")
        self.assertRegex(job.output(), r"(?m)^  groups +2 of 1 rank$")
        requests = [int(count) for count in
                    re.findall(r"(?m)^\[\d\]   requests +(\d+)", job.output())]
        self.assertEqual(len(requests), 2)
        self.assertEqual(sum(requests), 1608)
        self.assertGreater(min(requests), 400)

    def test_node_lost(self):
        """The daemon of a node is killed in the middle of a job."""
        job = self.submit("slurm/several_nodes", "--ntasks-per-node=2", "--no-requeue",
                          STEPS="1000000", CELLS="6")
        job.wait_until_it_computes()
        self.cluster.kill_daemon(self.cluster.nodes[1])
        self.assertEqual(job.finish()[0], "NODE_FAIL")
        self.expect_nothing_left(job, 30)


if __name__ == "__main__":
    missing = what_is_missing()
    if missing:
        print(f"not run: no Slurm can be started here: {missing}")
        sys.exit(NOT_RUN)
    program = unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2, exit=False)
    if not program.result.wasSuccessful():
        sys.exit(1)
    # "Passed" would say too much.
    sys.exit(NOT_RUN if len(program.result.skipped) == program.result.testsRun else 0)
