"""Reads a data set for some seconds with PyTorch's DataLoader, in shuffled batches of 128, and says as JSON how many
samples that were. compare.py runs it.

    pytorch.py usual|lean npy|hdf5|pictures PATH PROCESSES SECONDS

usual: a dataset that gives one sample, as tutorials have it; lean: one that gives a batch, in the order of Sibyl's
loader where random access is slow (chunks at random, samples among 32 of them).
"""

import json
import os
import pathlib
import random
import sys
import time

import torch
from torch.utils.data import DataLoader, Dataset

BATCH = 128
HOW, KIND, PATH, PROCESSES, SECONDS = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5])
torch.set_num_threads(1)


class Array(Dataset):
    def __init__(self):
        import numpy

        self.numpy, self.x = numpy, numpy.load(PATH, mmap_mode="r")

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        if HOW == "lean":
            return torch.from_numpy(self.x[i]), torch.zeros(len(i), dtype=torch.long)
        return torch.from_numpy(self.numpy.array(self.x[i])), 0


class Hdf5(Dataset):
    def __init__(self):
        import h5py

        with h5py.File(PATH) as file:
            self.size, self.chunk = len(file["x"]), file["x"].chunks[0]
        self.file = None
        self.parts = {}

    def __len__(self):
        return self.size

    def __getitem__(self, i):
        if self.file is None:  # each process opens it for itself
            import h5py

            self.file = h5py.File(PATH)
        if HOW == "usual":
            return torch.from_numpy(self.file["x"][i]), int(self.file["y"][i])
        rows = []
        for place in i:
            part = place // self.chunk
            if part not in self.parts:
                while len(self.parts) >= 64:
                    del self.parts[next(iter(self.parts))]
                begin = part * self.chunk
                self.parts[part] = torch.from_numpy(self.file["x"][begin : begin + self.chunk])
            rows.append(self.parts[part][place % self.chunk])
        return torch.stack(rows), torch.zeros(len(i), dtype=torch.long)

    def order(self):
        parts = list(range(0, self.size, self.chunk))
        random.Random(1).shuffle(parts)
        for i in range(0, len(parts), 32):
            places = [place for part in parts[i : i + 32] for place in range(part, min(part + self.chunk, self.size))]
            random.Random(i).shuffle(places)
            yield from places


class Pictures(Dataset):
    """torchvision's ImageFolder with RandomResizedCrop(224), RandomHorizontalFlip and ToTensor, without torchvision."""

    def __init__(self):
        self.files = sorted(PATH.glob("*/*.jpg"))

    def __len__(self):
        return len(self.files)

    def __getitem__(self, i):
        import math

        import numpy
        from PIL import Image

        picture = Image.open(self.files[i])
        if HOW == "usual":
            picture = picture.convert("RGB")
        width, height = picture.size
        for _ in range(10):
            area = width * height * random.uniform(0.08, 1)
            ratio = math.exp(random.uniform(math.log(3 / 4), math.log(4 / 3)))
            w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
            if 0 < w <= width and 0 < h <= height:
                break
        else:
            w = h = min(width, height)
        left, top = random.randint(0, width - w), random.randint(0, height - h)
        if HOW == "lean":  # decoded no larger than is needed, and resized in one step
            scale = max(1, min(w // 224, h // 224))
            picture.draft("RGB", (width // scale, height // scale))
            by = picture.size[0] / width
            box = (left * by, top * by, (left + w) * by, (top + h) * by)
            picture = picture.convert("RGB").resize((224, 224), Image.BILINEAR, box=box)
        else:
            picture = picture.crop((left, top, left + w, top + h)).resize((224, 224), Image.BILINEAR)
        if random.random() < 0.5:
            picture = picture.transpose(Image.FLIP_LEFT_RIGHT)
        x = torch.from_numpy(numpy.array(picture)).permute(2, 0, 1).contiguous().float().div_(255)
        return x, 0


def batches(places):
    batch = []
    for place in places:
        batch.append(place)
        if len(batch) == BATCH:
            yield batch
            batch = []


def main():
    dataset = {"npy": Array, "hdf5": Hdf5, "pictures": Pictures}[KIND]()
    if HOW == "usual" or KIND == "pictures":
        loader = DataLoader(dataset, batch_size=BATCH, shuffle=True, num_workers=PROCESSES)
    else:
        order = dataset.order() if KIND == "hdf5" else torch.randperm(len(dataset)).tolist()
        loader = DataLoader(dataset, batch_size=None, sampler=list(batches(order)), num_workers=PROCESSES)
    start, samples = time.monotonic(), 0
    for x, _ in loader:
        samples += len(x)
        if time.monotonic() - start > SECONDS:
            break
    print(json.dumps({"samples": samples, "seconds": time.monotonic() - start}), flush=True)
    os._exit(0)  # workers end with their parent; waiting for what they have in hand takes a while


main()
