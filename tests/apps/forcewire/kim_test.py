"""Models of OpenKIM against LAMMPS: rattled, strained crystals that ASE sends."""

import tempfile

import ase.io
import numpy as np
from ase.build import bulk
from ase.units import Bohr, Hartree

import program_run
from kim_lammps import kim_lammps
from served_by_ase import ServedByAse

# CODATA 2018, as the program has it; ASE 3.22 is of 2014.
ANGSTROM, ELECTRONVOLT = 1 / 0.529177210903, 1 / 27.211386245988

TOLERANCE = 1e-10


class KimTest(ServedByAse):
    def expect_right(self, model, atoms):
        strain = np.array([[0.02, 0.03, -0.01], [0.0, -0.01, 0.04], [0.01, 0.0, 0.015]])
        atoms.set_cell(atoms.cell.array @ (np.eye(3) + strain), scale_atoms=True)
        atoms.rattle(0.08, seed=3)
        seen = atoms.copy()  # what the model sees, in the program's angstrom
        seen.set_cell(atoms.cell.array / Bohr / ANGSTROM, scale_atoms=True)
        energy, forces, virial = kim_lammps(model, seen)
        got = {}

        def evaluate():
            got["energy"] = atoms.get_potential_energy() / Hartree
            got["forces"] = atoms.get_forces() / (Hartree / Bohr)
            got["virial"] = -atoms.get_stress(voigt=False) * atoms.get_volume() / Hartree

        with tempfile.NamedTemporaryFile(suffix=".xyz") as template:
            ase.io.write(template.name, atoms)
            self.serve(atoms, evaluate,
                       ["-m", "kim", "-o", f"model={model}", "-t", template.name])
        self.expect_equal(got["energy"], energy * ELECTRONVOLT)
        self.expect_equal(got["forces"], forces * ELECTRONVOLT / ANGSTROM)
        self.expect_equal(got["virial"], virial * ELECTRONVOLT)

    def expect_equal(self, got, expected):
        np.testing.assert_allclose(got, expected, rtol=0,
                                   atol=TOLERANCE * np.abs(expected).max())

    def test_embedded_atoms(self):
        for model, metal in (
                ("EAM_Dynamo_ErcolessiAdams_1994_Al__MO_123629422045_005", "Al"),
                ("EAM_Dynamo_FoilesBaskesDaw_1986Universal3_Ni__MO_580571659842_000", "Ni"),
                ("EAM_Dynamo_FoilesBaskesDaw_1986Universal3_Cu__MO_666348409573_004", "Cu")):
            with self.subTest(metal):
                self.expect_right(model, bulk(metal, cubic=True) * (4, 4, 4))

    def test_bonds(self):
        for model, crystal in (
                ("SW_StillingerWeber_1985_Si__MO_405512056662_005", bulk("Si", cubic=True)),
                ("SNAP_ZuoChenLi_2019_Si__MO_869330304805_000", bulk("Si", cubic=True)),
                ("Tersoff_LAMMPS_Tersoff_1989_SiC__MO_171585019474_003",
                 bulk("SiC", "zincblende", 4.36, cubic=True))):
            with self.subTest(model):
                self.expect_right(model, crystal * (2, 3, 2))

    def test_alloys(self):
        for model, alloy in (
                ("MEAM_LAMMPS_LeeShim_2004_NiCu__MO_409065472403_000", "NiCu"),
                ("SNAP_LiHuChen_2018_NiMo__MO_468686727341_000", "NiMo")):
            with self.subTest(model):
                self.expect_right(model, bulk(alloy, "rocksalt", 4.9, cubic=True) * (3, 2, 3))

    def test_lists_of_ghosts(self):
        self.expect_right("ex_model_Ar_SLJ_MultiCutoff", bulk("Ar", cubic=True) * (3, 4, 3))


if __name__ == "__main__":
    program_run.main()
