"""One of the processes of a study with Optuna and PyTorch, as their tutorials write it: the counterpart of a worker.

    python3 optuna_process.py iris|fashion_mnist EPOCHS STORAGE

Takes the trials that are enqueued in STORAGE (a journal file of Optuna's), trains each with PyTorch's usual loop (a shuffling
DataLoader over a TensorDataset, zero_grad, forward, loss, backward, step, item) on one thread, and reports each epoch.
"""

import gzip
import pathlib
import sys

import numpy
import optuna
import torch
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset, random_split

IRIS = pathlib.Path("/usr/lib/python3/dist-packages/sklearn/datasets/data/iris.csv")
FASHION = pathlib.Path("/usr/share/datasets/fashion-mnist")


def iris_data():
    table = numpy.loadtxt(IRIS, delimiter=",", skiprows=1, dtype=numpy.float32)
    x, y = torch.from_numpy(table[:, :4]), torch.from_numpy(table[:, 4]).long()
    x = (x - x.mean(0)) / x.std(0)
    return random_split(TensorDataset(x, y), [90, 60], torch.Generator().manual_seed(0))


def iris_model(trial):
    layers, inputs = [], 4
    for layer, (least, most) in enumerate([(16, 64), (4, 16)], start=1):
        units = trial.suggest_int(f"units_{layer}", least, most)
        activation = trial.suggest_categorical(f"activation_{layer}", ["sigmoid", "relu"])
        layers += [nn.Linear(inputs, units), nn.ReLU() if activation == "relu" else nn.Sigmoid()]
        inputs = units
    model = nn.Sequential(*layers, nn.Linear(inputs, 3))
    return model, torch.optim.Adam(model.parameters(), lr=trial.suggest_float("learning_rate", 0.001, 0.01))


def idx(name, header):
    with gzip.open(FASHION / f"{name}.gz") as file:
        return numpy.frombuffer(file.read(), numpy.uint8, offset=header)


def fashion_data():
    x = torch.from_numpy(idx("train-images-idx3-ubyte", 16).reshape(-1, 784).astype(numpy.float32) / 255)
    y = torch.from_numpy(idx("train-labels-idx1-ubyte", 8).astype(numpy.int64))
    return random_split(TensorDataset(x, y), [50000, 10000], torch.Generator().manual_seed(0))


def fashion_model(trial):
    trial.suggest_categorical("normalize", [False, True])
    layers, inputs = [], 784
    neurons = trial.suggest_int("n_neurons", 16, 256)
    for _ in range(trial.suggest_int("n_hidden", 0, 8)):
        layers += [nn.Linear(inputs, neurons), nn.ReLU()]
        inputs = neurons
    model = nn.Sequential(*layers, nn.Linear(inputs, 10))
    kind = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[trial.suggest_categorical("optimizer", ["sgd", "adam"])]
    return model, kind(model.parameters(), lr=trial.suggest_float("learning_rate", 1e-4, 1e-2, log=True))


STUDIES = {"iris": (iris_data, iris_model, 16), "fashion_mnist": (fashion_data, fashion_model, 64)}


def train(trial, model, optimizer, training, validation, batch, epochs):
    best = 0.0
    loader = DataLoader(training, batch_size=batch, shuffle=True)
    validation_loader = DataLoader(validation, batch_size=batch)
    for epoch in range(epochs):
        model.train()
        for x, y in loader:
            optimizer.zero_grad()
            loss = functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
        model.eval()
        hits = 0
        with torch.no_grad():
            for x, y in validation_loader:
                hits += (model(x).argmax(1) == y).sum().item()
        best = max(best, hits / len(validation))
        trial.report(hits / len(validation), epoch)
    return best


def main():
    name, epochs, storage = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    torch.set_num_threads(1)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    make_data, make_model, batch = STUDIES[name]
    training, validation = make_data()
    study = optuna.load_study(study_name=name, storage=JournalStorage(JournalFileBackend(storage)))
    while any(trial.state == optuna.trial.TrialState.WAITING for trial in study.get_trials(deepcopy=False)):
        study.optimize(lambda trial: train(trial, *make_model(trial), training, validation, batch, epochs), n_trials=1)


main()
