"""The pictures of a sweep: a file each, with a function from Results to a matplotlib Figure."""

from __future__ import annotations

from typing import Iterator

from matplotlib.figure import Figure

from importance import importance
from pictures import (
    best_so_far,
    failures,
    importances,
    ladder,
    learning_curves,
    pair,
    parallel_coordinates,
    scores,
    timeline,
)
from results import Results


def gallery(results: Results) -> Iterator[tuple[str, Figure]]:
    """All of them with their file names, in the order in which one tells the story of a sweep."""
    known = importance(results)
    yield "best_so_far", best_so_far.draw(results)
    yield "learning_curves", learning_curves.draw(results)
    yield "ladder", ladder.draw(results)
    yield "importances", importances.draw(results, known)
    yield "scores", scores.draw(results, known)
    yield "pair", pair.draw(results, known)
    yield "parallel_coordinates", parallel_coordinates.draw(results, known)
    yield "timeline", timeline.draw(results)
    yield "failures", failures.draw(results)
