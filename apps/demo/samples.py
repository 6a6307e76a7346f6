"""Time series of a simulation."""

import numpy as np
from ase import units

PICOSECOND = 1000 * units.fs
MEGAPASCAL = 1e-3 * units.GPa


class Samples:
    """Rows of: time [ps], temperature [K], potential and kinetic energy [eV/atom], pressure [MPa].

    Each column is an attribute, an array.
    """

    COLUMNS = ("time", "temperature", "potential", "kinetic", "pressure")

    def __init__(self, rows=()):
        self.rows = list(rows)

    def record(self, atoms, time):
        """Adds what `atoms` are like at `time` (ASE's unit)."""
        stress = atoms.get_stress(include_ideal_gas=True)  # virial and kinetic part
        self.rows.append((time / PICOSECOND,
                          atoms.get_temperature(),
                          atoms.get_potential_energy() / len(atoms),
                          atoms.get_kinetic_energy() / len(atoms),
                          -stress[:3].mean() / MEGAPASCAL))

    def __getattr__(self, name):
        if name not in self.COLUMNS:
            raise AttributeError(name)
        return np.array([row[self.COLUMNS.index(name)] for row in self.rows])

    def since(self, begin):
        """The samples from `begin` [ps] on."""
        return Samples(row for row in self.rows if row[0] >= begin)

    def drift(self):
        """Slope of a straight line through the total energy [eV/atom/ps]."""
        return np.polyfit(self.time, self.potential + self.kinetic, 1)[0]

    def save(self, path):
        np.savetxt(path, self.rows, fmt="%.10g", header="time/ps temperature/K "
                   "potential/(eV/atom) kinetic/(eV/atom) pressure/MPa")
