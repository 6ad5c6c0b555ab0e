"""How much each hyperparameter matters for the score, by two methods of the field.

fANOVA (Hutter, Hoos and Leyton-Brown 2014, "An efficient approach for assessing hyperparameter importance"):
a random forest learns the score; how much of its variance over the whole search space does a hyperparameter
explain alone? PED-ANOVA (Watanabe, Bansal and Hutter 2023, "PED-ANOVA: efficiently quantifying hyperparameter
importance in arbitrary subspaces"): how different are the values of the best trials from those of all trials?
It sees what still matters among the good ones, and needs no model.

Hyperband stops most trials early, and a score at epoch 1 says little about one at epoch 81. So both look at
what each trial had at each rung. The forest learns from as many trials of each rung, knows the epoch as one
input more, and is asked at the last one: what matters for a trial that is trained to the end? PED-ANOVA ranks
the trials within a rung's epoch.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from sibyl_analysis.hyperparameters import Hyperparameter
from sibyl_analysis.results import Results

FEWEST = 8  # trials with a score; with fewer, everything and nothing matters
MOST = 3000  # rows that the forest learns from: more take longer and change little
TREES, SMALLEST_LEAF = 48, 3
BINS = 10


def importance(results: Results) -> pd.DataFrame:
    """A row for each searched hyperparameter, the important first: `name`, and `fanova` and `ped_anova`,
    shares from 0 to 1 (of each method the shares add up to at most 1). NaN where a method can't say; empty if
    there are too few trials."""
    searched = [each for each in results.searched if results.trials[each.column].notna().any()]
    rows = _evaluations(results)
    if len(results.leaders) < FEWEST or not searched or rows["score"].nunique() < 2:
        return pd.DataFrame(columns=["name", "fanova", "ped_anova"])
    frame = pd.DataFrame({"name": [each.name for each in searched]})
    positions = _positions(results, searched)
    frame["fanova"] = _fanova(positions[rows["row"]], rows)
    frame["ped_anova"] = _ped_anova(positions[rows["row"]], rows, searched, results.maximize)
    order = frame["fanova"].fillna(frame["ped_anova"])
    return frame.iloc[order.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


@lru_cache(maxsize=1)
def known_importance(results: Results) -> pd.DataFrame:
    """The same, found out once for one sweep's pictures and tables."""
    return importance(results)


def _evaluations(results: Results) -> pd.DataFrame:
    """What a trial had at an epoch: its `row` among the trials, `epoch`, `score`."""
    trials = results.trials
    rungs = results.rungs
    rows = rungs[["trial", "epoch", "score"]] if len(rungs) else trials[["trial", "epochs", "score"]]
    rows = rows.rename(columns={"epochs": "epoch"})
    rows = rows[np.isfinite(rows["score"])]
    place = pd.Series(np.arange(len(trials)), index=trials["trial"])
    return rows.assign(row=place[rows["trial"]].to_numpy())


def _positions(results: Results, searched: list[Hyperparameter]) -> np.ndarray:
    """Shape [trials, hyperparameters], 0 to 1; inactive ones NaN."""
    return np.column_stack([each.positions(results.trials[each.column]) for each in searched])


# ---- fANOVA


def _fanova(positions: np.ndarray, rows: pd.DataFrame) -> np.ndarray:
    """The share of each hyperparameter in the variance at the last epoch; NaN without scikit-learn."""
    try:
        from sklearn.ensemble import RandomForestRegressor
    except ImportError:
        return np.full(positions.shape[1], np.nan)
    budgets, budget = np.unique(rows["epoch"].to_numpy(), return_inverse=True)
    chosen = _some_of_each(budget, MOST)
    # By rank: one diverged trial with a loss of 1e9 must not be all of the variance.
    target = rows["score"].rank(pct=True).to_numpy()[chosen]
    inputs = np.clip(positions[chosen], 0, 1)
    middle = np.nan_to_num(np.nanmedian(inputs, axis=0), nan=0.5)
    inputs = np.where(np.isnan(inputs), middle, inputs)  # inactive: neither low nor high
    inputs = np.column_stack([inputs, (budget[chosen] + 0.5) / len(budgets)])
    weights = (
        1 / np.bincount(budget[chosen])[budget[chosen]]
    )  # the few of the last rung count as much as all of the first
    forest = RandomForestRegressor(
        TREES, min_samples_leaf=SMALLEST_LEAF, max_leaf_nodes=256, max_features=0.7, random_state=0
    )
    forest.fit(inputs, target, weights / weights.mean())
    parts = np.array([_variance_parts(*_leaves(tree.tree_, inputs.shape[1])) for tree in forest.estimators_])
    main, whole = parts[:, :-1].mean(axis=0), parts[:, -1].mean()
    return main / whole if whole > 0 else np.full(positions.shape[1], np.nan)


def _some_of_each(kinds: np.ndarray, most: int) -> np.ndarray:
    """The places of at most `most` entries, at random, as many of each kind as there are."""
    random = np.random.default_rng(0)
    each = most // (kinds.max() + 1)
    places = (np.flatnonzero(kinds == kind) for kind in range(kinds.max() + 1))
    return np.sort(np.concatenate([random.choice(of, min(len(of), each), replace=False) for of in places]))


def _variance_parts(low: np.ndarray, high: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Of one tree, where its last input, the epoch, is highest: the variance that each other input explains
    alone, and last the whole variance."""
    last = high[:, -1] >= 1
    low, high, value = (
        low[last, :-1],
        high[last, :-1],
        value[last],
    )  # they fill the unit cube of the other inputs
    size = high - low
    volume = size.prod(axis=1)
    mean = (volume * value).sum()
    parts = np.zeros(size.shape[1] + 1)
    parts[-1] = (volume * (value - mean) ** 2).sum()
    for place in range(size.shape[1]):
        edges = np.unique(np.concatenate([low[:, place], high[:, place]]))
        middles, widths = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
        # The mean over all other inputs, for each interval between splits of this one.
        within = (low[:, place, None] <= middles) & (middles < high[:, place, None])
        marginal = (volume / size[:, place] * value) @ within
        parts[place] = (widths * (marginal - mean) ** 2).sum()
    return parts


def _leaves(tree, inputs: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The boxes of a tree's leaves in the unit cube: low and high of shape [leaves, inputs], and their
    values."""
    low, high = np.zeros((tree.node_count, inputs)), np.ones((tree.node_count, inputs))
    for node in range(tree.node_count):  # parents come before their children
        for child, end in ((tree.children_left[node], high), (tree.children_right[node], low)):
            if child >= 0:
                low[child], high[child] = low[node], high[node]
                end[child, tree.feature[node]] = tree.threshold[node]
    leaf = tree.children_left < 0
    return low[leaf], high[leaf], tree.value[leaf, 0, 0]


# ---- PED-ANOVA


def _ped_anova(
    positions: np.ndarray, rows: pd.DataFrame, searched: list[Hyperparameter], maximize: bool
) -> np.ndarray:
    """The Pearson divergence of the best tenth's values from all values, as shares."""
    rank = rows.groupby("epoch")["score"].rank(pct=True, ascending=not maximize).to_numpy()
    best = rank <= max(0.1, np.sort(rank)[min(len(rank), 5) - 1])  # at least some five of them
    found = np.zeros(len(searched))
    for place, each in enumerate(searched):
        bins = min(len(each.values), 50) if not each.is_range else BINS
        values = np.nan_to_num(
            np.clip(positions[:, place], 0, 1 - 1e-9), nan=-0.5 / bins
        )  # inactive: a bin of its own
        cells = np.floor(values * bins).astype(int) + 1
        everything, top = (np.bincount(cells[keep], minlength=bins + 1) for keep in (slice(None), best))
        there = everything > 0
        # A few of all trials are added to the best, so that ten trials in ten cells don't count as a
        # difference.
        usual = everything[there] / everything.sum()
        favoured = (top[there] + bins * usual) / (top.sum() + bins)
        found[place] = (usual * (favoured / usual - 1) ** 2).sum()
    return found / found.sum() if found.sum() > 0 else np.full(len(searched), np.nan)


def two_most_important(results: Results, known: pd.DataFrame | None = None) -> list[Hyperparameter]:
    """At most two; in the order of the search space where nothing is known."""
    known = importance(results) if known is None else known
    by_name = {each.name: each for each in results.searched}
    return [by_name[name] for name in known["name"]][:2] or list(by_name.values())[:2]
