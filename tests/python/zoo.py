# SPDX-License-Identifier: MIT
"""Networks of the zoo (program `zoo`) beside Keras's own models of the same papers, or models in Keras that are written here: with the same
weights the logits agree.

    python tests/python/zoo.py [BUILD-FOLDER]
"""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"
import keras  # noqa: E402
import numpy as np  # noqa: E402

sys.path.insert(0, str(Path(__file__).parent / "lib"))
from comparison import Comparison  # noqa: E402
from models.paper_models import ds_cnn, efficientnet_lite0, model_of, resnet8, visual_wake_words  # noqa: E402

build = Path(sys.argv[1] if len(sys.argv) > 1 else "build/test")
program = build / "tests" / "python" / "zoo"
compare = Comparison()
random = np.random.default_rng(7)
keras.utils.set_random_seed(7)


# Pictures of 33 x 33 stay odd at every stride of 2: then Keras's zeros stand where PyTorch's and the zoo's do. MobileNetV1's do so where
# they stay even.
common = {"input_shape": (33, 33, 3), "weights": None, "classes": 10, "classifier_activation": None}
models = {
    "mobilenet_v1": keras.applications.MobileNet(alpha=0.5, **{**common, "input_shape": (32, 32, 3)}),
    "mobilenet_v2": keras.applications.MobileNetV2(**common),
    "mobilenet_v3_small": keras.applications.MobileNetV3Small(include_preprocessing=False, **common),
    "efficientnet_b0": keras.applications.EfficientNetB0(**common),
    "densenet121": keras.applications.DenseNet121(**common),
    "efficientnet_lite0": model_of(efficientnet_lite0, (33, 33, 3)),
    "resnet8": model_of(resnet8, (32, 32, 3)),
    "visual_wake_words": model_of(visual_wake_words, (96, 96, 3)),
    "ds_cnn": model_of(ds_cnn, (49, 10, 1)),
}


def layers_with_statistics(model):
    return [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]


def give_statistics(model, pictures):
    """BatchNorm's factors are drawn; its means and variances are those of the pictures, so that numbers keep their size."""
    for layer in layers_with_statistics(model):
        shape = layer.gamma.shape
        layer.gamma.assign(random.uniform(0.5, 1.5, shape))
        layer.beta.assign(random.uniform(-0.5, 0.5, shape))
        layer.momentum = 0.0
    model(pictures, training=True)


def learned(name, model):
    """Without what stands in front of EfficientNet, since pictures come as it passes them on; the last two layers of MobileNetV3 are
    convolutions of 1 x 1 there, and dense in the paper and the zoo."""
    weights = [weight for layer in model.layers if not isinstance(layer, keras.layers.Normalization) for weight in layer.get_weights()]
    if name == "mobilenet_v3_small":
        weights[-4:] = [weight.reshape(weight.shape[-2:]) if weight.ndim == 4 else weight for weight in weights[-4:]]
    return weights


with tempfile.TemporaryDirectory() as folder:
    folder = Path(folder)
    expected = {}
    for name, model in models.items():
        pictures = (random.uniform(0, 1, (64, *model.input_shape[1:])) * random.uniform(0.1, 1, (64, 1, 1, 1))).astype("float32")
        theirs = pictures * np.float32(255 if name == "efficientnet_b0" else 1)
        give_statistics(model, theirs)
        expected[name] = np.asarray(model.predict(theirs[:2], verbose=0))
        apart = np.abs(expected[name][0] - expected[name][1]).max() / np.abs(expected[name]).max()
        assert apart > 0.1, (name, "the logits of two pictures are too much alike to tell anything", apart)
        np.savez(folder / f"{name}.npz", *learned(name, model))
        np.save(folder / f"{name}.x.npy", pictures[:2])
    subprocess.run([program, folder], check=True)
    for name, logits in expected.items():
        compare(name, logits, np.load(folder / f"{name}.y.npy"))
print(f"{compare.count} networks of the zoo beside Keras's, the largest relative difference is {compare.worst:.1e}")
