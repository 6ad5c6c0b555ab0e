"""A sweep that runs on several ranks of mpirun: which process is which rank, and who does what in it."""

import subprocess
import time

import harness
import sweeps
from checks import Wrong, demand
from journal_file import TRIAL_ENDED, Fields, Journal, decode, records

WORKERS = 4
LONGEST_SWEEP = 90
WORKER_JOINED, TRIAL_STARTED = 1, 2  # places in Event, src/core/events.hpp


class RankedSweep(harness.DisturbedSweep):
    """A sweep that runs on five ranks, and who does what in it."""

    def run(self, *mpirun_options):
        self.pieces += 1
        mpirun, *rest = sweeps.command(self.job, *self.arguments, "--output", self.directory, ranks=WORKERS + 1)
        self.running = harness.RunningJob(self.workplace, [mpirun, *mpirun_options, *rest])
        return self.running

    def wait_for(self, condition):
        """False if the sweep ended first."""
        while not condition():
            if self.running.ended() or self.running.seconds() > LONGEST_SWEEP:
                return False
            time.sleep(0.002)
        return True

    def wait_for_begin(self):
        """Rank 0 has come through MPI's start, and with it, nearly, every other one."""
        begun = self.wait_for((self.directory / "journal.bin").exists)
        self.began = time.monotonic()
        return begun

    def workers(self):
        """Those that joined, and those that have work, as of the journal."""
        joined, busy = set(), set()
        for _, payload in records(Journal.read(self.directory / "journal.bin").valid):
            if payload[0] in (WORKER_JOINED, TRIAL_STARTED):
                _, worker = Fields(payload[1:]).numbers("di")
                (joined if payload[0] == WORKER_JOINED else busy).add(worker)
            elif payload[0] == TRIAL_ENDED:
                busy.discard(decode(payload).worker)
        return joined, busy

    def rank_pids(self):
        """By rank; without trainers, which belong to one."""
        pids = {}
        for pid in self.running.pids():
            try:
                with open(f"/proc/{pid}/environ", "rb") as environment, open(f"/proc/{pid}/cmdline", "rb") as line:
                    found = dict(each.split(b"=", 1) for each in environment.read().split(b"\0") if b"=" in each)
                    words = line.read().split(b"\0")
            except OSError:
                continue  # it has just ended
            if b"OMPI_COMM_WORLD_RANK" in found and b"trainer" not in words:
                pids[int(found[b"OMPI_COMM_WORLD_RANK"])] = pid
        return pids

    def trainers_of(self, ranks):
        """The pids of the trainers of ranks with these pids."""
        found = []
        for pid in self.running.pids():
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as line:
                    words = line.read().split(b"\0")
            except OSError:
                continue  # it has just ended
            if b"trainer" in words and b"of-process" in words and int(words[words.index(b"of-process") + 1]) in ranks:
                found.append(pid)
        return found

    def check_nothing_runs(self):
        deadline = time.monotonic() + 2
        while self.running.pids() and time.monotonic() < deadline:
            time.sleep(0.05)
        left = [" ".join(map(str, pair)) for pair in self.rank_pids().items()] or self.running.pids()
        demand(not left, f"processes are left of the job (rank, pid): {left}")

    def wait_for_end(self, seconds):
        """The exit code."""
        try:
            code = self.running.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired as late:
            raise Wrong(f"it still runs after {self.running.seconds():.0f} s:\n{self.running.output()}") from late
        self.check_nothing_runs()
        return code
