"""What is done with a sweep's trials afterwards: export and retrain. Python opens what they write."""

import gzip
import json
import pathlib
import re
import tempfile
import unittest

import h5py
import numpy as np

from idx import write_data_set
from sweeps import JOBS, run

try:
    import torch
except ImportError:
    torch = None

FAILED, USAGE = 1, 64


def read_idx(path, head):
    return np.frombuffer(gzip.decompress(path.read_bytes())[head:], np.uint8).copy()


def about_of(sweep, trial):
    return json.loads((sweep / "retrained" / f"trial_{trial:06}.json").read_text())["metrics"]


@unittest.skipUnless((JOBS / "fashion_mnist").exists(), "built without LibTorch")
class Models(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.data = write_data_set(cls.folder / "data")
        cls.sweep = cls.folder / "sweep"
        run("fashion_mnist", "--data", cls.data, "--max-epochs", 9, "--threads", 1, "--keep-best", 3, "--seed", 4, "--set", "normalize=false", "--output", cls.sweep)
        with h5py.File(cls.sweep / "results.h5") as file:
            cls.trials, cls.epochs = file["trials"][:], file["epochs"][:]

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def ranked(self):
        """The trials with a score, the best first."""
        return [int(trial["trial"]) for trial in sorted(self.trials, key=lambda trial: (-trial["score"], trial["trial"])) if trial["score"] == trial["score"]]

    def said(self, *arguments):
        out, _ = run("fashion_mnist", *arguments, "--data", self.data, "--threads", 1)
        return out

    def test_the_best_trials_weights_are_kept(self):
        kept = sorted(int(path.name.removeprefix("trial_")) for path in (self.sweep / "checkpoints").iterdir())
        self.assertEqual(kept, sorted(self.ranked()[:3]))

    def test_each_epoch_has_its_learning_rate(self):
        for row in self.epochs:
            self.assertEqual(row["learning_rate"], self.trials[row["trial"]]["hp:learning_rate"])

    def test_a_descendants_schedule_is_trained_again(self):
        sweep = self.folder / "population"
        run("fashion_mnist", "--data", self.data, "--scheduler", "pbt", "--population", 5, "--max-epochs", 4, "--threads", 1, "--seed", 4, "--output", sweep)
        with h5py.File(sweep / "results.h5") as file:
            trials, epochs = file["trials"][:], file["epochs"][:]
        heir = int(trials["trial"][trials["parent"] >= 0][-1])
        out = self.said("retrain", sweep, "--trial", heir)
        said = re.findall(r"from epoch (\d+) as trial (\d+): .*learning_rate (\S+?),", out)
        line = [heir]
        while trials["parent"][line[0]] >= 0:
            line.insert(0, int(trials["parent"][line[0]]))
        self.assertEqual([int(trial) for _, trial, _ in said], line)
        begun = [epochs["epoch"][epochs["trial"] == trial].min() for trial in line]
        self.assertEqual([int(epoch) for epoch, _, _ in said], begun)
        for _, trial, rate in said:
            self.assertAlmostEqual(float(rate) / trials["hp:learning_rate"][int(trial)], 1, delta=1e-3)
        self.assertEqual(re.findall(r"epoch (\d+) of", out), [str(epoch) for epoch in range(1, trials["best_epoch"][heir] + 1)])

    def test_export_of_the_best(self):
        file = self.folder / "best.pt"
        out = self.said("export", self.sweep, "--to", file)
        best = self.trials[self.ranked()[0]]
        self.assertIn(f"trial {best['trial']}", out)
        about = json.loads(file.with_suffix(".json").read_text())
        self.assertEqual((about["trial"], about["epoch"]), (best["trial"], best["best_epoch"]))
        self.assertEqual(about["score"], best["score"])
        self.assertEqual(about["hyperparameters"]["n_hidden"], best["hp:n_hidden"])

    @unittest.skipIf(torch is None, "python3-torch is not here")
    def test_python_gives_the_test_score_of_a_retrained_model(self):
        self.said("retrain", self.sweep)
        best = self.ranked()[0]
        folder = self.sweep / "retrained"
        model = torch.jit.load(folder / f"trial_{best:06}.pt")
        self.assertEqual(len(model.network.state_dict()), 2 * (int(self.trials[best]["hp:n_hidden"]) + 1))
        x = torch.tensor(read_idx(self.data / "t10k-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28))
        y = torch.tensor(read_idx(self.data / "t10k-labels-idx1-ubyte.gz", 8)).long()
        recorded = json.loads((folder / f"trial_{best:06}.json").read_text())["metrics"]
        with torch.no_grad():
            output = model.network(model.prepare(x))
            self.assertTrue(torch.allclose(model(x), output.softmax(1)))
        self.assertAlmostEqual((output.argmax(1) == y).double().mean().item(), recorded["test_accuracy"], places=6)
        self.assertAlmostEqual(torch.nn.functional.cross_entropy(output, y).item(), recorded["test_loss"], places=5)

    @unittest.skipIf(torch is None, "python3-torch is not here")
    def test_an_exported_model_is_a_module_like_any_other(self):
        file = self.folder / "module.pt"
        self.said("export", self.sweep, "--to", file)
        model = torch.jit.load(file)
        self.assertFalse(model.training)
        self.assertFalse(any(module.training for module in model.modules()))
        x = torch.randint(256, (5, 784))
        with torch.no_grad():
            output = model(x)
            frozen = torch.jit.freeze(model)
            self.assertEqual(len(list(frozen.parameters())), 0)  # they are constants of the graph
            self.assertEqual(torch.jit.freeze(model, ["classify"]).classify(x), model.classify(x))
            self.assertTrue(torch.allclose(frozen(x), output))
            self.assertTrue(torch.allclose(torch.jit.optimize_for_inference(torch.jit.load(file))(x), output, atol=1e-6))
        model.train()
        self.assertTrue(model.training and all(module.training for module in model.modules()))
        model.eval()
        model.save(self.folder / "again.pt")
        self.assertTrue(torch.equal(torch.jit.load(self.folder / "again.pt")(x), output))

    def test_retrain_scores_on_the_test_set(self):
        out = self.said("retrain", self.sweep, "--top", 2)
        first, second = self.ranked()[:2]
        self.assertIn("test_accuracy", out)
        self.assertRegex(out, r"\n +class +precision +recall +f1 +samples +as ")
        for trial in (first, second):
            self.assertIn(f"Trial {trial} ", out)
            about = json.loads((self.sweep / "retrained" / f"trial_{trial:06}.json").read_text())
            self.assertEqual(about["epoch"], self.trials[trial]["best_epoch"])
            self.assertIn("test_loss", about["metrics"])
            self.assertNotIn("learning_rate", about["metrics"])  # nothing of the model's
            self.assertGreaterEqual(about["metrics"]["test_accuracy"], 0)
            matrix, classes = about["test"]["confusion_matrix"], about["test"]["classes"]
            samples = sum(map(sum, matrix))
            self.assertAlmostEqual(sum(matrix[i][i] for i in range(10)) / samples, about["metrics"]["test_accuracy"])
            for i, each in enumerate(classes):
                self.assertEqual(each["support"], sum(matrix[i]))
                self.assertAlmostEqual(each["recall"], matrix[i][i] / sum(matrix[i]) if sum(matrix[i]) else 0)
            self.assertTrue((self.sweep / "retrained" / f"trial_{trial:06}.pt").exists())
        self.assertEqual(sorted(path.suffix for path in (self.sweep / "retrained").iterdir()), [".json", ".json", ".pt", ".pt"])
        with h5py.File(self.sweep / "results.h5") as file:
            rows = {row["trial"]: row for row in file["retrained"][:]}
        self.assertEqual(set(rows), {first, second})
        self.assertAlmostEqual(rows[first]["test_accuracy"], about_of(self.sweep, first)["test_accuracy"], places=12)
        (self.sweep / "results.h5").unlink()  # what is published anew has them, too
        run("fashion_mnist", "rebuild", self.sweep)
        with h5py.File(self.sweep / "results.h5") as file:
            self.assertEqual(sorted(file["retrained"]["trial"].tolist()), sorted([first, second]))
            trials = file["trials"][:]
        ended = trials[trials["status"] != b"failed"]
        self.assertTrue((ended["parameters"] > 0).all())

    def refused(self, says, *arguments, code, job="fashion_mnist"):
        _, err = run(job, *arguments, code=code)
        self.assertIn(says, err)

    def test_refusals(self):
        loser = self.ranked()[-1]
        self.refused("were not kept", "export", self.sweep, "--trial", loser, code=FAILED)
        self.refused("there is no trial 999", "export", self.sweep, "--trial", 999, code=USAGE)
        self.refused("there is no trial 999", "retrain", self.sweep, "--trial", 999, code=USAGE)
        self.refused("exclude each other", "retrain", self.sweep, "--trial", 1, "--top", 2, code=USAGE)
        self.refused("holds a sweep of fashion_mnist", "export", self.sweep, job="synthetic", code=USAGE)
        self.refused("there is no sweep", "export", self.folder / "nowhere", code=FAILED)
        run("synthetic", "--max-epochs", 1, "--output", self.folder / "curves")
        self.refused("has no models", "retrain", self.folder / "curves", job="synthetic", code=USAGE)


if __name__ == "__main__":
    unittest.main()
