#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes keras/* for tests/runtime/format/hdf5.cpp, with keras, h5py and numpy: make_keras.py"""
import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")
import h5py
import keras
import numpy as np
from keras import layers

here = Path(__file__).resolve().parent / "keras"
here.mkdir(exist_ok=True)
random = np.random.default_rng(7)


def build():
    """Names whose order is not that of the layers; the nested model has a number of filters of its own."""
    keras.utils.clear_session()
    inner = keras.Sequential([layers.Conv2D(6, 3, padding="same", use_bias=False, name="first"),
                              layers.BatchNormalization(epsilon=0.01, name="norm"), layers.ReLU(), layers.Conv2D(6, 1, name="a_second")], name="block")
    return keras.Sequential([layers.Input((8, 8, 3)), layers.Conv2D(4, 3, activation="relu", name="z_conv"),
                             layers.BatchNormalization(epsilon=0.01, name="norm"), inner, layers.Flatten(),
                             layers.Dense(5, activation="relu", name="y_dense"), layers.Dropout(0.5), layers.Dense(3, name="b_dense")])


model = build()
model.set_weights([(random.random(weight.shape) + 0.1 if "variance" in weight.path else random.normal(0, 0.4, weight.shape)).astype("float32")
                   for weight in model.weights])
picture = random.random((1, 8, 8, 3)).astype("float32")
np.savez(here / "answers.npz", picture=picture, logits=model.predict(picture, verbose=0))
model.save(here / "nested.keras", zipped=True)
model.save_weights(here / "nested.weights.h5")
model.save(here / "nested.h5")
model.get_layer("block").layers[0].trainable = False  # older files have what learns in front of what does not
model.save(here / "frozen.h5")

# Functional, with a shortcut; and BatchNorm without gamma.
keras.utils.clear_session()
pixels = keras.Input((4, 4, 2), name="pixels")
seen = layers.Normalization(name="seen")
seen.adapt(random.random((8, 4, 4, 2)))
left = layers.Conv2D(2, 1, name="left")(seen(pixels))
left = layers.BatchNormalization(scale=False, name="left_norm")(left)
joined = layers.Add()([layers.SeparableConv2D(2, 3, padding="same", name="apart")(left), left])
pooled = layers.GlobalAveragePooling2D()(layers.PReLU(shared_axes=[1, 2], name="slopes")(joined))
functional = keras.Model(pixels, layers.Dense(2, name="head")(pooled))
functional.compile("adam", "mse", metrics=["mae"])
functional.fit(np.ones((2, 4, 4, 2)), np.zeros((2, 2)), verbose=0)
functional.save(here / "functional.keras")
functional.save(here / "functional.h5")

# A layer of one's own that holds another one.
keras.utils.clear_session()


@keras.saving.register_keras_serializable(package="ours")
class Twice(keras.layers.Layer):
    def __init__(self, **settings):
        super().__init__(**settings)
        self.dense = layers.Dense(2)

    def build(self, shape):
        self.dense.build(shape)

    def call(self, x):
        return self.dense(x) * 2


keras.Sequential([keras.Input((2,)), Twice(name="twice")]).save(here / "own.keras")
keras.utils.clear_session()
keras.Sequential([keras.Input((2,)), layers.BatchNormalization(), layers.BatchNormalization(epsilon=1e-5)]).save(here / "epsilons.keras")


# Branches of one shape side by side, which no order of arrays tells apart.
keras.utils.clear_session()
pixels = keras.Input((1, 1, 2))
one, two = layers.Conv2D(3, 1, name="one")(pixels), layers.Conv2D(3, 1, name="two")(pixels)
keras.Model(pixels, layers.Concatenate()([two, one])).save(here / "twins.keras")


def legacy(name, arrays, strings=h5py.string_dtype("ascii", 16), **more):
    """As Keras 2 writes them: texts of fixed length, lists in pieces."""
    with h5py.File(here / name, "w") as file:
        file.attrs["layer_names0"] = np.array(["z", "empty"], dtype="S8")
        file.attrs["layer_names1"] = np.array(["a"], dtype="S8")
        file.create_group("empty").attrs["weight_names"] = np.array([])
        for layer in ("z", "a"):
            group = file.create_group(layer)
            group.attrs["weight_names"] = np.array([f"{layer}/{part}:0" for part in arrays], dtype=strings)
            for part, array in arrays.items():
                group.create_dataset(f"{layer}/{part}:0", data=array + (layer == "a") if array.dtype != bool else array, **more)


legacy("mixed.h5", {"kernel": np.array([[0.5, -2.0]], "float16"), "bias": np.array([1.25, 3.0], "float64")})
legacy("packed.h5", {"kernel": np.arange(600, dtype="float32").reshape(20, 30)}, compression="gzip", shuffle=True)
legacy("whole.h5", {"kernel": np.array([[1, 2]], "int64")})
legacy("too_large.h5", {"kernel": np.array([1e300], "float64")})
with h5py.File(here / "links.h5", "w") as file:
    file.attrs["layer_names"] = ["z"]
    file.create_group("z").attrs["weight_names"] = ["kernel"]
    file["z"]["kernel"] = h5py.ExternalLink("packed.h5", "/z/z/kernel:0")
with h5py.File(here / "other.h5", "w") as file:
    file["numbers"] = np.arange(3.0)
