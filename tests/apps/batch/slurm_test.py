"""The job scripts of apps/batch under a real Slurm, of two nodes on this machine.

Argument: the forcewire program. Where Slurm cannot run: says why, and status 77, not run.
"""

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
        for name in ("argon.xyz", "path_integral/input.xml"):
            shutil.copy(IPI_EXAMPLES / name, self.folder)
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
        words = "first request"
        self.wait_for(lambda: self.output().count(words) >= times, "the first request")

    def finish(self, seconds=60):
        """The final state and exit status."""
        self.wait_for(lambda: self.state in FINISHED, "the end of the job", seconds)
        info = self.info()
        print(f"  job {self.id} {info['JobName']}: {info['JobState']} {info['ExitCode']}, "
              f"{time.monotonic() - self.submitted:.1f} s", flush=True)
        return info["JobState"], info["ExitCode"]

    def energies(self):
        return np.loadtxt(self.folder / "energies.txt", ndmin=2)

    def processes(self, name=None):
        """Ids of the living processes of this job, or of those with this name."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                environment = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
                own_name = pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
            except OSError:
                continue
            if self.mark.encode() in environment and name in (None, own_name):
                found.append(int(pid))
        return found


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

    def expect_good_energies(self, job, steps):
        rows = job.energies()
        np.testing.assert_array_equal(rows[:, 0], np.arange(1, steps + 1))
        self.assertLess(np.ptp(rows[:, 2]) / np.ptp(rows[:, 1]), 0.05)
        return rows

    def test_jobs_that_finish(self):
        """One node, and two nodes with either launcher: the same numbers."""
        options = ["--ntasks-per-node=2"]
        common = {"STEPS": "200", "CELLS": "6"}
        with_srun = self.submit("slurm/several_nodes", *options, **common, LAUNCHER="srun")
        with_mpirun = self.submit("slurm/several_nodes", *options, **common, LAUNCHER="mpirun")
        one_node = self.submit("slurm/one_node", **common)
        expected = None
        for job, ranks in ((with_srun, "3 on 2 nodes"), (with_mpirun, "3 on 2 nodes"),
                           (one_node, "3 on 1 node")):
            self.expect(job, "COMPLETED", "0:0")
            self.assertRegex(job.output(), rf"(?m)^  ranks +{ranks}")
            rows = self.expect_good_energies(job, 200)
            expected = rows if expected is None else expected
            np.testing.assert_allclose(rows, expected, rtol=1e-7)
            self.expect_nothing_left(job)

    def test_warning_and_preemption(self):
        """Twice back into the queue, and the numbers of a run that was left alone."""
        options = ["--ntasks=2", "--nodelist", self.cluster.nodes[0]]
        steps = 4000
        job = self.submit("slurm/preemptible", *options, STEPS=str(steps))
        job.wait_until_it_computes()
        self.cluster.run("scancel", "--signal=USR1", "--batch", job.id)
        job.wait_until_it_computes(times=2)
        self.assertIn("continuing at step", job.output())
        urgent = self.submit("slurm/one_node", "--partition=urgent", "--exclusive", "--nodelist",
                             self.cluster.nodes[0], STEPS="10")
        self.expect(urgent, "COMPLETED", "0:0")
        self.expect(job, "COMPLETED", "0:0")
        self.assertEqual(job.info()["Restarts"], "2")
        self.assertEqual(job.output().count("continuing at step"), 2)
        rows = self.expect_good_energies(job, steps)
        undisturbed = self.submit("slurm/one_node", *options, STEPS="500")
        self.expect(undisturbed, "COMPLETED", "0:0")
        np.testing.assert_allclose(rows[:500], undisturbed.energies(), rtol=1e-6)

    def test_cancelled_in_the_middle(self):
        job = self.submit("slurm/one_node", STEPS="1000000")
        job.wait_until_it_computes()
        self.cluster.run("scancel", job.id)
        state, _ = job.finish()
        self.assertEqual(state, "CANCELLED")
        self.expect_nothing_left(job)
        self.assertTrue((job.folder / "restart.npz").exists(), job.output())

    def test_a_side_that_fails_ends_the_job(self):
        server = self.submit("slurm/one_node", STEPS="none")
        self.expect(server, "FAILED", "21:0")
        self.assertIn("with_server: the server failed (server: status 2", server.output())
        engine = self.submit("slurm/one_node", STEPS="1000000")
        engine.wait_until_it_computes()
        os.kill(engine.processes("forcewire")[-1], signal.SIGKILL)
        self.expect(engine, "FAILED", "22:0")
        self.assertIn("with_server: an engine failed", engine.output())
        for job in (server, engine):
            self.expect_nothing_left(job)

    def test_beads(self):
        if not shutil.which(os.environ.get("IPI", "i-pi").split()[0]):
            self.skipTest("no i-PI here (neither i-pi in PATH nor the variable IPI)")
        job = self.submit("slurm/path_integral", "--nodes=2", "--ntasks-per-node=3")
        self.expect(job, "COMPLETED", "0:0")
        self.assertEqual(np.loadtxt(job.folder / "simulation.out").shape[0], 21)

    def test_z_node_lost(self):
        """The daemon of a node is killed in the middle of a job. Last: the node stays away."""
        job = self.submit("slurm/several_nodes", "--ntasks-per-node=2", "--no-requeue",
                          STEPS="1000000", CELLS="6")
        job.wait_until_it_computes()
        self.cluster.kill_daemon(self.cluster.nodes[1])
        state, _ = job.finish()
        self.assertEqual(state, "NODE_FAIL")
        self.expect_nothing_left(job, 30)


if __name__ == "__main__":
    missing = what_is_missing()
    if missing:
        print(f"not run: no Slurm can be started here: {missing}")
        sys.exit(NOT_RUN)
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
