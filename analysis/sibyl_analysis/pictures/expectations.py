"""What the sampler's model expected of each trial, against what was seen."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sibyl_analysis.pictures import style
from sibyl_analysis.results import Results
from sibyl_analysis.samplers import expected_and_seen, rank_correlation, surprises, within_two
from sibyl_analysis.text import count, shorten

MOST_DOTS = 3000
MOST_BARS = 300  # of more trials, bars would hide the dots
FARTHEST = 6.0  # deviations, in the panel of surprises
MARKERS = "osD^vP"


def draw(results: Results) -> Figure:
    both = expected_and_seen(results)
    if both.empty:
        return style.empty(
            "No trial yet of which something was expected and that came so far",
            "What is expected is for the last epoch of which the model knows enough; older sweeps don't say which.",
        )
    samplers = list(both["sampler"].value_counts().index)
    ranks = rank_correlation(both)
    title = (
        f"Expected and seen {results.objective} of {count(len(both), 'trial')}: "
        + ("" if np.isnan(ranks) else f"rank correlation {ranks:.2f}, ")
        + f"{within_two(both) / len(both):.0%} within two deviations"
    )
    limits, log = _limits(both, results)
    made = style.figure(title, height=5.6, note=_note(both, results, limits))
    left, right = made.subplots(1, 2, width_ratios=[1.15, 1])
    shown = both.iloc[style.sample(np.arange(len(both)), MOST_DOTS)]
    _against(left, shown, samplers, limits, log, bars=len(both) <= MOST_BARS)
    left.set_xlabel(f"expected {results.objective}")
    left.set_ylabel(f"seen {style.better(results)}")
    _by_trial(right, shown, samplers)
    if len(samplers) > 1:
        handles = [
            Line2D([], [], marker=marker, linestyle="", color=style.GREY, label=shorten(sampler, 20))
            for sampler, marker in _markers(samplers)
        ]
        style.legend_beside(right, handles, [each.get_label() for each in handles], "chosen by")
    return made


def _note(both: pd.DataFrame, results: Results, limits: tuple[float, float]) -> str:
    note = "Bars: two deviations of the model. " if len(both) <= MOST_BARS else ""
    note += (
        "On the line, what came is what was expected; the darker, the later. Of a good model 95 % are within two"
        " deviations, and fewer where a score is partly chance, which is not counted in."
    )
    if results.rungs["epoch"].nunique() > 1:
        note += (
            " Seen is the score at the epoch that the expectation is for; where only the better trials came so far,"
            " better scores than expected are no surprise."
        )
    low, high = limits
    outside = ~(both["expected"].between(low, high) & both["seen"].between(low, high))
    if outside.any():
        note += f" {count(int(outside.sum()), 'trial')} lie outside on the left."
    if len(both) > MOST_DOTS:
        note += f" A sample of {MOST_DOTS:,}."
    return note


def _limits(both: pd.DataFrame, results: Results) -> tuple[tuple[float, float], bool]:
    """Of both axes, and whether they are logarithmic."""
    values = both[["expected", "seen"]].to_numpy(dtype=float).ravel()
    if style.log_worthwhile(values, results.maximize):
        low, high = np.quantile(values, (0.005, 0.995) if len(both) > MOST_BARS else (0, 1))
        return (low * 0.9, high * 1.1), True
    return style.score_limits(values, results.maximize), False


def _markers(samplers: list[str]) -> list[tuple[str, str]]:
    return [(sampler, MARKERS[place % len(MARKERS)]) for place, sampler in enumerate(samplers)]


def _norm(both: pd.DataFrame) -> Normalize:
    low, high = both["trial"].min(), both["trial"].max()
    return Normalize(low, max(high, low + 1))


def _dots(axes: Axes, x: np.ndarray, y: np.ndarray, shown: pd.DataFrame, samplers: list[str]) -> None:
    norm = _norm(shown)
    few = len(shown) <= MOST_BARS
    for sampler, marker in _markers(samplers):
        own = (shown["sampler"] == sampler).to_numpy()
        axes.scatter(
            x[own],
            y[own],
            c=shown["trial"][own],
            norm=norm,
            cmap=f"{style.SCALE}_r",
            marker=marker,
            s=30 if few else 14,
            linewidths=0.4 if few else 0.2,
            edgecolors="white",
            zorder=3,
            label=sampler,
            rasterized=len(shown) > style.RASTER,
        )


def _against(
    axes: Axes, shown: pd.DataFrame, samplers: list[str], limits: tuple[float, float], log: bool, bars: bool
) -> None:
    for axis in ("x", "y"):
        getattr(axes, f"set_{axis}scale")("log" if log else "linear")
        getattr(axes, f"set_{axis}lim")(*limits)
    axes.plot(limits, limits, color=style.GREY, linewidth=1.2, zorder=1)
    expected, seen = (shown[name].to_numpy(dtype=float) for name in ("expected", "seen"))
    if bars:
        reach = 2 * shown["deviation"].to_numpy(dtype=float)
        ends = np.array([expected - reach, expected + reach])
        ends = np.maximum(ends, limits[0]) if log else ends  # what is negative has no place there
        lines = [[(low, at), (high, at)] for low, high, at in zip(*ends, seen)]
        axes.add_collection(LineCollection(lines, colors=style.PALE, linewidths=0.9, zorder=2))
    _dots(axes, expected, seen, shown, samplers)
    if log:
        style.log_axis(axes.xaxis)
        style.log_axis(axes.yaxis)


def _by_trial(axes: Axes, shown: pd.DataFrame, samplers: list[str]) -> None:
    """Does the model come to know more, and does it know how much it knows?"""
    far = surprises(shown)
    beyond = int((np.abs(far) > FARTHEST).sum())
    axes.axhspan(-2, 2, color=style.SKY, alpha=0.18, linewidth=0, zorder=0)
    axes.axhline(0, color=style.GREY, linewidth=1.2, zorder=1)
    _dots(axes, shown["trial"].to_numpy(), np.clip(far, -FARTHEST, FARTHEST), shown, samplers)
    reach = max(3.0, min(FARTHEST, np.abs(far).max())) * 1.06
    axes.set_ylim(-reach, reach)
    axes.set_xlabel("trial")
    style.count_axis(axes.xaxis)
    axes.set_ylabel("(seen - expected) / deviation")
    rest = f"; {beyond:,} beyond {FARTHEST:g}, drawn at the edge" if beyond else ""
    axes.set_title(f"shaded: two deviations{rest}", fontsize=10, color="#5c5c5c")
