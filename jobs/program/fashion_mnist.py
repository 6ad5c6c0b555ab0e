"""Fashion-MNIST with PyTorch: how many layers, how wide, which optimizer.

    mpirun -n 3 build/jobs/program --max-epochs 9 -- python3 jobs/program/fashion_mnist.py

Needs PyTorch (Debian's python3-torch) and Debian's dataset-fashion-mnist. What it asks for is the search space: there is no file of
one. Its checkpoint has the optimizer and the state of the random numbers, so a trial that goes on is as one that never stopped."""

import gzip
import os

import sibyl_trial
import torch
from torch import nn

DATA = os.environ.get("SIBYL_DATA", "/usr/share/datasets/fashion-mnist")


def read(name, header):
    with gzip.open(f"{DATA}/{name}-ubyte.gz") as file:
        return torch.frombuffer(bytearray(file.read()[header:]), dtype=torch.uint8)


with sibyl_trial.start(epochs=3, objective="val_accuracy:max") as trial:
    layers = trial.suggest_int("layers", 1, 3)
    units = trial.suggest_int("units", 16, 128, log=True)
    rate = trial.suggest_float("learning_rate", 1e-4, 1e-1, log=True)
    kind = trial.suggest_categorical("optimizer", ["Adam", "SGD"])
    momentum = trial.suggest_float("momentum", 0, 0.99, when={"optimizer": "SGD"})

    torch.manual_seed(trial.seed or 0)
    device = torch.device(trial.device or "cpu")
    sizes = [784] + [units] * layers
    hidden = [each for a, b in zip(sizes, sizes[1:]) for each in (nn.Linear(a, b), nn.ReLU())]
    model = nn.Sequential(*hidden, nn.Linear(units, 10)).to(device)
    trial.note(parameters=sum(each.numel() for each in model.parameters()))
    optimizer = getattr(torch.optim, kind)(model.parameters(), lr=rate, **({"momentum": momentum} if kind == "SGD" else {}))

    def save(path):
        torch.save([model.state_dict(), optimizer.state_dict(), torch.get_rng_state()], path)

    def load(path):
        weights, moments, numbers = torch.load(path, map_location="cpu")
        model.load_state_dict(weights)
        optimizer.load_state_dict(moments)
        torch.set_rng_state(numbers)

    first = trial.restore(load)
    for epoch in trial.epochs(first):
        if epoch == first + 1:  # not before: whoever only asks for the hyperparameters needs no data
            x = read("train-images-idx3", 16).reshape(-1, 784).float().div(255).to(device)
            y = read("train-labels-idx1", 8).long().to(device)
            cut = len(y) * 5 // 6
            x, x_val, y, y_val = x[:cut], x[cut:], y[:cut], y[cut:]
        for batch in torch.randperm(len(y)).to(device).split(64):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x[batch]), y[batch]).backward()
            optimizer.step()
        with torch.no_grad():
            guess = model(x_val)
        trial.report(epoch, val_accuracy=(guess.argmax(1) == y_val).float().mean(),
                     val_loss=nn.functional.cross_entropy(guess, y_val))
        trial.checkpoint(epoch, save)
