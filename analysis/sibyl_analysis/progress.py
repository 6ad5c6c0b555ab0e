"""How a sweep came along: the best score so far, and the trials' learning curves."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sibyl_analysis.results import Results


def best_so_far(results: Results) -> pd.DataFrame:
    """A row each time that the best improved, and a last one for the end: `seconds` of the sweep's own time,
    `epochs` trained until then by all workers, `trials` begun until then, the best `score`, and its `trial`.

    A trial's score is known from its first epoch on; of several executions, it is their mean. That a trial
    fails later takes nothing back, as in the leaderboard."""
    columns = ["seconds", "epochs", "trials", "score", "trial"]
    epochs = results.epochs
    if epochs.empty:
        return pd.DataFrame(columns=columns, dtype=float)
    ended = (epochs["started"] + epochs["seconds"]).to_numpy()
    order = np.argsort(ended, kind="stable")
    trial = epochs["trial"].to_numpy()[order]
    value = epochs[results.objective_column].to_numpy(dtype=float)[order]
    value = value if results.maximize else -value
    value[~np.isfinite(value)] = -np.inf
    if results.trials["executions"].max() > 1:
        value = _mean_of_executions(value, trial, epochs["execution"].to_numpy()[order], results)

    best = np.maximum.accumulate(value)
    improved = np.flatnonzero(best > np.concatenate([[-np.inf], best[:-1]]))
    first = np.zeros(len(trial), dtype=int)
    first[np.unique(trial, return_index=True)[1]] = 1
    rows = np.append(improved, len(best) - 1) if len(improved) else improved
    holder = improved[np.searchsorted(improved, rows, side="right") - 1] if len(improved) else improved
    return pd.DataFrame(
        {
            "seconds": results.elapsed(ended[order][rows]),
            "epochs": rows + 1,
            "trials": np.cumsum(first)[rows],
            "score": best[rows] if results.maximize else -best[rows],
            "trial": trial[holder],
        },
        columns=columns,
    )


def ended_early(results: Results) -> int:
    """How many trials ended their training early for want of improvement (--patience); they are completed."""
    trials = results.trials
    return int(((trials["status"] == "completed") & (trials["early_stopped"] == 1)).sum())


def counted(results: Results) -> str:
    """5 completed (3 early), 12 stopped; empty without trials."""
    early = ended_early(results)
    return ", ".join(
        f"{number:,} {status}" + (f" ({early:,} early)" if status == "completed" and early else "")
        for status, number in results.counts().items()
    )


def _mean_of_executions(
    value: np.ndarray, trial: np.ndarray, execution: np.ndarray, results: Results
) -> np.ndarray:
    """The trial's score after each row: the mean over its executions' best, -inf before all have one."""
    frame = pd.DataFrame({"trial": trial, "execution": execution, "value": value})
    best = frame.groupby(["trial", "execution"])["value"].cummax()
    before = best.groupby([frame["trial"], frame["execution"]]).shift()
    new = np.isfinite(best) & ~np.isfinite(before.fillna(-np.inf))
    gain = np.where(np.isfinite(best), best - before.where(np.isfinite(before), 0).fillna(0), 0)
    total = pd.Series(gain).groupby(frame["trial"]).cumsum()
    have = new.astype(int).groupby(frame["trial"]).cumsum()
    wanted = results.trials.set_index("trial")["executions"].reindex(frame["trial"]).to_numpy()
    return np.where(have == wanted, total / wanted, -np.inf)


def score_at(history: pd.DataFrame, against: str, places: np.ndarray) -> np.ndarray:
    """The best so far at each of `places` (of the column `against` of best_so_far); NaN before the first."""
    row = np.searchsorted(history[against].to_numpy(), places, side="right") - 1
    scores = np.append(history["score"].to_numpy(dtype=float), np.nan)
    return scores[row]  # row -1 is the NaN


def learning_curves(results: Results, trials: np.ndarray | None = None) -> dict[int, np.ndarray]:
    """Trial -> array of shape [epochs, 2]: the epoch and the objective, the mean over the executions."""
    epochs = results.epochs
    if trials is not None:
        epochs = epochs[epochs["trial"].isin(trials)]
    if epochs.empty:
        return {}
    name = results.objective_column
    means = epochs.groupby(["trial", "epoch"], sort=True)[name].mean().reset_index()
    points = means[["epoch", name]].to_numpy(dtype=float)
    names, starts = np.unique(means["trial"].to_numpy(), return_index=True)
    return dict(zip(names.tolist(), np.split(points, starts[1:])))


def curve_quantiles(results: Results, quantiles: tuple[float, ...] = (0.1, 0.5, 0.9)) -> pd.DataFrame:
    """The objective's quantiles over all trials that got so far; the index is the epoch, a column a
    quantile."""
    epochs = results.epochs
    return epochs.groupby("epoch")[results.objective_column].quantile(list(quantiles)).unstack()
