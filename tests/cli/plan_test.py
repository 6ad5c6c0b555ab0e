"""The figures of `plan` are those of the sweep that then runs."""

import json
import unittest

from sweeps import SweepTest, run, tables


class Plan(SweepTest):
    def planned_as_run(self, *options):
        out, _ = run("synthetic", "plan", *options, "--workers", 2, "--json")
        plan = json.loads(out)
        output = self.folder / "sweep"
        run("synthetic", *options, "--set", "epoch_seconds=0", "--output", output, "--overwrite", ranks=3)
        found = tables(output)
        self.assertEqual(plan["trials"], len(found["trials"]))
        self.assertEqual(plan["epochs"], len(found["epochs"]))
        for rung in plan["rungs"]:
            rows = found["rungs"]
            rows = rows[(rows["iteration"] == rung["iteration"]) & (rows["bracket"] == rung["bracket"]) & (rows["rung"] == rung["rung"])]
            self.assertEqual(len(rows), rung["trials"])
        return plan

    def test_hyperband(self):
        plan = self.planned_as_run("--max-epochs", 27, "--iterations", 2)
        self.assertEqual((plan["trials"], plan["epochs"]), (98, 714))

    def test_hyperband_cut_short(self):
        self.assertEqual(self.planned_as_run("--max-epochs", 27, "--max-trials", 30)["trials"], 30)

    def test_full(self):
        self.assertEqual(self.planned_as_run("--scheduler", "full", "--max-epochs", 7)["epochs"], 70)

    def test_executions(self):
        self.assertEqual(self.planned_as_run("--max-epochs", 9, "--executions-per-trial", 2)["epochs"], 138)

    def test_used_up_space(self):
        fixed = [part for name, value in (("learning_rate", 0.01), ("dropout", 0.1), ("optimizer", "adam"))
                 for part in ("--set", f"{name}={value}")]
        plan = self.planned_as_run("--max-epochs", 243, "--max-trials", 400, *fixed)
        self.assertEqual(plan["trials"], 249)  # the widths from 8 to 256

    def test_the_text(self):
        out, _ = run("synthetic", "plan", "--max-epochs", 81, "--workers", 4, "--epoch-seconds", 2)
        for text in ("81 trials to epoch 1", "34 trials to epoch 3", "143 trials, 1581 epochs", "4 workers take", "at 2 s an epoch",
                     "checkpoints on the disk at a time"):
            self.assertIn(text, out)


if __name__ == "__main__":
    unittest.main()
