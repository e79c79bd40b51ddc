# SPDX-License-Identifier: MIT
"""Round trips through Denim: numpy and safetensors write files, the program `formats` (formats.cpp) copies them, numpy and
safetensors read the copies, every bit is compared.

    python tests/python/formats.py [BUILD-FOLDER]
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

build = Path(sys.argv[1] if len(sys.argv) > 1 else "build/test")
program = build / "tests" / "python" / "formats"
random = np.random.default_rng(1)
types = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64"]
shapes = [(), (1,), (0,), (7,), (3, 0, 2), (2, 3), (5, 4, 3), (2, 1, 3, 4, 1, 2)]


def noise(dtype, shape):
    """Random bits: all numbers, NaNs with payload too."""
    if dtype == "bool":
        return random.integers(0, 2, shape).astype(bool)
    size = int(np.prod(shape, dtype=int)) * np.dtype(dtype).itemsize
    return np.frombuffer(random.bytes(size), dtype).reshape(shape).copy()


def same(a, b):
    assert a.dtype.newbyteorder("=") == b.dtype and a.shape == b.shape, (a.dtype, a.shape, b.dtype, b.shape)
    assert np.ascontiguousarray(a.astype(b.dtype.newbyteorder("="))).tobytes() == b.tobytes()


def main():
    checked = 0
    with tempfile.TemporaryDirectory() as folder:
        read, written = Path(folder, "read"), Path(folder, "written")
        read.mkdir()
        written.mkdir()

        arrays = {f"{dtype}_{i}": noise(dtype, shape) for dtype in types for i, shape in enumerate(shapes)}
        big = {f"{name}_big": array.astype(array.dtype.newbyteorder(">")) for name, array in arrays.items()}
        fortran = {f"{name}_fortran": np.asfortranarray(array) for name, array in arrays.items() if array.ndim > 1}
        arrays |= big | fortran | {"größe": np.arange(3.0)}
        for name, array in arrays.items():
            np.save(read / name, array)
        np.savez(read / "plain.npz", **arrays)
        np.savez_compressed(read / "packed.npz", **arrays, large=np.tile(np.arange(1000), (300, 1)))
        tensors = {f"{dtype}_{i}": noise(dtype, shape) for dtype in types for i, shape in enumerate(shapes)}
        metadata = {"text": '"quoted" größe\n', "empty": ""}
        save_file(tensors, read / "tensors.safetensors", metadata)

        subprocess.run([program, read, written], check=True)

        for name, array in arrays.items():
            same(array, np.load(written / f"{name}.npy"))
            checked += 1
        for name in ["plain", "packed"]:
            with np.load(read / f"{name}.npz") as before:
                for form in ["", "stored_", "rows_", "zip64_"]:
                    with np.load(written / f"{form}{name}.npz") as after:
                        assert sorted(before.files) == sorted(after.files)
                        for key in before.files:
                            same(before[key], after[key])
                            checked += 1

        after = load_file(written / "tensors.safetensors")
        assert tensors.keys() == after.keys()
        for name, tensor in tensors.items():
            same(tensor, after[name])
            checked += 1
        with safe_open(written / "tensors.safetensors", "np") as file:
            assert file.metadata() == metadata, file.metadata()

        with safe_open(written / "weights.safetensors", "np") as file:
            same(np.array([[0.1, -0.0], [3e38, 1e-45], [5, 6]], "float32"), file.get_tensor("conv.weights"))
            same(np.array([0.5, 2], "float32"), file.get_tensor("conv.bias"))
            assert file.metadata()["architecture"] == "Network<Image<1, 1, 3>>"
            assert json.loads(file.metadata()["labels"]) == ["boots", "café"]
            assert json.loads(file.metadata()["preprocessing"]) == {"scale": 0.5, "mean": [1], "deviation": [2]}
            checked += 2
    print(f"{checked} arrays went through Denim and came back bit for bit")


main()
