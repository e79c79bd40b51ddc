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

image = layers.Input((16, 12, 4))
x = layers.LayerNormalization()(layers.Conv2D(6, 3, padding="same", groups=2, activation="gelu")(image))
mean = layers.AveragePooling2D(3, 1, padding="same")(x)
mean = layers.DepthwiseConv2D(3, padding="same", dilation_rate=2, use_bias=False)(mean)
x = layers.Concatenate()([layers.Conv2D(4, 1, activation="swish")(x), mean, layers.MaxPooling2D(3, 1, padding="same")(x)])
x = layers.GlobalAveragePooling2D()(layers.LeakyReLU(0.3)(layers.ReLU()(x)))
keras.Model(image, layers.Dense(3, activation="softmax")(layers.Dense(5, activation="tanh")(x))).save(folder / "keras_branches.keras")


class Branches(nn.Module):
    def __init__(self, *branches):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


model = nn.Sequential(nn.Conv2d(3, 2, 3, padding=1, bias=False), nn.BatchNorm2d(2), Residual(nn.Conv2d(2, 2, 3, padding=1), nn.ReLU()),
                      nn.MaxPool2d(2), nn.Conv2d(2, 2, 2, stride=2), nn.ReLU(), nn.Dropout(), nn.Flatten(), nn.Linear(2 * 3 * 2, 4), nn.ReLU(),
                      nn.Linear(4, 3, bias=False)).eval()  # fmt: skip
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    torch.onnx.export(model, torch.zeros(1, 3, 12, 9), folder / "pytorch.onnx", dynamo=False,
                      training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)  # fmt: skip
    branches = Branches(nn.Sequential(nn.Conv2d(6, 4, 1), nn.ELU()), nn.Sequential(nn.Conv2d(6, 6, 3, padding=2, dilation=2, groups=6), nn.Identity()))
    model = nn.Sequential(nn.Conv2d(4, 6, 3, padding=1, groups=2), nn.Sigmoid(), branches, nn.AvgPool2d(2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(10, 3)).eval()  # fmt: skip
    torch.onnx.export(model, torch.zeros(1, 4, 12, 10), folder / "torch_branches.onnx", dynamo=False)
