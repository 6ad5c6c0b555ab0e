"""Law 1: the same sweep on any number of ranks, and without mpirun."""

import unittest

import h5py

from idx import write_data_set
from sweeps import JOBS, SweepTest, assert_same, run, tables


class SameSweep(SweepTest):
    def same_on_all(self, job, *options):
        alone = self.folder / "alone"
        run(job, *options, "--output", alone)
        for ranks in (1, 2, 3, 5):
            output = self.folder / str(ranks)
            run(job, *options, "--output", output, ranks=ranks)
            assert_same(alone, output)
        return tables(alone)

    def test_synthetic_with_failures(self):
        found = self.same_on_all("synthetic", "--max-epochs", 9, "--iterations", 2, "--seed", 3, "--set",
                                 "epoch_seconds=0.002", "--inject", "exception=0.05", "--executions-per-trial", 2)
        self.assertGreater((found["trials"]["status"] == b"failed").sum(), 0)
        self.assertEqual(len(found["trials"]), 34)

    def test_samplers_that_learn(self):
        for sampler in ("tpe", "gp"):
            for scheduler in (("hyperband", "--iterations", 3), ("full", "--max-trials", 40)):
                with self.subTest(sampler=sampler, scheduler=scheduler[0]):
                    options = ("--sampler", sampler, "--scheduler", *scheduler, "--max-epochs", 9, "--width", 5, "--set",
                               "epoch_seconds=0.002", "--inject", "exception=0.02")
                    outputs = [self.folder / f"{sampler}_{scheduler[0]}_{ranks}" for ranks in (1, 2, 5)]
                    for ranks, output in zip((None, 2, 5), outputs):
                        run("synthetic", *options, "--output", output, ranks=ranks)
                    for output in outputs[1:]:
                        assert_same(outputs[0], output)
                    self.assertIn(f"{sampler} chooses by what 5 workers", run("synthetic", "status", outputs[0])[0])
                    chosen_by = tables(outputs[0])["trials"]["sampler"]
                    self.assertGreater((chosen_by == sampler.encode()).sum(), 10)

    def test_schedulers_that_decide_as_they_go(self):
        quick = ("--max-epochs", 9, "--set", "epoch_seconds=0.002", "--inject", "exception=0.02", "--width", 5)
        for name, options in {
            "asha": ("--scheduler", "asha", "--max-trials", 40, "--sampler", "tpe"),
            "median": ("--scheduler", "full", "--max-trials", 20, "--median-stopping", "--median-interval", 2),
            "pbt": ("--scheduler", "pbt", "--population", 8),
        }.items():
            with self.subTest(name):
                outputs = [self.folder / f"{name}_{ranks}" for ranks in (1, 2, 5)]
                for ranks, output in zip((None, 2, 5), outputs):
                    run("synthetic", *options, *quick, "--output", output, ranks=ranks)
                for output in outputs[1:]:
                    assert_same(outputs[0], output)
                found = tables(outputs[0])
                self.assertGreater((found["trials"]["status"] == b"stopped").sum(), 3)
                self.assertEqual((found["trials"]["parent"] >= 0).any(), name == "pbt")

    def test_order_of_arrival(self):
        output = self.folder / "as_they_come"
        run("synthetic", "--scheduler", "asha", "--max-trials", 30, "--max-epochs", 9, "--order", "arrival", "--sampler", "tpe",
            "--set", "epoch_seconds=0.002", "--output", output, ranks=3)
        self.assertEqual(len(tables(output)["trials"]), 30)
        self.assertIn("by what has arrived (--order arrival)", run("synthetic", "status", output)[0])

    def test_a_grid_with_failures(self):
        for scheduler in (("--scheduler", "full", "--max-epochs", 2), ("--max-epochs", 9, "--iterations", 10)):
            found = self.same_on_all("synthetic", "--sampler", "grid", "--grid-points", 2, *scheduler, "--set",
                                     "epoch_seconds=0.001", "--set", "width=64", "--inject", "exception=0.05", "--overwrite")
            self.assertEqual(len(found["trials"]), 27)
            first = found["trials"].iloc[0]
            self.assertEqual((first["hp:learning_rate"], first["hp:dropout"], first["hp:optimizer"]), (0.01, 0.1, b"sgd"))

    @unittest.skipUnless((JOBS / "fashion_mnist").exists(), "built without LibTorch")
    def test_a_trained_population_bit_for_bit(self):
        data = write_data_set(self.folder / "data")
        outputs = [self.folder / str(ranks) for ranks in (1, 4)]
        for ranks, output in zip((None, 4), outputs):
            run("fashion_mnist", "--data", data, "--scheduler", "pbt", "--population", 6, "--max-epochs", 5, "--seed", 7, "--threads", 1,
                "--output", output, ranks=ranks)
        assert_same(*outputs)
        self.assertEqual((tables(outputs[0])["trials"]["parent"] >= 0).sum(), 4)

    @unittest.skipUnless((JOBS / "fashion_mnist").exists(), "built without LibTorch")
    def test_real_training_bit_for_bit(self):
        data = write_data_set(self.folder / "data")
        found = self.same_on_all("fashion_mnist", "--data", data, "--max-epochs", 9, "--eta", 3, "--seed", 7,
                                 "--threads", 1)
        self.assertEqual(len(found["trials"]), 17)
        self.assertEqual(len(found["epochs"]), 69)
        self.assertGreater(found["trials"]["score"].max(), 0.5)

    @unittest.skipUnless((JOBS / "fashion_mnist").exists(), "built without LibTorch")
    def test_early_stopping_and_executions(self):
        data = write_data_set(self.folder / "data")
        settings = ("--data", data, "--max-epochs", 9, "--seed", 3, "--threads", 1, "--patience", 1, "--executions-per-trial", 2,
                    "--set", "dropout=0.2")
        for ranks in (None, 4):
            run("fashion_mnist", *settings, "--output", self.folder / str(ranks), ranks=ranks)
        assert_same(self.folder / "None", self.folder / "4")
        trials = tables(self.folder / "4")["trials"]
        self.assertGreater(trials["early_stopped"].sum(), 0)
        self.assertTrue((trials["executions"] == 2).all())

    def test_seeds_differ(self):
        for seed in (0, 1):
            run("synthetic", "--max-epochs", 3, "--seed", seed, "--output", self.folder / str(seed))
        first, second = (tables(self.folder / str(seed))["trials"] for seed in (0, 1))
        self.assertFalse(first["hp:learning_rate"].equals(second["hp:learning_rate"]))

    def test_checkpoints_of_the_losers_are_gone(self):
        if not (JOBS / "fashion_mnist").exists():
            self.skipTest("built without LibTorch")
        data = write_data_set(self.folder / "data", train=200, test=50)
        output = self.folder / "sweep"
        run("fashion_mnist", "--data", data, "--max-epochs", 9, "--threads", 1, "--output", output, ranks=3)
        left = [path.name for path in (output / "checkpoints").iterdir()]
        trials = tables(output)["trials"]
        best = trials.sort_values(["score", "trial"], ascending=[False, True]).iloc[0]["trial"]
        self.assertEqual(left, [f"trial_{best:06d}"])
        with h5py.File(output / "results.h5") as file:
            self.assertEqual(file.attrs["reason"], "the plan is done")


if __name__ == "__main__":
    unittest.main()
