"""Who trained what, and when; and how long nobody did."""

from __future__ import annotations

import numpy as np
import pandas as pd

from results import Results


def pieces_of_work(results: Results) -> pd.DataFrame:
    """A row for each stretch of epochs of one trial on one worker, by worker and time: worker, trial,
    bracket, rung, `started` and `ended` (s since 1970), epochs. Failed trials that never finished an epoch
    are there with 0 epochs."""
    epochs = results.recorded_epochs
    worker, trial, rung, attempt = (
        epochs[name].to_numpy() for name in ("worker", "trial", "rung", "attempt")
    )
    started = epochs["started"].to_numpy()
    ended = started + epochs["seconds"].to_numpy()
    order = np.lexsort((started, worker))
    change = np.ones(len(order), dtype=bool)
    if len(order):
        kinds = [column[order] for column in (worker, trial, rung, attempt)]
        change[1:] = np.any([column[1:] != column[:-1] for column in kinds], axis=0)
    first = np.flatnonzero(change)
    last = np.append(first[1:], len(order)) - 1 if len(first) else first
    pieces = pd.DataFrame(
        {
            "worker": worker[order][first],
            "trial": trial[order][first],
            "bracket": epochs["bracket"].to_numpy()[order][first],
            "rung": rung[order][first],
            "started": started[order][first],
            "ended": ended[order][last],
            "epochs": last - first + 1,
        }
    )
    trials = results.trials
    unseen = trials[(trials["status"] == "failed") & (trials["epochs"] == 0) & (trials["worker"] >= 0)]
    if len(unseen):
        none = unseen[["worker", "trial", "bracket", "rung", "started", "ended"]].assign(epochs=0)
        pieces = pd.concat([pieces, none.dropna()]).sort_values(["worker", "started"], ignore_index=True)
    return pieces


def idle_report(results: Results) -> pd.DataFrame:
    """A row for each time a worker joined: worker, host, device, `joined` and `left` (s since 1970; `left` is
    the last moment known while it is there), `busy` and `idle` (s), `idle_share` (0 to 1), pieces of work
    given, why it left early, and the longest time between two pieces of work that it finished (`longest_gap`,
    s)."""
    frame = results.workers[
        ["worker", "host", "device", "joined", "left", "busy", "idle", "trials", "reason"]
    ].copy()
    frame["left"] = frame["left"].fillna(results.published)
    whole = frame["busy"] + frame["idle"]
    frame["idle_share"] = (frame["idle"] / whole.where(whole > 0)).fillna(0.0)
    gaps = longest_gaps(results)
    frame["longest_gap"] = [
        _longest(gaps, *row) for row in zip(frame["worker"], frame["joined"], frame["left"])
    ]
    return frame.rename(columns={"trials": "pieces"})


def longest_gaps(results: Results) -> pd.DataFrame:
    """All the times that a worker finished no epoch for longer than the one that it then finished: worker,
    `from` and `to` (s since 1970)."""
    epochs = results.recorded_epochs
    worker, started = epochs["worker"].to_numpy(), epochs["started"].to_numpy()
    ended = started + epochs["seconds"].to_numpy()
    # Rows are nearly in the order of time already, which a stable sort by worker keeps.
    order = np.argsort(
        worker.astype(np.int16 if worker.max(initial=0) < 2**15 else np.int32), kind="stable"
    )
    worker, started, ended = worker[order], started[order], ended[order]
    gap = (worker[1:] == worker[:-1]) & (started[1:] > ended[:-1])
    frame = pd.DataFrame({"worker": worker[:-1][gap], "from": ended[:-1][gap], "to": started[1:][gap]})
    return frame


def _longest(gaps: pd.DataFrame, worker: int, joined: float, left: float) -> float:
    here = gaps[(gaps["worker"] == worker) & (gaps["from"] >= joined) & (gaps["to"] <= left)]
    return float((here["to"] - here["from"]).max()) if len(here) else 0.0


def busy_share(results: Results) -> float:
    """Of all the time that workers were there: 0 to 1; NaN without workers."""
    busy, idle = results.workers["busy"].sum(), results.workers["idle"].sum()
    return busy / (busy + idle) if busy + idle > 0 else float("nan")


def last_sign(results: Results) -> float:
    """When the sweep was last known to be alive (s since 1970): it wrote the file, or one of its workers an
    epoch."""
    epochs = results.recorded_epochs
    ended = (epochs["started"] + epochs["seconds"]).max() if len(epochs) else results.published
    return max(float(ended), results.published)


def lasted(results: Results) -> float:
    """How long the sweep has run, or ran (s), without the time between its starts."""
    finished = results.attributes.get("finished_seconds", np.nan)
    end = finished if np.isfinite(finished) else last_sign(results)
    return max(float(results.elapsed([end])[0]), 0.0)
