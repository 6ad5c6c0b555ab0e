"""Sibyl's metrics are scikit-learn's (and Spearman's is SciPy's), on random data of several shapes, whatever the batches.

    metrics_test.py PATH/TO/measure_metrics
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

try:
    import numpy
    from scipy.special import softmax
    from scipy.stats import spearmanr
    from sklearn import metrics as sk
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

program = pathlib.Path(sys.argv.pop(1)).resolve()

AVERAGES = {"macro": "macro", "micro": "micro"}


def of_classes(y, predicted, averages=AVERAGES, **more):
    scores = {}
    for name, score in (("precision", sk.precision_score), ("recall", sk.recall_score), ("f1", sk.f1_score)):
        for short, average in averages.items():
            scores[f"{name}_{short}"] = score(y, predicted, average=average, zero_division=0)
        if more.get("binary"):
            scores[name] = score(y, predicted, average="binary", zero_division=0)
    return scores


def several_classes(samples, classes, random, rare=False):
    """A model that is often right, with equal outputs here and there."""
    weights = numpy.arange(classes) ** 2 if rare else numpy.ones(classes)
    y = random.choice(classes, samples, p=weights / weights.sum())
    output = random.normal(size=(samples, classes)).round(2)
    output[numpy.arange(samples), y] += 1
    output = output.astype(numpy.float32)
    expected = {"accuracy": sk.accuracy_score(y, output.argmax(1)),
                "balanced_accuracy": sk.balanced_accuracy_score(y, output.argmax(1))}
    expected |= of_classes(y, output.argmax(1), binary=classes == 2)
    probabilities = softmax(output.astype(numpy.float64), axis=1)
    labels = numpy.arange(classes)
    if classes == 2:
        expected["roc_auc"] = sk.roc_auc_score(y, output[:, 1].astype(numpy.float64) - output[:, 0])
    elif len(set(y)) == classes:
        expected["roc_auc"] = sk.roc_auc_score(y, probabilities, multi_class="ovr", average="macro")
    if classes > 2:
        for k in {1, 2, 3, 5, classes - 1}:
            if k < classes:
                expected[f"top_{k}_accuracy"] = sk.top_k_accuracy_score(y, output, k=k, labels=labels)
    return "cross_entropy", output, y, expected


def one_label(samples, random, column):
    y = random.integers(2, size=samples)
    output = (random.normal(size=samples) + y - 0.3).round(1).astype(numpy.float32)
    predicted = (output > 0).astype(int)
    expected = {"accuracy": sk.accuracy_score(y, predicted), "roc_auc": sk.roc_auc_score(y, output),
                "balanced_accuracy": sk.balanced_accuracy_score(y, predicted)}
    expected |= of_classes(y, predicted, binary=True)
    shape = (samples, 1) if column else (samples,)
    return "binary_cross_entropy", output.reshape(shape), y.astype(numpy.float32), expected


def several_labels(samples, labels, random):
    y = random.integers(2, size=(samples, labels))
    y[:, 0] = random.random(samples) < 0.05
    output = (random.normal(size=(samples, labels)) + y - 0.5).astype(numpy.float32)
    predicted = (output > 0).astype(int)
    expected = {"accuracy": (y == predicted).mean()}
    if y.any(axis=0).all():
        expected["roc_auc"] = sk.roc_auc_score(y, output, average="macro")
    expected |= of_classes(y, predicted)
    return "binary_cross_entropy", output, y.astype(numpy.float32), expected


def of_values(samples, columns, random, offset, type_=numpy.float32):
    y = (random.normal(size=(samples, columns)) * (1 + numpy.arange(columns)) + offset).astype(type_)
    output = (y + random.normal(size=y.shape).round(1) / 2).astype(type_)
    y64, output64 = y.astype(numpy.float64), output.astype(numpy.float64)
    squares = sk.mean_squared_error(y64, output64, multioutput="raw_values")
    expected = {"mae": sk.mean_absolute_error(y64, output64), "mse": squares.mean(),
                "rmse": numpy.sqrt(squares).mean(), "r2": sk.r2_score(y64, output64),
                "mape": sk.mean_absolute_percentage_error(y64, output64),
                "spearman": numpy.mean([spearmanr(y64[:, i], output64[:, i])[0] for i in range(columns)])}
    return "mse", output, y if columns > 1 else y[:, 0], expected


def shapes(random):
    yield several_classes(57, 3, random)
    yield several_classes(400, 2, random)
    yield several_classes(999, 10, random)
    yield several_classes(300, 100, random, rare=True)  # some classes are never there
    yield several_classes(5, 4, random)
    yield one_label(301, random, column=True)
    yield one_label(80, random, column=False)
    yield several_labels(250, 6, random)
    yield several_labels(64, 2, random)
    yield of_values(500, 1, random, offset=0)
    yield of_values(211, 4, random, offset=-3)
    yield of_values(1000, 1, random, offset=1e6, type_=numpy.float64)  # where sums of squares would lose all


class MetricsTest(unittest.TestCase):
    def test_they_are_scikit_learns(self):
        random = numpy.random.default_rng(3)
        with tempfile.TemporaryDirectory() as folder:
            lines, meant = [], []
            for i, (loss, output, y, expected) in enumerate(shapes(random)):
                files = [f"{folder}/{i}_{name}.npy" for name in ("output", "y")]
                for file, array in zip(files, (output, y)):
                    numpy.save(file, array)
                for batch in (1, 7, 64, 5000):
                    for cut in ("whole", "cut"):
                        lines.append(" ".join([*files, loss, str(batch), cut, *expected]))
                        meant.append(expected)
            answers = subprocess.run([program], input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=300)
            self.assertEqual((answers.returncode, answers.stderr), (0, ""))
            answers = answers.stdout.splitlines()
            self.assertEqual(len(answers), len(lines))
            for line, answer, expected in zip(lines, answers, meant):
                found = dict(each.split("=") for each in answer.split())
                for name, value in expected.items():
                    with self.subTest(name=name, line=line):
                        self.assertLess(abs(float(found[name]) - value), 1e-6 * max(1, abs(value)))


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # scikit-learn's, of classes without samples, which are meant
