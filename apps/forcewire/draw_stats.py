"""Draws the statistics of a run, which `forcewire --stats FILE` has written, as one picture.

    draw_stats.py FILE [PICTURE]
"""

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # a file is wanted, and there may be no display
import matplotlib.pyplot as plt  # noqa: E402, the backend first

SCHEMA = 1
DARK, GREY, PALE = "#111827", "#6b7280", "#cbd5e1"
BLUE, LIGHTER, SKY, ORANGE = "#1f5a99", "#5b8fc7", "#8ec1ee", "#d9722b"
# Key in the file, name, colour: what the engine computes, what moves between ranks, the socket, and
# what is nobody's work.
PARTS = (
    ("waiting", "waiting for\nthe server", PALE),
    ("receiving", "receiving", SKY),
    ("sharing", "sharing", ORANGE),
    ("neighbour_lists", "neighbour lists", BLUE),
    ("forces", "forces", BLUE),
    ("reducing", "reducing", ORANGE),
    ("sending", "sending", SKY),
    ("other", "other", PALE),
)
SHORTEST = 1e-8  # seconds; what is shorter is drawn there, for an axis of powers of ten has no zero
STYLE = {
    "font.size": 10, "axes.titlesize": 11, "axes.titleweight": "bold",
    "axes.titlelocation": "left", "axes.spines.top": False, "axes.spines.right": False,
    "axes.edgecolor": GREY, "axes.labelcolor": DARK, "xtick.color": GREY, "ytick.color": GREY,
    "legend.frameon": False,
}  # fmt: skip


def draw(stats, path):
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(12, 7.8), constrained_layout=True)
        figure.get_layout_engine().set(w_pad=0.12, h_pad=0.1, rect=(0, 0, 1, 0.895))
        figure.text(0.012, 0.97, headline(stats), fontsize=14, fontweight="bold", va="top",
                    color=DARK)
        figure.text(0.012, 0.935, small_print(stats), fontsize=9.5, va="top", color=GREY,
                    linespacing=1.5)
        grid = figure.add_gridspec(2, 2, height_ratios=(1.15, 1))
        totals = figure.add_subplot(grid[0, 0])
        draw_totals(totals, stats)
        draw_requests(figure.add_subplot(grid[0, 1], sharey=totals), stats)
        draw_round_trips(figure.add_subplot(grid[1, 0]), stats)
        draw_ranks(figure.add_subplot(grid[1, 1]), stats)
        figure.savefig(path, dpi=150)
        plt.close(figure)


def headline(stats):
    if not stats["requests"]:
        return "No requests"
    atoms = stats["atoms"]
    each = f"{atoms['most']:,} atoms"
    if atoms["fewest"] != atoms["most"]:
        each = f"{atoms['fewest']:,} to {each}"
    rate = stats["requests"] / stats["wall_s"]
    return (f"{plural(stats['requests'], 'request')} of {each} in {duration(stats['wall_s'])}:"
            f" {number(rate)} a second")


def small_print(stats):
    facts = [f"forcewire {stats['program']['version']}", f"model {stats['model']['name']}",
             f"{plural(stats['ranks'], 'rank')} on {plural(stats['nodes'], 'node')}",
             plural(stats["list_rebuilds"], "list rebuild")]
    if stats["sessions"] != 1:
        facts.append(plural(stats["sessions"], "session"))
    if stats["memory_peak_bytes"]:
        facts.append(f"memory {size(stats['memory_peak_bytes'])} at most")
    if stats["between_nodes"]["positions_bytes"]:
        moved = stats["between_nodes"]
        facts.append(f"between nodes {size(moved['positions_bytes'])} of positions, "
                     f"{size(moved['forces_bytes'])} of forces")
    reason = stats["exit"]["reason"].split(". ")[0].rstrip(".")
    reason = reason if len(reason) <= 130 else reason[:127] + "..."
    return (", ".join(facts) +
            f"\nserver {stats['endpoint']}, status {stats['exit']['status']}: {reason}")


def draw_totals(axes, stats):
    axes.set_title("Where the time went")
    if not stats["wall_s"]:
        return nothing_to_show(axes)
    times = [max(stats["timing"][key]["total_s"], 0) for key, _, _ in PARTS]
    axes.barh(range(len(PARTS)), times, color=[colour for _, _, colour in PARTS], height=0.72)
    for place, time in enumerate(times):
        axes.annotate(f"{100 * time / stats['wall_s']:.1f} %", (time, place), xytext=(5, 0),
                      textcoords="offset points", va="center", color=DARK)
    axes.set_yticks(range(len(PARTS)), [name for _, name, _ in PARTS], color=DARK)
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    axes.set_xlim(0, 1.15 * max(times))
    axes.set_xlabel("seconds of rank 0")


def draw_requests(axes, stats):
    """Each part of a request, from its shortest to its longest."""
    axes.set_title("In a request")
    axes.tick_params(axis="y", length=0, labelleft=False)
    if not stats["timing"]["answered"]:
        return nothing_to_show(axes)
    for place, (key, _, colour) in enumerate(PARTS):
        least, p10, median, p90, p99, most = (
            max(stats["timing"][key][percentile], SHORTEST)
            for percentile in ("min_s", "p10_s", "median_s", "p90_s", "p99_s", "max_s"))
        axes.plot((least, most), (place, place), color=PALE, lw=1.5, zorder=1)
        axes.plot((p10, p90), (place, place), color=GREY if colour == PALE else colour, lw=9,
                  solid_capstyle="butt", alpha=0.55, zorder=2)
        axes.plot(p99, place, marker="|", color=DARK, ms=9, mew=1.2, zorder=3)
        axes.plot(median, place, "o", color=DARK, ms=5, zorder=4)
    axes.set_xscale("log")
    time_axis(axes)
    axes.grid(axis="x", color="#e5e7eb", lw=0.8)
    axes.set_axisbelow(True)
    handles = [plt.Line2D([], [], marker="o", ls="", color=DARK, ms=5, label="median"),
               plt.Line2D([], [], color=GREY, lw=7, alpha=0.55, solid_capstyle="butt",
                          label="10 to 90 %"),
               plt.Line2D([], [], marker="|", ls="", color=DARK, ms=9, label="99 %"),
               plt.Line2D([], [], color=PALE, lw=1.5, label="all")]
    axes.legend(handles=handles, ncols=4, loc="lower right", bbox_to_anchor=(1.01, 0.985),
                handletextpad=0.5, handlelength=1.4, columnspacing=1.4, fontsize=9, borderaxespad=0)


def draw_round_trips(axes, stats):
    axes.set_title("Round trips, without waiting for the server")
    if not stats["timing"]["answered"]:
        return nothing_to_show(axes)
    trip = stats["timing"]["round_trip"]
    edges, shares = merged_bins(stats["timing"]["round_trip_bins"], stats["timing"]["answered"])
    axes.stairs(shares, edges, fill=True, color=BLUE, alpha=0.85)
    axes.set_xscale("log")
    # Late ones are few, and what everybody asks about.
    axes.set_xlim(0.9 * max(trip["min_s"], SHORTEST), 1.12 * max(trip["max_s"], 2 * SHORTEST))
    axes.set_ylim(0, 1.3 * max(shares))
    for key, name, level in (("median_s", "median", 1.0), ("p90_s", "90 %", 0.9),
                             ("p99_s", "99 %", 0.8)):
        axes.axvline(trip[key], ymax=level - 0.03, color=ORANGE, lw=1.2)
        axes.annotate(f"{name} {duration(trip[key])}", (trip[key], level),
                      xycoords=("data", "axes fraction"), xytext=(4, -4),
                      textcoords="offset points", va="top", color=ORANGE,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.8})
    axes.set_ylabel("% of round trips")
    time_axis(axes)


def draw_ranks(axes, stats):
    ranks = stats["per_rank"]
    computing = [rank["computing_s"] for rank in ranks]
    axes.set_title("Computing forces, rank by rank")
    if not sum(computing):
        return nothing_to_show(axes)
    places = [rank["rank"] for rank in ranks]
    width = 0.72 if len(ranks) <= 64 else 1.0
    colours = [BLUE if rank["node"] % 2 == 0 else LIGHTER for rank in ranks]
    axes.bar(places, computing, width, color=colours)
    imbalance = stats["imbalance"]["computing"]
    if imbalance:
        axes.axhline(imbalance["mean_s"], color=ORANGE, lw=1.2, ls="--",
                     label=f"mean {duration(imbalance['mean_s'])}, "
                           f"slowest {imbalance['max_over_mean']:.2f} times as long")
        axes.legend(loc="upper right", labelcolor=ORANGE, borderaxespad=0)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_xlim(min(places) - 0.6, max(places) + 0.6)
    axes.set_ylim(0, 1.25 * max(computing))
    axes.set_xlabel("rank" + (", nodes in turns dark and light" if stats["nodes"] > 1 else ""))
    axes.set_ylabel("seconds")


def merged_bins(bins, count, most=60):
    """Edges and percentages of no more than `most` bins of equal width in the logarithm: those of
    the file are finer than a picture of few requests should be."""
    low, high = max(bins[0][0], SHORTEST), max(bins[-1][1], 2 * SHORTEST)
    number_of = min(most, max(8, round(4 * count ** (1 / 3))))
    ratio = max((high / low) ** (1 / number_of), 33 / 32)
    edges = [low]
    while edges[-1] < high * 0.999:
        edges.append(edges[-1] * ratio)
    shares = [0.0] * (len(edges) - 1)
    for begin, end, times in bins:
        # A bin of the file is spread over those it lies in.
        begin, end = max(begin, SHORTEST), max(end, 1.001 * SHORTEST)
        for place in range(len(shares)):
            inside = min(end, edges[place + 1]) - max(begin, edges[place])
            if inside > 0:
                shares[place] += 100 * times / count * inside / (end - begin)
    return edges, shares


def time_axis(axes):
    axes.xaxis.set_major_formatter(lambda seconds, _: duration(seconds))
    axes.xaxis.set_minor_formatter(matplotlib.ticker.NullFormatter())


def nothing_to_show(axes):
    axes.annotate("nothing to show", (0.5, 0.5), xycoords="axes fraction", ha="center", color=GREY)
    axes.set_axis_off()


def number(value):
    return f"{value:.3g}" if value < 1000 else f"{value:,.0f}"


def plural(count, thing):
    return f"{count:,} {thing}" + ("" if count == 1 else "s")


def duration(seconds):
    if seconds >= 3600:
        return f"{seconds / 3600:.3g} h"
    if seconds >= 120:
        return f"{seconds / 60:.3g} min"
    for unit, factor in (("s", 1), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= 0.9995 * factor:
            return f"{seconds / factor:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def size(count):
    for unit, factor in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            return f"{count / factor:.3g} {unit}"
    return f"{count} bytes"


def main():
    if not 2 <= len(sys.argv) <= 3:
        return f"expected draw_stats FILE [PICTURE], got {len(sys.argv) - 1} arguments"
    path = Path(sys.argv[1])
    try:
        stats = json.loads(path.read_text())
        found = stats.get("schema")
    except (OSError, ValueError, AttributeError) as error:
        return f"cannot read {path} ({error}). Name a file that forcewire --stats has written."
    if found != SCHEMA:
        return f"{path} has schema {found}, expected {SCHEMA}. Draw it with the forcewire it is of."
    picture = Path(sys.argv[2]) if len(sys.argv) == 3 else path.with_suffix(".png")
    draw(stats, picture)
    print(f"picture  {picture}")
    return 0


if __name__ == "__main__":
    status = main()
    sys.exit(f"draw_stats: error: {status}" if isinstance(status, str) else status)
