"""How many samples a second Sibyl's loader gives of data that is larger than the memory it may have, beside PyTorch's
DataLoader with as many processes and a raw reader with as many threads; all by turns, medians.

    python3 tests/bench/streaming/compare.py [build/tests/bench/streaming/bench_streaming] [--gigabytes 6] [--pictures 20000]
        [--memory 2] [--threads 2] [--rounds 5] [--seconds 15] [--folder DIR] [npy|hdf5|pictures ...]

Makes the data in a temporary folder, which is removed; with --folder in that one, where it stays and is taken again. The
memory is that of a control group (1 or 2), which takes root's rights; pages of files count, too. Where none can be made it
is not limited, and the first line says so. Wants python3-torch, python3-h5py and python3-pil: PYTHON names another python3
than /usr/bin's.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

PYTHON = os.environ.get("PYTHON", "/usr/bin/python3")
HERE = pathlib.Path(__file__).resolve().parent
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
ROW = 3 * 32 * 32
MAKE = {
    "npy": """
import numpy, sys
path, rows = sys.argv[1], int(sys.argv[2])
x = numpy.lib.format.open_memmap(path, mode="w+", dtype="float32", shape=(rows, 3, 32, 32))
for i in range(0, rows, 4096):
    n = min(4096, rows - i)
    x[i:i + n] = numpy.random.default_rng(i).integers(0, 256, (n, 3, 32, 32), dtype="uint8") / numpy.float32(255)
numpy.save(open(path + ".y", "wb"), numpy.arange(rows) % 10)
""",
    "hdf5": """
import h5py, numpy, sys
path, rows = sys.argv[1], int(sys.argv[2])
with h5py.File(path, "w") as file:
    x = file.create_dataset("x", (rows, 3, 32, 32), "float32", chunks=(64, 3, 32, 32), compression="gzip", shuffle=True)
    for i in range(0, rows, 4096):
        n = min(4096, rows - i)
        steps = numpy.random.default_rng(i).integers(-1, 2, (n, 3, 32, 32), dtype="int16").cumsum(axis=3) + 128
        x[i:i + n] = steps / numpy.float32(255)
    file["y"] = numpy.arange(rows) % 10
""",
    "pictures": """
import numpy, pathlib, sys
from PIL import Image
path, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
for i in range(count):  # of the size and the bytes of ImageNet's, about 110 kB
    folder = path / f"class_{i % 10}"
    folder.mkdir(parents=True, exist_ok=True)
    random = numpy.random.default_rng(i)
    rough = Image.fromarray(random.integers(0, 256, (24, 32, 3), dtype="uint8")).resize((500, 375), Image.BICUBIC)
    fine = random.normal(0, 14, (375, 500, 1))
    Image.fromarray((numpy.asarray(rough) + fine).clip(0, 255).astype("uint8")).save(folder / f"{i:06}.jpg", quality=90)
""",
}


class Memory:
    """A control group with so many bytes."""

    def __init__(self, size):
        self.folder = None
        for base, name in (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")):
            folder = pathlib.Path(base) / f"sibyl-bench-{os.getpid()}"
            try:
                folder.mkdir()
                (folder / name).write_text(str(size))
                self.folder = folder
                return
            except OSError:
                if folder.is_dir():
                    folder.rmdir()

    def join(self):
        if self.folder:
            (self.folder / "cgroup.procs").write_text(str(os.getpid()))

    def remove(self):
        if self.folder and self.folder.is_dir():
            self.folder.rmdir()


def drop_pages(path):
    """What making the data, or the run before, has left in memory."""
    for file in [path] if path.is_file() else path.glob("*/*"):
        with open(file, "rb") as stream:
            os.fsync(stream.fileno())
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", nargs="?", default="build/tests/bench/streaming/bench_streaming")
    parser.add_argument("kinds", nargs="*")
    parser.add_argument("--gigabytes", type=float, default=6)
    parser.add_argument("--pictures", type=int, default=20000)
    parser.add_argument("--memory", type=float, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--folder")
    options = parser.parse_args()
    rows = int(options.gigabytes * 1e9 / (4 * ROW))
    memory = Memory(int(options.memory * 1e9))
    print(f"{options.memory:g} GB of memory" if memory.folder else "memory is not limited: no control group can be made here", end="")
    print(f", {options.threads} threads or processes; samples/s, medians of {options.rounds} (lowest to highest)", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or temporary
        for kind in options.kinds or MAKE:
            path = pathlib.Path(folder) / (kind if kind == "pictures" else f"data.{kind}")
            if not path.exists():
                count = options.pictures if kind == "pictures" else rows
                subprocess.run([PYTHON, "-c", MAKE[kind], str(path), str(count)], check=True)
            rest = [kind, str(path), str(options.threads), str(options.seconds)]
            ways = {
                "raw": [options.program, "raw", *rest],
                "sibyl": [options.program, "sibyl", *rest],
                "usual": [PYTHON, str(HERE / "pytorch.py"), "usual", *rest],
                "lean": [PYTHON, str(HERE / "pytorch.py"), "lean", *rest],
            }
            rates = {way: [] for way in ways}
            for _ in range(options.rounds):
                for way, command in ways.items():
                    drop_pages(path)
                    done = subprocess.run(command, env=ENVIRONMENT, stdout=subprocess.PIPE, preexec_fn=memory.join)
                    if done.returncode != 0:
                        memory.remove()
                        sys.exit(f"{way} of {kind} ended with {done.returncode} (-9: it had too little memory)")
                    result = json.loads(done.stdout)
                    rates[way].append(result["samples"] / result["seconds"])
            medians = {way: statistics.median(values) for way, values in rates.items()}
            text = ", ".join(f"{way} {medians[way]:.0f} ({min(values):.0f} to {max(values):.0f})" for way, values in rates.items())
            print(f"{kind}: {text}")
            print(
                f"    sibyl / usual {medians['sibyl'] / medians['usual']:.2f}, sibyl / lean {medians['sibyl'] / medians['lean']:.2f}, "
                f"sibyl / raw {medians['sibyl'] / medians['raw']:.2f}",
                flush=True,
            )
            if not options.folder:
                subprocess.run(["rm", "-rf", str(path)], check=True)
    memory.remove()


if __name__ == "__main__":
    sys.exit(main())
