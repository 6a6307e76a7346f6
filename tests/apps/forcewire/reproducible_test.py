"""The same bytes on the wire: with --reproducible for any number of ranks, any lattice vectors added
to positions and whatever was asked before; without it when a run is repeated."""

import os

import numpy as np

import program_run
import structures
from program_run import LJ, Program, ProgramTest


def short(numbers):
    """Numbers to which whole lattice vectors are added without rounding."""
    return np.round(np.asarray(numbers) * 2.0**20) / 2.0**20


def requests():
    """Small ones, which rank 0 computes alone, and a liquid of which each rank has a part."""
    random = np.random.default_rng(1)
    result = [structures.EVERY_KIND[kind]() for kind in structures.EVERY_KIND]
    cell, positions = structures.liquid(1200)
    for _ in range(6):
        positions = positions + random.normal(0, 0.15, positions.shape)
        result.append((cell, positions))
    return [(short(cell), short(positions)) for cell, positions in result]


def wrapped(cell, positions, random):
    moved = positions + random.integers(-3, 4, positions.shape) @ cell
    assert np.array_equal(moved - (moved - positions), positions)
    return cell, moved


class ReproducibleTest(ProgramTest):
    def bytes_of(self, ranks, questions, *options):
        """The answers to all questions, as they came."""
        server = self.new_server()
        all_ranks, Program.ranks = Program.ranks, ranks
        try:
            with Program([*server.arguments, *options]) as program:
                connection = server.accept()
                answers = []
                for cell, positions in questions:
                    reply = connection.evaluate(cell, positions)
                    numbers = [[reply.energy], reply.forces.ravel(), reply.virial.ravel()]
                    answers.append(np.concatenate(numbers).tobytes())
                connection.exit()
                self.said = self.expect_success(program)
        finally:
            Program.ranks = all_ranks
        return answers

    def test_any_ranks_lattice_vectors_and_history(self):
        random = np.random.default_rng(2)
        questions = requests()
        expected = self.bytes_of(1, questions, "--reproducible")
        self.assertIn("reproducible       in every bit", self.said)
        order = random.permutation(len(questions))
        mixed = [wrapped(*questions[i], random) for i in order]
        for ranks in 1, 2, Program.ranks:
            with self.subTest(ranks=ranks):
                self.assertEqual(self.bytes_of(ranks, mixed + questions, "--reproducible"),
                                 [*(expected[i] for i in order), *expected])

    def test_without_it_a_run_can_be_repeated(self):
        runs = [self.bytes_of(Program.ranks, requests(), "-q") for _ in range(2)]
        self.assertEqual(*runs)

    def test_check_is_of_the_rounded_structure(self):
        cell, positions = structures.liquid(500)
        self.bytes_of(Program.ranks, [(cell, positions + np.pi)], "--reproducible", "--check")
        self.assertIn("check of the first request: brute force", self.said)

    def test_many_bodies_are_refused(self):
        plugin = os.path.join(os.environ["FORCEWIRE_TEST_PLUGINS"], "many_body_NO_FAULT.so")
        with Program([*self.server.arguments, "--reproducible"], model=("-m", plugin)) as program:
            self.expect_failure(program, 2, "cannot be reproducible in every bit", plugin)


if __name__ == "__main__":
    program_run.main()
