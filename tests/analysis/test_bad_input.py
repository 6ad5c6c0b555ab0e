"""Every command on what is not as it should be: one clear line, or a page that says it."""

import h5py
import numpy as np
import pytest

import made
from sibyl_analysis.results import Results, ResultsError

COMMANDS = [("report.py",), ("watch.py", "--plain", "--refreshes", "1"), ("export.py", "--to", "csv")]


def break_file(path, fault):
    if fault == "not there":
        path.parent.mkdir(exist_ok=True)
        return
    if fault == "not HDF5":
        path.write_text("trial,score\n0,1\n")
        return
    made.write(path, made.trials_of(1))
    with h5py.File(path, "a") as file:
        if fault == "newer format":
            file.attrs["format"] = 2
        elif fault == "another's file":
            del file.attrs["format"]
        elif fault == "missing table":
            del file["epochs"]
        elif fault == "missing column":
            rows = file["trials"][:]
            del file["trials"]
            file["trials"] = rows[[name for name in rows.dtype.names if name != "score"]].astype(
                [(name, rows.dtype[name]) for name in rows.dtype.names if name != "score"]
            )


FAULTS = {
    "not HDF5": "not an HDF5 file",
    "newer format": "version 2.*knows 1",
    "another's file": "no attribute format",
    "missing table": "no table /epochs",
    "missing column": "table /trials has no column score",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_file_is_named_with_its_fault(tmp_path, fault):
    break_file(tmp_path / "results.h5", fault)
    with pytest.raises(ResultsError, match=FAULTS[fault]) as told:
        Results.open(tmp_path)
    assert str(tmp_path / "results.h5") in str(told.value)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_command_says_it_in_one_line_and_returns_1(tmp_path, command):
    break_file(tmp_path / "results.h5", "not HDF5")
    done = made.tool(command[0], tmp_path, *command[1:])
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and done.stderr.startswith(f"{command[0]}: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [COMMANDS[0], COMMANDS[2]], ids=lambda command: command[0])
def test_a_sweep_that_is_not_there(tmp_path, command):
    for where in (tmp_path, tmp_path / "nowhere"):
        done = made.tool(command[0], where, *command[1:])
        assert done.returncode == 1 and "there is no such file" in done.stderr


def test_the_objectives_column_is_missed_by_name(tmp_path):
    made.write(tmp_path / "results.h5", made.trials_of(1), made.epochs_of([0], [1], [1.0], metric="loss"))
    with pytest.raises(ResultsError, match="table /epochs has no column val_loss"):
        Results.open(tmp_path).objective_column


def failed(count):
    table = made.trials_of(
        count, [("hp:rate", "<f8")], score=np.nan, status="failed", cause="exception", epochs=0, worker=1
    )
    table["message"] = "no such file: data.csv"
    return table


SWEEPS = {
    "empty": (made.trials_of(0), "The sweep has no trials yet"),
    "all failed": (failed(5), "All 5 trials failed"),
    "one trial": (made.trials_of(1, [("hp:rate", "<f8")], score=0.5, **{"hp:rate": 0.01}), "0.5"),
}


@pytest.mark.parametrize("kind", SWEEPS)
def test_a_report_on_an_odd_sweep_is_a_page_that_says_it(tmp_path, kind):
    table, said = SWEEPS[kind]
    epochs = made.epochs_of([0], [1], [0.5]) if kind == "one trial" else None
    space = made.space_of(made.range_of("rate", 1e-4, 1, sampling="log"))
    made.write(tmp_path / "results.h5", table, epochs, space)
    done = made.tool("report.py", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    page = (tmp_path / "report" / "report.html").read_text()
    assert said in page
    if kind == "all failed":
        assert "no such file: data.csv" in page


@pytest.mark.parametrize("kind", SWEEPS)
def test_watch_and_export_take_an_odd_sweep(tmp_path, kind):
    made.write(tmp_path / "results.h5", SWEEPS[kind][0])
    for command in COMMANDS[1:]:
        done = made.tool(command[0], tmp_path, *command[1:])
        # A sweep in which no trial has a score has failed.
        expected = 1 if command[0] == "watch.py" and kind != "one trial" else 0
        assert done.returncode == expected and "Traceback" not in done.stderr, done.stderr
    assert (tmp_path / "csv" / "trials.csv").read_text().count("\n") == 1 + len(SWEEPS[kind][0])
