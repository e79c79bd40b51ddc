# SPDX-License-Identifier: MIT
"""Writes golden.hpp: what scikit-learn, scipy and torch give for small inputs. python tests/runtime/metric/make_golden.py"""
from pathlib import Path

import numpy as np
import torch
from scipy import optimize, stats
from sklearn import metrics

random = np.random.default_rng(7)
lines = ["// SPDX-License-Identifier: MIT", "#pragma once", "", "// Written by make_golden.py.", "", "#include <cstdint>", "#include <vector>", "", "namespace golden {", ""]


def add(name, values, kind="double"):
    numbers = np.atleast_1d(np.asarray(values)).ravel()
    texts = [f"{float(v):.9g}f" if kind == "float" else f"{float(v):.17g}" if kind == "double" else str(int(v)) for v in numbers]
    texts = [t if kind != "float" or any(c in t for c in ".e") else t.replace("f", ".0f") for t in texts]
    text = f"inline const std::vector<{kind}> {name} = {{"
    for i, t in enumerate(texts):
        piece = t + (", " if i + 1 < len(texts) else "};")
        if len(text.split("\n")[-1]) + len(piece) > 126:
            text = text.rstrip() + "\n    "
        text += piece
    lines.append(text)


classes, count = 4, 40
labels = random.integers(0, classes, count)
logits = (random.normal(size=(count, classes)) * 2.5).astype("float32")
logits[np.arange(count), labels] += 1
predicted = logits.argmax(1)
add("labels", labels, "std::int32_t")
add("logits", logits, "float")
add("confusion", metrics.confusion_matrix(labels, predicted, labels=range(classes)), "std::size_t")
precision, recall, f1, support = metrics.precision_recall_fscore_support(labels, predicted, labels=range(classes))
add("precision", precision)
add("recall", recall)
add("f1", f1)
add("support", support, "std::size_t")
add("macro", metrics.precision_recall_fscore_support(labels, predicted, average="macro")[:3])
add("top_k", [metrics.top_k_accuracy_score(labels, logits, k=k, labels=range(classes)) for k in (1, 2, 3)])

scores = np.round(random.normal(size=30), 1).astype("float32")
positive = (scores + random.normal(size=30) > 0.3).astype(int)
add("roc_scores", scores, "float")
add("positive", positive, "std::int32_t")
false_rate, true_rate, thresholds = metrics.roc_curve(positive, scores, drop_intermediate=False)
add("false_rate", false_rate)
add("true_rate", true_rate)
add("thresholds", thresholds[1:])
add("area", metrics.roc_auc_score(positive, scores))

double = torch.from_numpy(logits.astype("float64"))


def loss(temperature):
    return float(torch.nn.functional.cross_entropy(double / temperature, torch.from_numpy(labels)))


add("temperature", optimize.minimize_scalar(loss, bounds=(0.05, 20), method="bounded", options={"xatol": 1e-10}).x)
probabilities = torch.softmax(double, 1).float().numpy()
confidence, right = probabilities.max(1).astype("float64"), probabilities.argmax(1) == labels
error = 0
for i in range(15):
    inside = (confidence > i / 15) & (confidence <= (i + 1) / 15)
    if inside.any():
        error += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
add("calibration_error", error)

degrees = [1, 2, 3, 9, 29.5, 1000]
add("degrees", degrees)
add("t_90", stats.t.ppf(0.95, degrees))
add("t_95", stats.t.ppf(0.975, degrees))
add("t_999", stats.t.ppf(0.9995, degrees))
runs = random.normal(0.73, 0.01, 10)
others = runs + random.normal(0.004, 0.006, 10)
add("runs", runs)
add("others", others)
add("runs_summary", [runs.mean(), runs.std(ddof=1), *stats.t.interval(0.95, 9, runs.mean(), stats.sem(runs))])
paired = stats.ttest_rel(others, runs)
welch = stats.ttest_ind(others[:7], runs, equal_var=False)
add("welch", [welch.statistic, welch.df, welch.pvalue])
add("paired", [paired.statistic, paired.pvalue, *paired.confidence_interval(0.95)])
pairs = [(3, 9), (0, 5), (40, 61), (7, 7), (1, 0), (250, 300)]
add("mcnemar_pairs", pairs, "std::size_t")
statistic = [max(abs(b - c) - 1, 0) ** 2 / (b + c) for b, c in pairs]
add("mcnemar_chi_squared", stats.chi2.sf(statistic, 1))
add("mcnemar_exact", [stats.binomtest(min(b, c), b + c).pvalue for b, c in pairs])
lines += ["", "}  // namespace golden", ""]
Path(__file__).with_name("golden.hpp").write_text("\n".join(lines))
