"""Groups of sweeps: best so far with bands over the seeds, and the final scores seed by seed."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from sibyl_analysis.comparison import Group, Test
from sibyl_analysis.pictures import style
from sibyl_analysis.text import count, number, shorten, time_unit


def draw(groups: list[Group], tests: dict[tuple[str, str], Test], target: float) -> Figure:
    first = groups[0].sweeps[0]
    note = (
        f"Lines: the median over the seeds; bands: the middle half. Dotted: the target, {number(target)}. To"
        " the right: the best of each sweep; lines join the same seed."
    )
    made = style.figure(_title(groups, tests), width=12.0, height=4.6, note=note)
    by_time, by_epochs, finals = made.subplots(1, 3, gridspec_kw={"width_ratios": [1.25, 1.25, 0.9]})
    by_epochs.sharey(by_time)
    by_epochs.tick_params(labelleft=False)
    size, unit = time_unit(
        max(history["seconds"].iloc[-1] for group in groups for history in group.histories)
    )
    for axes, against, divisor in ((by_time, "seconds", size), (by_epochs, "epochs", 1)):
        bands = [group.band(against) for group in groups]
        for place, (group, band) in enumerate(zip(groups, bands)):
            colour, at = style.SERIES[place % len(style.SERIES)], band["at"] / divisor
            axes.fill_between(
                at, band["low"], band["high"], step="post", color=colour, alpha=0.2, linewidth=0
            )
            axes.step(at, band["middle"], where="post", color=colour, linewidth=2, label=group.name)
        axes.axhline(target, color=style.GREY, linestyle=":", linewidth=1.2)
        start, end = min(band["at"].iloc[0] for band in bands), max(band["at"].iloc[-1] for band in bands)
        if start > 0 and end / start > 30:
            axes.set_xscale("log")
            style.log_axis(axes.xaxis)
        elif against == "epochs":
            style.count_axis(axes.xaxis)
    by_time.set_xlabel(f"time [{unit}]")
    by_epochs.set_xlabel("epochs trained, all trials")
    by_time.set_ylabel(style.better(first))
    _finals(finals, groups)
    _score_axis(by_time, groups, first.maximize)
    style.legend_beside(finals, *by_time.get_legend_handles_labels())
    return made


def _finals(axes, groups: list[Group]) -> None:
    seeds = sorted({seed for group in groups for seed in group.seeds})
    for seed in seeds:
        places = [place for place, group in enumerate(groups) if seed in group.seeds]
        scores = [groups[place].finals[groups[place].seeds.index(seed)] for place in places]
        axes.plot(places, scores, color=style.PALE, linewidth=1, zorder=1)
    for place, group in enumerate(groups):
        axes.plot(
            np.full(len(group.finals), place),
            group.finals,
            "o",
            color=style.SERIES[place % len(style.SERIES)],
            markersize=6,
            zorder=2,
        )
        axes.plot(
            [place - 0.22, place + 0.22],
            [np.median(group.finals)] * 2,
            color=style.BLACK,
            linewidth=2,
            zorder=3,
        )
    axes.set_xticks(range(len(groups)), [shorten(group.name, 14) for group in groups])
    if len(groups) > 3:
        axes.tick_params(axis="x", labelrotation=30)
    axes.set_xlim(-0.6, len(groups) - 0.4)
    axes.set_xlabel("final best; bar: median")
    axes.grid(False, axis="x")
    if style.log_worthwhile(np.concatenate([group.finals for group in groups]), groups[0].sweeps[0].maximize):
        axes.set_yscale("log")
        style.log_axis(axes.yaxis)


def _score_axis(axes, groups: list[Group], maximize: bool) -> None:
    """Of the two panels of curves. (The final scores have one of their own: they are close together.)"""
    middles = np.concatenate([group.band("epochs")["middle"].to_numpy() for group in groups])
    finals = np.concatenate([group.finals for group in groups])
    shown = np.concatenate([middles, finals])
    if style.log_worthwhile(shown, maximize):
        axes.set_yscale("log")
        axes.set_ylim(shown.min() * 0.9, shown.max() * 1.1)
        style.log_axis(axes.yaxis)
    else:
        axes.set_ylim(*style.score_limits(shown, maximize, keep=0.98))


def _title(groups: list[Group], tests: dict[tuple[str, str], Test]) -> str:
    medians = {group.name: float(np.median(group.finals)) for group in groups}
    first = groups[0].sweeps[0]
    winner = (max if first.maximize else min)(medians, key=medians.get)
    scores = ", ".join(f"{name} {number(value)}" for name, value in medians.items())
    title = f"Median best {first.objective}: {scores}"
    if len(groups) == 2 and tests:
        test = next(iter(tests.values()))
        wins = test.better if winner == groups[0].name else test.worse
        seeds, p = count(test.pairs, "seed"), number(test.p, 2)
        sure = f"{winner} is better with {wins} of {seeds} (p = {p})"
        title += "; " + (sure if test.p <= 0.05 else f"the difference may be chance ({seeds}, p = {p})")
    return title
