"""From a table or pictures as they come to predictions: by `predict`, and by Python on the exported model. Both say the same."""

import csv
import json
import sys
import unittest
import unittest.mock

import h5py
import numpy as np

from idx import write_data_set
from sweeps import JOBS, SweepTest, run

try:
    import torch
except ImportError:
    torch = None
try:
    import onnxruntime
except ImportError:
    onnxruntime = None

FAILED, USAGE = 1, 64


def write_customers(path, rows=300, seed=1):
    """Six numbers and two texts, each with gaps, a customer's number, and a label that is a text."""
    random = np.random.default_rng(seed)
    names = ["id", "age", "months", "calls", "bill", "usage", "complaints", "plan", "city", "churned"]
    lines = [names]
    for i in range(rows):
        numbers = [round(float(x), 2) for x in random.gamma(2, [20, 12, 5, 30, 8, 1])]
        plan, city = random.choice(["basic", "family", "pro"]), random.choice(["Rome", "Oslo", "Bonn", "São Paulo"])
        churned = numbers[5] + (plan == "basic") - 0.05 * numbers[1] > 1
        cells = [str(each) for each in numbers] + [plan, city]
        cells = ["" if random.random() < 0.05 else cell for cell in cells]
        lines.append([f"C{i}", *cells, "yes" if churned else "no"])
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(lines)
    return path


def read(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@unittest.skipUnless((JOBS / "churn").exists(), "built without LibTorch")
class Predict(SweepTest):
    def setUp(self):
        super().setUp()
        self.output = self.folder / "sweep"
        self.predictions = self.folder / "predictions.csv"

    def sweep(self, job, data, *more):
        run(job, "--data", data, "--max-epochs", 3, "--scheduler", "full", "--max-trials", 2, "--threads", 1, "--seed", 2, *more, "--output", self.output)

    def predict(self, job, source, *more, code=0):
        out, err = run(job, "predict", self.output, "--input", source, "--output", self.predictions, *more, code=code)
        return out + err

    def model(self):
        return torch.jit.load(next((self.output / "exported").glob("*.pt")))

    def test_a_table(self):
        customers = write_customers(self.folder / "customers.csv")
        self.sweep("churn", f"{customers},drop=id")
        new = write_customers(self.folder / "new.csv", rows=40, seed=7)
        new.write_text(new.read_text(encoding="utf-8").replace("Oslo", "Paris", 1), encoding="utf-8")
        out = self.predict("churn", new)
        for said in ("ignored, since the model does not know them: 'id'", "gaps, filled in:", "40 predictions", "taken as one of all others: city 1"):
            self.assertIn(said, out)
        about = json.loads(next((self.output / "exported").glob("*.json")).read_text())
        self.assertEqual(about["class_names"], ["no", "yes"])
        columns = {column["name"]: column for column in about["preparation"]["table"]["columns"]}
        self.assertEqual(columns["city"]["categories"], ["Bonn", "Oslo", "Rome", "São Paulo"])
        self.assertGreater(columns["age"]["gaps"], 0)
        said = read(self.predictions)
        self.assertEqual(len(said), 40)
        for row in said:
            chances = {name: float(row[f"probability of {name}"]) for name in ("no", "yes")}
            self.assertAlmostEqual(sum(chances.values()), 1, places=5)
            self.assertEqual(row["prediction"], max(chances, key=chances.get))
        if torch is None:
            return
        model, rows = self.model(), read(new)
        self.assertEqual(model.class_names, ["no", "yes"])
        self.assertEqual(model.classify(rows), [row["prediction"] for row in said])
        for mine, theirs in zip(model.predict(rows), said):
            for name in ("no", "yes"):
                self.assertAlmostEqual(mine[name], float(theirs[f"probability of {name}"]), places=5)
        with self.assertRaisesRegex(torch.jit.Error, "a row has no column 'age'"):
            model.predict([{"plan": "pro"}])

    def export_onnx(self, job):
        with unittest.mock.patch.dict("os.environ", {"SIBYL_PYTHON": sys.executable}):
            run(job, "export", self.output, "--onnx")
        return next((self.output / "exported").glob("*.onnx"))

    def expect_same_from_onnx(self, file, model, *inputs):
        """What the ONNX file and the TorchScript module say of the same raw input."""
        if onnxruntime is None:
            self.skipTest("onnxruntime is not here")
        session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
        named = dict(zip((each.name for each in session.get_inputs()), (each.numpy() for each in inputs), strict=True))
        np.testing.assert_allclose(session.run(["output"], named)[0], model(*inputs).detach().numpy(), atol=1e-5)

    @unittest.skipIf(torch is None, "python3-torch is not here")
    def test_onnx(self):
        customers = write_customers(self.folder / "customers.csv")
        self.sweep("churn", f"{customers},drop=id")
        file = self.export_onnx("churn")
        self.assertGreater(file.stat().st_size, 1000)
        model = self.model()
        self.expect_same_from_onnx(file, model, model.encode(read(customers)))

    @unittest.skipIf(torch is None, "python3-torch is not here")
    def test_onnx_of_pictures(self):
        self.sweep("fashion_mnist", write_data_set(self.folder / "data"))
        raw = torch.tensor(np.random.default_rng(1).integers(0, 256, (9, 784))).float()
        self.expect_same_from_onnx(self.export_onnx("fashion_mnist"), self.model(), raw)

    @unittest.skipIf(torch is None, "python3-torch is not here")
    def test_onnx_without_python(self):
        customers = write_customers(self.folder / "customers.csv")
        self.sweep("churn", f"{customers},drop=id")
        with unittest.mock.patch.dict("os.environ", {"SIBYL_PYTHON": "/nowhere/python"}):
            _, err = run("churn", "export", self.output, "--onnx", code=FAILED)
        self.assertIn("is written, but as ONNX it could not be: /nowhere/python said", err)

    def test_values_in_their_units(self):
        table = self.folder / "houses.csv"
        table.write_text("rooms;price;built\n" + "".join(f"{i % 7};{10000 * (i % 7) + 50};2{i % 9:03}-01-01\n" for i in range(100)))
        self.sweep("diabetes", f"{table}:price")
        self.predict("diabetes", table)
        prices = [float(row["price"]) for row in read(self.predictions)]
        self.assertGreater(np.mean(prices), 5000)
        if torch is not None:
            with table.open() as file:
                rows = list(csv.DictReader(file, delimiter=";"))
            for mine, theirs in zip(self.model().predict(rows), prices):
                self.assertAlmostEqual(mine["price"] / theirs, 1, places=4)

    def test_pictures(self):
        data = write_data_set(self.folder / "data")
        for normalize in ("true", "false"):
            self.sweep("fashion_mnist", data, "--set", f"normalize={normalize}", "--overwrite")
            raw = np.random.default_rng(1).integers(0, 256, (9, 28, 28), dtype=np.uint8)
            np.save(self.folder / "new.npy", raw)
            self.predict("fashion_mnist", self.folder / "new.npy")
            said = read(self.predictions)
            self.assertEqual(len(said), 9)
            self.assertIn("probability of Ankle boot", said[0])
            if torch is None:
                continue
            model = self.model()
            self.assertEqual(model.classify(torch.tensor(raw)), [row["prediction"] for row in said])
            prepared = torch.tensor(raw).reshape(9, 784) / 255
            if normalize == "true":
                prepared = (prepared - model.step_shift_2) / model.step_scale_2
            self.assertTrue(torch.allclose(model(torch.tensor(raw)), model.network(prepared).softmax(1), atol=1e-6))
            for mine, theirs in zip(model.predict(torch.tensor(raw)), said):
                self.assertEqual({f"probability of {name}" for name in mine} | {"prediction"}, set(theirs))
                for name, chance in mine.items():
                    self.assertAlmostEqual(chance, float(theirs[f"probability of {name}"]), places=5)
        self.predict("fashion_mnist", data / "t10k-images-idx3-ubyte.gz")  # as the data set has them

    def test_several_inputs(self):
        self.sweep("fashion_pairs", write_data_set(self.folder / "data"), "--set", "encoder=convolutions")
        one, other = np.random.default_rng(1).integers(0, 256, (2, 9, 28, 28), dtype=np.uint8)
        np.save(self.folder / "one.npy", one)
        np.save(self.folder / "other.npy", other)
        self.predict("fashion_pairs", self.folder / "one.npy", "--input", self.folder / "other.npy")
        said = read(self.predictions)
        self.assertEqual(len(said), 9)
        with h5py.File(self.folder / "both.h5", "w") as file:
            file["x"], file["more_0"] = one, other
        self.predict("fashion_pairs", self.folder / "both.h5")
        self.assertEqual(read(self.predictions), said)
        for more, refusal in (
            ([], "the model takes 2 inputs, and 1 file is given"),
            (["--input", self.folder / "fewer.npy"], "as more_0, has 8 samples, and the first input has 9"),
            (["--input", self.folder / "wider.npy"], "as more_0, has samples of the shape [28, 29], and the model takes [28, 28]"),
            (2 * ["--input", self.folder / "other.npy"], "the model takes 2 inputs, and 3 files are given"),
        ):
            np.save(self.folder / "fewer.npy", other[1:])
            np.save(self.folder / "wider.npy", np.zeros((9, 28, 29), dtype=np.uint8))
            self.assertIn(refusal, self.predict("fashion_pairs", self.folder / "one.npy", *more, code=FAILED))
        if torch is None:
            return
        model = self.model()
        inputs = torch.tensor(one), torch.tensor(other)
        self.assertEqual(model.classify(*inputs), [row["prediction"] for row in said])
        for mine, theirs in zip(model.predict(*inputs), said):
            self.assertAlmostEqual(mine["same"], float(theirs["probability of same"]), places=5)
        self.expect_same_from_onnx(self.export_onnx("fashion_pairs"), model, inputs[0].float(), inputs[1])

    def test_refusals(self):
        customers = write_customers(self.folder / "customers.csv")
        self.sweep("churn", f"{customers},drop=id", "--keep-best", 1)
        _, err = run("churn", "predict", self.output, code=USAGE)
        self.assertIn("predict what? Say it with --input FILE", err)
        self.assertIn("there is no trial 9", self.predict("churn", customers, "--trial", 9, code=USAGE))
        kept = next((self.output / "checkpoints").iterdir()).name
        other = 1 - int(kept.removeprefix("trial_"))
        self.assertIn(f"--trial {other} trains it again", self.predict("churn", customers, "--trial", other, code=FAILED))
        new = self.folder / "new.csv"
        new.write_text("age,plan,city\n3,pro,Rome\n")
        self.assertIn("has no column 'months', 'calls', 'bill', 'usage', 'complaints', which the model was trained on", self.predict("churn", new, code=FAILED))
        text = customers.read_text(encoding="utf-8").splitlines()
        text[5] = text[5].replace(text[5].split(",")[4], "much", 1)
        new.write_text("\n".join(text), encoding="utf-8")
        self.assertIn("line 6, column 'bill': holds 'much', which is no number", self.predict("churn", new, code=FAILED))
        self.assertFalse(self.predictions.exists())
        run("churn", "retrain", self.output, "--trial", other)
        self.assertIn("retrained", self.predict("churn", customers, "--trial", other))


if __name__ == "__main__":
    unittest.main()
