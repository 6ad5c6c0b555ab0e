"""How long a training step takes with Sibyl's own loop, and with Python's and the same LibTorch; one thread, both by
turns, medians; and whether both give the same losses.

    python3 tests/bench/training/compare.py [build/tests/bench/training/bench_training] [rounds] [case ...]

Wants a python3 whose torch is the LibTorch that Sibyl is built with: PYTHON names it; on Debian /usr/bin/python3 with
python3-torch.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

EPOCHS = {"mlp": 5, "iris": 101, "cnn_one": 4, "cnn_two": 4}
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
PYTHON = os.environ.get("PYTHON", "/usr/bin/python3")
SCRIPT = pathlib.Path(__file__).with_name("training.py")


def run(*command):
    return json.loads(subprocess.run([str(part) for part in command], env=ENVIRONMENT, check=True, stdout=subprocess.PIPE).stdout)


def compare(program, name, rounds):
    """Prints a line, and gives the largest difference of the losses."""
    epochs = EPOCHS[name]
    with tempfile.TemporaryDirectory() as folder:
        ours = run(program, name, epochs, folder)["losses"]
        theirs = run(PYTHON, SCRIPT, name, epochs, folder, "check")["losses"]
        difference = max(abs(a - b) for a, b in zip(ours, theirs))
        results = {"sibyl": [], "usual": [], "lean": []}
        for _ in range(rounds):
            results["sibyl"].append(run(program, name, epochs))
            for how in ("usual", "lean"):
                results[how].append(run(PYTHON, SCRIPT, name, epochs, folder, how))
    line = f"{name:8}"
    for clock in ("us", "cpu_us"):
        times = {how: [result[clock] for result in its] for how, its in results.items()}
        sibyl, usual, lean = (statistics.median(values) for values in times.values())
        line += f" |{sibyl:9.1f}{usual:9.1f}{lean:9.1f}{usual / sibyl:7.2f}{lean / sibyl:7.2f}"
        sibyl, usual, lean = (min(values) for values in times.values())
        line += f"{usual / sibyl:7.2f}{lean / sibyl:7.2f}"
    print(f"{line} | {difference:.1e}", flush=True)
    return difference


def main():
    program = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/tests/bench/training/bench_training").resolve()
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    print(f"us a step, medians of {rounds}; how often Sibyl's goes into Python's, of medians and of minima; the same of the "
          "processor's time,\nwhich other programs on the machine disturb less; the largest difference of the losses")
    part = "    sibyl    usual     lean  usual   lean  usual   lean"
    print(f"case     |{part} |{part} | losses")
    differences = [compare(program, name, rounds) for name in sys.argv[3:] or EPOCHS]
    if max(differences) > 1e-4:
        sys.exit("The losses are not the same: the two do not train alike.")


main()
