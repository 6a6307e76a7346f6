"""Where the engines on other nodes find the server: an address of this node, and a port."""

import fcntl
import os
import re
import socket
import struct
import subprocess


# How Open MPI notices that a node is lost: one that fell silent sends nothing to say so. mpirun and
# its helpers on the nodes are told to ask each other after a minute without a word, and to give up
# after six questions 10 s apart, as forcewire does with its server. By default that takes 8 minutes.
NOTICE_LOST_NODES = {"OMPI_MCA_oob_tcp_keepalive_time": "60",
                     "OMPI_MCA_oob_tcp_keepalive_intvl": "10",
                     "OMPI_MCA_oob_tcp_keepalive_probes": "6"}


class NoAddress(Exception):
    """There is no address to be found; says what to do."""


def nodes_of_job(environment=os.environ):
    """Names of the nodes of this job, in the queue's order, each once. Empty outside of a job."""
    if "SLURM_JOB_NODELIST" in environment:
        names = subprocess.check_output(
            ["scontrol", "show", "hostnames", environment["SLURM_JOB_NODELIST"]]
        ).decode().split()
    elif "PBS_NODEFILE" in environment:
        with open(environment["PBS_NODEFILE"]) as file:
            names = file.read().split()
    else:
        names = environment.get("LSB_MCPU_HOSTS", "").split()[::2]
    return list(dict.fromkeys(names))


def address_of(node):
    """The IPv4 address of a node; Slurm's nodes need not be known to anyone but Slurm."""
    try:
        return socket.gethostbyname(node)
    except OSError:
        pass
    try:
        text = subprocess.check_output(["scontrol", "show", "node", node],
                                       stderr=subprocess.DEVNULL).decode()
        return socket.gethostbyname(re.search(r"NodeAddr=(\S+)", text).group(1))
    except (OSError, subprocess.CalledProcessError, AttributeError):
        raise NoAddress("no address is known for node %s; choose the interface (--interface, such "
                        "as ib0)" % node)


def address_of_interface(name):
    """The IPv4 address of a network interface of this node."""
    siocgifaddr = 0x8915
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        try:
            answer = fcntl.ioctl(any_socket.fileno(), siocgifaddr,
                                 struct.pack("256s", name.encode()[:15]))
        except OSError:
            names = ", ".join(name for _, name in socket.if_nameindex())
            raise NoAddress("no interface %s with an IPv4 address here; there are: %s"
                            % (name, names))
    return socket.inet_ntoa(answer[20:24])


def address_towards(peer):
    """The address of this node from which packets to `peer` leave: what the routes say."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((peer, 9))  # sends nothing
        return probe.getsockname()[0]


def own_address(interface=None, environment=os.environ):
    """The address that the job's other nodes can reach, and why it is that one."""
    if interface:
        return address_of_interface(interface), "interface %s" % interface
    nodes = nodes_of_job(environment)
    if len(nodes) < 2:
        return "127.0.0.1", "all on this node"
    # The script runs on the first node.
    return address_towards(address_of(nodes[1])), "towards %s" % nodes[1]


def reserve_port():
    """A socket, and the port that it keeps for the server until the socket is closed.

    Nobody else gets the port, but a server that sets SO_REUSEADDR, as servers do, can listen there:
    the socket is bound and does not listen. Picking a free port and letting it go again would
    leave it to whoever comes first.
    """
    reservation = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    reservation.bind(("", 0))
    reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return reservation, reservation.getsockname()[1]
