# SPDX-License-Identifier: MIT
"""OpenVINO on the CPU, in fp32 unless as it comes: a model for batches, and one for single photographs tuned for latency."""
from functools import cache

import worker
from worker import chosen, options, photographs

import onnx_file
import openvino

core = openvino.Core()
read = core.read_model(onnx_file.model())
precision = {} if options.as_it_comes else {"INFERENCE_PRECISION_HINT": "f32"}


@cache
def compiled(size):
    read.reshape([size, *photographs.shape[1:]])
    return core.compile_model(read, "CPU", {**precision, "PERFORMANCE_HINT": "LATENCY" if size == 1 else "THROUGHPUT",
                                            "INFERENCE_NUM_THREADS": options.threads, "NUM_STREAMS": 1})


def predict(step, size):
    return compiled(size)([photographs[chosen(step, size)].astype("float32") / 255])[0]


version = f"OpenVINO {openvino.__version__.split('-')[0]}"
if options.as_it_comes:
    version += f" as it comes, {compiled(1).get_property('INFERENCE_PRECISION_HINT').get_type_name()}"
worker.serve(version, None, predict)
