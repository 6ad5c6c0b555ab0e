"""Who went on from whose weights, and which values that made over the epochs."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sibyl_analysis.hyperparameters import Hyperparameter
from sibyl_analysis.pictures import style
from sibyl_analysis.results import Results
from sibyl_analysis.text import count, number, shorten

MOST_PANELS = 6
MOST_LINES = 400


def descends(results: Results) -> bool:
    """Did any trial go on from another?"""
    return "parent" in results.trials and bool((results.trials["parent"] >= 0).any())


def parts(results: Results) -> pd.DataFrame:
    """A row for each trial that was trained, by number: `trial`, `parent` (-1: none), and the epochs it was trained
    itself: after `first`, up to `last`."""
    spans = results.epochs.groupby("trial")["epoch"].agg(["min", "max"]).reset_index()
    spans = spans.merge(results.trials[["trial", "parent"]], on="trial").sort_values("trial", ignore_index=True)
    return pd.DataFrame(
        {"trial": spans["trial"], "parent": spans["parent"], "first": spans["min"] - 1, "last": spans["max"]}
    )


def ancestry(results: Results, trial: int) -> pd.DataFrame:
    """The rows of `parts` that a trial is made of, the oldest first, each up to where the next goes on from it."""
    known = parts(results).set_index("trial")
    rows = []
    while trial in known.index:
        row = known.loc[trial]
        last = min(row["last"], rows[-1]["first"]) if rows else row["last"]
        rows.append({"trial": trial, "parent": row["parent"], "first": row["first"], "last": last})
        trial = row["parent"]
    return pd.DataFrame(rows[::-1], columns=["trial", "parent", "first", "last"])


def changed(results: Results) -> list[Hyperparameter]:
    """The hyperparameters that a descendant has another value of than its parent."""
    trials = results.trials.set_index("trial")
    heirs = trials[trials["parent"] >= 0]
    parents = trials.loc[heirs["parent"]]
    found = []
    for each in results.searched:
        if each.column not in trials:
            continue
        own, theirs = heirs[each.column].to_numpy(), parents[each.column].to_numpy()
        both = ~(pd.isna(own) | pd.isna(theirs))
        if (own[both] != theirs[both]).any():
            found.append(each)
    return found


def draw(results: Results) -> Figure:
    best = results.best
    if best is None:
        return style.empty("No score yet", "No trial has finished an epoch with a usable score.")
    line = ancestry(results, int(best.trial))
    others = parts(results)
    others = others.iloc[style.sample(np.arange(len(others)), MOST_LINES)]
    schedules = changed(results)
    shown = schedules[:MOST_PANELS]
    title = (
        f"Trial {int(best.trial)} ({results.objective} {number(best.score)}) and its ancestors: "
        f"{count(len(line), 'trial')}, {int(line['last'].max())} epochs"
    )
    made = style.figure(title, height=3.2 + 1.7 * len(shown), note=_note(results, others, len(schedules) - len(shown)))
    panels = np.atleast_1d(
        made.subplots(1 + len(shown), 1, sharex=True, height_ratios=[1.8] + [1] * len(shown))
    )
    _scores(panels[0], results, line, others)
    for axes, each in zip(panels[1:], shown):
        _schedule(axes, results, each, line, others)
    panels[-1].set_xlabel("epoch")
    style.count_axis(panels[-1].xaxis)
    return made


def _note(results: Results, others: pd.DataFrame, left_out: int) -> str:
    note = (
        "Blue: the best trial, before it the one whose weights it went on from, and so on; a dot is where one took over."
        " Grey: all others."
    )
    if len(others) < len(results.trials):
        note += f" A sample of {count(len(others), 'trial')}."
    if left_out > 0:
        note += f" {count(left_out, 'hyperparameter')} more changed, too."
    return note


def _scores(axes: Axes, results: Results, line: pd.DataFrame, others: pd.DataFrame) -> None:
    curves = results.epochs.groupby(["trial", "epoch"])[results.objective_column].mean()
    for trial in others["trial"]:
        curve = curves.loc[trial]
        axes.plot(curve.index, curve.to_numpy(), color=style.GREY, alpha=0.45, linewidth=0.8, zorder=1)
    for row in line.itertuples():
        curve = curves.loc[row.trial]
        curve = curve[(curve.index > row.first) & (curve.index <= row.last)]
        axes.plot(curve.index, curve.to_numpy(), color=style.BLUE, linewidth=2, zorder=3)
        if row.parent >= 0 and len(curve):
            axes.plot(curve.index[0], curve.iloc[0], "o", color=style.BLUE, markersize=5, zorder=4)
    values = curves.to_numpy()
    values = values[np.isfinite(values)]
    if style.log_worthwhile(values, results.maximize):
        axes.set_yscale("log")
        style.log_axis(axes.yaxis)
    elif limits := style.score_limits(values, results.maximize):
        axes.set_ylim(*limits)
    axes.set_ylabel(style.better(results))


def _schedule(axes: Axes, results: Results, each: Hyperparameter, line: pd.DataFrame, others: pd.DataFrame) -> None:
    column = results.trials.set_index("trial")[each.column]
    places = column if each.is_range else pd.Series(each.codes(column), index=column.index)
    for row in others.itertuples():
        axes.plot(
            [row.first, row.last], [places[row.trial]] * 2, color=style.GREY, alpha=0.45, linewidth=0.8, zorder=1
        )
    x, y = [], []
    for row in line.itertuples():
        x += [row.first, row.last]
        y += [places[row.trial]] * 2
    axes.plot(x, y, color=style.BLUE, linewidth=2, zorder=3)
    began = line[line["parent"] >= 0]
    axes.plot(began["first"], [places[trial] for trial in began["trial"]], "o", color=style.BLUE, markersize=5, zorder=4)
    style.hyperparameter_axis(axes, "y", each)
    axes.set_ylabel(shorten(each.name, 18))
