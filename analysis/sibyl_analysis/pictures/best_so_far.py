"""The best score so far against time, epochs and trials."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sibyl_analysis.pictures import style
from sibyl_analysis.progress import best_so_far
from sibyl_analysis.results import Results
from sibyl_analysis.text import count, duration, number, time_unit


def draw(results: Results) -> Figure:
    history = best_so_far(results)
    if history.empty:
        return style.empty("No score yet", "No trial has finished an epoch with a usable score.")
    end = history.iloc[-1]
    last = history.iloc[max(len(history) - 2, 0)]
    title = (
        f"Best {results.objective} {number(end.score)} (trial {int(end.trial)}) after"
        f" {count(int(end.epochs), 'epoch')}; the last improvement came at {duration(last.seconds)} of {duration(end.seconds)}"
    )
    note = "Each dot is an improvement. Time is the sweep's own, without pauses between its starts."
    made = style.figure(title, height=4.2, note=note)
    size, unit = time_unit(end.seconds)
    sides = (
        ("seconds", size, f"time [{unit}]"),
        ("epochs", 1, "epochs trained, all trials"),
        ("trials", 1, "trials begun"),
    )
    panels = made.subplots(1, 3, sharey=True)
    for axes, (column, divisor, label) in zip(panels, sides):
        places = history[column] / divisor
        axes.step(places, history["score"], where="post", color=style.BLUE, linewidth=2)
        axes.plot(places[:-1], history["score"][:-1], "o", color=style.BLUE, markersize=4)
        axes.set_xlabel(label)
        _limits(axes, places.to_numpy(), column)
    if style.log_worthwhile(history["score"].to_numpy(), results.maximize):
        panels[0].set_yscale("log")
        style.log_axis(panels[0].yaxis)
    panels[0].set_ylabel(style.better(results))
    return made


def _limits(axes: Axes, places: np.ndarray, column: str) -> None:
    if style.early(places):
        axes.set_xscale("log")
        axes.set_xlim(places[0] * 0.8, places[-1] * 1.2)
        style.log_axis(axes.xaxis)
        return
    axes.set_xlim(0, max(places[-1], 1e-9) * 1.02)
    if column != "seconds":
        style.count_axis(axes.xaxis)


def overlay(sweeps: dict[str, Results]) -> Figure:
    """Several sweeps of one objective in one picture."""
    histories = {name: best_so_far(each) for name, each in sweeps.items()}
    histories = {name: history for name, history in histories.items() if len(history)}
    if not histories:
        return style.empty("No score yet", "In none of the sweeps has a trial a usable score.")
    first = next(iter(sweeps.values()))
    ends = {name: float(history["score"].iloc[-1]) for name, history in histories.items()}
    winner = (max if first.maximize else min)(ends, key=ends.get)
    title = (
        f"{winner} found the best {first.objective}, {number(ends[winner])}, of {count(len(sweeps), 'sweep')}"
    )
    made = style.figure(title, height=4.6)
    size, unit = time_unit(max(history["seconds"].iloc[-1] for history in histories.values()))
    panels = made.subplots(1, 2, sharey=True)
    for place, (name, history) in enumerate(histories.items()):
        look = {
            "color": style.SERIES[place % len(style.SERIES)],
            "linestyle": ("-", "--", ":")[place // 7 % 3],
        }
        for axes, column, divisor in ((panels[0], "seconds", size), (panels[1], "epochs", 1)):
            axes.step(
                history[column] / divisor, history["score"], where="post", linewidth=2, label=name, **look
            )
    for axes, column, divisor in ((panels[0], "seconds", size), (panels[1], "epochs", 1)):
        longest = max(histories.values(), key=lambda history: history[column].iloc[-1])
        _limits(axes, longest[column].to_numpy() / divisor, column)
    panels[0].set_xlabel(f"time [{unit}]")
    panels[1].set_xlabel("epochs trained, all trials")
    if style.log_worthwhile(
        np.concatenate([history["score"] for history in histories.values()]), first.maximize
    ):
        panels[0].set_yscale("log")
        style.log_axis(panels[0].yaxis)
    panels[0].set_ylabel(style.better(first))
    style.legend_beside(panels[1], *panels[0].get_legend_handles_labels())
    return made
