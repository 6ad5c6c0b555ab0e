"""--on-new-best and --on-end: commands of the user's that are told what happens in a sweep, and change nothing in it."""

import math
import pathlib
import signal
import subprocess
import time
import unittest

import h5py

from sweeps import SweepTest, assert_same, command, run, tables

STOPPED = 75
BEST = 'echo "$SIBYL_EVENT $SIBYL_TRIAL $SIBYL_SCORE $SIBYL_EPOCH $SIBYL_FAILED" >> FOLDER/best'
END = 'env | grep ^SIBYL_ > FOLDER/end'


def facts(file):
    return dict(line.split("=", 1) for line in pathlib.Path(file).read_text().splitlines())


class EventCommands(SweepTest):
    JOB = ("synthetic", "--max-epochs", 9, "--seed", 5)

    def commands(self):
        return ("--on-new-best", BEST.replace("FOLDER", str(self.folder)), "--on-end", END.replace("FOLDER", str(self.folder)))

    def test_two_ranks(self):
        output, plain = self.folder / "sweep", self.folder / "plain"
        run(*self.JOB, "--output", output, *self.commands(), ranks=2)
        run(*self.JOB, "--output", plain, ranks=2)
        assert_same(plain, output)
        trials = tables(output)["trials"]
        best = trials.loc[trials["score"].idxmin()]

        told = [line.split() for line in (self.folder / "best").read_text().splitlines()]
        self.assertEqual({line[0] for line in told}, {"new-best"})
        scores = [float(line[2]) for line in told]
        self.assertEqual(scores, sorted(scores, reverse=True))
        self.assertEqual((int(told[-1][1]), scores[-1], int(told[-1][3])), (best["trial"], best["score"], best["best_epoch"]))

        end = facts(self.folder / "end")
        self.assertEqual(end["SIBYL_END"], "finished")
        self.assertEqual(end["SIBYL_EXIT_CODE"], "0")
        self.assertEqual(end["SIBYL_JOB"], "synthetic")
        self.assertEqual(pathlib.Path(end["SIBYL_DIRECTORY"]), output.resolve())
        self.assertEqual(float(end["SIBYL_SCORE"]), best["score"])
        self.assertEqual(int(end["SIBYL_TRIALS"]), len(trials))
        for name in [each for each in trials.columns if each.startswith("hp:")]:
            variable = "SIBYL_HP_" + name[3:].replace("/", "_")
            if isinstance(best[name], float) and not math.isnan(best[name]):
                self.assertEqual(float(end[variable]), best[name])

    def test_a_resume_goes_on_with_them_and_tells_of_no_best_twice(self):
        output = self.folder / "sweep"
        slow = ("--set", "epoch_seconds=0.05")
        process = subprocess.Popen(command(*self.JOB, *slow, "--output", output, *self.commands(), ranks=2),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not (self.folder / "best").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGUSR1)
        self.assertEqual(process.wait(timeout=60), STOPPED)
        end = facts(self.folder / "end")
        self.assertEqual((end["SIBYL_END"], end["SIBYL_EXIT_CODE"]), ("stopped", "75"))
        self.assertIn("SIGUSR1", end["SIBYL_REASON"])
        self.assertIn("--resume", end["SIBYL_RESUME"])
        run("synthetic", "--output", output, "--resume", ranks=2)
        self.assertEqual(facts(self.folder / "end")["SIBYL_END"], "finished")
        told = (self.folder / "best").read_text().splitlines()
        self.assertEqual(len(told), len(set(told)))

    def test_a_command_that_fails_or_is_not_there_costs_a_warning(self):
        output = self.folder / "sweep"
        out, err = run(*self.JOB, "--output", output, "--on-new-best", "no-such-mailer", "--on-end", "echo sent; exit 7", ranks=2)
        self.assertEqual(out.count("WARNING: the command of --on-new-best went wrong"), 1, out)
        self.assertIn("exit code 127", out)
        self.assertIn("exit code 7: sent", out)
        self.assertIn("[on-end] sent", err)
        with h5py.File(output / "results.h5") as file:
            self.assertTrue(file.attrs["finished"])

    def test_a_sweep_that_is_given_up_or_loses_its_journal_says_so(self):
        run(*self.JOB, "--output", self.folder / "sweep", *self.commands(), "--inject", "exception=1.0", "--max-consecutive-failures", 4, ranks=2, code=1)
        self.assertEqual(facts(self.folder / "end")["SIBYL_END"], "given_up")
        output = self.folder / "lost"
        process = subprocess.Popen(command(*self.JOB, "--set", "epoch_seconds=0.1", "--output", output, *self.commands(), ranks=2),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not (output / "results.h5").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        (output / "journal.bin").unlink()
        self.assertNotEqual(process.wait(timeout=60), 0)
        end = facts(self.folder / "end")
        self.assertEqual(end["SIBYL_END"], "failed")
        self.assertIn("journal", end["SIBYL_REASON"])

    def test_alone_and_what_is_no_command(self):
        run(*self.JOB, "--output", self.folder / "alone", *self.commands())
        self.assertEqual(facts(self.folder / "end")["SIBYL_END"], "finished")
        _, err = run(*self.JOB, "--output", self.folder / "empty", "--on-end", "", code=64)
        self.assertIn("--on-end", err)


if __name__ == "__main__":
    unittest.main()
