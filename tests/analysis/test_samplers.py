"""samplers.py: who chose which trials, and what was expected of them."""

import re

import h5py
import numpy as np
import pandas as pd
import pytest
from numpy.lib.recfunctions import drop_fields

import made
from sibyl_analysis.commands import report
from sibyl_analysis.pictures import expectations, style
from sibyl_analysis.results import Results
from sibyl_analysis.samplers import (
    by_sampler,
    expected_and_seen,
    expects,
    rank_correlation,
    several,
    within_two,
)
from sibyl_analysis.sections import samplers, sweep

CHOSEN = [
    ("sampler", "S6"), ("parent", "<i8"), ("expected_score", "<f8"), ("expected_deviation", "<f8"),
    ("expected_epoch", "<i4"),
]  # fmt: skip


def chosen(folder, sampler, score, expected, deviation, rungs=None, objective="val_loss", maximize=False, **columns):
    """Trials chosen by these samplers, all of them with a row in /rungs at epoch 9 unless `rungs` says otherwise."""
    count = len(score)
    table = made.trials_of(count, [*CHOSEN, ("hp:rate", "<f8")], score=score, sampler=sampler, parent=-1, **columns)
    table["expected_score"], table["expected_deviation"] = expected, deviation
    table["hp:rate"] = np.linspace(0, 1, count)
    table["started"] = made.BEGAN + 10 * np.arange(count)
    if rungs is None:
        rungs = np.zeros(count, made.RUNGS)
        rungs["trial"], rungs["epoch"], rungs["score"], rungs["decision"] = np.arange(count), 9, score, "completed"
        rungs["time"] = table["started"] + 9
    space = made.space_of(made.range_of("rate", 0, 1))
    epochs = made.epochs_of(np.arange(count), [1] * count, score, metric=objective)
    path = made.write(
        folder / "results.h5", table, epochs, space, rungs, objective=objective, maximize=maximize
    )
    return Results.open(path)


@pytest.fixture
def few(tmp_path):
    """Two Sobol points, three that gp chose, of which it expected .5 +- .1 and one came out far better."""
    return chosen(
        tmp_path,
        ["sobol", "sobol", "gp", "gp", "gp"],
        [0.9, 0.7, 0.55, 0.65, 0.1],
        [np.nan, np.nan, 0.5, 0.6, 0.4],
        [np.nan, np.nan, 0.1, 0.1, 0.1],
    )


def test_each_samplers_trials_and_scores(few):
    rows = by_sampler(few).set_index("sampler")
    assert rows["trials"].to_dict() == {"gp": 3, "sobol": 2}
    assert rows["best"].to_dict() == {"gp": 0.1, "sobol": 0.7}
    assert rows["median"].to_dict() == pytest.approx({"gp": 0.55, "sobol": 0.8})
    assert rows["best_trial"].to_dict() == {"gp": 4, "sobol": 1}


def test_where_more_is_better_the_best_is_the_highest_and_failures_have_no_score(tmp_path):
    results = chosen(
        tmp_path, ["gp", "gp", "tpe"], [0.2, 0.4, np.nan], np.nan, np.nan, maximize=True,
        status=["completed", "completed", "failed"],
    )  # fmt: skip
    rows = by_sampler(results).set_index("sampler")
    assert rows["best"]["gp"] == 0.4 and np.isnan(rows["best"]["tpe"])
    assert rows["failed"].to_dict() == {"gp": 0, "tpe": 1}
    assert '<td class="number">1</td>' in "".join(samplers.samplers(results))
    assert not expects(results)


def test_what_was_expected_meets_what_was_seen(few):
    both = expected_and_seen(few)
    assert both["trial"].tolist() == [2, 3, 4] and both["seen"].tolist() == [0.55, 0.65, 0.1]
    assert both["epoch"].unique().tolist() == [9]
    assert rank_correlation(both) == pytest.approx(1)  # .5 .6 .4 against .55 .65 .1
    assert within_two(both) == 2
    assert rank_correlation(both.assign(seen=-both["seen"])) == pytest.approx(-1)
    assert np.isnan(rank_correlation(both.head(2))) and np.isnan(rank_correlation(both.assign(seen=1.0)))
    two_epochs = pd.DataFrame({"epoch": [1, 1, 9, 9], "expected": [8, 9, 1, 2], "seen": [9, 8, 2, 1]})
    assert rank_correlation(two_epochs) == pytest.approx(-1)  # that later scores are better is no merit
    sure = both.assign(deviation=0.0, seen=both["expected"] + [0, 0, 1])
    assert within_two(sure) == 2


@pytest.fixture
def rungs_of_three(tmp_path):
    """Rungs at epochs 1 and 3. Of trials 1 to 3 the score at 1, at 3, and at 3 was expected; trial 3 came to 1 only."""
    rows = [(0, 0, 1, 0.9), (1, 0, 1, 0.8), (2, 0, 1, 0.7), (3, 0, 1, 0.6), (1, 1, 3, 0.5), (2, 1, 3, 0.4)]
    rungs = np.zeros(len(rows), made.RUNGS)
    for name, column in zip(("trial", "rung", "epoch", "score"), zip(*rows)):
        rungs[name] = column
    rungs["decision"] = "promoted"
    at = [0, 1, 3, 3]
    return lambda **columns: chosen(
        tmp_path, ["sobol"] + ["gp"] * 3, [0.9, 0.5, 0.4, 0.6], [np.nan, 0.75, 0.45, 0.45], 0.1, rungs,
        **({"expected_epoch": at} if not columns else columns),
    )  # fmt: skip


def test_under_hyperband_seen_is_what_was_at_the_epoch_that_the_expectation_is_for(rungs_of_three):
    results = rungs_of_three()
    both = expected_and_seen(results)
    assert both[["trial", "epoch", "seen"]].to_numpy().tolist() == [[1, 1, 0.8], [2, 3, 0.4]]
    note = expectations.draw(results)._supxlabel.get_text().replace("\n", " ")
    assert "at the epoch that the expectation is for" in note


def test_where_nobody_knows_the_epoch_nothing_is_compared(rungs_of_three):
    assert expected_and_seen(rungs_of_three(expected_epoch=0)).empty


def test_a_trial_that_failed_or_came_not_so_far_is_not_seen(tmp_path):
    rungs = np.zeros(2, made.RUNGS)
    rungs["trial"], rungs["epoch"], rungs["score"] = [0, 1], 9, [0.5, 0.4]
    rungs["decision"] = ["completed", "failed"]
    results = chosen(tmp_path, ["gp"] * 3, [0.5, 0.4, np.nan], [0.5, 0.5, 0.5], 0.1, rungs)
    assert expected_and_seen(results)["trial"].tolist() == [0]
    told = samplers.expectations(results)
    assert "<dd>3</dd>" in told and "1 of 1, 100%" in told and "unknown" in told


def test_the_page_says_who_chose_and_how_well_it_knew(few, tmp_path):
    report_file = report.write({"few": few}, tmp_path / "report")
    text = report_file.read_text()
    assert "What the sampler expected" in text and "2 of 3, 67%" in text and "Samplers</h2>" in text
    assert (tmp_path / "report" / "expectations.svg").exists()
    first = re.search(r'<tr class="first">(.*?)</tr>', text)[1]
    assert "<td>gp</td>" in first and "<th>chosen by</th>" in text


def test_a_file_of_one_sampler_or_without_these_columns_has_no_such_parts(tmp_path):
    alone = chosen(tmp_path, ["random"] * 3, [0.3, 0.2, 0.1], np.nan, np.nan)
    with h5py.File(tmp_path / "results.h5", "a") as file:
        rows = file["trials"][:]
        del file["trials"]
        file["trials"] = drop_fields(rows, [name for name, _ in CHOSEN])
    old = Results.open(tmp_path / "results.h5")
    assert "sampler" in alone.trials and "sampler" not in old.trials
    for results in (alone, old):
        assert not several(results) and not expects(results) and not samplers.samplers(results)
        assert expected_and_seen(results).empty and "chosen by" not in sweep.best_trials(results)


def test_what_the_scheduler_chose_has_its_name(tmp_path):
    results = chosen(tmp_path, ["random", ""], [0.3, 0.2], np.nan, np.nan)
    assert by_sampler(results)["sampler"].tolist() == ["not known", "random"]
    results.trials["parent"] = [-1, 0]
    assert set(by_sampler(results)["sampler"]) == {"scheduler", "random"}


def dots(axes):
    return sum(len(each.get_offsets()) for each in axes.collections if each.get_label() in ("gp", "tpe", "mine"))


def test_the_picture_has_a_dot_a_trial_the_diagonal_and_bars(few):
    figure = expectations.draw(few)
    left, right = figure.axes
    assert dots(left) == dots(right) == 3
    line = left.lines[0]
    assert list(line.get_xdata()) == list(line.get_ydata()) and left.get_xlim() == left.get_ylim()
    bars = next(each for each in left.collections if not each.get_label().startswith("gp"))
    assert bars.get_segments()[0][:, 0] == pytest.approx([0.3, 0.7])
    assert "rank correlation 1.00, 67% within two deviations" in style.title_of(figure)
    assert left.get_xlabel() == "expected val_loss" and "lower is better" in left.get_ylabel()


def test_far_surprises_stand_at_the_edge_and_are_counted(tmp_path):
    results = chosen(tmp_path, ["gp"] * 4, [0.5, 0.5, 0.5, 9], [0.5, 0.4, 0.6, 0.5], 0.1)
    right = expectations.draw(results).axes[1]
    assert right.get_title(loc="left").endswith("1 beyond 6, drawn at the edge")
    ends = next(each for each in right.collections if each.get_label() == "gp").get_offsets()[:, 1]
    assert ends.max() == expectations.FARTHEST


def test_many_trials_are_a_sample_without_bars_and_small(tmp_path):
    count = 10_000
    random = np.random.default_rng(1)
    expected = random.uniform(0, 1, count)
    score = expected + random.normal(0, 0.05, count)
    results = chosen(tmp_path, random.choice([b"gp", b"mine"], count), score, expected, 0.05)
    figure = expectations.draw(results)
    left, right = figure.axes
    assert dots(left) == expectations.MOST_DOTS and len(left.collections) == 2
    assert {text.get_text() for text in right.get_legend().get_texts()} == {"gp", "mine"}
    note = figure._supxlabel.get_text()
    assert "A sample of 3,000" in note and "Bars" not in note
    assert 0.94 < within_two(expected_and_seen(results)) / count < 0.97
    style.save(figure, tmp_path / "many")
    assert (tmp_path / "many.svg").stat().st_size < 600_000


def test_where_nothing_came_so_far_yet_the_picture_says_so(tmp_path):
    results = chosen(tmp_path, ["gp"], [np.nan], [0.5], 0.1, np.zeros(0, made.RUNGS))
    assert style.title_of(expectations.draw(results)).startswith("No trial yet")
    assert "0 of 0" in samplers.expectations(results)
