"""A user who edits and submits the scripts of slurm/, and looks at what becomes of the jobs. Within cluster.sh."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
os.environ.setdefault("SIBYL_JOBS", str(HERE.parents[1] / "build" / "jobs"))  # ctest sets them; a person need not
os.environ.setdefault("MPIEXEC", "mpirun")
sys.path.insert(0, str(HERE.parent / "cli"))

import h5py  # noqa: E402  (needs the lines above)
import pandas as pd  # noqa: E402

import sweeps  # noqa: E402

CLUSTER = pathlib.Path(os.environ["SIBYL_CLUSTER"])
os.environ.pop("CUDA_VISIBLE_DEVICES", None)  # set for the tests of this machine; Slurm sets its nodes' own
os.environ.update(try_again="1", look_interval="3")  # settings of common.sh: what is tested need not take minutes

# Some 320 epochs, 16 s or one and a half minutes of work, shared by the workers; and what is done in a second.
LONG = "--max-epochs 27 --seed 5 --set epoch_seconds=0.05 --inject exception=0.01"
LONGER = LONG.replace("0.05", "0.3")
SHORT = "--max-epochs 9 --seed 0"

HANG = 300  # seconds: no wait takes so long, however busy the machine

# What differs here from a user's site.
SITE = {
    "#SBATCH --gpus-per-node=4": "#SBATCH --gpus-per-node=2",
    "#SBATCH --cpus-per-task=32": "#SBATCH --cpus-per-task=4",
}


def output_of(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stdout


def wait_for(condition, what, seconds=HANG):
    """What the condition gives, as soon as it gives something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.1)
    raise AssertionError(f"in vain waited {seconds} s for {what}\n{output_of('squeue')}{output_of('sinfo', '-N')}")


def field(job, name):
    """Of `scontrol show job`."""
    found = re.search(rf"\b{name}=(\S*)", output_of("scontrol", "show", "job", "--oneliner", job))
    return found[1] if found else ""


def steps_of(jobs):
    """The steps of these jobs, such as 7.0 and 7.batch, that Slurm still looks after on any node."""
    steps = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has just ended
            if found := re.match(r"slurmstepd: \[((\d+)\.[^]]+)\]", path.read_text(errors="replace")):
                steps += [found[1]] * (found[2] in jobs)
    return steps


class Twins:
    """Undisturbed sweeps, each run once, without Slurm."""

    def __init__(self):
        self.running = {}

    def start(self, options):
        directory = CLUSTER / f"twin{len(self.running)}"
        command = sweeps.command("synthetic", *options.split(), "--output", directory, ranks=9)
        # A temporary folder each: of two mpiruns that make the same one at the same time, one fails.
        temporary = directory.with_suffix(".tmp")
        temporary.mkdir()
        environment = {**os.environ, "TMPDIR": str(temporary)}
        with directory.with_suffix(".log").open("w") as log:
            process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment)
        self.running[options] = directory, process
        unittest.addModuleCleanup(process.wait, timeout=HANG)

    def of(self, options):
        if options not in self.running:
            self.start(options)
        directory, process = self.running[options]
        code = process.wait(timeout=HANG)
        if code != 0:
            log = directory.with_suffix(".log").read_text(errors="replace")
            raise AssertionError(f"the undisturbed sweep failed with {code}: {options}\n{log}")
        return directory


TWINS = Twins()


class Slurm(unittest.TestCase):
    """A user's copy of slurm/ and build/, and what users do in it."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=CLUSTER))
        self.sweep = self.folder / "runs" / "sweep"
        shutil.copytree(HERE.parents[1] / "slurm", self.folder / "slurm")
        # The job, which writes down what each of its ranks was shown before it starts.
        job = self.folder / "build" / "jobs" / "synthetic"
        job.parent.mkdir(parents=True)
        job.write_text(f"""#!/bin/sh
case "$*" in *--resume*) ;; *) exec {sweeps.JOBS}/synthetic "$@" ;; esac
echo "$(hostname) ${{CUDA_VISIBLE_DEVICES-none}}" >>{self.folder}/shown
exec {sweeps.JOBS}/synthetic "$@"
""")
        job.chmod(0o755)
        self.addCleanup(self.cancel_all)

    def cancel_all(self):
        subprocess.run(["scancel", "--user=root"], check=False)
        wait_for(lambda: not output_of("squeue", "-h"), "an empty queue")

    def edit(self, script, options=SHORT, output="runs/sweep", **others):
        """Changes lines of a script's settings."""
        path = self.folder / "slurm" / script
        text = path.read_text()
        for old, new in SITE.items():
            text = text.replace(old, new)
        text = re.sub(r"^job=\S+", "job=build/jobs/synthetic", text, flags=re.M)
        text = re.sub(r"^options=.*", f"options=({options})", text, flags=re.M)
        text = re.sub(r"^output=\S+", f"output={output}", text, flags=re.M)
        for old, new in others.items():
            text = re.sub(rf"^{old}.*", new, text, flags=re.M)
        path.write_text(text)
        return path

    def submit(self, script):
        done = subprocess.run(["sbatch", f"slurm/{script}"], cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.split()[-1]

    def log(self):
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.out")))

    def ended(self, job):
        """Waits for a job's end; returns its state."""
        over = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "PREEMPTED"}
        try:
            return wait_for(lambda: over & {field(job, "JobState")}, f"the end of job {job}").pop()
        except AssertionError as late:
            raise AssertionError(f"{late}\n{self.log()}") from late

    def journal_size(self):
        path = self.sweep / "journal.bin"
        return path.stat().st_size if path.exists() else 0

    def wait_for_training(self, since=0):
        try:
            wait_for(lambda: self.journal_size() > since + 8000, "the sweep's training")
        except AssertionError as late:
            raise AssertionError(f"{late}\n{self.log()}") from late

    def table(self, name, sweep=None):
        with h5py.File((sweep or self.sweep) / "results.h5") as file:
            table = pd.DataFrame(file[name][:])
        for column in table.select_dtypes(object):
            table[column] = table[column].str.decode("utf-8")
        return table

    def launches(self, sweep=None):
        """Of each start of the sweep, as far as Slurm is concerned: the job and how often it had been requeued."""
        table = self.table("launches", sweep)
        return list(zip(table["slurm_job"], table["slurm_restarts"]))

    def check(self, job, options, sweep=None):
        self.assertEqual(self.ended(job), "COMPLETED", self.log())
        sweeps.assert_same(TWINS.of(options), sweep or self.sweep)

    def lose(self, node):
        """SIGKILLs its slurmd. What runs there goes on."""
        os.kill(int((CLUSTER / f"slurmd.{node}.pid").read_text()), signal.SIGKILL)
        wait_for(lambda: "down" in output_of("sinfo", "-hNn", node, "-o", "%T"), f"the loss of {node}")

    def bring_back(self, node):
        subprocess.run(["sh", "-c", '"$0" node "$1" &', HERE / "cluster.sh", node], check=True)

    def let_start(self, job, restarts, beside_orphan=False):
        """A job that was requeued waits, two minutes in most places, which is left out. But not what Slurm needs these for: the
        earlier life's steps, which have the same numbers, must have left every node. Until then their sockets are in the way of
        the next life's steps: MPI would not start. And in the same second, Slurm would kill it."""
        wait_for(lambda: field(job, "Restarts") == str(restarts) and field(job, "JobState") == "PENDING", f"requeue {restarts}")
        if not beside_orphan:
            parts = re.findall(r"\bJobId=(\d+)", output_of("scontrol", "show", "job", "--oneliner", job))
            wait_for(lambda: not steps_of(parts), f"the end of the earlier life of job {job}")
        time.sleep(1.5)
        subprocess.run(["scontrol", "update", f"JobId={job}", "StartTime=now"], check=True)
        wait_for(lambda: field(job, "JobState") == "RUNNING", "its next life")
