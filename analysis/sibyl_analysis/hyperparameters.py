"""What a hyperparameter of the search space is: its range, its scale, and where its values lie on it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sibyl_analysis.text import one_line

INACTIVE_WHOLE = -1
INACTIVE_WHOLE_TOO = np.iinfo(np.int64).min  # where -1 is a possible value


@dataclass
class Hyperparameter:
    """One name of the search space, with what holds under any of its conditions."""

    name: str
    kind: str  # int, float, choice, boolean or fixed
    low: float  # of a range; NaN if it is none
    high: float
    step: float
    sampling: str  # linear, log, reverse_log, or "" if it is no range
    values: list  # that can be chosen; [] for a range
    ordered: bool
    default: str
    conditions: list[list[dict]] = field(default_factory=list)  # of each place where it is asked for

    @property
    def column(self) -> str:
        return f"hp:{self.name}"

    @property
    def fixed(self) -> bool:
        return self.kind == "fixed" or len(self.values) == 1 or self.low == self.high

    @property
    def is_range(self) -> bool:
        return not self.values

    @property
    def log(self) -> bool:
        """Is it drawn on a log axis?"""
        return self.sampling == "log" and self.low > 0

    @property
    def conditional(self) -> bool:
        return all(self.conditions)

    def positions(self, values: pd.Series) -> np.ndarray:
        """Where the values lie between the ends of the range, 0 to 1, on the scale they were sampled on;
        choices at the middles of equal parts; NaN where inactive."""
        if not self.is_range:
            return (self.codes(values) + 0.5) / len(self.values)
        numbers = as_numbers(values)
        low, high = self.low, self.high
        if not high > low:
            return np.where(np.isnan(numbers), np.nan, 0.5)
        if self.log:
            return np.log(numbers / low) / np.log(high / low)
        if self.sampling == "reverse_log" and low > 0:
            return 1 - np.log((high + low - numbers) / low) / np.log(high / low)
        return (numbers - low) / (high - low)

    def codes(self, values: pd.Series) -> np.ndarray:
        """The number of each value among the choices; NaN where inactive."""
        place = {_key(value): float(number) for number, value in enumerate(self.values)}
        codes, different = pd.factorize(values)  # inactive ones get the code -1, and here the last entry
        found = [place.get(self._key_of(value), np.nan) for value in different]
        return np.array(found + [np.nan])[codes]

    def _key_of(self, value) -> tuple:
        """The key of a column's value. A column of text may stand for choices of which some are numbers or
        Booleans, written as their shortest text: what it is, the search space says and not its looks."""
        if not isinstance(value, str) or value in self.values:
            return _key(value)
        for each in self.values:
            if isinstance(each, bool) and value == as_text(each):
                return _key(each)
            if isinstance(each, (int, float)) and not isinstance(each, bool) and _number(value) == each:
                return _key(each)
        return _key(value)

    def labels(self) -> list[str]:
        """Of the choices; numbers in full where they would look the same."""
        short = [one_line(as_text(value)) for value in self.values]
        many = Counter(short)
        return [
            text if many[text] == 1 else json.dumps(value) for text, value in zip(short, self.values)
        ]


def from_search_space(frame: pd.DataFrame) -> list[Hyperparameter]:
    """One a name, in order. The search space has a row for each condition; their ranges are joined."""
    found: dict[str, Hyperparameter] = {}
    for row in frame.itertuples(index=False):
        here = Hyperparameter(
            name=row.name, kind=row.kind, low=row.min, high=row.max, step=row.step, sampling=row.sampling,
            values=json.loads(row.values), ordered=bool(row.ordered), default=row.default,
            conditions=[json.loads(row.conditions)],
        )  # fmt: skip
        known = found.setdefault(row.name, here)
        if known is not here:
            _join(known, here)
    return list(found.values())


def _join(known: Hyperparameter, other: Hyperparameter) -> None:
    known.conditions += other.conditions
    if known.is_range and other.is_range:
        known.low, known.high = min(known.low, other.low), max(known.high, other.high)
    elif not known.is_range and not other.is_range:
        keys = {_key(value) for value in known.values}
        known.values += [value for value in other.values if _key(value) not in keys]
        known.kind = "choice" if len(known.values) > 1 and known.kind == "fixed" else known.kind
    else:  # a range here, a choice there: the values of both lie in the joint range, if they are numbers
        ends = [float(v) for each in (known, other) for v in each.values if isinstance(v, (int, float))]
        ends += [v for each in (known, other) for v in (each.low, each.high) if not np.isnan(v)]
        known.low, known.high, known.values, known.kind = min(ends), max(ends), [], "float"
        known.sampling = known.sampling or other.sampling


def without_marks(column: pd.Series, hyperparameter: Hyperparameter) -> pd.Series:
    """The column with NaN or pd.NA in place of the marks of inactive values."""
    if column.dtype == object:
        inactive = column == text_mark(hyperparameter.values)
        return column.where(~inactive, None) if inactive.any() else column
    if column.dtype == np.int8:
        inactive = column == INACTIVE_WHOLE
        plain = column == 1
        return plain.astype("boolean").mask(inactive) if inactive.any() else plain
    if column.dtype == np.int64:
        possible = (
            INACTIVE_WHOLE in hyperparameter.values
            or hyperparameter.low <= INACTIVE_WHOLE <= hyperparameter.high
        )
        inactive = column == (INACTIVE_WHOLE_TOO if possible else INACTIVE_WHOLE)
        return column.astype("Int64").mask(inactive) if inactive.any() else column
    return column


def without_note_marks(column: pd.Series) -> pd.Series:
    """The same for a note, of which no space says what it may be."""
    if column.dtype == object:
        return column.where(column != "", None)
    if column.dtype == np.int8:
        return (column == 1).astype("boolean").mask(column == INACTIVE_WHOLE)
    if column.dtype == np.int64:
        return column.astype("Int64").mask(column == INACTIVE_WHOLE_TOO)
    return column


def text_mark(values: list) -> str:
    """What stands for "inactive" among texts: nothing, or where that is itself a choice, what is not."""
    mark = ""
    while mark in values:
        mark = f"<{mark}>" if mark else "<inactive>"
    return mark


def as_numbers(values: pd.Series) -> np.ndarray:
    """As floats, NaN where inactive."""
    return pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=np.nan)


def _key(value) -> tuple:
    """Equal for equal choices: the text "1" is not the number 1, nor the text "1.0"; 1 and 1.0 are one."""
    if isinstance(value, (bool, np.bool_)):
        return ("boolean", bool(value))
    return ("text", value) if isinstance(value, str) else ("number", float(value))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def as_text(value) -> str:
    """As the sweep's own tables print it: true, 0.5, 64, adam."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value)).lower()
    if isinstance(value, (float, np.floating)):
        return f"{value:.4g}"
    return str(value)
