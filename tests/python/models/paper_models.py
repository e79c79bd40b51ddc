# SPDX-License-Identifier: MIT
"""Networks of papers, and of MLPerf Tiny, that keras.applications does not have."""
import keras
from keras import layers as L


def norm(x, activation=True):
    x = L.BatchNormalization()(x)
    return L.ReLU()(x) if activation else x


def resnet8(x):
    """Image classification of MLPerf Tiny."""
    x = norm(L.Conv2D(16, 3, padding="same")(x))
    for filters, step in [(16, 1), (32, 2), (64, 2)]:
        y = norm(L.Conv2D(filters, 3, step, padding="same")(x))
        y = norm(L.Conv2D(filters, 3, padding="same")(y), activation=False)
        x = L.ReLU()(L.Add()([L.Conv2D(filters, 1, step, padding="same")(x) if step > 1 else x, y]))
    return L.Dense(10)(L.Flatten()(L.AveragePooling2D(8)(x)))


def separable(x, filters, step=1):
    x = norm(L.DepthwiseConv2D(3, step, padding="same")(x))
    return norm(L.Conv2D(filters, 1, padding="same")(x))


def visual_wake_words(x):
    x = norm(L.Conv2D(8, 3, 2, padding="same")(x))
    for filters, step in [(16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), *5 * [(128, 1)], (256, 2), (256, 1)]:
        x = separable(x, filters, step)
    return L.Dense(2)(L.Flatten()(L.AveragePooling2D(3)(x)))


def ds_cnn(x):
    """Keyword spotting of MLPerf Tiny."""
    x = L.Dropout(0.2)(norm(L.Conv2D(64, (10, 4), 2, padding="same")(x)))
    for _ in range(4):
        x = separable(x, 64)
    return L.Dense(12)(L.Flatten()(L.AveragePooling2D((24, 5))(L.Dropout(0.4)(x))))


def efficientnet_lite0(x):
    """Table 1 of EfficientNet without squeeze and excitation, with ReLU6: repeats, filters, factor, window, stride."""

    def relu6(x):
        return L.ReLU(6)(L.BatchNormalization()(x))

    x = relu6(L.Conv2D(32, 3, 2, padding="same", use_bias=False)(x))
    stages = [(1, 16, 1, 3, 1), (2, 24, 6, 3, 2), (2, 40, 6, 5, 2), (3, 80, 6, 3, 2), (3, 112, 6, 5, 1), (4, 192, 6, 5, 2), (1, 320, 6, 3, 1)]
    for count, filters, times, size, first in stages:
        for n in range(count):
            step, y = first if n == 0 else 1, x
            if times > 1:
                y = relu6(L.Conv2D(times * x.shape[-1], 1, use_bias=False)(y))
            y = relu6(L.DepthwiseConv2D(size, step, padding="same", use_bias=False)(y))
            y = norm(L.Conv2D(filters, 1, use_bias=False)(y), activation=False)
            x = L.Add()([x, y]) if n > 0 else y
    return L.Dense(10)(L.GlobalAveragePooling2D()(relu6(L.Conv2D(1280, 1, use_bias=False)(x))))


def model_of(make, shape):
    picture = L.Input(shape)
    return keras.Model(picture, make(picture))
