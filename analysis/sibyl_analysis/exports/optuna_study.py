"""A sweep as an Optuna study, so that Optuna's own visualisations and its dashboard show it. Needs the
package optuna.

Paused trials become RUNNING: Optuna has no other state that is not final. A trial without a single epoch that
was stopped has no value, as in Optuna. Fixed hyperparameters are user attributes: Optuna's pictures have
nothing to show of them.
"""

from __future__ import annotations

import datetime
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sibyl_analysis.hyperparameters import Hyperparameter
from sibyl_analysis.progress import learning_curves
from sibyl_analysis.results import Results, ResultsError

STATES = {
    "completed": "COMPLETE",
    "stopped": "PRUNED",
    "failed": "FAIL",
    "running": "RUNNING",
    "paused": "RUNNING",
}
ATTRIBUTES = ("iteration", "bracket", "rung", "epochs", "best_epoch", "worker", "seconds", "cause", "message", "parameters",
              "host_memory", "device_memory")


def to_optuna(results: Results, storage: str | None, name: str | None = None):
    """Makes a study, in `storage` (sqlite:///study.db, or a file study.log for Optuna's journal; None: in
    memory), and returns it. The study must not exist yet."""
    optuna = _optuna()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        study = optuna.create_study(
            storage=_storage(optuna, storage),
            study_name=name or results.name,
            direction="maximize" if results.maximize else "minimize",
        )
    except optuna.exceptions.DuplicatedStudyError as problem:
        raise ResultsError(
            f"{storage} has a study {name or results.name} already; give another --name"
        ) from problem
    for key in ("job", "objective", "command_line", "created", "finished"):
        study.set_user_attr(key, results.attributes.get(key, ""))
    study.set_user_attr("seed", int(results.attributes.get("seed", 0)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        if hasattr(study, "set_metric_names"):  # since Optuna 3.2; Debian 12 has 3.1
            study.set_metric_names([results.objective])
    study.add_trials(frozen_trials(results))
    return study


def frozen_trials(results: Results) -> list:
    optuna = _optuna()
    searched = results.searched
    distributions = {each.name: distribution(each) for each in searched}
    curves = learning_curves(results)
    trials = []
    for row in results.trials.to_dict("records"):
        state = optuna.trial.TrialState[STATES.get(row["status"], "FAIL")]
        params = {
            each.name: _value(each, row[each.column]) for each in searched if not pd.isna(row[each.column])
        }
        scored = np.isfinite(row["score"]) and state.is_finished() and state != optuna.trial.TrialState.FAIL
        if state == optuna.trial.TrialState.COMPLETE and not scored:
            state = optuna.trial.TrialState.FAIL  # Optuna allows no completed trial without a value
        trial = optuna.trial.create_trial(
            state=state,
            value=float(row["score"]) if scored else None,
            params=params,
            distributions={name: distributions[name] for name in params},
            intermediate_values={int(epoch): float(value) for epoch, value in curves.get(row["trial"], ())},
            user_attrs=_attributes(results, row),
        )
        trial.number = row["trial"]
        trial.datetime_start = _time(row["started"])
        trial.datetime_complete = _time(row["ended"]) if state.is_finished() else None
        trials.append(trial)
    return trials


def distribution(each: Hyperparameter):
    """Optuna's name for what a hyperparameter may be. It has no steps by a factor and no reverse_log; there
    the range is taken as it is, which holds all values too."""
    distributions = _optuna().distributions
    if not each.is_range:
        return distributions.CategoricalDistribution(tuple(each.values))
    linear_step = each.step if each.step > 0 and not each.log else None
    if each.kind == "int":
        return distributions.IntDistribution(
            int(each.low), int(each.high), log=each.log, step=int(linear_step or 1)
        )
    return distributions.FloatDistribution(each.low, each.high, log=each.log, step=linear_step)


def _optuna():
    try:
        import optuna
    except ImportError as problem:
        raise ResultsError(
            "this needs the package optuna, which is not installed: apt install python3-optuna, or python3 -m venv"
            " --system-site-packages venv && venv/bin/pip install optuna, and then venv/bin/python with this command"
        ) from problem
    return optuna


def _storage(optuna, storage: str | None):
    if storage is None or "://" in storage:
        return storage
    try:
        from optuna.storages.journal import JournalFileBackend as Journal  # since Optuna 4
    except ImportError:
        from optuna.storages import JournalFileStorage as Journal
    backend = Journal(str(Path(storage)))
    return optuna.storages.JournalStorage(backend)


def _value(each: Hyperparameter, value: Any) -> Any:
    """The value as its distribution has it: of the choices, the very one."""
    if not each.is_range:
        code = each.codes(pd.Series([value], dtype=object))[0]
        return value if np.isnan(code) else each.values[int(code)]
    number = float(value)
    # Written and read in decimals, a value may be out of its range by a last digit.
    return int(number) if each.kind == "int" else min(max(number, each.low), each.high)


def _attributes(results: Results, row: dict[str, Any]) -> dict[str, Any]:
    found = {name: _plain(row[name]) for name in ATTRIBUTES if name in row and row[name] != ""}
    found["status"] = row["status"]
    for name in results.notes:
        if not pd.isna(row[name]):
            found[name] = _plain(row[name])
    for each in results.hyperparameters:
        if each.fixed and each.column in row and not pd.isna(row[each.column]):
            found[f"fixed:{each.name}"] = _plain(row[each.column])
    return json.loads(json.dumps(found))


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _time(seconds: float) -> datetime.datetime | None:
    """Local and without a zone, as Optuna keeps them."""
    return datetime.datetime.fromtimestamp(seconds) if np.isfinite(seconds) else None
