"""A program as a trial, for tests: its space, its script, and what is left of its processes."""

import json
import os
import pathlib
import sys
import time
import uuid

from sweeps import SweepTest, at_most

SPACE = {
    "hyperparameters": {
        "rate": {"type": "float", "min": 1e-3, "max": 1, "sampling": "log"},
        "units": {"type": "int", "min": 8, "max": 64, "step": 8},
        "optimizer": {"type": "choice", "values": ["sgd", "adam"]},
        "momentum": {"type": "float", "min": 0, "max": 0.99, "when": {"optimizer": "sgd"}},
    },
    "objective": "val_loss",
    "options": {"max-epochs": 9},
}

# What an epoch makes of the weights depends on all before it: one that is lost, or trained twice, is seen.
TRAIN = """
import json, os, random, signal, sys, time
import sibyl_trial

with sibyl_trial.start(space="space.json", epochs=3) as trial:
    fault = {FAULTS}.get(trial.trial, "")
    weights = [1.0]
    def load(path):
        weights[:] = json.load(open(path))
    def save(path):
        with open(path, "w") as file:
            json.dump(weights, file)
    for epoch in trial.epochs(trial.restore(load)):
        draw = random.Random(f"{trial.seed} {epoch}").random()
        weights[0] = weights[0] * (1 - 0.5 * trial["rate"] * draw) + 1e-4 * trial["units"]
        time.sleep({SECONDS})
        exec(fault)
        trial.report(epoch, val_loss=abs(weights[0]), draw=draw)
        trial.checkpoint(epoch, save)
"""


class Programs(SweepTest):
    def setUp(self):
        super().setUp()
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)
        self.write_space()
        self.write_script()
        self.mark = uuid.uuid4().hex
        os.environ["PROGRAM_TEST"] = self.mark

    def write_space(self, **changes):
        pathlib.Path("space.json").write_text(json.dumps({**SPACE, **changes}, indent=1))

    def write_script(self, faults=None, seconds=0):
        pathlib.Path("train.py").write_text(TRAIN.replace("{FAULTS}", repr(faults or {})).replace("{SECONDS}", str(seconds)))

    def words(self, *options, program=("train.py",)):
        return ["program", "--space", "space.json", *options, "--", sys.executable, *program]

    def left(self):
        """What is left of processes that this test has started."""
        mark = f"PROGRAM_TEST={self.mark}".encode()
        pids = []
        for name in os.listdir("/proc"):
            try:
                if name.isdigit() and int(name) != os.getpid() and mark in pathlib.Path("/proc", name, "environ").read_bytes():
                    pids.append(int(name))
            except OSError:
                pass  # it has ended
        return pids

    def assert_nothing_is_left(self):
        deadline = time.monotonic() + at_most(20)
        while self.left() and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertEqual(self.left(), [])
