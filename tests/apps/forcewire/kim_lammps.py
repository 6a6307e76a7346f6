"""Energy, forces and virial of a portable OpenKIM model by LAMMPS, as a reference.

LAMMPS has neighbour lists, ghosts and units of its own; only KIM and the model are common to both.
Lengths are in angstrom and energies in electronvolt, in which LAMMPS lets the models compute.

    python3 kim_lammps.py MODEL STRUCTURE    prints them for a structure file that ASE can read
"""

import os
import subprocess
import sys
import tempfile

import numpy as np

# LAMMPS's own, between eV/angstrom^3 and its pressures in bar: it has to cancel out.
BAR = 1.6021765e6

INPUT = """
atom_modify map yes
box tilt large
read_data atoms
neigh_modify one 20000 page 400000
kim interactions {species}
compute virial all pressure NULL virial
thermo_style custom pe c_virial[*]
run 0
write_dump all custom forces fx fy fz modify sort id format float %.17g
print """ + '''"""
{columns}
""" file sums
'''

COLUMNS = ["$(pe:%.17g)", "$(vol:%.17g)"] + [f"$(c_virial[{i}]:%.17g)" for i in range(1, 7)]


def kim_lammps(model, atoms, lammps="lmp"):
    """Energy [eV], forces [eV/angstrom] and virial [eV] (positive in compression) of ASE's `atoms`,
    all of whose axes repeat."""
    if not atoms.pbc.all() or np.linalg.det(atoms.cell.array) <= 0:
        raise ValueError("expected a right-handed cell that is periodic along all three axes")
    # LAMMPS wants the first vector along x and the second in the xy plane: cell = lower @ rotation.
    rotation, upper = np.linalg.qr(atoms.cell.array.T)
    signs = np.sign(np.diag(upper))
    rotation, lower = (rotation * signs).T, (upper.T * signs)
    symbols = atoms.get_chemical_symbols()
    species = list(dict.fromkeys(symbols))
    with tempfile.TemporaryDirectory() as folder:
        write_data(os.path.join(folder, "atoms"), lower, atoms.positions @ rotation.T,
                   [species.index(symbol) + 1 for symbol in symbols])
        # In one line, `kim init` must come before the box, `kim interactions` behind it.
        script = f"kim init {model} metal unit_conversion_mode\n" + INPUT.format(
            species=" ".join(species), columns=" ".join(COLUMNS))
        run = subprocess.run([lammps, "-log", "none", "-in", "/dev/stdin"],
                             input=script, cwd=folder, capture_output=True, text=True)
        if run.returncode != 0:
            raise RuntimeError(f"LAMMPS failed with {model}: {run.stdout[-1000:]}{run.stderr[:1000]}")
        forces = np.loadtxt(os.path.join(folder, "forces"), skiprows=9, ndmin=2)
        energy, volume, xx, yy, zz, xy, xz, yz = np.loadtxt(os.path.join(folder, "sums"))
    virial = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]]) * volume / BAR
    return energy, forces @ rotation, rotation.T @ virial @ rotation


def write_data(path, lower, positions, types):
    with open(path, "w") as file:
        file.write(f"\n\n{len(types)} atoms\n{max(types)} atom types\n")
        for axis, name in enumerate("xyz"):
            file.write(f"0 {lower[axis, axis]:.17g} {name}lo {name}hi\n")
        file.write(f"{lower[1, 0]:.17g} {lower[2, 0]:.17g} {lower[2, 1]:.17g} xy xz yz\n")
        file.write("\nMasses\n\n")
        for kind in range(1, max(types) + 1):
            file.write(f"{kind} 1\n")
        file.write("\nAtoms\n\n")
        for number, (kind, position) in enumerate(zip(types, positions), 1):
            file.write(f"{number} {kind} " + " ".join(f"{x:.17g}" for x in position) + "\n")


if __name__ == "__main__":
    import ase.io

    np.set_printoptions(floatmode="unique")
    for quantity in kim_lammps(sys.argv[1], ase.io.read(sys.argv[2])):
        print(repr(quantity))
