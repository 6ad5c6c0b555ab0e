"""Results files made without a sweep: any size, and any fault."""

import json
import os
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
ANALYSIS = ROOT / "analysis"
JOBS = Path(os.environ.get("SIBYL_JOBS", ROOT / "build" / "jobs"))
sys.path.insert(0, str(ANALYSIS))

TRIALS = [
    ("trial", "<i8"), ("status", "S9"), ("iteration", "<i4"), ("bracket", "<i4"), ("rung", "<i4"),
    ("epochs", "<i4"), ("score", "<f8"), ("best_epoch", "<i4"), ("executions", "<i4"), ("retries", "<i4"),
    ("worker", "<i4"), ("seconds", "<f8"), ("started", "<f8"), ("ended", "<f8"), ("early_stopped", "i1"),
    ("cause", "S20"), ("message", "S80"), ("output", "S1"),
]  # fmt: skip
EPOCHS = [
    ("trial", "<i8"), ("execution", "<i4"), ("epoch", "<i4"), ("attempt", "<i4"), ("worker", "<i4"),
    ("bracket", "<i4"), ("rung", "<i4"), ("started", "<f8"), ("seconds", "<f8"),
]  # fmt: skip
SPACE = [
    ("name", "S20"), ("kind", "S8"), ("min", "<f8"), ("max", "<f8"), ("step", "<f8"), ("sampling", "S12"),
    ("values", "S60"), ("ordered", "i1"), ("default", "S8"), ("conditions", "S80"),
    ("size", "<i8"), ("found_by", "<i8"),
]  # fmt: skip
RUNGS = [
    ("trial", "<i8"), ("iteration", "<i4"), ("bracket", "<i4"), ("rung", "<i4"), ("epoch", "<i4"),
    ("score", "<f8"), ("decision", "S9"), ("time", "<f8"),
]  # fmt: skip
WORKERS = [
    ("worker", "<i4"), ("host", "S12"), ("device", "S6"), ("device_name", "S12"), ("uuid", "S1"),
    ("threads", "<i4"), ("pid", "<i8"), ("joined", "<f8"), ("busy", "<f8"), ("idle", "<f8"),
    ("trials", "<i8"), ("left", "<f8"), ("reason", "S1"), ("warning", "S1"),
]  # fmt: skip

WORK = [
    ("trial", "<i8"), ("attempt", "<i4"), ("worker", "<i4"), ("iteration", "<i4"), ("bracket", "<i4"),
    ("rung", "<i4"), ("started", "<f8"), ("ended", "<f8"), ("end", "S13"),
]  # fmt: skip

BEGAN = 1.7e9  # s since 1970


def attributes(file, objective="val_loss", maximize=False, finished=True, seed=1):
    values = {
        "format": 1,
        "sibyl": "0.1.0",
        "job": "made",
        "objective": objective,
        "direction": "maximize" if maximize else "minimize",
        "seed": np.uint64(seed),
        "command_line": "made",
        "options": json.dumps({"seed": seed}),
        "versions": json.dumps({"sibyl": "0.1.0"}),
        "created": "2023-11-14T22:13:20Z",
        "created_seconds": BEGAN,
        "published": "2023-11-15T22:13:20Z",
        "finished": "2023-11-15T22:13:20Z" if finished else "",
        "finished_seconds": BEGAN + 86400 if finished else np.nan,
        "reason": "the plan is done" if finished else "",
    }
    file.attrs.update(values)


def write(path, trials=None, epochs=None, space=None, rungs=None, workers=None, work=None, **about):
    """A file of format 1; tables that are not given are empty, but /work, which older files do not have."""
    with h5py.File(path, "w") as file:
        attributes(file, **about)
        for name, rows, columns in (
            ("trials", trials, TRIALS),
            ("epochs", epochs, EPOCHS),
            ("search_space", space, SPACE),
            ("rungs", rungs, RUNGS),
            ("workers", workers, WORKERS),
        ):
            file[name] = np.zeros(0, columns) if rows is None else rows
        if work is not None:
            file["work"] = work
    return path


def range_of(name, low, high, kind="float", sampling="linear", step=0.0):
    return (name, kind, low, high, step, sampling, "[]", 1, "", "[]", -1, -1)


def choice_of(name, values, kind="choice", conditions="[]"):
    return (name, kind, np.nan, np.nan, np.nan, "", json.dumps(values), 0, "", conditions, len(values), -1)


def space_of(*rows):
    return np.array(list(rows), SPACE)


def trials_of(count, extra=(), **columns):
    """`count` completed trials of one epoch each, with the given columns; `extra`: the types of further
    ones."""
    rows = np.zeros(count, TRIALS + list(extra))
    rows["trial"] = np.arange(count)
    rows["status"] = "completed"
    rows["epochs"] = rows["best_epoch"] = rows["executions"] = 1
    rows["started"], rows["ended"] = BEGAN, BEGAN + 1
    for name, values in columns.items():
        rows[name] = values
    return rows


def epochs_of(trial, epoch, value, metric="val_loss", **columns):
    """A row for each entry, one second each, one after the other."""
    rows = np.zeros(len(trial), EPOCHS + [(metric, "<f8")])
    rows["trial"], rows["epoch"], rows[metric] = trial, epoch, value
    rows["started"], rows["seconds"] = BEGAN + np.arange(len(trial)), 1.0
    for name, values in columns.items():
        rows[name] = values
    return rows


def large(path, count, workers=32, depth=27):
    """`count` epochs of trials of up to `depth` epochs each, on that many workers, every hundredth recorded
    twice."""
    random = np.random.default_rng(0)
    trials = -(-count // depth)
    number = np.arange(count)
    epochs = epochs_of(
        number // depth, number % depth + 1, random.random(count), worker=1 + number // depth % workers
    )
    epochs["started"] = BEGAN + number / workers + random.uniform(0, 0.1, count)
    epochs["seconds"] = 0.9
    again = number % 100 == 99
    epochs["trial"][again], epochs["epoch"][again] = (
        epochs["trial"][number[again] - 1],
        epochs["epoch"][number[again] - 1],
    )
    epochs["attempt"][again] = 1
    table = trials_of(
        trials, [("hp:rate", "<f8"), ("hp:width", "<i8")], score=random.random(trials), epochs=depth
    )
    table["hp:rate"], table["hp:width"] = 10 ** random.uniform(-4, 0, trials), random.integers(8, 256, trials)
    there = np.zeros(workers, WORKERS)
    there["worker"], there["host"], there["device"] = 1 + np.arange(workers), "node", "cuda:0"
    there["joined"], there["left"] = BEGAN, BEGAN + count / workers
    there["busy"], there["idle"] = 0.9 * count / workers, 0.1 * count / workers
    space = space_of(range_of("rate", 1e-4, 1, sampling="log"), range_of("width", 8, 256, "int", step=1))
    return write(path, table, epochs, space, workers=there)


def sweep(output, *options, job="synthetic", check=True):
    """Runs a job in one process; returns its directory."""
    done = subprocess.run(
        [str(JOBS / job), "--output", str(output), *map(str, options)], capture_output=True, text=True
    )
    assert done.returncode == 0 or not check, done.stderr[-2000:] + done.stdout[-2000:]
    return Path(output)


def tool(name, *arguments, timeout=60):
    """Runs a command of analysis/ as a user does."""
    command = [sys.executable, str(ANALYSIS / name), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout)
