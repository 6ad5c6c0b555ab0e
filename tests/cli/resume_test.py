"""--resume: a killed sweep goes on and comes out as if it had not been killed, on another number of workers too."""

import signal
import subprocess
import time
import unittest

import h5py
import pandas as pd

from idx import write_data_set
from sweeps import JOBS, SweepTest, assert_same, command, run, tables


class Resume(SweepTest):
    def killed_and_resumed(self, job, *options, after):
        whole, killed = self.folder / "whole", self.folder / "killed"
        run(job, *options, "--output", whole)
        for ranks, seconds in zip((3, 2, 5), after):
            with subprocess.Popen(command(job, *options, "--output", killed, "--resume", ranks=ranks),
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as mpirun:
                time.sleep(seconds)
                subprocess.run(["pkill", "-KILL", "-P", str(mpirun.pid)], check=False)
                mpirun.send_signal(signal.SIGKILL)
        out, _ = run(job, *options, "--output", killed, "--resume", ranks=3)
        assert_same(whole, killed)
        return out

    def test_synthetic(self):
        out = self.killed_and_resumed("synthetic", "--max-epochs", 27, "--set", "epoch_seconds=0.02", "--inject",
                                      "exception=0.01", after=(1.0, 1.5, 1.2))
        self.assertIn("finished: the plan is done", out)

    def test_a_sampler_that_learns(self):
        self.killed_and_resumed("synthetic", "--sampler", "gp", "--max-epochs", 27, "--width", 6, "--set", "epoch_seconds=0.02",
                                after=(1.5, 2.0, 1.5))

    def test_synthetic_goes_on_within_its_slot(self):
        whole, stopped, epochs, each = self.folder / "whole", self.folder / "stopped", 30, 0.15
        options = ["--scheduler", "full", "--max-trials", 1, "--max-epochs", epochs, "--executions-per-trial", 2]
        run("synthetic", *options, "--set", "epoch_seconds=0", "--output", whole)
        options += ["--set", f"epoch_seconds={each}", "--output", stopped]
        run("synthetic", *options, "--time-limit", "7s", code=75)

        def trial():
            with h5py.File(stopped / "results.h5") as file:
                return file["trials"][0], len(file["epochs"])

        before, trained = trial()
        self.assertGreater(trained, epochs)  # the second execution has begun
        run("synthetic", *options, "--resume")
        # Sleeping takes no less than its time: all epochs anew would take 9 s.
        self.assertLess(trial()[0]["seconds"] - before["seconds"], 2 * epochs * each)
        pd.testing.assert_frame_equal(tables(whole)["epochs"], tables(stopped)["epochs"], check_exact=True)

    @unittest.skipUnless((JOBS / "fashion_mnist").exists(), "built without LibTorch")
    def test_folds(self):
        data = write_data_set(self.folder / "data")
        self.killed_and_resumed("fashion_mnist", "--data", data, "--max-epochs", 9, "--threads", 1, "--folds", 3, after=(2.0, 2.5, 3.0))
        found = tables(self.folder / "whole")
        self.assertTrue((found["trials"]["executions"] == 3).all())
        best = found["epochs"].groupby(["trial", "execution"])["val_accuracy"].max()
        self.assertGreater(best.groupby("trial").nunique().max(), 1)  # the folds differ
        for trial, score in enumerate(found["trials"]["score"]):
            self.assertAlmostEqual(best[trial].mean(), score)
        _, problem = run("synthetic", "--folds", 3, "--output", self.folder / "refused", code=64)
        self.assertIn("does not part its samples by folds", problem)

    @unittest.skipUnless((JOBS / "fashion_mnist").exists(), "built without LibTorch")
    def test_real_training(self):
        data = write_data_set(self.folder / "data")
        self.killed_and_resumed("fashion_mnist", "--data", data, "--max-epochs", 27, "--threads", 1, after=(2.0, 2.5, 3.0))

    def test_a_population_is_not_made_larger(self):
        output = self.folder / "population"
        options = ("--scheduler", "pbt", "--population", 4, "--max-epochs", 4, "--set", "epoch_seconds=0", "--output", output)
        run("synthetic", *options, "--max-trials", 3)
        _, problem = run("synthetic", "--max-trials", 20, "--output", output, "--resume", code=64)
        self.assertIn("--max-trials: 3 there, 20 here", problem)
        self.assertIn("not of --scheduler pbt, whose population does not grow", problem)
        run("synthetic", "--output", output, "--resume")

    def test_a_finished_sweep_resumes_to_its_summary(self):
        output = self.folder / "sweep"
        first, _ = run("synthetic", "--max-epochs", 3, "--output", output, ranks=2)
        again, _ = run("synthetic", "--max-epochs", 3, "--output", output, "--resume", ranks=2)
        self.assertEqual(first[first.index("  rank"):], again[again.index("  rank"):])


if __name__ == "__main__":
    unittest.main()
