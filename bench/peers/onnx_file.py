# SPDX-License-Identifier: MIT
"""The network as ONNX, for the runtimes that only predict: float pictures (N, H, W, 3) in, logits out."""
from pathlib import Path

import worker
from worker import options, photographs

import numpy as np
from onnx import TensorProto, helper, numpy_helper


def model():
    """The file's bytes."""
    if options.network:
        return Path(options.network).read_bytes()
    weights = worker.weights
    height, width = worker.picture_after_pools()
    initial, nodes = [], [helper.make_node("Transpose", ["pictures"], ["x0"], perm=[0, 3, 1, 2])]

    def constant(name, array):
        initial.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    value = "x0"
    for number in range(2):
        names = [constant(f"w{number}", weights[2 * number].transpose(3, 2, 0, 1)), constant(f"b{number}", weights[2 * number + 1])]
        nodes.append(helper.make_node("Conv", [value, *names], [f"z{number}"]))
        nodes.append(helper.make_node("Relu", [f"z{number}"], [f"r{number}"]))
        nodes.append(helper.make_node("MaxPool", [f"r{number}"], [value := f"p{number}"], kernel_shape=[2, 2], strides=[2, 2]))
    nodes.append(helper.make_node("Flatten", [value], [value := "flat"]))
    dense = range(2, len(weights) // 2)
    for number in dense:
        weight = weights[2 * number]
        if number == 2:
            weight = worker.channels_first(weight, height, width)
        names = [constant(f"w{number}", weight), constant(f"b{number}", weights[2 * number + 1])]
        nodes.append(helper.make_node("Gemm", [value, *names], [value := f"d{number}"]))
        if number != dense[-1]:
            nodes.append(helper.make_node("Relu", [value], [value := f"a{number}"]))
    nodes.append(helper.make_node("Identity", [value], ["logits"]))
    graph = helper.make_graph(
        nodes, "study",
        [helper.make_tensor_value_info("pictures", TensorProto.FLOAT, ["N", *photographs.shape[1:]])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", options.classes])], initial)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9).SerializeToString()
