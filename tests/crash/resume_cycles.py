"""Kills or stops a real training sweep at random moments, resumes it on other numbers of ranks, and compares its end.

Half of the cycles end by SIGKILL of all processes at one instant, from the very start of mpirun on. The other half, if the
job knows --time-limit, by SIGUSR1 to mpirun, as Slurm's batch script sends it, once the sweep has begun: the job has to
save what it trains and to end with exit code 75. Each finished sweep must equal an undisturbed one on three ranks bit for
bit, and what checks.py asks for must hold after each cycle.

Before, a sweep in one process is killed right after it has deleted a checkpoint, one after its second, and so on
(record_writes.c sees to that): what led to the deletion must be in the journal by then, or the trial needs it again.
"""

import argparse
import collections
import random
import shlex
import shutil
import signal
import subprocess
import sys
import time

import harness
import sweeps
from checks import Wrong, demand
from idx import write_data_set
from recorder import Recorder

RANKS = [None, 1, 2, 3, 5]  # None: without mpirun
STOPPED = 75
LONGEST_STOP = 60
LONGEST_SWEEP = 300


def job_says(job, *arguments):
    return subprocess.run(sweeps.command(job, *arguments), capture_output=True, text=True, timeout=60, check=True).stdout


def settings(job, workplace, options):
    """What makes a sweep of a few seconds."""
    epochs = [] if "--max-epochs" in options else ["--max-epochs", 27 if job == "synthetic" else 9]
    if job == "synthetic":
        return [*epochs, "--set", "epoch_seconds=0.02", "--inject", "exception=0.01", *options]
    data = write_data_set(workplace.folder / "data")
    dropout = ["--set", "dropout=0.3"] if "dropout" in job_says(job, "space") else []
    return ["--data", data, *epochs, "--device", "cpu", *dropout, *options]


class Cycles:
    def __init__(self, workplace, chance, job, order, options, ranks, longest_pause):
        self.workplace, self.chance, self.job, self.order, self.longest_pause = workplace, chance, job, order, longest_pause
        self.settings, self.ranks = settings(job, workplace, options), ranks
        self.twins = harness.Twins(workplace, job)
        self.can_stop = "--time-limit" in job_says(job, "--help")
        self.counts = collections.Counter()
        self.longest_stop = 0.0
        self.sweep = None

    def new_sweep(self):
        number = self.counts["sweeps"]
        self.counts["sweeps"] += 1
        arguments = [*self.settings, "--threads", 1, "--seed", self.chance.randrange(1000)]
        self.sweep = harness.DisturbedSweep(self.workplace, f"sweep{number}", self.job, arguments)

    def pause(self):
        time.sleep(self.chance.uniform(0, self.longest_pause))

    def kill(self, job, _):
        self.pause()
        job.kill(order=self.order)
        code = job.process.returncode  # 0 if it had come to its end
        demand(code <= 0 or "signal 9" in job.output(), f"it ended with exit code {code}:\n{job.output()}")
        return code == 0

    def stop(self, job, size_before):
        journal = self.sweep.directory / "journal.bin"
        while not job.ended() and (not journal.exists() or journal.stat().st_size <= size_before) and job.seconds() < LONGEST_SWEEP:
            time.sleep(0.01)  # the handler is not there before
        self.pause()
        began = time.monotonic()
        job.process.send_signal(signal.SIGUSR1)
        try:
            code = job.wait(LONGEST_STOP)
        except subprocess.TimeoutExpired as late:
            job.kill()
            raise Wrong(f"{LONGEST_STOP} s after SIGUSR1 it still runs:\n{job.output()}") from late
        if code == STOPPED:
            self.longest_stop = max(self.longest_stop, time.monotonic() - began)
        if code == -signal.SIGUSR1:  # of mpirun, which no longer listens when its job has ended: check_whole() sees that it has
            return True
        demand(code in (0, STOPPED), f"after SIGUSR1 it ended with exit code {code}:\n{job.output()}")
        return code == 0

    def cycle(self):
        """A piece of a sweep, to its end or to its kill or stop."""
        if self.sweep is None:
            self.new_sweep()
        how = self.stop if self.can_stop and self.chance.random() < 0.5 else self.kill
        ranks = self.chance.choice(self.ranks)
        size = len(self.sweep.journal.content) if self.sweep.journal else 0
        finished = how(self.sweep.start(ranks), size)
        self.counts["cycles"] += 1
        if not finished:
            self.counts["kills" if how == self.kill else "stops"] += 1
            self.sweep.check()
            return
        self.sweep.check_whole(self.twins.of(self.sweep.arguments))
        self.counts["sweeps equal to their twins"] += 1
        self.drop()

    def finish(self):
        """The last sweep too has to come to its end, undisturbed from here."""
        if self.sweep is None:
            return
        job = self.sweep.start(3)
        code = job.wait(LONGEST_SWEEP)
        demand(code == 0, f"it ended with exit code {code}:\n{job.output()}")
        self.sweep.check_whole(self.twins.of(self.sweep.arguments))
        self.counts["sweeps equal to their twins"] += 1
        self.drop()

    def killed_after_deletion(self, number):
        """False if the sweep deletes fewer files."""
        folder = self.workplace.folder / f"deletion{number}"
        folder.mkdir()
        arguments = [*self.settings, "--threads", 1]
        recorder = Recorder(folder, self.job, arguments)
        if recorder.run(RECORD_KILL_AFTER_UNLINK=number):
            return False
        twin = self.twins.of(arguments)
        try:
            recorder.run()
            sweeps.assert_same(twin, recorder.sweep)
        except (Wrong, AssertionError) as difference:
            self.counts["failures"] += 1
            kept = self.workplace.keep(recorder.sweep, "sweep")
            print(f"FAILURE when killed after deletion {number}: {difference}\n  kept in {kept}", flush=True)
        shutil.rmtree(folder)
        return True

    def run_deletions(self, most):
        for number in range(1, most + 1):
            if not self.killed_after_deletion(number):
                break
            self.counts["kills after a deletion"] += 1

    def drop(self):
        shutil.rmtree(self.sweep.directory, ignore_errors=True)
        self.sweep = None

    def careful(self, step):
        try:
            step()
        except (Wrong, AssertionError) as problem:
            self.counts["failures"] += 1
            kept = self.workplace.keep(self.sweep.directory, "sweep") if self.sweep.directory.exists() else "nothing"
            print(f"FAILURE in cycle {self.counts['cycles']}: {problem}\n  arguments {self.sweep.arguments}\n  kept in {kept}", flush=True)
            self.drop()

    def run(self, cycles):
        for number in range(1, cycles + 1):
            self.careful(self.cycle)
            if number % 10 == 0:
                self.report()
        self.careful(self.finish)
        self.report()

    def report(self):
        text = ", ".join(f"{name} {count}" for name, count in self.counts.items())
        print(f"{text}, longest stop {self.longest_stop:.2f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cycles", type=int, default=100)
    parser.add_argument("--job", choices=["fashion_mnist", "synthetic"], default="fashion_mnist")
    parser.add_argument("--deletions", type=int, default=1000, help="kills after each of at most so many deletions of a checkpoint")
    parser.add_argument("--options", type=shlex.split, default=[], help="further ones of the sweep: '--sampler gp --width 5 --scheduler full --max-trials 40'")
    parser.add_argument("--ranks", type=int, nargs="+", default=RANKS, help="of a start, at random (default: 1, 2, 3, 5, and none without mpirun)")
    parser.add_argument("--longest-pause", type=float, default=3, help="seconds until a kill or a stop, at most: more where starts are slow")
    parser.add_argument("--seed", type=int, default=None, help="of the random moments; default: a new one each time")
    harness.add_order(parser)
    options = parser.parse_args()
    seed = random.randrange(2**32) if options.seed is None else options.seed
    print(f"--seed {seed}", flush=True)
    random.seed(seed)
    with harness.Workplace() as workplace:
        cycles = Cycles(workplace, random.Random(seed), options.job, options.order, options.options, options.ranks, options.longest_pause)
        cycles.run_deletions(options.deletions)
        cycles.run(options.cycles)
    return 1 if cycles.counts["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
