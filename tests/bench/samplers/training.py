"""The best score that searches find on real training, with equal epochs: gp, tpe and random with Hyperband, random with full trainings,
population-based training, and Optuna's TPE.

    PYTHON=venv/bin/python3 python3 training.py JOBS [--job iris] [--max-epochs 27] [--budget 1000] [--seeds 5] [--data PATH] [--objective val_loss:min]
        [--searches hyperband/gp pbt ...]

JOBS is build/jobs. Sibyl's searches end when they have trained for the budget. Optuna's trials are trained to the last epoch, by the
same job on the same data (`--try`), one after the other until the budget is used up. PYTHON names a python3 with optuna.
Prints the best score of each seed, and the medians.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import h5py

PYTHON = os.environ.get("PYTHON", sys.executable)
PROPOSER = """
import json, optuna, sys
optuna.logging.set_verbosity(optuna.logging.ERROR)
space, seed, direction = json.loads(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
study = optuna.create_study(direction=direction, sampler=optuna.samplers.TPESampler(seed=seed))

def suggest(trial, kind, name, low, high, step, log, values):
    if kind in ("choice", "boolean"):
        return trial.suggest_categorical(name, values or [False, True])
    if kind == "int":
        return trial.suggest_int(name, int(low), int(high), step=1 if log else int(step), log=log)
    return trial.suggest_float(name, low, high, log=log)

while True:
    trial = study.ask()
    print(json.dumps({each[1]: suggest(trial, *each) for each in space}), flush=True)
    study.tell(trial, float(sys.stdin.readline()))
"""


class Runs:
    def __init__(self, args, folder):
        self.args, self.output = args, folder / "sweep"

    def train(self, seed, *options):
        """The best score, and the results."""
        args = self.args
        data = ["--data", args.data] if args.data else []
        command = [pathlib.Path(args.jobs) / args.job, *data, "--max-epochs", args.max_epochs, "--seed", seed, "--threads", 1,
                   *(["--objective", args.objective] if args.objective else []), "--output", self.output, "--overwrite", *options]
        subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        file = h5py.File(self.output / "results.h5")
        scores = file["trials"]["score"]
        return (max if self.direction(file) == "maximize" else min)(scores[scores == scores]), file

    @staticmethod
    def direction(file):
        return file.attrs["direction"]

    def by_hyperband(self, sampler, seed):
        return self.train(seed, "--sampler", sampler, "--scheduler", "hyperband", "--iterations", 100, "--width", 1, "--budget-epochs", self.args.budget)[0]

    def of_whole_trainings(self, seed, *options):
        return self.train(seed, *options, self.args.budget // self.args.max_epochs)[0]

    def optunas(self, seed, space, direction):
        proposer = subprocess.Popen([PYTHON, "-c", PROPOSER, json.dumps(space), str(seed), direction], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        scores = []
        for _ in range(self.args.budget // self.args.max_epochs):
            values = json.loads(proposer.stdout.readline())
            given = ",".join(f"{name}={str(value).lower() if isinstance(value, bool) else value}" for name, value in values.items())
            scores.append(self.train(seed, "--scheduler", "full", "--max-trials", 1, "--try", given)[0])
            proposer.stdin.write(f"{scores[-1]}\n")
            proposer.stdin.flush()
        proposer.kill()
        return (max if direction == "maximize" else min)(scores)


def searched(file):
    """The hyperparameters with more than one value."""
    text = lambda cell: cell.decode()
    return [[text(row["kind"]), text(row["name"]), row["min"].item(), row["max"].item(), row["step"].item(), text(row["sampling"]) == "log", json.loads(row["values"])]
            for row in file["search_space"][:] if row["size"] != 1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jobs")
    parser.add_argument("--job", default="iris")
    parser.add_argument("--max-epochs", type=int, default=27)
    parser.add_argument("--budget", type=int, default=1000)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--data")
    parser.add_argument("--objective")
    parser.add_argument("--searches", nargs="*")
    args = parser.parse_args()
    print(f"{args.job}: {args.budget} epochs, at most {args.max_epochs} a trial; the best score of {args.seeds} seeds, and the median")
    with tempfile.TemporaryDirectory() as folder:
        runs = Runs(args, pathlib.Path(folder))
        _, first = runs.train(0, "--scheduler", "full", "--max-trials", 1)
        space, direction = searched(first), runs.direction(first)
        ways = {f"hyperband/{sampler}": lambda seed, sampler=sampler: runs.by_hyperband(sampler, seed) for sampler in ("random", "tpe", "gp")}
        ways["optuna tpe"] = lambda seed: runs.optunas(seed, space, direction)
        ways["full/random"] = lambda seed: runs.of_whole_trainings(seed, "--scheduler", "full", "--max-trials")
        ways["pbt"] = lambda seed: runs.of_whole_trainings(seed, "--scheduler", "pbt", "--population")
        for name in args.searches or ways:
            scores = [ways[name](seed) for seed in range(1, args.seeds + 1)]
            print(f"{name:18}", *(f"{score:.4f}" for score in scores), f"  median {statistics.median(scores):.4f}", flush=True)


if __name__ == "__main__":
    main()
