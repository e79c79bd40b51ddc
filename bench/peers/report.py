#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""docs/performance.md and its chart from what compare.py measured: report.py MEASURED.json --docs FOLDER"""
import argparse
import json
import statistics
from pathlib import Path
from xml.sax.saxutils import escape

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("measured", type=Path)
options.add_argument("--docs", type=Path, required=True)
options = options.parse_args()
report = json.loads(options.measured.read_text())
runs = report["runs"]
study = [name for name, run in runs.items() if isinstance(run["network"][0], int)]
networks = [name for name in runs if name not in study]

UNIT = {"train": "images/s", "predict": "images/s", "single": "ms"}
TITLE = {"train": "training, batches of 64", "predict": "prediction, batches of 64", "single": "one photograph"}
COLOUR = {"Denim": "#1f4e9c"}
AS_IT_COMES = "OpenVINO as it comes"


def medians(name, work):
    return {peer: statistics.median(rounds) for peer, rounds in runs[name]["work"][work].items()}


def ratio(name, work):
    """How many times as fast as the fastest peer in fp32."""
    figures = medians(name, work)
    figures.pop(AS_IT_COMES, None)
    ours, others = figures.pop("Denim"), figures.values()
    return (min(others) / ours if work == "single" else ours / max(others)) if others else None


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"


def table(rows, header):
    lines = ["| " + " | ".join(header) + " |", "|" + "|".join([" --- "] + [" ---: "] * (len(header) - 1)) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def chart(names, file):
    """Horizontal bars in groups, drawn for light and dark pages."""
    bar, gap, left, width = 20, 30, 170, 520
    groups = [(title, medians(name, work), UNIT[work]) for name, work, title in names]
    height = sum(gap + bar * len(figures) for _, figures, _ in groups) + 20
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 110} {height}" font-family="system-ui, sans-serif" font-size="13">',
             "<style>text{fill:#222}.peer{fill:#9aa7b8}@media(prefers-color-scheme:dark){text{fill:#ddd}.peer{fill:#66758a}.ours{fill:#6fa3ff}}</style>"]
    y = 0
    for title, figures, unit in groups:
        y += gap
        parts.append(f'<text x="{left}" y="{y - 8}" font-weight="600">{escape(title)}, {unit}</text>')
        most = max(figures.values())
        for peer, value in figures.items():
            kind = f'class="ours" fill="{COLOUR["Denim"]}"' if peer == "Denim" else 'class="peer"'
            parts.append(f'<text x="{left - 8}" y="{y + 14}" text-anchor="end">{escape(peer)}</text>'
                         f'<rect x="{left}" y="{y + 2}" width="{max(value / most * width, 1):.1f}" height="{bar - 4}" rx="2" {kind}/>'
                         f'<text x="{left + value / most * width + 6:.1f}" y="{y + 14}">{number(value)}</text>')
            y += bar
    file.write_text("\n".join(parts) + "\n</svg>\n")


def farthest(names):
    """The largest difference of the logits."""
    return f"{max(max(runs[name]['logits_apart'].values()) for name in names):.0e}"


def measured_on(names):
    """Where, and with what."""
    machine = runs[names[-1]].get("machine", report["machine"])
    versions = {}
    for name in names:
        versions |= runs[name]["versions"]
    return (f"Measured on {machine['cores']} cores of an {machine['processor']}, {machine['system']}. "
            f"Versions: {', '.join(versions.values())}.")


def speeds(names, work, peers):
    """A line for each network: times or rates of the peers, to the best of them in fp32, and the share of the machine's limit."""
    rows = []
    for name in names:
        figures, run = medians(name, work), runs[name]
        per_second = 1e3 / figures["Denim"] if work == "single" else figures["Denim"]
        share = (3 if work == "train" else 1) * run["operations"] * per_second / (statistics.median(run["peak"]) * 1e9)
        cells = {peer: number(figure) for peer, figure in figures.items()} | {
            "to the best": f"{ratio(name, work):.2f} x" if ratio(name, work) else "", "of the peak": f"{100 * share:.0f} %"}
        rows.append([name.removesuffix(", training"), *(cells.get(column, "") for column in [*peers, "to the best", "of the peak"]),
                     *([cells.get(AS_IT_COMES, "")] if work != "train" else [])])
    return table(rows, ["", *peers, "to the best", "of the peak", *([AS_IT_COMES] if work != "train" else [])])


def memory(names, peers):
    words = {"single": "one picture", "predict": "batches", "train": "batches"}
    rows = [[f"{name}, {words[work]}", *(number(figures[peer]) if peer in figures else "" for peer in peers)]
            for name in names for work, figures in runs[name]["memory"].items()]
    return table(rows, ["", *peers])


def sizes(predicting, training):
    rows = []
    for what, names in (("Denim: a program that predicts", predicting), ("Denim: a program that trains", training)):
        programs = sorted(runs[name]["program"] / 2**20 for name in names)
        if programs:
            rows.append([f"{what}, of {len(names)} networks" if len(names) > 1 else f"{what}, {names[0].removesuffix(', training')}",
                         number(programs[0]) + (f" to {number(programs[-1])}" if len(programs) > 1 else "")])
    return table(rows + [[f"{peer}, installed", number(size)] for peer, size in report.get("installed", {}).items()], ["", "MB"])


def second_part():
    text = ["## Networks that people bring", "",
            "Those of the zoo ([zoo.md](zoo.md)), and torchvision's VGG11, at 224 x 224, ResNet-8 at 32 x 32 x 3 and DS-CNN at 49 x 10 x 1; "
            "training is `fit` with Adam, on batches of 32 at 96 x 96. Denim draws the weights and writes them as ONNX: ONNX Runtime and "
            "OpenVINO read that file, PyTorch's modules and Keras's layers are made of it, one by one. All work in fp32 but for "
            f"`{AS_IT_COMES}`, which takes what the processor has. Pictures are patches of colours, uint8 in memory. Logits are compared "
            "before figures are taken, peers take turns within one run, figures are medians of the rounds.", ""]
    if not networks:
        return [*text, "`bench/run --networks` writes its tables here.", ""]
    training = [name for name in networks if "train" in runs[name]["work"]]
    predicting = [name for name in networks if name not in training]
    peers = list({peer: None for name in [*predicting, *training] for peer in runs[name]["versions"]})
    peak = statistics.median(peak for name in networks for peak in runs[name]["peak"])
    cuda = any("+cu" in runs[name]["versions"].get("PyTorch", "") for name in networks)
    text += [measured_on(networks), "",
             f"The largest difference of the logits in fp32 was {farthest(networks)} of what they differ by from picture to picture; that in "
             "bf16 is no measure, for networks that have not learned make much of every rounding. `to the best` is how many times as fast "
             "Denim is as the fastest peer in fp32. `of the peak` is Denim's share of the operations that the cores do in a second when they "
             f"only multiply and add in registers (fp32, {peak:.0f} Gop/s, measured in between): operations as the definition counts them, "
             "three times those of forward in training. A transformed convolution needs fewer, and may have more than the whole.", ""]
    for work, title, names in (("single", "One picture, ms", predicting), ("predict", "Batches of 32, images/s", predicting),
                               ("train", "Training, batches of 32 at 96 x 96, images/s", training)):
        if names:
            able = [peer for peer in peers if peer != AS_IT_COMES and any(peer in runs[name]["work"][work] for name in names)]
            text += [f"### {title}", "", speeds(names, work, able), ""]
            if work == "train":
                text += ["Denim is timed from the end of a run's first batch on: each call of `fit` takes its memory in that, which the others keep from call to call.", ""]
    return [*text, "### Peak memory of a process, MB", "",
            "The most that each had in memory at a time, all of itself included; that of batches is of a process that has answered one "
            "picture before." + (" PyTorch is the package with CUDA, most of which lies idle." if cuda else ""), "",
            memory([*predicting, *training], peers), "",
            "### What is handed on, MB", "",
            "Programs of Denim, stripped, without weights; they need the compiler's runtime libraries and zlib. Of the peers the folders of "
            "the packages themselves, without what these depend on.", "",
            sizes(predicting, training), ""]


text = ["# Speed beside others", "",
        "`bench/run --peers` wrote this page: the networks of the study first, then "
        "[those that people bring](performance.md#networks-that-people-bring). [How to measure](performance.md#how-to-measure) is told at the end.", ""]
if report.get("missing"):
    text += ["Left out: " + "; ".join(f"{peer} ({problem})" for peer, problem in report["missing"].items()) + ".", ""]
if study:
    text += [measured_on(study) + " All networks begin from the same weights and gave the same logits before anything was timed "
             f"(largest difference {farthest(study)} of the mean magnitude); peers take turns within one run, figures are medians of the rounds, "
             "and photographs are uint8 in memory: converting them is part of the work.", ""]
if "study" in runs:
    chart([("study", work, TITLE[work]) for work in runs["study"]["work"]], options.docs / "performance.svg")
    text += ["## The study's network", "",
             "`Sequential<Conv<5,64>, MaxPool, Conv<5,64>, MaxPool, Dense<3>>` on 120 x 90 x 3, fp32; training is `fit` with Adam.", "",
             "![Images a second in Denim and its peers](performance.svg)", ""]
    peers = list(medians("study", "predict"))
    rows = []
    for work in runs["study"]["work"]:
        figures = medians("study", work)
        rows.append([f"{TITLE[work]}, {UNIT[work]}", *(number(figures[peer]) if peer in figures else "" for peer in peers), f"{ratio('study', work):.1f} x"])
    text += [table(rows, ["", *peers, "to the best"]), ""]
others = [name for name in study if name != "study" and ratio(name, "train")]
if others:
    peers = list(medians(others[0], "train"))
    rows = [[name, *(number(medians(name, "train")[peer]) for peer in peers), f"{ratio(name, 'train'):.1f} x"] for name in others]
    text += ["## Other networks, training, images/s", "",
             "The grid's second convolution is 3 x 3, as in the study. `AVX2` is a build without AVX-512, with the peers restricted alike. "
             "`Dense 1,024` has a hidden layer of 32,832 x 1,024 weights behind the pools.", "", table(rows, ["", *peers, "to the best"]), ""]
if "study, one thread" in runs:
    rows = [[TITLE[work], number(medians("study, one thread", work)["Denim"]), number(medians("study", work)["Denim"]),
             f"{medians('study', work)['Denim'] / medians('study, one thread', work)['Denim']:.2f} x"] for work in runs["study, one thread"]["work"]]
    text += ["## One core and two", "", table(rows, ["images/s", "1 thread", f"{runs['study']['threads']} threads", ""]), ""]
text += [*second_part(), "## How to measure", "",
         "`bench/run --peers` builds all programs, measures both parts and writes this page; `bench/run --networks` measures the networks that "
         "people bring alone, and keeps the other figures. Leave the machine alone meanwhile. More words go to `bench/peers/compare.py`: "
         "`--only \"ResNet-18\" \"ResNet-18, training\"` takes these networks and keeps the figures of others; `--rounds 3` takes fewer rounds "
         "than 5, `--seconds 0.5` less work in each than 2.5 s.", "",
         "## All rounds", "", f"The raw figures stand in [{options.measured.name}]({options.measured.name}).", ""]
(options.docs / "performance.md").write_text("\n".join(text))
if options.measured.resolve() != (options.docs / options.measured.name).resolve():
    (options.docs / options.measured.name).write_text(options.measured.read_text())
