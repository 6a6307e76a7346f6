"""A whole server in numpy: the energy of two argon atoms at growing distance.

Start it, then, in another terminal:

    mpirun -n 1 forcewire -u -a dimer -m lj -o sigma=3.405angstrom,epsilon=120K,cutoff=50bohr

Everything is in atomic units (bohr, hartree) and little-endian. A server may do more (send INIT,
ask STATUS while it waits), but this much is enough.
"""

import os
import socket
import sys

import numpy as np


class Client:
    """A connection to the program that computes the forces."""

    def __init__(self, connection):
        self.connection = connection

    def send(self, header, *arrays):
        self.connection.sendall(header.ljust(12))  # headers are 12 characters, padded with blanks
        for array in arrays:
            self.connection.sendall(array)  # the memory of the array as it is: no conversion

    def receive(self, dtype, *shape):
        """An array of this shape, read straight into its memory."""
        array = np.empty(shape, dtype)
        space = memoryview(array).cast("B")
        while space.nbytes:
            count = self.connection.recv_into(space)  # as many bytes as have arrived
            if count == 0:
                raise ConnectionError(f"the client left, {space.nbytes} bytes short")
            space = space[count:]
        return array

    def evaluate(self, cell, positions):
        """Energy, forces and virial. Rows of `cell` are lattice vectors; the wire has columns."""
        inverse = np.linalg.pinv(cell)  # of a cell that may be zero: no periodicity
        natoms = np.array([len(positions)], "<i4")
        self.send(b"POSDATA", np.ascontiguousarray(cell.T, "<f8"),
                  np.ascontiguousarray(inverse.T, "<f8"), natoms,
                  np.ascontiguousarray(positions, "<f8"))
        self.send(b"GETFORCE")
        header = self.receive("u1", 12).tobytes()
        if header != b"FORCEREADY  ":
            raise ConnectionError(f"FORCEREADY expected, got {header}")
        energy = self.receive("<f8", 1)[0]
        natoms = self.receive("<i4", 1)[0]
        forces = self.receive("<f8", natoms, 3)
        virial = self.receive("<f8", 3, 3).T
        self.receive("u1", self.receive("<i4", 1)[0])  # extras, a text
        return energy, forces, virial


def main(path):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        try:
            listener.listen(1)
            print(f"waiting for a client at {path}", flush=True)
            connection, _ = listener.accept()
        finally:
            os.unlink(path)
        with connection:
            client = Client(connection)
            print("distance/bohr  energy/hartree  force/(hartree/bohr)")
            for distance in np.arange(6.0, 12.1, 0.5):
                positions = np.array([[0, 0, 0], [distance, 0, 0]])
                energy, forces, _ = client.evaluate(np.zeros((3, 3)), positions)
                print(f"{distance:13.1f}  {energy:14.6e}  {forces[1, 0]:20.6e}")
            client.send(b"EXIT")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "/tmp/ipi_dimer")
