"""Stands in for i-PI where there is none: finds in the input where to listen and for how many steps,
asks for the same forces at each, and when it is told to leave writes RESTART, to go on from there.
"""

import pathlib
import signal
import socket
import sys
import time
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "forcewire"))

import structures  # noqa: E402
from scripted_server import Connection  # noqa: E402

PATIENCE = 30.0  # seconds until a client must be there


def main():
    simulation = ElementTree.parse(sys.argv[1]).getroot()
    steps = int(simulation.findtext("total_steps"))
    step = int(simulation.findtext("step", "0"))
    told_to_leave = []
    signal.signal(signal.SIGTERM, lambda *_: told_to_leave.append(True))

    with socket.socket(socket.AF_UNIX) as listening:
        listening.settimeout(PATIENCE)
        listening.bind("/tmp/ipi_" + simulation.findtext("ffsocket/address").strip())
        listening.listen()
        connection = Connection(listening.accept()[0])
    while step < steps and not told_to_leave:
        connection.evaluate(*structures.liquid())
        time.sleep(0.003)  # slow enough to be met in the middle
        step += 1
    if simulation.find("step") is None:
        ElementTree.SubElement(simulation, "step")
    simulation.find("step").text = str(step)
    ElementTree.ElementTree(simulation).write("RESTART")
    connection.exit()


if __name__ == "__main__":
    main()
