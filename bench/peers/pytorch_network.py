# SPDX-License-Identifier: MIT
"""A network of an ONNX file in PyTorch: its modules, and a `forward` that calls one after the other, as a user would write it."""
from collections import Counter

import numpy as np
import onnx_layers
import torch
from torch import fx, nn


class Concatenated(nn.Module):
    def forward(self, *values):
        return torch.cat(values, 1)


class Sum(nn.Module):
    def forward(self, one, other):
        return one + other


def filled(module, **numbers):
    with torch.no_grad():
        for name, values in numbers.items():
            getattr(module, name).copy_(torch.from_numpy(np.array(values)))
    return module


def padded(layer, make):
    """PyTorch's modules have as many zeros on both sides."""
    above, left, below, right = onnx_layers.pads(layer)
    if (above, left) == (below, right):
        return make((above, left))
    return nn.Sequential(nn.ZeroPad2d((left, right, above, below)), make(0))


def conv(layer):
    out, channels, *window = layer.weights[0].shape
    groups = layer.settings.get("group", 1)
    numbers = dict(zip(("weight", "bias"), layer.weights))
    return padded(layer, lambda padding: filled(nn.Conv2d(channels * groups, out, window, layer.settings["strides"], padding, groups=groups,
                                                          bias="bias" in numbers), **numbers))


def module_of(layer, inplace):
    settings, weights = layer.settings, layer.weights
    match layer.kind:
        case "Conv":
            return conv(layer)
        case "BatchNormalization":
            norm = nn.BatchNorm2d(len(weights[0]), settings["epsilon"])
            return filled(norm, weight=weights[0], bias=weights[1], running_mean=weights[2], running_var=weights[3])
        case "Relu":
            return nn.ReLU(inplace)
        case "Clip" if onnx_layers.is_relu6(layer):
            return nn.ReLU6(inplace)
        case "Add":
            return Sum()
        case "Concat" if settings["axis"] == 1:
            return Concatenated()
        case "MaxPool":
            return padded(layer, lambda padding: nn.MaxPool2d(settings["kernel_shape"], settings["strides"], padding,
                                                              ceil_mode=bool(settings.get("ceil_mode"))))
        case "AveragePool" if not any(onnx_layers.pads(layer)):
            return nn.AvgPool2d(settings["kernel_shape"], settings["strides"])
        case "GlobalAveragePool":
            return nn.AdaptiveAvgPool2d(1)
        case "Flatten":
            return nn.Flatten()
        case "Gemm":
            weight = onnx_layers.in_by_out(layer)
            return filled(nn.Linear(*weight.shape), weight=weight.T, bias=weights[1])
    raise ValueError(f"{layer.kind} {settings} is no layer that is known here")


def network(file):
    layers = onnx_layers.read(file)
    readers = Counter(number for layer in layers for number in layer.inputs)
    modules, graph = {}, fx.Graph()
    values = [graph.placeholder("pictures")]
    for number, layer in enumerate(layers[1:], 1):
        modules[f"{layer.kind}{number}"] = module_of(layer, readers[layer.inputs[0]] == 1)
        values.append(graph.call_module(f"{layer.kind}{number}", tuple(values[n] for n in layer.inputs)))
    graph.output(values[-1])
    return fx.GraphModule(modules, graph)
