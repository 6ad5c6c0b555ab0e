"""What a sweep goes by: an objective that a job measures, and what early stopping watches."""

import os
import unittest

from idx import write_data_set
from sweeps import JOBS, SweepTest, assert_same, run, tables

FAILED, USAGE = 1, 64
OWN_FIT = os.environ.get("SIBYL_OWN_FIT", "")
SETTINGS = ("--scheduler", "full", "--max-trials", 3, "--max-epochs", 6, "--threads", 1)


class Monitor(SweepTest):
    def test_a_sweep_keeps_what_early_stopping_goes_by(self):
        output = self.folder / "sweep"
        run("synthetic", *SETTINGS, "--monitor", "val_accuracy", "--output", output)
        run("synthetic", "--monitor", "val_accuracy:max", "--output", output, "--resume")
        run("synthetic", "--output", output, "--resume")
        for said, *typed in (("--monitor: val_accuracy:max there, val_loss:min here", "--monitor", "val_loss"),
                             ("--start-from-epoch: 0 there, 2 here", "--start-from-epoch", 2)):
            _, err = run("synthetic", *typed, "--output", output, "--resume", code=USAGE)
            self.assertIn(said, err)

    def test_one_without_a_direction_is_refused_as_an_objective_is(self):
        _, err = run("synthetic", "--monitor", "score", "--output", self.folder / "sweep", code=USAGE)
        self.assertIn("say --monitor score:min or --monitor score:max", err)


@unittest.skipUnless((JOBS / "iris").exists(), "built without LibTorch")
class Measured(SweepTest):
    def test_what_is_not_measured_is_refused_before_anything_is_started(self):
        output = self.folder / "sweep"
        for command in ((), ("--dry-run",)):
            for option in ("--objective", "--monitor"):
                _, err = run("iris", *command, option, "val_acuracy:max", *SETTINGS, "--output", output, code=USAGE)
                self.assertIn(f"{option} val_acuracy: the job does not measure that (did you mean 'val_accuracy'?)", err)
                self.assertFalse(output.exists())

    def test_early_stopping_by_the_loss_while_accuracy_is_sought(self):
        whole, cut = self.folder / "whole", self.folder / "cut"
        settings = ("--scheduler", "full", "--max-trials", 4, "--max-epochs", 40, "--threads", 1, "--seed", 3,
                    "--objective", "val_accuracy", "--monitor", "loss:max", "--min-delta", 100, "--patience", 2, "--start-from-epoch", 3)
        run("iris", *settings, "--output", whole)
        found = tables(whole)
        self.assertEqual(list(found["trials"]["early_stopped"]), [1] * 4)
        self.assertEqual(list(found["epochs"].groupby("trial")["epoch"].max()), [6] * 4)  # best is the fourth, the first that counts
        out, _ = run("iris", *settings, "--output", cut, ranks=3)
        self.assertIn("finished", out)
        assert_same(whole, cut)

    @unittest.skipUnless(OWN_FIT, "without that job")
    def test_a_job_with_a_fit_of_its_own_is_refused_before_its_first_step(self):
        output, data = self.folder / "sweep", write_data_set(self.folder / "data", train=200, test=50)
        out, err = run(OWN_FIT, "--data", data, "--objective", "val_acuracy:max", *SETTINGS, "--output", output, ranks=2, code=FAILED)
        self.assertIn("the objective is val_acuracy (did you mean 'val_accuracy'?), but an epoch has only loss, accuracy, val_loss, val_accuracy", out + err)
        self.assertIn(" 0 failed", out)
        self.assertEqual(len(tables(output)["epochs"]), 0)


if __name__ == "__main__":
    unittest.main()
