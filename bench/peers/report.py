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

UNIT = {"train": "images/s", "predict": "images/s", "single": "ms"}
TITLE = {"train": "training, batches of 64", "predict": "prediction, batches of 64", "single": "one photograph"}
COLOUR = {"Denim": "#1f4e9c"}


def medians(name, work):
    return {peer: statistics.median(rounds) for peer, rounds in runs[name]["work"][work].items()}


def ratio(name, work):
    """How many times as fast as the fastest peer."""
    figures = medians(name, work)
    ours, others = figures.pop("Denim"), figures.values()
    return (min(others) / ours if work == "single" else ours / max(others)) if others else None


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


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


machine = report["machine"]
versions = {}
for one in runs.values():
    versions |= {peer: version for peer, version in one["versions"].items()}
text = ["# Speed beside others", "",
        f"Measured on {machine['cores']} cores of an {machine['processor']}, {machine['system']}, by `bench/run --peers`, which wrote this page. "
        "All networks begin from the same weights and gave the same logits before anything was timed "
        f"(largest difference {max(max(one['logits_apart'].values()) for one in runs.values()):.0e} of the mean magnitude); peers take turns within one run, figures are medians of the rounds, "
        "and photographs are uint8 in memory: converting them is part of the work.", "",
        "Versions: " + ", ".join(f"{version}" for version in versions.values()) + ".", ""]
if report.get("missing"):
    text += ["Left out, because they are not installed: " + ", ".join(report["missing"]) + ".", ""]
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
others = [name for name in runs if name != "study" and ratio(name, "train")]
if others:
    peers = list(medians(others[0], "train"))
    rows = [[name, *(number(medians(name, "train")[peer]) for peer in peers), f"{ratio(name, 'train'):.1f} x"] for name in others]
    text += ["## Other networks, training, images/s", "",
             "The grid's second convolution is 3 x 3, as in the study. `AVX2` is a build without AVX-512, with the peers restricted alike. "
             "`Dense 1,024` has a hidden layer of 32,832 x 1,024 weights behind the pools.", "", table(rows, ["", *peers, "to the best"]), ""]
if "study, one thread" in runs:
    rows = [[TITLE[work], number(medians("study, one thread", work)["Denim"]), number(medians("study", work)["Denim"]),
             f"{medians('study', work)['Denim'] / medians('study, one thread', work)['Denim']:.2f} x"] for work in runs["study, one thread"]["work"]]
    text += ["## One core and two", "", table(rows, ["images/s", "1 thread", f"{machine['cores']} threads", ""]), ""]
text += ["## All rounds", "", f"The raw figures stand in [{options.measured.name}]({options.measured.name}).", ""]
(options.docs / "performance.md").write_text("\n".join(text))
if options.measured.resolve() != (options.docs / options.measured.name).resolve():
    (options.docs / options.measured.name).write_text(options.measured.read_text())
