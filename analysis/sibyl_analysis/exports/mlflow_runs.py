"""A sweep as an experiment of MLflow, a run a trial. Needs the package mlflow (mlflow-skinny will do for a
folder).

A trial that was stopped is a run that finished, with the tag `sibyl.status`: MLflow knows no other word.
"""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

from sibyl_analysis.exports.trial_runs import TrialRun, finite, sweep_facts, trial_runs
from sibyl_analysis.results import Results, ResultsError

STATUS = {"completed": "FINISHED", "stopped": "FINISHED", "failed": "FAILED", "running": "RUNNING", "paused": "SCHEDULED"}
MOST_METRICS, MOST_PARAMS, MOST_TAGS = 1000, 100, 100  # of one batch
LONGEST_PARAM, LONGEST_TAG = 500, 5000  # the least that any version takes


def to_mlflow(results: Results, where: str, name: str | None = None, top: int | None = None) -> str:
    """Makes an experiment in `where` (a folder, or an URI: sqlite:///x.db, http://...); returns its name. It must
    not exist yet."""
    mlflow = _mlflow()
    experiment = name or results.name
    client = mlflow.MlflowClient(tracking_uri=where if "://" in where else Path(where).absolute().as_uri())
    try:
        if client.get_experiment_by_name(experiment) is not None:
            raise ResultsError(f"{where} has an experiment {experiment} already; give another --name")
        place = None if "://" in where else (Path(where).absolute() / "artifacts").as_uri()
        number = client.create_experiment(experiment, artifact_location=place, tags=_tags(sweep_facts(results)))
        for each in trial_runs(results, top):
            _run(mlflow, client, number, results, each)
    except mlflow.exceptions.MlflowException as problem:
        raise ResultsError(f"MLflow does not take it: {problem}") from problem
    except ImportError as problem:  # of what it stores with, which is no part of mlflow-skinny
        raise ResultsError(f"MLflow needs another package for {where} ({problem}): pip install mlflow") from problem
    return experiment


def _run(mlflow, client, experiment: str, results: Results, each: TrialRun) -> None:
    entities = mlflow.entities
    began = _milliseconds(each.started)
    run = client.create_run(experiment, start_time=began, run_name=each.name)
    tags = {"trial": each.trial, "status": each.status, **each.facts}
    params = [entities.Param(_key(name), _short(value, LONGEST_PARAM)) for name, value in each.hyperparameters.items()]
    marks = [entities.RunTag(key, value) for key, value in _tags(tags).items()]
    metrics = [
        entities.Metric(_key(metric), float(value), _milliseconds(time), int(epoch))
        for metric in each.epochs.columns.drop(["epoch", "time"])
        for epoch, time, value in each.epochs[["epoch", "time", metric]].itertuples(index=False)
        if finite(value)
    ]
    if finite(each.score):
        ended = _milliseconds(each.ended if finite(each.ended) else each.started)
        metrics.append(entities.Metric(_key(f"best/{results.objective}"), each.score, ended, 0))
    for first in range(0, max(len(metrics), len(params), len(marks), 1), MOST_METRICS):
        client.log_batch(run.info.run_id, metrics=metrics[first : first + MOST_METRICS])
    for first in range(0, len(params), MOST_PARAMS):
        client.log_batch(run.info.run_id, params=params[first : first + MOST_PARAMS])
    for first in range(0, len(marks), MOST_TAGS):
        client.log_batch(run.info.run_id, tags=marks[first : first + MOST_TAGS])
    status = STATUS.get(each.status, "FINISHED")
    if status in ("FINISHED", "FAILED"):
        client.set_terminated(run.info.run_id, status=status, end_time=_milliseconds(each.ended))
    else:
        client.update_run(run.info.run_id, status=status)


def _tags(values: dict[str, Any]) -> dict[str, str]:
    return {f"sibyl.{_key(name)}": _short(value, LONGEST_TAG) for name, value in values.items()}


def _key(name: str) -> str:
    """Letters, digits and what MLflow takes besides; others become _."""
    text = "".join(c if c.isalnum() or c in "_-. /" else "_" for c in name)
    return "/".join(part for part in text.split("/") if part not in ("", ".", "..")) or "_"


def _short(value: Any, longest: int) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= longest else text[: longest - 3] + "..."


def _milliseconds(seconds: float) -> int:
    return int(1000 * seconds) if math.isfinite(seconds) else 0


def _mlflow():
    # Folders and files are what is asked for here; newer versions want to be told that this is meant.
    os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
    try:
        import mlflow
    except ImportError as problem:
        raise ResultsError(
            "this needs the package mlflow or mlflow-skinny, which is not installed: python3 -m venv"
            " --system-site-packages venv && venv/bin/pip install mlflow-skinny, and then venv/bin/python with this"
            " command"
        ) from problem
    return mlflow
