"""A whole search side by side: Sibyl, and KerasTuner with Keras on PyTorch, on the same three networks for Fashion-MNIST.

    PYTHON=venv/bin/python3 python3 tests/bench/study/keras_tuner_study.py [build/jobs] [seeds]

Each side is one command that trains the three networks one after the other on one thread (KerasTuner's GridSearch in one
process; Sibyl with one worker), 2 epochs each with batches of 64. Wall times from the command to the end, imports and
reading the data included, by turns, medians; and each network's val_accuracy over the seeds. PYTHON names a
python3 with keras, keras-tuner and torch.

On two cores of an AMD EPYC with Keras 3.15.1, KerasTuner 1.4.8 and PyTorch 2.15, 7 seeds: Sibyl 3.8 s, KerasTuner 16.2 s;
val_accuracy .860 / .863, .391 / .318 and .191 / .216, where seeds differ by up to .29.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import h5py

from study import ENVIRONMENT

PYTHON = os.environ.get("PYTHON", "/usr/bin/python3")
NETWORKS = [
    {"n_hidden": 4, "n_neurons": 74, "optimizer": "adam", "learning_rate": 0.001},
    {"n_hidden": 7, "n_neurons": 100, "optimizer": "sgd", "learning_rate": 0.00125},
    {"n_hidden": 5, "n_neurons": 25, "optimizer": "sgd", "learning_rate": 0.00066},
]
SEARCH = """
import gzip, json, sys
import keras, keras_tuner, numpy, torch
networks, seed, folder = json.loads(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
torch.set_num_threads(1)
keras.utils.set_random_seed(seed)

def idx(name, header):
    with gzip.open(f"/usr/share/datasets/fashion-mnist/{name}.gz") as file:
        return numpy.frombuffer(file.read(), numpy.uint8, offset=header)

x = idx("train-images-idx3-ubyte", 16).reshape(-1, 784).astype(numpy.float32) / 255
y = idx("train-labels-idx1-ubyte", 8).astype(numpy.int64)
order = numpy.random.default_rng(seed).permutation(len(x))
x, y = x[order], y[order]

def build(hp):
    network = networks[hp.Choice("network", list(range(len(networks))))]
    model = keras.Sequential([keras.Input((784,))])
    for _ in range(network["n_hidden"]):
        model.add(keras.layers.Dense(network["n_neurons"], activation="relu"))
    model.add(keras.layers.Dense(10, activation="softmax"))
    optimizer = {"adam": keras.optimizers.Adam, "sgd": keras.optimizers.SGD}[network["optimizer"]]
    model.compile(optimizer(network["learning_rate"]), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model

tuner = keras_tuner.GridSearch(build, objective="val_accuracy", directory=folder, project_name="study")
tuner.search(x[:50000], y[:50000], epochs=2, batch_size=64, validation_data=(x[50000:], y[50000:]), verbose=0)
trials = tuner.oracle.get_best_trials(len(networks))
print(json.dumps({trial.hyperparameters.get("network"): trial.score for trial in trials}))
"""


def keras_tuner(seed, folder):
    """Seconds, and the networks' scores."""
    began = time.perf_counter()
    done = subprocess.run([PYTHON, "-c", SEARCH, json.dumps(NETWORKS), str(seed), folder], check=True, text=True,
                          env=ENVIRONMENT | {"KERAS_BACKEND": "torch"}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    seconds = time.perf_counter() - began
    scores = json.loads(done.stdout.splitlines()[-1])
    return seconds, [scores[str(number)] for number in range(len(NETWORKS))]


def sibyl(jobs, seed, folder):
    given = [f"--try={','.join(f'{name}={value}' for name, value in network.items())},normalize=false" for network in NETWORKS]
    began = time.perf_counter()
    subprocess.run(["mpirun", "--oversubscribe", "--bind-to", "none", "-n", "2", jobs / "fashion_mnist", *given,
                    "--scheduler", "full", "--max-trials", str(len(NETWORKS)), "--max-epochs", "2", "--seed", str(seed),
                    "--threads", "1", "--output", folder], check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    seconds = time.perf_counter() - began
    with h5py.File(folder / "results.h5") as file:
        return seconds, file["trials"]["score"].tolist()


def main():
    jobs = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/jobs").resolve()
    seeds = range(1, 1 + int(sys.argv[2] if len(sys.argv) > 2 else 3))
    ours, theirs = [], []
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            ours.append(sibyl(jobs, seed, pathlib.Path(folder) / "sweep"))
            theirs.append(keras_tuner(seed, folder))
    our, their = (statistics.median(seconds for seconds, _ in runs) for runs in (ours, theirs))
    print(f"three networks, 2 epochs, one thread; medians of {len(seeds)} seeds (val_accuracy: and its least and greatest)")
    print(f"wall seconds: sibyl {our:.2f}, keras_tuner {their:.2f}, keras_tuner / sibyl {their / our:.1f}")
    for number, network in enumerate(NETWORKS):
        said = []
        for name, runs in (("sibyl", ours), ("keras_tuner", theirs)):
            scores = [each[number] for _, each in runs]
            said.append(f"{name} {statistics.median(scores):.4f} ({min(scores):.4f} to {max(scores):.4f})")
        print(f"{network['n_hidden']} x {network['n_neurons']:3} {network['optimizer']:4}: val_accuracy {', '.join(said)}")


if __name__ == "__main__":
    main()
