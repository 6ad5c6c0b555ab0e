"""Programs as trials that crash, hang or say nonsense, and mistakes in how they are named: each costs its trial, or is one message."""

import json
import os
import pathlib
import signal
import subprocess
import time
import unittest

from programs import SPACE, Programs
from sweeps import at_most, command, run

USAGE = 64


class Faults(Programs):
    def test_each_costs_its_trial_and_no_other(self):
        self.write_script(faults={
            1: "raise ValueError('too odd')",
            2: "os._exit(0)",
            3: "trial._link._socket.sendall(b'garbage\\n'); time.sleep(1000)",
            4: "time.sleep(1000)",
            5: "os.kill(os.getpid(), signal.SIGSEGV)",
            6: "weights[0] = float('nan')",
            7: "trial.report(epoch, loss=1)",
            8: "trial.report(epoch + 1, val_loss=1)",
            9: "[os.write(2, (b'x' * 999 + b'\\n') * 1000) for _ in range(30)]",
            10: "os.fork() or time.sleep(1000)",
        })
        with open("err", "wb") as err:
            done = subprocess.run(command(*self.words("--output", "sweep", "--scheduler", "full", "--max-trials", 12, "--max-epochs", 2,
                                                      "--trial-timeout", "20s"), ranks=3),
                                  stdout=subprocess.PIPE, stderr=err, text=True, timeout=300, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("8 failed", done.stdout)
        out, _ = run("program", "summary", "sweep", "--json")
        why = {each["trial"]: each["cause"] for each in json.loads(out)["trials"] if each.get("cause")}
        self.assertEqual(why, {1: "exception", 2: "exit code 0", 3: "exception", 4: "hang", 5: "signal SIGSEGV", 6: "diverged",
                               7: "exception", 8: "exception"})
        self.assert_nothing_is_left()

    def test_a_fault_of_the_trainer_takes_its_program_with_it(self):
        out, _ = run(*self.words("--output", "sweep", "--scheduler", "full", "--max-trials", 4, "--max-epochs", 2, "--inject", "segv=1"), ranks=2)
        self.assertIn("1 failed", out)
        self.assert_nothing_is_left()

    def test_a_rank_that_is_killed_takes_its_program_with_it(self):
        self.write_script(seconds=100)
        with subprocess.Popen(command(*self.words("--output", "sweep"), ranks=2), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as mpirun:
            deadline = time.monotonic() + at_most(20)
            while not any(b"train.py" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes() for pid in self.left() if pathlib.Path(f"/proc/{pid}").exists()):
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.02)
            time.sleep(0.5)
            mpirun.send_signal(signal.SIGKILL)
            for pid in self.left():
                if b"\0--space\0" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.kill(pid, signal.SIGKILL)
        self.assert_nothing_is_left()


class BadInput(Programs):
    def refused(self, says, *words, code=USAGE, ranks=3):
        began = time.monotonic()
        _, err = run("program", *words, ranks=ranks, code=code)
        self.assertLess(time.monotonic() - began, at_most(5))
        self.assertIn(says, err)
        self.assertEqual(err.count("program: "), 1, f"one message, from rank 0 only:\n{err}")

    def test_of_the_space(self):
        for says, text in [
            ("space.json:1: a value is missing before the end of the text", ""),
            ("space.json:2: a comma or } is missing before '\"objective\"'", '{"hyperparameters": {"x": {"type": "boolean"}}\n"objective": "loss"}'),
            ("space.json:3: 'x', which is of type int, has no \"stepp\" (did you mean 'step'?)",
             '{"hyperparameters": {\n"x": {"type": "int",\n"stepp": 3}}}'),
            ("space.json:3: there is no option 'max-epoch' (did you mean 'max-epochs'?)",
             '{"hyperparameters": {"x": {"type": "boolean"}},\n"options": {\n"max-epoch": 3}}'),
            ("space.json:2: --max-epochs takes a whole number from 1 to 1000000000, not '0'",
             '{"hyperparameters": {"x": {"type": "boolean"}},\n"options": {"max-epochs": 0}}'),
            ("space.json:2: a file of a space can't name another one", '{"hyperparameters": {"x": {"type": "boolean"}},\n"options": {"space": "a"}}'),
        ]:
            pathlib.Path("space.json").write_text(text)
            self.refused(says, "--space", "space.json", "--", "true")
        self.refused("--space: can't read none.json: No such file", "--space", "none.json", "--", "true")

    def test_of_the_program(self):
        space = "--space", "space.json"
        self.refused("no program is given: put its command line behind --", *space)
        self.refused("there is no program no_such_program in PATH", *space, "--", "no_such_program")
        self.refused("can't read trian.py, which python3 is to run: No such file", *space, "--", "python3", "-u", "trian.py")
        self.refused("no hyperparameter 'rat' in the search space (did you mean 'rate'?)", *space, "--", "true", "--lr={rat}")
        self.refused("--keep-alive: one process trains many trials", *space, "--keep-alive", "--", "true", "{rate}")
        pathlib.Path("space.json").write_text(json.dumps({"hyperparameters": SPACE["hyperparameters"]}))
        self.refused("what is to be improved? Say it with --objective", *space, "--", "true")

    def test_other_jobs_have_no_programs(self):
        _, err = run("synthetic", "--space", "space.json", code=USAGE)
        self.assertIn("space", err)
        _, err = run("synthetic", "--", "python3", code=USAGE)
        self.assertIn("'python3' is one word too many", err)
        self.assertNotIn("--space", run("synthetic", "--help")[0])
        self.assertIn("--space FILE", run("program", "--help")[0])


if __name__ == "__main__":
    unittest.main()
