#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the study's networks, and others that people bring, in Denim and its peers in turn, and writes what was measured.

    bench/peers/compare.py --programs FOLDER --out FILE.json [--photographs FILE.npz] [--part study|networks] [--only NAME...]
                           [--rounds 5] [--seconds 2.5]

First every peer gives its logits of a batch from the same weights; they must agree. Then each kind of work goes round:
Denim, peer, peer, Denim, ... so that a machine that others use too is the same for all. A peer that is not installed is left out,
and named. Figures are medians of the rounds; the file holds all rounds. The study's networks read photographs; the others take patches
of colours.
"""
import argparse
import importlib.util
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

AS_IT_COMES = "OpenVINO as it comes"
PYTHON = {"PyTorch": "pytorch", "Keras": "keras", "ONNX Runtime": "onnxruntime", "OpenVINO": "openvino", AS_IT_COMES: "openvino"}
PACKAGES = {"PyTorch": ["torch"], "Keras": ["keras", "tensorflow"], "ONNX Runtime": ["onnxruntime"], "OpenVINO": ["openvino"]}
GRID = [(kernel, 3, filters, 0, 3) for kernel in (3, 5, 7) for filters in (32, 64, 96, 128)]
AVX2 = {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2"}
TRAINERS = ["PyTorch", "Keras"]
PREDICTORS = ["PyTorch", "ONNX Runtime", "OpenVINO", AS_IT_COMES]
ZOO = {"MobileNetV1": ("MobileNetV1", 224, 224, 3), "MobileNetV2": ("MobileNetV2", 224, 224, 3),
       "EfficientNet-Lite0": ("EfficientNetLite0", 224, 224, 3), "ResNet-18": ("ResNet18", 224, 224, 3),
       "ResNet-50": ("ResNet50", 224, 224, 3), "SqueezeNet 1.1": ("SqueezeNet", 224, 224, 3),
       "VGG11": ("VGG11", 224, 224, 3), "ResNet-8": ("ResNet8", 32, 32, 3), "DS-CNN": ("DSCNN", 49, 10, 1)}
TRAINED = ["MobileNetV2", "ResNet-18", "EfficientNet-Lite0"]


class Run(NamedTuple):
    network: tuple  # of the study: kernel, second, filters, hidden, classes; of the zoo: name, height, width, channels
    peers: list
    works: list
    batch: int = 64
    threads: int | None = None
    restrict: dict = {}  # environment of the peers

    @property
    def of_study(self):
        return not isinstance(self.network[0], str)


STUDY = {
    "study": Run((5, 5, 64, 0, 3), ["PyTorch", "Keras", "ONNX Runtime", "OpenVINO", "dlib"], ["train", "predict", "single"]),
    "study, one thread": Run((5, 5, 64, 0, 3), [], ["train", "predict"], threads=1),
    "study, AVX2": Run((5, 5, 64, 0, 3), TRAINERS, ["train"], restrict=AVX2),
    "tasks, Dense 512": Run((3, 3, 64, 512, 4), TRAINERS, ["train"]),
    "trousers, model 2": Run((5, 5, 64, 0, 4), TRAINERS, ["train"]),
    "trousers, Dense 1,024": Run((5, 5, 64, 1024, 4), TRAINERS, ["train"]),
    **{f"grid k{n[0]} F{n[2]}": Run(n, TRAINERS, ["train"]) for n in GRID},
}
NETWORKS = {
    **{name: Run(network, PREDICTORS, ["single", "predict"], 32) for name, network in ZOO.items()},
    **{f"{name}, training": Run((ZOO[name][0], 96, 96, 3), TRAINERS, ["train"], 32) for name in TRAINED},
}
RUNS = {**STUDY, **NETWORKS}

options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("--programs", type=Path, required=True)
options.add_argument("--photographs", type=Path, help="of the study's networks")
options.add_argument("--out", type=Path, required=True)
options.add_argument("--before", type=Path, help="programs of another state of Denim, which then is the only peer")
options.add_argument("--rounds", type=int, default=5)
options.add_argument("--seconds", type=float, default=2.5, help="about how long a piece of work takes")
options.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
options.add_argument("--part", choices=["study", "networks"], help="one of the two alone")
options.add_argument("--only", nargs="*", choices=list(RUNS), metavar="NAME", help="names of runs; the file's other runs are kept")
options = options.parse_args()
chosen = options.only or list({"study": STUDY, "networks": NETWORKS, None: RUNS}[options.part])
if not options.photographs and any(RUNS[name].of_study for name in chosen):
    sys.exit("the study's networks need --photographs")
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
        self.version, self.trains, self.operations = hello["version"], hello["trains"], hello.get("operations")

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


def draw_pictures(shape, count, file):
    """Patches of colours, each picture of other ones, and labels of ten classes."""
    random = np.random.default_rng(2)
    height, width, channels = shape
    colours = random.integers(0, 256, (count, 7, 7, channels)) * random.uniform(0.2, 1, (count, 1, 1, channels))
    patches = colours[:, np.arange(height) * 7 // height][:, :, np.arange(width) * 7 // width]
    np.savez(file, images=patches.astype("uint8"), labels=np.arange(count, dtype="int32") % 10)


def program(run, folder):
    if run.of_study:
        return folder / ("study_" + "_".join(map(str, run.network)) + ("_avx2" if run.restrict else ""))
    return folder / (f"zoo_{run.network[0]}_{run.network[1]}" + ("_trains" if "train" in run.works else ""))


def prepare(run, folder):
    """Makes the weights; the arguments of Denim, and those of its peers."""
    if run.of_study:
        draw_weights(run.network, folder / "weights.npz")
        words = ("kernel", "second", "filters", "hidden", "classes")
        sizes = [word for pair in ((f"--{key}", str(value)) for key, value in zip(words, run.network)) for word in pair]
        both = [*sizes, "--weights", folder / "weights.npz", "--photographs", options.photographs]
        return both, both
    draw_pictures(run.network[1:], 2 * run.batch, folder / "pictures.npz")
    network = folder / "network.onnx"
    pictures, weights = ["--photographs", folder / "pictures.npz"], ["--weights", folder / "weights.safetensors"]
    subprocess.run([program(run, options.programs), "--export", network, *weights, "--threads", str(options.threads)], check=True)
    return [*weights, *pictures], ["--network", network, *pictures]


def start(name, run, arguments):
    common = ["--threads", str(run.threads or options.threads), "--batch", str(run.batch)]
    ours, theirs = arguments
    if name in ("Denim", "before"):
        return Worker(name, [program(run, options.programs if name == "Denim" else options.before), *ours, *common], {})
    if name == "dlib":
        return Worker(name, [options.programs / "dlib", *theirs, *common], {})
    more = ["--as-it-comes"] if name == AS_IT_COMES else []
    return Worker(name, [sys.executable, here / f"{PYTHON[name]}_worker.py", *theirs, *common, *more], run.restrict)


def compare_logits(name, run, workers, folder):
    """How far each is from Denim, as a share of the mean magnitude; of drawn networks of what pictures differ by, which is less. These make
    much of every rounding, so that more is let pass, and bf16 is not compared: OpenVINO in fp32 has read the same file."""
    logits = {}
    for worker in workers:
        if worker.name != AS_IT_COMES:
            file = Path(folder) / f"{worker.name}.npy"
            worker.ask("logits", file)
            logits[worker.name] = np.load(file)
    ours = logits["Denim"]
    scale = np.abs(ours if run.of_study else ours - ours.mean(0)).mean()
    apart = {peer: float(np.abs(array - ours).max() / scale) for peer, array in logits.items()}
    if not all(distance <= (1e-3 if run.of_study else 5e-3) for distance in apart.values()):
        sys.exit(f"{name}: the logits differ, so the networks are not the same: {apart}")
    return apart


def warm_up(work, workers, run):
    """Whatever happens once; how much work fills the time, and the memory that each has needed so far."""
    amount, memory = {}, {}
    most = (200 if work == "single" else 24) * (1 if run.of_study else 10)
    for worker in workers:
        first = worker.ask(work, 2)
        per_call = first / 1e3 if work == "single" else run.batch / first
        amount[worker.name] = min(max(int(options.seconds / per_call), 2 if run.of_study else 1), most)
        if not run.of_study:
            memory[worker.name] = worker.ask("memory", "-")
    return amount, memory


def take_turns(work, workers, amount):
    rounds = {worker.name: [] for worker in workers}
    for number in range(options.rounds):
        for worker in workers if number % 2 == 0 else reversed(workers):  # who follows a large peer finds the memory as that left it
            rounds[worker.name].append(worker.ask(work, amount[worker.name]))
    return rounds


def start_all(run, denims, folder, missing):
    if not program(run, options.programs).exists():
        sys.exit(f"{program(run, options.programs)} is not there; build the target bench.peers first")
    arguments = prepare(run, folder)
    workers = []
    for peer in [*denims, *([] if options.before else run.peers)]:
        try:
            workers.append(start(peer, run, arguments))
        except (RuntimeError, OSError) as problem:
            if peer in denims:
                sys.exit(f"{peer}: {problem}")
            missing[peer] = str(problem)
    return workers


def measure(name, missing, denims=("Denim",)):
    run = RUNS[name]
    with tempfile.TemporaryDirectory() as folder:
        workers = start_all(run, denims, Path(folder), missing)
        result = {"network": run.network, "threads": run.threads or options.threads, "batch": run.batch, "machine": machine(),
                  "versions": {w.name: w.version for w in workers}, "work": {}, "memory": {}}
        amounts = {}

        def begin(work):
            able = [worker for worker in workers if work != "train" or worker.trains]
            amounts[work], result["memory"][work] = warm_up(work, able, run)

        if "train" not in run.works:  # whose memory for one picture would be that for a batch, once it has given logits
            for work in run.works:
                begin(work)
        result["logits_apart"] = compare_logits(name, run, workers, folder)
        if not run.of_study:
            denim = next(worker for worker in workers if worker.name == "Denim")
            result |= {"operations": denim.operations, "peak": [denim.ask("peak", "-") for _ in range(options.rounds)],
                       "program": stripped_size(program(run, options.programs))}
        for work in run.works:
            if work not in amounts:
                begin(work)
            result["work"][work] = take_turns(work, [worker for worker in workers if worker.name in amounts[work]], amounts[work])
            medians = ", ".join(f"{peer} {statistics.median(values):.4g}" for peer, values in result["work"][work].items())
            print(f"{name}, {work}: {medians}", flush=True)
        for worker in workers:
            worker.end()
    return result


def run_beside_before(name, missing):
    """Twice, for who starts first may be the slower by 7 % where much memory is asked for; the speed is the mean of both, each the
    median of the rounds' ratios, since a slow minute is everybody's."""
    results = [measure(name, missing, denims) for denims in (("Denim", "before"), ("before", "Denim"))]
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


def machine():
    return {"processor": processor(), "cores": options.threads, "system": platform.freedesktop_os_release()["PRETTY_NAME"]}


def stripped_size(file):
    """In bytes, as it would be handed on."""
    with tempfile.NamedTemporaryFile() as stripped:
        subprocess.run(["strip", "-o", stripped.name, file], check=True)
        return os.path.getsize(stripped.name)


def installed_size(package):
    """What its folder takes on the disk, in MB, without what it depends on; 0 if it is not there."""
    found = importlib.util.find_spec(package)
    if not found:
        return 0
    folders = found.submodule_search_locations
    return sum(int(subprocess.check_output(["du", "-sk", folder], text=True).split()[0]) for folder in folders) / 1024


report = json.loads(options.out.read_text()) if options.out.exists() else {"runs": {}}
missing = {}
for name in chosen:
    report["runs"][name] = run_beside_before(name, missing) if options.before else measure(name, missing)
    place = {name: number for number, name in enumerate(RUNS)}
    report["runs"] = dict(sorted(report["runs"].items(), key=lambda item: place.get(item[0], len(RUNS))))
    report["machine"] = machine()
    report["missing"] = missing
    report["installed"] = {peer: size for peer, packages in PACKAGES.items() if (size := sum(map(installed_size, packages)))}
    temporary = options.out.with_suffix(".part")
    temporary.write_text(json.dumps(report, indent=1))
    temporary.rename(options.out)
for peer, problem in missing.items():
    print(f"left out: {peer}: {problem}")
