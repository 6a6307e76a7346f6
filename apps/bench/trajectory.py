"""The frames that all clients are timed on."""

import os

import clients
import liquid
from server import Server, frame_message

WARM_UP = 5  # frames not counted after a client has connected


def make_frames(program, ranks, natoms, count, scratch, system=liquid):
    """Consecutive frames, moved with forcewire's own forces."""
    engine = clients.forcewire(program, ranks, system)
    name = f'forcewire_bench_{os.getpid()}'
    with Server(name) as server:
        engine.start(name, None, scratch)
        connection = server.accept()

        def forces_of(cell, positions):
            return connection.request(frame_message(cell, positions), fused=True)[2]

        result = list(system.frames(natoms, count, forces_of))
        connection.exit()
        engine.stop()
    return result
