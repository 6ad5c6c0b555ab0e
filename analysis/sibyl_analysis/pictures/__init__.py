"""The pictures of a sweep: a file each, with a function from Results to a matplotlib Figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Iterator

from matplotlib.figure import Figure

from sibyl_analysis.importance import known_importance
from sibyl_analysis.pictures import (
    best_so_far,
    failures,
    importances,
    ladder,
    learning_curves,
    losses,
    pair,
    parallel_coordinates,
    scores,
    timeline,
)
from sibyl_analysis.results import Results


@dataclass(frozen=True)
class Picture:
    stem: str  # of its files
    draw: Callable[[], Figure]


def gallery(results: Results) -> Iterator[Picture]:
    """All of them, in the order in which one tells the story of a sweep. Each is drawn when it is asked for, so
    that one that fails costs no other."""

    yield Picture("best_so_far", lambda: best_so_far.draw(results))
    yield Picture("learning_curves", lambda: learning_curves.draw(results))
    if losses.pair(results):
        yield Picture("losses", lambda: losses.draw(results))
    yield Picture("ladder", lambda: ladder.draw(results))
    yield Picture("importances", lambda: importances.draw(results, known_importance(results)))
    yield Picture("scores", lambda: scores.draw(results, known_importance(results)))
    yield Picture("pair", lambda: pair.draw(results, known_importance(results)))
    yield Picture("parallel_coordinates", lambda: parallel_coordinates.draw(results, known_importance(results)))
    yield Picture("timeline", lambda: timeline.draw(results))
    yield Picture("failures", lambda: failures.draw(results))
