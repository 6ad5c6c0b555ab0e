"""One definition of time: what C++ prints and what analysis/ reads from the file are the same numbers."""

import json
import signal
import subprocess
import time

import numpy as np
import pytest

import made
from sibyl_analysis.results import Results
from sibyl_analysis.sections.sweep import key_facts
from sibyl_analysis.sections.workers import workers
from sibyl_analysis.work import (
    busy_share,
    data_shares,
    done_again,
    idle_report,
    lasted,
    pieces_of_work,
    sampler_share,
    seconds_again,
)

SWEEP = ("--max-epochs", 9, "--seed", 4, "--set", "epoch_seconds=0.05")


def command(output, *options):
    return [str(made.JOBS / "synthetic"), "--output", str(output), *map(str, SWEEP + options)]


def summary(directory):
    done = subprocess.run(
        [str(made.JOBS / "synthetic"), "summary", str(directory), "--json"],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A sweep that was killed in the middle, left alone for a second, and taken up again to its end."""
    if not (made.JOBS / "synthetic").exists():
        pytest.skip("the job synthetic is not built")
    output = tmp_path_factory.mktemp("killed") / "sweep"
    with subprocess.Popen(
        command(output, "--isolation", "none"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as sweep:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            time.sleep(0.2)
            done = json.loads(
                subprocess.run(
                    [str(made.JOBS / "synthetic"), "status", str(output), "--json"], capture_output=True, text=True
                ).stdout
                or "{}"
            )
            if done.get("epochs", 0) >= 12:
                break
        sweep.send_signal(signal.SIGKILL)
        sweep.wait(timeout=30)
    time.sleep(1.0)
    subprocess.run(command(output, "--isolation", "none", "--resume"), capture_output=True, check=True, timeout=60)
    return output


def test_summary_and_analysis_give_the_same_numbers(killed):
    results, said = Results.open(killed), summary(killed)
    assert busy_share(results) == pytest.approx(said["busy_share"], abs=1e-9)
    assert sampler_share(results) == said["sampler_share"] == 0
    assert lasted(results) == pytest.approx(said["wall_seconds"], abs=1e-6)
    assert len(results.epochs) == said["epochs"] == 69
    assert 0.5 < busy_share(results) < 1


def test_how_long_workers_waited_for_the_sampler(tmp_path):
    there = np.zeros(2, made.WORKERS + [("for_sampler", "<f8")])
    there["worker"], there["joined"], there["left"] = (1, 2), made.BEGAN, made.BEGAN + 10
    there["busy"], there["idle"], there["for_sampler"] = (6, 8), (4, 2), (3, 1)
    results = Results.open(made.write(tmp_path / "results.h5", workers=there))
    assert sampler_share(results) == pytest.approx(0.2)
    assert "busy 70.0%, 20.0% waiting for the sampler" in key_facts(results)
    older = Results.open(made.write(tmp_path / "older.h5", workers=there[[name for name, _ in made.WORKERS]]))
    assert sampler_share(older) == 0
    assert "waiting" not in key_facts(older)


def test_how_long_epochs_waited_for_data(tmp_path):
    def made_with(waiting):
        rows = made.epochs_of(np.arange(4), np.ones(4), np.ones(4))
        more = np.zeros(4, rows.dtype.descr + [("validation_seconds", "<f8"), ("waiting_seconds", "<f8")])
        for name in rows.dtype.names:
            more[name] = rows[name]
        more["validation_seconds"], more["waiting_seconds"] = (0.5, 0.5, 0.5, np.nan), waiting
        there = np.zeros(1, made.WORKERS)
        there["worker"], there["joined"], there["left"], there["busy"] = 0, made.BEGAN, made.BEGAN + 10, 4
        path = made.write(tmp_path / "results.h5", made.trials_of(4), more, workers=there)
        return Results.open(path)

    waited = made_with((0.01, 0.02, 0.4, 0.03))
    assert data_shares(waited).tolist() == pytest.approx([0.02, 0.04, 0.8, 0.03])
    assert "more than 10% in 1 of 4 epochs, the most 80.0%" in "".join(workers(waited))
    little = "".join(workers(made_with((0.01, 0.02, 0.03, 0.03))))
    assert "3.5% (median) went by while the next batch was not there." in little
    assert "loader-threads" not in little
    assert "next batch" not in "".join(workers(made_with(0)))


def test_pieces_of_work_are_what_the_workers_were_busy_with(killed):
    results = Results.open(killed)
    pieces = pieces_of_work(results)
    assert (pieces["ended"] - pieces["started"]).sum() == pytest.approx(results.workers["busy"].sum(), abs=1e-6)
    report = idle_report(results)
    there = (report["left"] - report["joined"]).sum()
    assert there == pytest.approx((report["busy"] + report["idle"]).sum(), abs=1e-6)
    assert there < lasted(results) + 1e-6


def test_what_a_kill_cost_is_done_again_and_not_idle(killed):
    results = Results.open(killed)
    pieces = pieces_of_work(results)
    assert (pieces["end"] == "lost").sum() == 1
    lost = pieces[pieces["end"] == "lost"].iloc[0]
    makes_up = pieces[(pieces["trial"] == lost["trial"]) & (pieces["started"] > lost["ended"])].iloc[0]
    again = done_again(results)  # how much it is depends on when the kill came
    assert again["started"].max() == pytest.approx(makes_up["started"])
    assert 0 <= seconds_again(results) < results.workers["busy"].sum()


def test_done_again_is_the_tail_of_a_lost_piece_and_the_head_of_what_makes_up_for_it(tmp_path):
    # Worker 1 trains epochs 1 to 3 of trial 0 and dies half a second into the fourth; worker 2 goes on from a
    # checkpoint after epoch 2: epoch 3 once more, which is not recorded again, then epoch 4.
    epochs = made.epochs_of([0, 0, 0, 0], [1, 2, 3, 4], [1.0] * 4)
    epochs["worker"], epochs["attempt"] = [1, 1, 1, 2], [0, 0, 0, 1]
    epochs["started"] = made.BEGAN + np.array([0, 1, 2, 11])
    work = np.zeros(2, made.WORK)
    work["worker"], work["attempt"] = [1, 2], [0, 1]
    work["started"], work["ended"] = made.BEGAN + np.array([0, 10]), made.BEGAN + np.array([3.5, 12])
    work["end"] = ["lost", "reached"]
    results = Results.open(made.write(tmp_path / "results.h5", made.trials_of(1), epochs, work=work))
    again = done_again(results)
    assert again["worker"].tolist() == [1, 2]
    assert (again["started"] - made.BEGAN).tolist() == [3.0, 10.0]
    assert (again["ended"] - made.BEGAN).tolist() == [3.5, 11.0]
    assert seconds_again(results) == pytest.approx(1.5)
    healthy = work.copy()
    healthy["end"] = "reached"
    results = Results.open(made.write(tmp_path / "results.h5", made.trials_of(1), epochs, work=healthy))
    assert done_again(results).empty


def test_a_file_without_the_table_is_read_by_its_epochs(tmp_path):
    epochs = made.epochs_of([0, 0], [1, 1], [1.0, 1.0], worker=1)
    epochs["attempt"] = [0, 1]
    results = Results.open(made.write(tmp_path / "results.h5", made.trials_of(1), epochs))
    assert len(pieces_of_work(results)) == 2
    assert seconds_again(results) == pytest.approx(1.0)
