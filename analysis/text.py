"""Numbers, counts and times as people write them."""

from __future__ import annotations

import math


def number(value: float, digits: int = 4) -> str:
    """Short, for a title or a table: 0.887, 1.2e-05, 1234."""
    if not math.isfinite(value):
        return "none"
    return f"{value:.{digits}g}" if abs(value) < 10**digits else f"{value:,.0f}"


def count(how_many: int, noun: str) -> str:
    """1 trial, 2 trials, 50,000 trials."""
    return f"{how_many:,} {noun}{'' if how_many == 1 else 's'}"


TIME_UNITS = ((86400.0, "days"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))


def time_unit(longest: float) -> tuple[float, str]:
    """The unit in which times up to `longest` seconds are good numbers: seconds in it, and its sign."""
    return next((unit for unit in TIME_UNITS if longest >= 2 * unit[0]), TIME_UNITS[-1])


def duration(seconds: float) -> str:
    """41 s, 3.5 min, 12 h."""
    size, name = time_unit(seconds)
    return f"{seconds / size:.{3 if seconds >= 1 else 1}g} {name}"


def shorten(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "\u2026"
