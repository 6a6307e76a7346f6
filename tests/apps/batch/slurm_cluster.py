"""A real Slurm of several nodes on this machine: munged, slurmctld, and a slurmd for each node."""

import contextlib
import getpass
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "scontrol", "scancel")
SYSTEM_PROGRAMS = ":/usr/sbin:/sbin"  # not in everybody's PATH

CONFIGURATION = """
ClusterName=forcewire
# Other clusters of this test may run at the same time, and Open MPI names things after jobs.
FirstJobId={first_job}
SlurmctldHost={host}({address})
SlurmctldPort={controller_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
# cred_expire is also how long a requeued job waits before it starts again.
AuthInfo=socket={folder}/munge.socket,cred_expire=5
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmctldPidFile={folder}/slurmctld.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmdLogFile={folder}/slurmd-%n.log
SlurmdSpoolDir={folder}/spool-%n
# PMIx makes its folders there: nodes on one machine must not share it.
TmpFS={folder}/tmp-%n
# Neither control groups nor other rights than to start programs.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=5
SlurmdTimeout=5
MessageTimeout=5
SchedulerParameters=bf_interval=1,batch_sched_delay=0,sched_interval=1,requeue_delay=0
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
SlurmctldParameters=preempt_send_user_signal
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/completed
{nodes}
PartitionName=normal Nodes=ALL Default=YES PriorityTier=1 GraceTime=20
PartitionName=urgent Nodes=ALL PriorityTier=2 PreemptMode=OFF
"""


def what_is_missing():
    """Why there can be no Slurm here, or nothing."""
    path = os.environ["PATH"] + SYSTEM_PROGRAMS
    missing = [name for name in PROGRAMS if not shutil.which(name, path=path)]
    if missing:
        return f"no {', '.join(missing)} (Debian: slurm-wlm, munge)"
    if os.geteuid() != 0:
        return "not root, and slurmd starts jobs as other users"
    names = subprocess.run(["unshare", "--uts", "sh", "-c", "echo node >/proc/sys/kernel/hostname"],
                           capture_output=True, text=True)
    if names.returncode != 0:
        return f"no rights to give each node a host name (unshare --uts): {names.stderr.strip()}"
    return None


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def wait_for(condition, seconds, what):
    """Asks again and again; Slurm tells nobody when something has happened."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.1)
    return answer


class Cluster:
    """Starts with the constructor, ends with `close`."""

    def __init__(self, nodes=2, cpus=4, address="127.0.0.1"):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fw-slurm-", dir="/tmp"))
        self.daemons = {}
        self.nodes = [f"node{number}" for number in range(1, nodes + 1)]
        self.cpus = cpus
        controller_port, *ports = free_ports(1 + nodes)
        lines = [f"NodeName={node} NodeAddr={address} Port={port} CPUs={cpus} "
                 "State=UNKNOWN" for node, port in zip(self.nodes, ports)]
        self.configuration = self.folder / "slurm.conf"
        self.configuration.write_text(CONFIGURATION.format(
            host=socket.gethostname().split(".")[0], first_job=random.randrange(1, 10**6) * 50,
            address=address, controller_port=controller_port, user=getpass.getuser(),
            folder=self.folder, nodes="\n".join(lines)))
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith(("SLURM_", "SBATCH_"))}
        self.environment.update(SLURM_CONF=str(self.configuration),
                                PATH=os.environ["PATH"] + SYSTEM_PROGRAMS)
        try:
            self.start()
        except BaseException as error:
            logs = self.logs()
            self.close()
            raise AssertionError(f"{error}\n{logs}") from error

    def start(self):
        (self.folder / "state").mkdir()
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o600)
        self.folder.chmod(0o755)
        self.daemon("munged", "munged", "--foreground", "--force",
                    f"--socket={self.folder}/munge.socket", f"--key-file={key}",
                    f"--pid-file={self.folder}/munged.pid",
                    f"--seed-file={self.folder}/munged.seed",
                    f"--log-file={self.folder}/munged.log")
        wait_for((self.folder / "munge.socket").exists, 10, "munged's socket")
        self.daemon("slurmctld", "slurmctld", "-D", "-f", self.configuration)
        for node in self.nodes:
            self.start_node(node)
        wait_for(self.all_idle, 30, "all nodes idle")

    def start_node(self, node):
        for kind in ("spool", "tmp"):
            (self.folder / f"{kind}-{node}").mkdir(exist_ok=True)
        # A host name of its own: Open MPI goes by it, and would take all nodes for one.
        self.daemon(node, "unshare", "--uts", "sh", "-c",
                    'echo "$0" >/proc/sys/kernel/hostname && exec "$@"', node,
                    "slurmd", "-D", "-N", node, "-f", self.configuration)

    def daemon(self, name, *command):
        with open(self.folder / f"{name}.out", "ab") as output:
            self.daemons[name] = subprocess.Popen(
                command, env=self.environment, stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, start_new_session=True)

    def kill_daemon(self, name):
        daemon = self.daemons.pop(name)
        daemon.kill()
        daemon.wait()

    def all_idle(self):
        states = self.run("sinfo", "--noheader", "--Node", "--partition=normal",
                          "--format=%T", check=False).stdout.split()
        return states == ["idle"] * len(self.nodes)

    def run(self, *command, check=True, env=None, cwd=None, timeout=60):
        done = subprocess.run(command, env={**self.environment, **(env or {})}, cwd=cwd,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=timeout)
        if check and done.returncode != 0:
            raise AssertionError(f"{command}: status {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def completed(self):
        """The record of jobs that have ended."""
        path = self.folder / "completed"
        return path.read_text() if path.exists() else ""

    def logs(self):
        """The ends of all logs, for an error message."""
        text = ""
        for path in sorted([*self.folder.glob("*.log"), *self.folder.glob("*.out")]):
            lines = path.read_text(errors="replace").splitlines()[-15:]
            text += "\n".join([f"--- {path.name}", *lines, ""])
        return text

    def processes(self):
        """Ids of everything that runs here, with steps whose daemon was killed."""
        mark = f"SLURM_CONF={self.configuration}".encode()
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                if mark in pathlib.Path(f"/proc/{pid}/environ").read_bytes():
                    found.append(int(pid))
            except OSError:
                pass
        return found

    def close(self):
        for daemon in reversed(list(self.daemons.values())):
            daemon.terminate()
        for daemon in self.daemons.values():
            try:
                daemon.wait(timeout=10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)
