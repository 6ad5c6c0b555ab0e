"""How busy workers are, and how much longer a sweep lasts than it has to, for each scheduler:

    python3 utilisation.py SIMULATE [--workers 8 64 512 4096] [--stragglers .3 1] [--schedulers hyperband ...]

SIMULATE is build/tests/simulate. R = 81, eta = 3, as many iterations of Hyperband (or as many trials of the others) as there are
workers, at least 4, of pbt four members a worker; workers are slower and faster from slot to slot by lognormal factors. Prints, for each, the share of the
workers' time that goes into training, and the makespan over its lower bound: the time of all work shared out evenly, or that
of the trial that takes longest.
"""

import argparse
import json
import subprocess


def simulate(program, scheduler, workers, stragglers):
    iterations = max(4, workers)
    command = [program, "--max-epochs", 81, "--workers", workers, "--stragglers", stragglers, "--format", "json"]
    if scheduler == "strict barrier":
        command += ["--barrier", "--iterations", iterations]
    elif scheduler == "pbt":
        command += ["--scheduler", "pbt", "--population", 4 * workers]
    elif scheduler == "hyperband":
        command += ["--iterations", iterations]
    else:  # as many epochs, about; its options behind its name
        name, *options = scheduler.split()
        command += ["--scheduler", name, "--max-trials", iterations * (20 if scheduler == "full" else 143), *options]
    if scheduler in ("hyperband", "strict barrier", "full"):
        command += ["--quick"]
    return json.loads(subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("simulate")
    parser.add_argument("--workers", type=int, nargs="*", default=[8, 64, 512, 4096])
    parser.add_argument("--stragglers", type=float, nargs="*", default=[0.3, 1])
    parser.add_argument("--schedulers", nargs="*", default=["full", "hyperband", "strict barrier"])
    args = parser.parse_args()
    print("| scheduler | stragglers | " + " | ".join(f"{each} workers" for each in args.workers) + " |")
    print("| --- | --- |" + " --- |" * len(args.workers))
    for scheduler in args.schedulers:
        for stragglers in args.stragglers:
            cells = []
            for workers in args.workers:
                run = simulate(args.simulate, scheduler, workers, stragglers)
                cells.append(f"{run['useful']:.3f}, {run['makespan'] / run['lower_bound']:.2f}x")
            print(f"| {scheduler} | {stragglers:g} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
