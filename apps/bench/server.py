"""A server that speaks the i-PI protocol and gets nothing in its own way: it times its clients."""

import os
import socket
import time

import numpy as np

HEADER = 12


class Server:
    """Listens on a UNIX socket where i-PI's clients look for it, for one client at a time, or for
    several."""

    def __init__(self, name, patience=60, clients=1):
        self.path = '/tmp/ipi_' + name
        self.patience = patience
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(clients)
        self.listener.settimeout(patience)

    def accept(self):
        connection, _ = self.listener.accept()
        connection.settimeout(self.patience)
        return Connection(connection)

    def close(self):
        self.listener.close()
        os.unlink(self.path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Connection:
    """One client, from its first STATUS to EXIT."""

    def __init__(self, connection):
        self.socket = connection
        self._forces = np.empty(0)
        if self._status() == b'NEEDINIT':
            self.socket.sendall(b'INIT'.ljust(HEADER) + np.array([0, 1], '<i4').tobytes() + b' ')

    def request(self, message, fused):
        """Sends one frame as `frame_message` made it and receives the result.

        fused: POSDATA and GETFORCE leave in one write, as i-PI >= 3.2 does it; otherwise each is
        preceded by a STATUS, as ASE does it. Returns seconds from the first byte sent to the last
        one received, energy and forces."""
        natoms = atoms_of(message)
        self._make_room(natoms)
        start = time.perf_counter()
        if fused:
            self.ask(message)
        else:
            self._status()
            self.socket.sendall(message)
            self._status()
            self.socket.sendall(b'GETFORCE'.ljust(HEADER))
        energy, forces = self.answer(natoms)
        return time.perf_counter() - start, energy, forces

    def ask(self, message):
        """Sends one frame as `frame_message` made it, and does not wait."""
        self.socket.sendall(message + b'GETFORCE'.ljust(HEADER))

    def answer(self, natoms):
        """Receives the result: energy and forces, which the next one overwrites."""
        self._make_room(natoms)
        small = bytearray(HEADER + 8 + 4)
        rest = bytearray(9 * 8 + 4)
        self._receive(small)
        self._receive(self._forces)
        self._receive(rest)
        extras = bytearray(int(np.frombuffer(rest, '<i4', 1, 72)[0]))
        self._receive(extras)
        return np.frombuffer(small, '<f8', 1, HEADER)[0], self._forces.reshape(-1, 3)

    def exit(self):
        self.socket.sendall(b'EXIT'.ljust(HEADER))
        self.socket.close()

    def _make_room(self, natoms):
        if self._forces.size != 3 * natoms:
            self._forces = np.empty(3 * natoms)

    def _status(self):
        self.socket.sendall(b'STATUS'.ljust(HEADER))
        answer = bytearray(HEADER)
        self._receive(answer)
        return bytes(answer).rstrip()

    def _receive(self, buffer):
        view = memoryview(buffer).cast('B')
        while len(view):
            count = self.socket.recv_into(view)
            if count == 0:
                raise ConnectionError('the client has closed the connection')
            view = view[count:]


def frame_message(cell, positions):
    """POSDATA of a cell, whose rows are lattice vectors [bohr], with positions [bohr]."""
    columns = np.ascontiguousarray(np.transpose(cell), '<f8')
    return b''.join([b'POSDATA'.ljust(HEADER), columns.tobytes(), np.linalg.inv(columns).tobytes(),
                     np.array([len(positions)], '<i4').tobytes(),
                     np.ascontiguousarray(positions, '<f8').tobytes()])


def atoms_of(message):
    """Their number in what `frame_message` made."""
    return (len(message) - HEADER - 2 * 72 - 4) // 24
