"""watch.py: beside a running sweep, after one that was killed, in a terminal and in a browser."""

import fcntl
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import replace

import h5py
import numpy as np
import pytest

import made
from conftest import needs
from sibyl_analysis.liveness import QUIET, lock_holder, liveness
from sibyl_analysis.results import Results
from sibyl_analysis.watching import server, terminal
from sibyl_analysis.watching.snapshot import Watcher


@pytest.fixture
def running(tmp_path):
    """A sweep of half a minute, and its process."""
    needs("synthetic")
    command = [
        made.JOBS / "synthetic",
        "--output",
        tmp_path / "sweep",
        "--max-epochs",
        "27",
        "--iterations",
        "20",
    ]
    command += ["--set", "epoch_seconds=0.01", "--isolation", "none"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.time() + 20
    while not (tmp_path / "sweep" / "results.h5").exists():
        assert time.time() < until and process.poll() is None
        time.sleep(0.02)
    yield tmp_path / "sweep", process
    process.kill()
    process.wait()


def test_a_running_sweep_is_seen_running_and_a_killed_one_killed(running):
    folder, process = running
    watcher = Watcher(folder)
    for _ in range(100):
        assert watcher.look().state.state == "running"
        time.sleep(0.01)
    assert f"process {process.pid}" in watcher.look().state.text
    process.send_signal(signal.SIGKILL)
    process.wait()
    at = Results.open(folder).published + 1
    assert watcher.look(now=at).state.state == "unknown"  # a moment later it might have ended well
    state = watcher.look(now=time.time() + QUIET + 60).state
    assert state.state == "killed" and "--resume" in state.text


def test_a_sweep_that_was_asked_to_stop_is_seen_stopped(running):
    folder, process = running
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 75
    assert Watcher(folder).look().state.state == "stopped"


def test_to_ask_for_the_lock_does_not_take_it(tmp_path):
    (tmp_path / "lock").write_text("process 7 on node")
    assert lock_holder(tmp_path) is None
    holder = (
        "import fcntl, sys, time; f = open(sys.argv[1], 'r+b'); fcntl.lockf(f, fcntl.LOCK_EX); print('held',"
        " flush=True); time.sleep(30)"
    )
    process = subprocess.Popen([sys.executable, "-c", holder, tmp_path / "lock"], stdout=subprocess.PIPE)
    try:
        assert process.stdout.readline() == b"held\n"
        (tmp_path / "lock").chmod(0o444)
        assert lock_holder(tmp_path) == "process 7 on node"
    finally:
        process.kill()
        process.wait()
    with open(tmp_path / "lock", "r+b" if os.geteuid() == 0 else "rb") as file:
        assert lock_holder(tmp_path) is None
        fcntl.lockf(file, fcntl.LOCK_EX if os.geteuid() == 0 else fcntl.LOCK_SH)  # nobody else has it


def test_the_states_of_a_file_without_a_process(tmp_path):
    made.write(tmp_path / "results.h5", made.trials_of(1, score=1.0), finished=False)
    unfinished = Results.open(tmp_path)
    assert "without the file lock" in liveness(unfinished).text  # a copy, say
    (tmp_path / "lock").touch()
    assert liveness(unfinished, unfinished.published + 1).state == "unknown"
    assert liveness(unfinished, unfinished.published + QUIET + 1).state == "killed"
    table = np.zeros(1, [("started", "<f8"), ("last_seen", "<f8"), ("ended", "<f8"), ("state", "S8"), ("end", "S40")])
    table["state"], table["end"] = "stopped", "stopped: a signal"
    stopped = replace(unfinished, tables={**unfinished.tables, "launches": table})
    assert liveness(stopped, stopped.published + 99).text.startswith("stopped: a signal")
    made.write(tmp_path / "results.h5", made.trials_of(1, score=1.0))
    assert liveness(Results.open(tmp_path)).text == "finished: the plan is done"


def test_a_file_that_has_not_changed_is_not_read_again(sweep, monkeypatch):
    watcher = Watcher(sweep)
    watcher.look()
    monkeypatch.setattr(Results, "open", lambda path: pytest.fail("read again"))
    assert watcher.look().state.state == "finished"


def test_a_sweep_that_has_not_published_yet_is_waited_for(tmp_path):
    watcher = Watcher(tmp_path)
    assert watcher.look().state.state == "waiting"
    assert "waiting" in terminal.plain(watcher.look())
    made.write(tmp_path / "results.h5", made.trials_of(1, score=1.0))
    assert watcher.look().state.state == "finished"


def test_the_text_names_the_best_the_workers_and_the_failures(sweep, results):
    text = terminal.plain(Watcher(sweep).look())
    assert (
        f"{results.best['score']:.4g}" in text
        and f"{results.best['trial']}, epoch {results.best['best_epoch']}" in text
    )
    assert "worker" in text and "x exception" in text


def test_the_command_ends_with_the_sweep(sweep):
    done = made.tool("watch.py", sweep, "--every", 0.01)
    assert done.returncode == 0 and "finished: the plan is done" in done.stdout
    done = made.tool("watch.py", sweep, "--every", 0.01, "--refreshes", 5, "--plain")
    assert done.stdout.count("finished: the plan is done") == 5 and not done.stderr


def test_columns_that_have_no_room_are_left_out_whole():
    rows = [["trial", "score", "rate"], ["1", "0.25", "0.001"]]
    assert terminal.fitting(rows, 80) == rows
    assert terminal.fitting(rows, 14) == [["trial", "score"], ["1", "0.25"]]


def test_rich_shows_the_same(sweep, results):
    rich = pytest.importorskip("rich.console", reason="rich is not installed")
    console = rich.Console(width=120, record=True, file=open(os.devnull, "w"))
    console.print(terminal.rich_view(Watcher(sweep).look(), 120))
    text = console.export_text()
    assert f"{results.best['score']:.4g}" in text and "best trials" in text


def test_the_page_is_served_on_localhost_and_loads_itself_again(sweep, results):
    watcher = Watcher(sweep)
    running = server.serve(watcher.look, 2.0, 0)
    try:
        assert running.server_address[0] == "127.0.0.1"
        address = f"http://127.0.0.1:{running.server_address[1]}"
        text = urllib.request.urlopen(address, timeout=10).read().decode()
        assert '<meta http-equiv="refresh" content="2">' in text and "<script" not in text
        assert "<polyline" in text and f"{results.best['score']:.4g}" in text
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(address + "/etc/passwd", timeout=10)
    finally:
        running.shutdown()


def test_the_plan_its_share_and_the_time_left_are_shown(tmp_path):
    path = made.write(
        tmp_path / "results.h5", made.trials_of(2, score=1.0), made.epochs_of([0, 0, 1], [1, 2, 1], [1.0] * 3), finished=False
    )
    plan = lambda: dict(Watcher(tmp_path).look().facts)["plan"]  # noqa: E731
    assert plan() == "not known"  # a file of an older program
    with h5py.File(path, "a") as file:
        file.attrs["planned_epochs"] = np.int64(12)
    assert plan() == "25% of 12 epochs"  # no pace is known
    launches = np.zeros(1, [("launch", "<i8"), ("started", "<f8"), ("last_seen", "<f8"), ("ended", "<f8"), ("end", "S9"), ("epochs", "<i8")])
    launches["started"], launches["last_seen"], launches["ended"] = made.BEGAN, made.BEGAN + 30, np.nan
    launches["epochs"] = 3
    with h5py.File(path, "a") as file:
        file["launches"] = launches
    assert plan() == "25% of 12 epochs, about 90 s left"
    assert "25% of 12 epochs, about 90 s left" in terminal.plain(Watcher(tmp_path).look())


def test_states_are_those_of_the_status_command(tmp_path):
    def state(recorded, end="", **about):
        path = made.write(tmp_path / "results.h5", made.trials_of(1, **about), finished=recorded == "finished")
        if recorded != "finished":
            rows = np.zeros(1, [("launch", "<i8"), ("started", "<f8"), ("last_seen", "<f8"), ("ended", "<f8"), ("state", "S8"), ("end", "S40"), ("epochs", "<i8")])
            rows["state"], rows["end"] = recorded, end
            with h5py.File(path, "a") as file:
                file["launches"] = rows
        return liveness(Results.open(path)).state

    assert state("finished", score=1.0) == "finished"
    assert state("finished", score=np.nan, status="failed") == "failed"
    assert state("given_up", "given up: 20 failures", score=1.0) == "given_up"
    assert state("failed", "failed: its one trial failed", score=np.nan) == "failed"
    assert state("stopped", "stopped: given up: so said who stopped it", score=1.0) == "stopped"
    assert state("", score=1.0) == "unknown"
