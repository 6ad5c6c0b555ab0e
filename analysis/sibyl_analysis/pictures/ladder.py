"""The brackets of Hyperband as ladders: who was promoted from rung to rung, and who was not."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sibyl_analysis.pictures import style
from sibyl_analysis.results import Results
from sibyl_analysis.text import count

MOST_DOTS = 600  # a rung
MOST_LINES = 120  # a bracket
MOST_BRACKETS = 8
LOOKS = {
    "stopped": ("o", style.GREY, "stopped"),
    "promoted": ("^", style.BLUE, "promoted"),
    "completed": ("s", style.GREEN, "completed (last rung)"),
    "failed": ("x", style.RED, "failed (no score)"),
}


def draw(results: Results) -> Figure:
    rungs = results.rungs
    if rungs.empty:
        return style.empty("No rung has been decided", "The scheduler has promoted or stopped no trial yet.")
    brackets = sorted(rungs["bracket"].unique(), reverse=True)
    shown = brackets[:MOST_BRACKETS]
    decided = rungs["decision"].value_counts()
    repeats = int(rungs["iteration"].nunique())
    said = {
        "promoted": count(int(decided.get("promoted", 0)), "promotion"),
        "stopped": count(int(decided.get("stopped", 0)), "trial") + " stopped early",
        "completed": f"{decided.get('completed', 0):,} completed",
        "failed": f"{decided.get('failed', 0):,} failed",
    }
    title = f"{count(len(brackets), 'bracket')}: {', '.join(said[name] for name in said if name in decided)}"
    note = "Above each rung: how many trials came there. A line follows a promoted trial."
    if repeats > 1:
        note += f" All {repeats:,} iterations of Hyperband are drawn together."
    if len(brackets) > len(shown):
        note += f" The other {len(brackets) - len(shown)} brackets are not drawn."
    if rungs.groupby(["bracket", "epoch"])["trial"].count().max() > MOST_DOTS:
        note += f" Of the trials of a bracket, a fair sample is drawn: at most {MOST_DOTS} at a rung."
    columns = 3 if len(shown) in (3, 5, 6) else min(len(shown), 4)
    rows = -(-len(shown) // columns)
    made = style.figure(title, height=1.5 + 3.3 * rows, note=note)
    panels = made.subplots(rows, columns, sharey=True, squeeze=False).ravel()
    limits = style.score_limits(rungs["score"].to_numpy(), results.maximize, keep=0.98)
    scores = rungs["score"].to_numpy()
    for axes, bracket in zip(panels, shown):
        if style.log_worthwhile(scores, results.maximize):
            axes.set_yscale("log")
            axes.set_ylim(np.nanmin(scores) * 0.9, np.nanmax(scores) * 1.25)
        else:
            axes.set_ylim(*(limits or (0, 1)))
        _bracket(axes, rungs[rungs["bracket"] == bracket], results)
        axes.set_title(f"bracket {bracket}", pad=20)
    if limits is None:  # nobody has a score
        panels[0].set_yticks([])
    for axes in panels[len(shown) :]:
        axes.set_axis_off()
    if style.log_worthwhile(scores, results.maximize):
        style.log_axis(panels[0].yaxis)
    for place in range(0, len(shown), columns):
        panels[place].set_ylabel(style.better(results))
    there = [LOOKS[decision] for decision in LOOKS if decision in decided]
    handles = [Line2D([], [], marker=marker, color=colour, linestyle="") for marker, colour, _ in there]
    labels = [text for *_, text in there]
    if len(shown) < len(panels):
        panels[-1].legend(handles, labels, loc="center")
    else:
        style.legend_beside(panels[columns - 1], handles, labels)
    return made


def _bracket(axes, rungs: pd.DataFrame, results: Results) -> None:
    epochs = sorted(rungs["epoch"].unique())
    rows = rungs.assign(
        x=rungs["epoch"].map({epoch: place for place, epoch in enumerate(epochs)}).astype(float)
    )
    spread = np.random.default_rng(0).uniform(-1, 1, len(rows))
    rows["x"] += spread * np.clip(rows.groupby("x")["trial"].transform("count").to_numpy() / 60, 0.0, 0.28)
    low, high = axes.get_ylim()
    # Failed trials have no score: at the bad end, a little inside the axes.
    bad, good = (low, high) if results.maximize else (high, low)
    log = axes.get_yscale() == "log"
    nowhere = bad * (good / bad) ** 0.03 if log else bad + 0.03 * (good - bad)
    rows["y"] = rows["score"].clip(low, high).fillna(nowhere)
    chosen = _chosen(rows)
    for decision, (marker, colour, _) in LOOKS.items():
        here = chosen[chosen["decision"] == decision]
        if len(here):
            faint = decision == "stopped"
            axes.scatter(
                here["x"],
                here["y"],
                marker=marker,
                c=colour,
                s=26 if len(rows) < 300 else 9,
                alpha=0.5 if faint else 0.85,
                linewidths=1.2 if marker == "x" else 0,
                zorder=3 if faint else 4,
                clip_on=False,
                gid=decision,
                rasterized=len(rows) > style.RASTER,
            )
    lines = _climbs(chosen)
    axes.add_collection(
        LineCollection(
            lines, colors=style.BLUE, linewidths=0.9, alpha=0.5 if len(lines) < 40 else 0.25, zorder=2
        )
    )
    for place, epoch in enumerate(epochs):
        number = int((rows["epoch"] == epoch).sum())
        axes.annotate(f"{number:,}", (place, 1), xycoords=("data", "axes fraction"), xytext=(0, 6),
                      textcoords="offset points", ha="center", fontsize=10, color=style.BLACK)  # fmt: skip
    axes.set_xticks(range(len(epochs)), [str(epoch) for epoch in epochs])
    axes.set_xlim(-0.5, len(epochs) - 0.5)
    axes.set_xlabel("rung at epoch")
    axes.grid(False, axis="x")


def _chosen(rows: pd.DataFrame) -> pd.DataFrame:
    """At most MOST_DOTS trials a rung; a trial that is drawn at one is drawn at all of its rungs."""
    most = rows.groupby("epoch")["trial"].count().max()
    if most <= MOST_DOTS:
        return rows
    trials = rows["trial"].unique()
    kept = style.sample(trials, int(len(trials) * MOST_DOTS / most))
    return rows[rows["trial"].isin(kept)]


def _climbs(rows: pd.DataFrame) -> list[np.ndarray]:
    """For each promoted trial the points from rung to rung."""
    rows = rows.dropna(subset=["score"]).sort_values(["trial", "epoch"])
    several = rows[rows.duplicated("trial", keep=False)]
    lines = [group[["x", "y"]].to_numpy() for _, group in several.groupby("trial")]
    return [lines[place] for place in style.sample(np.arange(len(lines)), MOST_LINES)]
