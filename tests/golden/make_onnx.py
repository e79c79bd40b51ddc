# SPDX-License-Identifier: MIT
"""What ONNX Runtime gives for the models in the folder onnx/: python make_onnx.py"""
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx.reference import ReferenceEvaluator

here = Path(__file__).parent
arrays = {}
for path in sorted((here / "onnx").glob("*.onnx")):
    model = onnx.load(path)
    value = model.graph.input[0]
    kind = onnx.helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)
    extents = [dimension.dim_value or 2 for dimension in value.type.tensor_type.shape.dim]
    pictures = np.random.default_rng(7).normal(size=extents).astype(kind)
    if kind == np.float32:
        result = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]).run(None, {value.name: pictures})[0]
    else:  # which ONNX Runtime has no convolution for
        result = ReferenceEvaluator(model).run(None, {value.name: pictures})[0]
    if result.ndim == 4:
        result = result.transpose(0, 2, 3, 1)
    arrays[path.stem + ".pictures"] = pictures.transpose(0, 2, 3, 1).astype(np.float32)
    arrays[path.stem + ".results"] = result.reshape(len(result), -1).astype(np.float32)
np.savez_compressed(here / "onnx.npz", **arrays)
