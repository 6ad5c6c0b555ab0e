"""The two most important hyperparameters together."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure

from sibyl_analysis.hyperparameters import Hyperparameter, as_numbers, as_text
from sibyl_analysis.importance import two_most_important
from sibyl_analysis.pictures import style
from sibyl_analysis.results import Results
from sibyl_analysis.text import count

MOST_DOTS = 3000  # more of them are drawn as cells
CELLS = 32


def draw(results: Results, known: pd.DataFrame) -> Figure:
    """`known` is importance(results)."""
    both = two_most_important(results, known)
    rows = results.leaders
    if rows.empty or len(both) < 2:
        return style.empty(
            "No pair to show", "No trial has a score, or fewer than two hyperparameters were searched."
        )
    across, up = both
    best = rows.iloc[0]
    at = ", ".join(
        f"{each.name} {as_text(best[each.column])}" for each in both if not pd.isna(best[each.column])
    )
    title = f"The best trial, {int(best['trial'])}, has {at}" if at else f"{across.name} and {up.name}"
    x, y = _places(across, rows, 1), _places(up, rows, 2)
    there = ~(np.isnan(x) | np.isnan(y))
    note = (
        "The two most important hyperparameters."
        if len(known)
        else "The first two hyperparameters; too few trials to rank them."
    )
    if not there.all():
        note += f" Only the {count(int(there.sum()), 'trial')} in which both are active."
    cells = there.sum() > MOST_DOTS
    if cells:
        note += " A cell's colour is the best score in it."
    made = style.figure(title, height=6.0, note=note + " Star: the best trial.")
    axes = made.add_subplot()
    style.hyperparameter_axis(axes, "x", across)
    style.hyperparameter_axis(axes, "y", up)
    axes.set_xlabel(across.name)
    axes.set_ylabel(up.name)
    scores = rows["score"].to_numpy()
    norm, colours = _scale(scores, results.maximize)
    if cells:
        drawn = _cells(axes, (x[there], y[there], scores[there]), both, results.maximize, norm, colours)
    else:
        order = np.flatnonzero(there)[::-1]  # the best ones on top
        drawn = axes.scatter(
            x[order],
            y[order],
            c=scores[order],
            norm=norm,
            cmap=colours,
            s=46,
            linewidths=0.4,
            edgecolors="white",
            zorder=2,
            clip_on=False,
            rasterized=len(order) > style.RASTER,
        )
    if there[0]:
        axes.plot(
            x[0], y[0], "*", color=style.RED, markersize=20, markeredgecolor="white", zorder=4, clip_on=False
        )
    clipped = (scores.min() < norm.vmin, scores.max() > norm.vmax)
    extend = {(True, True): "both", (True, False): "min", (False, True): "max"}.get(clipped, "neither")
    bar = made.colorbar(drawn, ax=axes, pad=0.02, extend=extend)
    bar.set_label(style.better(results))
    if isinstance(norm, LogNorm):
        style.log_axis(bar.ax.yaxis)
    return made


def _places(each: Hyperparameter, rows: pd.DataFrame, seed: int) -> np.ndarray:
    if each.is_range:
        return as_numbers(rows[each.column])
    return each.codes(rows[each.column]) + np.random.default_rng(seed).uniform(-0.25, 0.25, len(rows))


def _scale(scores: np.ndarray, maximize: bool):
    """Dark is good. Linear scales end where nine tenths of the scores end."""
    colours = style.SCALE + ("_r" if maximize else "")
    if style.log_worthwhile(scores, maximize):
        return LogNorm(scores.min(), scores.max()), colours
    low, high = style.score_limits(scores, maximize, keep=0.9)
    return Normalize(max(low, scores.min()), min(high, scores.max())), colours


def _cells(axes: Axes, points: tuple, both: list[Hyperparameter], maximize: bool, norm, colours):
    """The best score in each cell of a grid, as a mesh."""
    x, y, scores = points
    edges = [style.cell_edges(each, CELLS) for each in both]
    column, row = (
        np.minimum(np.searchsorted(edge, values, side="right"), len(edge) - 1) - 1
        for edge, values in zip(edges, (x, y))
    )
    best = np.full((len(edges[1]) - 1, len(edges[0]) - 1), -np.inf)
    np.maximum.at(best, (row, column), scores if maximize else -scores)
    best = np.ma.masked_invalid(best if maximize else -best)
    return axes.pcolormesh(*edges, best, norm=norm, cmap=colours, zorder=1, rasterized=True)
