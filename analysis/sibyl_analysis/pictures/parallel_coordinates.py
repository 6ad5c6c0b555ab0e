"""Every trial as a line through its hyperparameters to its score."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from sibyl_analysis.pictures import style
from sibyl_analysis.results import Results
from sibyl_analysis.text import count, number, one_line, shorten

MOST_LINES = 500
MOST_AXES = 10
INACTIVE = -0.12  # where the lines of inactive values pass, below the axes


def draw(results: Results, known: pd.DataFrame) -> Figure:
    """`known` is importance(results): of very many hyperparameters, the important ones are drawn."""
    searched = results.searched
    leaders = results.leaders
    if leaders.empty or not searched:
        why = (
            "No trial has a score."
            if leaders.empty
            else "Nothing was searched: all hyperparameters are fixed."
        )
        return style.empty("No trials to compare", why)
    chosen = known["name"].tolist()[:MOST_AXES] or [each.name for each in searched[:MOST_AXES]]
    shown = [each for each in searched if each.name in chosen]  # in the order of the search space
    rows = leaders
    note = ""
    if len(leaders) > MOST_LINES:
        best = max(1, MOST_LINES // 5)
        rest = best + style.sample(np.arange(len(leaders) - best), MOST_LINES - best)
        rows = leaders.iloc[np.concatenate([np.arange(best), rest])]
        note = (
            f"Drawn are {MOST_LINES} of {len(leaders):,} trials: the best {best}, and a fair sample of the"
            " others. "
        )
    if len(searched) > len(shown):
        which = "most important" if len(known) else "first"
        note += f"The {len(shown)} {which} of {len(searched)} hyperparameters. "
    tenth = max(1, len(leaders) // 10)
    title = (
        f"The best trial, {int(leaders.iloc[0]['trial'])} (red), among {count(len(leaders), 'trial')} with a"
        " score"
    )
    width = max(11.0, 1.25 * (len(shown) + 1))
    made = style.figure(
        title, width=width, height=5.4, note=note + "Dark: the better ones by rank; pale: the others."
    )
    axes = made.add_subplot()

    places = [np.nan_to_num(each.positions(rows[each.column]), nan=INACTIVE) for each in shown]
    limits, log = _score_range(leaders["score"].to_numpy(), results.maximize)
    scale = np.log if log else np.asarray
    bottom, top = scale(limits[0]), scale(limits[1])
    score = np.clip((scale(rows["score"].to_numpy()) - bottom) / (top - bottom), 0, 1)
    shift = np.random.default_rng(0).uniform(-0.012, 0.012, (len(rows), len(shown) + 1))
    points = np.column_stack([*places, score]) + shift * [*(not each.is_range for each in shown), False]
    lines = np.stack([np.broadcast_to(np.arange(points.shape[1]), points.shape), points], axis=2)
    # By rank, not by score: scores of Hyperband crowd at one end.
    rank = np.searchsorted(np.sort(leaders["score"].to_numpy()), rows["score"].to_numpy()) / max(
        len(leaders) - 1, 1
    )
    goodness = rank if results.maximize else 1 - rank
    order = np.argsort(goodness, kind="stable")
    colours = matplotlib.colormaps[f"{style.SCALE}_r"](Normalize(-0.05, 1.0)(goodness[order]))
    colours[:, 3] = np.where(
        goodness[order] > 1 - tenth / len(leaders), 0.9, 0.55 if len(rows) < 100 else 0.25
    )
    axes.add_collection(LineCollection(lines[order], colors=colours, linewidths=1.1, zorder=2))
    axes.plot(np.arange(points.shape[1]), points[0], color=style.RED, linewidth=2.6, zorder=4)
    _axes(axes, shown, rows, results.objective)
    for at in np.linspace(0, 1, 5):
        value = bottom + at * (top - bottom)
        _tick(axes, len(shown), at, number(float(np.exp(value) if log else value), 3))
    return made


def _score_range(scores: np.ndarray, maximize: bool) -> tuple[tuple[float, float], bool]:
    """The ends of the score's axis, and whether it is logarithmic. Its better end is the best score."""
    log = style.log_worthwhile(scores, maximize)
    best, worst = (scores.max(), scores.min()) if maximize else (scores.min(), scores.max())
    if not log:
        low, high = style.score_limits(scores, maximize, keep=0.9)
        worst = max(low, worst) if maximize else min(high, worst)
    if best == worst:
        return (best - 1.0, best + 1.0), False
    return (min(best, worst), max(best, worst)), log


def _axes(axes, shown, rows, objective: str) -> None:
    names = [shorten(each.name, 18) for each in shown] + [one_line(objective)]
    axes.set_xlim(-0.25, len(names) - 0.45)
    axes.set_xticks(range(len(names)), names, fontsize=11 if len(names) < 9 else 10)
    if max(len(name) for name in names) > 150 / len(names):
        axes.tick_params(axis="x", labelrotation=20)
    axes.xaxis.set_ticks_position("top")
    axes.tick_params(axis="both", length=0)
    axes.set_yticks([])
    axes.grid(False)
    for side in axes.spines.values():
        side.set_visible(False)
    inactive = any(each.column in rows and rows[each.column].isna().any() for each in shown)
    axes.set_ylim(INACTIVE - 0.05 if inactive else -0.06, 1.05)
    for place, each in enumerate(shown):
        axes.plot([place, place], [0, 1], color=style.BLACK, linewidth=1, zorder=3)
        for at, text in _ticks(each):
            _tick(axes, place, at, text)
        if rows[each.column].isna().any():
            _tick(axes, place, INACTIVE, "inactive")
    last = len(names) - 1
    axes.plot([last, last], [0, 1], color=style.BLACK, linewidth=2, zorder=3)


def _tick(axes, place: float, at: float, text: str) -> None:
    axes.annotate(
        text,
        (place, at),
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        fontsize=9,
        color=style.BLACK,
        zorder=5,
        bbox={"facecolor": "white", "alpha": 0.93, "edgecolor": "none", "pad": 0.8},
    )


def _ticks(hyperparameter) -> list[tuple[float, str]]:
    """Places on an axis of a hyperparameter from 0 to 1, and what they are."""
    if not hyperparameter.is_range:
        labels = hyperparameter.labels()
        step = -(-len(labels) // 12)
        return [((at + 0.5) / len(labels), shorten(labels[at], 12)) for at in range(0, len(labels), step)]
    low, high = hyperparameter.low, hyperparameter.high
    places = np.linspace(0, 1, 5)
    if hyperparameter.log:
        values = low * (high / low) ** places
    elif hyperparameter.sampling == "reverse_log" and low > 0:
        values = high + low - low * (high / low) ** (1 - places)
    else:
        values = low + (high - low) * places
    if hyperparameter.kind == "int":
        whole = sorted({int(round(value)) for value in values})
        exact = hyperparameter.positions(pd.Series(whole))
        return [(float(at), f"{value:g}") for at, value in zip(exact, whole)]
    return [(float(at), f"{value:.3g}") for at, value in zip(places, values)]
