"""The model of scaling finds the constants that figures were made with; its geometry is that of
random points; and the script runs, where how large the measured figures are is not tested."""

import json
import sys
import unittest
from pathlib import Path

import numpy as np
from benchmark_case import BenchmarkCase

SCRIPT, FORCEWIRE, ENGINE_REPLAY = sys.argv[1:4]
sys.path.insert(0, str(Path(SCRIPT).parent))

import scaling_model as model  # noqa: E402, its folder first

# Nobody's measurement.
MADE_UP = {"pair": 5e-8, "fold": 8e-9, "test": 3e-9, "build": 1.2e-7, "sort": 2e-8, "box": 7e-8,
           "hop": 1e-6, "wait": 1e-9, "copy": 2e-10, "call": 2e-6}
KNOWN = {"network_hop": 2e-6, "network_byte": 1e-10, "add": 3e-11}
SOCKET = model.Socket(call=4e-5, byte=1.5e-10)


def made_up_row(atoms, ranks, nodes):
    steps_per_build = 11 + atoms / 1e5
    parts = model.parts(model.Run(atoms, ranks, nodes, steps_per_build), MADE_UP | KNOWN)
    others = {"sharing": 0.25 * parts["meeting"], "reducing": 0.5 * parts["meeting"],
              "other": 0.25 * parts["meeting"]}
    del parts["meeting"]
    return {"atoms": atoms, "ranks": ranks, "nodes": nodes, "steps_per_build": steps_per_build,
            "parts_s": parts | others, "step_s": sum(parts.values()) + sum(others.values())}


def made_up_rows(*all_ranks):
    return [made_up_row(atoms, ranks, nodes) for atoms in (4000, 32000, 256000)
            for ranks in all_ranks for nodes in (1, 2) if ranks % nodes == 0]


class FitTest(unittest.TestCase):
    def test_finds_the_constants_that_figures_were_made_with(self):
        fitted = model.fit(made_up_rows(1, 2, 4, 8), KNOWN)
        for name, value in (MADE_UP | KNOWN).items():
            self.assertAlmostEqual(fitted[name] / value, 1, places=5, msg=name)

    def test_two_ranks_are_enough_to_give_the_figures_back(self):
        for nodes in (1, 2), (1,):
            rows = [row for row in made_up_rows(1, 2) if row["nodes"] in nodes]
            fitted = model.fit(rows, KNOWN)
            for row in rows:
                modelled = sum(model.step(model.run_of(row), fitted).values())
                self.assertAlmostEqual(modelled / row["step_s"], 1, places=6)

    def test_noise_is_not_amplified(self):
        random = np.random.default_rng(1)
        rows = made_up_rows(1, 2, 4)
        for row in rows:
            row["parts_s"] = {part: seconds * random.normal(1, 0.03)
                              for part, seconds in row["parts_s"].items()}
            row["step_s"] = sum(row["parts_s"].values())
        fitted = model.fit(rows, KNOWN)
        for row in rows + [made_up_row(32000, 16, 1)]:
            modelled = sum(model.step(model.run_of(row), fitted).values())
            self.assertAlmostEqual(modelled / row["step_s"], 1, delta=0.1)

    def test_line(self):
        intercept, slope = model.fit_line([100, 1000, 50000], [3e-5 + n * 2e-9
                                                               for n in (100, 1000, 50000)])
        self.assertAlmostEqual(intercept / 3e-5, 1)
        self.assertAlmostEqual(slope / 2e-9, 1)


class PredictionTest(unittest.TestCase):
    def predict(self, atoms, ranks, nodes=1):
        run = model.Run(atoms, ranks, nodes, 12, network=nodes > 1)
        return model.predict(run, MADE_UP | KNOWN, SOCKET)

    def test_kinds_and_parts_are_the_whole_step(self):
        for ranks, nodes in (1, 1), (16, 1), (1024, 8):
            predicted = self.predict(256000, ranks, nodes)
            self.assertAlmostEqual(sum(predicted["kinds_s"].values()) / predicted["step_s"], 1)
            run = model.Run(256000, ranks, nodes, 12, network=nodes > 1)
            self.assertAlmostEqual(sum(model.parts(run, MADE_UP | KNOWN).values())
                                   / predicted["engine_s"], 1)

    def test_serial_part_is_the_same_on_any_number_of_ranks_of_a_node(self):
        for atoms in 4000, 4000000:
            serial = [self.predict(atoms, ranks)["kinds_s"]["serial"] for ranks in (1, 2, 16, 128)]
            self.assertEqual(len(set(serial)), 1)
            self.assertAlmostEqual(serial[0], 2e-6 + 4e-5 + 48 * atoms * 1.5e-10, places=12)

    def test_the_root_adds_up_forces_of_other_nodes_alone(self):
        for atoms, nodes, added in (4000, 8, 24 * 4000 * 7 / 8), (4000000, 8, 24 * 4000000), (
                4000000, 64, 2 * 24 * 4000000):
            serial = self.predict(atoms, 128 * nodes, nodes)["kinds_s"]["serial"]
            alone = self.predict(atoms, 128)["kinds_s"]["serial"]
            self.assertAlmostEqual((serial - alone) / (added * 3e-11), 1)

    def test_parallel_part_is_shared_out_and_no_step_beats_amdahl(self):
        alone = self.predict(4000000, 1)
        for ranks in 2, 3, 16, 128, 1024:
            predicted = self.predict(4000000, ranks, max(1, ranks // 128))
            self.assertAlmostEqual(predicted["kinds_s"]["parallel"] * ranks
                                   / alone["kinds_s"]["parallel"], 1)
            self.assertLess(alone["step_s"] / predicted["step_s"],
                            alone["step_s"] / alone["kinds_s"]["serial"])

    def test_one_rank_waits_for_nobody(self):
        self.assertEqual(self.predict(32000, 1)["kinds_s"]["communication"], 0)

    def test_a_slow_network_costs_what_the_bytes_take(self):
        slow = dict(KNOWN, network_byte=1e-9)
        run = model.Run(32000, 4, 2, 12, network=True)
        fast = sum(model.step(run, MADE_UP | KNOWN).values())
        more = sum(model.step(run, MADE_UP | slow).values()) - fast
        # Both ways, each twice, but for half of it.
        self.assertAlmostEqual(more / (2 * 2 * 24 * 32000 * 0.5 * 9e-10), 1)

    def test_what_the_link_of_the_root_carries(self):
        """Pieces go once along a chain of up to 8 nodes, or twice down and up a tree."""
        message, piece = 24 * 4000000, 2 ** 20
        for nodes, each_way, filling in ((1, 0, 0), (2, 1, 0), (3, 1, 2), (4, 1, 4), (8, 1, 12),
                                         (9, 2, 8), (64, 2, 20)):
            moved = model.traffic(model.Run(4000000, nodes, nodes, 12))
            self.assertEqual((moved.there / message, moved.back / message, moved.filling / piece),
                             (each_way, each_way, filling), f"{nodes} nodes")
        short = model.traffic(model.Run(32000, 64, 64, 12))
        self.assertAlmostEqual(short.there / (2 * 24 * 32000 * 63 / 64), 1)
        self.assertEqual((short.back, short.filling), (short.there, 0))

    def test_few_atoms_are_for_few_ranks(self):
        for atoms, ranks, expected in (
                (999, 1024, (1, 1)), (1000, 1024, (8, 1)), (4000, 1024, (32, 1)),
                (4000, 24, (24, 1)), (32000, 1024, (128, 1)), (4096000, 300, (128, 1))):
            self.assertEqual(model.team(atoms, ranks, 128), expected, (atoms, ranks))
        for atoms, ranks, expected in (
                (8000, 64, (8, 1)), (100000, 64, (16, 2)), (512000, 64, (64, 8)),
                (512000, 50, (50, 7))):
            self.assertEqual(model.team(atoms, ranks, 8), expected, (atoms, ranks))

    def test_orders_of_pieces(self):
        for atoms, nodes, orders in (4000000, 8, 91), (4000000, 1, 0), (43690, 8, 0), (43691, 8, 1):
            run = model.Run(atoms, 1024, nodes, 12, network=nodes > 1)
            self.assertEqual(model.piece_orders(run), orders)
            hops = sum(work.amount for work in model.meeting(run)
                       if (work.part, work.parameter) == ("meeting", "hop"))
            # The order to compute, the sums of all ranks, and a barrier of nodes with others.
            self.assertEqual(hops, (2 + orders + (nodes > 1)) * np.log2(1024 / nodes))

    def test_network_and_socket_take_as_long_as_the_slower_one_each_way(self):
        atoms, nodes = 4000000, 8
        message = 24 * atoms
        not_overlapped = 2 ** 20 / message
        # Slower than the socket, and faster.
        for network_byte in 1e-9, 1e-10, 1e-11:
            parameters = MADE_UP | dict(KNOWN, network_byte=network_byte)
            run = model.Run(atoms, 1024, nodes, 12, network=True)
            predicted = model.predict(run, parameters, SOCKET)
            network = message * network_byte  # each way
            socket = message * SOCKET.byte
            rest = predicted["engine_s"] - 2 * network + SOCKET.call
            self.assertAlmostEqual(
                (predicted["step_s"] - rest)
                / (2 * (1 - not_overlapped) * max(network, socket)
                   + 2 * not_overlapped * (network + socket)), 1)
            self.assertGreater(predicted["kinds_s"]["communication"], 0)

    def test_nothing_overlaps_on_one_node_or_of_one_piece(self):
        for atoms, ranks, nodes in (4000000, 128, 1), (43690, 1024, 8):
            predicted = self.predict(atoms, ranks, nodes)
            self.assertAlmostEqual(predicted["step_s"],
                                   predicted["engine_s"] + predicted["socket_s"])
        predicted = self.predict(50000, 1024, 8)
        self.assertLess(predicted["step_s"], predicted["engine_s"] + predicted["socket_s"])


class GeometryTest(unittest.TestCase):
    def test_pieces_fill_the_box_and_are_halves_of_halves(self):
        self.assertEqual(model.halved([8, 8, 8], 8), [4, 4, 4])
        self.assertEqual(sorted(model.halved([8, 8, 8], 16)), [2, 4, 4])
        for pieces in 1, 3, 6, 12, 128, 1000:
            self.assertAlmostEqual(np.prod(model.halved([7, 9, 8], pieces)) * pieces, 7 * 9 * 8)

    def test_boxes_of_the_order(self):
        for atoms, boxes in (31, 1), (32, 2), (4000, 128), (32000, 1024), (4000000, 65536):
            self.assertEqual(model.boxes_of(atoms), boxes)

    def test_neighbours_outside_are_those_of_random_points(self):
        random = np.random.default_rng(1)
        edges = np.array([6.0, 9.0, 4.0])
        points = random.uniform(0, 1, (400000, 3)) * edges
        direction = random.normal(size=points.shape)
        direction /= np.linalg.norm(direction, axis=1)[:, None]
        other = points + direction * model.REACH * random.uniform(0, 1, (len(points), 1)) ** (1 / 3)
        outside = ((other < 0) | (other > edges))
        self.assertAlmostEqual(model.crossing(tuple(edges)), outside.any(1).mean(), delta=0.005)
        self.assertAlmostEqual(model.crossing((6.0, None, 4.0)), outside[:, [0, 2]].any(1).mean(),
                               delta=0.005)
        self.assertEqual(model.crossing((None, None, None)), 0)

    def test_shells_are_those_of_random_points(self):
        """Two nodes, each half of the cell along x, with 8 ranks each: 4 x 2 x 2 pieces of a cell
        of 12 in all, 2 x 2 x 2 of a node."""
        edge, piece, reach = 12.0, np.array([3.0, 6.0, 6.0]), model.SIGHT
        atoms = 0.8442 * edge ** 3
        seen = np.prod(piece + 2 * reach)
        foreign = []
        for corner in range(2):  # along x; along y and z a node has the whole cell
            low = np.array([3.0 * corner, 0, 0]) - reach
            points = low + np.random.default_rng(corner).uniform(0, 1, (200000, 3)) * (
                piece + 2 * reach)
            foreign.append(((points[:, 0] < 0) | (points[:, 0] > 6)).mean() * seen * 0.8442)
        shell = (seen - np.prod(piece)) * 0.8442
        found = model.piece_of(model.Run(atoms, 16, 2, 12))
        self.assertEqual(round(found.owned, 6), round(atoms / 16, 6))
        # Which axis is cut again does not matter to a cube.
        self.assertAlmostEqual(found.foreign / np.mean(foreign), 1, delta=0.02)
        self.assertAlmostEqual(found.near / ((shell - np.mean(foreign)) / 2), 1, delta=0.02)

    def test_one_node_has_nothing_foreign_and_half_of_the_shell(self):
        found = model.piece_of(model.Run(32000, 1, 1, 12))
        edge = (32000 / 0.8442) ** (1 / 3)
        self.assertAlmostEqual(found.foreign, 0)
        self.assertAlmostEqual(found.crossing, 0)
        self.assertAlmostEqual(found.near,
                               0.8442 * ((edge + 2 * model.SIGHT) ** 3 - edge ** 3) / 2, places=5)


class ScriptTest(BenchmarkCase):
    def start(self, *arguments):
        return self.start_script(SCRIPT, "--forcewire", FORCEWIRE, "--engine-replay",
                                 ENGINE_REPLAY, "--scratch", self.folder, *arguments)

    def run_script(self, *arguments):
        finished = self.start(*arguments)
        self.assert_success(finished)
        self.assertGreater((self.folder / "scaling.png").stat().st_size, 1000)
        return finished.stdout, json.loads((self.folder / "scaling.json").read_text())

    def earlier(self, floor=(), **others):
        file = self.folder / "earlier.json"
        file.write_text(json.dumps({"measured": made_up_rows(1, 2, 4), "floor": list(floor)}
                                   | others))
        return file

    def test_measures_and_predicts(self):
        said, figures = self.run_script("--atoms", "108", "500", "--ranks", "1", "2", "--frames",
                                        "8", "--passes", "1", "--rounds", "2")
        self.assertEqual([(row["atoms"], row["ranks"], row["nodes"])
                          for row in figures["measured"]],
                         [(atoms, ranks, nodes) for atoms in (108, 500)
                          for ranks, nodes in ((1, 1), (2, 1), (2, 2))])
        for row in figures["measured"]:
            self.assertEqual(row["step_s"], min(row["rounds_s"]))
            self.assertEqual(len(row["rounds_s"]), 2)
            self.assertAlmostEqual(sum(row["parts_s"].values()) / row["step_s"], 1)
        for value in figures["parameters_s"].values():
            self.assertGreaterEqual(value, 0)
        self.assertEqual(figures["floor"], [])
        self.assertIn("assumed, apps/bench/run measures it", said)

    def test_earlier_figures_are_worked_on_without_measuring(self):
        floor = [{"atoms": atoms, "seconds": 5e-5 + 48 * atoms * 2e-10} for atoms in (108, 32000)]
        said, figures = self.run_script("--from",
                                        self.earlier(floor, add_s_per_byte=KNOWN["add"]))
        self.assertIn("5 GB/s and 50 us (measured, by apps/bench/run, Python server included)",
                      said)
        self.assertEqual([(each["atoms"], each["ranks"], each["computing"], each["nodes"])
                          for each in figures["predicted"]],
                         [(atoms, ranks, *model.team(atoms, ranks, 128))
                          for atoms in (32000, 256000, 4000000) for ranks in (1, 16, 128, 1024)])
        for each in figures["predicted"]:
            self.assertAlmostEqual(each["efficiency"] * each["ranks"], each["speedup"])
            self.assertLessEqual(each["speedup"] * each["serial_fraction"], 1)
        for each in figures["compared"]:
            self.assertAlmostEqual(each["error"], 0, places=6)
        self.assertIn("serial fraction", said)
        # Its own figures serve as well.
        again = self.folder / "scaling.json"
        self.assertEqual(self.run_script("--from", again, "--ranks-per-node", "16")[1]["predicted"]
                         [-1]["nodes"], 32)

    def test_options_go_before_the_floor(self):
        floor = [{"atoms": atoms, "seconds": 1e-3 * atoms} for atoms in (108, 32000)]
        said, figures = self.run_script("--from", self.earlier(floor), "--socket-gb-per-s", "8",
                                        "--socket-us", "10", "--predict-atoms", "1000000")
        self.assertIn("8 GB/s and 10 us (as options say)", said)
        self.assertAlmostEqual(figures["predicted"][0]["socket_s"], 6e-3 + 1e-5)
        # Figures that do not have it yet.
        self.assertGreater(figures["add_s_per_byte"], 0)

    def test_says_what_a_fit_needs(self):
        for arguments in ("--ranks", "1"), ("--ranks", "2", "4"), ("--atoms", "108"):
            finished = self.start(*arguments, *(["--ranks", "1", "2"]
                                                if "--atoms" in arguments else []))
            self.assertEqual(finished.returncode, 1)
            self.assertIn("expected two or more numbers of", finished.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
