# SPDX-License-Identifier: MIT
"""Keras's own files, .keras, .h5 and .weights.h5: the program `keras_files` finds in each the arrays that the model has, in the order of its layers.

    python tests/python/keras_files.py [BUILD-FOLDER]
"""
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"
import keras  # noqa: E402
import numpy as np  # noqa: E402

sys.path.insert(0, str(Path(__file__).parent / "lib"))
from models import keras_models  # noqa: E402

program = Path(sys.argv[1] if len(sys.argv) > 1 else "build/test") / "tests" / "python" / "keras_files"
networks = {"MobileNetV3Small": 64, "ResNet50V2": 64, "EfficientNetB0": 64, "DenseNet121": 64}
random = np.random.default_rng(3)


def arrays_of(model):
    """Of the layers in their order, models within them included; the number of pictures that a Normalization saw is no weight."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from arrays_of(layer)
        else:
            yield from (weight.numpy() for weight in layer.weights if weight.name != "count")


def applications():
    for name, size in networks.items():
        model = getattr(keras.applications, name)(weights=None, input_shape=(size, size, 3))
        model.set_weights([random.normal(0, 1, weight.shape).astype(weight.dtype) for weight in model.weights])
        yield name, model
        inputs = keras.Input((size, size, 3))
        yield name + " in a model", keras.Model(inputs, keras.layers.Dense(3)(model(inputs)))


def main():
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, model in [*keras_models.models().items(), *applications()]:
            files = {form: Path(folder) / ("model" + form) for form in (".keras", ".h5", ".weights.h5")}
            for form, file in files.items():
                (model.save_weights if form == ".weights.h5" else model.save)(file)
            subprocess.run([program, *files.values()], check=True, stdout=subprocess.DEVNULL)
            expected = list(arrays_of(model))
            for form, file in files.items():
                found = np.load(f"{file}.npz")
                found = [found[key] for key in found.files]
                same = len(found) == len(expected)
                if form == ".weights.h5":  # which tells no order
                    same = same and Counter(array.tobytes() for array in found) == Counter(array.tobytes() for array in expected)
                else:
                    same = same and all(np.array_equal(one, other) for one, other in zip(found, expected))
                if not same:
                    sys.exit(f"{name}, {form}: {len(expected)} arrays were expected in the order of the layers, {len(found)} came or others")
                count += 1
    print(f"{count} files of Keras's hold what their models have")


if program.exists():
    main()
else:
    print("HDF5 is not installed: skipped")
