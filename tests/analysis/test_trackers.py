"""export.py --to mlflow and wandb: what those packages read back. Skipped where they are not installed."""

import importlib.util
import json
import os
import struct

import numpy as np
import pytest

import made
from sibyl_analysis.exports.trial_runs import sweep_facts, trial_runs
from sibyl_analysis.results import Results, ResultsError


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """Three trials: one that went well, with notes; one that failed; one that is under way."""
    extra = [("hp:rate", "<f8"), ("hp:units", "<i8"), ("parameters", "<i8"), ("note:kind", "S4"), ("note:depth", "<i8")]
    trials = made.trials_of(3, extra, score=[0.25, np.nan, 0.75], epochs=[2, 0, 1], parameters=[1234, 0, 9])
    trials["status"] = ["completed", "failed", "running"]
    trials["ended"][2] = np.nan
    trials["cause"][1], trials["message"][1] = "diverged", "loss is NaN"
    trials["hp:rate"], trials["hp:units"] = [0.1, 0.2, 0.3], [16, 32, -1]
    trials["note:kind"], trials["note:depth"] = ["wide", "", ""], [-1, np.iinfo(np.int64).min, 3]
    epochs = made.epochs_of([0, 0, 2], [1, 2, 1], [0.5, 0.25, 0.75])
    space = made.space_of(made.range_of("rate", 0, 1), made.range_of("units", 16, 64, "int", step=16))
    return Results.open(made.write(tmp_path_factory.mktemp("few") / "results.h5", trials, epochs, space))


def needs(package):
    return pytest.mark.skipif(importlib.util.find_spec(package) is None, reason=f"{package} is not installed")


def test_a_run_has_all_that_is_known_of_its_trial(few):
    runs = list(trial_runs(few))
    assert [run.name for run in runs] == ["trial_000000", "trial_000001", "trial_000002"]
    assert runs[0].hyperparameters == {"rate": 0.1, "units": 16} and runs[2].hyperparameters == {"rate": 0.3}
    assert runs[0].facts["note:kind"] == "wide" and runs[0].facts["note:depth"] == -1
    assert "note:depth" not in runs[1].facts and runs[1].facts["message"] == "loss is NaN"
    assert runs[0].facts["parameters"] == 1234
    assert runs[0].epochs["val_loss"].tolist() == [0.5, 0.25] and runs[1].epochs.empty
    assert [run.trial for run in trial_runs(few, top=1)] == [0]
    assert sweep_facts(few)["job"] == "made"


@needs("mlflow")
def test_mlflow_reads_back_what_was_written(few, tmp_path):
    import mlflow

    from sibyl_analysis.exports.mlflow_runs import to_mlflow

    assert to_mlflow(few, str(tmp_path / "mlruns"), "mine") == "mine"
    client = mlflow.MlflowClient(tracking_uri=(tmp_path / "mlruns").as_uri())
    experiment = client.get_experiment_by_name("mine")
    assert experiment.tags["sibyl.objective"] == "val_loss"
    runs = {run.info.run_name: run for run in client.search_runs([experiment.experiment_id])}
    assert len(runs) == 3
    good, failed, open_ = (runs[f"trial_{number:06d}"] for number in range(3))
    assert (good.info.status, failed.info.status, open_.info.status) == ("FINISHED", "FAILED", "RUNNING")
    assert good.data.params == {"rate": "0.1", "units": "16"}
    assert good.data.tags["sibyl.note_kind"] == "wide" and good.data.tags["sibyl.parameters"] == "1234"
    assert failed.data.tags["sibyl.message"] == "loss is NaN" and "val_loss" not in failed.data.metrics
    history = client.get_metric_history(good.info.run_id, "val_loss")
    assert [(each.step, each.value) for each in history] == [(1, 0.5), (2, 0.25)]
    assert good.data.metrics["best/val_loss"] == 0.25
    assert good.info.start_time == int(1000 * made.BEGAN) and good.info.end_time == int(1000 * (made.BEGAN + 1))
    with pytest.raises(ResultsError, match="has an experiment mine already"):
        to_mlflow(few, str(tmp_path / "mlruns"), "mine")


@needs("mlflow")
def test_mlflow_takes_more_metrics_than_one_batch(tmp_path):
    import mlflow

    from sibyl_analysis.exports.mlflow_runs import to_mlflow

    count = 2500
    trials = made.trials_of(1, score=1.0, epochs=count)
    epochs = made.epochs_of(np.zeros(count), np.arange(count) + 1, np.linspace(2, 1, count))
    results = Results.open(made.write(tmp_path / "results.h5", trials, epochs))
    to_mlflow(results, str(tmp_path / "mlruns"), "long")
    client = mlflow.MlflowClient(tracking_uri=(tmp_path / "mlruns").as_uri())
    run = client.search_runs([client.get_experiment_by_name("long").experiment_id])[0]
    assert len(client.get_metric_history(run.info.run_id, "val_loss")) == count


def records(data):
    """The payloads of a file in LevelDB's format of logs, which W&B's is."""
    at, part = 7, b""
    while at + 7 <= len(data):
        left = 32768 - at % 32768
        if left < 7:
            at += left
            continue
        _, length, kind = struct.unpack_from("<IHB", data, at)
        if kind == 0:
            at += left
            continue
        part += data[at + 7 : at + 7 + length]
        at += 7 + length
        if kind in (1, 4):  # whole, or the last part
            yield part
            part = b""


@needs("wandb")
def test_wandb_has_offline_runs_with_all_of_it(few, tmp_path):
    from wandb.proto import wandb_internal_pb2

    from sibyl_analysis.exports.wandb_runs import to_wandb

    folder = to_wandb(few, tmp_path, "mine")
    files = sorted(folder.glob("offline-run-*/run-*.wandb"))
    assert len(files) == 3
    runs = {}
    for file in files:
        name, rows, summary, config, ended = None, [], {}, {}, None
        for payload in records(file.read_bytes()):
            record = wandb_internal_pb2.Record.FromString(payload)
            kind = record.WhichOneof("record_type")
            if kind == "run":
                name, project, group = record.run.display_name, record.run.project, record.run.run_group
                config |= {each.key: json.loads(each.value_json) for each in record.run.config.update}
            elif kind == "history":
                keys = {each.key or "/".join(each.nested_key): json.loads(each.value_json) for each in record.history.item}
                rows.append(keys)
            elif kind == "summary":
                summary |= {each.key or "/".join(each.nested_key): json.loads(each.value_json) for each in record.summary.update}
            elif kind == "exit":
                ended = record.exit.exit_code
        assert (project, group) == ("mine", few.name)
        runs[name] = (rows, summary, config, ended)
    rows, summary, config, ended = runs["trial_000000"]
    assert [(row["epoch"], row["val_loss"]) for row in rows] == [(1, 0.5), (2, 0.25)]
    assert config["rate"] == 0.1 and config["units"] == 16 and config["sibyl"]["job"] == "made"
    assert summary["status"] == "completed" and summary["note:kind"] == "wide" and summary["parameters"] == 1234
    assert summary["best/val_loss"] == 0.25 and ended == 0
    assert runs["trial_000001"][3] == 1 and runs["trial_000001"][1]["message"] == "loss is NaN"
    with pytest.raises(ResultsError, match="not empty"):
        to_wandb(few, tmp_path, "mine")


@pytest.mark.parametrize("kind", ["mlflow", "wandb"])
def test_without_the_package_it_is_said_what_is_needed(few, kind, tmp_path):
    nothing = tmp_path / "none"
    (nothing / kind).mkdir(parents=True)
    (nothing / kind / "__init__.py").write_text("raise ImportError('as if it were not there')\n")
    os.environ["PYTHONPATH"] = str(nothing)
    try:
        done = made.tool("export.py", few.path, "--to", kind, "--output", tmp_path / "out")
    finally:
        del os.environ["PYTHONPATH"]
    assert done.returncode == 1 and f"needs the package {kind}" in done.stderr and "pip install" in done.stderr
    assert not (tmp_path / "out").exists()
