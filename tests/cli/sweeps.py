"""Runs jobs as a user would, and reads what they leave."""

import functools
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

import h5py
import pandas as pd

JOBS = pathlib.Path(os.environ["SIBYL_JOBS"])
if os.geteuid() == 0:  # Open MPI asks root to be sure, twice
    os.environ.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
MPIRUN = [os.environ["MPIEXEC"], "--oversubscribe", "--bind-to", "none"]

# What may differ between two runs of the same sweep: who did it, and when.
WHO_AND_WHEN = {"worker", "seconds", "started", "ended", "time", "attempt", "validation_seconds", "waiting_seconds", "samples_per_second", "host_memory",
                "device_memory",
                "checkpoint_bytes"}  # LibTorch writes an optimizer's states in the order of their addresses, with up to 63 bytes between them


def command(job, *arguments, ranks=None):
    """The command line of a job: under mpirun with so many ranks, or by itself."""
    launcher = [] if ranks is None else MPIRUN + ["-n", str(ranks)]
    return launcher + [str(JOBS / job), *map(str, arguments)]


def run(job, *arguments, ranks=None, code=0, timeout=120):
    """Runs a job and returns what it wrote to its output and its error output."""
    done = subprocess.run(
        command(job, *arguments, ranks=ranks), capture_output=True, text=True, timeout=timeout, check=False
    )
    if done.returncode != code:
        raise AssertionError(f"exit code {done.returncode}, not {code}: {done.args}\n{done.stdout}\n{done.stderr}")
    return done.stdout, done.stderr


@functools.cache
def launch_seconds():
    """What it takes to start three ranks and to end them, as busy as the machine is."""
    began = time.monotonic()
    run("synthetic", "--help", ranks=3)
    return time.monotonic() - began


def at_most(seconds):
    """A bound on the time of an idle machine, as one for this machine at this time."""
    return seconds + 5 * launch_seconds()


def tables(directory):
    """The tables of a sweep, without what may differ between two runs of it, in an order of their own."""
    keys = {"trials": ["trial"], "epochs": ["trial", "execution", "epoch"],
            "rungs": ["iteration", "bracket", "rung", "trial"]}
    with h5py.File(pathlib.Path(directory) / "results.h5") as file:
        frames = {name: pd.DataFrame(file[name][:]) for name in keys}
    return {
        name: frame.drop(columns=WHO_AND_WHEN & set(frame.columns)).sort_values(keys[name]).reset_index(drop=True)
        for name, frame in frames.items()
    }


def assert_same(one, other):
    """Bit for bit: scores, metrics, hyperparameters, decisions."""
    one, other = tables(one), tables(other)
    for name in one:
        pd.testing.assert_frame_equal(one[name], other[name], check_exact=True, obj=name)


class SweepTest(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sibyl_test_"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
