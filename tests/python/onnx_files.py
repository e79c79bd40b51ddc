# SPDX-License-Identifier: MIT
"""ONNX files that Denim writes (program `interop`): accepted by onnx.checker, and ONNX Runtime and OpenVINO give Denim's numbers,
layer by layer and for whole networks; weights go back from ONNX into Denim, from our files and from PyTorch's.

    python tests/python/onnx_files.py [BUILD-FOLDER]
"""
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import openvino
import torch

sys.path.insert(0, str(Path(__file__).parent / "lib"))
from comparison import Comparison
from models import torch_models

build = Path(sys.argv[1] if len(sys.argv) > 1 else "build/test")
program = build / "tests" / "python" / "interop"
names = ["study", "deep", "strided", "activations", "dense", "batch_norm", "pool", "pools", "dropout", "residual",
         "small_layers", "flattened", "heads", "mobile", "moves"]
head_ends = {"heads": [3]}
compare = Comparison()


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def probabilities(name, logits, channels):
    """Head by head; of a network that ends in a picture, pixel by pixel."""
    if name in head_ends:
        return np.concatenate([softmax(head) for head in np.split(logits, head_ends[name], axis=1)], axis=1)
    return softmax(logits.reshape(len(logits), -1, channels)).reshape(logits.shape)


def main():
    core = openvino.Core()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        subprocess.run([program, "write", folder], check=True)
        for name in names:
            pictures, logits = np.load(folder / f"{name}.pictures.npy"), np.load(folder / f"{name}.logits.npy")
            channels = int(np.load(folder / f"{name}.channels.npy")[0])
            forms = {
                "onnx": (pictures.astype(np.float32) / 255, logits),
                "bytes.onnx": (pictures, probabilities(name, logits, channels)),
                "scaled.onnx": (pictures, logits),
            }
            for form, (given, expected) in forms.items():
                path = folder / f"{name}.{form}"
                model = onnx.load(path)
                onnx.checker.check_model(model, full_check=True)
                assert model.opset_import[0].version >= 17 and model.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "N"
                session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
                compiled = core.compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
                for batch in [len(given), 1]:
                    compare((name, form, "onnxruntime", batch), expected[:batch], session.run(None, {"images": given[:batch]})[0])
                    compare((name, form, "openvino", batch), expected[:batch], compiled(given[:batch])[0])

        # Our own files come back with the same logits.
        back = [name for name in names if (folder / f"{name}.to_keras.npz").exists()]
        for name in back:
            (folder / f"{name}.from_onnx.onnx").write_bytes((folder / f"{name}.onnx").read_bytes())
        # PyTorch's ONNX files of networks with its own weights, BatchNorm as a node of its own.
        expected = {}
        for name, model in torch_models.models().items():
            pictures = np.load(folder / f"{name}.pictures.npy").astype(np.float32).transpose(0, 3, 1, 2) / 255
            with torch.no_grad():
                expected[name] = model.eval()(torch.from_numpy(pictures)).numpy()
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    torch.onnx.export(model, torch.from_numpy(pictures), folder / f"{name}.from_onnx.torch.onnx", dynamo=False,
                                      training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)
        subprocess.run([program, "read", folder], check=True)
        for name in back:
            logits = np.load(folder / f"{name}.logits.npy")
            compare((name, "back"), logits, np.load(folder / f"{name}.from_onnx.onnx.logits.npy"), 1e-6)
        for name, logits in expected.items():
            compare((name, "from PyTorch's ONNX"), logits, np.load(folder / f"{name}.from_onnx.torch.onnx.logits.npy"))
    print(f"{compare.count} comparisons through ONNX, the largest relative difference is {compare.worst:.1e}")


main()
