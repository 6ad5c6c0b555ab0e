"""Who trained what, and when; how long nobody did; and what was trained twice. README.md defines the
words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sibyl_analysis.results import Results


def pieces_of_work(results: Results) -> pd.DataFrame:
    """A row for each piece of work, by worker and time: worker, trial, bracket, rung, `started` and `ended`
    (s since 1970; of one under way, when the file was published), and how it ended."""
    if "work" not in results.tables:
        return _pieces_from_epochs(results)
    pieces = results.work[["worker", "trial", "attempt", "bracket", "rung", "started", "ended", "end"]].copy()
    pieces["ended"] = pieces["ended"].fillna(_until(results))
    return pieces.sort_values(["worker", "started"], ignore_index=True)


def _until(results: Results) -> float:
    """When the file was published, to the digit: until then workers that are there were busy or idle."""
    there = results.workers[results.workers["left"].isna()]
    return float((there["joined"] + there["busy"] + there["idle"]).max()) if len(there) else results.published


def _pieces_from_epochs(results: Results) -> pd.DataFrame:
    """For files older than the table /work: stretches of epochs of one trial on one worker. Failed trials that
    never finished an epoch are there, too."""
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
            "attempt": attempt[order][first],
            "bracket": epochs["bracket"].to_numpy()[order][first],
            "rung": rung[order][first],
            "started": started[order][first],
            "ended": ended[order][last],
            "end": "reached",
        }
    )
    trials = results.trials
    unseen = trials[(trials["status"] == "failed") & (trials["epochs"] == 0) & (trials["worker"] >= 0)]
    if len(unseen):
        none = unseen[["worker", "trial", "bracket", "rung", "started", "ended"]].assign(attempt=0, end="failed")
        pieces = pd.concat([pieces, none.dropna()]).sort_values(["worker", "started"], ignore_index=True)
    return pieces


def data_shares(results: Results) -> pd.Series:
    """Of each epoch's training, the share in which the next batch was not there yet; none where data lies on
    the device, and in older files."""
    epochs = results.epochs
    if "waiting_seconds" not in epochs or not (epochs["waiting_seconds"] > 0).any():
        return pd.Series(dtype=float)
    training = epochs["seconds"] - epochs["validation_seconds"].fillna(0)
    return (epochs["waiting_seconds"] / training.where(training > 0)).dropna().clip(0, 1)


def done_again(results: Results) -> pd.DataFrame:
    """The times that brought nothing new since work was lost, by worker and time: worker, `started` and `ended`
    (s since 1970). README.md says which: the tail of a lost piece, and the head of the one that makes up for
    it (its epochs that were known are not recorded a second time)."""
    epochs = results.recorded_epochs
    again = results.repeated  # only in older files
    rows = [_spans(epochs[again])]
    pieces = pieces_of_work(results).sort_values(["trial", "started"], kind="stable")
    new = _spans(epochs[~again]).assign(trial=epochs["trial"], attempt=epochs["attempt"])
    new = new.groupby(["trial", "attempt", "worker"]).agg(first=("started", "min"), last=("ended", "max"))
    pieces = pieces.join(new, on=["trial", "attempt", "worker"])
    # A worker's clock may be a little ahead of rank 0's.
    first = pieces["first"].clip(pieces["started"], pieces["ended"])
    last = pieces["last"].clip(pieces["started"], pieces["ended"])
    lost = (pieces["end"] == "lost").to_numpy()
    before = pieces.groupby("trial")["end"].shift()
    makes_up = before.isin(["lost", "failed"]).to_numpy()
    rows.append(pieces[["worker", "ended"]].assign(started=last.fillna(pieces["started"]))[lost])
    rows.append(pieces[["worker", "started"]].assign(ended=first.fillna(pieces["ended"]))[makes_up])
    return _joined(pd.concat(rows).sort_values(["worker", "started"], ignore_index=True))


def _spans(epochs: pd.DataFrame) -> pd.DataFrame:
    return epochs[["worker", "started"]].assign(ended=epochs["started"] + epochs["seconds"])


def _joined(rows: pd.DataFrame) -> pd.DataFrame:
    """Without overlaps: rows of one worker that touch become one."""
    if rows.empty:
        return rows
    ends = rows.groupby("worker")["ended"].cummax()
    new = (rows["worker"] != rows["worker"].shift()) | (rows["started"] > ends.shift() + 1e-6)
    grouped = rows.groupby(new.cumsum())
    return pd.DataFrame(
        {
            "worker": grouped["worker"].first(),
            "started": grouped["started"].min(),
            "ended": grouped["ended"].max(),
        }
    ).reset_index(drop=True)


def seconds_again(results: Results) -> float:
    rows = done_again(results)
    return float((rows["ended"] - rows["started"]).sum())


def idle_report(results: Results) -> pd.DataFrame:
    """A row for each time a worker joined: worker, host, device, `joined` and `left` (s since 1970; `left` is
    when the file was published while it is there), `busy` and `idle` (s), `idle_share` (0 to 1), pieces of work
    given, why it left early, and the longest time between two pieces of work that it finished (`longest_gap`,
    s)."""
    frame = results.workers[
        ["worker", "host", "device", "joined", "left", "busy", "idle", "trials", "reason"]
    ].copy()
    # From there on nothing is known: the file says how long the worker was there.
    frame["left"] = frame["left"].fillna(frame["joined"] + frame["busy"] + frame["idle"])
    whole = frame["busy"] + frame["idle"]
    frame["idle_share"] = (frame["idle"] / whole.where(whole > 0)).fillna(0.0)
    gaps = longest_gaps(results)
    frame["longest_gap"] = [
        _longest(gaps, *row) for row in zip(frame["worker"], frame["joined"], frame["left"])
    ]
    return frame.rename(columns={"trials": "pieces"})


def longest_gaps(results: Results) -> pd.DataFrame:
    """All the times that a worker had no work between two pieces: worker, `from` and `to` (s since 1970)."""
    pieces = pieces_of_work(results)
    worker, started = pieces["worker"].to_numpy(), pieces["started"].to_numpy()
    ended = pieces.groupby("worker")["ended"].cummax().to_numpy()
    gap = (worker[1:] == worker[:-1]) & (started[1:] > ended[:-1])
    return pd.DataFrame({"worker": worker[:-1][gap], "from": ended[:-1][gap], "to": started[1:][gap]})


def _longest(gaps: pd.DataFrame, worker: int, joined: float, left: float) -> float:
    here = gaps[(gaps["worker"] == worker) & (gaps["from"] >= joined) & (gaps["to"] <= left)]
    return float((here["to"] - here["from"]).max()) if len(here) else 0.0


def busy_share(results: Results) -> float:
    """Of all the time that workers were there: 0 to 1; NaN without workers."""
    busy, idle = results.workers["busy"].sum(), results.workers["idle"].sum()
    return busy / (busy + idle) if busy + idle > 0 else float("nan")


def sampler_share(results: Results) -> float:
    """Of all the time that workers were there, that in which they waited for the sampler: 0 to 1. 0 where the file
    is older than that column."""
    workers = results.workers
    there = (workers["busy"] + workers["idle"]).sum()
    return workers["for_sampler"].sum() / there if "for_sampler" in workers and there > 0 else 0.0


def last_sign(results: Results) -> float:
    """When the sweep was last known to be alive (s since 1970): it wrote the file, or one of its workers an
    epoch."""
    epochs = results.recorded_epochs
    ended = (epochs["started"] + epochs["seconds"]).max() if len(epochs) else results.published
    return max(float(ended), results.published)


def planned_epochs(results: Results) -> int:
    """Of the whole plan; 0 if the file does not say."""
    return int(results.attributes.get("planned_epochs", 0))


def share_done(results: Results) -> float:
    """How much of the plan is trained, 0 to 1; NaN if the plan is not known. Trials that end early for want of
    improvement, and a space that is used up, end a sweep before its plan is trained."""
    planned = planned_epochs(results)
    return min(len(results.epochs) / planned, 1.0) if planned > 0 else float("nan")


def seconds_left(results: Results) -> float:
    """The epochs that are left at the pace of the latest start; NaN while that has none, or if the plan is not
    known."""
    planned, launches = planned_epochs(results), results.launches
    if planned == 0 or launches.empty or launches.iloc[-1]["epochs"] == 0:
        return float("nan")
    latest = launches.iloc[-1]
    left = max(planned - len(results.epochs), 0)
    return float(left * (latest["last_seen"] - latest["started"]) / latest["epochs"])


def lasted(results: Results) -> float:
    """How long the sweep has run, or ran (s), without the time between its starts."""
    launches = results.launches
    if launches.empty:  # a file older than that table
        finished = results.attributes.get("finished_seconds", np.nan)
        end = finished if np.isfinite(finished) else last_sign(results)
        return max(float(results.elapsed([end])[0]), 0.0)
    ends = launches["ended"].fillna(launches["last_seen"])
    return float((ends - launches["started"]).clip(lower=0).sum())
