# SPDX-License-Identifier: MIT
"""The networks of interop.cpp in Keras, with random weights and BatchNorm statistics."""
import keras
import numpy as np
from keras import layers


def study():
    return keras.Sequential([layers.Input((30, 26, 3)), layers.Conv2D(12, 5, activation="relu"), layers.MaxPooling2D(),
                             layers.Conv2D(16, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten(), layers.Dense(3)])  # fmt: skip


def deep():
    image = layers.Input((16, 15, 3))
    x = layers.BatchNormalization()(layers.Conv2D(8, 3, padding="same", use_bias=False)(image))
    branch = layers.BatchNormalization()(layers.Conv2D(8, 3, padding="same", activation="relu")(x))
    x = layers.Add()([layers.Conv2D(8, 3, padding="same")(branch), x])
    x = layers.Conv2D(10, 3, activation="relu")(layers.MaxPooling2D(3, 2)(x))
    x = layers.Flatten()(layers.Dropout(0.5)(x))
    x = layers.BatchNormalization()(layers.Dense(12, activation="relu")(x))
    return keras.Model(image, layers.Dense(4, use_bias=False)(x))


def strided():
    return keras.Sequential([layers.Input((11, 14, 2)), layers.Conv2D(5, 3, strides=2, padding="same", activation="relu"),
                             layers.Conv2D(6, 4, padding="same"), layers.Conv2D(3, 2, strides=3, activation="relu"), layers.Flatten()])  # fmt: skip


def residual():
    image = layers.Input((6, 5, 4))
    x = layers.Dense(4)(layers.Flatten()(layers.Add()([layers.Conv2D(4, 3, padding="same", activation="relu")(image), image])))
    return keras.Model(image, layers.Add()([layers.Dense(4, activation="relu")(x), x]))


def models():
    keras.utils.set_random_seed(4)
    random = np.random.default_rng(5)
    all_models = {
        "study": study(), "deep": deep(), "strided": strided(), "residual": residual(),
        "dense": keras.Sequential([layers.Input((3, 4, 5)), layers.Flatten(), layers.Dense(6)]),
        "batch_norm": keras.Sequential([layers.Input((5, 4, 3)), layers.BatchNormalization(), layers.Flatten()]),
    }  # fmt: skip
    for model in all_models.values():
        for weight in model.weights:
            if weight.path.endswith("moving_variance"):
                weight.assign(np.exp(random.uniform(-8, 1, weight.shape)))
            elif len(weight.shape) == 1:
                weight.assign(random.uniform(-0.6, 0.9, weight.shape))
    return all_models
