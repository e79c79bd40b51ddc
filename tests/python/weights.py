# SPDX-License-Identifier: MIT
"""Weights between Denim (program `interop`) and Keras and PyTorch, both ways, as docs/interop.md says: the logits agree.

    python tests/python/weights.py [BUILD-FOLDER]
"""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"
import numpy as np  # noqa: E402
import torch  # noqa: E402
from safetensors.torch import save_file  # noqa: E402

sys.path.insert(0, str(Path(__file__).parent / "lib"))
from comparison import Comparison  # noqa: E402
from models import keras_models, torch_models  # noqa: E402

build = Path(sys.argv[1] if len(sys.argv) > 1 else "build/test")
program = build / "tests" / "python" / "interop"
compare = Comparison()


def main():
    keras_side, torch_side = keras_models.models(), torch_models.models()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        subprocess.run([program, "write", folder], check=True)

        def keras_logits(name):
            return np.asarray(keras_side[name].predict(np.load(folder / f"{name}.pictures.npy") / np.float32(255), verbose=0))

        def torch_logits(name):
            with torch.no_grad():
                return torch_side[name](torch.from_numpy(np.load(folder / f"{name}.pictures.npy") / np.float32(255)).permute(0, 3, 1, 2)).numpy()

        # From Keras and PyTorch to Denim.
        for name, model in keras_side.items():
            np.savez(folder / f"{name}.from_keras.npz", *model.get_weights())
            np.savez(folder / f"{name}.from_keras.named.npz", **{weight.path: weight.numpy() for weight in model.weights})
        for name, model in torch_side.items():
            np.savez(folder / f"{name}.from_pytorch.npz", **model.state_dict())
            save_file(model.state_dict(), folder / f"{name}.from_pytorch.safetensors")
        subprocess.run([program, "read", folder], check=True)
        for name in keras_side:
            for form in ["npz", "named.npz"]:
                compare((name, "from Keras", form), keras_logits(name), np.load(folder / f"{name}.from_keras.{form}.logits.npy"))
        for name in torch_side:
            for form in ["npz", "safetensors"]:
                compare((name, "from PyTorch", form), torch_logits(name), np.load(folder / f"{name}.from_pytorch.{form}.logits.npy"))

        # And the way back.
        for name, model in keras_side.items():
            arrays = np.load(folder / f"{name}.to_keras.npz")
            model.set_weights([arrays[row] for row in arrays.files])
            compare((name, "to Keras"), np.load(folder / f"{name}.logits.npy"), keras_logits(name))
        for name, model in torch_side.items():
            arrays, keys = np.load(folder / f"{name}.to_pytorch.npz"), [key for key in model.state_dict() if "num_batches" not in key]
            model.load_state_dict({key: torch.from_numpy(arrays[row]) for key, row in zip(keys, arrays.files)}, strict=False)
            compare((name, "to PyTorch"), np.load(folder / f"{name}.logits.npy"), torch_logits(name))
    print(f"{compare.count} networks between Denim, Keras and PyTorch, the largest relative difference is {compare.worst:.1e}")


main()
