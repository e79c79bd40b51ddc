#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The study's network in PyTorch, as its user would write it: fp32, channels-last, eager. One JSON object comes out.

    python bench/peers/pytorch_study.py [--threads 2] [--rounds 5] [--steps 3] [--batch 64] [--kernel 5] [--filters 64]

Trains from uint8 photographs in memory, divided by 255 on the way, with Adam; then predicts a batch, and one photograph.
Speeds are medians of the rounds, `steps` batches each; batch 1 is the median of 20 calls a round. Needs torch and numpy.
"""
import argparse
import json
import os
import statistics
import time

options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
for name, default in [("threads", 2), ("rounds", 5), ("steps", 3), ("batch", 64), ("kernel", 5), ("filters", 64)]:
    options.add_argument(f"--{name}", type=int, default=default)
options = options.parse_args()
os.environ["OMP_NUM_THREADS"] = str(options.threads)

import numpy as np
import torch
from torch import nn

torch.set_num_threads(options.threads)
torch.manual_seed(1)
count = 4 * options.batch
photos = torch.from_numpy(np.random.default_rng(1).integers(0, 256, (count, 120, 90, 3), np.uint8)).permute(0, 3, 1, 2)
labels = torch.arange(count) % 3


def side(pixels):
    return ((pixels - options.kernel + 1) // 2 - options.kernel + 1) // 2


network = nn.Sequential(
    nn.Conv2d(3, options.filters, options.kernel), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(options.filters, options.filters, options.kernel), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(side(120) * side(90) * options.filters, 3),
).to(memory_format=torch.channels_last)
optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, eps=1e-7)
loss_of = nn.CrossEntropyLoss()


def batch(number, size):
    first = number * size % (count - size + 1)
    chosen = slice(first, first + size)
    return (photos[chosen].float() / 255).contiguous(memory_format=torch.channels_last), labels[chosen]


def train(steps):
    network.train()
    for step in range(steps):
        pictures, wanted = batch(step, options.batch)
        optimizer.zero_grad()
        loss_of(network(pictures), wanted).backward()
        optimizer.step()


def predict(steps, size):
    network.eval()
    with torch.inference_mode():
        for step in range(steps):
            network(batch(step, size)[0])


def seconds(work, *arguments):
    started = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - started


train(1), predict(2, options.batch), predict(5, 1)  # whatever happens once
rounds = {"train": [], "predict": [], "single": []}
for _ in range(options.rounds):
    rounds["train"].append(options.steps * options.batch / seconds(train, options.steps))
    rounds["predict"].append(options.steps * options.batch / seconds(predict, options.steps, options.batch))
    rounds["single"].append(statistics.median(seconds(predict, 1, 1) for _ in range(20)) * 1e3)
print(json.dumps({
    "peer": f"PyTorch {torch.__version__}", "kernel": options.kernel, "filters": options.filters, "threads": options.threads,
    "batch": options.batch,
    "training_images_per_second": round(statistics.median(rounds["train"]), 1),
    "inference_images_per_second": round(statistics.median(rounds["predict"]), 1),
    "inference_batch_1_milliseconds": round(statistics.median(rounds["single"]), 3),
    "rounds": {name: [round(value, 2) for value in values] for name, values in rounds.items()},
}))
