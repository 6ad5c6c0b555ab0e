"""What trackers of experiments (MLflow, Weights & Biases) are told of a sweep: a run a trial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterator

import numpy as np
import pandas as pd

from sibyl_analysis.results import Results

FACTS = (
    "iteration", "bracket", "rung", "epochs", "best_epoch", "executions", "parent", "sampler", "worker", "seconds",
    "early_stopped", "cause", "message", "parameters", "host_memory", "device_memory", "checkpoint_bytes",
)  # fmt: skip


@dataclass
class TrialRun:
    trial: int
    name: str  # trial_000007
    status: str
    score: float  # NaN: none
    started: float  # seconds since 1970
    ended: float  # NaN: it has not
    hyperparameters: dict[str, Any]
    facts: dict[str, Any]  # the other columns of its row in /trials, and what the job noted
    epochs: pd.DataFrame  # `epoch`, `time` when it ended, and a column a metric; of several executions the means


def trial_runs(results: Results, top: int | None = None) -> Iterator[TrialRun]:
    """Of all trials in their order, or of the `top` best."""
    trials = results.trials if top is None else results.leaderboard(top)
    metrics = {name: name.removeprefix("metric:") for name in results.metrics}
    columns = [*metrics, *(name for name in ("seconds", "samples_per_second") if name in results.epochs)]
    epochs = results.epochs.assign(time=results.epochs["started"] + results.epochs["seconds"])
    means = epochs.groupby(["trial", "epoch"])[["time", *columns]].mean().reset_index()
    groups = dict(iter(means.rename(columns=metrics).groupby("trial")))
    for row in trials.to_dict("records"):
        trial = int(row["trial"])
        yield TrialRun(
            trial=trial,
            name=f"trial_{trial:06d}",
            status=row["status"],
            score=float(row["score"]),
            started=float(row["started"]),
            ended=float(row["ended"]),
            hyperparameters={
                each.name: plain(row[each.column])
                for each in results.hyperparameters
                if each.column in row and not pd.isna(row[each.column])
            },
            facts=_facts(results, row),
            epochs=groups.get(trial, means.iloc[:0]).drop(columns="trial", errors="ignore"),
        )


def _facts(results: Results, row: dict[str, Any]) -> dict[str, Any]:
    known = [name for name in (*FACTS, *results.notes) if name in row]
    return {name: plain(row[name]) for name in known if not pd.isna(row[name]) and row[name] != ""}


def sweep_facts(results: Results) -> dict[str, str]:
    """What is known of the sweep as a whole, as texts."""
    names = ("job", "objective", "direction", "seed", "command_line", "options", "versions", "created", "finished")
    known = {name: str(results.attributes.get(name, "")) for name in names}
    if len(results.launches):
        last = results.launches.iloc[-1]
        known |= {name: str(last[name]) for name in ("executable", "source", "directory_source", "modules") if name in last}
    return {name: value for name, value in known.items() if value}


def finite(value: Any) -> bool:
    return bool(np.isfinite(value))


def plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
