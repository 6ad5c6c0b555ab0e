"""pictures/lineage.py: who went on from whose weights, and the picture of it."""

import numpy as np
import pytest

import made
from sibyl_analysis.commands import report
from sibyl_analysis.pictures import lineage, style
from sibyl_analysis.pictures.lineage import ancestry, changed, descends, parts
from sibyl_analysis.results import Results

PARENT = [("parent", "<i8"), ("hp:rate", "<f8"), ("hp:units", "<i8"), ("hp:kind", "S4")]


@pytest.fixture
def family(tmp_path):
    """Trials 0 and 1 begin anew, 2 goes on from 0 after epoch 3, and 3 from 2 after epoch 6; 0 goes on itself."""
    table = made.trials_of(4, PARENT, parent=[-1, -1, 0, 2], score=[0.5, 0.9, 0.4, 0.1])
    table["hp:rate"], table["hp:units"] = [0.1, 0.5, 0.12, 0.144], [8, 16, 8, 8]
    table["hp:kind"] = ["a", "b", "a", "b"]
    trial = [0] * 6 + [1] * 3 + [2] * 3 + [3] * 3
    epoch = [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    epochs = made.epochs_of(trial, epoch, np.linspace(1, 0.1, 15))
    space = made.space_of(
        made.range_of("rate", 0.01, 1, sampling="log"),
        made.range_of("units", 8, 64, kind="int"),
        made.choice_of("kind", ["a", "b"]),
    )
    return Results.open(made.write(tmp_path / "results.h5", table, epochs, space))


def test_each_trial_has_its_own_epochs(family):
    assert descends(family)
    assert parts(family).to_numpy().tolist() == [[0, -1, 0, 6], [1, -1, 0, 3], [2, 0, 3, 6], [3, 2, 6, 9]]


def test_a_trial_is_made_of_its_ancestors_up_to_where_the_next_took_over(family):
    assert ancestry(family, 3).to_numpy().tolist() == [[0, -1, 0, 3], [2, 0, 3, 6], [3, 2, 6, 9]]
    assert ancestry(family, 1).to_numpy().tolist() == [[1, -1, 0, 3]]


def test_what_changed_is_what_a_descendant_has_another_value_of(family):
    assert [each.name for each in changed(family)] == ["rate", "kind"]


def test_the_picture_shows_the_best_trials_line_and_what_changed(family):
    figure = lineage.draw(family)
    assert style.title_of(figure) == "Trial 3 (val_loss 0.1) and its ancestors: 3 trials, 9 epochs"
    score, rate, kind = figure.axes[:3]
    blue = [line for line in rate.get_lines() if line.get_color() == style.BLUE]
    assert blue[0].get_xdata().tolist() == [0, 3, 3, 6, 6, 9]
    assert blue[0].get_ydata().tolist() == [0.1, 0.1, 0.12, 0.12, 0.144, 0.144]
    assert blue[1].get_xdata().tolist() == [3, 6]
    assert [text.get_text() for text in kind.get_yticklabels()] == ["a", "b"]


def test_the_report_has_it_only_where_trials_descend(family, tmp_path):
    assert "Who went on from whom" in report.write({"x": family}, tmp_path / "report").read_text()
    assert (tmp_path / "report" / "lineage.png").stat().st_size > 10_000
    plain = tmp_path / "plain"
    plain.mkdir()
    table = made.trials_of(2, PARENT, parent=-1, score=[0.5, 0.4])
    table["hp:kind"] = "a"
    epochs = made.epochs_of([0, 1], [1, 1], [0.5, 0.4])
    space = made.space_of(
        made.range_of("rate", 0.01, 1),
        made.range_of("units", 0, 9, kind="int"),
        made.choice_of("kind", ["a", "b"]),
    )
    without = Results.open(made.write(plain / "results.h5", table, epochs, space))
    assert not descends(without)
    assert "Who went on" not in report.write({"x": without}, plain / "report").read_text()
