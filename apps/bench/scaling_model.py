"""How long a step takes on how many ranks: a model with few parameters, each the time of one thing
that the engine does, fitted to measured parts of steps.

The spatial order gives each rank a run of atoms, which fills a piece of the cubic cell: the cell is
halved again and again across its longest edge, first for the nodes, then for the ranks of each.
Around a piece, as far as a neighbour list reaches, lies its shell. Of a shell atom of the same node
(a periodic image of an own atom, or a guest) the pairs are computed here or there, but not twice,
so that a rank has half of these shell atoms, and their forces are carried home. Shell atoms of
other nodes are all there (ghosts), and pairs with them are computed on both nodes.

A step is a list of `Work`: amounts, each unit of which takes the time of a parameter. All times are
in seconds, lengths in sigma."""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, log2, prod

import numpy as np
from scipy.optimize import nnls

import liquid

CUTOFF = liquid.CUTOFF / liquid.SIGMA
SKIN = 0.16 * CUTOFF  # that engine/neighbor/skin.cpp begins with
REACH = CUTOFF + SKIN  # of a list
# Of the atoms that a rank has: some may be faster than the list allows for, see `slack` in
# engine/neighbor/verlet_list.cpp.
SIGHT = CUTOFF + 1.4 * SKIN

# engine/neighbor/spatial_order.cpp
ATOMS_PER_BOX = 32
MOST_BITS = 16

BYTES_PER_ATOM = 24  # three float64, one way

# engine/parallel/evaluator_options.hpp: longer messages go from node to node in pieces of so many
# bytes.
PIECE = 2 ** 20

# engine/parallel/relay.hpp: pieces go along a chain of so many nodes at most.
LONGEST_CHAIN = 8

# engine/parallel/fewest_atoms.cpp, of Lennard-Jones: for a second rank to have a part; what twice as
# many ranks of a node, or nodes, must save each rank; and what sending an atom to other nodes costs.
FEWEST_SHARED = 1000
FEWEST_EACH, FEWEST_EACH_OF_SEVERAL_NODES = 100, 4000
SENT = 0.02

# For each build of a list the ranks ask each other so many times whether fast atoms miss a pair:
# at the last steps before it, and often at the build itself (counted: 61 in 16 builds).
QUESTIONS_BEFORE, QUESTIONS_AT_BUILD = 3, 1

# What is fitted, and what a unit of it is.
FITTED = {
    'pair': 'forces, per owned atom (its pairs)',
    'fold': 'forces, per image or guest (to carry its force home)',
    'test': 'displacement test, per local atom',
    'build': 'build of a list, per local atom',
    'sort': 'sort before a build, per atom that the rank sorts',
    'box': 'build, per box of the order (each rank looks at all of them)',
    'hop': 'a barrier or a small reduction, per factor of two of ranks on a node',
    'wait': 'waiting for the slowest rank, per owned atom',
    'copy': 'positions and forces between pretended nodes, per byte',
    'call': 'what rank 0 does alone in the engine, per step',
}
ADD = 'forces of other nodes, added to its own by the root, per byte'  # what `add` is
KINDS = ('parallel', 'surface', 'repeated', 'communication', 'serial')

# Parts of a step as engine_replay has them. Rank 0 waits in several, so that the small ones are
# one.
PARTS = {'forces': ('forces',), 'list_test': ('list_test',), 'list_build': ('list_build',),
         'meeting': ('sharing', 'reducing', 'other')}


@dataclass(frozen=True)
class Run:
    """What takes steps. Nodes that are only pretended have no network between them."""

    atoms: int
    ranks: int
    nodes: int
    steps_per_build: float
    network: bool = False

    @property
    def ranks_of_node(self):
        return self.ranks / self.nodes


@dataclass(frozen=True)
class Work:
    part: str
    parameter: str
    kind: str
    amount: float


def halved(edges, pieces):
    """Edges of a piece, of which `pieces` fill the box; the last cut need not be in the middle."""
    edges = list(edges)
    while pieces > 1:
        longest = edges.index(max(edges))
        edges[longest] /= min(2, pieces)
        pieces /= 2
    return edges


@lru_cache
def crossing(edges):
    """Of the neighbours of an atom in a box, which share is outside of it? An edge of None has no
    end: the cell is periodic and the box is as long."""
    points = 40
    axis = (np.arange(points) + 0.5) / points * REACH
    x, y, z = np.meshgrid(axis, axis, axis, indexing='ij')
    inside = np.ones_like(x)
    for distance, edge in zip((x, y, z), edges):
        if edge is not None:
            inside *= np.maximum(0, 1 - distance / edge)
    return 1 - inside[x * x + y * y + z * z <= REACH * REACH].mean()


def seen_inside(piece, block):
    """Of the edge of a piece with its shell, how much is inside the block of its node? The mean
    over the pieces in a row of it."""
    in_a_row = max(1, round(block / piece))
    return piece + 2 * np.mean([min(SIGHT, index * piece) for index in range(in_a_row)])


@dataclass(frozen=True)
class Piece:
    """The mean over all ranks, in atoms."""

    owned: float
    near: float  # shell atoms of this node that are here: half of those that there are
    foreign: float  # shell atoms of other nodes
    crossing: float  # share of the neighbours that are of other nodes


def piece_of(run):
    edge = (run.atoms / liquid.DENSITY) ** (1 / 3)
    block = halved(3 * [edge], run.nodes)
    piece = halved(block, run.ranks_of_node)
    whole = [b == edge for b in block]
    seen = [p + 2 * SIGHT for p in piece]
    inside = [s if w else seen_inside(p, b) for s, w, p, b in zip(seen, whole, piece, block)]
    return Piece(owned=run.atoms / run.ranks,
                 near=liquid.DENSITY * (prod(inside) - prod(piece)) / 2,
                 foreign=liquid.DENSITY * (prod(seen) - prod(inside)),
                 crossing=crossing(tuple(None if w else b for w, b in zip(whole, block))))


def boxes_of(atoms):
    return 2 ** min((atoms // ATOMS_PER_BOX).bit_length(), MOST_BITS)


def computing(run):
    """What every rank does by itself in a step."""
    piece = piece_of(run)
    build = 1 / run.steps_per_build
    test = 1 - build
    others = piece.near + piece.foreign
    boxes = boxes_of(run.atoms)
    sorted_atoms = run.atoms / run.ranks_of_node  # each node sorts all
    return [
        Work('forces', 'pair', 'parallel', piece.owned),
        Work('forces', 'pair', 'surface', piece.owned * piece.crossing),
        Work('forces', 'fold', 'surface', piece.near),
        Work('list_test', 'test', 'parallel', test * piece.owned),
        Work('list_test', 'test', 'surface', test * others),
        Work('list_build', 'build', 'parallel', build * piece.owned),
        Work('list_build', 'build', 'surface', build * others),
        Work('list_build', 'sort', 'parallel', build * piece.owned),
        Work('list_build', 'sort', 'repeated', build * (sorted_atoms - piece.owned)),
        Work('list_build', 'box', 'repeated', build * boxes),
        Work('meeting', 'call', 'serial', 1),
    ]


@dataclass(frozen=True)
class Traffic:
    """Of the root, whose link has the most to carry, in bytes."""

    there: float = 0  # positions that it sends
    back: float = 0  # forces that it gets
    filling: float = 0  # what it could carry while those, or these, are between other nodes
    added: float = 0  # forces that it adds to its own


def traffic(run):
    """A short broadcast and a short reduction move the bytes twice but for one share (R. Thakur,
    R. Rabenseifner, W. Gropp, Int. J. High Perform. Comput. Appl. 19, 49 (2005)).

    Pieces go along a chain or a tree (Relay), away from the root or towards it: the last one of
    positions has most of the way to go when the root has sent it, and the first one of forces has
    gone as far when the root gets it."""
    nodes, message = run.nodes, BYTES_PER_ATOM * run.atoms
    if nodes == 1:
        return Traffic()
    if message <= PIECE:
        share = message * (1 - 1 / nodes)
        return Traffic(2 * share, 2 * share, 0, share)
    fan, steps = (1, nodes - 1) if nodes <= LONGEST_CHAIN else (2, int(log2(nodes)))
    return Traffic(fan * message, fan * message, 2 * fan * (steps - 1) * PIECE, fan * message)


def piece_orders(run):
    """How often rank 0 tells all to take a piece of positions while it reads the socket; the last
    one comes with the order to compute."""
    return ceil(BYTES_PER_ATOM * run.atoms / PIECE) - 1 if run.network else 0


def meeting(run):
    """Where ranks wait for each other or send something. (For an order rank 0 waits for nobody, so
    that it takes less than the small reduction that it counts as.)"""
    build = 1 / run.steps_per_build
    several = run.nodes > 1
    # How many collectives of all ranks, and of those of a node. Before a build they agree that the
    # list does not serve, that no other atoms came, and that these can be sorted.
    collectives = {'forces': (0, 1), 'list_test': (1 - build + QUESTIONS_BEFORE * build, 0),
                   'list_build': ((3 + QUESTIONS_AT_BUILD) * build, 7 * build),
                   'meeting': (2 + piece_orders(run), 1 if several else 0)}
    result = []
    for part, (of_all, of_node) in collectives.items():
        near = log2(run.ranks_of_node)
        far = log2(run.nodes)
        hops = (of_all + of_node) * near + (0 if run.network else of_all * far)
        result.append(Work(part, 'hop', 'communication', hops))
        if run.network:
            result.append(Work(part, 'network_hop', 'communication', of_all * far))
    moved = traffic(run)
    result.append(Work('meeting', 'network_byte' if run.network else 'copy', 'communication',
                       moved.there + moved.back + moved.filling))
    result.append(Work('meeting', 'add', 'serial', moved.added))
    if run.network:
        result.append(Work('meeting', 'network_hop', 'communication', 2 * log2(run.nodes)))
    if run.ranks > 1:
        result.append(Work('meeting', 'wait', 'communication', run.atoms / run.ranks))
    return result


def step(run, parameters):
    """Seconds of a step of the engine, by kind."""
    seconds = dict.fromkeys(KINDS, 0.0)
    for work in computing(run) + meeting(run):
        seconds[work.kind] += work.amount * parameters[work.parameter]
    return seconds


def parts(run, parameters):
    """Seconds of a step of the engine, by part."""
    seconds = dict.fromkeys(PARTS, 0.0)
    for work in computing(run) + meeting(run):
        seconds[work.part] += work.amount * parameters[work.parameter]
    return seconds


def run_of(row):
    return Run(row['atoms'], row['ranks'], row['nodes'], row['steps_per_build'])


def measured_part(row, part):
    return sum(row['parts_s'][name] for name in PARTS[part])


def fit(rows, known):
    """Parameters that come closest to the measured parts of all rows, none of them negative; errors
    count in units of the row's step. `known` is what is not fitted, by name."""
    names = list(FITTED)
    amounts, seconds = [], []
    for row in rows:
        works = computing(run_of(row)) + meeting(run_of(row))
        for part in PARTS:
            line = dict.fromkeys(names, 0.0)
            rest = measured_part(row, part)
            for work in works:
                if work.part != part:
                    continue
                if work.parameter in known:
                    rest -= known[work.parameter] * work.amount
                else:
                    line[work.parameter] += work.amount
            amounts.append([line[name] / row['step_s'] for name in names])
            seconds.append(rest / row['step_s'])
    amounts = np.array(amounts)
    scale = np.linalg.norm(amounts, axis=0)
    scale[scale == 0] = 1  # what no row has is 0
    solution, _ = nnls(amounts / scale, np.array(seconds))
    return dict(zip(names, (solution / scale).tolist())) | known


def fit_line(sizes, seconds):
    """Seconds of none, and of one more, with errors relative to the seconds and none negative."""
    seconds = np.array(seconds, float)
    amounts = np.stack([np.ones(len(seconds)), np.array(sizes, float)], 1) / seconds[:, None]
    scale = np.linalg.norm(amounts, axis=0)
    solution, _ = nnls(amounts / scale, np.ones(len(seconds)))
    return tuple((solution / scale).tolist())


def nodes_for(ranks, ranks_per_node):
    return ceil(ranks / ranks_per_node)


def team(atoms, ranks, ranks_per_node):
    """How many of the ranks compute so many atoms, and on how many nodes: see
    engine/parallel/team_shape.hpp."""
    of_node = min(ranks, ranks_per_node)
    shapes = [(2 ** power, 1) for power in range((of_node - 1).bit_length())] + [(of_node, 1)]
    nodes = nodes_for(ranks, ranks_per_node)
    shapes += [(2 ** power * of_node, 2 ** power) for power in range(1, (nodes - 1).bit_length())]
    if nodes > 1:
        shapes.append((ranks, nodes))
    if atoms < FEWEST_SHARED:
        return shapes[0]
    def cost(shape):
        some, on = shape
        return (atoms / some + FEWEST_EACH * log2(some / on)
                + FEWEST_EACH_OF_SEVERAL_NODES * log2(on) + (SENT * atoms if on > 1 else 0))

    return min(reversed(shapes), key=cost)


def run_of_team(atoms, ranks, ranks_per_node, steps_per_build):
    computing, nodes = team(atoms, ranks, ranks_per_node)
    return Run(atoms, computing, nodes, steps_per_build, network=nodes > 1)


@dataclass(frozen=True)
class Socket:
    """What it costs rank 0 to talk to the server."""

    call: float
    byte: float

    def seconds(self, atoms):
        return self.call + 2 * BYTES_PER_ATOM * atoms * self.byte


def overlap(run, parameters, socket):
    """Seconds in which the network moves pieces while rank 0 reads or writes others: of a long
    message all but one piece, so that, each way, network and socket take as long as the slower one.
    That is the best that can be: while rank 0 reads and writes the socket, it calls MPI about once
    for each piece, and how much an MPI gets on with meanwhile, differs."""
    message = BYTES_PER_ATOM * run.atoms
    if not run.network or message <= PIECE:
        return 0
    moved = traffic(run)
    return (1 - PIECE / message) * sum(
        min(one_way * parameters['network_byte'], message * socket.byte)
        for one_way in (moved.there, moved.back))


def predict(run, parameters, socket):
    """A whole step: that of the engine, and positions and forces through the socket. What overlaps
    counts as the socket's, so that communication is what the network adds to it."""
    kinds = step(run, parameters)
    engine = sum(kinds.values())
    moving = socket.seconds(run.atoms)
    kinds['serial'] += moving
    kinds['communication'] -= overlap(run, parameters, socket)
    return {'atoms': run.atoms, 'ranks': run.ranks, 'nodes': run.nodes, 'engine_s': engine,
            'socket_s': moving, 'step_s': sum(kinds.values()), 'kinds_s': kinds}
