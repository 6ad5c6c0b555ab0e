"""--target, --budget-epochs, --budget-time and --stop-without-improvement: a sweep that they end is over, and goes on with more."""

import json
import time
import unittest

import h5py

from sweeps import SweepTest, assert_same, run, tables

STOPPED = 75


class Stoppers(SweepTest):
    # About 2.5 s of 2 workers.
    JOB = ("synthetic", "--max-epochs", 9, "--iterations", 2, "--seed", 5, "--set", "epoch_seconds=0.03")

    def setUp(self):
        super().setUp()
        self.output = self.folder / "sweep"

    def run_it(self, *options, **how):
        return run(*self.JOB, "--output", self.output, *options, **how)[0]

    def assert_over(self, out, reason):
        """The sweep is over, everything says why, and a resume has nothing to do."""
        self.assertIn(f"finished: {reason}", " ".join(out.split()))
        with h5py.File(self.output / "results.h5") as file:
            self.assertTrue(file.attrs["reason"].startswith(reason), file.attrs["reason"])
            launches = file["launches"][:]
        self.assertEqual(launches["state"][-1], b"finished")
        status = json.loads(run("synthetic", "status", self.output, "--json")[0])
        self.assertTrue(status["finished"])
        self.assertIn(reason, status["reason"])
        self.assertIn(reason, run("synthetic", "summary", self.output)[0])
        self.assertIn(reason, self.run_it("--resume", ranks=2))
        with h5py.File(self.output / "results.h5") as file:
            self.assertEqual(len(file["launches"]), len(launches))

    def assert_goes_on(self, *options):
        """With these options it comes to what it would have been without any."""
        whole = self.folder / "whole"
        run(*self.JOB, "--output", whole, ranks=4)
        self.assertIn("finished: the plan is done", self.run_it("--resume", *options, ranks=3))
        assert_same(whole, self.output)

    def test_target(self):
        out = self.run_it("--target", "1.9", ranks=3)
        self.assert_over(out, "the target of 1.9 is reached by trial ")
        scores = tables(self.output)["trials"]["score"]
        self.assertLessEqual(scores.min(), 1.9)
        best = json.loads(run("synthetic", "summary", self.output, "--json")[0])
        self.assertIsNotNone(best["best_model"])
        self.assert_goes_on("--target", "none")

    def test_epochs_and_a_larger_number_of_them(self):
        self.assert_over(self.run_it("--budget-epochs", 20, ranks=4), "the budget of 20 epochs is used up")
        trained = len(tables(self.output)["epochs"])
        self.assertIn(trained, range(20, 30))
        status = json.loads(run("synthetic", "status", self.output, "--json")[0])
        self.assertEqual(status["planned_epochs"], 20)
        self.assert_over(self.run_it("--resume", "--budget-epochs", 40, ranks=2), "the budget of 40 epochs is used up")
        self.assert_goes_on("--budget-epochs", 0)

    def test_time_of_all_launches(self):
        self.run_it("--budget-time", "1.6s", "--time-limit", "0.8s", ranks=3, code=STOPPED)
        began = time.monotonic()
        self.assert_over(self.run_it("--resume", ranks=3), "the time budget of 1.6 s is used up")
        self.assertLess(time.monotonic() - began, 10)
        self.assert_goes_on("--budget-time", "5h")

    def test_no_improvement(self):
        options = ("--scheduler", "full", "--max-epochs", 3, "--max-trials", 60, "--stop-without-improvement", 5)
        out = [run("synthetic", *options, "--seed", 5, "--output", self.folder / str(ranks), ranks=ranks)[0] for ranks in (2, 5)]
        reasons = [[line for line in each.splitlines() if line.startswith("State")] for each in out]
        self.assertRegex(reasons[0][0], r"finished: none of 5 trials after trial \d+ \(val_loss .*\) was better")
        self.assertEqual(*reasons)

    def test_the_first_report_of_none(self):
        """A budget that ends before any trial has a score."""
        output = self.folder / "none"
        _, err = run("synthetic", "--max-epochs", 9, "--set", "epoch_seconds=5", "--budget-time", "1s", "--output", output, code=1)
        self.assertIn("the sweep failed: no trial has a score", err)

    def test_plan(self):
        def plan(*options):
            return json.loads(run("synthetic", "plan", "--json", "--max-epochs", 9, "--iterations", 3, "--workers", 2, *options)[0])

        whole, part = plan(), plan("--budget-epochs", 50)
        self.assertGreater(whole["epochs"], 100)
        self.assertEqual(part["epochs"], 50)
        self.assertEqual(part["makespan_epochs"], 25)
        self.assertEqual(plan("--budget-epochs", 100, "--executions-per-trial", 2)["epochs"], 100)
        self.assertEqual(plan("--budget-time", "100s", "--epoch-seconds", 4)["makespan_epochs"], 25)
        out, _ = run("synthetic", "plan", "--max-epochs", 9, "--budget-epochs", 50)
        self.assertIn("the budget of 50 epochs is used up", out)

    def test_bad_input(self):
        for option, value, reason in [("target", "high", "takes a score"), ("target", "nan", "takes a score"), ("target", "inf", "takes a score"),
                                      ("budget-epochs", "-1", "whole number"), ("budget-time", "soon", "takes a time"),
                                      ("budget-time", "-5s", "takes a time"), ("stop-without-improvement", "0.5", "whole number")]:
            _, err = run("synthetic", f"--{option}={value}", "--output", self.output, code=64)
            self.assertIn(f"--{option} ", err)
            self.assertIn(reason, err)
        self.assertFalse(self.output.exists())


if __name__ == "__main__":
    unittest.main()
