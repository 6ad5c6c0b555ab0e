"""Any program as a trial: a Python script, a shell script; on any number of ranks, killed and resumed."""

import importlib.util
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import unittest

import h5py
import pandas as pd

from programs import Programs
from sweeps import assert_same, command, run

USAGE, STOPPED = 64, 75
EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "jobs" / "program"


class Sweeps(Programs):
    def test_the_same_on_any_number_of_ranks(self):
        run(*self.words("--output", "alone"))
        run(*self.words("--output", "three"), ranks=3)
        assert_same("alone", "three")
        self.assert_nothing_is_left()

    def test_killed_and_resumed_is_the_same(self):
        run(*self.words("--output", "whole"))
        self.write_script(seconds=0.05)
        for ranks, seconds in ((3, 2.0), (2, 2.5), (3, 2.0)):
            with subprocess.Popen(command(*self.words("--output", "killed", "--resume"), ranks=ranks),
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as mpirun:
                time.sleep(seconds)
                subprocess.run(["pkill", "-KILL", "-P", str(mpirun.pid)], check=False)
                mpirun.send_signal(signal.SIGKILL)
            self.assert_nothing_is_left()
        _, err = run(*self.words("--output", "killed", "--resume"), ranks=2)
        self.assertNotIn("Traceback", err)
        assert_same("whole", "killed")

    def test_stopped_and_resumed_is_the_same_and_needs_nothing_typed(self):
        run(*self.words("--output", "whole"))
        self.write_script(seconds=0.2)
        run(*self.words("--output", "stopped", "--time-limit", "3s"), ranks=3, code=STOPPED)
        self.assert_nothing_is_left()
        self.write_script()
        out, _ = run("program", "status", "stopped", code=STOPPED)
        self.assertIn("--output stopped --time-limit 3s --resume -- ", out.replace("\n", " "))
        os.remove("space.json")
        out, _ = run("program", "--output", "stopped", "--resume", ranks=2)
        self.assertIn("the program train.py is", out)  # it is another one than before, and that is said
        assert_same("whole", "stopped")

    def test_another_space_or_program_is_another_sweep(self):
        options = "--output", "sweep", "--max-trials", 3
        run(*self.words(*options))
        self.write_space(options={"max-epochs": 9}, description="the same")
        run(*self.words(*options, "--resume"))
        _, err = run(*self.words(*options, "--resume", program=("train.py", "--more")), code=USAGE)
        self.assertIn("--program: ", err)
        self.write_space(objective="draw:max")
        _, err = run(*self.words(*options, "--resume"), code=USAGE)
        self.assertIn("--space: ", err)

    def test_checkpoints_of_the_best_are_kept(self):
        run(*self.words("--output", "sweep", "--keep-best", 2), ranks=3)
        kept = sorted(pathlib.Path("sweep/checkpoints").iterdir())
        self.assertEqual(len(kept), 2)
        for each in kept:
            self.assertEqual(len(list(each.glob("execution_0/checkpoint_*"))), 1)

    def test_a_shell_script_without_a_change(self):
        script = pathlib.Path("train.sh")
        script.write_text('#!/bin/sh\necho "training for $3 epochs"\necho "val_loss: $1"\n')
        words = ["program", "--space", "space.json", "--output", "sweep", "--max-trials", 5, "--"]
        _, err = run(*words, "./train.sh", "{rate}", "{optimizer}", "{epochs}", code=USAGE)
        self.assertIn("./train.sh is not executable: chmod +x ./train.sh", err)
        script.chmod(0o755)
        out, _ = run(*words, "./train.sh", "{rate}", "{optimizer}", "{epochs}", ranks=2)
        self.assertIn("0 failed", out)
        with h5py.File("sweep/results.h5") as file:
            epochs = pd.DataFrame(file["epochs"][:])
        self.assertTrue(set(epochs["epoch"]) <= {1, 3, 9})

    @unittest.skipUnless(importlib.util.find_spec("sklearn"), "scikit-learn is not here")
    def test_scikit_learn(self):
        words = ["program", "--space", EXAMPLES / "digits.json", "--scheduler", "full", "--max-trials", 3, "--max-epochs", 2, "--threads", 1]
        run(*words, "--output", "one", "--", sys.executable, EXAMPLES / "digits.py", timeout=300)
        out, _ = run(*words, "--output", "two", "--", sys.executable, EXAMPLES / "digits.py", ranks=3, timeout=300)
        self.assertIn("0 failed", out)
        assert_same("one", "two")

    def test_a_shell_script_that_speaks(self):
        words = ["program", "--space", EXAMPLES / "spoken.json", "--max-epochs", 9, "--output"]
        run(*words, "one", "--", EXAMPLES / "spoken.sh")
        out, _ = run(*words, "three", "--", EXAMPLES / "spoken.sh", ranks=3)
        self.assertIn("0 failed", out)
        assert_same("one", "three")

    @unittest.skipUnless(shutil.which("Rscript"), "R is not here")
    def test_r_speaks_over_its_standard_input_and_output(self):
        command = f"exec Rscript {EXAMPLES / 'iris.R'} <&$SIBYL_FD >&$SIBYL_FD"
        words = ["program", "--space", EXAMPLES / "iris.json", "--scheduler", "hyperband", "--max-epochs", 3, "--output"]
        run(*words, "one", "--", "sh", "-c", command)
        out, _ = run(*words, "three", "--", "sh", "-c", command, ranks=3)
        self.assertIn("0 failed", out)
        assert_same("one", "three")

    def test_a_program_that_says_its_hyperparameters_itself(self):
        pathlib.Path("train.py").write_text(
            "import sibyl_trial\n"
            "with sibyl_trial.start(epochs=2, objective='val_accuracy') as trial:\n"
            "    rate = trial.suggest_float('rate', 1e-4, 1, log=True, default=0.01)\n"
            "    kind = trial.suggest_categorical('kind', ['a', 'b'])\n"
            "    more = trial.suggest_int('more', 1, 4) if kind == 'b' else 0\n"
            "    trial.note(parameters=10 + more, of=kind)\n"
            "    for epoch in trial.epochs():\n"
            "        trial.report(epoch, val_accuracy=rate + more)\n")
        words = ["program", "--output", "sweep", "--max-trials", 8, "--scheduler", "full", "--max-epochs", 2, "--", sys.executable, "train.py"]
        out, _ = run("program", "space", *words[-3:])
        self.assertIn("rate", out)
        self.assertNotIn("more  ", out)  # not yet: the defaults don't ask for it
        out, _ = run(*words, ranks=3)
        self.assertIn("0 failed", out)
        with h5py.File("sweep/results.h5") as file:
            trials = pd.DataFrame(file["trials"][:])
        self.assertTrue((trials["score"] >= 1).any())
        self.assertEqual((trials["note:of"] == b"b").tolist(), (trials["parameters"] > 10).tolist())
        self.assertTrue((trials["host_memory"] > 1e6).all())
        _, err = run("program", "--output", "other", "--", "true", code=USAGE)
        self.assertIn("the program ended before it said which hyperparameters it has (is there no --space FILE for it?)", err)

    def test_kept_alive(self):
        pathlib.Path("train.py").write_text(
            "import os, sibyl_trial\n"
            "for trial in sibyl_trial.trials():\n"
            "    with trial:\n"
            "        for epoch in trial.epochs():\n"
            "            trial.report(epoch, val_loss=trial['rate'], pid=os.getpid())\n")
        run(*self.words("--output", "sweep", "--keep-alive"), ranks=2)
        with h5py.File("sweep/results.h5") as file:
            epochs = pd.DataFrame(file["epochs"][:])
        self.assertEqual(len(set(epochs["pid"])), 1)
        self.assert_nothing_is_left()

    def test_submit_leaves_the_program_its_words(self):
        out, _ = run("program", "submit", "--dry-run", "--workers-per-node", 2, "--",
                     "--space", "space.json", "--output", "sweep", "--", "python3", "train.py", "--output", "its own")
        self.assertIn("options=(--space space.json -- python3 train.py --output 'its own')", out)
        self.assertIn('search=("$job" --output "$output" --resume "${options[@]}")', out)


if __name__ == "__main__":
    unittest.main()
