"""How all pictures look: one size, one set of fonts, and colours that the colour-blind can tell apart."""

from __future__ import annotations

import textwrap
import warnings
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.ticker import EngFormatter, FixedLocator, FuncFormatter, MaxNLocator, NullFormatter

from sibyl_analysis.files import whole
from sibyl_analysis.text import one_line, printable, shorten

# A letter that the font does not have is drawn as a box: no reason for a warning.
warnings.filterwarnings("ignore", message="Glyph .* missing from")

matplotlib.rcParams.update(
    {
        "font.family": "DejaVu Sans",  # comes with matplotlib: the same everywhere
        "font.size": 11,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": "#777777",
        "axes.labelcolor": "#222222",
        "axes.titlesize": 11,
        "axes.titlelocation": "left",
        "axes.grid": True,
        "grid.color": "#e4e4e4",
        "grid.linewidth": 0.8,
        "axes.axisbelow": True,
        "legend.frameon": False,
        "legend.fontsize": 10,
        "svg.fonttype": "none",  # text stays text: small files, and one can search in them
        "svg.hashsalt": "sibyl",  # the same picture is the same file
        "savefig.facecolor": "white",
    }
)

# Names of others may hold dollar signs, which are no formulas.
PARSES_DOLLARS = "text.parse_math" not in matplotlib.rcParams  # matplotlib before 3.6
if not PARSES_DOLLARS:
    matplotlib.rcParams["text.parse_math"] = False

# Okabe and Ito's palette.
BLUE, ORANGE, GREEN, RED, PURPLE, SKY, YELLOW = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442"
)  # fmt: skip
BLACK, GREY, PALE = "#222222", "#8a8a8a", "#c9c9c9"
SERIES = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY, BLACK)
SCALE = "cividis"  # of numbers; the same for all kinds of colour vision

STATUS = {
    "completed": GREEN,
    "promoted": BLUE,
    "stopped": GREY,
    "failed": RED,
    "paused": SKY,
    "running": ORANGE,
}

RASTER = 1000  # a picture with more marks of a kind than this has them as pixels in its SVG
DPI = 140


def figure(title: str, width: float = 11.0, height: float = 5.2, note: str = "") -> Figure:
    """A figure with a title that says what is seen, and a note below about how it was made."""
    made = Figure(figsize=(width, height), dpi=DPI, layout="constrained")
    made.get_layout_engine().set(w_pad=0.08, h_pad=0.08, hspace=0.06, wspace=0.05)
    made.suptitle(
        textwrap.fill(one_line(title), int(width * 8.3)),
        x=0.012,
        ha="left",
        fontsize=14,
        fontweight="bold",
        color=BLACK,
    )
    if note:
        text = textwrap.fill(one_line(note), int(width * 12.5))
        made.supxlabel(text, x=0.012, ha="left", fontsize=9, color="#5c5c5c")
    return made


def title_of(made: Figure) -> str:
    return made._suptitle.get_text().replace("\n", " ")


def save(made: Figure, stem: Path) -> None:
    """As stem.png and stem.svg."""
    for each in made.findobj(Text):
        text = printable(each.get_text())
        each.set_text(text.replace("$", r"\$") if PARSES_DOLLARS else text)
    with whole(stem.with_suffix(".png")) as file:
        made.savefig(file, dpi=DPI)
    made.set_layout_engine(
        "none"
    )  # the places are found; to look for them again would take as long as to draw
    with whole(stem.with_suffix(".svg")) as file:
        made.savefig(file, dpi=DPI, metadata={"Date": None})


def empty(title: str, why: str) -> Figure:
    """In place of a picture for which there is nothing to draw."""
    made = figure(title, height=1.6)
    axes = made.add_subplot()
    axes.set_axis_off()
    axes.text(0.004, 0.5, why, transform=axes.transAxes, fontsize=12, color="#5c5c5c", va="center")
    return made


def colours(count: int) -> list:
    """So many colours in an order: from light to dark, without the palest end."""
    return [matplotlib.colormaps["viridis_r"](x) for x in np.linspace(0.18, 1.0, max(count, 2))][-count:]


def sample(indices: np.ndarray, most: int, seed: int = 0) -> np.ndarray:
    """At most so many of them, drawn always the same."""
    if len(indices) <= most:
        return indices
    return np.sort(np.random.default_rng(seed).choice(indices, most, replace=False))


def score_limits(scores: np.ndarray, maximize: bool, keep: float = 0.95) -> tuple[float, float] | None:
    """An axis that shows the better `keep` of the scores in full: a few diverged ones must not flatten all
    others."""
    finite = scores[np.isfinite(scores)]
    if not len(finite):
        return None
    best = finite.max() if maximize else finite.min()
    bad = np.quantile(finite, 1 - keep if maximize else keep)
    worst = finite.min() if maximize else finite.max()
    if abs(worst - best) < 2.5 * abs(bad - best):
        bad = worst
    margin = 0.04 * abs(best - bad) or 0.05 * abs(best) or 1.0
    return min(best, bad) - margin, max(best, bad) + margin


def early(places: np.ndarray) -> bool:
    """Does most of it happen in the first hundredth, so that a log axis shows it better?"""
    return len(places) > 3 and places[0] > 0 and np.median(places) < 0.02 * places[-1]


def log_worthwhile(scores: np.ndarray, maximize: bool) -> bool:
    """Do they go over a decade, so that a log axis shows them better? Not where more is better: what matters
    there lies at the top, which a log axis squeezes."""
    finite = scores[np.isfinite(scores)]
    return not maximize and len(finite) > 1 and finite.min() > 0 and finite.max() / finite.min() > 10


def log_axis(axis) -> None:
    """A log axis that has at least two ticks with numbers, whatever the range."""
    low, high = sorted(axis.get_view_interval())
    decades = np.log10(high / low) if low > 0 else 0
    if decades >= 2:
        axis.set_minor_formatter(NullFormatter())
        if low >= 0.5 and high > 1e4:
            axis.set_major_formatter(EngFormatter(sep=""))
        else:
            axis.set_major_formatter(_plain)
        return
    steps = (1, 2, 5) if decades > 0.5 else (1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9)
    ticks = [
        s * 10.0**d
        for d in range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
        for s in steps
    ]
    axis.set_major_locator(FixedLocator([tick for tick in ticks if low <= tick <= high]))
    axis.set_minor_locator(FixedLocator([]))
    axis.set_major_formatter(_plain)


# 0.001, 1, 1e-05: matplotlib's own for log axes is a formula.
_plain = FuncFormatter(lambda value, _: f"{value:g}")


def count_axis(axis) -> None:
    """Whole numbers only; thousands as k, millions as M."""
    axis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    if max(axis.get_view_interval()) >= 10_000:
        axis.set_major_formatter(EngFormatter(sep=""))


def legend_beside(axes: Axes, handles: list, labels: list[str], title: str = "") -> None:
    """To the right of the axes, where it covers no data."""
    axes.legend(
        handles, labels, title=title or None, loc="upper left", bbox_to_anchor=(1.0, 1.0), alignment="left"
    )


def hyperparameter_axis(axes: Axes, which: str, hyperparameter) -> None:
    """The axis of a hyperparameter: its range, on the scale it was sampled on, or its choices by name."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    set_limits, set_scale = getattr(axes, f"set_{which}lim"), getattr(axes, f"set_{which}scale")
    if not hyperparameter.is_range:
        labels = [shorten(text, 14) for text in hyperparameter.labels()]
        set_limits(-0.6, len(labels) - 0.4)
        shown = (
            range(len(labels)) if len(labels) <= 12 else range(0, len(labels), int(np.ceil(len(labels) / 12)))
        )
        axis.set_major_locator(FixedLocator(list(shown)))
        axis.set_ticklabels([labels[place] for place in shown])
        if which == "x" and sum(len(labels[place]) for place in shown) > 26:
            axes.tick_params(axis="x", labelrotation=30)
        axes.grid(False, axis=which)
    elif hyperparameter.log:
        span = (hyperparameter.high / hyperparameter.low) ** 0.03
        set_scale("log")
        set_limits(hyperparameter.low / span, hyperparameter.high * span)
        log_axis(axis)
    else:
        margin = 0.03 * (hyperparameter.high - hyperparameter.low) or 1.0
        set_limits(hyperparameter.low - margin, hyperparameter.high + margin)
        axis.set_major_locator(MaxNLocator(nbins=5, integer=hyperparameter.kind == "int"))


def cell_edges(each, cells: int) -> np.ndarray:
    """Where to cut the axis of a hyperparameter into about so many cells, or one a choice; whole numbers are
    not cut."""
    if not each.is_range:
        return np.arange(len(each.values) + 1) - 0.5
    edges = (np.geomspace if each.log else np.linspace)(each.low, each.high, cells + 1)
    edges[[0, -1]] = each.low, each.high  # not a last digit less
    if each.kind != "int":
        return edges
    return np.unique(np.append(np.ceil(edges[:-1]) - 0.5, each.high + 0.5))


def outlined(text) -> None:
    """With a white rim, so that it can be read across lines."""
    text.set_path_effects([withStroke(linewidth=3.5, foreground="white", alpha=0.9)])


def better(results) -> str:
    """The label of an axis of scores."""
    return f"{results.objective} ({'higher' if results.maximize else 'lower'} is better)"
