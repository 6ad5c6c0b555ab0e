"""Starts whole jobs and ends them: by SIGKILL of all their processes at one instant, or by a signal as Slurm sends it."""

import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid

HERE = pathlib.Path(__file__).resolve().parent
os.environ.setdefault("SIBYL_JOBS", str(HERE.parents[1] / "build" / "jobs"))  # ctest sets them; a person need not
os.environ.setdefault("MPIEXEC", "mpirun")
sys.path.insert(0, str(HERE.parent / "cli"))

import sweeps  # noqa: E402  (needs the lines above)

from checks import Wrong, check_directory, check_finished  # noqa: E402

MARK = "SIBYL_CRASH_TEST"

# In which order a kill of a whole job reaches its processes. The kernel, a resource manager and `kill -9` of a group each
# have their own, and a trainer may die before its rank.
ORDERS = ("all", "trainers", "ranks", "random")
BETWEEN = 0.05  # s, between the first to die and the others


def add_order(parser):
    parser.add_argument("--order", choices=ORDERS, default="random",
                        help="who is killed first: all at once, the trainers or the ranks 50 ms before the others, or one of these"
                             " by chance each time (the default)")


class Workplace:
    """A folder for a test's sweeps, and one for what killed MPI jobs leave lying about; removed at the end."""

    def __init__(self):
        shared_memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sibyl_crash_"))
        self.litter = pathlib.Path(tempfile.mkdtemp(prefix="sc_", dir=shared_memory))
        self.kept = []

    def environment(self):
        return {**os.environ, "TMPDIR": str(self.litter), "OMPI_MCA_btl_vader_backing_directory": str(self.litter)}

    def sweep_up(self):
        for path in self.litter.iterdir():
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)

    def keep(self, directory, name):
        """Puts a copy of a wrong directory where it outlasts the test."""
        copy = pathlib.Path(tempfile.mkdtemp(prefix="sibyl_crash_kept_")) / name
        shutil.copytree(directory, copy)
        self.kept.append(copy)
        return copy

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.litter, ignore_errors=True)


class RunningJob:
    """A job's processes: mpirun and its ranks, or one process without mpirun.

    All of them have an environment variable that nothing else has: so they are found wherever MPI puts them."""

    def __init__(self, workplace, command):
        self.mark = f"{MARK}={uuid.uuid4().hex}".encode()
        self.log = workplace.folder / "output.txt"
        name, value = self.mark.decode().split("=")
        with self.log.open("w", encoding="utf-8") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
                                            env={**workplace.environment(), name: value})
        self.workplace = workplace
        self.began = time.monotonic()

    def seconds(self):
        return time.monotonic() - self.began

    def ended(self):
        return self.process.poll() is not None

    def output(self):
        """Its end: enough to see what went wrong."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:]

    def pids(self):
        """Of the job's living processes; a zombie has no environment."""
        found = []
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            try:
                with open(f"/proc/{name}/environ", "rb") as file:
                    if self.mark in file.read():
                        found.append(int(name))
            except OSError:
                pass  # it has ended meanwhile, or is not ours
        return found

    def kill(self, pids=None, order="all"):
        """SIGKILLs all processes; `pids` spares the search for them. All at once means within microseconds.

        Returns when none is left, also of those that mpirun was starting at that moment."""
        if order == "random":
            order = random.choice(ORDERS[:3])
        if order != "all":
            self.kill_first(order)
            pids = None
        pids = pids or self.pids()
        random.shuffle(pids)
        deadline = time.monotonic() + 10
        while pids:
            if time.monotonic() > deadline:
                raise RuntimeError(f"processes {pids} survive SIGKILL")
            for pid in pids:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            pids = self.pids()
        self.process.wait(timeout=10)
        self.workplace.sweep_up()

    def kill_first(self, who):
        """The trainers, or the ranks (without their trainers and mpirun), a little before the others."""
        for pid in self.pids():
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as line, open(f"/proc/{pid}/environ", "rb") as environment:
                    is_trainer = b"\0trainer\0of-worker\0" in line.read()
                    is_rank = not is_trainer and b"OMPI_COMM_WORLD_RANK=" in environment.read()
                if is_trainer if who == "trainers" else is_rank:
                    os.kill(pid, signal.SIGKILL)
            except OSError:
                pass  # it has ended meanwhile
        time.sleep(BETWEEN)

    def wait(self, timeout):
        """Until the job ends by itself; returns its exit code."""
        code = self.process.wait(timeout=timeout)
        if self.pids():
            self.kill()
        self.workplace.sweep_up()
        return code


class DisturbedSweep:
    """A sweep that is run in pieces, and the checks between and after them."""

    def __init__(self, workplace, name, job, arguments):
        self.workplace, self.job, self.arguments = workplace, job, arguments
        self.directory = workplace.folder / name
        self.journal = None  # as the last piece left it
        self.pieces = 0

    def start(self, ranks):
        self.pieces += 1
        return RunningJob(self.workplace, sweeps.command(self.job, *self.arguments, "--output", self.directory, "--resume", ranks=ranks))

    def check(self):
        """After a piece."""
        self.journal = check_directory(self.directory, self.journal)

    def check_whole(self, twin):
        """After the last piece: it equals its undisturbed twin."""
        self.check()
        check_finished(self.directory)
        try:
            sweeps.assert_same(twin, self.directory)
        except AssertionError as difference:
            raise Wrong(f"it differs from the undisturbed sweep: {difference}") from difference


class Twins:
    """Undisturbed sweeps, each run once."""

    def __init__(self, workplace, job):
        self.workplace, self.job = workplace, job
        self.directories = {}

    def of(self, arguments, ranks=3):
        key = tuple(map(str, arguments))
        if key not in self.directories:
            directory = pathlib.Path(tempfile.mkdtemp(prefix="twin", dir=self.workplace.folder))
            sweeps.run(self.job, *arguments, "--output", directory, ranks=ranks)
            self.directories[key] = directory
        return self.directories[key]
