# SPDX-License-Identifier: MIT
"""OpenVINO on the CPU in fp32: a model for batches, and one for single photographs tuned for latency."""
import worker
from worker import batch_size, chosen, options, photographs

import onnx_file
import openvino

core = openvino.Core()
read = core.read_model(onnx_file.model())


def compiled(size, hint):
    read.reshape([size, *photographs.shape[1:]])
    return core.compile_model(read, "CPU", {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": hint, "INFERENCE_NUM_THREADS": options.threads,
                                            "NUM_STREAMS": 1})


models = {batch_size: compiled(batch_size, "THROUGHPUT"), 1: compiled(1, "LATENCY")}


def predict(step, size):
    return models[size]([photographs[chosen(step, size)].astype("float32") / 255])[0]


worker.serve(f"OpenVINO {openvino.__version__.split('-')[0]}", None, predict)
