"""Groups of sweeps against one another: the same question with several seeds, answered in two or more
ways."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd

from sibyl_analysis.progress import best_so_far, score_at
from sibyl_analysis.results import Results, ResultsError

EXACT = 16  # pairs for which all ways to exchange them are counted; for more, so many are drawn:
DRAWN = 100_000


@dataclass(frozen=True)
class Group:
    """Sweeps that differ by their seed only, and how they came along (best_so_far)."""

    name: str
    sweeps: list[Results]
    histories: list[pd.DataFrame]

    @staticmethod
    def of(name: str, sweeps: list[Results]) -> Group:
        histories = [best_so_far(each) for each in sweeps]
        for each, history in zip(sweeps, histories):
            if history.empty:
                raise ResultsError(f"{each.path}: no trial has a score, so there is nothing to compare")
        return Group(name, sweeps, histories)

    @property
    def finals(self) -> np.ndarray:
        """The best score of each sweep."""
        return np.array([history["score"].iloc[-1] for history in self.histories], dtype=float)

    @property
    def seeds(self) -> list[int]:
        return [int(each.attributes.get("seed", -1)) for each in self.sweeps]

    def to_target(self, target: float, against: str) -> np.ndarray:
        """What each sweep needed (of a column of best_so_far) to get there; infinite if it did not."""
        maximize = self.sweeps[0].maximize
        needed = []
        for history in self.histories:
            there = history["score"] >= target if maximize else history["score"] <= target
            needed.append(float(history.loc[there, against].iloc[0]) if there.any() else np.inf)
        return np.array(needed)

    def band(self, against: str, points: int = 400) -> pd.DataFrame:
        """Over the sweeps, the quartiles of the best so far: `at`, `low`, `middle`, `high`. It starts where
        all have a score, and a sweep that has ended keeps its best."""
        ends = [history[against].iloc[-1] for history in self.histories]
        start = max(history[against].iloc[0] for history in self.histories)
        at = np.unique(np.concatenate([np.geomspace(max(start, 1e-9), max(*ends, start), points), [start]]))
        at = at[at >= start]
        scores = np.array([score_at(history, against, at) for history in self.histories])
        low, middle, high = np.quantile(scores, [0.25, 0.5, 0.75], axis=0)
        return pd.DataFrame({"at": at, "low": low, "middle": middle, "high": high})


class Test(NamedTuple):
    """Of pairs (first, second): how often the first is better, equal, worse; the median of second - first;
    and how probable so large a difference would be if it were chance."""

    better: int
    equal: int
    worse: int
    difference: float
    p: float
    least_p: float  # what so few pairs can show at best

    @property
    def pairs(self) -> int:
        return self.better + self.equal + self.worse


def check(groups: list[Group]) -> None:
    objectives = {(each.objective, each.maximize) for group in groups for each in group.sweeps}
    if len(objectives) > 1:
        raise ResultsError(
            "the sweeps have different objectives: " + ", ".join(sorted(name for name, _ in objectives))
        )


def pairs(first: Group, second: Group) -> tuple[np.ndarray, np.ndarray]:
    """The final scores of the sweeps of both groups that have the same seed."""
    for group in (first, second):
        if len(set(group.seeds)) < len(group.seeds):
            raise ResultsError(
                f"group {group.name}: two sweeps have the same seed, so they can't be paired by seed"
            )
    shared = [seed for seed in first.seeds if seed in second.seeds]
    of = [dict(zip(group.seeds, group.finals)) for group in (first, second)]
    return np.array([of[0][seed] for seed in shared]), np.array([of[1][seed] for seed in shared])


def signed_rank_test(first: np.ndarray, second: np.ndarray, maximize: bool) -> Test:
    """Wilcoxon's signed-rank test, two-sided and exact, ties and zeros included (Pratt): all signs are
    tried."""
    gain = (first - second) if maximize else (second - first)
    better, worse = int((gain > 0).sum()), int((gain < 0).sum())
    size = pd.Series(np.abs(gain)).rank().to_numpy()
    size[gain == 0] = 0  # ranked, but on no side
    moving = np.flatnonzero(gain != 0)
    if not len(moving):
        return Test(0, len(gain), 0, 0.0, 1.0, 1.0)
    signs = _signs(len(moving))
    seen = abs((np.sign(gain) * size).sum())
    others = np.abs(signs @ size[moving])
    p = float((others >= seen - 1e-9).mean())
    least = float((others >= others.max() - 1e-9).mean())
    return Test(better, len(gain) - better - worse, worse, float(np.median(second - first)), p, least)


def _signs(count: int) -> np.ndarray:
    """Shape [ways, count] of -1 and 1: all of them, or a sample with the one of all ones."""
    if count <= EXACT:
        return ((np.arange(2**count)[:, None] >> np.arange(count)) & 1) * 2 - 1
    drawn = np.random.default_rng(0).integers(0, 2, (DRAWN, count)) * 2 - 1
    return np.vstack([np.ones((1, count), dtype=int), drawn])


def paired_tests(groups: list[Group]) -> dict[tuple[str, str], Test]:
    """Each pair of groups that has common seeds; p by Holm's correction, if there are several."""
    maximize = groups[0].sweeps[0].maximize
    found = {}
    for first, second in combinations(groups, 2):
        scores = pairs(first, second)
        if len(scores[0]):
            found[first.name, second.name] = signed_rank_test(*scores, maximize)
    by_p = sorted(found, key=lambda key: found[key].p)
    highest = 0.0
    for place, key in enumerate(by_p):
        highest = max(highest, min(1.0, found[key].p * (len(by_p) - place)))
        found[key] = found[key]._replace(p=highest)
    return found


def common_target(groups: list[Group]) -> float:
    """The best score that half of the sweeps of every group reached."""
    maximize = groups[0].sweeps[0].maximize
    reached = [np.quantile(group.finals, 0.5, method="lower" if maximize else "higher") for group in groups]
    return float(min(reached) if maximize else max(reached))


def summary(groups: list[Group], target: float) -> pd.DataFrame:
    """A row a group: sweeps, the quartiles of their best scores, how many reached the target, and the median
    of what they needed for it (infinite if fewer than half reached it)."""
    rows = []
    for group in groups:
        low, middle, high = np.quantile(group.finals, [0.25, 0.5, 0.75])
        seconds, epochs = group.to_target(target, "seconds"), group.to_target(target, "epochs")
        rows.append(
            {
                "group": group.name,
                "sweeps": len(group.sweeps),
                "median": middle,
                "low": low,
                "high": high,
                "reached": int(np.isfinite(seconds).sum()),
                "seconds": np.quantile(seconds, 0.5, method="higher"),
                "epochs": np.quantile(epochs, 0.5, method="higher"),
            }
        )
    return pd.DataFrame(rows)
