"""Records what a sweep does to its files: record_writes.c is built and preloaded."""

import os
import subprocess

import harness
import sweeps
from checks import demand


def build_library(folder):
    library = folder / "record_writes.so"
    subprocess.run([os.environ.get("CC") or "cc", "-shared", "-fPIC", "-O1", "-o", library, harness.HERE / "record_writes.c", "-ldl"], check=True)
    return library


class Recorder:
    """Runs a sweep in one process, and notes what it does to its files."""

    def __init__(self, folder, job, arguments):
        self.below, self.log = folder / "recorded", folder / "log"
        self.below.mkdir()
        self.sweep = self.below / "sweep"
        self.command = sweeps.command(job, *arguments, "--output", self.sweep, "--resume")
        self.environment = {**os.environ, "LD_PRELOAD": str(build_library(folder)), "RECORD_BELOW": str(self.below), "RECORD_LOG": str(self.log)}

    def run(self, **environment):
        """Goes on with the sweep: to its end, or to where the environment says; then False."""
        environment = {name: str(value) for name, value in environment.items()}
        done = subprocess.run(self.command, env={**self.environment, **environment}, capture_output=True, text=True, timeout=300, check=False)
        demand(done.returncode in (0, -9), f"`--resume` ended with {done.returncode}: {done.stderr.strip()}")
        return done.returncode == 0
