"""A sweep as offline runs of Weights & Biases, a run a trial, in one group. Needs the package wandb; nothing is
sent anywhere until somebody runs `wandb sync`."""

from __future__ import annotations

import os
from pathlib import Path

from sibyl_analysis.exports.trial_runs import TrialRun, finite, sweep_facts, trial_runs
from sibyl_analysis.files import make_folder
from sibyl_analysis.results import Results, ResultsError


def to_wandb(results: Results, folder: Path, name: str | None = None, top: int | None = None) -> Path:
    """Writes folder/wandb/offline-run-... of a project; `name` is the project's. Returns folder/wandb."""
    wandb = _wandb()
    inside = folder / "wandb"
    if inside.is_dir() and any(inside.iterdir()):
        raise ResultsError(f"{inside} is not empty: runs of two exports would be mixed; delete it, or give --output")
    make_folder(folder)
    facts = sweep_facts(results)
    for each in trial_runs(results, top):
        _run(wandb, folder, name or results.name, results, each, facts)
    return inside


def _run(wandb, folder: Path, project: str, results: Results, each: TrialRun, facts: dict[str, str]) -> None:
    settings = wandb.Settings(
        silent=True, console="off", disable_git=True, save_code=False, x_disable_stats=True, x_disable_meta=True
    )
    run = wandb.init(
        project=project,
        group=results.name,
        name=each.name,
        job_type="trial",
        tags=[each.status],
        config={**each.hyperparameters, "sibyl": facts},
        dir=str(folder),
        mode="offline",
        reinit="finish_previous",
        settings=settings,
    )
    metrics = each.epochs.columns.drop(["epoch", "time"])
    run.define_metric("*", step_metric="epoch")
    for row in each.epochs.to_dict("records"):
        values = {metric: float(row[metric]) for metric in metrics if finite(row[metric])}
        run.log({"epoch": int(row["epoch"]), "_timestamp": float(row["time"]), **values}, step=int(row["epoch"]))
    run.summary["trial"] = each.trial
    run.summary["status"] = each.status
    if finite(each.score):
        run.summary[f"best/{results.objective}"] = each.score
    for fact, value in each.facts.items():
        run.summary[fact] = value
    run.finish(exit_code=1 if each.status == "failed" else 0)


def _wandb():
    os.environ["WANDB_MODE"] = "offline"
    try:
        import wandb
    except ImportError as problem:
        raise ResultsError(
            "this needs the package wandb, which is not installed: python3 -m venv --system-site-packages venv &&"
            " venv/bin/pip install wandb, and then venv/bin/python with this command"
        ) from problem
    return wandb
