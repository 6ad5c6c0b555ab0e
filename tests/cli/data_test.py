"""What a sweep trains on is part of its record: taken from it, and refused when it is another."""

import random
import shutil
import subprocess
import unittest

import h5py

from idx import write_data_set
from sweeps import JOBS, SweepTest, assert_same, command, run

FAILED = 1
SETTINGS = ("--scheduler", "full", "--max-epochs", 2, "--threads", 1)


def write_table(path, seed=1, rows=120):
    """A table of two classes, which depend on its columns."""
    numbers = random.Random(seed)
    lines = ["a,b,c,d,label"]
    for _ in range(rows):
        row = [numbers.gauss(0, 1) for _ in range(4)]
        lines.append(",".join(f"{number:.3f}" for number in row) + (",yes" if row[0] + row[1] > 0 else ",no"))
    path.write_text("\n".join(lines) + "\n")
    return path


@unittest.skipUnless((JOBS / "iris").exists(), "built without LibTorch")
class Data(SweepTest):
    def setUp(self):
        super().setUp()
        self.table = write_table(self.folder / "own.csv")
        self.output = self.folder / "sweep"

    def begin(self, *more, ranks=None):
        return run("iris", "--data", self.table, *SETTINGS, "--max-trials", 3, *more, "--output", self.output, ranks=ranks)

    def go_on(self, *more, trials=5, ranks=None, code=0):
        return run("iris", "--max-trials", trials, *more, "--output", self.output, "--resume", ranks=ranks, code=code)

    def test_a_resume_without_data_takes_the_sweeps_on_any_number_of_ranks(self):
        whole = self.folder / "whole"
        run("iris", "--data", self.table, *SETTINGS, "--max-trials", 5, "--output", whole)
        for ranks in (1, 2, 3):
            self.output = self.folder / f"of {ranks}"
            self.begin()
            out, _ = self.go_on(ranks=ranks)
            self.assertIn("72 training, 24 validation, 24 test samples", out)
            assert_same(whole, self.output)

    def test_the_workers_of_a_node_have_the_data_once(self):
        data = write_data_set(self.folder / "pictures", train=3000)  # a megabyte and more
        settings = ("--data", data, *SETTINGS, "--max-trials", 30)  # until all have joined
        outputs = {"alone": (None, ()), "shared": (4, ()), "private": (4, ("--private-data",))}
        for name, (ranks, more) in outputs.items():
            out, _ = run("fashion_mnist", *settings, *more, "--output", self.folder / name, ranks=ranks)
            self.assertEqual("once for all workers of the node" in out, name == "shared", out)
            assert_same(self.folder / "alone", self.folder / name)

    def test_a_relative_path_is_found_from_anywhere(self):
        subprocess.run(command("iris", "--data", self.table.name, *SETTINGS, "--max-trials", 3, "--output", self.output), cwd=self.folder,
                       check=True, capture_output=True, timeout=60)
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir()
        subprocess.run(command("iris", "--max-trials", 4, "--output", self.output, "--resume"), cwd=elsewhere, check=True,
                       capture_output=True, timeout=60)

    def test_other_data_is_refused_with_both_named(self):
        self.begin()
        other = write_table(self.folder / "other.csv", seed=2, rows=150)
        for ranks in (None, 3):
            _, err = self.go_on("--data", other, ranks=ranks, code=FAILED)
            for named in (str(self.table), str(other), "train.x 72 x 4 Float", "train.x 90 x 4 Float", "--output"):
                self.assertIn(named, err)
        self.go_on()  # nothing was lost by it

    def test_data_that_changed_in_its_place_is_refused(self):
        self.begin()
        write_table(self.table, seed=2)  # of the same shape
        _, err = self.go_on(code=FAILED)
        self.assertIn("the data is not what the sweep trains on", err)

    def test_data_that_changes_while_a_sweep_runs_is_noticed_by_the_next_trainer_process(self):
        settings = ("--scheduler", "full", "--max-trials", 200, "--max-epochs", 20, "--trainer-trials", 1, "--threads", 1)
        with subprocess.Popen(command("iris", "--data", self.table, *settings, "--output", self.output), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as job:
            while "best so far" not in job.stdout.readline():
                self.assertIsNone(job.poll())
            other = write_table(self.folder / "other.csv", seed=2)
            other.replace(self.table)
            out, err = job.communicate(timeout=100)
        self.assertEqual(job.returncode, FAILED, out)
        self.assertIn("the data changed since the process before it loaded it", err)

    def test_a_moved_file_is_the_same_data_and_its_place_is_known_from_then_on(self):
        self.begin()
        moved = self.folder / "moved.csv"
        shutil.move(self.table, moved)
        _, err = self.go_on(code=FAILED)
        self.assertIn(f"{self.table}", err)
        self.assertIn("give --data", err)
        self.go_on("--data", moved)
        self.go_on(trials=6)
        run("iris", "retrain", self.output)

    def test_retrain_and_export_take_the_sweeps_data_and_threads(self):
        self.begin("--seed", 3)
        out, _ = run("iris", "retrain", self.output)
        typed, _ = run("iris", "retrain", self.output, "--data", self.table, "--threads", 1)
        self.assertEqual([line.split(" (")[0] for line in out.splitlines()], [line.split(" (")[0] for line in typed.splitlines()])
        run("iris", "export", self.output)
        other = write_table(self.folder / "other.csv", rows=150)
        for what in ("retrain", "export"):
            _, err = run("iris", what, self.output, "--data", other, code=FAILED)
            self.assertIn("is not what the sweep was trained on", err)
            self.assertIn(str(other), err)

    def test_a_worker_with_other_data_than_the_first_ones_gets_no_work(self):
        for rank, seed in (("1", 1), ("2", 2)):
            (self.folder / rank / "iris").mkdir(parents=True)
            write_table(self.folder / rank / "iris" / "iris.csv", seed=seed)
        script = self.folder / "job"
        script.write_text('#!/bin/sh\nSIBYL_DATA=$PWD/$OMPI_COMM_WORLD_RANK exec "$@"\n')
        script.chmod(0o755)
        settings = ("--scheduler", "full", "--max-trials", 40, "--max-epochs", 50, "--threads", 1)  # until both have joined
        words = command("iris", *settings, "--output", self.output, ranks=3)
        at = words.index(str(JOBS / "iris"))
        done = subprocess.run([*words[:at], str(script), *words[at:]], cwd=self.folder, capture_output=True, text=True,
                              check=False, timeout=100)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.count("gets no more work: the data is not what the sweep trains on"), 1, done.stdout)
        with h5py.File(self.output / "results.h5") as file:
            self.assertEqual(len(set(file["epochs"]["worker"])), 1)


if __name__ == "__main__":
    unittest.main()
