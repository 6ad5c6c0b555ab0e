"""What people see: a live block on a terminal, lines in a log file, a summary at the end."""

import os
import pty
import re
import subprocess
import unittest

from sweeps import SweepTest, command, run


class Screen(SweepTest):
    def on_terminal(self, *arguments, ranks=None):
        """Runs a job with a pseudo-terminal as its output and returns what it wrote there."""
        try:
            ours, theirs = pty.openpty()
        except OSError as problem:
            self.skipTest(f"no pseudo-terminal to be had here: {problem}")
        os.set_blocking(ours, True)
        with subprocess.Popen(command("synthetic", *arguments, ranks=ranks), stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL) as job:
            os.close(theirs)
            written = b""
            while True:
                try:
                    part = os.read(ours, 65536)
                except OSError:  # the other end is closed
                    break
                if not part:
                    break
                written += part
            self.assertEqual(job.wait(timeout=60), 0)
        os.close(ours)
        return written.decode()

    def test_log_file(self):
        out, err = run("synthetic", "--max-epochs", 9, "--inject", "exception=0.05", "--seed", 1, "--output", self.folder / "sweep", ranks=3)
        self.assertEqual(err, "")
        self.assertNotIn("\x1b", out)
        self.assertEqual(len(re.findall(r"worker \d on .*thread", out)), 2)
        self.assertEqual(len(re.findall(r"bracket \d rung \d finished: \d+ trials? at epoch \d+", out)), 6)
        self.assertRegex(out, r"best so far: trial \d+, val_loss [\d.]+ at epoch \d+ \(.*learning_rate")
        self.assertRegex(out, r"trial \d+ failed: an injected exception in epoch \d")
        self.assertRegex(out, r"rank +trial +val_loss")
        self.assertIn("Best hyperparameters", out)
        self.assertRegex(out, r"Time .* with 2 workers, which trained [\d.]+ % of it")
        self.assertIn(str(self.folder / "sweep" / "results.h5"), out)

    def test_terminal(self):
        for ranks in (None, 3):
            with self.subTest(ranks=ranks):
                out = self.on_terminal("--max-epochs", 9, "--set", "epoch_seconds=0.02", "--output", self.folder / f"sweep{ranks}", ranks=ranks)
                self.assertIn("█", out)
                self.assertIn("\x1b[", out)
                self.assertRegex(out, r"epochs +[█░]+ +\d+ of 69, [\d.]+/s")
                self.assertRegex(out, r"rungs +[█░]+ +\d of 6")
                self.assertRegex(out, r"busy [\d.]+ %")
                self.assertRegex(out, r"best +trial \d+: val_loss")
                self.assertIn("Best hyperparameters", out)
                self.assertNotIn("best so far", out)

    def test_mpirun_into_a_file_is_no_terminal(self):
        out, _ = run("synthetic", "--max-epochs", 3, "--output", self.folder / "sweep", ranks=2)
        self.assertNotIn("\x1b", out)

    def test_help_names_everything(self):
        out, _ = run("synthetic", "--help")
        for option in ("output resume overwrite seed sampler scheduler max-trials max-epochs eta iterations objective "
                       "executions-per-trial patience min-delta max-retries max-consecutive-failures device threads data set "
                       "deterministic").split():
            self.assertIn("--" + option, out)
        for text in ("space", "plan", "summary", "81, 34, 15, 8, 5", "75 stopped on request"):
            self.assertIn(text, out)

    def test_space(self):
        out, _ = run("synthetic", "space")
        self.assertRegex(out, r"learning_rate +float +0.0001 .. 1 +log")
        self.assertRegex(out, r"momentum .*optimizer = sgd")


if __name__ == "__main__":
    unittest.main()
