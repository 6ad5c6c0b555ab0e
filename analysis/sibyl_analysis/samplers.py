"""Which sampler chose the trials, how these came out, and what it had expected of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sibyl_analysis.results import Results


def chosen_by(results: Results) -> pd.Series:
    """Of each trial what chose its values, in words; empty where that is not known, as in older files."""
    trials = results.trials
    if "sampler" not in trials:
        return pd.Series("", index=trials.index, dtype=object)
    descends = (trials["parent"] >= 0) if "parent" in trials else False
    return trials["sampler"].mask((trials["sampler"] == "") & descends, "scheduler")


def several(results: Results) -> bool:
    """Did more than one choose? Else the options say all there is to be said."""
    return chosen_by(results).nunique() > 1


def by_sampler(results: Results) -> pd.DataFrame:
    """A row a sampler, who chose most first: `sampler`, `trials`, `failed`, the `best` and `median` score of those
    that have one, and `best_trial`."""
    trials = results.trials.assign(by=chosen_by(results))
    order = {trial: rank for rank, trial in enumerate(results.leaders["trial"])}
    rows = []
    for name, group in trials.groupby("by", sort=True):
        scored = group[np.isfinite(group["score"])]
        best = min(scored["trial"], key=order.__getitem__, default=None)
        rows.append(
            {
                "sampler": name or "not known",
                "trials": len(group),
                "failed": int((group["status"] == "failed").sum()),
                "best": np.nan if best is None else scored.set_index("trial")["score"][best],
                "median": scored["score"].median(),
                "best_trial": best,
            }
        )
    columns = ["sampler", "trials", "failed", "best", "median", "best_trial"]
    return pd.DataFrame(rows, columns=columns).sort_values("trials", ascending=False, kind="stable", ignore_index=True)


def expects(results: Results) -> bool:
    """Did a sampler have a model, and said what that expected?"""
    trials = results.trials
    return {"expected_score", "expected_deviation"} <= set(trials) and trials["expected_score"].notna().any()


def expected_and_seen(results: Results) -> pd.DataFrame:
    """A row for each trial of which something was expected and that came to the epoch for which it was, without
    failing there: `trial`, `sampler`, `epoch`, `expected`, `deviation`, `seen`."""
    columns = ["trial", "sampler", "epoch", "expected", "deviation", "seen"]
    if not expects(results):
        return pd.DataFrame(columns=columns)
    trials = results.trials.assign(sampler=chosen_by(results), epoch=_expected_epoch(results))
    trials = trials.rename(columns={"expected_score": "expected", "expected_deviation": "deviation"})
    trials = trials[np.isfinite(trials["expected"]) & np.isfinite(trials["deviation"])]
    rungs = results.rungs[(results.rungs["decision"] != "failed") & np.isfinite(results.rungs["score"])]
    seen = rungs.rename(columns={"score": "seen"}).drop_duplicates(["trial", "epoch"], keep="last")
    both = trials[["trial", "sampler", "epoch", "expected", "deviation"]]
    return both.merge(seen[["trial", "epoch", "seen"]], on=["trial", "epoch"])[columns]


def _expected_epoch(results: Results) -> pd.Series:
    """0 where nobody knows: older sweeps don't say, and it is plain only where all scores are of one epoch."""
    trials, epochs = results.trials, results.rungs["epoch"].unique()
    told = trials["expected_epoch"] if "expected_epoch" in trials else pd.Series(0, index=trials.index)
    return told.mask(told == 0, epochs[0]) if len(epochs) == 1 else told


def rank_correlation(both: pd.DataFrame) -> float:
    """Spearman's, of expected and seen; where they are for several epochs, of the ranks among those for the same one
    (else it would only say that later scores are better). NaN where one of them is the same everywhere, or
    there are fewer than 3."""
    if len(both) < 3:
        return np.nan
    ranks = both.groupby("epoch")[["expected", "seen"]].rank()
    ranks -= ranks.groupby(both["epoch"]).transform("mean")
    if (ranks == 0).all().any():
        return np.nan
    return float(ranks["expected"].corr(ranks["seen"]))


def surprises(both: pd.DataFrame) -> np.ndarray:
    """By how many deviations each trial came out above what was expected; infinite where no deviation was."""
    difference = (both["seen"] - both["expected"]).to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(difference == 0, 0.0, difference / both["deviation"].to_numpy(dtype=float))


def within_two(both: pd.DataFrame) -> int:
    """How many came out within two deviations of what was expected."""
    return int((np.abs(surprises(both)) <= 2).sum())
