"""Templates of job scripts for several nodes, as PBS and LSF would start them: on several hosts.

Argument: the forcewire program. Where hosts cannot be made: says why, and status 77, not run.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

import numpy as np

from hosts import NOTICE_SOON, Hosts, run_tests

BATCH = pathlib.Path(__file__).resolve().parents[3] / "apps/batch"
PROGRAM = pathlib.Path(sys.argv[1]).resolve()


class Templates(unittest.TestCase):
    def setUp(self):
        self.hosts = Hosts(3)
        self.addCleanup(self.hosts.close)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "argon.py").write_bytes((BATCH / "argon.py").read_bytes())
        # Scripts say python3: this one has what the server needs.
        os.symlink(sys.executable, self.folder / "python3")

    def start(self, queue, tasks, **environment):
        """The script of this queue in a job with so many tasks on each host."""
        names = [name for name, count in zip(self.hosts.names, tasks) for _ in range(count)]
        (self.folder / "nodes").write_text("".join(name + "\n" for name in names))
        variables = {
            "pbs": {"PBS_O_WORKDIR": self.folder, "PBS_NODEFILE": self.folder / "nodes"},
            "lsf": {"LSB_DJOB_NUMPROC": str(sum(tasks)), "LSB_MCPU_HOSTS": " ".join(
                f"{name} {count}" for name, count in zip(self.hosts.names, tasks))},
        }[queue]
        path = f"{self.folder}:{BATCH}:{PROGRAM.parent}:{os.environ['PATH']}"
        return subprocess.Popen(
            self.hosts.on(0, BATCH / queue / "several_nodes", folder=self.folder),
            env={**os.environ, "PATH": path, "OMPI_MCA_plm_rsh_agent": str(self.hosts.agent),
                 "CELLS": "7", **variables, **environment},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def finish(self, job, status):
        out, err = job.communicate(timeout=60)
        self.assertEqual(job.returncode, status, out + err)
        self.assertEqual(self.hosts.left_behind(), [])
        return out, err

    def test_the_same_under_both(self):
        """Also where the server has the first node to itself, and rank 0 another."""
        energies = []
        for queue, tasks in (("pbs", (2, 1, 1)), ("lsf", (1, 2, 1))):
            with self.subTest(queue=queue):
                out, err = self.finish(self.start(queue, tasks, STEPS="20"), 0)
                self.assertIn("done at step 20", out)
                self.assertRegex(out, rf"(?m)^  ranks +3 on {3 if tasks[0] > 1 else 2} nodes")
                self.assertRegex(err, r"with_server: server at 10\.0\.0\.1:\d+ \(towards host1-")
                energies.append(np.loadtxt(self.folder / "energies.txt"))
                (self.folder / "restart.npz").unlink()
        np.testing.assert_allclose(energies[1], energies[0], rtol=1e-7)

    def test_a_host_is_lost(self):
        job = self.start("pbs", (2, 1, 1), STEPS="1000000", **NOTICE_SOON)
        for line in job.stdout:
            if line == "first request\n":
                break
        self.hosts.cut_off(2)
        begin = time.monotonic()
        _, err = self.finish(job, 22)
        seconds = time.monotonic() - begin
        self.assertLess(seconds, 15)
        last = err.splitlines()[-1]
        self.assertRegex(last, r"with_server: an engine failed \(server: status 1; engine: status ")
        print(f"  {last}, all gone after {seconds:.1f} s", flush=True)


if __name__ == "__main__":
    run_tests(arguments=1)
