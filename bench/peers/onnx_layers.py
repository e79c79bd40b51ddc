# SPDX-License-Identifier: MIT
"""The ONNX file of a network of Denim's as a list of layers, from which PyTorch and Keras build the same network.

It knows the nodes that these networks have, and no others: from the input (N, H, W, C) through a Transpose to "logits" (N, classes).
"""
from dataclasses import dataclass, field

import onnx
from onnx import helper, numpy_helper


@dataclass
class Layer:
    kind: str  # as ONNX says it
    inputs: list  # numbers of layers; layer 0 is the picture
    weights: list  # as ONNX lays them out
    settings: dict = field(default_factory=dict)


def read(file):
    graph = onnx.load(file).graph
    numbers = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    layers, of = [Layer("Picture", [], [])], {graph.input[0].name: 0}
    for node in graph.node:
        settings = {one.name: helper.get_attribute_value(one) for one in node.attribute}
        inputs = [of[name] for name in node.input if name in of]
        weights = [numbers[name] for name in node.input if name in numbers]
        if node.op_type == "Constant":
            numbers[node.output[0]] = numpy_helper.to_array(settings["value"])
        elif node.op_type in ("Identity", "Transpose"):
            of[node.output[0]] = inputs[0]
        else:
            of[node.output[0]] = len(layers)
            layers.append(Layer(node.op_type, inputs, weights, settings))
    return layers


def pads(layer):
    """Zeros above, at the left, below and at the right."""
    return layer.settings.get("pads", [0, 0, 0, 0])


def is_relu6(layer):
    return [float(bound) for bound in layer.weights] == [0, 6]


def in_by_out(layer):
    """A Gemm's matrix."""
    return layer.weights[0].T if layer.settings.get("transB") else layer.weights[0]
