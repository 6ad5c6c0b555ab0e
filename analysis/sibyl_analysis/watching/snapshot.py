"""What there is to tell of a sweep at one moment, as text; read again only when the file has changed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from sibyl_analysis.hyperparameters import as_text
from sibyl_analysis.liveness import Liveness, liveness
from sibyl_analysis.progress import best_so_far, counted
from sibyl_analysis.results import Results, ResultsError
from sibyl_analysis.text import count, duration, number, shorten
from sibyl_analysis.work import busy_share, lasted, planned_epochs, seconds_left, share_done

TOP = 8
MOST_WORKERS = 16
MOST_HYPERPARAMETERS = 6


@dataclass
class Snapshot:
    """Plain values; without a results file, only the title and the state."""

    title: str
    state: Liveness
    facts: list[tuple[str, str]] = field(default_factory=list)
    best_header: list[str] = field(default_factory=list)
    best_rows: list[list[str]] = field(default_factory=list)
    worker_header: list[str] = field(default_factory=list)
    worker_rows: list[list[str]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    history: pd.DataFrame | None = None  # best_so_far
    objective: str = ""


class Watcher:
    """Makes snapshots of one sweep. A file that has not changed is not read again: a watched sweep must not
    notice it."""

    def __init__(self, path: str | Path):
        given = Path(path)
        self.file = given / "results.h5" if given.is_dir() or not given.suffix else given
        self._read_as: tuple | None = None
        self._results: Results | None = None
        self._last: Snapshot | None = None

    def look(self, now: float | None = None) -> Snapshot:
        """Raises ResultsError if there never was a readable file; a later problem is a state."""
        now = time.time() if now is None else now
        try:
            stat = self.file.stat()
            seen = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
            if seen != self._read_as:
                self._results = Results.open(self.file)
                self._last = describe(self._results)
                self._read_as = seen
        except FileNotFoundError:
            if self._results is None:
                return Snapshot(self.file.parent.name, Liveness("waiting", f"waiting for {self.file}"))
            self._last.state = Liveness("unknown", f"{self.file} is gone; this is what it said last")
            return self._last
        except ResultsError:
            if self._results is None:
                raise
            return self._last  # a shared file system's half-seen file; the next look will do better
        self._last.state = liveness(self._results, now)
        return self._last


def describe(results: Results) -> Snapshot:
    """All but the state, which changes without the file."""
    best, searched = results.best, results.searched[:MOST_HYPERPARAMETERS]
    history = best_so_far(results)
    share = busy_share(results)
    facts = [
        (f"best {results.objective}", "none yet" if best is None else number(best["score"])),
        (
            "by trial",
            "none yet" if best is None else f"{int(best['trial'])}, epoch {int(best['best_epoch'])}",
        ),
        ("trials", counted(results) or "none yet"),
        ("plan", _plan(results)),
        ("epochs", f"{len(results.epochs):,}{_rate(results)}"),
        (
            "busy",
            (
                "no worker yet"
                if np.isnan(share)
                else f"{share:.1%} of {count(results.workers['worker'].nunique(), 'worker')}"
            ),
        ),
        (
            "time",
            duration(lasted(results)) if np.isfinite(results.created) else "not yet",
        ),
    ]
    top = results.leaderboard(TOP)
    rows = [
        [str(int(row["trial"])), number(row["score"]), f"{row['epochs']}", row["status"]]
        + ["" if pd.isna(row[each.column]) else as_text(row[each.column]) for each in searched]
        for _, row in top.iterrows()
    ]
    header = ["trial", results.objective, "epochs", "status"] + [each.name for each in searched]
    failed = results.trials.loc[results.trials["status"] == "failed", "cause"].value_counts()
    return Snapshot(
        title=f"{results.name} (job {results.attributes.get('job', '?')})",
        state=Liveness("unknown", ""),
        facts=facts,
        best_header=header,
        best_rows=rows,
        worker_header=["worker", "host", "device", "busy", "trial", "epoch", results.objective],
        worker_rows=_workers(results),
        failures=[f"{value:,} x {cause or 'unknown'}" for cause, value in failed.items()],
        history=history,
        objective=results.objective,
    )


def _plan(results: Results) -> str:
    """How much of it is done, and how long the rest takes."""
    planned = planned_epochs(results)
    if planned == 0:
        return "not known"
    text = f"{share_done(results):.0%} of {planned:,} epochs"
    left = seconds_left(results)
    if results.finished:
        return text + ", finished"
    return text + (f", about {duration(left)} left" if np.isfinite(left) else "")


def _rate(results: Results, window: float = 60.0) -> str:
    """Epochs a minute, over the last minute before the file was written."""
    ended = (results.recorded_epochs["started"] + results.recorded_epochs["seconds"]).to_numpy()
    recent = (ended > results.published - window) & (ended <= results.published)
    span = min(window, results.published - results.created)
    return (
        f", {recent.sum() / span * 60:,.0f} a minute"
        if recent.any() and span > 0 and not results.finished
        else ""
    )


def _workers(results: Results) -> list[list[str]]:
    """What each worker that is still there did last."""
    there = results.workers.drop_duplicates("worker", keep="last")
    there = there[there["left"].isna()] if not results.finished else there
    last = results.recorded_epochs.drop_duplicates("worker", keep="last").set_index("worker")
    objective = results.objective_column if len(last) else ""
    rows = []
    for _, worker in there.head(MOST_WORKERS).iterrows():
        whole = worker["busy"] + worker["idle"]
        share = f"{worker['busy'] / whole:.0%}" if whole > 0 else ""
        row = [str(worker["worker"]), shorten(worker["host"], 20), worker["device"], share]
        if worker["worker"] in last.index:
            epoch = last.loc[worker["worker"]]
            row += [str(int(epoch["trial"])), str(int(epoch["epoch"])), number(epoch[objective])]
        rows.append(row + [""] * (7 - len(row)))
    if len(there) > MOST_WORKERS:
        rows.append([f"and {len(there) - MOST_WORKERS} more"] + [""] * 6)
    return rows
