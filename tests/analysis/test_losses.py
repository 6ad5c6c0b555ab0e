"""The picture of training's loss beside validation's: what it shows, and whom it calls overfitted."""

import numpy as np
import pytest

import made
from sibyl_analysis.pictures import gallery, losses, style
from sibyl_analysis.results import Results


def sweep(path, curves, objective="val_loss", names=("loss", "val_loss"), maximize=False):
    """A trial for each pair of curves of training and validation."""
    rows = [(trial, epoch, *values) for trial, pair in enumerate(curves) for epoch, values in enumerate(zip(*pair), 1)]
    trial, epoch, training, validation = (np.array(column, dtype=float) for column in zip(*rows))
    epochs = np.zeros(len(rows), made.EPOCHS + [(name, "<f8") for name in names])
    epochs["trial"], epochs["epoch"], epochs[names[0]], epochs[names[1]] = trial, epoch, training, validation
    best = [max(pair[1]) if maximize else min(pair[1]) for pair in curves]
    trials = made.trials_of(len(curves), score=best, epochs=[len(pair[0]) for pair in curves])
    trials["best_epoch"] = [list(pair[1]).index(score) + 1 for pair, score in zip(curves, best)]
    return Results.open(made.write(path / "results.h5", trials, epochs, objective=objective, maximize=maximize))


FALLS = ([3, 2, 1, 0.5], [3.1, 2.2, 1.4, 1.0])
OVERFITS = ([3, 1, 0.4, 0.1], [3.0, 1.1, 1.2, 1.5])


def test_who_overfits_is_red_and_counted(tmp_path):
    results = sweep(tmp_path, [FALLS, OVERFITS])
    figure = losses.draw(results)
    assert style.title_of(figure) == "val_loss of 1 of the 2 best trials got worse again before the training ended"
    colours = {axes.get_title(loc="left").split(":")[0]: {line.get_gid(): line.get_color() for line in axes.lines} for axes in figure.axes}
    assert colours["trial 0"]["validation"] == style.ORANGE and colours["trial 1"]["validation"] == style.RED
    assert colours["trial 0"]["train"] == colours["trial 1"]["train"] == style.BLUE
    best = next(line for line in figure.axes[1].lines if line.get_linestyle() == ":")
    assert set(best.get_xdata()) == {2}


@pytest.mark.parametrize("curve, overfits", [
    (FALLS, False), (OVERFITS, True),
    (([3, 2, 3, 4], [3.0, 1.1, 1.5, 2.0]), False),  # training got worse, too: it diverges
    (([3, 2, 1, 0.5], [1.0, 1.01, 0.99, 1.03]), False),  # noise
    (([3], [3]), False), (([3, 2, 1], [2, 1, np.nan]), False),
])  # fmt: skip
def test_what_counts_as_overfitting(tmp_path, curve, overfits):
    results = sweep(tmp_path, [([3], [9]), curve] if len(curve[0]) > 1 else [curve])
    trial = len(results.trials) - 1
    assert losses.rises(results, losses.curves(results, trial)) == overfits
    losses.draw(results)


def test_without_losses_the_objective_on_both_is_drawn(tmp_path):
    curves = [([0.5, 0.8, 0.99], [0.5, 0.7, 0.6]), ([0.5, 0.6, 0.7], [0.5, 0.6, 0.65])]
    results = sweep(tmp_path, curves, "val_accuracy", ("accuracy", "val_accuracy"), maximize=True)
    assert "1 of the 2 best" in style.title_of(losses.draw(results))


def test_without_either_there_is_no_such_picture(tmp_path):
    trials, epochs = made.trials_of(1, score=1.0), made.epochs_of([0], [1], [1.0])
    results = Results.open(made.write(tmp_path / "results.h5", trials, epochs))
    assert losses.pair(results) is None and "losses" not in [picture.stem for picture in gallery(results)]
    assert "No loss" in style.title_of(losses.draw(results))
