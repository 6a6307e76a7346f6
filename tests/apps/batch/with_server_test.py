"""What with_server makes of servers and engines that end in all kinds of ways, and its helpers.

Argument: the forcewire program.
"""

import importlib.machinery
import importlib.util
import os
import pathlib
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import unittest
import uuid

import numpy as np

BATCH = pathlib.Path(__file__).resolve().parents[3] / "apps/batch"
sys.path.insert(0, str(BATCH))

import cores  # noqa: E402
import network  # noqa: E402


def load(name):
    """A program as a module."""
    loader = importlib.machinery.SourceFileLoader(name, str(BATCH / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


STAYS = ["sh", "-c", "echo here; exec sleep 60"]
LEAVES_WHEN_TOLD = ["sh", "-c", "trap 'echo told; exit 0' TERM; echo here; sleep 60 & wait"]
REFUSES = ["sh", "-c", "trap '' TERM; echo here; sleep 60; sleep 60"]


def ends(status, after=0.0):
    return ["sh", "-c", f"sleep {after}; exit {status}"]


def setUpModule():
    """The programs say python3: this one has what servers need."""
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    os.symlink(sys.executable, os.path.join(folder.name, "python3"))
    os.environ["PATH"] = f"{folder.name}:{os.environ['PATH']}"


class WithServer(unittest.TestCase):
    def setUp(self):
        self.mark = f"FORCEWIRE_TEST_MARK={uuid.uuid4().hex}"
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def start(self, server, engine, *options):
        process = subprocess.Popen(
            [BATCH / "with_server", *options, *server, "--", *engine], cwd=self.folder,
            env=dict(os.environ, **dict([self.mark.split("=")])), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.kill)
        return process

    def processes(self):
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                if self.mark.encode() in pathlib.Path(f"/proc/{pid}/environ").read_bytes():
                    found.append(int(pid))
            except OSError:
                pass
        return found

    def expect(self, process, status, *words, within=9.0):
        begin = time.monotonic()
        out, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, status, err)
        self.assertLess(time.monotonic() - begin, within, err)
        self.assertEqual(self.processes(), [])
        for word in words:
            self.assertIn(word, err)
        self.assertEqual(len(err.splitlines()), 1 if words else 0, err)
        return out

    def both_are_there(self, process):
        for _ in range(2):
            self.assertEqual(process.stdout.readline(), "here\n")

    def test_both_end_well(self):
        self.expect(self.start(ends(0), ends(0, 0.2)), 0)
        self.expect(self.start(ends(0, 0.2), ends(0)), 0)

    def test_an_engine_fails(self):
        process = self.start(STAYS, ends(6))
        self.expect(process, 22, "an engine failed (server: status 143, told to leave; engine: "
                                 "status 6)")
        # The server sees it first, and its process ends before mpirun does.
        self.expect(self.start(ends(1), ends(137, 0.5)), 22, "server: status 1; engine: status 137")

    def test_one_of_several_engines_fails(self):
        engine = ["sh", "-c", "mkdir first 2>/dev/null && exit 5; exec sleep 60"]
        process = self.start(STAYS, engine, "--engines", "3")
        self.expect(process, 22, "engine 1: status", "status 5", "status 143, told to leave")

    def test_the_server_fails(self):
        self.expect(self.start(ends(1), ends(0, 0.3)), 21, "the server failed (server: status 1;")
        self.expect(self.start(ends(1), ends(4, 0.3)), 21, "the server failed (server: status 1;")
        # The engine sees the end of the connection before the server's process has ended.
        self.expect(self.start(ends(1, 0.5), ends(4)), 21, "the server failed (server: status 1;")
        self.expect(self.start(["sh", "-c", "kill -9 $$"], STAYS, "--grace", "1"), 21,
                    "server: status 137", "told to leave")

    def test_a_server_that_goes_on_without_engines(self):
        process = self.start(STAYS, ends(0), "--patience", "0.5")
        self.expect(process, 23, "the server went on without engines")
        self.expect(self.start(ends(0, 0.8), ends(0), "--patience", "20"), 0)

    def test_an_engine_that_nobody_needs(self):
        """The server had nothing to do: the engine is still trying to connect."""
        self.expect(self.start(ends(0), STAYS, "--grace", "1"), 0)

    def test_warning(self):
        process = self.start(LEAVES_WHEN_TOLD, ["sh", "-c", "echo here; sleep 60"],
                             "--grace", "1", "--on-warning", "echo requeued")
        self.both_are_there(process)
        process.send_signal(signal.SIGUSR1)
        out = self.expect(process, 75, "ended in order after SIGUSR1")
        self.assertEqual(out, "told\nrequeued\n")

    def test_warning_that_the_server_does_not_know(self):
        process = self.start(STAYS, STAYS, "--grace", "1", "--on-warning", "echo requeued")
        self.both_are_there(process)
        process.send_signal(signal.SIGUSR1)
        out = self.expect(process, 21, "the server failed")
        self.assertEqual(out, "")

    def test_warning_while_the_server_loads(self):
        """argon.py has not come further than to its numpy, here one that takes for ever."""
        (self.folder / "numpy.py").write_text(
            "import time\nprint('here', flush=True)\nwhile True: time.sleep(0.01)\n")
        server = ["env", f"PYTHONPATH={self.folder}", "python3", BATCH / "argon.py"]
        process = self.start(server, LEAVES_WHEN_TOLD, "--grace", "1", "--on-warning", "echo requeued")
        self.both_are_there(process)
        process.send_signal(signal.SIGUSR1)
        out = self.expect(process, 75, "(server: status 0, told to leave; engine: status 0")
        self.assertEqual(out, "told\nrequeued\n")

    def test_signals_that_end_the_job(self):
        for number, status in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
            process = self.start(LEAVES_WHEN_TOLD, ends(0, 1))
            self.assertEqual(process.stdout.readline(), "here\n")
            process.send_signal(number)
            self.expect(process, status, "ended by a signal", "server: status 0")

    def test_who_refuses_is_killed(self):
        process = self.start(REFUSES, REFUSES, "--grace", "0.5")
        self.both_are_there(process)
        process.terminate()
        self.expect(process, 143, "server: status 137", "engine: status 137")

    def remove_folder_of(self, process):
        """Killed, it cannot do so itself."""
        environment = pathlib.Path(f"/proc/{self.processes()[-1]}/environ").read_bytes().decode()
        address = re.search(r"FORCEWIRE_ADDRESS=(/tmp/ipi_[^\0]*)", environment).group(1)
        self.addCleanup(shutil.rmtree, os.path.dirname(address))

    def test_killed_it_leaves_nobody(self):
        process = self.start(REFUSES, REFUSES)
        self.both_are_there(process)
        self.remove_folder_of(process)
        process.kill()
        process.wait()
        deadline = time.monotonic() + 5
        # The shells' own children are not ours to end: a job's queue does that.
        while any("sleep" not in pathlib.Path(f"/proc/{pid}/comm").read_text()
                  for pid in self.processes()):
            self.assertLess(time.monotonic(), deadline)
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)

    def test_usage(self):
        for arguments in (["true"], ["--", "true"], ["--wrong", "true", "--", "true"],
                          ["--engines", "two", "true", "--", "true"],
                          ["no-such-program", "--", "true"],
                          ["--tcp", "--interface", "none7", "true", "--", "true"]):
            run = subprocess.run([BATCH / "with_server", *arguments], capture_output=True, text=True)
            self.assertEqual(run.returncode, 2, arguments)
            self.assertRegex(run.stderr, r"^with_server: error: .*\n$")

    def test_folder_of_a_unix_socket(self):
        engine = ["sh", "-c", 'stat -c "%a %F" "$(dirname "$FORCEWIRE_ADDRESS")"; '
                              'echo "$FORCEWIRE_ADDRESS"']
        out = self.expect(self.start(ends(0, 0.5), engine), 0).splitlines()
        self.assertEqual(out[0], "700 directory")
        self.assertRegex(out[1], "^/tmp/ipi_")  # which ASE insists on
        self.assertFalse(os.path.exists(os.path.dirname(out[1])))

    def test_address_of_a_server(self):
        engine = ["sh", "-c", 'echo "$FORCEWIRE_ADDRESS $FORCEWIRE_PORT"']
        process = self.start(ends(0, 0.3), engine, "--tcp", "--interface", "lo")
        out = self.expect(process, 0, "server at 127.0.0.1:", "(interface lo)")
        self.assertRegex(out, r"^127\.0\.0\.1 \d+\n$")


    def test_lost_nodes_are_noticed(self):
        """Unless somebody has said when."""
        engine = ["sh", "-c", "env | grep ^OMPI_MCA_oob_tcp_keepalive | sort"]
        names = [f"OMPI_MCA_oob_tcp_keepalive_{name}" for name in ("intvl", "probes", "time")]
        for name in names:
            os.environ.pop(name, None)
        os.environ[names[1]] = "3"
        self.addCleanup(os.environ.pop, names[1])
        out = self.expect(self.start(ends(0, 0.3), engine, "--tcp", "--interface", "lo"), 0, "server at")
        self.assertEqual(out.split(), [f"{names[0]}=10", f"{names[1]}=3", f"{names[2]}=60"])
        self.assertEqual(self.expect(self.start(ends(0, 0.3), [*engine[:2], engine[2] + " || true"]), 0),
                         f"{names[1]}=3\n")


class Network(unittest.TestCase):
    def test_lost_nodes_are_noticed_elsewhere_too(self):
        """What with_server says to mpirun, mpi_environment says as well, and the page of faults."""
        said = subprocess.run(["env", "-i", "bash", "-c", f"source {BATCH}/../demo/mpi_environment; env"],
                              capture_output=True, text=True, check=True).stdout
        page = (BATCH.parent / "forcewire/FAULTS.md").read_text()
        for name, value in network.NOTICE_LOST_NODES.items():
            self.assertIn(f"{name}={value}\n", said)
            self.assertIn(f"export {name}={value} ", page)

    def test_nobody_takes_a_reserved_port(self):
        reservation, port = network.reserve_port()
        with reservation:
            with socket.socket() as other, self.assertRaises(OSError):
                other.bind(("", port))
            for address in ("", "127.0.0.1"):  # as ASE, as i-PI
                with socket.socket() as server, socket.socket() as client:
                    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    server.bind((address, port))
                    server.listen(1)
                    client.connect(("127.0.0.1", port))

    def test_address_towards_the_other_nodes(self):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("localhost\n127.0.0.2\n")
            file.flush()
            address, why = network.own_address(environment={"PBS_NODEFILE": file.name})
        self.assertRegex(address, r"^127\.")
        self.assertEqual(why, "towards 127.0.0.2")
        self.assertEqual(network.own_address(environment={})[0], "127.0.0.1")

    def test_node_that_nobody_knows(self):
        with self.assertRaisesRegex(network.NoAddress, "no address is known for node nowhere.invalid"):
            network.address_of("nowhere.invalid")


class Places(unittest.TestCase):
    def test_the_first_task_is_the_servers(self):
        places = load("places")
        self.assertEqual(places.tasks_per_node("2(x3),1"), [2, 2, 2, 1])
        self.assertEqual(places.tasks({"LSB_MCPU_HOSTS": "a 2 b 1"}), ["a", "a", "b"])
        with tempfile.TemporaryDirectory() as folder:
            hosts = pathlib.Path(folder, "hosts")
            hosts.write_text("a\na\nb\n")
            run = subprocess.run([BATCH / "places"], env={**os.environ, "PBS_NODEFILE": str(hosts)},
                                 capture_output=True, text=True)
            self.assertEqual((run.returncode, run.stdout), (0, "a\nb\n"))
            hosts.write_text("a\nb\na\nb\na\n")
            run = subprocess.run([BATCH / "places", "--host"], capture_output=True, text=True,
                                 env={**os.environ, "PBS_NODEFILE": str(hosts)})
            self.assertEqual((run.returncode, run.stdout), (0, "b:2,a:2\n"))
            hosts.write_text("a\n")
            run = subprocess.run([BATCH / "places"], env={**os.environ, "PBS_NODEFILE": str(hosts)},
                                 capture_output=True, text=True)
            self.assertEqual((run.returncode, run.stdout), (2, ""))
            self.assertEqual(run.stderr, "places: error: too few tasks for a server and an engine "
                                         "(expected 2 or more, got 1). Ask for more tasks.\n")


class Cores(unittest.TestCase):
    def test_list(self):
        self.assertEqual(cores.parse_list("0-2,8\n"), {0, 1, 2, 8})

    def test_threads_of_a_core_stay_together(self):
        def siblings(cpu):
            return {cpu % 4, cpu % 4 + 4}
        self.assertEqual(cores.physical({0, 1, 2, 4, 5, 6, 7}, siblings),
                         [[0, 4], [1, 5], [2, 6], [7]])

    def test_the_server_has_one_and_engines_share_the_rest(self):
        nine = [[cpu] for cpu in range(9)]
        self.assertEqual(cores.share(nine, 1), ([8], [[0, 1, 2, 3, 4, 5, 6, 7]]))
        self.assertEqual(cores.share(nine, 2), ([8], [[0, 1, 2, 3], [4, 5, 6, 7]]))
        self.assertEqual(cores.share(nine, 3), ([8], [[0, 1], [2, 3, 4], [5, 6, 7]]))
        self.assertEqual(cores.share([[0, 2], [1, 3]], 2), ([1, 3], [[0, 2], [0, 2]]))
        self.assertEqual(cores.share([[0]], 2), (None, [None, None]))

    def test_processes_are_where_they_should_be(self):
        mine = sorted(os.sched_getaffinity(0))
        if len(cores.physical(mine)) < 2:
            self.skipTest("one core")
        show = [sys.executable, "-c", "import os; print(sorted(os.sched_getaffinity(0)))"]
        run = subprocess.run([BATCH / "with_server", *show, "--", *show], capture_output=True,
                             text=True, check=True)
        sets = [set(map(int, re.findall(r"\d+", line))) for line in run.stdout.splitlines()]
        self.assertEqual(sets[0] & sets[1], set())
        self.assertEqual(sets[0] | sets[1], set(mine))


class Scripts(unittest.TestCase):
    def start_template(self, folder, script, tasks=2, **variables):
        """As its queue would start it."""
        shutil.copy(BATCH / "argon.py", folder)
        hosts = pathlib.Path(folder, "hosts")
        hosts.write_text("localhost\n" * tasks)
        variables.update({
            "slurm": {"SLURM_NTASKS": str(tasks)},
            "pbs": {"PBS_O_WORKDIR": folder, "PBS_NODEFILE": str(hosts)},
            "lsf": {"LSB_DJOB_NUMPROC": str(tasks)},
        }[script.split("/")[0]])
        program = pathlib.Path(sys.argv[1]).resolve().parent
        return subprocess.Popen(
            [BATCH / script], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "PATH": f"{folder}:{BATCH}:{program}:{os.environ['PATH']}",
                 **variables})

    def finish(self, job, status):
        out, err = job.communicate(timeout=60)
        self.assertEqual(job.returncode, status, out + err)
        return out

    def test_templates_of_other_queues(self):
        for script in "pbs/one_node", "lsf/one_node":
            with self.subTest(script=script), tempfile.TemporaryDirectory() as folder:
                out = self.finish(self.start_template(folder, script, STEPS="20"), 0)
                self.assertIn("done at step 20", out)

    def test_templates_with_ipi(self):
        """With what stands in for it, a few steps, and of path integrals a single engine."""
        ipi = f"{sys.executable} {pathlib.Path(__file__).with_name('like_ipi.py')}"
        for name, example in ("path_integral", "path_integral"), ("constant_pressure", "npt_inet"):
            source = (BATCH.parent / "examples/ipi" / example / "input.xml").read_text()
            for script in f"pbs/{name}", f"lsf/{name}":
                with self.subTest(script=script), tempfile.TemporaryDirectory() as folder:
                    pathlib.Path(folder, "input.xml").write_text(
                        re.sub("<total_steps>.*</total_steps>", "<total_steps> 20 </total_steps>", source))
                    out = self.finish(self.start_template(folder, script, IPI=ipi, ENGINES="1"), 0)
                    self.assertIn("the server sent EXIT", out)
                    self.assertRegex(out, r"(?m)^(\[1\] )?  requests +20 ")

    def test_a_single_task_is_shared(self):
        """mpirun would take no ranks for as many as there are cores."""
        names = "one_node", "preemptible", "constant_pressure"
        with tempfile.TemporaryDirectory() as folder:
            shows = pathlib.Path(folder, "with_server")
            shows.write_text("#!/bin/sh\necho $*\n")
            shows.chmod(0o755)
            for script in (f"{queue}/{name}" for queue in ("slurm", "pbs", "lsf") for name in names):
                for tasks, ranks in (1, 1), (2, 1), (4, 3):
                    with self.subTest(script=script, tasks=tasks):
                        out = self.finish(self.start_template(folder, script, tasks), 0)
                        self.assertIn(f" -- mpirun -n {ranks} --bind-to none forcewire ", out)
        with tempfile.TemporaryDirectory() as folder:
            out = self.finish(self.start_template(folder, "slurm/one_node", 1, STEPS="20"), 0)
            self.assertIn("done at step 20", out)
            self.assertRegex(out, r"(?m)^  ranks +1 on 1 node")

    def test_too_few_tasks_for_the_engines(self):
        for script in "slurm/path_integral", "pbs/path_integral", "lsf/path_integral":
            with self.subTest(script=script), tempfile.TemporaryDirectory() as folder:
                job = self.start_template(folder, script, ENGINES="2")
                _, err = job.communicate(timeout=60)
                self.assertEqual(job.returncode, 2, err)
                self.assertEqual(err, "path_integral: error: too few tasks for a server and 2 engines "
                                      "(expected 3 or more, got 2). Ask for more tasks, or set "
                                      "ENGINES.\n")

    def test_templates_of_jobs_that_go_on(self):
        """LSF tells the job, and requeues it for its status; PBS does neither."""
        with tempfile.TemporaryDirectory() as folder:
            job = self.start_template(folder, "lsf/preemptible")
            restart = pathlib.Path(folder, "restart.npz")
            while not restart.exists() and job.poll() is None:
                time.sleep(0.1)
            job.send_signal(signal.SIGUSR1)
            self.finish(job, 75)
            with np.load(restart) as saved:
                step = int(saved["step"])
            out = self.finish(self.start_template(folder, "lsf/preemptible", STEPS=str(step + 1)), 0)
            self.assertIn(f"continuing at step {step}", out)
        with tempfile.TemporaryDirectory() as folder:
            qsub = pathlib.Path(folder, "qsub")
            qsub.write_text("#!/bin/sh\necho submitted: $*\n")
            qsub.chmod(0o755)
            job = self.start_template(folder, "pbs/preemptible")
            for line in job.stdout:
                if line == "first request\n":
                    break
            job.send_signal(signal.SIGALRM)  # how the system tells `timeout` that the time is over
            self.assertIn("submitted: preemptible", self.finish(job, 75))

    def test_ipi_finds_its_address(self):
        source = BATCH.parent / "examples/ipi"
        with tempfile.TemporaryDirectory() as folder:
            def running(example, **variables):
                subprocess.run([BATCH / "serve_ipi", source / example / "input.xml"], cwd=folder,
                               env={**os.environ, "IPI": "true", **variables}, check=True)
                return pathlib.Path(folder, "running.xml").read_text()

            text = running("nve_unix", FORCEWIRE_ADDRESS="/tmp/ipi_x1/socket")
            self.assertIn("<address> x1/socket </address>", text)
            self.assertRegex(text, "<ffsocket .*mode='unix'>")
            text = running("nve_unix", FORCEWIRE_ADDRESS="10.0.0.1", FORCEWIRE_PORT="1234")
            self.assertIn("<address> 10.0.0.1 </address>", text)
            self.assertEqual(text.count("<port> 1234 </port>"), 1)
            self.assertRegex(text, "<ffsocket .*mode='inet'>")
            text = running("npt_inet", FORCEWIRE_ADDRESS="10.0.0.1", FORCEWIRE_PORT="1234")
            self.assertEqual(text.count("<port> 1234 </port>"), 1)
            pathlib.Path(folder, "RESTART").write_text("<address>old</address>")
            text = running("npt_inet", FORCEWIRE_ADDRESS="10.0.0.1", FORCEWIRE_PORT="1234")
            self.assertEqual(text.strip(), "<address> 10.0.0.1 </address>")

    def test_nobody_waits_for_a_guessed_time(self):
        scripts = [path for path in BATCH.rglob("*") if path.is_file() and path.suffix != ".md"
                   and "__pycache__" not in path.parts]
        self.assertGreater(len(scripts), 10)
        for path in scripts:
            self.assertNotRegex(path.read_text(), r"(?m)^[^#]*\bsleep\b", path.name)
            if path.suffix == "":
                self.assertTrue(path.stat().st_mode & stat.S_IXUSR, path.name)
            if path.read_text().startswith("#!/bin/bash"):
                subprocess.run(["bash", "-n", path], check=True)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
