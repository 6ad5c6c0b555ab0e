"""The learning curves of the trials, coloured by how far Hyperband let them go."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sibyl_analysis.pictures import style
from sibyl_analysis.progress import curve_quantiles, ended_early, learning_curves
from sibyl_analysis.results import Results
from sibyl_analysis.text import count, number

MOST = 300  # more lines than that can't be told apart


def draw(results: Results) -> Figure:
    trials = results.trials
    trained = trials[trials["epochs"] > 0]
    if trained.empty:
        return style.empty("No learning curve yet", "No trial has finished an epoch.")
    shown = _chosen(results, trained)
    curves = learning_curves(results, shown["trial"].to_numpy())
    longest = int(trained["epochs"].max())
    last = _last_epoch(results)
    there, early = int((trained["epochs"] == last).sum()), ended_early(results)
    title = f"{there:,} of {count(len(trained), 'trial')} trained to the last epoch, {last:,}"
    title += f", {early:,} ended before for want of improvement" if early else ""
    if results.best is not None:
        best = results.best
        title += (
            f"; the best, trial {int(best['trial'])}, reached {number(best['score'])} "
            f"at epoch {int(best['best_epoch'])}"
        )
    there_are = results.counts()
    note = "Faint: stopped early. " if "stopped" in there_are else ""
    note += "A red dot ends a trial that failed. " if "failed" in there_are else ""
    note += "A black one ends a trial that got no better. " if early else ""
    if len(shown) < len(trained):
        note += (
            f"Drawn are {len(shown)} of {len(trained):,} trials: the best, and a fair sample of each rung. "
            "Shaded: 80 % of all trials that got so far; dashed: their median."
        )
    made = style.figure(title, note=note)
    axes = made.add_subplot()

    reached = sorted(trained["epochs"].where(trained["status"] != "failed").dropna().astype(int).unique())
    levels = _levels(results, reached)
    colour = dict(zip(levels, style.colours(len(levels))))
    for level in levels:
        for faint in (True, False):
            here = shown[(shown["level"] == level) & ((shown["status"] == "stopped") == faint)]
            lines = [curves[trial] for trial in here["trial"] if trial in curves]
            alpha = 0.4 if faint else float(np.clip(25 / max(len(lines), 1), 0.3, 0.9))
            drawn = LineCollection(
                lines, colors=[colour[level]], linewidths=0.9 if faint else 1.5, alpha=alpha
            )
            axes.add_collection(drawn)
            drawn.set_zorder(2 if faint else 3)
    _single_epochs(axes, shown, curves, colour)
    values = np.concatenate([curve[:, 1] for curve in curves.values()])
    _mark(axes, results, shown, curves)
    if len(shown) < len(trained):
        low, middle, high = (curve_quantiles(results)[q] for q in (0.1, 0.5, 0.9))
        axes.fill_between(low.index, low, high, color=style.PALE, alpha=0.45, linewidth=0, zorder=1)
        axes.plot(middle.index, middle, "--", color=style.BLACK, linewidth=1.2, zorder=5)
    if longest >= 27:
        axes.set_xscale("log")
        axes.set_xlim(0.94, longest * 1.06)
        ticks = [level for level in levels if 1 <= level <= longest * 1.06]
        axes.set_xticks(ticks, [str(tick) for tick in ticks])
        axes.minorticks_off()
    else:
        axes.set_xlim(0.8, longest + 0.2)
        style.count_axis(axes.xaxis)
    _score_axis(axes, values, results.maximize)
    axes.set_xlabel("epoch")
    axes.set_ylabel(style.better(results))
    if len(levels) > 1:
        handles = [Line2D([], [], color=colour[level], linewidth=2.5) for level in levels]
        style.legend_beside(axes, handles, [f"{level}" for level in levels], title="to epoch")
    return made


def _score_axis(axes, values: np.ndarray, maximize: bool) -> None:
    limits = style.score_limits(values, maximize, keep=0.99)
    if style.log_worthwhile(values, maximize):
        axes.set_yscale("log")
        axes.set_ylim(np.nanmin(values) * 0.8, np.nanmax(values) * 1.05)
        style.log_axis(axes.yaxis)
    elif limits:  # with room for the best one's label
        room = 0.06 * (limits[1] - limits[0])
        axes.set_ylim(limits[0] - (0 if maximize else room), limits[1] + (room if maximize else 0))


def _chosen(results: Results, trained):
    """At most MOST trials, with the column `level`: the epoch of the rung to which they came."""
    trained = trained.assign(level=0)
    reached = sorted(trained.loc[trained["status"] != "failed", "epochs"].unique())
    levels = np.array(_levels(results, reached))
    place = np.minimum(np.searchsorted(levels, trained["epochs"]), len(levels) - 1)
    trained["level"] = levels[place]
    if len(trained) <= MOST:
        return trained
    kept = {*results.leaderboard(30)["trial"]}
    for _, group in trained.groupby("level"):
        kept.update(style.sample(group["trial"].to_numpy(), (MOST - 30) // len(levels)).tolist())
    return trained[trained["trial"].isin(kept)]


def _last_epoch(results: Results) -> int:
    """Of the plan; as far as it is known, the last of all that a trial or a rung came to."""
    known = [int(results.trials["epochs"].max()), int(results.options.get("max-epochs") or 0)]
    return max(known + [int(results.rungs["epoch"].max())] if len(results.rungs) else known)


def _levels(results: Results, reached: list[int]) -> list[int]:
    """The epochs of the rungs; without a scheduler that stops trials, the ends of the curves in at most six
    classes."""
    rungs = sorted(int(epoch) for epoch in results.rungs["epoch"].unique()) if len(results.rungs) else []
    top = int(results.trials["epochs"].max())
    if rungs:  # all of them: a trial that ends early for want of improvement was on its way to one
        return rungs + ([top] if top > max(rungs) else [])
    if len(reached) <= 6:
        return [int(epoch) for epoch in reached] or [top]
    return sorted({int(np.ceil(top * part / 6)) for part in range(1, 7)})


def _single_epochs(axes, shown, curves, colour) -> None:
    """A curve of one epoch is a point, which a line does not show."""
    single = [
        (curves[t][0], colour[level])
        for t, level in zip(shown["trial"], shown["level"])
        if len(curves.get(t, ())) == 1
    ]
    if single:
        points = np.array([point for point, _ in single])
        axes.scatter(*points.T, s=16, color=[c for _, c in single], alpha=0.7, linewidths=0, zorder=2)


def _mark(axes, results: Results, shown, curves) -> None:
    """The best trial, the failed ones, and those that ended for want of improvement."""
    early = (shown["status"] == "completed") & (shown["early_stopped"] == 1)
    for which, colour in ((early, style.BLACK), (shown["status"] == "failed", style.RED)):
        ends = np.array([curves[trial][-1] for trial in shown.loc[which, "trial"] if trial in curves])
        if len(ends):
            axes.plot(*ends.T, ".", color=colour, markersize=6, zorder=4)
    best = results.best
    if best is not None and best["trial"] in curves:
        curve = curves[best["trial"]]
        axes.plot(*curve.T, color=style.RED, linewidth=1.6, zorder=5)
        at = curve[curve[:, 0] == best["best_epoch"]]
        if len(at):
            axes.plot(*at[0], "*", color=style.RED, markersize=15, markeredgecolor="white", zorder=6)
            inner = at[0][0] > curve[-1, 0] * 0.6
            label = axes.annotate(
                f"best: trial {int(best['trial'])}",
                at[0],
                xytext=(-8 if inner else 8, 5 if results.maximize else -11),
                textcoords="offset points",
                ha="right" if inner else "left",
                color=style.RED,
                zorder=6,
            )
            style.outlined(label)
