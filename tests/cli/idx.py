"""A small data set in Fashion-MNIST's format: ten blurred patterns, which a network can tell apart."""

import gzip
import struct

import numpy as np


def write_images(path, images):
    with gzip.open(path, "wb") as file:
        file.write(struct.pack(">IIII", 0x803, *images.shape) + images.tobytes())


def write_labels(path, labels):
    with gzip.open(path, "wb") as file:
        file.write(struct.pack(">II", 0x801, len(labels)) + labels.tobytes())


def write_data_set(folder, train=1200, test=200):
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(1)
    patterns = random.integers(0, 256, (10, 28, 28))
    for name, count in (("train", train), ("t10k", test)):
        labels = (np.arange(count) % 10).astype(np.uint8)
        images = 0.3 * patterns[labels] + 0.7 * random.integers(0, 256, (count, 28, 28))
        write_images(folder / f"{name}-images-idx3-ubyte.gz", images.astype(np.uint8))
        write_labels(folder / f"{name}-labels-idx1-ubyte.gz", labels)
    return folder
