"""SIGKILLs a synthetic sweep with all its ranks, again and again, and checks what is left each time.

Two kills of three come at a random instant. The others are aimed: having found the job's processes, the test spins on
the directory until the journal grows (it is killed 0-300 us later: in the write, the sync, or before the ranks are
told), or until results.h5.tmp appears or changes (0-2 ms later: in its writing, sync, rename, or the folder's sync). A
start publishes at once, and so does the end, so that there is always something to aim at.

Before, a sweep in one process is killed right after each of its first calls that change a file (record_writes.c sees to
that) and resumed: the windows that no random instant would hit.

After each kill: results.h5 opens in h5py and h5dump and has no row that the journal has not, bit for bit; the journal
still begins with all whole records that it had before. At the end of a sweep: it equals an undisturbed one.
"""

import argparse
import collections
import itertools
import random
import shutil
import sys
import time

import harness
import sweeps
from checks import Wrong, check_directory
from recorder import Recorder

RANKS = 3
LONGEST_WAIT = 8.0

# Slow epochs: a commit for each record. Fast ones: large commits, which a kill can tear.
KINDS = [("--max-epochs", 27, "--set", "epoch_seconds=0.01"), ("--max-epochs", 81, "--iterations", 2, "--set", "epoch_seconds=0.0005")]
SEEDS = 3


def settings():
    for number in itertools.count():
        kind = KINDS[number % len(KINDS)]
        seed = number // len(KINDS) % SEEDS
        yield [*kind, "--seed", seed, "--inject", "exception=0.01"]


def size_of(path):
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return -1


def state_of(path):
    """Another one when the file was written to, or is another; None if there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def spin(seconds):
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass


def wait_until(job, condition):
    """Watches closely; False if the job ended first, or nothing came."""
    while not condition():
        if job.seconds() > LONGEST_WAIT or job.ended():
            return False
    return True


def all_processes(job):
    """The pids of mpirun and all ranks, once they are there."""
    while len(pids := job.pids()) < RANKS + 1 and not job.ended():
        time.sleep(0.005)
    return pids


class KillLoop:
    def __init__(self, workplace, chance, order):
        self.workplace, self.chance, self.order = workplace, chance, order
        self.twins = harness.Twins(workplace, "synthetic")
        self.settings = settings()
        self.counts = collections.Counter()
        self.sweep = None

    def pause(self):
        """Until a random instant, from before MPI has started to the end of the sweep."""
        time.sleep(self.chance.uniform(0, 1.3))

    def kill_at_random(self, job):
        self.pause()
        job.kill(order=self.order)

    def kill_in_journal(self, job):
        if self.chance.random() < 0.7:
            self.pause()
        pids = all_processes(job)
        size = size_of(self.sweep.directory / "journal.bin")
        wait_until(job, lambda: size_of(self.sweep.directory / "journal.bin") != size)
        spin(self.chance.uniform(0, 0.0003))
        job.kill(pids)  # at this very moment, so all at once

    def kill_in_publication(self, job):
        pids = all_processes(job)
        beside = self.sweep.directory / "results.h5.tmp"
        if self.chance.random() < 0.3:
            self.pause()
        before = state_of(beside)
        wait_until(job, lambda: state_of(beside) not in (before, None))
        spin(self.chance.uniform(0, 0.002))
        job.kill(pids)

    def one_kill(self):
        """Starts a piece of the sweep and kills it; False if it ended before."""
        aim = self.chance.choice([self.kill_at_random] * 4 + [self.kill_in_journal, self.kill_in_publication])
        job = self.sweep.start(RANKS)
        aim(job)
        code = job.process.returncode
        if code == 0:
            return False
        if code > 0 and "signal 9" not in job.output():  # so says an mpirun that sees its ranks die before itself
            raise Wrong(f"it ended with exit code {code}:\n{job.output()}")
        self.counts["kills"] += 1
        self.counts[aim.__name__] += 1
        return True

    def step(self):
        if self.sweep is None:
            number = self.counts["sweeps"]
            self.sweep = harness.DisturbedSweep(self.workplace, f"sweep{number}", "synthetic", next(self.settings))
            self.counts["sweeps"] += 1
        if self.one_kill():
            self.sweep.check()
            self.counts["torn journals"] += self.sweep.journal.torn_bytes > 0
            self.counts["results.h5.tmp left"] += (self.sweep.directory / "results.h5.tmp").exists()
            self.counts["before the journal"] += not self.sweep.journal.content
            return
        self.sweep.check_whole(self.twins.of(self.sweep.arguments, RANKS))
        self.counts["sweeps finished"] += 1
        self.drop()

    def drop(self):
        shutil.rmtree(self.sweep.directory, ignore_errors=True)
        self.sweep = None

    def run(self, kills):
        reported = 0
        while self.counts["kills"] < kills:
            try:
                self.step()
            except (Wrong, AssertionError) as problem:
                self.counts["failures"] += 1
                kept = self.workplace.keep(self.sweep.directory, "sweep") if self.sweep.directory.exists() else "nothing"
                print(f"FAILURE after kill {self.counts['kills']}: {problem}\n  arguments {self.sweep.arguments}\n  kept in {kept}", flush=True)
                self.drop()
            if self.counts["kills"] >= reported + 50:
                reported = self.counts["kills"]
                self.report()
        self.report()

    def report(self):
        print(", ".join(f"{name} {count}" for name, count in self.counts.items()), flush=True)


class KillSteps:
    """A sweep that is killed right after its first file operation, then one after its second, ..."""

    ARGUMENTS = ("--max-epochs", 3, "--set", "epoch_seconds=0")

    def __init__(self, workplace):
        self.workplace = workplace
        self.twin = harness.Twins(workplace, "synthetic").of(self.ARGUMENTS, ranks=None)

    def one(self, operations):
        """False if the sweep does not have so many."""
        folder = self.workplace.folder / f"step{operations}"
        folder.mkdir()
        recorder = Recorder(folder, "synthetic", self.ARGUMENTS)
        if recorder.run(RECORD_KILL_AFTER=operations):
            return False
        check_directory(recorder.sweep)
        recorder.run()
        check_directory(recorder.sweep)
        sweeps.assert_same(self.twin, recorder.sweep)
        return True

    def run(self, most):
        """Returns how many were wrong."""
        wrong = 0
        for operations in range(1, most + 1):
            try:
                if not self.one(operations):
                    print(f"the sweep of {self.ARGUMENTS} has {operations - 1} file operations", flush=True)
                    break
            except (Wrong, AssertionError) as problem:
                wrong += 1
                print(f"FAILURE when killed after file operation {operations}: {problem}", flush=True)
        return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--steps", type=int, default=1000, help="kills after each of at most so many file operations")
    parser.add_argument("--seed", type=int, default=None, help="of the random instants; default: a new one each time")
    harness.add_order(parser)
    options = parser.parse_args()
    seed = random.randrange(2**32) if options.seed is None else options.seed
    print(f"--seed {seed}", flush=True)
    random.seed(seed)
    with harness.Workplace() as workplace:
        wrong_steps = KillSteps(workplace).run(options.steps)
        loop = KillLoop(workplace, random.Random(seed), options.order)
        loop.run(options.kills)
    print(f"{loop.counts['kills']} kills, {loop.counts['failures']} failures; {wrong_steps} failures of kills after file operations")
    return 1 if loop.counts["failures"] + wrong_steps else 0


if __name__ == "__main__":
    sys.exit(main())
