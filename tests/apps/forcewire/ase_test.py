"""ASE as the server: a molecule, a slab, a triclinic crystal, and a cell optimisation."""

import numpy as np
from ase import Atoms
from ase.build import bulk, fcc111
from ase.constraints import ExpCellFilter
from ase.optimize import BFGS
from ase.units import Bohr, Hartree

import program_run
from lennard_jones_reference import lennard_jones
from served_by_ase import ServedByAse

# Argon in atomic units, by ASE's idea of them. That is CODATA 2014 in ASE 3.22, and the program's is
# of 2018: with units on the command line they would differ in the eighth digit.
SIGMA, EPSILON, CUTOFF = 3.405 / Bohr, 0.0103 / Hartree, 8.5 / Bohr

TOLERANCE = 1e-12


def model(cutoff=CUTOFF, more=""):
    return ["-m", "lj", "-o", f"sigma={SIGMA!r},epsilon={EPSILON!r},cutoff={cutoff!r}{more}"]


class AseTest(ServedByAse):
    def expect_right(self, atoms, arguments=model()):
        """Energy, forces and, where ASE has one, stress."""
        cell = np.where(atoms.pbc[:, None], atoms.cell.array, 0.0) / Bohr
        energy, forces, virial = lennard_jones(
            cell, atoms.positions / Bohr, SIGMA, EPSILON, CUTOFF
        )
        forces *= Hartree / Bohr
        got = {}

        def evaluate():
            got["energy"] = atoms.get_potential_energy()
            got["forces"] = atoms.get_forces()
            if atoms.pbc.all():
                got["stress"] = atoms.get_stress(voigt=False)

        said = self.serve(atoms, evaluate, arguments)
        self.assertAlmostEqual(got["energy"] / Hartree / energy, 1, delta=TOLERANCE)
        np.testing.assert_allclose(
            got["forces"], forces, rtol=0, atol=TOLERANCE * np.abs(forces).max()
        )
        if atoms.pbc.all():
            # ASE's stress is positive in tension, and symmetric.
            stress = -virial * Hartree / atoms.get_volume()
            np.testing.assert_allclose(
                got["stress"], stress, rtol=0, atol=TOLERANCE * np.abs(stress).max()
            )
        return said

    def test_molecule_without_a_cell(self):
        random = np.random.default_rng(11)
        grid = 3.9 * np.array(list(np.ndindex(3, 2, 2)), dtype=float)
        atoms = Atoms("Ar12", grid + random.normal(0, 0.1, grid.shape))
        said = self.expect_right(atoms)
        self.assertRegex(said, r"periodic axes +none")

    def test_slab(self):
        atoms = fcc111("Ar", (4, 4, 3), a=5.26)
        atoms.rattle(0.1, seed=12)
        self.assertFalse(atoms.pbc[2])
        self.assertTrue(np.allclose(atoms.cell[2], 0))
        said = self.expect_right(atoms)
        self.assertRegex(said, r"periodic axes +ab\n")

    def test_vacuum_that_ase_does_not_tell_of(self):
        """ASE sends the cell and not pbc: the user must say it, and is warned otherwise."""
        molecule = Atoms("Ar4", 3.9 * np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]))
        molecule.center(vacuum=10)
        slab = fcc111("Ar", (4, 4, 3), a=5.26, vacuum=12)
        slab.rattle(0.1, seed=14)
        for atoms, axes in ((molecule, "none"), (slab, "ab")):
            with self.subTest(axes=axes):
                said = self.expect_right(atoms, [*model(), "--periodic", axes])
                self.assertRegex(said, rf"periodic axes +{axes}\n")
                with self.assertRaisesRegex(AssertionError, "warning: .*--periodic " + axes):
                    self.serve(atoms, atoms.get_potential_energy, model())

    def test_triclinic_crystal(self):
        atoms = bulk("Ar", "fcc", a=5.26) * (3, 2, 2)
        strain = np.array([[0.02, 0.03, -0.01], [0.0, -0.01, 0.04], [0.01, 0.0, 0.015]])
        atoms.set_cell(atoms.cell.array @ (np.eye(3) + strain), scale_atoms=True)
        atoms.rattle(0.05, seed=13)
        said = self.expect_right(atoms, [*model(), "--check"])
        self.assertRegex(said, r"periodic axes +abc")
        self.assertIn("verdict: agreed", said)

    def test_cell_optimisation(self):
        """The virial drives a strained fcc crystal to the lattice constant of least energy."""
        cutoff = 12.0 / Bohr
        atoms = bulk("Ar", "fcc", a=5.0)
        strain = np.array([[0.03, 0.02, 0.0], [0.0, -0.02, 0.01], [0.0, 0.0, 0.01]])
        atoms.set_cell(atoms.cell.array @ (np.eye(3) + strain), scale_atoms=True)
        energies = []

        def optimise():
            optimiser = BFGS(ExpCellFilter(atoms), logfile=None)
            optimiser.attach(lambda: energies.append(atoms.get_potential_energy()))
            self.assertTrue(optimiser.run(fmax=1e-5, steps=200))

        self.serve(atoms, optimise, model(cutoff, ",truncation=shift,tail=no"))
        lengths = atoms.cell.cellpar()
        np.testing.assert_allclose(lengths[:3], lengths[0], rtol=1e-4)
        np.testing.assert_allclose(lengths[3:], 60, rtol=1e-4)
        self.assertLess(energies[-1], energies[0])
        self.assertAlmostEqual(
            lengths[0] * np.sqrt(2) / Bohr / self.best_lattice_constant(cutoff), 1, delta=1e-5
        )

    def best_lattice_constant(self, cutoff):
        """Where the shifted energy of the fcc lattice, summed shell by shell, has its minimum."""
        count = int(cutoff / (SIGMA / 2)) + 2
        cube = np.array(list(np.ndindex(*[2 * count + 1] * 3)), dtype=float) - count
        squared = np.sum(cube**2, axis=1) / 2  # in squares of the nearest distance
        squared = squared[(cube.sum(axis=1) % 2 == 0) & (squared > 0)]

        def energy(lattice_constant):
            r2 = squared * lattice_constant**2 / 2
            s6 = SIGMA**6 / r2[r2 < cutoff**2] ** 3
            shift = (SIGMA / cutoff) ** 12 - (SIGMA / cutoff) ** 6
            return np.sum(s6**2 - s6 - shift)

        low, high = 1.4 * SIGMA, 1.7 * SIGMA
        for _ in range(100):
            third = (high - low) / 3
            if energy(low + third) < energy(high - third):
                high -= third
            else:
                low += third
        return (low + high) / 2


if __name__ == "__main__":
    program_run.main()
