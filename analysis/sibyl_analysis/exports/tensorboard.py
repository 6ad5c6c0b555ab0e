"""A sweep as TensorBoard event files, a folder a trial, as the sweep itself writes them with --tensorboard:
the scalars of each epoch, the score as best/OBJECTIVE, and the HParams table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sibyl_analysis.files import make_folder, whole
from sibyl_analysis.exports import tf_events
from sibyl_analysis.results import FINAL, Results


def to_tensorboard(results: Results, folder: Path, top: int | None = None) -> Path:
    """Of all trials, or of the `top` best: TensorBoard gets slow with more than some thousand."""
    trials = results.trials if top is None else results.leaderboard(top)
    began = results.created if np.isfinite(results.created) else 0.0
    name = f"events.out.tfevents.{int(began):010d}.sibyl"
    _write(folder / "search_space" / name, tf_events.header(began) + _experiment(results, began))
    epochs = results.epochs.sort_values(["trial", "execution", "epoch"], kind="stable")
    where = epochs["trial"].to_numpy()
    for row in trials.to_dict("records"):
        first, last = np.searchsorted(where, [row["trial"], row["trial"] + 1])
        here = make_folder(folder / f"trial_{row['trial']:06d}")
        _trial(results, row, epochs.iloc[first:last], here, name)
    return folder


def _trial(results: Results, row: dict[str, Any], epochs: pd.DataFrame, folder: Path, name: str) -> None:
    start = row["started"] if np.isfinite(row["started"]) else 0.0
    header = tf_events.header(start)
    data = header + tf_events.session_start(start, _hyperparameters(results, row))
    several = row["executions"] > 1
    for execution, group in epochs.groupby("execution") if several else [(0, epochs)]:
        scalars = b"".join(_scalars(results, group))
        if several:
            _write(folder / f"execution_{execution}" / name, header + scalars)
        else:
            data += scalars
    ended = row["ended"] if np.isfinite(row["ended"]) else start + row["seconds"]
    if np.isfinite(row["score"]) and row["status"] != "failed":
        data += tf_events.scalars(ended, int(row["epochs"]), {f"best/{results.objective}": row["score"]})
    if row["status"] in FINAL:
        data += tf_events.session_end(ended, row["status"] != "failed")
    _write(folder / name, data)


def _scalars(results: Results, epochs: pd.DataFrame):
    metrics = results.metrics
    names = [metric.removeprefix("metric:") for metric in metrics]
    times = (epochs["started"] + epochs["seconds"]).tolist()
    for time, epoch, values in zip(
        times, epochs["epoch"].tolist(), epochs[metrics].to_numpy(dtype=float).tolist()
    ):
        yield tf_events.scalars(
            time, epoch, {name: value for name, value in zip(names, values) if value == value}
        )


def _hyperparameters(results: Results, row: dict[str, Any]) -> dict[str, Any]:
    there = [each for each in results.hyperparameters if each.column in row and not pd.isna(row[each.column])]
    return {each.name: row[each.column] for each in there}


def _experiment(results: Results, began: float) -> bytes:
    columns = [
        tf_events.column(
            each.name, each.values, (each.low, each.high) if each.is_range else None, not each.fixed
        )
        for each in results.hyperparameters
    ]
    better = f"{'more' if results.maximize else 'less'} is better"
    metrics = {
        f"best/{results.objective}": f"the trial's score; {better}",
        results.objective: f"at the latest epoch; {better}",
    }
    return tf_events.experiment(began, f"Sibyl: {results.attributes.get('job', '')}", columns, metrics)


def _write(file: Path, data: bytes) -> None:
    make_folder(file.parent)
    with whole(file) as beside:
        beside.write_bytes(data)
