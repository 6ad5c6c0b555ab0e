"""Whatever is wrong: one clear message from rank 0, the right exit code, every rank gone within 5 s, nothing lost."""

import gzip
import os
import shutil
import subprocess
import time
import unittest

from idx import write_data_set
from sweeps import JOBS, SweepTest, at_most, command, run

USAGE, FAILED = 64, 1


class BadInput(SweepTest):
    def refused(self, says, *arguments, job="synthetic", code=USAGE, ranks=3):
        began = time.monotonic()
        out, err = run(job, *arguments, ranks=ranks, code=code)
        self.assertLess(time.monotonic() - began, at_most(5 if job == "synthetic" else 30))  # with LibTorch, they start slowly
        for text in [says] if isinstance(says, str) else says:
            self.assertIn(text, err)
        self.assertEqual(err.count(f"{job}: "), 1, f"one message, from rank 0 only:\n{err}")
        return out

    def test_options(self):
        for says, *arguments in [
            ("(did you mean '--max-epochs'?)", "--max-epoch", "9"),
            ("--max-epochs takes a whole number from 1 to 1000000000, not '0'", "--max-epochs", "0"),
            ("--max-epochs takes a whole number from 1 to 1000000000, not 'nine'", "--max-epochs", "nine"),
            ("--eta takes a whole number, at least 2", "--eta", "1"),
            ("--seed takes a whole number, at least 0", "--seed", "-1"),
            ("--max-trials takes a whole number", "--max-trials", "99999999999999999999"),
            ("--scheduler best: there is hyperband, asha, pbt, full", "--scheduler", "best"),
            ("--sampler magic: there is random, sobol, grid, tpe, gp", "--sampler", "magic"),
            ("--grid-points takes a whole number from 2 to 10000, not '1'", "--grid-points", "1"),
            ("a continuous range has no number: learning_rate, dropout, momentum. Give --grid-points N", "--sampler", "grid"),
            ("my_metric:min or --objective my_metric:max", "--objective", "my_metric"),
            ("no hyperparameter 'widht' in the search space (did you mean 'width'?)", "--set", "widht=3"),
            ("width takes a whole number from 8 to 256", "--set", "width=7"),
            ("--set takes NAME=VALUE", "--set", "width"),
            ("--range widht=8:9: there is no hyperparameter 'widht' in the search space (did you mean 'width'?)", "--range", "widht=8:9"),
            ("width is a whole number from 8 to 256, and LO:HI has to lie within it", "--range", "width=4:64"),
            ("width is a whole number from 8 to 256; give LO:HI with LO not above HI", "--range", "width=64:32"),
            ("width is a whole number from 8 to 256; give LO:HI within it", "--range", "width=64"),
            ("optimizer takes one of sgd adam", "--range", "optimizer=sgd|adm"),
            ("--set width=9 and --range width=8:10 exclude each other: give one of them", "--set", "width=9", "--range", "width=8:10"),
            ("noise is fixed at 0.01; --set noise=VALUE gives it another value", "--range", "noise=0:1"),
            ("--try widht=2: there is no hyperparameter 'widht'", "--try", "widht=2"),
            ("--try learning_rate=5: learning_rate takes a number from", "--try", "learning_rate=5,width=8"),
            ("--width takes a whole number from 1 to 1000000, not '0'", "--sampler", "gp", "--width", "0"),
            ("'serach' is no command (did you mean 'search'?)", "serach"),
            ("(did you mean 'val_accuracy'?)", "--objective", "val_acuracy"),
            ("one word too many", "search", "now"),
            ("exclude each other", "--resume", "--overwrite"),
            ("--seed is given twice", "--seed", "1", "--seed", "2"),
            ("--isolation thread: there is process, none", "--isolation", "thread"),
            ("--trial-timeout takes a time", "--trial-timeout", "x"),
            ("--trainer-growth takes a size", "--trainer-growth", "lots"),
            ("--trainer-trials takes a whole number", "--trainer-trials", "-1"),
            ("--workers is an option of plan, not of search (did you mean '--workers-per-gpu'?)", "--workers", "4"),
            ("--trial is an option of retrain, export, predict, not of search", "--trial", "3"),
            ("there is no fault 'nonsense'", "--inject", "nonsense=3"),
            ("'abc' is neither a trial", "--inject", "segv=abc"),
            ("'x' is neither a trial", "--inject", "segv=3,x"),
            ("is not between 0 and 1", "--inject", "nan=1.5"),
        ]:
            with self.subTest(arguments=arguments):
                self.refused(says, *arguments, "--output", self.folder / "sweep", ranks=2)
                self.assertFalse((self.folder / "sweep").exists())

    def test_options_of_another_command(self):
        for says, *arguments in [
            ("--max-epochs is an option of search, space, plan, not of summary; see synthetic summary --help", "summary", "x", "--max-epochs", 9),
            ("--resume is an option of search, not of plan", "plan", "--resume"),
            ("--nodes is an option of submit, not of search", "--nodes", 3),
            ("What is meant for the sweep stands behind --", "submit", "--max-epochs", 9),
        ]:
            with self.subTest(arguments=arguments):
                self.refused(says, *arguments, ranks=None)

    def test_a_trainer_process_started_by_hand(self):
        for says, *words in [
            ("'trainer' is no command for people", "trainer", "of-worker", "1", "of-process", "1"),
            ("'trainer' is no command", "trainer"),
        ]:
            with self.subTest(words=words):
                self.refused(says, *words, ranks=None)

    def test_directory_with_another_sweep(self):
        output = self.folder / "sweep"
        run("synthetic", "--max-epochs", 3, "--output", output)
        before = {path.name: path.stat().st_mtime_ns for path in output.iterdir() if path.name != "lock"}
        self.refused(["holds a sweep already", "--resume", "--overwrite"], "--max-epochs", 3, "--output", output)
        self.refused(["other settings", "--max-epochs: 3 there, 9 here"], "--max-epochs", 9, "--output", output, "--resume")
        self.assertEqual(before, {path.name: path.stat().st_mtime_ns for path in output.iterdir() if path.name != "lock"})
        run("synthetic", "--max-epochs", 9, "--output", output, "--overwrite")

    def test_output_is_a_file(self):
        (self.folder / "file").write_text("mine")
        self.refused("can't make the output directory", "--output", self.folder / "file", code=FAILED)
        self.assertEqual((self.folder / "file").read_text(), "mine")

    def in_small_file_system(self, script, size="1m"):
        """Runs a shell script that finds a small file system at $SMALL."""
        small = self.folder / "small"
        small.mkdir()
        isolate = ["unshare", "--mount"] + ([] if os.geteuid() == 0 else ["--user", "--map-root-user"])
        mount = f"mount -t tmpfs -o size={size} tmpfs {small} && SMALL={small} && "
        if subprocess.run(isolate + ["sh", "-c", mount + "true"], capture_output=True, check=False).returncode:
            self.skipTest("file systems can't be mounted here")
        return subprocess.run(isolate + ["sh", "-c", mount + script], capture_output=True, text=True, timeout=60, check=False)

    def test_no_write_permission(self):
        line = " ".join(command("synthetic", "--output", "$SMALL/sweep", ranks=3))
        done = self.in_small_file_system(f"mount -o remount,ro $SMALL && {line}")
        self.assertEqual(done.returncode, FAILED, done.stderr)
        self.assertIn("Read-only file system", done.stderr)
        self.assertEqual(done.stderr.count("synthetic: "), 1)

    def test_a_disk_that_fills(self):
        line = " ".join(command("synthetic", "--max-epochs", 81, "--iterations", 50, "--set", "epoch_seconds=0",
                                "--output", "$SMALL/sweep", ranks=3))
        kept = self.folder / "kept"
        done = self.in_small_file_system(f"{line}; code=$?; cp -r $SMALL/sweep {kept}; exit $code", size="256k")
        self.assertEqual(done.returncode, FAILED, done.stdout + done.stderr)
        self.assertIn("No space left on device", done.stderr)
        self.assertEqual(done.stderr.count("synthetic: "), 1)
        self.assertEqual([path.name for path in kept.iterdir() if path.suffix == ".tmp"], [])
        out, _ = run("synthetic", "summary", kept)  # what was acknowledged is there, and nothing half-written
        self.assertIn("Best hyperparameters", out)

    def test_summary_without_a_sweep(self):
        _, err = run("synthetic", "summary", self.folder / "nothing", code=FAILED)
        self.assertIn("there is no sweep in", err)

    @unittest.skipUnless((JOBS / "fashion_mnist").exists(), "built without LibTorch")
    def test_data(self):
        data = write_data_set(self.folder / "data", train=100, test=50)
        images = data / "train-images-idx3-ubyte.gz"
        for says, spoil in [
            ("train-images-idx3-ubyte", lambda: images.unlink()),
            ("train-images-idx3-ubyte.gz", lambda: images.write_bytes(gzip.compress(gzip.decompress(images.read_bytes())[:5000]))),
            ("train-images-idx3-ubyte.gz", lambda: images.write_bytes(images.read_bytes()[:5000])),
            ("train-images-idx3-ubyte.gz", lambda: images.write_bytes(b"")),
        ]:
            original = images.read_bytes()
            spoil()
            with self.subTest(says=says):
                output = self.folder / "sweep"
                self.refused(says, "--data", data, "--output", output, job="fashion_mnist", code=FAILED)
                shutil.rmtree(output, ignore_errors=True)
            images.write_bytes(original)

    def test_a_sweep_in_which_all_fails(self):
        out = self.refused(["given up", " trials in a row failed", "an injected exception"], "--max-consecutive-failures", 5, "--inject",
                           "exception=1.0", "--output", self.folder / "sweep", code=FAILED)
        self.assertIn("No trial has a score", out)
        self.assertIn("State     given up: 5 trials in a row failed", out)
        # As the message says, it goes on with a higher limit: here to the end of the plan.
        out = self.refused(["the sweep failed: every one of its", "an injected exception"], "--max-consecutive-failures", 0,
                           "--max-epochs", 100, "--inject", "exception=1.0", "--output", self.folder / "sweep", "--resume",
                           code=FAILED)
        self.assertIn("State     failed: every one of its", out)
        out, _ = run("synthetic", "status", self.folder / "sweep", code=FAILED)
        self.assertIn("State     failed: every one of its", out)

    def test_an_objective_that_no_epoch_has(self):
        output = self.folder / "sweep"
        out = self.refused(["the objective is val_acc (did you mean 'val_accuracy'?), but an epoch has only loss, val_loss, val_accuracy", "--objective"],
                           "--objective", "val_acc:max", "--max-epochs", 9, "--output", output, code=FAILED)
        self.assertIn("State     given up: the objective is val_acc", out)
        self.assertIn(" 0 failed", out)  # no trial is blamed
        out, _ = run("synthetic", "status", output, code=FAILED)
        self.assertIn("State     given up: the objective is val_acc", out)


if __name__ == "__main__":
    unittest.main()
