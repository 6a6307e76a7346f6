"""ASE relaxes a cluster of 13 argon atoms with forces from forcewire, and ends at a known energy.

    python3 relax_cluster.py

Needs `forcewire` in PATH, or its path in FORCEWIRE. The minimum is the icosahedron, with energy
-44.326801 epsilon: D. J. Wales and J. P. K. Doye, J. Phys. Chem. A 101, 5111 (1997).
"""

import os
from subprocess import Popen

from ase import units
from ase.calculators.socketio import SocketIOCalculator
from ase.cluster import Icosahedron
from ase.optimize import BFGS


def forcewire(atoms, properties=None, port=None, unixsocket=None):
    """ASE calls this when its server listens. No cell, so no periodicity; a cutoff that no pair of
    the cluster reaches."""
    return Popen(["mpirun", "-n", "2", os.environ.get("FORCEWIRE", "forcewire"), "--quiet",
                  "--unix", "--address", unixsocket,
                  "--model", "lj",
                  "--options", "sigma=3.405angstrom,epsilon=120K,cutoff=50angstrom"])


atoms = Icosahedron("Ar", noshells=2, latticeconstant=5.8)
atoms.rattle(0.2, seed=13)
with SocketIOCalculator(unixsocket=f"cluster-{os.getpid()}", launch_client=forcewire) as calculator:
    atoms.calc = calculator
    BFGS(atoms).run(fmax=1e-5)
    energy = atoms.get_potential_energy() / (120 * units.kB)
print(f"{energy:.4f} epsilon, literature -44.3268")
