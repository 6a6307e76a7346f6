"""Hosts for tests of several: on this machine, and strangers to each other all the same.

    with Hosts(3) as hosts:
        subprocess.run(hosts.on(0, "mpirun", *hosts.mpirun_options(ranks_each=2), "-n", "6", ...))

A host has a network of its own with one card and one address, a host name by which Open MPI knows
it from the others, an /etc/hosts with all of them, and its own /dev/shm. A bridge, in a network of
its own, joins the cards. (All share the disks, the cores, and the process ids.)

Each of these is a namespace, and belongs to a process that does nothing: it reads its standard
input, the other end of which this process has. However the test ends, by SIGKILL even, the pipe ends
with it; then all that runs on the host is killed, and the kernel takes away networks and mounts that
nobody is in any more. None of them has a name outside, so that tests may run at the same time.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAMS = ("ip", "unshare", "nsenter", "mount", "hostname")
SYSTEM_PROGRAMS = ":/usr/sbin:/sbin"  # not in everybody's PATH
CARD = "eth0"
NOT_RUN = 77  # CTest is told that this status means so

# How soon Open MPI misses a host, for tests that wait for it: a few seconds instead of the two
# minutes of apps/demo/mpi_environment and apps/batch.
NOTICE_SOON = {"OMPI_MCA_oob_tcp_keepalive_time": "1", "OMPI_MCA_oob_tcp_keepalive_intvl": "1",
               "OMPI_MCA_oob_tcp_keepalive_probes": "3"}


def run_tests(arguments):
    """Those of the script that was started, which has so many arguments of its own; where there can
    be no hosts, says why instead."""
    missing = what_is_missing()
    if missing:
        print(f"not run: no hosts can be made here: {missing}")
        sys.exit(NOT_RUN)
    unittest.main(argv=[sys.argv[0], *sys.argv[1 + arguments:]], verbosity=2)


def what_is_missing():
    """Why there can be no hosts here, or nothing."""
    path = os.environ["PATH"] + SYSTEM_PROGRAMS
    missing = [name for name in PROGRAMS if not shutil.which(name, path=path)]
    if missing:
        return f"no {', '.join(missing)} (Debian: iproute2, util-linux)"
    try:
        Hosts(1).close()
    except NoRights as error:
        return f"no rights to make a network: {error}"
    return None


class NoRights(Exception):
    """The kernel refused; says what."""


def checked(*command):
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=30)
    if done.returncode != 0:
        raise NoRights(f"{' '.join(map(str, command))}: {done.stderr.strip()}")
    return done.stdout


# Waits for the end of its standard input, and kills who else is in its network.
HOLDER = """
echo here
read -r nothing
for process in /proc/[0-9]*; do
  [ "$process" != /proc/$$ ] && [ "$process/ns/net" -ef /proc/$$/ns/net ] &&
    kill -s KILL "${process#/proc/}"
done
"""


class Namespaces:
    """What `kinds`, options of unshare and nsenter, stand for, new and alive until `close`."""

    def __init__(self, *kinds):
        self.kinds = kinds
        self.holder = subprocess.Popen(["unshare", *kinds, "sh", "-c", HOLDER],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, text=True)
        if self.holder.stdout.readline() != "here\n":
            said = self.holder.communicate()[1]
            raise NoRights(said.strip())

    @property
    def pid(self):
        return self.holder.pid

    def enter(self, *command):
        """The command, as it is started in there."""
        return ["nsenter", f"--target={self.pid}", *self.kinds, *map(str, command)]

    def run(self, *command):
        return checked(*self.enter(*command))

    def network(self):
        return os.stat(f"/proc/{self.pid}/ns/net").st_ino

    def close(self):
        self.holder.communicate()


class Hosts:
    """So many hosts, from the constructor to `close`. The first has number 0."""

    def __init__(self, count):
        os.environ["PATH"] += SYSTEM_PROGRAMS if SYSTEM_PROGRAMS not in os.environ["PATH"] else ""
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fw-hosts-"))
        # Open MPI makes files that are named after the host.
        self.names = [f"host{number}-{os.getpid()}" for number in range(count)]
        self.addresses = [f"10.0.0.{number + 1}" for number in range(count)]
        self.spaces = []
        self.switch = None
        try:
            self.switch = Namespaces("--net")
            self.switch.run("ip", "link", "add", "name", "bridge", "type", "bridge")
            self.switch.run("ip", "link", "set", "bridge", "up")
            (self.folder / "hosts").write_text("127.0.0.1 localhost\n" + "".join(
                f"{address} {name}\n" for address, name in zip(self.addresses, self.names)))
            for number in range(count):
                self.add(number)
            self.write_agent()
        except BaseException:
            self.close()
            raise

    def add(self, number):
        space = Namespaces("--net", "--uts", "--mount")
        self.spaces.append(space)
        space.run("hostname", self.names[number])
        space.run("mount", "--bind", self.folder / "hosts", "/etc/hosts")
        space.run("mount", "-t", "tmpfs", "shm", "/dev/shm")
        (self.folder / f"tmp-{self.names[number]}").mkdir()
        port = f"port{number}"
        self.switch.run("ip", "link", "add", "name", port, "type", "veth", "peer", "name", CARD,
                        "netns", space.pid)
        self.switch.run("ip", "link", "set", port, "master", "bridge", "up")
        space.run("ip", "address", "add", f"{self.addresses[number]}/24", "dev", CARD)
        for card in ("lo", CARD):
            space.run("ip", "link", "set", card, "up")

    def write_agent(self):
        """mpirun's way to another host: AGENT HOST COMMAND. As with ssh, nothing of the environment
        comes along, and PATH is the system's: what is to be known there, mpirun has to say."""
        cases = "".join(f"  {name}) pid={space.pid} ;;\n"
                        for name, space in zip(self.names, self.spaces))
        kinds = " ".join(self.spaces[0].kinds)
        self.agent = self.folder / "agent"
        self.agent.write_text(
            f'#!/bin/sh\nhost=$1\nshift\ncase $host in\n{cases}  *) exit 1 ;;\nesac\n'
            f'exec nsenter --target=$pid {kinds} env -i PATH=/usr/bin:/bin HOME="$HOME" '
            f'TMPDIR="{self.folder}/tmp-$host" sh -c "$*"\n')
        self.agent.chmod(0o755)

    def on(self, number, *command, folder="."):
        """The command, as it is started on a host, in this folder."""
        return self.spaces[number].enter(
            "env", f"TMPDIR={self.folder}/tmp-{self.names[number]}",
            "sh", "-c", 'cd "$0" && exec "$@"', os.path.abspath(folder), *command)

    def mpirun_options(self, ranks_each, hosts=None):
        """Of an mpirun that is started on host 0, with so many ranks on each of the first hosts."""
        names = self.names[:hosts]
        return ["--mca", "plm_rsh_agent", str(self.agent),
                "--host", ",".join(f"{name}:{ranks_each}" for name in names),
                "-n", str(ranks_each * len(names))]

    def traffic(self, number):
        """Bytes that the card of a host has received, and sent."""
        card, = json.loads(self.spaces[number].run("ip", "-json", "-stats", "link", "show", CARD))
        return card["stats64"]["rx"]["bytes"], card["stats64"]["tx"]["bytes"]

    def cut_off(self, number):
        """Takes the cable of a host out of the switch."""
        self.switch.run("ip", "link", "set", f"port{number}", "down")

    def processes(self, number):
        """Ids of what runs on a host."""
        network = self.spaces[number].network()
        found = []
        for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
            try:
                if os.stat(f"/proc/{pid}/ns/net").st_ino == network:
                    found.append(pid)
            except OSError:
                pass
        found.remove(self.spaces[number].pid)
        return found

    def left_behind(self, seconds=5.0):
        """Ids of what still runs on any host after so many seconds; mpirun's helpers may end a moment
        after mpirun."""
        deadline = time.monotonic() + seconds
        while True:
            found = [pid for number in range(len(self.spaces)) for pid in self.processes(number)]
            if not found or time.monotonic() > deadline:
                return found
            time.sleep(0.05)

    def kill_all(self):
        """Ends whatever runs on the hosts, and removes what that cannot remove any more."""
        for number in range(len(self.spaces)):
            for pid in self.processes(number):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        for name in self.names:
            shutil.rmtree(self.folder / f"tmp-{name}", ignore_errors=True)
            (self.folder / f"tmp-{name}").mkdir(exist_ok=True)

    def files(self):
        """Temporary files that are left, of all hosts."""
        found = []
        for name, space in zip(self.names, self.spaces):
            found += [path for path in (self.folder / f"tmp-{name}").rglob("*") if path.is_file()]
            found += space.run("find", "/dev/shm", "-type", "f").split()
        return found

    def close(self):
        for space in self.spaces:
            space.close()
        if self.switch:
            self.switch.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
