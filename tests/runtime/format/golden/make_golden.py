# SPDX-License-Identifier: MIT
"""Writes the golden files beside it: what numpy and safetensors write (numpy, torch and safetensors are needed).

The values are those of `values` below; the tests know them by the same rule.
"""
import gzip
import io
import struct
import warnings
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

here = Path(__file__).parent
integers = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
floats = ["float16", "float32", "float64"]


def values(dtype):
    if dtype == "bool":
        return np.array([[True, False, True], [False, False, True]])
    if dtype in integers:
        limits = np.iinfo(dtype)
        return np.array([[limits.min, limits.max, 0], [1, 2, 100]], dtype)
    limits = np.finfo(dtype)
    return np.array([[limits.min, limits.max, 0.1], [-0.0, limits.smallest_subnormal, np.inf]], dtype)


everything = {dtype: values(dtype) for dtype in ["bool", *integers, *floats]}
np.savez(here / "types.npz", **everything)
np.savez_compressed(here / "types_compressed.npz", **everything, zeros=np.zeros((40, 50), "float32"))

count = np.arange(24, dtype="int16").reshape(2, 3, 4)
np.save(here / "float32.npy", values("float32"))
np.save(here / "fortran.npy", np.asfortranarray(count))
np.save(here / "big_endian.npy", count.astype(">i2"))
np.save(here / "big_endian_float.npy", values("float64").astype(">f8"))
np.save(here / "scalar.npy", np.float64(2.5))
np.save(here / "empty.npy", np.zeros((0, 3), "uint8"))
np.save(here / "long.npy", np.arange(5, dtype="int64"))
np.save(here / "complex.npy", np.ones(2, "complex64"))
np.save(here / "records.npy", np.zeros(2, [("a", "f4"), ("b", "i2")]))
np.save(here / "text.npy", np.array(["one", "three"]))
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    for version in (2, 3):
        with open(here / f"version_{version}.npy", "wb") as file:
            np.lib.format.write_array(file, count, version=(version, 0))

tensors = {dtype: torch.from_numpy(values(dtype)) for dtype in ["bool", *integers, *floats]}
tensors["bfloat16"] = torch.tensor([[1.0, -2.5, 3.0e38], [0.0, 1e-40, 0.1]]).to(torch.bfloat16)
tensors["scalar"] = torch.tensor(7.0)
tensors["empty"] = torch.zeros(0, 3)
save_file(tensors, here / "types.safetensors", {"architecture": "golden", "labels": '["one", "zwei", "trois \\u00e9"]'})


def idx(code, array, packing):
    head = struct.pack(">HBB", 0, code, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.astype(packing).tobytes()


(here / "bytes.idx").write_bytes(idx(0x08, count, "u1"))
(here / "int16.idx").write_bytes(idx(0x0B, count, ">i2"))
(here / "float32.idx").write_bytes(idx(0x0D, values("float32"), ">f4"))
for name, members in {"bytes.idx.gz": 1, "members.idx.gz": 2}.items():
    data, file = idx(0x08, count, "u1"), io.BytesIO()
    for part in range(members):
        with gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as member:
            member.write(data[part * len(data) // members : (part + 1) * len(data) // members])
    (here / name).write_bytes(file.getvalue())
