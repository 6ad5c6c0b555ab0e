"""Reads results.h5, the file that a sweep publishes. The only file of this package that opens HDF5.

    results = Results.open("runs/fmnist")
    results.leaderboard(10)

The format is described in README.md. A sweep replaces its file by renaming another one over it, so what is
read in one opening is whole: everything is read at once, the file is closed, and the frames are made of that
when they are asked for.
"""

from __future__ import annotations

import json
import math
import os
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Iterable

# A reader of a file that is only ever renamed into place needs no lock, and some parallel file systems have
# none.
os.environ.setdefault("HDF5_USE_FILE_LOCKING", "FALSE")

import h5py  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from sibyl_analysis.file_format import COLUMNS, LATER_COLUMNS, ResultsError, check  # noqa: E402
from sibyl_analysis.hyperparameters import Hyperparameter, from_search_space, without_marks, without_note_marks  # noqa: E402
from sibyl_analysis.older_files import as_of_today  # noqa: E402

FINAL = ("completed", "stopped", "failed")


@dataclass(frozen=True, eq=False)
class Results:
    """One sweep, as its file said when it was opened. Times are seconds since 1970 unless a name says
    otherwise."""

    path: Path
    attributes: dict[str, Any]
    tables: dict[str, np.ndarray]

    @staticmethod
    def open(path: str | os.PathLike) -> Results:
        """Reads a sweep's directory or a results.h5; raises ResultsError."""
        given = Path(path)
        file = given / "results.h5" if given.is_dir() else given
        if not file.exists():
            hint = "a sweep publishes it when it starts" if given.is_dir() else "give a sweep's directory"
            raise ResultsError(f"{file}: there is no such file; {hint}")
        attributes, tables = _read(file)
        check(file, attributes, tables)
        return Results(file, attributes, tables)

    # ---- the sweep

    @property
    def directory(self) -> Path:
        return self.path.absolute().parent

    @property
    def name(self) -> str:
        return self.directory.name if self.path.name == "results.h5" else self.path.stem

    @property
    def objective(self) -> str:
        return self.attributes["objective"]

    @property
    def maximize(self) -> bool:
        return self.attributes["direction"] == "maximize"

    @property
    def finished(self) -> bool:
        return bool(self.attributes.get("finished"))

    @property
    def created(self) -> float:
        """When the sweep began; NaN if it has not."""
        return float(self.attributes.get("created_seconds", math.nan))

    @property
    def published(self) -> float:
        """When this file was written."""
        text = self.attributes.get("published", "")
        return pd.Timestamp(text).timestamp() if text else self.path.stat().st_mtime

    @cached_property
    def options(self) -> dict[str, Any]:
        return json.loads(self.attributes.get("options") or "{}")

    @cached_property
    def versions(self) -> dict[str, str]:
        return json.loads(self.attributes.get("versions") or "{}")

    # ---- the tables

    @cached_property
    def trials(self) -> pd.DataFrame:
        """A row a trial; an inactive hyperparameter, or a note that a trial has not, is NaN or pd.NA, not its
        mark."""
        frame = self._frame("trials")
        for name in self.notes:
            frame[name] = without_note_marks(frame[name])
        for each in self.hyperparameters:
            if each.column in frame:
                frame[each.column] = without_marks(frame[each.column], each)
        return frame

    @cached_property
    def recorded_epochs(self) -> pd.DataFrame:
        """A row an epoch, as recorded: work that was given out again appears twice."""
        return self._frame("epochs")

    @cached_property
    def epochs(self) -> pd.DataFrame:
        """A row for each epoch of each execution, with its latest record only."""
        frame = self.recorded_epochs
        return frame[~self.repeated].reset_index(drop=True) if self.repeated.any() else frame

    @cached_property
    def repeated(self) -> np.ndarray:
        """Of each row of recorded_epochs: was that epoch recorded again later?"""
        frame = self.recorded_epochs
        if frame.empty:
            return np.zeros(0, dtype=bool)
        # One number a row is several times faster to compare than three columns.
        width, depth = int(frame["epoch"].max()) + 1, int(frame["execution"].max()) + 1
        key = (frame["trial"] * depth + frame["execution"]) * width + frame["epoch"]
        return key.duplicated(keep="last").to_numpy()

    @cached_property
    def rungs(self) -> pd.DataFrame:
        return self._frame("rungs")

    @cached_property
    def workers(self) -> pd.DataFrame:
        return self._frame("workers")

    @cached_property
    def search_space(self) -> pd.DataFrame:
        return self._frame("search_space")

    @cached_property
    def launches(self) -> pd.DataFrame:
        """A row for each start of the sweep; empty if the file is older than that table."""
        return self._later("launches")

    @cached_property
    def work(self) -> pd.DataFrame:
        """A row for each piece of work; empty if the file is older than that table."""
        return self._later("work")

    @cached_property
    def retrained(self) -> pd.DataFrame:
        """A row for each model that was trained again; empty if there is none, or the file is older than that
        table."""
        return self._later("retrained")

    def _later(self, table: str) -> pd.DataFrame:
        return self._frame(table) if table in self.tables else pd.DataFrame(columns=LATER_COLUMNS[table].split())

    def _frame(self, table: str) -> pd.DataFrame:
        rows = self.tables[table]
        columns = {name: _column(rows[name]) for name in rows.dtype.names}
        return pd.DataFrame(columns, copy=False)

    # ---- questions

    @cached_property
    def hyperparameters(self) -> list[Hyperparameter]:
        """Everything in the search space, in its order; one a name."""
        return from_search_space(self.search_space)

    @property
    def searched(self) -> list[Hyperparameter]:
        """The hyperparameters that were varied and that some trial has."""
        return [each for each in self.hyperparameters if not each.fixed and each.column in self.trials]

    @property
    def notes(self) -> list[str]:
        """The trials' columns of what the job noted of them, "note:NAME"."""
        return [name for name in self.tables["trials"].dtype.names if name.startswith("note:")]

    @property
    def metrics(self) -> list[str]:
        """The epochs' metric columns."""
        own = {*COLUMNS["epochs"].split(), *LATER_COLUMNS["epochs"].split()}
        return [name for name in self.tables["epochs"].dtype.names if name not in own]

    @property
    def objective_column(self) -> str:
        """The epochs' column of the objective; ResultsError if there are epochs but no such column."""
        for name in (self.objective, f"metric:{self.objective}"):
            if name in self.metrics:
                return name
        raise ResultsError(f"{self.path}: table /epochs has no column {self.objective}, the objective's")

    @cached_property
    def leaders(self) -> pd.DataFrame:
        """All trials that have a score, the best first; ties by trial number. One that failed later is among
        them: of it there is the score, and no model."""
        scores = self.trials["score"].to_numpy()
        usable = np.flatnonzero(np.isfinite(scores))
        keys = -scores[usable] if self.maximize else scores[usable]
        return self.trials.iloc[usable[np.argsort(keys, kind="stable")]]

    def leaderboard(self, count: int = 10) -> pd.DataFrame:
        return self.leaders.head(count)

    @property
    def best(self) -> pd.Series | None:
        """The best trial; None while no trial has a score."""
        return None if self.leaders.empty else self.leaders.iloc[0]

    def learning_curve(self, trial: int) -> pd.DataFrame:
        """The epochs of a trial, by execution and epoch."""
        epochs = self.epochs[self.epochs["trial"] == trial]
        return epochs.sort_values(["execution", "epoch"], ignore_index=True)

    def counts(self) -> dict[str, int]:
        """How many trials have which status, the frequent first."""
        return {str(status): int(number) for status, number in self.trials["status"].value_counts().items()}

    def elapsed(self, times: Iterable[float]) -> np.ndarray:
        """Seconds of the sweep's own time: since it began, without the time between its launches."""
        times = np.asarray(times, dtype=float)
        began = self.created
        if math.isnan(began):
            began = self.recorded_epochs["started"].min() if len(self.recorded_epochs) else 0.0
        seconds = times - began
        starts = self.launches["started"].to_numpy(dtype=float)
        ends = self.launches["ended"].fillna(self.launches["last_seen"]).to_numpy(dtype=float)
        for end, start in zip(ends, starts[1:]):
            if start > end:
                seconds -= np.clip(times - end, 0, start - end)
        return seconds


def open_all(paths: Iterable[str | os.PathLike]) -> dict[str, Results]:
    """Several sweeps by name; where two have the same name, as much of the path is added as tells them
    apart."""
    opened = [Results.open(path) for path in paths]
    for length in range(1, 20):
        names = ["/".join(each.directory.parts[-length:]) for each in opened]
        if length == 1:
            names = [each.name for each in opened]
        if len(set(names)) == len(names):
            return dict(zip(names, opened))
    raise ResultsError("the same sweep is given twice: " + ", ".join(str(each.path) for each in opened))


def _column(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind != "S":
        return np.ascontiguousarray(values)
    texts = values.tolist()
    decoded = {text: text.decode("utf-8", errors="replace") for text in set(texts)}  # few are different
    return np.array([decoded[text] for text in texts], dtype=object)


def _read(file: Path, tries: int = 5) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    for left in reversed(range(tries)):
        try:
            with h5py.File(file, "r") as opened:
                attributes = {name: _attribute(value) for name, value in opened.attrs.items()}
                tables = {name: item[:] for name, item in opened.items() if _is_table(item)}
            return attributes, as_of_today(tables)
        except (OSError, KeyError, RuntimeError) as problem:
            if file.is_file() and not h5py.is_hdf5(file):
                raise ResultsError(f"{file}: this is not an HDF5 file") from problem
            # A shared file system may show a renamed file late, or an old one without its content.
            if left == 0:
                raise ResultsError(f"{file}: {problem}") from problem
            time.sleep(0.1)
    raise AssertionError("unreachable")


def _is_table(item: Any) -> bool:
    return isinstance(item, h5py.Dataset) and item.dtype.names is not None


def _attribute(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return value.item() if isinstance(value, np.generic) else value
