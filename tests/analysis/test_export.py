"""export.py: what is read back is what was written."""

import json
import struct

import numpy as np
import pandas as pd
import pytest

import made
from sibyl_analysis.files import whole
from sibyl_analysis.exports import optuna_study, tables, tensorboard, tf_events
from sibyl_analysis.hyperparameters import Hyperparameter
from sibyl_analysis.results import Results, ResultsError


def same(read, frame):
    """Are the values equal, where the format knows no types: empty texts and missing values read alike?"""
    for name in frame.columns:
        ours, theirs = frame[name], read[name]
        if pd.api.types.is_float_dtype(ours):
            assert np.array_equal(theirs.astype(float), ours, equal_nan=True), name
        elif ours.dtype == object:
            assert theirs.fillna("").astype(str).tolist() == ours.fillna("").tolist(), name
        else:
            assert (theirs.isna() == ours.isna()).all() and (theirs.dropna() == ours.dropna()).all(), name


def test_csv_reads_back_equal_to_the_last_digit(results, tmp_path):
    tables.to_csv(results, tmp_path)
    for name in tables.TABLES:
        frame = tables.frame(results, name)
        same(pd.read_csv(tmp_path / f"{name}.csv", float_precision="round_trip"), frame)
    assert json.loads((tmp_path / "attributes.json").read_text())["options"]["max-epochs"] == 27


def test_json_reads_back_equal(results, tmp_path):
    whole = json.loads(tables.to_json(results, tmp_path / "x.json").read_text())
    assert whole["attributes"]["objective"] == "val_loss"
    for name in tables.TABLES:
        same(
            pd.DataFrame(whole[name], columns=tables.frame(results, name).columns),
            tables.frame(results, name),
        )
    adam = [row for row in whole["trials"] if row["hp:optimizer"] == "adam"]
    assert adam and all(row["hp:momentum"] is None for row in adam)


def test_parquet_reads_back_equal_or_says_what_it_needs(results, tmp_path):
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        with pytest.raises(ResultsError, match="pyarrow"):
            tables.to_parquet(results, tmp_path)
        pytest.skip("pyarrow is not installed; only the message was tested")
    tables.to_parquet(results, tmp_path)
    for name in tables.TABLES:
        same(pd.read_parquet(tmp_path / f"{name}.parquet"), tables.frame(results, name))


# ---- TensorBoard


def records(data):
    """The events of a file, with both checksums of each checked."""
    at = 0
    while at < len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        assert struct.unpack_from("<I", data, at + 8)[0] == tf_events.masked_crc(data[at : at + 8])
        event = data[at + 12 : at + 12 + length]
        assert struct.unpack_from("<I", data, at + 12 + length)[0] == tf_events.masked_crc(event)
        yield event
        at += 16 + length


def fields(data):
    """(number, value) of a protocol buffer; messages and texts are bytes."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = varint()
        kind = key & 7
        if kind == 0:
            yield key >> 3, varint()
            continue
        size = {1: 8, 5: 4}.get(kind) or varint()
        raw, at = data[at : at + size], at + size
        yield key >> 3, (
            struct.unpack("<d", raw)[0] if kind == 1 else struct.unpack("<f", raw)[0] if kind == 5 else raw
        )


def scalars(file):
    found = []
    for event in records(file.read_bytes()):
        parts = dict(fields(event))
        for number, value in fields(parts.get(5, b"")):
            entry = dict(fields(value))
            if 2 in entry:
                found.append((entry[1].decode(), parts[2], entry[2]))
    return found


def test_crc32c_is_castagnolis():
    assert tf_events.crc32c(b"123456789") == 0xE3069283
    assert tf_events.crc32c(b"") == 0


def test_event_files_hold_each_epoch_of_each_trial(results, tmp_path):
    tensorboard.to_tensorboard(results, tmp_path)
    assert len(list(tmp_path.glob("trial_*"))) == len(results.trials)
    best = results.best
    found = scalars(next((tmp_path / f"trial_{best['trial']:06d}").glob("*tfevents*")))
    curve = results.learning_curve(best["trial"])
    told = [(step, value) for tag, step, value in found if tag == "val_loss"]
    assert told == [(epoch, np.float32(value)) for epoch, value in zip(curve["epoch"], curve["val_loss"])]
    assert ("best/val_loss", best["epochs"], np.float32(best["score"])) in found


def test_tensorboard_reads_them(results, tmp_path):
    accumulator = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator", reason="tensorboard is not installed"
    )
    from tensorboard.plugins.hparams import plugin_data_pb2

    tensorboard.to_tensorboard(results, tmp_path, top=3)
    read = accumulator.EventAccumulator(str(tmp_path / f"trial_{results.best['trial']:06d}"))
    read.Reload()
    assert len(read.Scalars("val_loss")) == results.best["epochs"]
    content = read.SummaryMetadata("_hparams_/session_start_info").plugin_data.content
    start = plugin_data_pb2.HParamsPluginData.FromString(content).session_start_info
    assert start.hparams["width"].number_value == results.best["hp:width"]
    space = accumulator.EventAccumulator(str(tmp_path / "search_space"))
    space.Reload()
    content = space.SummaryMetadata("_hparams_/experiment").plugin_data.content
    infos = plugin_data_pb2.HParamsPluginData.FromString(content).experiment.hparam_infos
    assert [info.name for info in infos] == [each.name for each in results.hyperparameters]


def test_a_folder_of_event_files_is_not_written_into_twice(sweep, tmp_path):
    assert made.tool("export.py", sweep, "--to", "tensorboard", "--output", tmp_path / "tb").returncode == 0
    again = made.tool("export.py", sweep, "--to", "tensorboard", "--output", tmp_path / "tb")
    assert again.returncode == 1 and "is not empty" in again.stderr


# ---- Optuna


@pytest.fixture(scope="module")
def optuna():
    return pytest.importorskip("optuna", reason="optuna is not installed")


def test_the_study_has_the_same_trials_and_the_same_best(optuna, results, tmp_path):
    storage = f"sqlite:///{tmp_path / 'study.db'}"
    optuna_study.to_optuna(results, storage, "x")
    study = optuna.load_study(study_name="x", storage=storage)
    # The best of Optuna is the best completed trial.
    completed = results.leaders[results.leaders["status"] == "completed"].iloc[0]
    assert study.best_trial.number == completed["trial"] == results.best["trial"]
    assert study.best_value == results.best["score"]
    states = pd.Series([trial.state.name for trial in study.trials]).value_counts().to_dict()
    counts = results.counts()
    assert states == {"COMPLETE": counts["completed"], "PRUNED": counts["stopped"], "FAIL": counts["failed"]}
    curve = results.learning_curve(results.best["trial"])
    assert study.best_trial.intermediate_values == dict(zip(curve["epoch"], curve["val_loss"]))
    assert study.user_attrs["seed"] == 3


def test_optunas_own_pictures_open_it(optuna, results):
    import matplotlib

    matplotlib.use("Agg")
    from optuna.visualization import matplotlib as pictures

    study = optuna_study.to_optuna(results, None)
    for name in ("optimization_history", "intermediate_values", "parallel_coordinate", "slice", "contour"):
        assert getattr(pictures, f"plot_{name}")(study) is not None


def test_optuna_takes_its_journal_too(optuna, results, tmp_path):
    optuna_study.to_optuna(results, str(tmp_path / "study.log"), "x")
    with pytest.raises(ResultsError, match="has a study x already"):
        optuna_study.to_optuna(results, str(tmp_path / "study.log"), "x")


def test_distributions_are_optunas(optuna):
    def of(kind, low=np.nan, high=np.nan, step=0.0, sampling="", values=()):
        return optuna_study.distribution(
            Hyperparameter("x", kind, low, high, step, sampling, list(values), True, "")
        )

    d = optuna.distributions
    assert of("float", 1e-4, 1, sampling="log") == d.FloatDistribution(1e-4, 1, log=True)
    assert of("float", 0, 1, 0.25, "linear") == d.FloatDistribution(0, 1, step=0.25)
    assert of("int", 16, 256, 16, "linear") == d.IntDistribution(16, 256, step=16)
    assert of("int", 8, 256, 2, "log") == d.IntDistribution(
        8, 256, log=True
    )  # a factor, which Optuna has not
    assert of("choice", values=["sgd", "adam"]) == d.CategoricalDistribution(("sgd", "adam"))
    assert of("boolean", values=[False, True]) == d.CategoricalDistribution((False, True))


def test_a_running_sweep_can_be_exported(optuna, tmp_path):
    table = made.trials_of(
        3,
        status=["running", "paused", "completed"],
        score=[0.5, 0.4, 0.3],
        ended=[np.nan, np.nan, made.BEGAN],
    )
    epochs = made.epochs_of([0, 1, 2], [1, 1, 1], [0.5, 0.4, 0.3])
    study = optuna_study.to_optuna(
        Results.open(made.write(tmp_path / "results.h5", table, epochs, finished=False)), None
    )
    assert [trial.state.name for trial in study.trials] == ["RUNNING", "RUNNING", "COMPLETE"]


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    file, precious = tmp_path / "trials.csv", tmp_path / "precious"
    file.write_text("old")
    with pytest.raises(OSError):
        with whole(file) as beside:
            beside.write_text("half")
            raise OSError("the disk is full")
    assert file.read_text() == "old"
    precious.write_text("mine")
    file.unlink()
    file.symlink_to(precious)
    with whole(file) as beside:
        beside.write_text("new")
    assert (file.read_text(), precious.read_text()) == ("new", "mine")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["precious", "trials.csv"]
