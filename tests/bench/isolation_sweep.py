"""What training in a process of its own costs a whole sweep: the same fashion_mnist sweep with --isolation process and
none, by turns.

    python3 tests/bench/isolation_sweep.py [build/jobs] [rounds]

The time is that of training, from the first worker that joined to the last trial's end; starting is measured by
bench_isolation.
"""

import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

import h5py


def training_seconds(jobs, output, isolation):
    shutil.rmtree(output, ignore_errors=True)
    subprocess.run([jobs / "fashion_mnist", "--output", output, "--scheduler", "full", "--max-trials", "4", "--max-epochs", "3",
                    "--threads", "1", "--seed", "3", "--isolation", isolation], check=True, stdout=subprocess.DEVNULL)
    with h5py.File(output / "results.h5") as file:
        return file["trials"]["ended"].max() - file["workers"]["joined"].min()


def main():
    jobs = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/jobs").resolve()
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    times = {"process": [], "none": []}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            for isolation, seconds in times.items():
                seconds.append(training_seconds(jobs, pathlib.Path(folder) / "sweep", isolation))
    process, none = (statistics.median(seconds) for seconds in times.values())
    ratios = sorted(a / b for a, b in zip(times["process"], times["none"]))
    print(f"training: {process:.2f} s in a process of its own, {none:.2f} s in the rank (medians of {rounds}); "
          f"ratio {statistics.median(ratios):.4f}, from {ratios[0]:.4f} to {ratios[-1]:.4f}")


if __name__ == "__main__":
    main()
