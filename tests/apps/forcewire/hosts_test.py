"""The program on several hosts: right answers, no byte more between them than it takes, and an end
when one of them is lost.

Arguments: the forcewire program, mpirun. Where hosts cannot be made: says why, and status 77, not
run.
"""

import json
import os
import subprocess
import sys
import time
import unittest

import numpy as np

import structures
from hosts import NOTICE_SOON, Hosts, run_tests
from program_run import LJ
from scripted_server import Server, header, posdata_message

NOTICED_WITHIN = 1 + 3 * 1
END_WITHIN = 10.0  # seconds after that, for a busy machine: mpirun alone takes two or three


class Run:
    """mpirun on the first host, with ranks on several, and a server beside it."""

    def __init__(self, hosts, count, ranks_each, **environment):
        self.hosts = hosts
        self.server = Server("unix")
        self.stats = hosts.folder / "stats.json"
        self.process = subprocess.Popen(
            hosts.on(0, sys.argv[2], *hosts.mpirun_options(ranks_each, count), sys.argv[1],
                     *self.server.arguments, "--stats", self.stats, "-m", "lj", "-o", ",".join(map(repr, LJ))),
            env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        try:
            self.connection = self.server.accept()
        except TimeoutError:
            hosts.kill_all()
            raise AssertionError("".join(self.process.communicate())) from None

    def finish(self, seconds):
        """Status, standard output, standard error."""
        out, err = self.process.communicate(timeout=seconds)
        return self.process.returncode, out, err

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if not self.process.stdout.closed:
            self.hosts.kill_all()
            self.process.communicate()
        self.server.close()


class HostsTest(unittest.TestCase):
    def setUp(self):
        self.hosts = Hosts(3)
        self.addCleanup(self.hosts.close)


class AnswersTest(HostsTest):
    # Computed by the root alone; by no more than the first host; and by all, where positions and
    # forces go from host to host in one piece, and in two.
    SIZES = (32, 2000, 43000, 50000)
    FEWEST_SENT = 43000
    PIECE = 2 ** 20
    REQUESTS = 3  # for each: on a busy machine TCP sends now and then a packet again

    def setUp(self):
        super().setUp()
        self.structures = [structures.liquid(size) for size in self.SIZES]
        with Run(self.hosts, 1, 1) as run:
            self.expected = [run.connection.evaluate(*each) for each in self.structures]
            self.expect_end(run, "1 on 1 node", 0)

    def expect_end(self, run, ranks, further_hosts):
        """Also, the program itself counts what had to go between hosts, and no more."""
        run.connection.exit()
        status, out, err = run.finish(20)
        self.assertEqual(status, 0, out + err)
        self.assertRegex(out, rf"(?m)^  ranks +{ranks}\b")
        needed = 24 * self.REQUESTS * further_hosts * sum(
            size for size in self.SIZES if size >= self.FEWEST_SENT)
        counted = json.loads(run.stats.read_text())["between_nodes"]
        self.assertEqual(counted, {"positions_bytes": needed, "forces_bytes": needed})
        self.assertEqual(self.hosts.left_behind(), [])
        self.assertEqual(self.hosts.files(), [])

    def expect_answer(self, reply, expected):
        self.assertLess(abs(reply.energy / expected.energy - 1), 1e-12)
        for got, wanted in ((reply.forces, expected.forces), (reply.virial, expected.virial)):
            np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-12 * np.abs(wanted).max())

    def traffic(self, count):
        """Bytes that the cards of the first hosts have received, and sent."""
        return np.array([self.hosts.traffic(number) for number in range(count)]).T

    def expect_answers(self, run, structure, expected, count):
        """@return bytes received and sent by each host for a request, the fewest of several"""
        fewest = np.full((2, count), np.inf)
        for _ in range(self.REQUESTS):
            before = self.traffic(count)
            reply = run.connection.evaluate(*structure)
            fewest = np.minimum(fewest, self.traffic(count) - before)
            self.expect_answer(reply, expected)
        return fewest

    def expect_little_traffic(self, received, sent, size, count):
        """One copy of the positions for each further host, one of the forces from it, and with each
        10 % and 8 kB for the headers of packets, their acknowledgements, and short messages."""
        array = 24 * size
        further = count - 1
        said = f"{count} hosts, {size} atoms: sent {sent}, received {received}"
        if size < self.FEWEST_SENT:
            self.assertLess(sent.sum(), 8000, said)
            return
        overhead = 0.1 * array + 8000
        self.assertLess(sent.sum(), 2 * further * (array + overhead), said)
        self.assertLess(sent[0], further * (array + overhead), said)
        if array > self.PIECE:  # pieces go from host to host, the rest as MPI likes
            rest = array - self.PIECE
            self.assertLess(sent[0], self.PIECE + further * rest + overhead, said)
        self.assertLess(received[0], further * (array + overhead), said)
        self.assertGreaterEqual(received[1:].min(), array, said)
        self.assertGreaterEqual(sent[1:].min(), array, said)
        copies = sent.sum() / array / further
        self.most_copies[size] = max(self.most_copies.get(size, 0), copies)

    def test_right_and_no_byte_too_many(self):
        for count in 2, 3:
            self.most_copies = {}
            for ranks_each in 1, 2, 3:
                with self.subTest(hosts=count, ranks_each=ranks_each), \
                        Run(self.hosts, count, ranks_each) as run:
                    for size, structure, expected in zip(self.SIZES, self.structures,
                                                         self.expected):
                        received, sent = self.expect_answers(run, structure, expected, count)
                        self.expect_little_traffic(received, sent, size, count)
                    self.expect_end(run, f"{count * ranks_each} on {count} nodes", further_hosts=count - 1)
            print(f"  {count} hosts: arrays sent, of positions or forces, for each further host: "
                  + ", ".join(f"{copies:.3f} of {size} atoms"
                              for size, copies in self.most_copies.items()), flush=True)


class LostHostTest(HostsTest):
    def test_in_the_middle_of_a_request(self):
        """A host is cut off while positions are on their way to it: everybody leaves, on both sides,
        and the server sees the connection end"""
        cell, positions = structures.liquid(50000)
        with Run(self.hosts, 3, 2, **NOTICE_SOON) as run:
            run.connection.evaluate(cell, positions)
            message = posdata_message(cell, positions)
            run.connection.send(message[:1100000])  # more than a piece
            self.hosts.cut_off(2)
            cut = time.monotonic()
            deadline = cut + NOTICED_WITHIN + END_WITHIN
            run.connection.send(message[1100000:] + header("GETFORCE"))
            with self.assertRaises(ConnectionError):
                run.connection.receive_result()
            closed = time.monotonic() - cut
            status, out, err = run.finish(END_WITHIN)
            ended = time.monotonic() - cut
            self.assertEqual(self.hosts.left_behind(deadline - time.monotonic()), [])
            self.assertNotEqual(status, 0, out + err)
            self.assertIn("ORTE has lost communication with a remote daemon", err)
            self.assertIn(f"on node {self.hosts.names[2]}", err)
            print(f"  connection ended after {closed:.1f} s, mpirun after {ended:.1f} s with status "
                  f"{status}, all gone after {time.monotonic() - cut:.1f} s", flush=True)


if __name__ == "__main__":
    run_tests(arguments=2)
