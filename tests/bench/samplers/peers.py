"""Ours beside other tuners' samplers, on the same problems, from the same first points:

    python3 peers.py BENCH_SAMPLERS [--ours tpe] [--peer optuna-tpe] [--problems branin ...] [--tables FOLDER]
                     [--seeds 20] [--peer-seeds 10] [--trials 100] [--lag 0] [--keep FILE]

BENCH_SAMPLERS is the program of samplers.cpp, which holds the problems too. The peers need Optuna 5 (pip install
optuna==5.0.0), optuna-gp also scipy and torch 2; botorch and smac their own packages (see tuners.py). Prints for each problem the quartiles of the best loss by trials, the 90 %
interval of the medians' difference (by bootstrap; below 0: ours is better), and processor time per suggestion. FOLDER has
tables of TaskSet, as .csv or .csv.gz. FILE keeps what peers found, so that they need not search again.
"""

import argparse
import json
import pathlib
import subprocess
import time

import numpy

import tuners

STARTS = 10


class Problem:
    """A problem of bench_samplers, over its pipe."""

    def __init__(self, bench, name, seed):
        self.process = subprocess.Popen([bench, "serve", name, str(seed)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.space = []
        while (words := self.process.stdout.readline().split()) != ["end"]:
            words, _, condition = (words, "", []) if "if" not in words else (words[: words.index("if")], "if", words[words.index("if") + 1 :])
            self.space.append((words[0], words[1], words[2:], condition))

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().split()

    def typed(self, words):
        texts, values = dict(zip(words[::2], words[1::2])), {}
        for kind, name, _, _ in self.space:
            if name in texts:
                values[name] = {"float": float, "int": int, "choice": str}[kind](texts[name])
        return values

    def start(self, number):
        return self.typed(self.ask(f"start {number}"))

    def run(self, values):
        """The loss, what it is without noise, and the values it was run with."""
        answer = self.ask(" ".join(f"{name} {value!r}" if isinstance(value, float) else f"{name} {value}" for name, value in values.items()))
        return float(answer[0]), float(answer[1]), self.typed(answer[2:])

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def search(tuner, problem, trials, lag):
    """The best loss by trials, and processor seconds in the tuner, which is told of a trial when `lag` more have been started."""
    running, best, least, truth, seconds = [], [], float("inf"), float("inf"), 0.0
    for number in range(trials):
        start = problem.start(number) if number < STARTS else None
        began = time.process_time()
        values = tuner.propose(start)
        seconds += time.process_time() - began
        loss, true, run = problem.run(values)
        if loss < least:
            least, truth = loss, true
        best.append(truth)
        running.append((run, loss))
        began = time.process_time()
        if len(running) > lag:
            tuner.tell(*running.pop(0))
        seconds += time.process_time() - began
    return best, seconds


def peer_search(peer, bench, name, seed, trials, lag):
    problem = Problem(bench, name, seed)
    found = search(tuners.make(peer, problem.space, seed, STARTS, trials), problem, trials, lag)
    problem.close()
    return found


def our_search(sampler, bench, name, seeds, trials, lag):
    command = [bench, "run", sampler, name, "--trials", str(trials), "--seeds", str(seeds), "--lag", str(lag), "--each"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    found = {}
    for line in lines:
        if line.startswith("seed "):
            for word in line.split()[2:]:
                trial, loss = word.split(":")
                found.setdefault(int(trial), []).append(float(loss))
    return found, float(lines[-1].split()[-4])


def interval(ours, theirs, random):
    """Of the difference of medians, 90 %."""
    draw = lambda values: numpy.median(random.choice(values, (4000, len(values))), axis=1)
    return numpy.quantile(draw(ours) - draw(theirs), [0.05, 0.95])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench")
    parser.add_argument("--ours", default="tpe")
    parser.add_argument("--peer", default="optuna-tpe")
    parser.add_argument("--problems", nargs="*", default="branin hartmann rosenbrock ackley ackley_shifted mixed hartmann_noisy".split())
    parser.add_argument("--tables")
    for name, default in ("seeds", 20), ("peer-seeds", 10), ("trials", 100), ("lag", 0):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--keep", type=pathlib.Path)
    args = parser.parse_args()
    kept = json.loads(args.keep.read_text()) if args.keep and args.keep.exists() else {}
    random = numpy.random.default_rng(0)
    tables = [f"table:{path}" for path in sorted(pathlib.Path(args.tables).glob("*.csv*"))] if args.tables else []
    for name in args.problems + tables:
        ours, our_cost = our_search(args.ours, args.bench, name, args.seeds, args.trials, args.lag)
        short, theirs, cost = name.split("/")[-1], [], 0.0
        for seed in range(args.peer_seeds):
            key = f"{args.peer} {short} {seed} {args.trials} {args.lag}"
            if key not in kept:
                kept[key] = peer_search(args.peer, args.bench, name, seed, args.trials, args.lag)
                if args.keep:
                    args.keep.write_text(json.dumps(kept))
            theirs.append(kept[key][0])
            cost += kept[key][1] / args.peer_seeds / args.trials
        print(f"{short}: {our_cost:.3f} ms beside {1e3 * cost:.3f} ms a suggestion")
        for mark, values in ours.items():
            peers = [best[mark - 1] for best in theirs]
            low, high = interval(values, peers, random)
            quartiles = [" / ".join(f"{each:.4g}" for each in numpy.quantile(side, [0.25, 0.5, 0.75])) for side in (values, peers)]
            verdict = "better" if high < 0 else "WORSE" if low > 0 else ""
            print(f"  @{mark:<4} {quartiles[0]:34} {quartiles[1]:34} [{low:+.3g}, {high:+.3g}] {verdict}", flush=True)


if __name__ == "__main__":
    main()
