"""Serves two-dimensional arrays to a program that uses the classic socket functions.

    array_server.py PROGRAM

The program connects, over a UNIX socket and over TCP, and gets positions in pieces; each element of
the forces that it returns must be 2 * position + 10 * atom + axis, both counted from 1. What it
does when the server dies is looked at too.
"""

import os
import socket
import subprocess
import sys
import time
import unittest

import numpy as np

PROGRAM = sys.argv.pop()


def header(word):
    return word.ljust(12).encode()


def send_in_pieces(connection, data, pieces):
    """Sends data such that no read of the client gets all of it."""
    size = max(1, len(data) // pieces)
    for start in range(0, len(data), size):
        connection.sendall(data[start:start + size])
        time.sleep(0.001)


def receive(connection, size):
    data = bytearray()
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            raise EOFError(f"the client closed after {len(data)} of {size} bytes")
        data += piece
    return bytes(data)


class Client:
    """A running program and the connection to it."""

    def __init__(self, transport):
        if transport == "unix":
            name = f"forcewire-test-{os.getpid()}"
            self.path = "/tmp/ipi_" + name
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(self.path)
            arguments = ["unix", name, "0"]
        else:
            self.path = None
            listener = socket.socket(socket.AF_INET)
            listener.bind(("127.0.0.1", 0))
            arguments = ["inet", "127.0.0.1", str(listener.getsockname()[1])]
        with listener:
            listener.listen(1)
            listener.settimeout(20)
            self.process = subprocess.Popen([PROGRAM, *arguments], stderr=subprocess.PIPE, text=True)
            self.connection, _ = listener.accept()
        self.connection.settimeout(20)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()
        self.process.kill()
        self.process.communicate()
        if self.path:
            os.unlink(self.path)

    def finish(self):
        """The exit status of the program, and what it had to say."""
        _, errors = self.process.communicate(timeout=20)
        return self.process.returncode, errors


class ClassicSockets(unittest.TestCase):

    def exchange_arrays(self, transport):
        with Client(transport) as client:
            for natoms in [1, 2, 7, 100_000, 3]:
                positions = np.random.default_rng(natoms).standard_normal((natoms, 3))
                message = header("POSDATA") + np.int32(natoms).tobytes() + positions.tobytes()
                send_in_pieces(client.connection, message, pieces=23)

                self.assertEqual(receive(client.connection, 12), header("FORCEREADY"))
                forces = np.frombuffer(receive(client.connection, positions.nbytes))
                atom, axis = np.meshgrid(np.arange(1, natoms + 1), [1, 2, 3], indexing="ij")
                np.testing.assert_array_equal(forces.reshape(natoms, 3),
                                              2 * positions + 10 * atom + axis)
            client.connection.sendall(header("EXIT"))
            self.assertEqual(client.finish(), (0, ""))

    def test_arrays_over_a_unix_socket(self):
        self.exchange_arrays("unix")

    def test_arrays_over_tcp(self):
        self.exchange_arrays("inet")

    def test_a_server_that_dies_inside_a_message(self):
        with Client("unix") as client:
            client.connection.sendall(header("POSDATA") + np.int32(10).tobytes() + bytes(100))
            client.connection.close()
            status, errors = client.finish()
            self.assertEqual(status, 4)
            self.assertRegex(errors, r"\Aforcewire: error: the server closed the connection "
                                     r".*\(expected 240 bytes, got 100\).*\n\Z")

    def test_a_name_that_is_too_long(self):
        client = subprocess.run([PROGRAM, "unix", 150 * "x", "0"], stderr=subprocess.PIPE,
                                text=True, timeout=20)
        self.assertEqual(client.returncode, 3)
        self.assertRegex(client.stderr, r"\Aforcewire: error: .*at most 107 bytes, got 159.*\n\Z")


if __name__ == "__main__":
    unittest.main()
