"""Every job, end to end, on small files of the layout that it reads; and what a user is told when they aren't there."""

import gzip
import unittest

import numpy as np

from idx import write_data_set
from sweeps import JOBS, SweepTest, run, tables


def write_cifar10(folder, train=300, test=50):
    """Pictures in CIFAR-10's binary layout: a colour for each class, under noise."""
    folder.mkdir()
    random = np.random.default_rng(1)
    colours = random.integers(0, 256, (10, 3, 1, 1))
    for name, count in [(f"data_batch_{i}.bin", train // 5) for i in range(1, 6)] + [("test_batch.bin", test)]:
        labels = (np.arange(count) % 10).astype(np.uint8)
        pictures = 0.5 * colours[labels] + 0.5 * random.integers(0, 256, (count, 3, 32, 32))
        records = np.hstack([labels[:, None], pictures.astype(np.uint8).reshape(count, -1)])
        (folder / name).write_bytes(records.tobytes())
    return folder


def write_iris(file, samples=150):
    """As scikit-learn has it: a line that counts, then numbers and the number of the class."""
    random = np.random.default_rng(1)
    lines = [f"{samples},4,setosa,versicolor,virginica"]
    for i in range(samples):
        numbers = random.normal(i % 3, 0.3, 4)
        lines.append(",".join(f"{number:.1f}" for number in numbers) + f",{i % 3}")
    file.write_text("\n".join(lines) + "\n")
    return file


@unittest.skipUnless((JOBS / "iris").exists(), "built without LibTorch")
class EveryJob(SweepTest):
    def sweep(self, job, data, *options):
        output = self.folder / "sweep"
        out, err = run(job, "--data", data, "--output", output, "--max-trials", 4, "--max-epochs", 4, "--seed", 1, "--threads", 1,
                       "--scheduler", "full", *options, ranks=3)
        trials = tables(output)["trials"]
        self.assertGreater(len(trials), 2)  # a small space may be used up before four
        self.assertEqual(set(trials["status"]), {b"completed"}, out + err)
        self.assertEqual(set(trials["epochs"]), {4})
        return trials

    def refused(self, job, data, *says):
        _, err = run(job, "--data", data, "--output", self.folder / "refused", "--overwrite", ranks=3, code=1)
        for text in says:
            self.assertIn(text, " ".join(err.split()))
        self.assertEqual(err.count(f"{job}: "), 1, err)

    def test_fashion_mnist(self):
        data = write_data_set(self.folder / "data")
        for normalize in ("true", "false"):
            trials = self.sweep("fashion_mnist", data, "--set", f"normalize={normalize}", "--overwrite")
            self.assertGreater(trials["score"].max(), 0.2)
        self.assertEqual(set(self.sweep("fashion_mnist", data, "--overwrite")["hp:normalize"]), {0, 1})

    def test_cifar10_cnn(self):
        data = write_cifar10(self.folder / "data")
        self.assertGreater(self.sweep("cifar10_cnn", data)["score"].max(), 0.2)

    def test_cifar10_cnn2(self):
        data = write_cifar10(self.folder / "cifar-10-batches-bin")
        self.sweep("cifar10_cnn2", data.parent)

    def test_cifar10_resnet(self):
        data = write_cifar10(self.folder / "data")
        small = ("--set", "width=16", "--set", "blocks=1", "--set", "stages=2")
        self.assertGreater(self.sweep("cifar10_resnet", data, *small)["score"].max(), 0.2)

    def test_sequence(self):
        text = self.folder / "text.txt"
        text.write_text("to be or not to be, that is the question. " * 150)
        for kind in ("gru", "lstm", "attention"):
            with self.subTest(kind):
                trials = self.sweep("sequence", text, "--set", f"kind={kind}", "--set", "width=32", "--set", "layers=1", "--overwrite")
                self.assertLess(trials["score"].min(), 2.9)  # there are 17 characters, log 17 = 2.83
        text.write_text("to be")
        self.refused("sequence", text, "too short")

    def test_smallest_and_largest_models(self):
        data = write_cifar10(self.folder / "data")
        for settings in (("filters=10", "kernel=5", "units=50"), ("filters=40", "kernel=2", "units=200")):
            self.sweep("cifar10_cnn", data, "--overwrite", *(part for setting in settings for part in ("--set", setting)))

    def test_cifar10_that_is_not_there_or_damaged(self):
        self.refused("cifar10_cnn", self.folder / "nothing", "data_batch_1.bin", str(self.folder / "nothing"), "--data DIRECTORY",
                     "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz", "$SIBYL_DATA/cifar-10-batches-bin")
        data = write_cifar10(self.folder / "data")
        batch = data / "data_batch_2.bin"
        batch.write_bytes(batch.read_bytes()[:-1])
        self.refused("cifar10_cnn2", data, str(batch), "is truncated")

    def test_iris(self):
        file = write_iris(self.folder / "iris.csv")
        self.sweep("iris", file)
        self.assertGreater(self.sweep("iris", self.folder, "--overwrite", "--set", "learning_rate=0.01")["score"].max(), 0.6)

    def test_any_table_of_classes(self):
        file = self.folder / "mine.csv"
        file.write_text("height;width;fruit\n" + "".join(f"{i % 7};{2 * (i % 4)}.5;{'apple' if i % 4 else 'pear'}\n" for i in range(80)))
        self.sweep("iris", file)

    def test_a_header_of_numbers(self):
        file = self.folder / "years.csv"
        file.write_text("2019,2020,2021\n" + "".join(f"{i % 7}.25,{2 * (i % 4)}.5,{i % 2}\n" for i in range(80)))
        self.refused("iris", file, str(file), "its first line, 2019, 2020, 2021, may be a sample, or name the columns", "FILE,header=yes")
        self.refused("iris", f"{file},heading=yes", "a table has no 'heading'")
        for header, names, samples in (("yes", "2019, 2020", 48), ("no", "0, 1", 49)):
            out, _ = run("iris", "--data", f"{file},header={header}", "--output", self.folder / header, "--max-trials", 1, "--max-epochs", 1,
                         "--scheduler", "full", "--threads", 1)
            self.assertIn(f"data: {samples} training, 16 validation, 16 test samples", out)
            self.assertIn(f": {names}\n", out)
            self.assertIn("classes, training samples of each: 0 ", out)

    def test_iris_with_a_gap(self):
        file = self.folder / "iris.csv"
        file.write_text(write_iris(file).read_text().replace("\n", "\n,", 1))
        self.refused("iris", file, str(file), "line 2 has 6 cells, but line 1 has 5")
        lines = write_iris(file).read_text().splitlines()
        for i in range(1, len(lines), 10):
            cells = lines[i].split(",")
            lines[i] = ",".join([cells[0], "NA", *cells[2:]])
        file.write_text("\n".join(lines))
        out, _ = run("iris", "--data", file, "--output", self.folder / "gap", "--max-trials", 1, "--max-epochs", 1, "--scheduler", "full",
                     "--threads", 1)
        self.assertIn("gaps  in training, filled in: 1 ", out)

    def test_diabetes(self):
        random = np.random.default_rng(1)
        x = random.normal(size=(100, 10))
        with gzip.open(self.folder / "diabetes_data_raw.csv.gz", "wt") as file:
            np.savetxt(file, x, "%.3f")
        with gzip.open(self.folder / "diabetes_target.csv.gz", "wt") as file:
            np.savetxt(file, 150 + 70 * x.mean(1))
        self.sweep("diabetes", self.folder)
        (self.folder / "diabetes_target.csv.gz").unlink()
        self.refused("diabetes", self.folder, "diabetes_target.csv", "apt-get install python3-sklearn")

    def test_a_column_of_any_table(self):
        file = self.folder / "houses.csv"
        file.write_text("rooms,price,size\n" + "".join(f"{i % 7},{10 * (i % 7) + i % 4},{i % 4}\n" for i in range(100)))
        scores = [self.sweep("diabetes", f"{file}{column}", "--overwrite")["score"].min() for column in ("", ":price", ":0")]
        self.assertEqual(len(set(scores)), 3)
        self.refused("diabetes", f"{file}:prize", "there is no column 'prize': there are rooms, price, size")


if __name__ == "__main__":
    unittest.main()
