"""Cuts the power, on paper, after every single file operation of a sweep, in every way that a disk allows.

The operations of a synthetic sweep in one process are recorded by a preloaded library (record_writes.c); the sweep is
SIGKILLed and resumed some times meanwhile, once between the write and the sync of its last record. disk.py says what a
power cut may leave. Of every such state: the journal that comes back begins with all that was synced; results.h5 is one
of the whole files that were published, not an older one than the last that was made to last, and says nothing that the
journal has not. Of a sample of them, evenly over the ways to lose something: `summary` reads it, and a sweep that is
resumed from it ends equal to an undisturbed one.
"""

import argparse
import collections
import hashlib
import json
import random
import re
import subprocess
import sys

import harness
import sweeps
from checks import Wrong, check_results, demand
from disk import Disk, Kind, read_log
from journal_file import HEADER, Journal, record_at, records
from recorder import Recorder

CLOSING = "the plan is done"  # in the journal's last record, and not before
AT_THE_START = "no journal yet"  # a kind of state: few, and all are resumed
# What `summary` may say where nothing was recorded yet.
NOTHING_YET = ("there is no sweep in", "stopped before anything was recorded", "the sweep never began")


def record(recording, kills, chance):
    """The operations of a sweep that is killed so many times, and at last before its last record is synced."""
    for _ in range(kills):
        recording.run(RECORD_KILL_AFTER=chance.randrange(3, 70))
    recording.run(RECORD_KILL_AFTER_TEXT=CLOSING)
    demand(recording.run(), "the recorded sweep did not end")
    return list(read_log(recording.log))


def check_lasting_folder(operations, recording):
    """The folder of the sweep has a name too: before anything is acknowledged it must last."""
    below, sweep = str(recording.below), str(recording.sweep)
    made = False
    for operation in operations:
        if operation.kind == Kind.MKDIR and operation.path == sweep:
            made = True
        if operation.kind == Kind.SYNC and operation.path == below:
            return
        if made and operation.kind == Kind.SYNC and operation.path.endswith("journal.bin"):
            raise Wrong("the journal is synced while the name of its folder is not: the folder that holds the sweep's is never "
                        "synced, so a power cut may take the whole sweep away")


class Publications:
    """The results files that were written, and how much of the journal each says."""

    def __init__(self, folder):
        self.folder = folder
        self.needed = {}  # journal that a publication says, by its content
        self.order = {}  # number of a publication, by its content

    def add(self, content, journal):
        path = self.folder / "publication.h5"
        path.write_bytes(content)
        check_results(path, Journal(journal))
        self.needed[content] = journal
        self.order.setdefault(content, len(self.order))


class Sample:
    """So many states of each kind, every state with the same chance."""

    def __init__(self, size, chance):
        self.size, self.chance = size, chance
        self.seen = collections.Counter()
        self.states = collections.defaultdict(list)

    def offer(self, kind, state):
        self.seen[kind] += 1
        kept = self.states[kind]
        if len(kept) < self.size:
            kept.append(state)
        elif (place := self.chance.randrange(self.seen[kind])) < self.size:
            kept[place] = state

    def draw(self, count):
        """About as many of each kind as of any other."""
        queues = [self.chance.sample(states, len(states)) for _, states in sorted(self.states.items())]
        drawn = []
        while len(drawn) < count and any(queues):
            drawn += [queue.pop() for queue in queues if queue]
        return drawn[:count]


class Failures:
    """Counts what went wrong by what it is, and keeps the first of each."""

    def __init__(self, workplace):
        self.workplace = workplace
        self.counts = collections.Counter()

    def add(self, complaint, how="", state=None):
        complaint = complaint.replace(str(self.workplace.folder), "")
        what = re.sub(r"\d+", "#", complaint)
        self.counts[what] += 1
        if self.counts[what] > 1:
            return
        kept = ""
        if state is not None:
            write_state(self.workplace.folder / "wrong", state)
            kept = f"\n  kept in {self.workplace.keep(self.workplace.folder / 'wrong', 'sweep')}"
        print(f"FAILURE{f' ({how})' if how else ''}: {complaint}{kept}", flush=True)


def write_state(directory, state):
    directory.mkdir(exist_ok=True)
    for path in directory.glob("*"):
        subprocess.run(["rm", "-rf", path], check=True)
    for name, content in state.items():
        (directory / name).write_bytes(content)


class Replay:
    """Goes through the operations and looks at the states that a power cut after each may leave."""

    def __init__(self, recording, failures, sample, folder, chance):
        self.disk = Disk(str(recording.sweep), chance)
        self.failures, self.sample = failures, sample
        self.publications = Publications(folder)
        self.lasting_publication = None
        self.synced = b""  # of the journal
        self.ends = []  # of the journal's records, as programs see it
        self.seen = set()

    def run(self, operations):
        for operation in operations:
            self.disk.do(operation)
            self.note(operation)
            for ways, state in self.disk.after_power_cut():
                self.look(ways, state)

    def note(self, operation):
        names = self.disk.names
        name = operation.path.rpartition("/")[2]
        if name == "journal.bin":
            self.synced = names[name].lasting
            self.ends = [end for end, _ in records(names[name].content)]
        if operation.kind in (Kind.RENAME, Kind.EXCHANGE) and operation.second.endswith("/results.h5"):
            self.publications.add(names["results.h5"].content, names["journal.bin"].content)
        if operation.kind == Kind.SYNC and operation.path == self.disk.folder and "results.h5" in names:
            self.lasting_publication = names["results.h5"].content

    def look(self, ways, state):
        digest = hashlib.blake2b(b"\0".join(name.encode() + b"=" + hashlib.blake2b(content).digest() for name, content in sorted(state.items()))).digest()
        if digest in self.seen:
            return
        self.seen.add(digest)
        how = " + ".join(sorted(ways)) or "names only"
        try:
            valid = self.check_journal(state)
            self.check_results(state, valid)
        except Wrong as problem:
            self.failures.add(str(problem), how, state)
        kind = how
        if len(state.get("journal.bin", b"")) < len(HEADER) or not state["journal.bin"].startswith(HEADER):
            kind = AT_THE_START
        elif any(record_at(state["journal.bin"], end) for end in self.ends if end > valid):
            kind += ", whole records behind a broken one"
        self.sample.offer(kind, (kind, state))

    def check_journal(self, state):
        """Returns where its valid prefix ends."""
        content = state.get("journal.bin", b"")
        demand(content.startswith(self.synced), f"{len(self.synced)} synced bytes of the journal are not there")
        if not content.startswith(HEADER):
            return 0
        end = max(len(self.synced), len(HEADER))
        for end, _ in records(content, end):
            pass
        return end

    def check_results(self, state, valid):
        content = state.get("results.h5")
        if content is None:
            demand(self.lasting_publication is None, "results.h5 is gone")
            return
        order = self.publications.order
        demand(content in order, "results.h5 is none of the files that were published")
        demand(self.lasting_publication is None or order[content] >= order[self.lasting_publication], "results.h5 is older than one that was made to last")
        demand(state.get("journal.bin", b"")[:valid].startswith(self.publications.needed[content]),
               "results.h5 says more than the journal that came back: it was published from records that were not synced")


def summary_says(directory):
    done = subprocess.run(sweeps.command("synthetic", "summary", directory, "--json"), capture_output=True, text=True, timeout=60, check=False)
    if done.returncode == 0:
        json.loads(done.stdout)
        return
    nothing_recorded = Journal.read(directory / "journal.bin").records == 0
    demand(nothing_recorded and any(text in done.stderr for text in NOTHING_YET), f"`summary` says: {done.stderr.strip()}")


def resume(directory, arguments, twin):
    done = subprocess.run(sweeps.command("synthetic", *arguments, "--output", directory, "--resume"), capture_output=True, text=True, timeout=300, check=False)
    demand(done.returncode == 0, f"`--resume` ends with {done.returncode} and says: {done.stderr.strip()}")
    try:
        sweeps.assert_same(twin, directory)
    except AssertionError as difference:
        raise Wrong(f"resumed, it differs from the undisturbed sweep: {difference}") from difference


def check_with_binary(workplace, failures, states, check):
    directory = workplace.folder / "state"
    for how, state in states:
        write_state(directory, state)
        try:
            check(directory)
        except Wrong as problem:
            failures.add(str(problem), how, state)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--max-epochs", type=int, default=81, help="of the recorded sweep")
    parser.add_argument("--epoch-seconds", default="0", help="of the recorded sweep: slow ones, and files change places")
    parser.add_argument("--kills", type=int, default=8, help="of the recorded sweep")
    parser.add_argument("--summaries", type=int, default=1000)
    parser.add_argument("--resumes", type=int, default=100)
    parser.add_argument("--seed", type=int, default=None, help="of the random choices; default: a new one each time")
    options = parser.parse_args()
    seed = random.randrange(2**32) if options.seed is None else options.seed
    print(f"--seed {seed}", flush=True)
    chance = random.Random(seed)

    arguments = ["--max-epochs", options.max_epochs, "--set", f"epoch_seconds={options.epoch_seconds}", "--inject", "exception=0.01"]
    with harness.Workplace() as workplace:
        failures = Failures(workplace)
        recording = Recorder(workplace.folder, "synthetic", arguments)
        operations = record(recording, options.kills, chance)
        try:
            check_lasting_folder(operations, recording)
        except Wrong as problem:
            failures.add(str(problem))
        sample = Sample(max(options.summaries, options.resumes), chance)
        replay = Replay(recording, failures, sample, workplace.folder, chance)
        replay.run(operations)
        print(f"{len(operations)} operations, {len(replay.seen)} different states after a power cut, {len(replay.publications.order)} publications:")
        for kind, count in sorted(sample.seen.items()):
            print(f"  {count:6}  {kind}")

        summaries = sample.draw(options.summaries)
        resumes = sample.states[AT_THE_START] + sample.draw(options.resumes)
        check_with_binary(workplace, failures, summaries, summary_says)
        twin = harness.Twins(workplace, "synthetic").of(arguments, ranks=None)
        check_with_binary(workplace, failures, resumes, lambda directory: resume(directory, arguments, twin))
        print(f"{len(summaries)} summaries, {len(resumes)} resumes")
    for what, count in failures.counts.items():
        print(f"{count} times: {what}")
    return 1 if failures.counts else 0


if __name__ == "__main__":
    sys.exit(main())
