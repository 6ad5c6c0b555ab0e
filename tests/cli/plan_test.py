"""The figures of `plan` are those of the sweep that then runs."""

import json
import os
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

    def test_population(self):
        plan = self.planned_as_run("--scheduler", "pbt", "--population", 10, "--max-epochs", 9)
        self.assertEqual((plan["trials"], plan["epochs"]), (10 + 8 * 2, 90))

    def test_a_sweep_too_short_to_learn_is_told_of(self):
        options = ("--sampler", "tpe", "--scheduler", "full", "--max-trials", 30)
        line = "none of 30 trials can learn so: with a lower --width some wait, and do"
        self.assertIn(line, run("synthetic", "plan", *options, "--workers", 8, "--width", 30)[0])
        self.assertNotIn("can learn so", run("synthetic", "plan", *options, "--workers", 8, "--width", 29)[0])

    def test_what_has_no_effect_is_said(self):
        options = ("--population", 9, "--max-epochs", 3, "--set", "epoch_seconds=0")
        line = "--population has no effect here: it is for --scheduler pbt"
        self.assertIn("\n  " + line + "\n", run("synthetic", "plan", *options)[0])
        self.assertIn("WARNING: " + line + "\n", run("synthetic", *options, "--output", self.folder / "sweep")[0])

    def test_configurations_for_which_there_is_no_trial_are_said(self):
        two = ("--try", "defaults", "--try", "width=16", "--scheduler", "full", "--max-epochs", 2)
        line = "--try has no effect after the first 1 of its 2 configurations: no more trials are planned"
        self.assertIn(line, run("synthetic", "plan", *two, "--max-trials", 1)[0])
        self.assertNotIn("no effect", run("synthetic", "plan", *two, "--max-trials", 2)[0])

    def test_a_width_by_arrival_is_none(self):
        out, _ = run("synthetic", "plan", "--sampler", "tpe", "--order", "arrival", "--width", 5)
        self.assertIn("--width has no effect here: it is for --order plan\n", out)

    def test_full(self):
        self.assertEqual(self.planned_as_run("--scheduler", "full", "--max-epochs", 7)["epochs"], 70)

    def test_executions(self):
        self.assertEqual(self.planned_as_run("--max-epochs", 9, "--executions-per-trial", 2)["epochs"], 138)

    def test_used_up_space(self):
        fixed = [part for name, value in (("learning_rate", 0.01), ("dropout", 0.1), ("optimizer", "adam"))
                 for part in ("--set", f"{name}={value}")]
        plan = self.planned_as_run("--max-epochs", 243, "--max-trials", 400, *fixed)
        self.assertEqual(plan["trials"], 249)  # the widths from 8 to 256

    def test_a_grid_is_all_of_it(self):
        # Of learning_rate, width and dropout both ends and the default; with sgd both ends of momentum.
        grid = ("--sampler", "grid", "--grid-points", 2)
        full = ("--scheduler", "full", "--max-epochs", 2)
        plan = self.planned_as_run(*grid, *full)
        self.assertEqual(plan["trials"], 3 * 3 * 3 * (1 + 2))
        self.assertIn("81 trials, 162 epochs; then the search space is used up", run("synthetic", "plan", *grid, *full)[0])
        self.assertEqual(self.planned_as_run(*grid, *full, "--max-trials", 20)["trials"], 20)
        cut = "(of the grid's 81 combinations the others are not tried)"
        self.assertIn(cut, run("synthetic", "plan", *grid, *full, "--max-trials", 20)[0])
        self.assertNotIn("others are not", run("synthetic", "plan", *grid, *full)[0])
        self.assertEqual(self.planned_as_run(*grid, "--max-epochs", 9, "--iterations", 9)["trials"], 81)
        large = ("--sampler", "grid", "--grid-points", 10000, *full)
        self.assertGreater(json.loads(run("synthetic", "plan", *large, "--json")[0])["trials"], 1e10)

    def test_samplers_that_learn(self):
        for sampler in ("tpe", "gp"):
            plan = self.planned_as_run("--sampler", sampler, "--max-epochs", 9, "--try", "defaults")
            chosen = tables(self.folder / "sweep")["trials"]["sampler"].str.decode("utf-8").value_counts()
            self.assertEqual(list(plan["samplers"]), ["given", "sobol", sampler])
            # Where too little is known for a model, it is random what it chooses.
            chosen = {**chosen, sampler: chosen.get(sampler, 0) + chosen.get("random", 0)}
            chosen.pop("random", None)
            self.assertEqual(plan["samplers"], chosen)
            out, _ = run("synthetic", "plan", "--sampler", sampler, "--max-epochs", 9, "--workers", 10)
            self.assertIn(f"({sampler} chooses by what 60 workers of equal speed would know: --width 60 makes", out)
            self.assertRegex(out, rf"chosen by: sobol \d+, {sampler} \d+ \(random as long as too little is known\)")
        self.assertNotIn("chosen by", run("synthetic", "plan", "--max-epochs", 9)[0])
        self.assertNotIn("--width", run("synthetic", "plan", "--max-epochs", 9)[0])

    def test_configurations_that_are_tried_first(self):
        output = self.folder / "sweep"
        run("synthetic", "--try", "width=16,optimizer=adam", "--try", "defaults", "--sampler", "tpe", "--max-epochs", 3, "--output",
            output, ranks=3)
        trials = tables(output)["trials"]
        self.assertEqual(list(trials["sampler"])[:3], [b"given", b"given", b"sobol"])
        self.assertEqual(list(trials["hp:width"])[0], 16)

    def test_a_plan_of_one_trial_says_what_to_do(self):
        says = "--max-epochs 2 is less than --eta 3: Hyperband is one trial then"
        out, _ = run("synthetic", "plan", "--max-epochs", 2)
        self.assertIn(says, out)
        self.assertIn("--max-epochs 3 or more, --iterations N for N trials, or --scheduler full --max-trials N", out)
        out, err = run("synthetic", "--max-epochs", 2, "--set", "epoch_seconds=0", "--output", self.folder / "one")
        self.assertIn(says, out + err)
        for enough in (("--max-epochs", 3), ("--max-epochs", 2, "--iterations", 2), ("--max-epochs", 2, "--scheduler", "full")):
            self.assertNotIn("is one trial", run("synthetic", "plan", *enough)[0])

    def test_plans_of_any_size_are_quick(self):
        for options, trials, epochs in [
            (("--max-epochs", 1000000), 834008, 122235002),
            (("--max-epochs", 27, "--iterations", 1000000000), 49000000000, 357000000000),
            (("--scheduler", "full", "--max-trials", 1000000000, "--max-epochs", 10), 1000000000, 10000000000),
            (("--max-epochs", 1000000, "--max-trials", 100), 100, None),
            (("--eta", 2147483647, "--iterations", 7), 7, 700),
        ]:
            with self.subTest(options=options):
                before = os.times().children_user
                out, _ = run("synthetic", "plan", *options, "--workers", 2, "--json")
                self.assertLess(os.times().children_user - before, 10)
                plan = json.loads(out)
                self.assertEqual(plan["trials"], trials)
                if epochs:
                    self.assertEqual(plan["epochs"], epochs)
                self.assertGreaterEqual(plan["makespan_epochs"], plan["epochs"] / 2)
        out, _ = run("synthetic", "plan", "--max-epochs", 1000000)
        self.assertIn("531441 trials to epoch 2", out)
        self.assertIn("take at least the time of", out)

    def test_the_text(self):
        out, _ = run("synthetic", "plan", "--max-epochs", 81, "--workers", 4, "--epoch-seconds", 2)
        for text in ("81 trials to epoch 1", "34 trials to epoch 3", "143 trials, 1581 epochs", "4 workers take", "at 2 s an epoch",
                     "checkpoints on the disk at a time"):
            self.assertIn(text, out)


if __name__ == "__main__":
    unittest.main()
