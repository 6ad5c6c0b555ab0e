"""Each hyperparameter against the score."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure

from sibyl_analysis.hyperparameters import Hyperparameter, as_numbers
from sibyl_analysis.pictures import style
from sibyl_analysis.results import Results
from sibyl_analysis.text import count

MOST_PANELS = 12
MOST_DOTS = 3000  # more of them are drawn as density
BEST = 20


def draw(results: Results, known: pd.DataFrame) -> Figure:
    """`known` is importance(results): the important hyperparameters come first."""
    names = known["name"].tolist()
    searched = sorted(
        results.searched, key=lambda each: names.index(each.name) if each.name in names else len(names)
    )
    rows = results.leaders
    if rows.empty or not searched:
        return style.empty("No scores to compare", "No trial has a score, or all hyperparameters are fixed.")
    shown = searched[:MOST_PANELS]
    dense = len(rows) > MOST_DOTS
    columns = min(len(shown), 4 if len(shown) > 6 else 3)
    lines = -(-len(shown) // columns)
    title = f"{results.objective} of {count(len(rows), 'trial')} against each hyperparameter"
    title += ", the most important first" if len(known) and len(shown) > 1 else ""
    note = "Red star: the best trial." + (
        f" Orange: the {BEST} best. Shade: how many trials there are." if dense else ""
    )
    if len(searched) > len(shown):
        which = "most important" if len(known) else "first"
        note += f" The {MOST_PANELS} {which} of {len(searched)} hyperparameters."
    hidden = _outside(rows, results)
    if hidden:
        note += f" {count(hidden, 'trial')} with a far worse score lie outside."
    made = style.figure(title, height=1.3 + 3.0 * lines, note=note)
    panels = made.subplots(lines, columns, sharey=True, squeeze=False)
    for axes, each in zip(panels.ravel(), shown):
        _panel(axes, each, rows, results, dense)
    for axes in panels.ravel()[len(shown) :]:
        axes.set_axis_off()
    for row in panels:
        row[0].set_ylabel(results.objective)
    if not dense and rows["epochs"].nunique() > 1:
        _colour_bar(made, panels, rows)
    return made


def _limits(rows: pd.DataFrame, results: Results) -> tuple[float, float, bool]:
    """The axis of the scores, and whether it is logarithmic."""
    scores = rows["score"].to_numpy()
    if style.log_worthwhile(scores, results.maximize):
        return scores.min() * 0.9, scores.max() * 1.1, True
    return (*style.score_limits(scores, results.maximize), False)


def _outside(rows: pd.DataFrame, results: Results) -> int:
    low, high, _ = _limits(rows, results)
    return int(((rows["score"] < low) | (rows["score"] > high)).sum())


def _panel(axes: Axes, each: Hyperparameter, rows: pd.DataFrame, results: Results, dense: bool) -> None:
    low, high, log = _limits(rows, results)
    axes.set_yscale("log" if log else "linear")
    axes.set_ylim(low, high)
    style.hyperparameter_axis(axes, "x", each)
    axes.set_xlabel(each.name)
    places = as_numbers(rows[each.column]) if each.is_range else each.codes(rows[each.column])
    if not each.is_range:
        places = places + np.random.default_rng(0).uniform(-0.3, 0.3, len(places))
    scores = rows["score"].to_numpy()
    there = ~np.isnan(places)
    if there.sum() < len(rows):
        axes.set_title(f"where active: {count(int(there.sum()), 'trial')}", fontsize=10, color="#5c5c5c")
    if dense:
        _density(axes, places[there], scores[there], each, log)
        top = there & (np.arange(len(rows)) < BEST)
        axes.plot(
            places[top], scores[top], "o", color=style.ORANGE, markersize=4, markeredgewidth=0, zorder=3
        )
    else:
        colours = _epochs_norm(rows)(rows["epochs"].to_numpy()[there])
        axes.scatter(
            places[there],
            scores[there],
            c=colours,
            cmap=f"{style.SCALE}_r",
            vmin=-0.1,
            vmax=1,
            s=22,
            alpha=0.8,
            linewidths=0,
            zorder=2,
            rasterized=len(rows) > style.RASTER,
        )
    if there[0]:
        axes.plot(
            places[0],
            scores[0],
            "*",
            color=style.RED,
            markersize=14,
            markeredgecolor="white",
            zorder=4,
            clip_on=False,
        )
    if log:
        style.log_axis(axes.yaxis)


def _density(axes: Axes, places: np.ndarray, scores: np.ndarray, each: Hyperparameter, log: bool) -> None:
    """How many trials there are in each cell of a grid, or beside each choice."""
    columns = style.cell_edges(each, 24 if each.kind == "int" else 60)
    if not each.is_range:
        columns = np.concatenate([[at - 0.35, at + 0.35] for at in range(len(each.values))])
    up = axes.get_ylim()
    counts, _, rows = np.histogram2d(
        places, scores, [columns, np.geomspace(*up, 41) if log else np.linspace(*up, 41)]
    )
    counts = np.ma.masked_equal(counts.T, 0)
    axes.pcolormesh(columns, rows, counts, norm=LogNorm(vmin=0.5), cmap="Blues", zorder=1, rasterized=True)


def _epochs_norm(rows: pd.DataFrame) -> Normalize:
    low, high = max(1, rows["epochs"].min()), max(2, rows["epochs"].max())
    return (
        LogNorm(low, high, clip=True) if high / low >= 9 else Normalize(min(low, high - 1), high, clip=True)
    )


def _colour_bar(made: Figure, panels: np.ndarray, rows: pd.DataFrame) -> None:
    norm = _epochs_norm(rows)
    bar = made.colorbar(ScalarMappable(norm, f"{style.SCALE}_r"), ax=panels, pad=0.015, aspect=30, shrink=0.9)
    bar.set_label("epochs trained")
    ticks = sorted({int(epochs) for epochs in rows["epochs"].unique()})
    if len(ticks) > 6:
        ticks = [ticks[place] for place in np.unique(np.linspace(0, len(ticks) - 1, 5).astype(int))]
    bar.set_ticks(ticks, labels=[str(tick) for tick in ticks])
    bar.ax.minorticks_off()
