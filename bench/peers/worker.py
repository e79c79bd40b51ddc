# SPDX-License-Identifier: MIT
"""What every peer does: it builds one network from given weights, says that it is ready, and then works as it is told.

A worker is a process that reads a line and answers with a line, so that the peers can take turns within one run:
    logits FILE   writes the logits of the first batch of photographs as npy
    train N       trains N batches from uint8 photographs                    -> images/s
    predict N     predicts N batches                                         -> images/s
    single N      answers one photograph N times                             -> median milliseconds
    memory -      says the most memory that the process has had              -> MB
    quit

Weights of a network of the study come as npz: arrays "0" to "5" (or "7" with a hidden layer): weights and bias of each layer, as Keras lays
them out. Any other network comes as an ONNX file (--network) that Denim has written.
"""
import argparse
import json
import os
import statistics
import sys
import time

_parser = argparse.ArgumentParser()
for _name in ("kernel", "second", "filters", "hidden", "classes"):
    _parser.add_argument(f"--{_name}", type=int)
_parser.add_argument("--threads", type=int, required=True)
_parser.add_argument("--batch", type=int, default=64)
_parser.add_argument("--weights", help="of a network of the study, which has the sizes above")
_parser.add_argument("--network", help="FILE.onnx instead")
_parser.add_argument("--photographs", required=True)
_parser.add_argument("--as-it-comes", action="store_true", help="leaves the arithmetic to the peer, where that is not fp32")
options = _parser.parse_args()
os.environ["OMP_NUM_THREADS"] = str(options.threads)

import numpy as np

batch_size = options.batch
_arrays = np.load(options.photographs)
photographs, labels = _arrays["images"], _arrays["labels"]
if not options.network:
    with np.load(options.weights) as _file:
        weights = [_file[str(n)] for n in range(len(_file.files))]


def chosen(step, size):
    """Where the photographs of a batch lie."""
    first = step * size % (len(photographs) - size + 1)
    return slice(first, first + size)


def channels_first(flat, height, width):
    """Rows of a dense layer's weights from Keras's order (H, W, C) to PyTorch's (C, H, W)."""
    return flat.reshape(height, width, options.filters, -1).transpose(2, 0, 1, 3).reshape(flat.shape)


def picture_after_pools():
    def side(pixels):
        return ((pixels - options.kernel + 1) // 2 - options.second + 1) // 2

    return side(photographs.shape[1]), side(photographs.shape[2])


def _peak_memory():
    """Of this program alone: getrusage counts what stood in its place before."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def serve(version, train, predict):
    """`train(steps)` trains; `predict(step, size)` gives the logits of a batch as numpy has them. Never returns."""
    answers = sys.stdout
    sys.stdout = sys.stderr  # what libraries print is no answer
    print(json.dumps({"version": version, "trains": train is not None}), file=answers, flush=True)
    for line in sys.stdin:
        command, _, argument = line.strip().partition(" ")
        if command == "quit":
            break
        answer = 0.0
        if command == "logits":
            np.save(argument, predict(0, batch_size))
        elif command == "memory":
            answer = _peak_memory()
        elif command == "single":
            calls = []
            for step in range(int(argument)):
                started = time.perf_counter()
                predict(step, 1)
                calls.append(time.perf_counter() - started)
            answer = statistics.median(calls) * 1e3
        else:
            steps = int(argument)
            started = time.perf_counter()
            if command == "train":
                train(steps)
            else:
                for step in range(steps):
                    predict(step, batch_size)
            answer = steps * batch_size / (time.perf_counter() - started)
        print(json.dumps(answer), file=answers, flush=True)
