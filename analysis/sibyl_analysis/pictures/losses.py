"""The best trials' loss on what they were trained on beside that on what they were not: does it overfit?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sibyl_analysis.pictures import style
from sibyl_analysis.results import Results
from sibyl_analysis.text import count, number

MOST = 6  # trials
RISE = 0.05  # of validation's loss above its lowest, from where on it counts as risen


def pair(results: Results) -> tuple[str, str] | None:
    """The columns of training's and validation's loss, else of the objective on both; None: one of them is not
    measured."""
    names = set(results.metrics)
    own = results.objective.removeprefix("val_")
    return next(((a, f"val_{a}") for a in ("loss", own) if {a, f"val_{a}"} <= names), None)


def curves(results: Results, trial: int) -> pd.DataFrame:
    """By epoch: `train` and `validation`, the means over the executions."""
    training, validation = pair(results)
    rows = results.learning_curve(trial).groupby("epoch")[[training, validation]].mean()
    return rows.rename(columns={training: "train", validation: "validation"})


def rises(results: Results, curve: pd.DataFrame) -> bool:
    """Has validation got worse again by its last epoch, while training got better?"""
    sign = -1 if pair(results)[0] != "loss" and results.maximize else 1
    validation, training = sign * curve["validation"].to_numpy(), sign * curve["train"].to_numpy()
    if len(curve) < 3 or not np.isfinite(validation).any() or not np.isfinite(validation[-1]):
        return False
    best = int(np.nanargmin(validation))
    return bool(
        validation[-1] - validation[best] > RISE * abs(validation[best]) and training[-1] < training[best]
    )


def draw(results: Results) -> Figure:
    names = pair(results)
    shown = [int(trial) for trial in results.leaderboard(MOST)["trial"]] if names else []
    if not shown:
        return style.empty("No loss of training and validation", "No trial has measured both yet.")
    drawn = {trial: curves(results, trial) for trial in shown}
    risen = [trial for trial in shown if rises(results, drawn[trial])]
    best = f"the {count(len(shown), 'best trial')}" if len(shown) > 1 else "the one trial"
    title = f"{names[1]} of " + (
        f"{len(risen)} of {best} got worse again before the training ended" if risen else
        f"{best} did not get worse again"
    )  # fmt: skip
    if len(shown) == 1:
        title = f"{names[1]} of trial {shown[0]} " + ("got worse again" if risen else "did not get worse again")
    note = (
        f"A dotted line: the best epoch. Red: by the last epoch {names[1]} was more than {RISE:.0%} worse than at its"
        f" best, while {names[0]} got better, which is overfitting."
    )
    columns = min(3, len(shown))
    rows = -(-len(shown) // columns)
    made = style.figure(title, height=1.6 + 2.5 * rows, note=note)
    panels = np.atleast_1d(made.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)).ravel()
    for axes, trial in zip(panels, shown):
        _panel(axes, results, trial, drawn[trial], trial in risen)
    for axes in panels[len(shown) :]:
        axes.set_axis_off()
    _scale(panels[0], drawn)
    for axes in panels[:: columns]:
        axes.set_ylabel(names[0] if names[0] != "loss" else "loss")
    handles = [Line2D([], [], color=style.BLUE, linewidth=2), Line2D([], [], color=style.ORANGE, linewidth=2)]
    style.legend_beside(panels[columns - 1], handles, list(names))
    return made


def _panel(axes: Axes, results: Results, trial: int, curve: pd.DataFrame, risen: bool) -> None:
    row = results.trials[results.trials["trial"] == trial].iloc[0]
    marks = {"marker": "o", "markersize": 4} if len(curve) < 2 else {}
    axes.plot(curve.index, curve["train"], color=style.BLUE, linewidth=1.6, gid="train", **marks)
    colour = style.RED if risen else style.ORANGE
    axes.plot(curve.index, curve["validation"], color=colour, linewidth=1.6, gid="validation", **marks)
    if int(row["best_epoch"]) > 0:
        axes.axvline(int(row["best_epoch"]), color=style.GREY, linestyle=":", linewidth=1.2)
    axes.set_title(f"trial {trial}: {results.objective} {number(row['score'])}", fontsize=10)
    axes.set_xlabel("epoch")
    axes.tick_params(labelbottom=True)  # also where the panel below is none
    style.count_axis(axes.xaxis)


def _scale(axes: Axes, drawn: dict[int, pd.DataFrame]) -> None:
    """One for all panels: a few values at the start, or that diverged, must not flatten all others."""
    values = np.concatenate([curve.to_numpy(dtype=float).ravel() for curve in drawn.values()])
    finite = values[np.isfinite(values)]
    if not len(finite):
        return
    if finite.min() > 0 and finite.max() / finite.min() > 20:
        axes.set_yscale("log")
        style.log_axis(axes.yaxis)
