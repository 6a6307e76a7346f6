"""A server of the i-PI protocol that does as it is told, nice or nasty.

It listens where the program will connect, and a test plays the conversation by hand: each message
can be sent whole, in any pieces, or not to its end.
"""

import os
import socket
import struct
import tempfile
import time

import numpy as np

HEADER_SIZE = 12


def header(word):
    return word.encode("ascii").ljust(HEADER_SIZE)


def init_message(replica=0, text=b"\0"):
    return header("INIT") + struct.pack("<ii", replica, len(text)) + text


def posdata_message(cell, positions, natoms=None):
    """`cell` has lattice vectors as rows; the wire carries the transpose and its inverse."""
    positions = np.asarray(positions, dtype="<f8")
    columns = np.asarray(cell, dtype="<f8").T
    try:
        inverse = np.linalg.inv(columns)
    except np.linalg.LinAlgError:
        inverse = np.zeros((3, 3))
    return (
        header("POSDATA")
        + columns.tobytes()
        + inverse.astype("<f8").tobytes()
        + struct.pack("<i", len(positions) if natoms is None else natoms)
        + positions.tobytes()
    )


class Reply:
    """What the program answered to GETFORCE; all in atomic units."""

    def __init__(self, energy, forces, virial, extras):
        self.energy = energy
        self.forces = forces
        self.virial = virial  # back to rows
        self.extras = extras


class Connection:
    """The server's end of one connection."""

    def __init__(self, connected):
        self.socket = connected
        self.socket.settimeout(20)
        if connected.family != socket.AF_UNIX:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data, cuts=(), pause=0.0):
        """Sends `data` in pieces that end at `cuts`, with a pause after each."""
        start = 0
        for end in [*cuts, len(data)]:
            self.socket.sendall(data[start:end])
            start = end
            if pause:
                time.sleep(pause)

    def send_bytewise(self, data):
        self.send(data, cuts=range(1, len(data)))

    def receive(self, count):
        parts = []
        while count > 0:
            part = self.socket.recv(min(count, 1 << 20))
            if not part:
                raise ConnectionError(f"the program closed, {count} bytes are missing")
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def receive_header(self):
        return self.receive(HEADER_SIZE).decode("ascii").rstrip()

    def status(self):
        self.send(header("STATUS"))
        return self.receive_header()

    def wait_for_result(self):
        """Polls as ASE and i-PI do."""
        while (status := self.status()) != "HAVEDATA":
            raise AssertionError(f"HAVEDATA expected, got {status}")

    def receive_result(self):
        word = self.receive_header()
        assert word == "FORCEREADY", word
        energy, natoms = struct.unpack("<di", self.receive(12))
        forces = np.frombuffer(self.receive(24 * natoms), "<f8").reshape(natoms, 3)
        virial = np.frombuffer(self.receive(72), "<f8").reshape(3, 3).T
        (length,) = struct.unpack("<i", self.receive(4))
        return Reply(energy, forces, virial, self.receive(length))

    def evaluate(self, cell, positions):
        """One request in the classic way, with STATUS before each step."""
        status = self.status()
        if status == "NEEDINIT":
            self.send(init_message())
            status = self.status()
        assert status == "READY", status
        self.send(posdata_message(cell, positions))
        self.wait_for_result()
        self.send(header("GETFORCE"))
        return self.receive_result()

    def exit(self):
        self.send(header("EXIT"))

    def close(self):
        self.socket.close()

    def reset(self):
        """Closes so that the other side sees a reset: the way of a TCP server that was killed with
        data unread."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class Server:
    """A listening socket and the arguments with which the program finds it."""

    def __init__(self, kind, listening=True):
        if kind == "unix":
            self.folder = tempfile.TemporaryDirectory(prefix="fw_")
            self.path = os.path.join(self.folder.name, "s")
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.bind(self.path)
            self.arguments = ["-u", "-a", self.path]
        else:
            self.folder = None
            self.socket = socket.socket(socket.AF_INET)
            self.socket.bind(("127.0.0.1", 0))
            self.arguments = ["-a", "127.0.0.1", "-p", str(self.socket.getsockname()[1])]
        self.socket.settimeout(30)
        self.connections = []
        if listening:
            self.socket.listen()

    def listen(self):
        self.socket.listen()

    def accept(self):
        self.connections.append(Connection(self.socket.accept()[0]))
        return self.connections[-1]

    def close(self):
        for connection in self.connections:
            connection.close()
        self.socket.close()
        if self.folder:
            self.folder.cleanup()
