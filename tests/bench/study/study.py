"""A whole study side by side: Sibyl with two workers, and Optuna with PyTorch in two processes on the same trials.

    PYTHON=venv/bin/python3 python3 tests/bench/study/study.py [build/jobs] [rounds] [iris|fashion_mnist ...]

30 trials of iris with 10 epochs and 30 of fashion_mnist with 5, every process with one thread. Sibyl goes first and
draws the hyperparameters; Optuna is given the same trials (enqueue_trial), so both train the same. Wall times from
the command to the end, imports and reading the data included; both by turns, medians. PYTHON names a python3 with
optuna and the torch that Sibyl is built with (on Debian: a virtual environment with --system-site-packages).
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import h5py

HERE = pathlib.Path(__file__).parent
PYTHON = os.environ.get("PYTHON", "/usr/bin/python3")
EPOCHS = {"iris": 10, "fashion_mnist": 5}
TRIALS = 30
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
                            "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
# A journal file, as Optuna advises for several processes without a database server: with SQLite two of them sometimes take
# the same enqueued trial.
STORAGE = """
import json, optuna, sys
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
optuna.logging.set_verbosity(optuna.logging.WARNING)
storage = JournalStorage(JournalFileBackend(sys.argv[2]))
"""
START = STORAGE + """
study = optuna.create_study(study_name=sys.argv[1], storage=storage, direction="maximize")
for values in json.loads(sys.argv[3]):
    study.enqueue_trial(values)
"""
BEST = STORAGE + """
study = optuna.load_study(study_name=sys.argv[1], storage=storage)
print(len(study.trials), study.best_value)
"""


def sibyl(jobs, name, seed, folder):
    """Seconds, the best score, and the hyperparameters of all trials."""
    began = time.perf_counter()
    subprocess.run(["mpirun", "--oversubscribe", "--bind-to", "none", "-n", "3", jobs / name, "--scheduler", "full",
                    "--max-trials", str(TRIALS), "--max-epochs", str(EPOCHS[name]), "--seed", str(seed), "--threads", "1",
                    "--output", folder], check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    seconds = time.perf_counter() - began
    with h5py.File(folder / "results.h5") as file:
        trials = file["trials"][:]
    names = [column for column in trials.dtype.names if column.startswith("hp:") and column != "hp:dropout"]
    value = lambda cell: cell.decode() if isinstance(cell, bytes) else bool(cell) if cell.dtype.kind == "i" and cell.dtype.itemsize == 1 else cell.item()
    return seconds, trials["score"].max(), [{column[3:]: value(row[column]) for column in names} for row in trials]


def optuna(name, trials, folder):
    """Seconds and the best score."""
    storage = f"{folder}/study.log"
    began = time.perf_counter()
    subprocess.run([PYTHON, "-c", START, name, storage, json.dumps(trials)], check=True, env=ENVIRONMENT)
    command = [PYTHON, HERE / "optuna_process.py", name, str(EPOCHS[name]), storage]
    processes = [subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for process in processes:
        _, errors = process.communicate()
        if process.returncode != 0:
            sys.exit(f"optuna_process.py failed:\n{errors}")
    seconds = time.perf_counter() - began
    done = subprocess.run([PYTHON, "-c", BEST, name, storage], check=True, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    count, best = done.stdout.split()
    if int(count) != TRIALS:
        sys.exit(f"Optuna has {count} trials, not {TRIALS}")
    return seconds, float(best)


def main():
    jobs = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/jobs").resolve()
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    print(f"{TRIALS} trials, wall seconds, medians of {rounds}; Sibyl: 2 workers, Optuna: 2 processes")
    print("study           epochs     sibyl    optuna   optuna / sibyl   best: sibyl, optuna")
    for name in sys.argv[3:] or EPOCHS:
        ours, theirs = [], []
        for seed in range(rounds):
            with tempfile.TemporaryDirectory() as folder:
                *our, trials = sibyl(jobs, name, seed, pathlib.Path(folder) / "sweep")
                ours.append(our)
                theirs.append(optuna(name, trials, folder))
        (our, best), (their, their_best) = ([statistics.median(column) for column in zip(*times)] for times in (ours, theirs))
        print(f"{name:15}{EPOCHS[name]:7}{our:10.2f}{their:10.2f}{their / our:17.2f}   {best:.4f}, {their_best:.4f}", flush=True)


if __name__ == "__main__":
    main()
