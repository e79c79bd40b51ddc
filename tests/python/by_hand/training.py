# SPDX-License-Identifier: MIT
"""Denim and PyTorch learn the same: ResNet-18 and MobileNetV2 of 10 classes from the same weights, on Fashion-MNIST (28 x 28, zeros around up
to 32 x 32, the one channel three times), in the same order, by SGD with momentum 0.9 and without augmentation. BatchNorm has Keras's epsilon
and momentum in both, dropout is none. Prints the losses of both, epoch by epoch; fails where those of the steps are more than 1 % apart.

    g++ -std=c++20 -O3 -march=native -fopenmp -Iinclude tests/python/by_hand/training.cpp -lz -o training
    python tests/python/by_hand/training.py ./training [--pictures 6000] [--epochs 2] [--batch 64] [--rate 0.001] [--only NAME] [--again]

Roundings grow from step to step, the faster the larger the rate: with --again PyTorch learns a second time, with its tensors channels last, which
rounds otherwise, and the table says how far apart its two runs are. The running variances of PyTorch are unbiased, Keras's and Denim's are not: what
is said of the test set differs by that.

Needs numpy, torch, torchvision and the Debian package dataset-fashion-mnist. It is run by hand, as all 60,000 pictures take long.
"""
import argparse
import copy
import gzip
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torchvision.models import mobilenet_v2, resnet18

data = Path("/usr/share/datasets/fashion-mnist")


def read(name, skip):
    with gzip.open(data / name) as file:
        return np.frombuffer(file.read(), np.uint8, offset=skip)


def pictures(kind, count):
    x = read(f"{kind}-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)
    y = read(f"{kind}-labels-idx1-ubyte.gz", 8).astype(np.int32)
    order = np.random.default_rng(1).permutation(len(x))[:count]
    x = np.pad(x[order], ((0, 0), (2, 2), (2, 2)))
    return np.repeat(x[..., None], 3, axis=3), y[order]


def train(model, x, y, test_x, test_y, options, memory_format=torch.contiguous_format):
    """For each epoch the mean loss of its steps, and loss and accuracy of the test set."""
    model = model.to(memory_format=memory_format)
    optimizer = torch.optim.SGD(model.parameters(), lr=options.rate, momentum=0.9)
    rows = []
    for _ in range(options.epochs):
        model.train()
        total = 0.0
        for first in range(0, len(x), options.batch):
            part = as_input(x[first : first + options.batch]).contiguous(memory_format=memory_format)
            loss = F.cross_entropy(model(part), y[first : first + options.batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(y[first : first + options.batch])
        model.eval()
        with torch.no_grad():
            logits = torch.cat([model(as_input(part)) for part in test_x.split(500)])
        rows.append([total / len(x), F.cross_entropy(logits, test_y).item(), (logits.argmax(1) == test_y).double().mean().item()])
    return np.array(rows)


def as_input(x):
    return x.permute(0, 3, 1, 2).float() / 255


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--pictures", type=int, default=6000)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=0.001)
    parser.add_argument("--only")
    parser.add_argument("--again", action="store_true")
    options = parser.parse_args()
    (x, y), (test_x, test_y) = pictures("train", options.pictures), pictures("t10k", min(options.pictures, 10000))
    makers = {"resnet18": lambda: resnet18(num_classes=10), "mobilenet_v2": lambda: mobilenet_v2(num_classes=10, dropout=0.0)}
    far = []
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for name, array in {"train.x": x, "train.y": y, "test.x": test_x, "test.y": test_y}.items():
            np.save(folder / f"{name}.npy", array)
        arrays = [torch.from_numpy(array) for array in [x, y.astype(np.int64), test_x, test_y.astype(np.int64)]]
        for name, make in makers.items():
            if options.only not in (None, name):
                continue
            torch.manual_seed(7)
            model = make()
            for module in model.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.eps, module.momentum = 1e-3, 0.01
            np.savez(folder / f"{name}.npz", **model.state_dict())
            begin = time.time()
            subprocess.run([options.program, folder, name, str(options.epochs), str(options.batch), str(options.rate)], check=True)
            middle = time.time()
            ours, theirs = np.load(folder / f"{name}.losses.npy"), train(copy.deepcopy(model), *arrays, options)
            print(f"{name}, {len(x)} pictures in batches of {options.batch}, rate {options.rate}: {middle - begin:.0f} s, PyTorch {time.time() - middle:.0f} s")
            print("epoch   Denim  PyTorch  apart    test: Denim  PyTorch  right: Denim  PyTorch")
            for epoch, (our, their) in enumerate(zip(ours, theirs, strict=True), 1):
                apart = abs(our[0] - their[0]) / their[0]
                print(f"{epoch:5}  {our[0]:.4f}   {their[0]:.4f}  {apart:.2%}        {our[1]:.4f}   {their[1]:.4f}        {our[2]:.4f}   {their[2]:.4f}", flush=True)
                if not apart <= 0.01:
                    far.append(f"{name}, epoch {epoch}: {apart:.2%} apart")
            if options.again:
                again = train(model, *arrays, options, torch.channels_last)
                for epoch, (second, first) in enumerate(zip(again, theirs, strict=True), 1):
                    print(f"{epoch:5}  PyTorch again {second[0]:.4f}, {abs(second[0] - first[0]) / first[0]:.2%} from its first run")
    if far:
        sys.exit("\n".join(far))


if __name__ == "__main__":
    main()
