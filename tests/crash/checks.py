"""What must hold of a sweep's directory at any moment, whatever happened to its sweep."""

import math
import shutil
import subprocess

import h5py
import numpy as np

from journal_file import FAILED, Journal

H5DUMP = shutil.which("h5dump")


class Wrong(Exception):
    """A directory is not as it must be."""


def demand(condition, complaint):
    if not condition:
        raise Wrong(complaint)


def bits(numbers):
    """So that NaN equals NaN, and 0 does not equal -0."""
    return np.asarray(numbers, dtype="<f8").view("<i8")


def check_epochs(table, journal):
    """The table's rows are the journal's first reports, in the journal's order, bit for bit."""
    rows = len(table)
    demand(rows <= len(journal.reports), f"results.h5 has {rows} epochs, the journal only {len(journal.reports)}")
    reports = journal.reports[:rows]
    for name in ("trial", "execution", "epoch", "attempt", "worker"):
        demand((table[name] == [getattr(each, name) for each in reports]).all(), f"/epochs differs from the journal in {name}")
    for name in ("started", "seconds"):
        demand((bits(table[name]) == bits([getattr(each, name) for each in reports])).all(),
               f"/epochs differs from the journal in {name}")
    for name in {name for each in reports for name in each.metrics}:
        recorded = [each.metrics.get(name, math.nan) for each in reports]
        demand((bits(table[name]) == bits(recorded)).all(), f"/epochs differs from the journal in the metric {name}")


def check_trials(table, epochs, journal, objective, better):
    """Scores and counts of epochs follow from the rows of /epochs; a failure is one that the journal holds.

    For trials of one execution."""
    failures = {(each.trial, each.message) for each in journal.ended if each.ending == FAILED}
    metric = epochs[objective] if len(epochs) else np.array([])
    for row in table:
        of_trial = epochs["trial"] == row["trial"]
        # A descendant that has trained none itself has its parent's.
        demand(row["epochs"] == epochs["epoch"][of_trial].max(initial=0) or (row["parent"] >= 0 and not of_trial.any()), f"trial {row['trial']} has a wrong count of epochs")
        scores = metric[of_trial] if len(metric) else metric
        scores = scores[~np.isnan(scores)]
        score = better(scores) if len(scores) else math.nan  # also of one that failed later
        demand(bits(score) == bits(row["score"]), f"trial {row['trial']} has the score {row['score']}, its epochs say {score}")
        if row["status"] == b"failed":
            demand((row["trial"], row["message"].decode()) in failures, f"trial {row['trial']} did not fail in the journal")


def check_results(path, journal):
    """The results file opens in stock tools and says nothing that the journal does not say. Returns its count of epochs."""
    if H5DUMP:
        dump = subprocess.run([H5DUMP, "-H", str(path)], capture_output=True, text=True, check=False)
        demand(dump.returncode == 0, f"h5dump can't read {path}: {dump.stderr}")
    try:
        with h5py.File(path) as file:
            trials, epochs = file["trials"][:], file["epochs"][:]
            objective, direction = file.attrs["objective"], file.attrs["direction"]
            finished = file.attrs["finished"] != ""
    except (OSError, KeyError) as problem:
        raise Wrong(f"h5py can't read {path}: {problem}") from problem
    check_epochs(epochs, journal)
    check_trials(trials, epochs, journal, objective, np.min if direction == "minimize" else np.max)
    demand(journal.closed or not finished, "results.h5 calls the sweep finished, the journal does not")
    return len(epochs)


def check_directory(directory, before=None):
    """Checks a directory whose sweep was killed; `before` is its journal as it was when the sweep was resumed.

    A whole record counts as acknowledged: what a worker was told can't be known any more, and is less.
    Returns the journal."""
    journal = Journal.read(directory / "journal.bin")
    if before:
        demand(journal.content.startswith(before.valid),
               f"the resume did not keep the journal's {len(before.valid)} valid bytes of before")
    results = directory / "results.h5"
    if results.exists():
        demand(journal.records > 0, "there is a results.h5, and no journal")
        check_results(results, journal)
    return journal


def check_finished(directory):
    """Nothing half-written is left when a sweep has finished."""
    left = [path.name for path in directory.iterdir() if path.suffix == ".tmp"]
    demand(not left, f"the finished sweep left {left}")
