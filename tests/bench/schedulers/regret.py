"""How far from the best there is, by epochs trained: our schedulers and samplers, and Optuna's pruners, on tables of measured
learning curves, in one run.

    python3 regret.py SIMULATE TABLE... [--seeds 20] [--epochs 4000] [--ours hyperband/gp ...] [--optuna hyperband/tpe ...]
                      [--optuna-epochs 1000] [--optuna-seeds 10] [--keep FILE] [--picture FILE]

Ours are SCHEDULER/SAMPLER, of which median is `--scheduler full --median-stopping`; Optuna's PRUNER/SAMPLER. SIMULATE is
build/tests/simulate; a TABLE is a CSV file as tests/bench/samplers/tables.hpp reads it. One worker, which knows all
results (--width 1), as Optuna's does; full, asha and whatever else goes on as long as it is let is ended by the epochs. Optuna
needs `pip install optuna==5.0.0`, and so much time for many trials that it is given fewer epochs and seeds; --optuna without a name leaves
it out. FILE keeps what was found, so that nothing is run again.
"""

import argparse
import json
import pathlib
import subprocess

import numpy

import pruners

SAMPLERS = ("random", "tpe", "gp")


def of_ours(simulate, table, name, seeds, epochs):
    """[epochs, regret] of each new best score, of each seed."""
    scheduler, sampler = name.split("/")
    options = ["full", "--median-stopping"] if scheduler == "median" else [scheduler]
    command = [simulate, "--table", table, "--sampler", sampler, "--scheduler", *options, "--seeds", seeds, "--format", "json",
               "--max-epochs", 50, "--workers", 1, "--width", 1, "--budget-epochs", epochs]
    command += ["--iterations", 100] if scheduler == "hyperband" else ["--max-trials", 1000]
    lines = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout.splitlines()
    return [[[trained, regret] for trained, _, regret in json.loads(line)["new_bests"]] for line in lines]


class Kept:
    """What was found before, in a file."""

    def __init__(self, file):
        self.file, self.found = file, json.loads(file.read_text()) if file and file.exists() else {}

    def get(self, key, find):
        if key not in self.found:
            self.found[key] = find()
            if self.file:
                self.file.write_text(json.dumps(self.found))
        return self.found[key]


def by_epochs(found, epochs):
    """The regret after 1, 2, ... epochs, a row a seed."""
    rows = numpy.full((len(found), epochs + 1), numpy.inf)
    for row, news in zip(rows, found):
        for trained, regret in news:
            row[min(trained, epochs + 1):] = regret
    return rows


def first_below(curve, level):
    below = numpy.nonzero(curve <= level + 1e-12)[0]
    return int(below[0]) if len(below) else None


def report(table, regrets, epochs):
    marks = [epochs // 8, epochs // 4, epochs // 2, epochs]
    print(f"\n{table}\n\n| | " + " | ".join(f"{mark} epochs" for mark in marks) + " | epochs to random's with hyperband |")
    print("| --- |" + " --- |" * (len(marks) + 1))
    goal = numpy.median(regrets["hyperband/random"], 0)[-1] if "hyperband/random" in regrets else -1
    for name, rows in regrets.items():
        cells = [" / ".join(f"{each:.3f}" for each in numpy.quantile(rows[:, mark], [0.25, 0.5, 0.75], method="nearest")) for mark in marks if mark < rows.shape[1]]
        cells += [""] * (len(marks) - len(cells))
        reached = first_below(numpy.median(rows, 0), goal)
        print(f"| {name} | " + " | ".join(cells) + f" | {reached or '-'} |", flush=True)


def draw(all_regrets, file):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    first = 50  # epochs: of one full training
    figure, axes = pyplot.subplots(1, len(all_regrets), figsize=(3.2 * len(all_regrets), 3.2), sharey=True, squeeze=False)
    for axis, (table, regrets) in zip(axes[0], all_regrets.items()):
        for name, rows in regrets.items():
            curve = numpy.median(rows, 0)
            changes = numpy.nonzero(curve[first + 1:] != curve[first:-1])[0] + first + 1
            drops = [first, *changes, len(curve) - 1]
            theirs = name.startswith("optuna")
            axis.step(drops, curve[drops], where="post", label=name, linestyle="--" if theirs else "-", color="black" if theirs else None, linewidth=1.2)
        short = next((part for part in table.split("_") if "NN" in part or "LSTM" in part or "GRU" in part), table)
        axis.set(title=short, xscale="log", xlabel="epochs trained", xlim=(first, None), ylim=(0, 0.25))
    axes[0][0].set(ylabel="median regret")
    figure.legend(*axes[0][0].get_legend_handles_labels(), loc="lower center", ncols=len(regrets), fontsize=8, frameon=False)
    figure.tight_layout(rect=(0, 0.07, 1, 1))
    figure.savefig(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("simulate")
    parser.add_argument("tables", nargs="+")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=4000)
    parser.add_argument("--optuna-epochs", type=int, default=1000)
    parser.add_argument("--optuna-seeds", type=int, default=10)
    parser.add_argument("--ours", nargs="*", default=[f"{scheduler}/{sampler}" for scheduler in ("full", "hyperband") for sampler in SAMPLERS])
    parser.add_argument("--optuna", nargs="*", default=[f"{each}/tpe" for each in ("none", *pruners.PRUNERS)])
    parser.add_argument("--keep", type=pathlib.Path)
    parser.add_argument("--picture", type=pathlib.Path)
    args = parser.parse_args()
    kept, everything = Kept(args.keep), {}
    for table in args.tables:
        short, regrets = pathlib.Path(table).name.split(".")[0], {}
        for name in args.ours:
            found = kept.get(f"{short} {name} {args.seeds} {args.epochs}", lambda: of_ours(args.simulate, table, name, args.seeds, args.epochs))
            regrets[name] = by_epochs(found, args.epochs)
        curves = pruners.Table(table)
        for name in args.optuna:
            found = [kept.get(f"{short} optuna {name} {seed} {args.optuna_epochs}", lambda: pruners.search(curves, *name.split("/"), seed, args.optuna_epochs))
                     for seed in range(args.optuna_seeds)]
            regrets[f"optuna {name}"] = by_epochs(found, args.optuna_epochs)
        report(short, regrets, args.epochs)
        everything[short] = regrets
    if args.picture:
        draw(everything, args.picture)


if __name__ == "__main__":
    main()
