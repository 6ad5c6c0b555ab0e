"""The program that simulates sweeps: what its figures mean."""

import csv
import gzip
import io
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

SIMULATE = os.environ["SIMULATE"]


def simulate(*arguments, code=0):
    done = subprocess.run([SIMULATE, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=120)
    if done.returncode != code:
        raise AssertionError(f"exit code {done.returncode}: {done.args}\n{done.stdout}\n{done.stderr}")
    return done.stdout if code == 0 else done.stderr


def results(*arguments):
    return [json.loads(line) for line in simulate(*arguments, "--format", "json").splitlines()]


def table(rows):
    """A file of learning curves: row k falls from 1 to k / 100 in 9 epochs; every tenth diverges after the third."""
    lines = ["config_id,learning_rate,beta1,beta2,epsilon,l1,l2,linear_decay,exponential_decay," + ",".join(f"e{i}" for i in range(10))]
    for k in range(rows):
        losses = [1 - (1 - k / 100) * epoch / 9 for epoch in range(10)]
        if k % 10 == 9:
            losses[4:] = ["nan"] * 6
        lines.append(",".join(map(str, [k, 10 ** (-k / 10), 0.9, 0.99, 1e-8, 1e-5, 1e-5 * (k + 1), 1e-4, 1e-4, *losses])))
    return "\n".join(lines)


class Simulate(unittest.TestCase):
    COMMON = ("--max-epochs", 27, "--iterations", 4, "--stragglers", 0.5)

    def test_a_strict_barrier_trains_the_same_and_keeps_workers_waiting(self):
        for workers in (3, 8, 40):
            [free] = results(*self.COMMON, "--workers", workers)
            [barrier] = results(*self.COMMON, "--workers", workers, "--barrier")
            for what in ("trials", "epochs", "promotions", "wrong_promotions", "regret"):
                self.assertEqual(free[what], barrier[what], what)
        [free], [barrier] = results(*self.COMMON, "--workers", 8), results(*self.COMMON, "--workers", 8, "--barrier")
        self.assertGreater(free["useful"], 0.85)
        self.assertLess(barrier["useful"], 0.6)
        self.assertGreater(barrier["makespan"], 1.4 * free["makespan"])
        self.assertEqual(barrier["end"], "the plan is done")

    def test_the_sweep_is_the_same_on_any_number_of_workers(self):
        runs = [results(*self.COMMON, "--workers", workers, "--sampler", "tpe", "--width", 4, "--failures", 0.2)[0] for workers in (1, 3, 64)]
        for what in ("trials", "epochs", "promotions", "wrong_promotions", "regret"):
            self.assertEqual(len({run[what] for run in runs}), 1, what)
        self.assertEqual(runs[0]["wrong_promotions"], 0)
        self.assertAlmostEqual(runs[0]["useful"], 1)
        self.assertLess(runs[2]["makespan"], runs[1]["makespan"])
        for run in runs:
            self.assertGreaterEqual(run["makespan"], run["lower_bound"] * (1 - 1e-9))

    def test_wrong_promotions(self):
        """Asynchronous halving promotes by what it knows; whoever waits for full rungs never promotes wrongly."""
        asha = results("--scheduler", "asha", "--max-trials", 200, "--max-epochs", 27, "--workers", 8)[0]
        self.assertGreater(asha["wrong_promotions"], 0)
        self.assertLess(asha["wrong_promotions"], asha["promotions"])

    def test_what_takes_time_besides_training(self):
        plain = results("--scheduler", "full", "--max-trials", 4, "--max-epochs", 5, "--workers", 1)[0]
        self.assertEqual((plain["makespan"], plain["useful"]), (20, 1))
        costly = results("--scheduler", "full", "--max-trials", 4, "--max-epochs", 5, "--workers", 1, "--dispatch", 0.5, "--checkpoint", 0.25)[0]
        self.assertAlmostEqual(costly["makespan"], 23)
        self.assertAlmostEqual(costly["overhead"], 3 / 23)
        self.assertAlmostEqual(costly["useful"], 20 / 23)
        # An oracle that takes as long for an event as 100 workers take for an epoch serves one after the other.
        slow = results("--scheduler", "full", "--max-trials", 100, "--max-epochs", 1, "--workers", 100, "--event", 1)[0]
        self.assertGreater(slow["makespan"], 100)

    def test_failures(self):
        [run] = results("--scheduler", "full", "--max-trials", 300, "--max-epochs", 9, "--failures", 0.3)
        self.assertEqual(run["trials"], 300)
        self.assertLess(run["epochs"], 300 * 9 * 0.9)

    def test_a_table(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "table.csv"
            file.write_text(table(60))
            for sampler in ("random", "gp", "tpe"):
                # All rows are tried, each once: so the best is found, and those that diverge train 4 epochs.
                [run] = results("--table", file, "--scheduler", "full", "--max-trials", 60, "--max-epochs", 9, "--sampler", sampler, "--workers", 3)
                self.assertEqual((run["trials"], run["regret"]), (60, 0))
                self.assertEqual(run["epochs"], 54 * 9 + 6 * 4)
            rows = list(csv.DictReader(io.StringIO(simulate("--table", file, "--max-epochs", 9, "--seeds", 3, "--format", "csv"))))
            self.assertEqual({row["seed"] for row in rows}, {"0", "1", "2"})
            of_one = [row for row in rows if row["seed"] == "1"]
            for what, sign in (("epochs", 1), ("seconds", 1), ("regret", -1)):
                values = [sign * float(row[what]) for row in of_one]
                self.assertEqual(values, sorted(values), what)
            packed = pathlib.Path(folder) / "table.csv.gz"
            packed.write_bytes(gzip.compress(file.read_bytes()))
            same = ("--max-epochs", 9, "--max-trials", 20)
            self.assertEqual(simulate("--table", packed, *same), simulate("--table", file, *same))
            self.assertIn("--max-epochs 9 or less", simulate("--table", file, "--max-epochs", 10, code=64))

    def test_a_stopper(self):
        [run] = results(*self.COMMON, "--budget-epochs", 100)
        self.assertEqual((run["epochs"], run["end"]), (100, "the budget of 100 epochs is used up"))

    def test_text_and_help(self):
        self.assertIn("makespan / lower bound", simulate("--max-epochs", 9, "--seeds", 4))
        self.assertIn("--iterations", simulate("--help"))

    def test_bad_input(self):
        for arguments, reason in [(["--wat"], "there is no --wat"), (["word"], "is no option"), (["--workers"], "takes a value"),
                                  (["--workers", "0"], "--workers takes"), (["--patience", "2"], "there is no --patience"),
                                  (["--barrier", "--sampler", "gp"], "--barrier is for")]:
            self.assertIn(reason, simulate(*arguments, code=64))
        self.assertIn("no table", simulate("--table", "/nowhere", code=1))


if __name__ == "__main__":
    unittest.main()
