"""A client that computes nothing and answers at once: what the socket alone costs.

usage: idle_client.py NAME"""

import socket
import sys

import numpy as np


def receive(connection, buffer):
    view = memoryview(buffer).cast('B')
    while len(view):
        count = connection.recv_into(view)
        if count == 0:
            sys.exit()
        view = view[count:]


def main():
    connection = socket.socket(socket.AF_UNIX)
    connection.connect('/tmp/ipi_' + sys.argv[1])
    header, cells, count = bytearray(12), bytearray(18 * 8), np.zeros(1, '<i4')
    positions, answer, has_data = np.empty(0), b'', False
    while True:
        receive(connection, header)
        message = bytes(header).rstrip()
        if message == b'STATUS':
            connection.sendall((b'HAVEDATA' if has_data else b'READY').ljust(12))
        elif message == b'POSDATA':
            receive(connection, cells)
            receive(connection, count)
            if positions.size != 3 * count[0]:
                positions = np.empty(3 * count[0])
                answer = b''.join([b'FORCEREADY'.ljust(12), bytes(8), count.tobytes(),
                                   bytes(24 * count[0]), bytes(72), bytes(4)])
            receive(connection, positions)
            has_data = True
        elif message == b'GETFORCE':
            connection.sendall(answer)
            has_data = False
        else:
            return


main()
