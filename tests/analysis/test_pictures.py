"""Pictures are checked for what they show: panels, marks, scales, titles."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection, PathCollection, PolyCollection, QuadMesh

import made
from sibyl_analysis.importance import importance
from sibyl_analysis.pictures import (
    best_so_far,
    failures,
    gallery,
    importances,
    ladder,
    learning_curves,
    pair,
    parallel_coordinates,
    scores,
    style,
    timeline,
)
from sibyl_analysis.results import Results


@pytest.fixture(scope="module")
def known(results):
    return importance(results)


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """20,000 trials, each of one epoch, a score that depends on `rate` only, and a choice."""
    random = np.random.default_rng(0)
    count = 20_000
    table = made.trials_of(count, [("hp:rate", "<f8"), ("hp:kind", "S1")], worker=1 + np.arange(count) % 100)
    table["hp:rate"], table["hp:kind"] = 10 ** random.uniform(-4, 0, count), random.choice(
        [b"a", b"b"], count
    )
    table["score"] = (np.log10(table["hp:rate"]) + 2) ** 2 + random.uniform(0.5, 0.6, count)
    epochs = made.epochs_of(np.arange(count), np.ones(count), table["score"], worker=table["worker"])
    rungs = np.zeros(count, made.RUNGS)
    rungs["trial"], rungs["score"], rungs["epoch"] = np.arange(count), table["score"], 1
    rungs["decision"] = "completed"
    workers = np.zeros(100, made.WORKERS)
    workers["worker"], workers["joined"], workers["left"] = 1 + np.arange(100), made.BEGAN, made.BEGAN + count
    workers["busy"], workers["idle"] = 1, 99
    space = made.space_of(made.range_of("rate", 1e-4, 1, sampling="log"), made.choice_of("kind", ["a", "b"]))
    folder = tmp_path_factory.mktemp("many")
    return Results.open(made.write(folder / "results.h5", table, epochs, space, rungs, workers))


def drawn(axes, kind, gid=None):
    return [
        each for each in axes.collections if isinstance(each, kind) and (gid is None or each.get_gid() == gid)
    ]


def note(figure):
    return figure._supxlabel.get_text().replace("\n", " ")


def test_best_so_far_has_three_panels_with_units_and_ends_at_the_best(results):
    figure = best_so_far.draw(results)
    assert [axes.get_xlabel() for axes in figure.axes] == [
        "time [s]",
        "epochs trained, all trials",
        "trials begun",
    ]
    best = results.best["score"]
    assert all(axes.lines[0].get_ydata()[-1] == best for axes in figure.axes)
    assert figure.axes[1].lines[0].get_xdata()[-1] == len(results.epochs)
    title = style.title_of(figure)
    assert f"Best val_loss {best:.4g} (trial {results.best['trial']}) after {len(results.epochs)} epochs" in title


def test_a_learning_curve_is_a_line_for_each_trial_of_more_than_one_epoch(results):
    axes = learning_curves.draw(results).axes[0]
    longer = (results.trials["epochs"] > 1).sum()
    assert sum(len(each.get_segments()) for each in drawn(axes, LineCollection)) >= longer
    stopped = [each for each in drawn(axes, LineCollection) if each.get_alpha() == 0.4]
    assert stopped and axes.get_xlabel() == "epoch" and "val_loss" in axes.get_ylabel()
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["1", "3", "9", "27"]


def test_many_learning_curves_are_a_sample_that_says_so(many):
    figure = learning_curves.draw(many)
    points = sum(len(each.get_offsets()) for each in drawn(figure.axes[0], PathCollection))
    assert 30 <= points <= learning_curves.MOST
    assert f"of {len(many.trials):,} trials" in note(figure)


def test_the_ladder_shows_each_decision_of_each_bracket(results):
    figure = ladder.draw(results)
    panels = [axes for axes in figure.axes if axes.get_title(loc="left")]
    assert [axes.get_title(loc="left") for axes in panels] == [
        f"bracket {bracket}" for bracket in (3, 2, 1, 0)
    ]
    for axes, bracket in zip(panels, (3, 2, 1, 0)):
        for decision, expected in (
            results.rungs[results.rungs["bracket"] == bracket]["decision"].value_counts().items()
        ):
            assert sum(len(each.get_offsets()) for each in drawn(axes, PathCollection, decision)) == expected
    climbs = sum(len(each.get_segments()) for axes in panels for each in drawn(axes, LineCollection))
    scored = results.rungs.dropna(subset=["score"])
    assert climbs == (scored["trial"].value_counts() > 1).sum()
    assert f"{(results.rungs['decision'] == 'promoted').sum()} promotions" in style.title_of(figure)


def test_the_ladder_counts_all_and_draws_a_sample(many):
    figure = ladder.draw(many)
    assert len(drawn(figure.axes[0], PathCollection, "completed")[0].get_offsets()) == ladder.MOST_DOTS
    assert "20,000" in [text.get_text() for text in figure.axes[0].texts]
    assert "sample" in note(figure)


def test_parallel_coordinates_have_an_axis_for_each_hyperparameter_and_a_line_a_trial(results, known):
    axes = parallel_coordinates.draw(results, known).axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == [
        each.name for each in results.searched
    ] + ["val_loss"]
    assert len(drawn(axes, LineCollection)[0].get_segments()) == len(results.leaders)
    assert "inactive" in [text.get_text() for text in axes.texts]


def test_each_hyperparameter_has_a_panel_on_the_scale_it_was_sampled_on(results, known):
    figure = scores.draw(results, known)
    panels = {axes.get_xlabel(): axes for axes in figure.axes if axes.get_xlabel()}
    assert set(panels) == {"learning_rate", "width", "dropout", "optimizer", "momentum"}
    assert {name: axes.get_xscale() for name, axes in panels.items()} == {
        "learning_rate": "log",
        "width": "log",
        "dropout": "linear",
        "optimizer": "linear",
        "momentum": "linear",
    }
    assert [text.get_text() for text in panels["optimizer"].get_xticklabels()] == ["sgd", "adam"]
    active = results.leaders["hp:momentum"].notna().sum()
    assert len(drawn(panels["momentum"], PathCollection)[0].get_offsets()) == active
    assert len(drawn(panels["width"], PathCollection)[0].get_offsets()) == len(results.leaders)


def test_many_trials_become_a_density_that_counts_all_of_them(many):
    figure = scores.draw(many, importance(many))
    mesh = drawn(figure.axes[0], QuadMesh)[0]
    assert mesh.get_array().sum() == len(many.trials)
    assert mesh.get_rasterized()


def test_the_pair_is_that_of_the_most_important(results, known):
    axes = pair.draw(results, known).axes[0]
    assert [axes.get_xlabel(), axes.get_ylabel()] == known["name"].tolist()[:2]
    assert axes.get_xscale() == "log"


def test_importances_are_bars_of_both_methods(results, known):
    figure = importances.draw(results, known)
    assert len(figure.axes[0].patches) == 2 * len(results.searched)
    assert "learning_rate matters most for val_loss" in style.title_of(figure) and "fANOVA" in style.title_of(
        figure
    )


def test_the_timeline_has_a_box_for_each_piece_of_work_over_red(results):
    from sibyl_analysis.work import pieces_of_work

    axes = timeline.draw(results).axes[0]
    assert len(drawn(axes, PolyCollection, "work")[0].get_paths()) == len(pieces_of_work(results))
    idle = drawn(axes, PolyCollection, "idle")[0]
    assert len(idle.get_paths()) == len(results.workers)
    assert np.allclose(idle.get_facecolor()[0, :3], np.array([0xD5, 0x5E, 0x00]) / 255)
    assert axes.get_xlabel() == "time since the sweep began [s]"


def test_the_timeline_of_many_workers_is_an_image_with_a_row_each(many):
    figure = timeline.draw(many)
    image = figure.axes[0].images[0].get_array()
    assert image.shape == (100, timeline.MOMENTS)
    assert np.isclose(image.mean(), 0.01, atol=0.002)  # each of 100 workers trained 1 % of the time


def test_moments_are_covered_exactly():
    rows = pd.DataFrame({"row": [0, 0, 1], "from": [0.0, 2.5, 0.25], "to": [1.0, 4.0, 0.75]})
    found = timeline.covered(rows, np.linspace(0, 4, 5), 2)
    assert np.allclose(found, [[1, 0, 0.5, 1], [0.5, 0, 0, 0]])


def test_failures_are_counted_by_cause(results):
    figure = failures.draw(results)
    by_cause = figure.axes[0]
    failed = results.trials[results.trials["status"] == "failed"]
    found = {
        text.get_text(): bar.get_width() for text, bar in zip(by_cause.get_yticklabels(), by_cause.patches)
    }
    assert found == failed["cause"].value_counts().to_dict()
    assert f"{len(failed)} trials of {len(results.trials)} failed" in style.title_of(figure)


def test_all_pictures_are_small_as_svg_for_many_trials_too(many, tmp_path):
    for picture in gallery(many):
        style.save(picture.draw(), tmp_path / picture.stem)
        assert (tmp_path / f"{picture.stem}.svg").stat().st_size < 600_000, picture.stem


def test_five_trials_are_enough_for_every_picture(tmp_path):
    table = made.trials_of(
        5, [("hp:rate", "<f8")], score=[3, 2, 1, 5, 4], **{"hp:rate": [0.1, 0.2, 0.3, 0.4, 0.5]}
    )
    epochs = made.epochs_of(range(5), [1] * 5, [3, 2, 1, 5, 4])
    space = made.space_of(made.range_of("rate", 0, 1))
    results = Results.open(made.write(tmp_path / "results.h5", table, epochs, space))
    titles = {picture.stem: style.title_of(picture.draw()) for picture in gallery(results)}
    assert titles["best_so_far"].startswith("Best val_loss 1 (trial 2) after 5 epochs")
    assert titles["importances"].startswith("Too little is known")
    assert titles["timeline"] == "No worker has joined"
    assert titles["failures"] == "No trial failed"
    assert titles["pair"] == "No pair to show"


@pytest.fixture(scope="module")
def impatient(tmp_path_factory):
    """Rungs at 1, 3, 9 and 27, and nobody came to 27: two on their way there got no better."""
    epochs_of = [1, 1, 1, 3, 12, 15]
    table = made.trials_of(6, [("hp:rate", "<f8")], score=[0.1, 0.2, 0.3, 0.4, 0.5, 0.6], epochs=epochs_of)
    table["hp:rate"] = np.linspace(0.1, 0.9, 6)
    table["status"][:4], table["early_stopped"][4:] = "stopped", 1
    trial = np.repeat(np.arange(6), epochs_of)
    epoch = np.concatenate([1 + np.arange(each) for each in epochs_of])
    epochs = made.epochs_of(trial, epoch, 0.1 + 0.01 * epoch, metric="val_accuracy")
    rungs = np.zeros(6, made.RUNGS)
    rungs["trial"], rungs["epoch"], rungs["score"] = np.arange(6), [1, 1, 3, 9, 27, 27], table["score"]
    rungs["decision"] = ["stopped"] * 4 + ["completed"] * 2
    space = made.space_of(made.range_of("rate", 0, 1))
    path = tmp_path_factory.mktemp("impatient") / "results.h5"
    return Results.open(
        made.write(path, table, epochs, space, rungs, objective="val_accuracy", maximize=True)
    )


def test_with_patience_the_legend_has_all_rungs_and_the_title_says_who_ended_early(impatient):
    figure = learning_curves.draw(impatient)
    axes = figure.axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["1", "3", "9", "27"]
    title = style.title_of(figure)
    assert "0 of 6 trials trained to the last epoch, 27, 2 ended before for want of improvement" in title
    ends = [line for line in axes.lines if line.get_marker() == "." and line.get_color() == style.BLACK]
    assert ends[0].get_xdata().tolist() == [12, 15]


def test_completed_trials_that_ended_early_are_counted_apart(impatient):
    from sibyl_analysis.progress import counted

    assert counted(impatient) == "4 stopped, 2 completed (2 early)"


def test_where_more_is_better_axes_are_linear(impatient, tmp_path):
    table = made.trials_of(20, [("hp:rate", "<f8")], score=np.geomspace(0.01, 0.99, 20))
    table["hp:rate"] = np.linspace(0, 1, 20)
    epochs = made.epochs_of(np.arange(20), [1] * 20, table["score"], metric="val_accuracy")
    rungs = np.zeros(20, made.RUNGS)
    rungs["trial"], rungs["score"], rungs["epoch"], rungs["decision"] = np.arange(20), table["score"], 1, "completed"
    space = made.space_of(made.range_of("rate", 0, 1))
    for maximize, scale in ((True, "linear"), (False, "log")):
        path = made.write(
            tmp_path / f"{scale}.h5", table, epochs, space, rungs, objective="val_accuracy", maximize=maximize
        )
        results = Results.open(path)
        for draw in (learning_curves.draw, ladder.draw, *([best_so_far.draw] if maximize else [])):
            assert draw(results).axes[0].get_yscale() == scale
        assert scores.draw(results, importance(results)).axes[0].get_yscale() == scale


def test_no_label_lies_on_a_curve_unless_it_has_a_rim(results):
    assert not best_so_far.draw(results).axes[0].texts  # whose trial it is stands in the title
    assert f"(trial {int(results.best['trial'])})" in style.title_of(best_so_far.draw(results))
    labels = learning_curves.draw(results).axes[0].texts
    assert labels and all(label.get_path_effects() for label in labels)


def test_work_that_was_done_again_has_a_colour_of_its_own(tmp_path):
    epochs = made.epochs_of([0, 0, 0], [1, 2, 3], [1.0] * 3)
    epochs["worker"], epochs["attempt"] = [1, 1, 1], [0, 0, 1]
    epochs["started"] = made.BEGAN + np.array([0, 1, 6])
    work = np.zeros(2, made.WORK)
    work["worker"], work["attempt"] = 1, [0, 1]
    work["started"], work["ended"] = made.BEGAN + np.array([0, 4]), made.BEGAN + np.array([2.5, 7])
    work["end"] = ["lost", "reached"]
    workers = np.zeros(2, made.WORKERS)
    workers["worker"], workers["joined"], workers["left"] = 1, made.BEGAN + np.array([0, 3]), made.BEGAN + np.array([2.5, 7])
    workers["busy"], workers["idle"] = [2.5, 3], [0, 1]
    results = Results.open(
        made.write(tmp_path / "results.h5", made.trials_of(1, score=1.0), epochs, workers=workers, work=work)
    )
    figure = timeline.draw(results)
    again = drawn(figure.axes[0], PolyCollection, "again")[0]
    assert len(again.get_paths()) == 2
    idle = drawn(figure.axes[0], PolyCollection, "idle")[0]
    assert not np.allclose(again.get_facecolor()[0], idle.get_facecolor()[0])
    assert "done again" in [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert "2.5 s of work that was lost, or done again" in note(figure)
