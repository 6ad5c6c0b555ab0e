"""Makes the tables of an older results file those of today, so that nothing else asks how old a file is."""

from __future__ import annotations

import numpy as np
from numpy.lib.recfunctions import append_fields


def as_of_today(tables: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Before version 0.2.0 the launches of a sweep were /attempts, numbered in a column `attempt`, and only the
    first words of their `end` said what is in `state` now."""
    if "attempts" in tables and "launches" not in tables:
        launches = tables.pop("attempts")
        names = ["launch" if name == "attempt" else name for name in launches.dtype.names]
        launches.dtype.names = names
        tables["launches"] = launches
    launches = tables.get("launches")
    if launches is not None and "end" in launches.dtype.names and "state" not in launches.dtype.names:
        tables["launches"] = append_fields(launches, "state", [_state(end) for end in launches["end"]], usemask=False)
    return tables


def _state(end: bytes) -> bytes:
    # The oldest programs took a sweep that was given up for one that was stopped on request.
    first_words = {
        b"finished": b"finished",
        b"stopped: given up": b"given_up",
        b"given up": b"given_up",
        b"failed": b"failed",
        b"stopped": b"stopped",
    }
    return next((state for words, state in first_words.items() if end.startswith(words + b":")), b"")
