"""Trains the same as training.cpp with PyTorch, from the folder that bench_training has written, and prints the
same JSON.

    python3 training.py mlp EPOCHS FOLDER usual|lean|check

usual: the loop of PyTorch's own tutorials (beginner/basics/quickstart, recipes/recipes/defining_a_neural_network):
a shuffling DataLoader over a TensorDataset, zero_grad, forward, cross_entropy, backward, step, and the sums of loss
and hits by item().
lean: what somebody does who looks for speed: batches indexed by a randperm, gradients set to none, sums that stay
tensors, and denormal numbers that count as zero (Sibyl does that too).
check: lean in the order of samples that the folder says.
"""

import json
import pathlib
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

CASES = {
    "mlp": (32, (784,), lambda: nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(),
                                              nn.Linear(128, 10))),
    "iris": (16, (4,), lambda: nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 8), nn.ReLU(), nn.Linear(8, 3))),
    "cnn_one": (32, (3, 32, 32), lambda: nn.Sequential(nn.Conv2d(3, 24, 3), nn.ReLU(), nn.Flatten(),
                                                       nn.Linear(24 * 30 * 30, 10))),
    "cnn_two": (32, (3, 32, 32), lambda: nn.Sequential(nn.Conv2d(3, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
                                                       nn.Conv2d(16, 32, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                                                       nn.Linear(800, 64), nn.ReLU(), nn.Linear(64, 10))),
}


def usual_epoch(model, optimizer, loader):
    model.train()
    total, hits, seen = 0.0, 0, 0
    for x, y in loader:
        optimizer.zero_grad()
        output = model(x)
        loss = functional.cross_entropy(output, y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(y)
        hits += (output.argmax(1) == y).sum().item()
        seen += len(y)
    return total / seen, hits / seen


def lean_epoch(model, optimizer, x, y, batch, order):
    model.train()
    total, hits = torch.zeros(()), torch.zeros((), dtype=torch.long)
    for places in order.split(batch):
        xs, ys = x[places], y[places]
        optimizer.zero_grad(set_to_none=True)
        output = model(xs)
        loss = functional.cross_entropy(output, ys)
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            total += loss.detach() * len(ys)
            hits += (output.argmax(1) == ys).sum()
    return total.item() / len(x), hits.item() / len(x)


def main():
    name, epochs, folder, how = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3]), sys.argv[4]
    torch.set_num_threads(1)
    batch, shape, build = CASES[name]
    x = torch.from_numpy(numpy.fromfile(folder / "x", numpy.float32)).reshape(-1, *shape)
    y = torch.from_numpy(numpy.fromfile(folder / "y", numpy.int64))
    orders = torch.from_numpy(numpy.fromfile(folder / "orders", numpy.int64)).reshape(-1, len(x))
    weights = torch.from_numpy(numpy.fromfile(folder / "weights", numpy.float32))
    model = build()
    nn.utils.vector_to_parameters(weights, model.parameters())
    optimizer = torch.optim.Adam(model.parameters())
    loader = DataLoader(TensorDataset(x, y), batch_size=batch, shuffle=True)
    if how != "usual":
        torch.set_flush_denormal(True)

    losses = []
    for epoch in range(epochs):
        if how == "usual":
            loss, _ = usual_epoch(model, optimizer, loader)
        else:
            loss, _ = lean_epoch(model, optimizer, x, y, batch, orders[epoch] if how == "check" else torch.randperm(len(x)))
        losses.append(loss)
        if epoch == 0:  # it warms up
            began = time.perf_counter(), time.process_time()
    steps = (epochs - 1) * -(-len(x) // batch)
    print(json.dumps({"us": 1e6 * (time.perf_counter() - began[0]) / steps,
                      "cpu_us": 1e6 * (time.process_time() - began[1]) / steps, "losses": losses}))


main()
