"""Pressure of the Lennard-Jones fluid from a published equation of state.

J. Kolafa and I. Nezbeda, Fluid Phase Equilibria 100, 1 (1994), doi:10.1016/0378-3812(94)80001-4.
It was fitted to simulations of the full potential (no cutoff) for reduced temperatures 0.68 to 10.
"""

from math import exp, log, pi, sqrt

GAMMA = 1.92907278

# (power of T^(1/2), coefficient): difference of second virial coefficients to the hard spheres'.
SECOND_VIRIAL = (
    (-7, -0.58544978), (-6, 0.43102052), (-5, 0.87361369), (-4, -4.13749995),
    (-3, 2.90616279), (-2, -7.02181962), (0, 0.02459877))

# {power of T^(1/2): coefficients of density^2, density^3, ...} of the residual free energy.
RESIDUAL = {
    0: (2.01546797, -28.17881636, 28.28313847, -10.42402873),
    -1: (-19.58371655, 75.62340289, -120.70586598, 93.92740328, -27.37737354),
    -2: (29.34470520, -112.35356937, 170.64908980, -123.06669187, 34.42288969),
    -4: (-13.37031968, 65.38059570, -115.09233113, 88.91973082, -25.62099890)}


def reduced_pressure(temperature, density):
    """P sigma^3 / epsilon at k_B T / epsilon and N sigma^3 / V."""
    root = sqrt(temperature)
    diameter = (1.080142248 + 0.000693129 * root - 0.076383859 / root
                + 0.011117524 / temperature - 0.063920968 * log(temperature))
    eta = pi / 6 * density * diameter**3
    hard_spheres = (1 + eta + eta**2 - 2 / 3 * eta**3 * (1 + eta)) / (1 - eta)**3

    second_virial = sum(c * root**power for power, c in SECOND_VIRIAL)
    damped = exp(-GAMMA * density**2) * (1 - 2 * GAMMA * density**2)

    residual = sum(n * c * root**power * density**n
                   for power, coefficients in RESIDUAL.items()
                   for n, c in enumerate(coefficients, start=2))
    compressibility = hard_spheres + second_virial * density * damped
    return density * (temperature * compressibility + residual)
