"""Samples that are read when they are needed: the same sweep after kills, with any number of workers and loader threads; bad
samples; models of two inputs."""

import os
import pathlib
import signal
import struct
import subprocess
import sys
import time
import unittest
import unittest.mock
import zlib

import h5py
import numpy as np

from sweeps import JOBS, SweepTest, assert_same, command, run

STREAMED = os.environ.get("SIBYL_STREAMED", "")
SETTINGS = ("--max-epochs", 9, "--threads", 1, "--seed", 4)


@unittest.skipUnless(STREAMED and pathlib.Path(STREAMED).exists(), "built without LibTorch")
class Streaming(SweepTest):
    def setUp(self):
        super().setUp()
        self.job = os.path.relpath(STREAMED, JOBS)
        self.data = self.folder / "data"
        self.data.mkdir()

    def begin(self, output, *more, **how):
        return run(self.job, "--data", self.data, *SETTINGS, *more, "--output", self.folder / output, **how)

    def test_killed_in_the_middle_of_epochs_and_resumed_on_others_it_is_the_same(self):
        out, _ = self.begin("whole", "--loader-threads", 1)
        self.assertIn("read  points on two circles: ", out)
        self.assertIn("the samples of 2 of 4 parts at a time", out)
        killed = ("--data", self.data, *SETTINGS, "--checkpoint-every", "0.2s", "--output", self.folder / "killed", "--resume")
        for ranks, threads, seconds in ((3, 2, 2.0), (2, 1, 2.5), (5, 3, 3.0)):
            words = command(self.job, *killed, "--loader-threads", threads, ranks=ranks)
            with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as mpirun:
                time.sleep(seconds)
                subprocess.run(["pkill", "-KILL", "-P", str(mpirun.pid)], check=False)
                mpirun.send_signal(signal.SIGKILL)
        run(self.job, *killed, "--loader-threads", 4, ranks=3)
        assert_same(self.folder / "whole", self.folder / "killed")
        with h5py.File(self.folder / "whole" / "results.h5") as file:
            waited, epochs = file["epochs"]["waiting_seconds"], file["epochs"]["seconds"]
            self.assertTrue((waited > 0).all())
            self.assertTrue((waited < epochs).all())

    def test_samples_that_cant_be_read_fail_trials_or_are_replaced(self):
        (self.data / "bad").write_text("7 300 301\n")
        few = ("--scheduler", "full", "--max-trials", 2)
        out, _ = self.begin("failed", *few, code=1)
        self.assertIn("is torn (with --max-bad-samples N", out)
        out, _ = self.begin("replaced", *few, "--max-bad-samples", 3)
        self.assertIn("training samples can't be read, and the next one takes the place: point", out)
        with h5py.File(self.folder / "replaced" / "results.h5") as file:
            trials = file["trials"][:]
        self.assertEqual(set(trials["status"]), {b"completed"})
        self.assertTrue((trials["note:bad samples"] > 0).all(), trials)

    def test_a_model_of_two_inputs_goes_to_python(self):
        self.begin("sweep", "--max-trials", 4)
        output = self.folder / "sweep"
        out, _ = run(self.job, "retrain", output)
        self.assertIn("test_accuracy", out)
        run(self.job, "export", output)
        model = next((output / "exported").glob("*.pt"))
        try:
            import torch  # pylint: disable=import-outside-toplevel
        except ImportError:
            self.skipTest("no PyTorch")
        exported = torch.jit.load(model)
        angle, out = torch.linspace(0, 6, 40), torch.tensor([0.6, 2.4]).repeat(20)
        x = torch.stack((out * torch.cos(angle), out * torch.sin(angle)), 1)
        given = exported(x, out.unsqueeze(1))
        self.assertEqual(tuple(given.shape), (40, 2))
        np.testing.assert_allclose(given.sum(1).detach(), 1, rtol=1e-5)
        right = (given.argmax(1) == torch.tensor([0, 1]).repeat(20)).double().mean().item()
        self.assertGreater(right, 0.8)
        self.assertEqual(len(exported.predict(x, out.unsqueeze(1))), 40)
        with unittest.mock.patch.dict(os.environ, SIBYL_PYTHON=sys.executable):
            run(self.job, "export", output, "--onnx")
        self.assertIn(b"more_0", next((output / "exported").glob("*.onnx")).read_bytes())


def write_png(path, pixels):
    """(height, width, 3) bytes."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))


@unittest.skipUnless((JOBS / "pictures").exists(), "built without LibTorch, libpng or TurboJPEG")
class Pictures(SweepTest):
    def setUp(self):
        super().setUp()
        random = np.random.default_rng(1)
        self.pictures = {}
        for place, name in enumerate(("blue", "green", "red")):
            folder = self.folder / "data" / name
            folder.mkdir(parents=True)
            made = random.integers(0, 120, (40, 48, 40, 3), np.uint8)
            made[..., 2 - place] += 100
            self.pictures[name] = made
            for number, pixels in enumerate(made):
                write_png(folder / f"{number:02}.png", pixels)

    def test_from_a_folder_of_pictures_to_predictions(self):
        output, data = self.folder / "sweep", self.folder / "data"
        options = ("--data", data, "--max-epochs", 4, "--scheduler", "full", "--max-trials", 3, "--threads", 1, "--output", output)
        out, _ = run("pictures", *options, ranks=3)
        self.assertIn("x     3 x 64 x 64 each", out)
        self.assertIn("training samples of each: blue 28, green 28, red 28", out)
        with h5py.File(output / "results.h5") as file:
            self.assertEqual(file["trials"]["score"].max(), 1)
        raw = np.concatenate([made[:5] for made in self.pictures.values()])
        np.save(self.folder / "raw.npy", raw)
        run("pictures", "predict", output, "--input", self.folder / "raw.npy", "--output", self.folder / "said.csv")
        said = [line.split(",")[0] for line in (self.folder / "said.csv").read_text().splitlines()[1:]]
        self.assertEqual(said, ["blue"] * 5 + ["green"] * 5 + ["red"] * 5)

        for number in range(10, 20):
            torn = data / "green" / f"{number}.png"
            torn.write_bytes(torn.read_bytes()[:200])
        other = ("--data", data, "--max-epochs", 1, "--scheduler", "full", "--max-trials", 1)
        _, err = run("pictures", *other, "--output", self.folder / "failed", code=1)
        self.assertRegex(err, f"{data}/green/1[0-9].png: .*the file ends too early")
        run("pictures", *other, "--max-bad-samples", 10, "--output", self.folder / "replaced")

    def test_without_pictures_it_says_what_is_missing(self):
        _, err = run("pictures", "--max-trials", 1, "--output", self.folder / "none", code=1)
        self.assertIn("Give --data DIR", err)
        _, err = run("pictures", "--data", self.folder, "--max-trials", 1, "--output", self.folder / "none", code=1)
        self.assertIn("data", err)


if __name__ == "__main__":
    unittest.main()
