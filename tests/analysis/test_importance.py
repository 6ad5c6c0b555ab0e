"""Both methods, on functions of which the answer is known."""

import json
import subprocess
import sys

import numpy as np
import pytest

import made
from sibyl_analysis.importance import importance
from sibyl_analysis.pictures import importances, style
from sibyl_analysis.results import Results


def made_of(tmp_path, function, count=600, seed=0):
    """Trials over a, b (0 to 1) and a choice c of two, with the score function(a, b, c)."""
    random = np.random.default_rng(seed)
    table = made.trials_of(count, [("hp:a", "<f8"), ("hp:b", "<f8"), ("hp:c", "S1")])
    table["hp:a"], table["hp:b"], table["hp:c"] = (
        random.random(count),
        random.random(count),
        random.choice([b"x", b"y"], count),
    )
    table["score"] = function(table["hp:a"], table["hp:b"], table["hp:c"] == b"y")
    space = made.space_of(made.range_of("a", 0, 1), made.range_of("b", 0, 1), made.choice_of("c", ["x", "y"]))
    return importance(Results.open(made.write(tmp_path / "results.h5", table, space=space))).set_index("name")


def test_what_decides_alone_has_nearly_all(tmp_path):
    found = made_of(tmp_path, lambda a, b, c: (a - 0.3) ** 2)
    assert found.index[0] == "a"
    assert found.loc["a", "fanova"] > 0.9 and found.loc["a", "ped_anova"] > 0.9


def test_two_equal_parts_are_equal(tmp_path):
    found = made_of(tmp_path, lambda a, b, c: a + b)
    assert found.loc["a", "fanova"] == pytest.approx(found.loc["b", "fanova"], abs=0.08)
    assert found.loc["c"].max() < 0.05


def test_a_choice_can_matter(tmp_path):
    assert made_of(tmp_path, lambda a, b, c: 3.0 * c + 0.1 * a).index[0] == "c"


def test_one_diverged_trial_is_not_all_of_the_variance(tmp_path):
    def score(a, b, c):
        scores = a.copy()
        scores[np.argmax(b)] = 1e12
        return scores

    assert made_of(tmp_path, score).loc["a", "fanova"] > 0.85


def test_shares_are_shares_and_the_same_each_time(tmp_path):
    first, again = (made_of(tmp_path, lambda a, b, c: a * b + c) for _ in range(2))
    assert first.equals(again)
    assert (first >= 0).all(axis=None) and (first.sum() <= 1 + 1e-9).all()


def test_what_still_matters_among_the_best_is_seen_by_ped_anova(tmp_path):
    # b decides only where a is good: over the whole space its part is small.
    found = made_of(tmp_path, lambda a, b, c: np.where(a < 0.2, b * 0.1, 1 + a), count=3000)
    assert found.loc["b", "ped_anova"] > 3 * found.loc["b", "fanova"]


def test_too_few_trials_say_nothing(tmp_path):
    assert made_of(tmp_path, lambda a, b, c: a, count=5).empty


def test_a_sweeps_learning_rate_is_found(results):
    assert importance(results)["name"].iloc[0] == "learning_rate"


def test_without_scikit_learn_the_other_method_is_left(results, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    found = importance(results)
    assert found["fanova"].isna().all() and found["ped_anova"].is_monotonic_decreasing
    assert "by PED-ANOVA" in style.title_of(importances.draw(results, found))


def test_what_matters_at_the_last_epoch_counts_not_what_matters_at_the_first(tmp_path):
    random = np.random.default_rng(0)
    table = made.trials_of(300, [("hp:a", "<f8"), ("hp:b", "<f8")])
    table["hp:a"], table["hp:b"] = random.random(300), random.random(300)
    table["score"] = table["hp:b"]
    rungs = np.zeros(600, made.RUNGS)
    rungs["trial"], rungs["epoch"] = np.tile(np.arange(300), 2), np.repeat([1, 9], 300)
    rungs["score"] = np.concatenate([table["hp:a"], table["hp:b"]])
    space = made.space_of(made.range_of("a", 0, 1), made.range_of("b", 0, 1))
    found = importance(Results.open(made.write(tmp_path / "results.h5", table, space=space, rungs=rungs)))
    assert found["name"].iloc[0] == "b" and found["fanova"].iloc[0] > 0.8


def test_summary_says_the_same_numbers(sweep, results):
    job = str(made.JOBS / "synthetic")
    done = subprocess.run([job, "summary", str(sweep), "--json"], capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)["importances"]
    known = importance(results).set_index("name")["ped_anova"]
    assert set(said) == set(known.index)
    assert list(said.values()) == sorted(said.values(), reverse=True)
    for name, share in known.items():
        assert said[name] == pytest.approx(share, abs=1e-9), name
    shown = subprocess.run([job, "summary", str(sweep)], capture_output=True, text=True, check=True).stdout
    assert f"Matters   {next(iter(said))} " in shown
