#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the study's networks in Denim and its peers in turn, and writes what was measured.

    bench/peers/compare.py --programs FOLDER --photographs FILE.npz --out FILE.json [--rounds 5] [--only NAME...]

First every peer gives its logits of 64 photographs from the same weights; they must agree. Then each kind of work goes round:
Denim, peer, peer, Denim, ... so that a machine that others use too is the same for all. A peer that is not installed is left out,
and named. Figures are medians of the rounds; the file holds all rounds.
"""
import argparse
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

PYTHON = {"PyTorch": "pytorch", "Keras": "keras", "ONNX Runtime": "onnxruntime", "OpenVINO": "openvino"}
GRID = [(kernel, 3, filters, 0, 3) for kernel in (3, 5, 7) for filters in (32, 64, 96, 128)]
AVX2 = {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2"}
TRAINERS = ["PyTorch", "Keras"]

# name: network, peers, kinds of work, threads, and what restricts the peers
RUNS = {
    "study": ((5, 5, 64, 0, 3), [*PYTHON, "dlib"], ["train", "predict", "single"], None, None),
    "study, one thread": ((5, 5, 64, 0, 3), [], ["train", "predict"], 1, None),
    "study, AVX2": ((5, 5, 64, 0, 3), TRAINERS, ["train"], None, AVX2),
    "tasks, Dense 512": ((3, 3, 64, 512, 4), TRAINERS, ["train"], None, None),
    "trousers, model 2": ((5, 5, 64, 0, 4), TRAINERS, ["train"], None, None),
    "trousers, Dense 1,024": ((5, 5, 64, 1024, 4), TRAINERS, ["train"], None, None),
    **{f"grid k{n[0]} F{n[2]}": (n, TRAINERS, ["train"], None, None) for n in GRID},
}

options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("--programs", type=Path, required=True)
options.add_argument("--photographs", type=Path, required=True)
options.add_argument("--out", type=Path, required=True)
options.add_argument("--before", type=Path, help="programs of another state of Denim, which then is the only peer")
options.add_argument("--rounds", type=int, default=5)
options.add_argument("--seconds", type=float, default=2.5, help="about how long a piece of work takes")
options.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
options.add_argument("--only", nargs="*", default=list(RUNS), help="names of runs; the file's other runs are kept")
options = options.parse_args()
here = Path(__file__).resolve().parent


class Worker:
    """A process that speaks the protocol of worker.py."""

    def __init__(self, name, command, environment):
        self.name = name
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env={**os.environ, **environment})
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError((self.process.communicate()[1].strip().splitlines() or ["it ended at once"])[-1])
        hello = json.loads(line)
        self.version, self.trains = hello["version"], hello["trains"]

    def ask(self, work, argument):
        print(work, argument, file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.name} ended: {self.process.communicate()[1][-2000:]}")
        return json.loads(line)

    def end(self):
        self.process.communicate("quit\n")


def draw_weights(network, file):
    """Glorot's uniform weights, and biases that are not zero, as Keras lays them out."""
    kernel, second, filters, hidden, classes = network
    random = np.random.default_rng(1)

    def side(pixels):
        return ((pixels - kernel + 1) // 2 - second + 1) // 2

    flat = side(120) * side(90) * filters
    shapes = [(kernel, kernel, 3, filters), (second, second, filters, filters), *([(flat, hidden)] if hidden else []), (hidden or flat, classes)]
    arrays = []
    for shape in shapes:
        window = int(np.prod(shape[:-2]))
        limit = (6 / (window * (shape[-2] + shape[-1]))) ** 0.5
        arrays += [random.uniform(-limit, limit, shape).astype("float32"), random.uniform(0, 0.1, shape[-1]).astype("float32")]
    np.savez(file, **{str(n): array for n, array in enumerate(arrays)})


def start(name, network, weights, threads, restrict):
    words = ("kernel", "second", "filters", "hidden", "classes")
    arguments = [word for pair in ((f"--{key}", str(value)) for key, value in zip(words, network)) for word in pair]
    arguments += ["--threads", str(threads), "--weights", str(weights), "--photographs", str(options.photographs)]
    if name in ("Denim", "before"):
        program = "study_" + "_".join(map(str, network)) + ("_avx2" if restrict else "")
        return Worker(name, [(options.programs if name == "Denim" else options.before) / program, *arguments], {})
    if name == "dlib":
        return Worker(name, [options.programs / "dlib", *arguments], {})
    return Worker(name, [sys.executable, here / f"{PYTHON[name]}_worker.py", *arguments], restrict or {})


def run(name, missing, denims=("Denim",)):
    network, peers, works, threads, restrict = RUNS[name]
    threads = threads or options.threads
    peers = [*denims, *([] if options.before else peers)]
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "weights.npz"
        draw_weights(network, weights)
        workers = []
        for peer in peers:
            try:
                workers.append(start(peer, network, weights, threads, restrict))
            except (RuntimeError, OSError) as problem:
                if peer in denims:
                    sys.exit(f"{peer}: {problem}; build the target bench.peers first")
                missing[peer] = str(problem)
        logits = {}
        for worker in workers:
            worker.ask("logits", Path(folder) / f"{worker.name}.npy")
            logits[worker.name] = np.load(Path(folder) / f"{worker.name}.npy")
        scale = np.abs(logits["Denim"]).mean()
        apart = {peer: float(np.abs(array - logits["Denim"]).max() / scale) for peer, array in logits.items()}
        if max(apart.values()) > 1e-3:
            sys.exit(f"{name}: the logits differ, so the networks are not the same: {apart}")
        result = {"network": network, "threads": threads, "logits_apart": apart, "versions": {w.name: w.version for w in workers}, "work": {}}
        for work in works:
            able = [worker for worker in workers if work != "train" or worker.trains]
            amount = {}
            for worker in able:  # whatever happens once, and how much work fills the time
                first = worker.ask(work, 2)
                per_call = first / 1e3 if work == "single" else 64 / first
                amount[worker.name] = min(max(int(options.seconds / per_call), 2), 200 if work == "single" else 24)
            rounds = {worker.name: [] for worker in able}
            for number in range(options.rounds):
                for worker in able if number % 2 == 0 else reversed(able):  # who follows a large peer finds the memory as that left it
                    rounds[worker.name].append(worker.ask(work, amount[worker.name]))
            result["work"][work] = rounds
            medians = ", ".join(f"{peer} {statistics.median(values):.4g}" for peer, values in rounds.items())
            print(f"{name}, {work}: {medians}", flush=True)
        for worker in workers:
            worker.end()
    return result


def run_beside_before(name, missing):
    """Twice, for who starts first may be the slower by 7 % where much memory is asked for; the speed is the mean of both, each the
    median of the rounds' ratios, since a slow minute is everybody's."""
    results = [run(name, missing, denims) for denims in (("Denim", "before"), ("before", "Denim"))]
    for work in results[0]["work"]:
        sides = [result["work"][work] for result in results]
        medians = [statistics.median(now / before for now, before in zip(side["Denim"], side["before"])) for side in sides]
        speed = math.prod(medians) ** (0.5 if work != "single" else -0.5)
        print(f"{name}, {work}: {speed:.3f} times as fast as before", flush=True)
    return {"now first": results[0], "before first": results[1]}


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(": ")[2]
    return platform.machine()


report = json.loads(options.out.read_text()) if options.out.exists() else {"runs": {}}
missing = {}
for name in options.only:
    report["runs"][name] = run_beside_before(name, missing) if options.before else run(name, missing)
    report["machine"] = {"processor": processor(), "cores": options.threads, "system": platform.freedesktop_os_release()["PRETTY_NAME"]}
    report["missing"] = missing
    temporary = options.out.with_suffix(".part")
    temporary.write_text(json.dumps(report, indent=1))
    temporary.rename(options.out)
for peer, problem in missing.items():
    print(f"left out: {peer}: {problem}")
