"""A launch of several groups, their servers, and what is to be expected of it."""

import os
import re
import tempfile

import numpy as np

import structures
from lennard_jones_reference import lennard_jones
from program_run import LJ
from scripted_server import header, posdata_message


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class GroupedRun:
    """For tests of program_run.ProgramTest."""

    CRYSTAL = structures.crystal()
    REFERENCE = lennard_jones(*CRYSTAL, *LJ)

    def servers(self, count):
        """One for each group, and the arguments with which groups find them."""
        folder = tempfile.TemporaryDirectory(prefix="fw_")
        self.addCleanup(folder.cleanup)
        servers = [self.new_server() for _ in range(count)]
        for number, server in enumerate(servers, start=1):
            os.symlink(server.path, os.path.join(folder.name, str(number)))
        self.folder = folder.name
        return servers, ["-u", "-a", os.path.join(folder.name, "{group}"), "--groups", str(count)]

    def supercell(self, edge):
        """The crystal, so often along each axis: 4 edge^3 atoms whose forces are known."""
        cell, positions = self.CRYSTAL
        corners = np.array(list(np.ndindex(edge, edge, edge))) @ cell
        return cell * edge, (corners[:, np.newaxis] + positions).reshape(-1, 3)

    def ask_about_supercell(self, connection, edge):
        connection.send(posdata_message(*self.supercell(edge)) + header("GETFORCE"))

    def expect_supercell(self, connection, edge):
        """... in the answer."""
        energy, forces, virial = self.REFERENCE
        reply = connection.receive_result()
        self.assertAlmostEqual(reply.energy / edge**3, energy, 12)
        np.testing.assert_allclose(reply.forces, np.tile(forces, (edge**3, 1)), rtol=0, atol=1e-12)
        np.testing.assert_allclose(reply.virial / edge**3, virial, rtol=0, atol=1e-11)

    def lines_of(self, program, group):
        return re.findall(rf"^\[{group}\] (.*)$", program.out, re.MULTILINE)

    def expect_one_failure(self, program, status, group, *words, deadline=0.0):
        """One group has failed, and the launch with it."""
        self.expect_failure(program, status, f"[{group}] forcewire: error: ", *words,
                            deadline=deadline)
        self.assertRegex(program.out, rf"(?m)^forcewire: 1 of \d groups failed: {group} "
                                      rf"\(status {status}\)$")
