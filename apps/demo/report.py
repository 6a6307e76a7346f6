"""What came out, beside what was to be expected."""

from dataclasses import dataclass

from ase import units

from equation_of_state import reduced_pressure
from samples import MEGAPASCAL


@dataclass
class Finding:
    """One measured number and what it should be."""

    name: str
    value: float
    unit: str
    expected: float
    tolerance: float
    source: str
    digits: int

    @property
    def fits(self):
        return abs(self.value - self.expected) <= self.tolerance

    def line(self, judge):
        mark = ("  " if not judge else "ok" if self.fits else "!!")
        here = f"{self.value:.{self.digits}f} {self.unit}"
        there = f"{self.expected:.{self.digits}f} +- {self.tolerance:.{self.digits}f}"
        return f"  {mark}  {self.name:<20} {here:<21} {there:<16} {self.source}"


def expected_pressure(temperature, number_density, sigma, epsilon):
    """Of the Lennard-Jones fluid [MPa]; K, 1/angstrom^3, angstrom, eV."""
    reduced = reduced_pressure(temperature * units.kB / epsilon, number_density * sigma**3)
    return reduced * epsilon / sigma**3 / MEGAPASCAL


def table(findings, judge):
    """The findings as text; with `judge`, marked by whether they fit."""
    head = " " * 26 + f" {'this run':<21} {'expected':<16} by"
    return "\n".join([head, *(finding.line(judge) for finding in findings)])
