# SPDX-License-Identifier: MIT
"""Writes small models of PyTorch and Keras for the test of print_network: python make_models.py FOLDER"""
import os
import sys
import warnings
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"
import keras  # noqa: E402
import torch  # noqa: E402
from keras import layers  # noqa: E402
from torch import nn  # noqa: E402

folder = Path(sys.argv[1])


class Residual(nn.Sequential):
    def forward(self, x):
        return super().forward(x) + x


image = layers.Input((14, 13, 3))
x = layers.BatchNormalization()(layers.Conv2D(2, 3, strides=2, padding="same", use_bias=False)(image))
branch = layers.Conv2D(2, 3, padding="same")(layers.Conv2D(2, 3, padding="same", activation="relu")(x))
x = layers.MaxPooling2D()(layers.Add()([branch, x]))
x = layers.Dense(4)(layers.Dropout(0.5)(layers.Flatten()(x)))
keras_model = keras.Model(image, layers.Dense(3, activation="softmax")(layers.Activation("relu")(x)))
keras_model.save(folder / "functional.keras")
sequential = keras.Sequential([layers.Input((9, 9, 1)), layers.Conv2D(2, 5), layers.ReLU(), layers.MaxPooling2D(3, 2), layers.Flatten(),
                               layers.Dense(2, use_bias=False)])  # fmt: skip
(folder / "sequential.json").write_text(sequential.to_json() + "\n")

model = nn.Sequential(nn.Conv2d(3, 2, 3, padding=1, bias=False), nn.BatchNorm2d(2), Residual(nn.Conv2d(2, 2, 3, padding=1), nn.ReLU()),
                      nn.MaxPool2d(2), nn.Conv2d(2, 2, 2, stride=2), nn.ReLU(), nn.Dropout(), nn.Flatten(), nn.Linear(2 * 3 * 2, 4), nn.ReLU(),
                      nn.Linear(4, 3, bias=False)).eval()  # fmt: skip
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    torch.onnx.export(model, torch.zeros(1, 3, 12, 9), folder / "pytorch.onnx", dynamo=False,
                      training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)  # fmt: skip
