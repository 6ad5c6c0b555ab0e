"""compare.py: groups of sweeps, paired by seed."""

import numpy as np
import pytest

import made
from sibyl_analysis.command_line import UsageError
from sibyl_analysis.commands.compare import group_name, read_groups, split
from sibyl_analysis.comparison import Group, common_target, paired_tests, pairs, signed_rank_test, summary
from sibyl_analysis.pictures import comparison, style
from sibyl_analysis.results import ResultsError


def test_the_exact_test_is_wilcoxons():
    scipy = pytest.importorskip("scipy.stats")
    random = np.random.default_rng(0)
    for count in (4, 7, 12):
        first, second = random.normal(size=count), random.normal(0.5, 1, count)
        expected = scipy.wilcoxon(first, second, mode="exact").pvalue
        assert signed_rank_test(first, second, False).p == pytest.approx(expected)


def test_ties_and_zeros_are_counted_and_few_pairs_can_show_little():
    found = signed_rank_test(np.array([1.0, 1.0, 2.0]), np.array([1.0, 2.0, 3.0]), maximize=False)
    assert (found.better, found.equal, found.worse) == (2, 1, 0)
    assert found.p == found.least_p == 0.5
    assert signed_rank_test(np.ones(4), np.ones(4), False).p == 1.0


def test_many_pairs_are_tested_by_a_sample():
    first = np.random.default_rng(0).normal(size=40)
    assert signed_rank_test(first, first + 1, maximize=False).p < 0.001
    assert signed_rank_test(first, first - 1, maximize=False).worse == 40
    assert signed_rank_test(first, first + 1, maximize=True).worse == 40


@pytest.fixture(scope="module")
def groups(seeds):
    return read_groups([], [*map(str, seeds["hb"]), "--", *map(str, seeds["full"])])


def test_groups_are_named_by_what_their_directories_share(groups):
    assert [group.name for group in groups] == ["hb", "full"]
    assert group_name(["runs/x", "runs/y"], 1) == "B"
    assert split(["a", "--", "b", "c"]) == [["a"], ["b", "c"]]


def test_a_seed_is_paired_with_itself(groups):
    shuffled = Group.of("full", groups[1].sweeps[::-1])
    first, second = pairs(groups[0], shuffled)
    assert first.tolist() == groups[0].finals.tolist() and second.tolist() == groups[1].finals.tolist()


def test_the_common_target_was_reached_by_half_of_each_group(groups):
    table = summary(groups, common_target(groups))
    assert (table["reached"] >= 2).all() and np.isfinite(table["seconds"]).all()
    assert (summary(groups, -1.0)["reached"] == 0).all()
    assert np.isinf(summary(groups, -1.0)["epochs"]).all()


def test_a_band_starts_with_all_seeds_and_ends_at_the_final_quartiles(groups):
    band = groups[0].band("epochs")
    assert (band["low"] <= band["middle"]).all() and (band["middle"] <= band["high"]).all()
    assert band["middle"].iloc[-1] == np.median(groups[0].finals)
    assert (band["middle"].diff().dropna() <= 0).all()


def test_the_figure_has_a_line_and_a_band_a_group_and_a_dot_a_sweep(groups):
    target = common_target(groups)
    figure = comparison.draw(groups, paired_tests(groups), target)
    by_time, by_epochs, finals = figure.axes
    assert "time [" in by_time.get_xlabel() and by_epochs.get_xlabel() == "epochs trained, all trials"
    assert len(by_time.collections) == 2 and len(by_time.lines) == 3  # two groups, and the target
    assert sum(len(line.get_xdata()) for line in finals.lines if line.get_marker() == "o") == 6
    assert "hb" in style.title_of(figure) and "p =" in style.title_of(figure)


def test_the_command_prints_a_table_and_writes_three_files(seeds, tmp_path):
    done = made.tool("compare.py", *seeds["hb"], "--", *seeds["full"], "--to", tmp_path / "figure")
    assert done.returncode == 0, done.stderr
    assert "median best val_loss" in done.stdout and "p = " in done.stdout and "run more seeds" in done.stdout
    assert {file.suffix for file in tmp_path.iterdir()} == {".png", ".svg", ".pdf"}


def test_named_groups_and_bad_ones(seeds, tmp_path):
    listed = [
        f"--group={name}=" + ",".join(map(str, folders))
        for name, folders in zip(("A1", "B1"), seeds.values())
    ]
    assert "A1 against B1" in made.tool("compare.py", *listed, "--to", tmp_path / "figure").stdout
    with pytest.raises(UsageError, match="two groups or more"):
        read_groups([], [str(seeds["hb"][0])])
    made.write(
        tmp_path / "other.h5",
        made.trials_of(1, score=1.0),
        made.epochs_of([0], [1], [1.0], "acc"),
        objective="acc",
    )
    with pytest.raises(ResultsError, match="different objectives"):
        read_groups([], [str(seeds["hb"][0]), "--", str(tmp_path / "other.h5")])
    with pytest.raises(ResultsError, match="same seed"):
        paired_tests(read_groups([], [str(seeds["hb"][0]), str(seeds["hb"][0]), "--", str(seeds["full"][0])]))
