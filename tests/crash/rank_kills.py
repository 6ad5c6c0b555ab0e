"""SIGKILLs worker ranks of a sweep under `mpirun --enable-recovery`: the others have to finish it, as if nothing had happened.

Each sweep loses one or two of its four workers: as soon as the sweep has begun (they have not joined), soon after, while
they train, while they have nothing to do, or in its last second. It must end by itself, complete, equal to an undisturbed
one bit for bit, with no process left; and a loss that matters must be noticed within ten seconds.

Then some without --enable-recovery: mpirun ends the job, and --resume ends equal. With --at-start: sweeps of which a rank
dies while MPI starts. They can't go on without it, but have to end by themselves, and --resume ends equal.
"""

import argparse
import collections
import os
import random
import shutil
import signal
import sys
import time

import h5py
import pandas as pd

import harness
from checks import Wrong, demand
from idx import write_data_set
from ranked_sweep import LONGEST_SWEEP, WORKERS, RankedSweep

LONGEST_DETECTION = 10
SEEDS = 3


def settings(job, workplace):
    """What makes a sweep of a dozen seconds on two cores."""
    if job == "synthetic":
        return ["--max-epochs", 27, "--set", "epoch_seconds=0.12", "--inject", "exception=0.01"]
    data = write_data_set(workplace.folder / "data", train=12000)
    return ["--data", data, "--max-epochs", 9, "--device", "cpu", "--set", "n_hidden=3", "--set", "n_neurons=128"]


def table(directory, name):
    with h5py.File(directory / "results.h5") as file:
        return pd.DataFrame(file[name][:])


def seconds_of(directory):
    """From a sweep's first trial to its end."""
    trials = table(directory, "trials")
    return trials["ended"].max() - trials["started"].min()


class RankKills:
    def __init__(self, workplace, chance, job, order):
        self.workplace, self.chance, self.job, self.order = workplace, chance, job, order
        self.settings = settings(job, workplace)
        self.twins = harness.Twins(workplace, job)
        self.counts = collections.Counter()
        self.detections = []
        self.moments = {"before it joined": self.before_it_joined, "right after the start": self.right_after_the_start,
                        "while it trains": self.while_it_trains, "while it idles": self.while_it_idles,
                        "in the last second": self.in_the_last_second}

    # When to kill: each returns who is to die, or nobody if the sweep ended before.

    def some(self, workers):
        return self.chance.sample(sorted(workers), min(len(workers), self.chance.choice([1, 1, 2])))

    def before_it_joined(self, sweep):
        time.sleep(self.chance.uniform(0, 0.02))
        return self.some(range(1, WORKERS + 1))

    def right_after_the_start(self, sweep):
        time.sleep(self.chance.uniform(0, 1))
        return self.some(range(1, WORKERS + 1))

    def pause(self, sweep):
        time.sleep(self.chance.uniform(0, max(0.0, seconds_of(self.twin(sweep)) - 2)))

    def while_it_trains(self, sweep):
        self.pause(sweep)
        return self.some(sweep.workers()[1]) if sweep.wait_for(lambda: sweep.workers()[1]) else []

    def while_it_idles(self, sweep):
        self.pause(sweep)

        def idle():
            joined, busy = sweep.workers()
            return joined - busy

        def lasts():  # more than a moment between two trials
            first = idle()
            time.sleep(0.05 if first else 0)
            return first & idle()

        return self.some(idle() or {1}) if sweep.wait_for(lasts) else []

    def in_the_last_second(self, sweep):
        end = sweep.began + seconds_of(self.twin(sweep)) - self.chance.uniform(-0.2, 1)
        sweep.wait_for(lambda: time.monotonic() >= end)
        return [] if sweep.running.ended() else self.some(range(1, WORKERS + 1))

    def twin(self, sweep):
        return self.twins.of(sweep.arguments, ranks=WORKERS + 1)

    def new_sweep(self):
        self.counts["sweeps"] += 1
        return RankedSweep(self.workplace, f"sweep{self.counts['sweeps']}", self.job,
                     [*self.settings, "--threads", 1, "--seed", self.chance.randrange(SEEDS)])

    def kill(self, sweep, workers):
        """Returns their pids."""
        pids = sweep.rank_pids()
        victims = [pids[worker] for worker in workers if worker in pids]
        order = self.chance.choice(harness.ORDERS[:3]) if self.order == "random" else self.order
        if order == "trainers":  # the other orders are one: a rank takes its trainer along
            for trainer in sweep.trainers_of(victims):
                try:
                    os.kill(trainer, signal.SIGKILL)
                    self.counts["trainers killed before their ranks"] += 1
                except ProcessLookupError:
                    pass
            time.sleep(harness.BETWEEN)
        for pid in victims:
            try:
                os.kill(pid, signal.SIGKILL)
                self.counts["ranks killed"] += 1
            except ProcessLookupError:
                pass  # the sweep's end came first
        return victims

    def check_detection(self, sweep, victims, killed):
        workers = table(sweep.directory, "workers").set_index("pid")
        end = table(sweep.directory, "trials")["ended"].max()
        for pid in victims:
            if pid not in workers.index:  # it had not joined
                self.counts["killed before they joined"] += 1
            elif workers.loc[pid, "reason"]:
                self.detections.append(workers.loc[pid, "left"] - killed)
                demand(self.detections[-1] <= LONGEST_DETECTION, f"the loss was noticed after {self.detections[-1]:.1f} s")
            else:
                self.counts["not missed before the end"] += 1
                demand(end - killed <= LONGEST_DETECTION, f"the loss was not noticed in {end - killed:.1f} s")
        others = workers[~workers.index.isin(victims)]
        demand((others["reason"] == b"").all(), f"a worker that lives was given up:\n{others['reason']}")

    def resume(self, sweep):
        """To its end, undisturbed from here."""
        demand(sweep.start(3).wait(LONGEST_SWEEP) == 0, f"--resume fails:\n{sweep.running.output()}")
        sweep.check_whole(self.twin(sweep))

    def with_recovery(self, sweep, moment):
        self.twin(sweep)
        sweep.run("--enable-recovery")
        demand(sweep.wait_for_begin(), f"it does not begin:\n{sweep.running.output()}")
        workers = self.moments[moment](sweep)
        killed = time.time()
        victims = self.kill(sweep, workers)
        self.counts[moment if victims else "ended before the kill"] += 1
        code = sweep.wait_for_end(LONGEST_SWEEP - sweep.running.seconds())
        demand(code == 0, f"it ended with exit code {code}:\n{sweep.running.output()}")
        sweep.check_whole(self.twin(sweep))
        demand(sweep.journal.closed, "the sweep says that it is not finished")
        self.check_detection(sweep, victims, killed)

    def without_recovery(self, sweep, _):
        sweep.run()
        demand(sweep.wait_for_begin(), f"it does not begin:\n{sweep.running.output()}")
        self.pause(sweep)
        victims = self.kill(sweep, [self.chance.randint(1, WORKERS)])
        code = sweep.wait_for_end(30)
        demand(not victims or code != 0, "a rank was killed, and the job's exit code is 0")
        sweep.check()
        self.resume(sweep)

    def at_start(self, sweep, _):
        sweep.run("--enable-recovery")
        sweep.wait_for(lambda: len(sweep.rank_pids()) == WORKERS + 1)
        time.sleep(self.chance.uniform(0, 0.3))
        self.kill(sweep, [self.chance.randint(1, WORKERS)])
        sweep.wait_for_end(LONGEST_SWEEP * 2)
        self.resume(sweep)

    def run(self, how, times, moments=("",)):
        for number in range(times):
            sweep, moment = self.new_sweep(), moments[number % len(moments)]
            try:
                how(sweep, moment)
                self.counts["equal to their twins"] += 1
            except (Wrong, AssertionError) as problem:
                self.counts["failures"] += 1
                if not sweep.running.ended():
                    sweep.running.kill()
                kept = self.workplace.keep(sweep.directory, "sweep") if sweep.directory.exists() else "nothing"
                print(f"FAILURE ({how.__name__}, {moment}): {problem}\n  arguments {sweep.arguments}\n  kept in {kept}", flush=True)
            shutil.rmtree(sweep.directory, ignore_errors=True)
            self.workplace.sweep_up()
            if (number + 1) % 10 == 0:
                self.report()

    def report(self):
        text = ", ".join(f"{name} {count}" for name, count in self.counts.items())
        print(f"{text}; {len(self.detections)} losses noticed, the longest after {max(self.detections, default=0):.1f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=50, help="with --enable-recovery")
    parser.add_argument("--plain", type=int, default=5, help="runs without --enable-recovery")
    parser.add_argument("--at-start", type=int, default=0, help="runs in which a rank dies while MPI starts")
    parser.add_argument("--job", choices=["fashion_mnist", "synthetic"], default="synthetic")
    parser.add_argument("--seed", type=int, default=None, help="of the random choices; default: a new one each time")
    harness.add_order(parser)
    options = parser.parse_args()
    seed = random.randrange(2**32) if options.seed is None else options.seed
    print(f"--seed {seed}", flush=True)
    chance = random.Random(seed)
    with harness.Workplace() as workplace:
        kills = RankKills(workplace, chance, options.job, options.order)
        moments = list(kills.moments)
        chance.shuffle(moments)
        kills.run(kills.with_recovery, options.runs, moments)
        kills.run(kills.without_recovery, options.plain)
        kills.run(kills.at_start, options.at_start)
        kills.report()
    return 1 if kills.counts["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
