"""How much each hyperparameter matters, by two methods."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from sibyl_analysis.importance import FEWEST
from sibyl_analysis.pictures import style
from sibyl_analysis.results import Results
from sibyl_analysis.text import count, shorten

MOST = 12


def draw(results: Results, known: pd.DataFrame) -> Figure:
    """`known` is importance(results)."""
    if known.empty:
        why = f"It takes {FEWEST} trials with different scores, and hyperparameters that vary."
        return style.empty("Too little is known to say which hyperparameter matters", why)
    shown = known.head(MOST).iloc[::-1]
    first = known.iloc[0]
    methods = [(name, text, colour) for name, text, colour in (
        ("fanova", "fANOVA: share of the score's variance\nover the whole space, alone", style.BLUE),
        ("ped_anova", "PED-ANOVA: how far the best 10 %\ndiffer from all trials", style.ORANGE),
    ) if shown[name].notna().any()]  # fmt: skip
    share = first["fanova"] if not np.isnan(first["fanova"]) else first["ped_anova"]
    title = (
        f"{first['name']} matters most for {results.objective}: {share:.0%} by {methods[0][1].split(':')[0]}"
    )
    note = (
        f"From {count(len(results.leaders), 'trial')}, at every rung they came to. The forest behind fANOVA"
        " learns the rank of the score and is asked at the last epoch; what only two hyperparameters together"
        " explain is in no bar of it."
    )
    if len(known) > MOST:
        note += f" The first {MOST} of {len(known)}."
    if len(results.leaders) < 40:
        note += " With so few trials, take it as a hint."
    made = style.figure(title, height=1.9 + 0.55 * len(shown), note=note)
    axes = made.add_subplot()
    thick = 0.8 / len(methods)
    for place, (name, text, colour) in enumerate(methods):
        at = np.arange(len(shown)) + 0.4 - thick * (place + 0.5)
        bars = axes.barh(at, shown[name].fillna(0), height=thick * 0.92, color=colour, label=text)
        axes.bar_label(
            bars, [f"{value:.0%}" if value >= 0.005 else "<1%" for value in shown[name].fillna(0)], padding=4
        )
    axes.set_ylim(-0.6, len(shown) - 0.4)
    axes.set_yticks(np.arange(len(shown)), [shorten(name, 24) for name in shown["name"]])
    axes.grid(False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xlim(0, max(0.05, np.nanmax(shown[[name for name, *_ in methods]].to_numpy())) * 1.1)
    axes.set_xlabel("importance")
    style.legend_beside(axes, *axes.get_legend_handles_labels())
    return made
