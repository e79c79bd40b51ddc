# SPDX-License-Identifier: MIT
"""ONNX's own node cases, as far as a picture enters them: each is read right, or refused by name (program `onnx_cases`).

    python tests/python/onnx_node_cases.py [BUILD-FOLDER]

A case is taken if one of its inputs has four axes; that one is the picture, the other inputs become numbers of the file. What is
spelled is evaluated layer by layer and compared with what the case says. --list names every case and what became of it.
"""
import collections
import re
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper
from onnx.backend.test.case.node import collect_testcases
from onnx.backend.test.loader import load_model_tests

arguments = [argument for argument in sys.argv[1:] if argument != "--list"]
program = Path(arguments[0] if arguments else "build/test") / "tests" / "python" / "onnx_cases"
pictures = {TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.UINT8}
tolerances = {TensorProto.FLOAT16: 5e-3}


def node_cases():
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for case in collect_testcases(None):
            if case.model is not None and case.data_sets:
                yield case.name, case.model, case.data_sets[0]
    for kind in ["pytorch-operator", "pytorch-converted"]:
        for case in load_model_tests(kind=kind):
            data = Path(case.model_dir) / "test_data_set_0"
            arrays = [[numpy_helper.to_array(onnx.load_tensor(path)) for path in sorted(data.glob(f"{what}_*.pb"))] for what in ["input", "output"]]
            yield case.name, onnx.load(Path(case.model_dir) / "model.onnx"), arrays


def is_picture(value):
    if not value.type.HasField("tensor_type") or len(value.type.tensor_type.shape.dim) != 4:
        return False
    return value.type.tensor_type.elem_type in pictures


def with_one_input(model, arrays):
    """The model whose other inputs are numbers of its own, its picture, and the picture's type; nothing if no picture enters it."""
    held = {tensor.name for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in held]
    chosen = next((n for n, value in enumerate(inputs) if is_picture(value)), None)
    if chosen is None or len(arrays) != len(inputs):
        return None
    model = onnx.ModelProto.FromString(model.SerializeToString())
    for value, array in zip(inputs, arrays):
        if value is not inputs[chosen]:
            if not isinstance(array, np.ndarray):
                return None
            model.graph.initializer.append(numpy_helper.from_array(array, value.name))
    return model, arrays[chosen], inputs[chosen].type.tensor_type.elem_type


def takes_channels_last(model, name):
    readers = [node for node in model.graph.node if name in node.input]
    return len(readers) == 1 and readers[0].op_type == "Transpose" and list(readers[0].attribute[0].ints) == [0, 3, 1, 2]


def difference(expected, values, result):
    """The largest difference from what Denim gives, (N, H W C); None if the shape is another."""
    height, width, channels = result
    forms = [expected.reshape(len(values), -1)]
    if expected.ndim == 4:
        forms = [form.reshape(len(values), -1) for form in [expected.transpose(0, 2, 3, 1), expected]
                 if form.shape[1:] == (height, width, channels)]  # fmt: skip
    forms = [form for form in forms if form.shape == values.shape]
    return min((np.abs(form.astype(np.float64) - values).max() for form in forms), default=None)


def main():
    start, taken, expected = time.time(), 0, {}
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for name, model, (inputs, outputs) in node_cases():
            found = with_one_input(model, inputs)
            if found is None:
                continue
            taken += 1
            model, picture, kind = found
            (folder / f"{name}.onnx").write_bytes(model.SerializeToString())
            scaled = picture.astype(np.float32) / (255 if kind == TensorProto.UINT8 else 1)
            if not takes_channels_last(model, next(value.name for value in model.graph.input if is_picture(value))):
                scaled = scaled.transpose(0, 2, 3, 1)
            np.save(folder / f"{name}.x.npy", np.ascontiguousarray(scaled))
            expected[name] = outputs[0], tolerances.get(kind, 1e-4)
        subprocess.run([program, folder], check=True)

        right, refused, wrong = [], collections.Counter(), []
        for name, (output, tolerance) in expected.items():
            lines = (folder / f"{name}.txt").read_text().splitlines()
            if lines[0] == "refused":
                named = re.match(rf"{re.escape(name)}\.onnx: (the node|the output|an input|one output|one input|there is no layer|operators of)", lines[1])
                refused[lines[1].split(": ", 1)[1]] += 1
                if not named:
                    wrong.append((name, "refused without a name: " + lines[1]))
                if "--list" in sys.argv:
                    print(f"refused {lines[1]}")
                continue
            result = tuple(map(int, lines[1].split()))
            worst = difference(np.asarray(output), np.load(folder / f"{name}.y.npy"), result)
            if worst is None or not worst <= tolerance * max(1.0, np.abs(output).max()):
                wrong.append((name, f"differs by {worst}: " + " ".join(lines[2:])))
            right.append(name)
            if "--list" in sys.argv:
                print(f"right   {name}: " + " ".join(lines[2:]))
    for name, reason in wrong:
        print(f"{name}: {reason}")
    print(f"{taken} cases of ONNX {onnx.__version__} take a picture: {len(right)} are read right, {refused.total()} refused by name, "
          f"{len(wrong)} wrong ({time.time() - start:.0f} s)")  # fmt: skip
    assert taken > 400 and len(right) >= 35 and not wrong


main()
