"""Trials that went on from others' weights, as population-based training makes them: who descends from whom."""

from __future__ import annotations

import pandas as pd

from sibyl_analysis.hyperparameters import Hyperparameter
from sibyl_analysis.results import Results


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
