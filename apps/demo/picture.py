"""One picture of a run: temperature and energy over time, and g(r)."""

import matplotlib
matplotlib.use("Agg")  # a file is wanted, and there may be no display
import matplotlib.pyplot as plt

BLUE, ORANGE, GREY = "#1f5a99", "#d9722b", "#6b7280"


def draw(path, title, samples, phases, drift, target, distance, g, peak, experiment):
    """Writes the picture to `path`.

    samples: a `Samples`; phases: (name, begin, end) [ps], the last one is the measurement; drift:
    of the total energy then [eV/atom/ps]; target: temperature aimed at [K]; distance, g: g(r)
    [angstrom]; peak, experiment: its first peak, here and measured [angstrom].
    """
    with plt.rc_context({
            "font.size": 10, "axes.titlesize": 11, "axes.titleweight": "bold",
            "axes.titlelocation": "left", "axes.spines.top": False, "axes.spines.right": False,
            "axes.edgecolor": GREY, "axes.labelcolor": "#111827", "xtick.color": GREY,
            "ytick.color": GREY, "legend.frameon": False}):
        figure = plt.figure(figsize=(11, 6), constrained_layout=True)
        figure.get_layout_engine().set(w_pad=0.12, h_pad=0.1)
        figure.suptitle(title, x=0.012, ha="left", fontsize=13, fontweight="bold")
        grid = figure.add_gridspec(2, 2, width_ratios=(1.15, 1))
        temperature = figure.add_subplot(grid[0, 0])
        energy = figure.add_subplot(grid[1, 0], sharex=temperature)
        structure = figure.add_subplot(grid[:, 1])

        _temperature(temperature, samples, phases, target)
        _energy(energy, samples, phases, drift)
        _structure(structure, distance, g, peak, experiment)
        figure.savefig(path, dpi=150)
        plt.close(figure)


def _over_time(axes, title, unit, phases):
    """Axes over time, grey where the thermostat is on."""
    axes.set_title(title)
    axes.set_ylabel(unit)
    axes.set_xlim(phases[0][1], phases[-1][2])
    for shade, (_, begin, end) in zip(("#e5e7eb", "#f3f4f6"), phases):
        axes.axvspan(begin, end, color=shade, lw=0, zorder=0)


def _temperature(axes, samples, phases, target):
    _over_time(axes, "Temperature", "K", phases)
    axes.plot(samples.time, samples.temperature, color=BLUE, lw=1)
    axes.axhline(target, color=ORANGE, lw=1, ls="--")
    axes.annotate(f"{target} K", (1, target), xycoords=("axes fraction", "data"), xytext=(-3, 6),
                  textcoords="offset points", ha="right", color=ORANGE)
    axes.set_ylim(0, 1.2 * samples.temperature.max())
    for name, begin, end in phases:
        axes.annotate(name, ((begin + end) / 2, 1), xycoords=("data", "axes fraction"),
                      xytext=(0, -4), textcoords="offset points", ha="center", va="top", color=GREY)
    axes.tick_params(labelbottom=False)


def _energy(axes, samples, phases, drift):
    """The total energy moves with the thermostat, and must not move without."""
    _over_time(axes, "Energy per atom", "meV", phases)
    axes.set_xlabel("time / ps")
    total = 1e3 * (samples.potential + samples.kinetic)
    axes.plot(samples.time, 1e3 * samples.potential, color=BLUE, lw=1)
    axes.plot(samples.time, total, color=ORANGE, lw=1.5)
    for text, curve, color in ((f"total, drift {1e9 * drift:.1f} neV/ps", total, ORANGE),
                               ("potential", 1e3 * samples.potential, BLUE)):
        axes.annotate(text, (1, curve[-1]), xycoords=("axes fraction", "data"), xytext=(-3, 6),
                      textcoords="offset points", ha="right", color=color)


def _structure(axes, distance, g, peak, experiment):
    axes.set_title("Radial distribution function g(r)")
    axes.set_xlabel("r / ångström")
    axes.axhline(1, color=GREY, lw=0.8, ls=":")
    axes.axvline(experiment, color=ORANGE, lw=1, ls="--",
                 label=f"first peak in experiment, {experiment} Å")
    axes.plot(distance, g, color=BLUE, lw=1.8, label=f"this run, first peak {peak:.2f} Å")
    axes.set_xlim(0, distance[-1])
    axes.set_ylim(0, 1.1 * g.max())
    axes.legend(loc="upper right")
