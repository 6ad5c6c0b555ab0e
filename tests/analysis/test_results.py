"""results.py, progress.py, work.py: what a file says."""

import json
import math
import subprocess

import h5py
import numpy as np
import pandas as pd
import pytest

import made
from sibyl_analysis.hyperparameters import Hyperparameter
from sibyl_analysis.progress import best_so_far, curve_quantiles, learning_curves, score_at
from sibyl_analysis.results import Results, ResultsError, open_all
from sibyl_analysis.text import duration, number
from sibyl_analysis.work import idle_report, pieces_of_work


def test_a_sweep_of_the_real_writer_is_understood(results):
    assert results.objective == "val_loss" and not results.maximize and results.finished
    assert len(results.trials) == 98
    assert results.trials["status"].map(type).eq(str).all()
    assert [each.name for each in results.searched] == [
        "learning_rate",
        "width",
        "dropout",
        "optimizer",
        "momentum",
    ]
    assert results.counts()["failed"] == (results.trials["status"] == "failed").sum() > 0
    assert results.metrics == ["loss", "val_loss", "val_accuracy"]


def test_inactive_values_are_missing_where_their_condition_does_not_hold(results):
    adam = results.trials["hp:optimizer"] == "adam"
    assert 0 < adam.sum() < len(adam)
    assert results.trials["hp:momentum"].isna().equals(adam)


def test_the_best_trial_is_the_summarys(results, sweep):
    told = json.loads(
        subprocess.run([made.JOBS / "synthetic", "summary", sweep, "--json"], capture_output=True).stdout
    )
    ranked = [row["trial"] for row in told["trials"] if row["score"] is not None]
    assert results.leaderboard(len(ranked))["trial"].tolist() == ranked


def test_marks_of_all_types_become_missing(tmp_path):
    types = [
        ("hp:whole", "<i8"),
        ("hp:negative", "<i8"),
        ("hp:flag", "i1"),
        ("hp:word", "S4"),
        ("hp:real", "<f8"),
    ]
    table = made.trials_of(2, types)
    table["hp:whole"], table["hp:negative"], table["hp:flag"] = [-1, 3], [np.iinfo(np.int64).min, -1], [-1, 1]
    table["hp:word"], table["hp:real"] = ["", "a"], [np.nan, 0.5]
    space = made.space_of(
        made.range_of("whole", 0, 9, "int"),
        made.range_of("negative", -5, 5, "int"),
        made.choice_of("flag", [False, True], "boolean"),
        made.choice_of("word", ["a", "b"]),
        made.range_of("real", 0, 1),
    )
    trials = Results.open(made.write(tmp_path / "results.h5", table, space=space)).trials
    for name, value in (("whole", 3), ("negative", -1), ("flag", True), ("word", "a"), ("real", 0.5)):
        column = trials[f"hp:{name}"]
        assert column.isna().tolist() == [True, False]
        assert column[1] == value


def test_a_ranges_positions_follow_its_sampling():
    def at(low, high, sampling, *values):
        each = Hyperparameter("x", "float", low, high, 0, sampling, [], True, "")
        return each.positions(pd.Series(values)).tolist()

    assert at(1e-4, 1, "log", 1e-4, 1e-2, 1) == pytest.approx([0, 0.5, 1])
    assert at(0, 10, "linear", 0, 5, 10) == pytest.approx([0, 0.5, 1])
    assert at(1, 100, "reverse_log", 1, 91, 100) == pytest.approx([0, 0.5, 1])  # dense at the upper end


def test_of_epochs_recorded_twice_the_last_counts(tmp_path):
    epochs = made.epochs_of([0, 0, 0, 1], [1, 2, 2, 2], [5.0, 4.0, 3.0, 1.0], attempt=[0, 0, 1, 0])
    results = Results.open(made.write(tmp_path / "results.h5", made.trials_of(2, score=[3.0, 1.0]), epochs))
    assert len(results.recorded_epochs) == 4
    assert results.epochs["val_loss"].tolist() == [5.0, 3.0, 1.0]
    assert results.learning_curve(0)["val_loss"].tolist() == [5.0, 3.0]


@pytest.mark.parametrize("maximize, order", [(False, [1, 2, 0]), (True, [0, 1, 2])])
def test_the_leaderboard_follows_the_direction_and_breaks_ties_by_trial(tmp_path, maximize, order):
    table = made.trials_of(5, score=[3.0, 1.0, 1.0, np.nan, np.inf])
    results = Results.open(made.write(tmp_path / "results.h5", table, maximize=maximize))
    assert results.leaderboard(9)["trial"].tolist() == order
    assert results.best["trial"] == order[0]


def test_best_so_far_ends_at_the_best_score(results):
    history = best_so_far(results)
    assert history["score"].iloc[-1] == results.best["score"]
    assert history["trial"].iloc[-1] == results.best["trial"]
    assert (history["score"].diff().dropna() <= 0).all()
    assert history["epochs"].iloc[-1] == len(results.epochs)
    assert history["trials"].iloc[-1] == results.epochs["trial"].nunique()


def test_best_so_far_counts_time_epochs_and_trials_and_never_goes_back(tmp_path):
    epochs = made.epochs_of([0, 1, 0, 2, 1], [1, 1, 2, 1, 2], [5.0, 4.0, 6.0, 0.1, 3.0])
    table = made.trials_of(3, score=[5.0, 3.0, 0.1], status=["completed", "completed", "failed"])
    results = Results.open(made.write(tmp_path / "results.h5", table, epochs))
    history = best_so_far(results)
    assert history["score"].tolist() == [5.0, 4.0, 0.1, 0.1]  # of a trial that failed after it
    assert history["seconds"].tolist() == [1.0, 2.0, 4.0, 5.0]
    assert history["epochs"].tolist() == [1, 2, 4, 5]
    assert history["trials"].tolist() == [1, 2, 3, 3]
    assert history["trial"].tolist() == [0, 1, 2, 2]
    assert results.best["trial"] == 2
    assert score_at(history, "seconds", np.array([0.5, 1.0, 3.9, 99.0]))[1:].tolist() == [5.0, 4.0, 0.1]
    assert math.isnan(score_at(history, "seconds", np.array([0.5]))[0])


def test_of_several_executions_the_score_is_the_mean_of_their_best(tmp_path):
    epochs = made.epochs_of([0, 0, 0, 0], [1, 2, 1, 2], [4.0, 5.0, 2.0, 1.0], execution=[0, 0, 1, 1])
    table = made.trials_of(1, score=[2.5], executions=2)
    results = Results.open(made.write(tmp_path / "results.h5", table, epochs))
    history = best_so_far(results)
    assert history["score"].tolist() == [3.0, 2.5, 2.5]  # (4 + 2) / 2, then (4 + 1) / 2
    assert learning_curves(results)[0][:, 1].tolist() == [3.0, 3.0]


def test_learning_curves_are_the_epochs(results):
    curves = learning_curves(results)
    assert sum(map(len, curves.values())) == len(results.epochs)
    trial = int(results.best["trial"])
    assert curves[trial][:, 1].tolist() == results.learning_curve(trial)["val_loss"].tolist()
    assert curve_quantiles(results).index.max() == 27


def test_the_time_between_starts_of_a_sweep_does_not_count(tmp_path):
    path = made.write(tmp_path / "results.h5", made.trials_of(1))
    results = Results.open(path)
    table = np.zeros(2, [("launch", "<i8"), ("started", "<f8"), ("last_seen", "<f8"), ("ended", "<f8")])
    table["started"], table["ended"] = made.BEGAN + np.array([0, 1000]), [np.nan, np.nan]
    table["last_seen"] = made.BEGAN + np.array([10, 1020])
    results.tables["launches"] = table
    assert results.elapsed(made.BEGAN + np.array([5, 10, 500, 1000, 1005])).tolist() == [5, 10, 10, 10, 15]


def test_the_launches_of_an_older_file_have_todays_name_and_the_state_that_their_end_begins_with(tmp_path):
    path = made.write(tmp_path / "results.h5", made.trials_of(1))
    ends = ["", "stopped: SIGUSR1 came", "stopped: given up: 20 failures", "given up: 20 failures"]
    ends += ["failed: its one trial failed", "finished: the plan is done"]
    table = np.zeros(len(ends), [("attempt", "<i8"), ("started", "<f8"), ("end", "S40")])
    table["started"], table["end"] = made.BEGAN, ends
    with h5py.File(path, "a") as file:
        file["attempts"] = table
    launches = Results.open(path).launches
    assert launches.columns.tolist() == ["launch", "started", "end", "state"]
    assert launches["end"].tolist() == ends
    assert launches["state"].tolist() == ["", "stopped", "given_up", "given_up", "failed", "finished"]


def test_the_idle_report_finds_the_longest_gap(tmp_path):
    epochs = made.epochs_of([0, 0, 1], [1, 2, 1], [1.0, 1.0, 1.0], worker=1)
    epochs["started"] = made.BEGAN + np.array([0, 1, 7])
    there = np.zeros(1, made.WORKERS)
    there["worker"], there["joined"], there["left"] = 1, made.BEGAN, made.BEGAN + 10
    there["busy"], there["idle"] = 3, 7
    results = Results.open(made.write(tmp_path / "results.h5", made.trials_of(2), epochs, workers=there))
    report = idle_report(results).iloc[0]
    assert report["longest_gap"] == pytest.approx(5.0)
    assert report["idle_share"] == pytest.approx(0.7)
    pieces = pieces_of_work(results)
    assert pieces["trial"].tolist() == [0, 1] and (pieces["ended"] - made.BEGAN).tolist() == [2, 8]


def test_unknown_columns_and_tables_are_no_problem(tmp_path):
    path = made.write(tmp_path / "results.h5", made.trials_of(1, [("news", "<f8")]))
    with h5py.File(path, "a") as file:
        file["more"] = np.zeros(3)
        file["table"] = np.zeros(3, [("a", "<i4")])
    assert "news" in Results.open(path).trials


def test_a_directory_and_a_file_are_the_same_sweep_and_equal_names_are_told_apart(tmp_path):
    for folder in ("a/run", "b/run"):
        (tmp_path / folder).mkdir(parents=True)
        made.write(tmp_path / folder / "results.h5", made.trials_of(1))
    assert Results.open(tmp_path / "a/run").path == Results.open(tmp_path / "a/run/results.h5").path
    assert list(open_all([tmp_path / "a/run", tmp_path / "b/run"])) == ["a/run", "b/run"]
    with pytest.raises(ResultsError, match="twice"):
        open_all([tmp_path / "a/run", tmp_path / "a/run"])


def test_numbers_and_times_read_well():
    assert [number(value) for value in (0.88704, 1e-5, 1234567.0, math.nan)] == [
        "0.887",
        "1e-05",
        "1,234,567",
        "none",
    ]
    assert [duration(value) for value in (0.25, 41, 150, 90000)] == ["0.2 s", "41 s", "2.5 min", "25 h"]


# ---- what a value is, the search space says and not its looks


def choices(values, kind="choice"):
    return Hyperparameter("x", kind, math.nan, math.nan, math.nan, "", values, False, "")


def test_texts_that_look_like_numbers_or_like_nothing_are_texts():
    for values in (["nan", "NaN", "inf"], ["1", "1.0", "1e0"], ["true", "false"], ["NA", "None", "null"]):
        each = choices(values)
        assert each.codes(pd.Series(values, dtype=object)).tolist() == [0, 1, 2][: len(values)]
        assert len(set(each.labels())) == len(values)
    assert choices(["1", "1.0"]).codes(pd.Series(["1.0", "2", None], dtype=object)).tolist()[0] == 1


def test_numbers_and_booleans_in_a_column_of_texts_are_found_by_their_value():
    each = choices(["auto", 0.1, 7, True])
    column = pd.Series(["auto", "0.1", "7", "true", None], dtype=object)
    assert each.codes(column).tolist()[:4] == [0, 1, 2, 3] and np.isnan(each.codes(column)[4])


def test_numbers_that_look_the_same_when_short_have_labels_in_full():
    assert choices([0.10001, 0.10002, 0.5]).labels() == ["0.10001", "0.10002", "0.5"]


def test_no_text_is_a_value_where_it_is_a_choice_and_else_inactive(tmp_path):
    table = made.trials_of(3, [("hp:plain", "S10"), ("hp:odd", "S10")], score=1.0)
    table["hp:plain"], table["hp:odd"] = ["a", "", "b"], ["", "<inactive>", "c"]
    space = made.space_of(made.choice_of("plain", ["a", "b"]), made.choice_of("odd", ["", "c"]))
    trials = Results.open(made.write(tmp_path / "results.h5", table, space=space)).trials
    assert trials["hp:plain"].isna().tolist() == [False, True, False]
    assert trials["hp:odd"].isna().tolist() == [False, True, False]
    assert trials["hp:odd"][0] == ""
