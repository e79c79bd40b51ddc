# SPDX-License-Identifier: MIT
"""ONNX Runtime on the CPU, all graph optimisations."""
import worker
from worker import chosen, options, photographs

import onnx_file
import onnxruntime

wishes = onnxruntime.SessionOptions()
wishes.intra_op_num_threads = options.threads
session = onnxruntime.InferenceSession(onnx_file.model(), wishes, providers=["CPUExecutionProvider"])
name = session.get_inputs()[0].name


def predict(step, size):
    return session.run(None, {name: photographs[chosen(step, size)].astype("float32") / 255})[0]


worker.serve(f"ONNX Runtime {onnxruntime.__version__}", None, predict)
