#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the golden files beside it: what Keras (TensorFlow behind it, everything in float64) gives for layers, losses,
optimizers and ten steps of training. Needs numpy, keras and tensorflow-cpu; made with Keras 3.15 and TensorFlow 2.21.

    python tests/golden/make_golden.py [FOLDER]

Names in a file are `case.what`, for example `valid.weights`. Activations are (batch, height, width, channels), weights
(height, width, channels, filters) or (inputs, outputs). All numbers are float64, labels int32. Inputs, parameters and the
gradients fed in at the output are exact in float32 too: they are numbers(), below. `x_gradient` is the gradient of
sum(output * output_gradient) by x, or of the mean loss where the case has labels.

convolution.npz   input, weights, bias, output, output_gradient, input_gradient, weights_gradient, bias_gradient
    valid           Conv<3, 5>                              on Image<9, 7, 3>
    valid_linear    Conv<5, 7, Linear>                      on Image<11, 8, 2>
    seven           Conv<7, 8>                              on Image<13, 12, 3>
    same            Conv<3, 6, Same>                        on Image<7, 9, 4>
    same_even       Conv<4, 3, Same, Linear>                on Image<6, 5, 1>     (a row and a column more of zeros behind)
    same_wide       Conv<3, 17, Same>                       on Image<6, 5, 19>
    same_stride     Conv<3, 5, Same, Stride<2>>             on Image<8, 7, 3>     (rows: none above, one below)
    same_stride_5   Conv<5, 4, Same, Stride<2>, Linear>     on Image<10, 9, 3>
    stride          Conv<3, 4, Stride<3>>                   on Image<11, 10, 2>
    point           Conv<1, 9>                              on Image<5, 4, 6>
    no_bias         Conv<3, 4, NoBias>                      on Image<6, 6, 1>     (has no bias, no bias_gradient)
    one_pixel       Conv<3, 2>                              on Image<3, 3, 1>
pool.npz          input, output, output_gradient, input_gradient
    max             MaxPool                                 on Image<7, 5, 3>
    max_3           Pool<Max, 3, Stride<2>>                 on Image<9, 8, 4>     (windows overlap)
    average         Pool<Average, 2>                        on Image<7, 5, 3>
dense.npz         as convolution.npz
    relu            Dense<7, ReLU>                          on Image<3, 2, 5>
    linear          Dense<3>                                on Image<1, 1, 10>
    wide            Dense<33, ReLU>                         on Image<1, 1, 50>
batch_norm.npz    input, gamma, beta, mean, variance (the moving ones before), output (of training), output_gradient,
                  input_gradient, gamma_gradient, beta_gradient, mean_after, variance_after (one step of training),
                  inference_output (with mean and variance, not with those after). Keras moves its variance towards the
                  biased one of the batch (sum of squares / count), with momentum 0.99; epsilon is 1e-3.
    picture         BatchNorm                               on Image<4, 3, 5>
    vector          BatchNorm                               on Image<1, 1, 7>
residual.npz      input, output, output_gradient, input_gradient and, for each parameter p of the branch, p and p_gradient
    plain           Residual<Conv<3, 4, Same>, Conv<3, 4, Same, Linear>>             on Image<6, 5, 4>
                    weights_0, bias_0, weights_1, bias_1
    norm            Residual<Conv<3, 4, Same>, BatchNorm, Conv<3, 4, Same, Linear>>  on Image<6, 5, 4>, training
                    weights_0, bias_0, gamma_1, beta_1, weights_2, bias_2; mean_1, variance_1 and those after, as batch_norm
loss.npz          logits, labels, loss (the mean), logits_gradient (of the mean)
    small, large (up to 10,000 either way), many (100 classes)
network.npz       input, labels, logits (of training), loss and, for each parameter p, p and p_gradient
    chain           Conv<3, 4>, MaxPool, BatchNorm, Residual<Conv<3, 4, Same>, Conv<3, 4, Same, Linear>>, Dense<3>
                    on Image<12, 11, 2>: weights_0, bias_0, gamma_2, beta_2, weights_3_0, bias_3_0, weights_3_1, bias_3_1,
                    weights_4, bias_4
optimizer.npz     before, gradients (5, n), after (5, n): the values after each of five steps
    adam            rate 1e-3, 0.9, 0.999, epsilon 1e-7; m and v after the last step too. A step:
                    m += (g - m) (1 - b1);  v += (g g - v) (1 - b2);
                    p -= rate sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt(v) + epsilon)
    adam_fast       rate 0.25, 0.5, 0.75, epsilon 0.125: epsilon shows
    sgd             rate 0.01:                 p -= rate g
    momentum        rate 0.01, momentum 0.9:   v = momentum v - rate g;  p += v
    nesterov        the same with Nesterov:    v = momentum v - rate g;  p += momentum v - rate g
    sgd_decay       nesterov with decay 0.25: before its step, p -= rate decay p
    adam_w          rate 1e-3, decay 0.25: before Adam's step, p -= rate decay p
    rms_prop        rate 1e-3, rho 0.9, epsilon 1e-7:       v += (g g - v) (1 - rho);  p -= rate g / sqrt(v + epsilon)
    rms_momentum    the same with momentum 0.9: push = momentum push + rate g / sqrt(v + epsilon);  p -= push
    lion            rate 1e-3, 0.9, 0.99, decay 0.25: p -= rate decay p;  p -= rate sign(b1 m + (1 - b1) g);
                    m = b2 m + (1 - b2) g
losses.npz        logits, targets or labels, loss (the mean), logits_gradient (of the mean)
    smooth          SoftmaxCrossEntropy, label smoothing 0.1
    weighted        the same with class weights 1, 2, 0.5, 4 as well: each sample counts by its class, the sum is divided by
                    the number of samples
    binary          BinaryCrossEntropy, three labels of 0 or 1; binary_smooth with label smoothing 0.2
    focal           Focal, alpha 0.25, gamma 2; focal_sharp with gamma 0.5, alpha 1
    squares         MeanSquaredError, three numbers
study_steps.npz   losses (10): the mean loss of each batch before its step; sums (6) and squares (6): of each parameter array
                  after the last step, in the order weights, bias of the first, the second convolution and the dense layer
    full            Conv<5, 64>, MaxPool, Conv<5, 64>, MaxPool, Dense<3> on Image<120, 90, 3>, batch 8, rate 1/8192
    full_default    the same at Keras's rate, 1e-3: harder, a rounding error of 1e-6 in a layer becomes 1e-5 of a loss
    small           Conv<5, 16>, MaxPool, Conv<5, 16>, MaxPool, Dense<3> on Image<120, 90, 3>, batch 4, rate 1/8192
                    Step t trains on pictures t * batch to (t + 1) * batch - 1, divided by 255; Adam is Keras's but for the
                    rate. Weights begin as numbers(shape, seed) * scale with (seed, scale) = (1, 1/16), (2, 1/32), (3, 1/128),
                    the biases of convolutions as 1/4, of the dense layer as 0. (With biases of 0 some filters are all but
                    dead, and one rounding that wakes one moves a loss by 1e-3, whoever computes in float32.)

Numbers and pictures come from a hash of whole numbers, so that C++ (golden.hpp) makes the same ones and no file is large.
"""
import os
import sys
from pathlib import Path

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def bits(index, seed):
    """A 32-bit hash of each index and the seed (Wellons's lowbias32 over their mix)."""
    x = (np.asarray(index, np.uint64) * 0x9E3779B1 + np.uint64(seed) * 0x85EBCA77) & 0xFFFFFFFF
    x ^= x >> 16
    x = (x * 0x7FEB352D) & 0xFFFFFFFF
    x ^= x >> 15
    x = (x * 0x846CA68B) & 0xFFFFFFFF
    return x ^ (x >> 16)


def numbers(shape, seed):
    """Uniform in [-1, 1), each a whole multiple of 2^-23: the upper 24 bits of the hash of its place in the array."""
    count = int(np.prod(shape))
    return (((bits(np.arange(count), seed) >> 8).astype(np.float64) - 2**23) / 2**23).reshape(shape)


def picture(number):
    """A photograph of 120 x 90 in uint8 and its label: a wide or a high rectangle or a disc, coloured, on black, with noise.

    Label, place and colour are hashes with seed 100 of 8 * number + 0...5, the noise is the upper 6 bits of the hash with
    seed 101 of 32400 * number + place in the array.
    """
    h = [int(x) for x in bits(8 * number + np.arange(8), 100)]
    label, y0, x0 = h[0] % 3, 45 + h[1] % 31, 35 + h[2] % 21
    y, x = np.mgrid[0:120, 0:90]
    dy, dx = np.abs(y - y0), np.abs(x - x0)
    inside = [(dy < 12) & (dx < 30), (dy < 34) & (dx < 11), dy * dy + dx * dx < 400][label]
    colour = np.array([72 + h[3 + c] % 120 for c in range(3)])
    noise = (bits(np.arange(120 * 90 * 3) + 32400 * number, 101) >> 26).reshape(120, 90, 3).astype(np.int64)
    return (np.where(inside[..., None], colour, 0) + noise).astype(np.uint8), label


class Adam:
    """The formula above, exactly: Keras rounds its rates to float32 on the way to a float64 variable."""

    def __init__(self, rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        self.rate, self.beta_1, self.beta_2, self.epsilon = rate, beta_1, beta_2, epsilon
        self.step, self.m, self.v = 0, None, None

    def apply(self, gradients, values):
        self.m = self.m or [np.zeros_like(value) for value in values]
        self.v = self.v or [np.zeros_like(value) for value in values]
        self.step += 1
        rate = self.rate * np.sqrt(1 - self.beta_2**self.step) / (1 - self.beta_1**self.step)
        for value, gradient, m, v in zip(values, gradients, self.m, self.v, strict=True):
            m += (gradient - m) * (1 - self.beta_1)
            v += (gradient * gradient - v) * (1 - self.beta_2)
            value -= rate * m / (np.sqrt(v) + self.epsilon)


class Sgd:
    """Likewise."""

    def __init__(self, rate=0.01, momentum=0.0, nesterov=False):
        self.rate, self.momentum, self.nesterov, self.v = rate, momentum, nesterov, None

    def apply(self, gradients, values):
        self.v = self.v or [np.zeros_like(value) for value in values]
        for value, gradient, v in zip(values, gradients, self.v, strict=True):
            v *= self.momentum
            v -= self.rate * gradient
            value += self.momentum * v - self.rate * gradient if self.nesterov else v


class RmsProp:
    """Likewise."""

    def __init__(self, rate=1e-3, rho=0.9, momentum=0.0, epsilon=1e-7):
        self.rate, self.rho, self.momentum, self.epsilon = rate, rho, momentum, epsilon
        self.v, self.push = None, None

    def apply(self, gradients, values):
        self.v = self.v or [np.zeros_like(value) for value in values]
        self.push = self.push or [np.zeros_like(value) for value in values]
        for value, gradient, v, push in zip(values, gradients, self.v, self.push, strict=True):
            v += (gradient * gradient - v) * (1 - self.rho)
            push *= self.momentum
            push += self.rate * gradient / np.sqrt(v + self.epsilon)
            value -= push


class Lion:
    """Likewise."""

    def __init__(self, rate=1e-3, beta_1=0.9, beta_2=0.99):
        self.rate, self.beta_1, self.beta_2, self.m = rate, beta_1, beta_2, None

    def apply(self, gradients, values):
        self.m = self.m or [np.zeros_like(value) for value in values]
        for value, gradient, m in zip(values, gradients, self.m, strict=True):
            value -= self.rate * np.sign(self.beta_1 * m + (1 - self.beta_1) * gradient)
            m += (gradient - m) * (1 - self.beta_2)


class Decay:
    """Likewise: a weight decay before the step of another."""

    def __init__(self, decay, optimizer):
        self.decay, self.optimizer = decay, optimizer

    def apply(self, gradients, values):
        for value in values:
            value -= self.optimizer.rate * self.decay * value
        self.optimizer.apply(gradients, values)


def main(folder):
    import keras
    import tensorflow as tf

    keras.config.set_floatx("float64")
    seed = 0

    def fresh(*shape):
        nonlocal seed
        seed += 1
        return numbers(shape, 1000 + seed)

    def build(shape, *layers):
        """The layers in a row on pictures of `shape`; every parameter gets fresh numbers, smaller the more add up."""
        model = keras.Sequential([keras.Input(shape), *layers])
        for variable in model.trainable_variables:
            extents = tuple(variable.shape)
            scale = 2.0 ** -round(np.log2(np.sqrt(np.prod(extents[:-1])))) if len(extents) > 1 else 0.5
            offset = 1.0 if variable.name == "gamma" else 0.0
            variable.assign((offset + scale * fresh(*extents)).astype(np.float32))
        return model

    def run(out, case, model, x, names, gradient=None, labels=None, keep_input=True):
        """Forward and backward in training mode; fills `out`."""
        tensor = tf.Variable(x)
        for name, variable in zip(names, model.trainable_variables, strict=True):
            out[f"{case}.{name}"] = variable.numpy()
        with tf.GradientTape() as tape:
            y = model(tensor, training=True)
            if labels is None:
                gradient = fresh(*y.shape)
                loss = tf.reduce_sum(y * gradient)
                out[f"{case}.output"], out[f"{case}.output_gradient"] = y.numpy(), gradient
            else:
                loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, y)
                out[f"{case}.logits"], out[f"{case}.labels"], out[f"{case}.loss"] = y.numpy(), labels, loss.numpy()
        by_input, *by_names = tape.gradient(loss, [tensor, *(v.value for v in model.trainable_variables)])
        out[f"{case}.input"], out[f"{case}.input_gradient"] = x, by_input.numpy()
        for name, value in zip(names, by_names, strict=True):
            out[f"{case}.{name}_gradient"] = value.numpy()

    def save(name, out):
        np.savez(folder / name, **{k: np.asarray(v, np.int32 if k.endswith("labels") else np.float64) for k, v in out.items()})
        print(f"{name}: {(folder / name).stat().st_size} bytes, {len(out)} arrays")

    Conv, Dense, Norm = keras.layers.Conv2D, keras.layers.Dense, keras.layers.BatchNormalization

    out = {}
    for case, shape, filters, window, options in [
        ("valid", (9, 7, 3), 5, 3, {"activation": "relu"}),
        ("valid_linear", (11, 8, 2), 7, 5, {}),
        ("seven", (13, 12, 3), 8, 7, {"activation": "relu"}),
        ("same", (7, 9, 4), 6, 3, {"activation": "relu", "padding": "same"}),
        ("same_even", (6, 5, 1), 3, 4, {"padding": "same"}),
        ("same_wide", (6, 5, 19), 17, 3, {"activation": "relu", "padding": "same"}),
        ("same_stride", (8, 7, 3), 5, 3, {"activation": "relu", "padding": "same", "strides": 2}),
        ("same_stride_5", (10, 9, 3), 4, 5, {"padding": "same", "strides": 2}),
        ("stride", (11, 10, 2), 4, 3, {"activation": "relu", "strides": 3}),
        ("point", (5, 4, 6), 9, 1, {"activation": "relu"}),
        ("no_bias", (6, 6, 1), 4, 3, {"activation": "relu", "use_bias": False}),
        ("one_pixel", (3, 3, 1), 2, 3, {"activation": "relu"}),
    ]:
        model = build(shape, Conv(filters, window, **options))
        run(out, case, model, fresh(3, *shape), ["weights", "bias"][: len(model.trainable_variables)])
    save("convolution.npz", out)

    out = {}
    for case, shape, layer in [
        ("max", (7, 5, 3), keras.layers.MaxPooling2D(2)),
        ("max_3", (9, 8, 4), keras.layers.MaxPooling2D(3, strides=2)),
        ("average", (7, 5, 3), keras.layers.AveragePooling2D(2)),
    ]:
        run(out, case, build(shape, layer), fresh(3, *shape), [])
    save("pool.npz", out)

    out = {}
    for case, shape, layer in [
        ("relu", (3, 2, 5), Dense(7, activation="relu")),
        ("linear", (1, 1, 10), Dense(3)),
        ("wide", (1, 1, 50), Dense(33, activation="relu")),
    ]:
        run(out, case, build(shape, keras.layers.Flatten(), layer), fresh(5, *shape), ["weights", "bias"])
    save("dense.npz", out)

    out = {}
    for case, shape in [("picture", (4, 3, 5)), ("vector", (1, 1, 7))]:
        norm = Norm()
        model = build(shape, norm)
        mean, variance = fresh(shape[-1]), 1 + fresh(shape[-1]) / 4
        norm.moving_mean.assign(mean)
        norm.moving_variance.assign(variance)
        x = fresh(6, *shape) * 2 + 1
        out |= {f"{case}.mean": mean, f"{case}.variance": variance, f"{case}.inference_output": model(x, training=False).numpy()}
        run(out, case, model, x, ["gamma", "beta"])
        out |= {f"{case}.mean_after": norm.moving_mean.numpy(), f"{case}.variance_after": norm.moving_variance.numpy()}
        biased = 0.99 * variance + 0.01 * x.reshape(-1, shape[-1]).var(axis=0)
        assert np.allclose(out[f"{case}.variance_after"], biased, rtol=1e-12, atol=0)
    save("batch_norm.npz", out)

    def residual(shape, *layers):
        x = keras.Input(shape)
        y = x
        for layer in layers:
            y = layer(y)
        return keras.Model(x, keras.layers.Add()([x, y]))

    out = {}
    same = {"padding": "same"}
    shape = (6, 5, 4)
    block = residual(shape, Conv(4, 3, activation="relu", **same), Conv(4, 3, **same))
    run(out, "plain", build(shape, block), fresh(3, *shape), ["weights_0", "bias_0", "weights_1", "bias_1"])
    norm = Norm()
    block = residual(shape, Conv(4, 3, activation="relu", **same), norm, Conv(4, 3, **same))
    out |= {"norm.mean_1": np.zeros(4), "norm.variance_1": np.ones(4)}
    run(out, "norm", build(shape, block), fresh(3, *shape), ["weights_0", "bias_0", "gamma_1", "beta_1", "weights_2", "bias_2"])
    out |= {"norm.mean_1_after": norm.moving_mean.numpy(), "norm.variance_1_after": norm.moving_variance.numpy()}
    save("residual.npz", out)

    out = {}
    for case, classes, factor in [("small", 4, 2), ("large", 4, 10_000), ("many", 100, 4)]:
        logits = tf.Variable(fresh(7, classes) * factor)
        labels = (bits(np.arange(7), 5) % classes).astype(np.int32)
        with tf.GradientTape() as tape:
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, logits)
        by_logits = tape.gradient(loss, logits)
        out |= {f"{case}.logits": logits.numpy(), f"{case}.labels": labels, f"{case}.loss": loss.numpy()}
        out[f"{case}.logits_gradient"] = by_logits.numpy()
    save("loss.npz", out)

    out = {}
    shape = (12, 11, 2)
    block = residual((5, 4, 4), Conv(4, 3, activation="relu", **same), Conv(4, 3, **same))
    chain = [Conv(4, 3, activation="relu"), keras.layers.MaxPooling2D(2), Norm(), block, keras.layers.Flatten(), Dense(3)]
    names = ["weights_0", "bias_0", "gamma_2", "beta_2", "weights_3_0", "bias_3_0", "weights_3_1", "bias_3_1"]
    names += ["weights_4", "bias_4"]
    run(out, "chain", build(shape, *chain), fresh(5, *shape), names, labels=np.array([2, 0, 1, 1, 0], np.int32))
    save("network.npz", out)

    out = {}
    of_keras = keras.optimizers
    for case, optimizer, twin in [
        ("adam", Adam(), of_keras.Adam()),
        ("adam_fast", Adam(0.25, 0.5, 0.75, 0.125), of_keras.Adam(0.25, beta_1=0.5, beta_2=0.75, epsilon=0.125)),
        ("sgd", Sgd(), of_keras.SGD()),
        ("momentum", Sgd(momentum=0.9), of_keras.SGD(momentum=0.9)),
        ("nesterov", Sgd(momentum=0.9, nesterov=True), of_keras.SGD(momentum=0.9, nesterov=True)),
        ("adam_w", Decay(0.25, Adam()), of_keras.AdamW(weight_decay=0.25)),
        ("rms_prop", RmsProp(), of_keras.RMSprop()),
        ("rms_momentum", RmsProp(momentum=0.9), of_keras.RMSprop(momentum=0.9)),
        ("lion", Decay(0.25, Lion()), of_keras.Lion(weight_decay=0.25)),
        (
            "sgd_decay",
            Decay(0.25, Sgd(momentum=0.9, nesterov=True)),
            of_keras.SGD(momentum=0.9, nesterov=True, weight_decay=0.25),
        ),
    ]:
        before, gradients = fresh(9), fresh(5, 9)
        gradients[:, 0] = 0  # stays where it is
        gradients[:, 1] *= 2.0**-24  # as small as epsilon
        value, variable, after = before.copy(), keras.Variable(before), []
        for gradient in gradients:
            optimizer.apply([gradient], [value])
            twin.apply([tf.constant(gradient)], [variable])
            assert np.allclose(value, variable.numpy(), rtol=0, atol=5e-8), case
            after.append(value.copy())
        out |= {f"{case}.before": before, f"{case}.gradients": gradients, f"{case}.after": np.stack(after)}
        if case == "adam":
            out |= {"adam.m": optimizer.m[0], "adam.v": optimizer.v[0]}
    save("optimizer.npz", out)

    out = {}
    of_keras = keras.losses
    some = {"label_smoothing": 0.1, "from_logits": True}
    classes = (bits(np.arange(7), 6) % 4).astype(np.int32)
    weights = np.array([1, 2, 0.5, 4])
    for case, loss, given, weight in [
        ("smooth", of_keras.CategoricalCrossentropy(**some), "labels", None),
        ("weighted", of_keras.CategoricalCrossentropy(**some), "labels", weights[classes]),
        ("binary", of_keras.BinaryCrossentropy(from_logits=True), "targets", None),
        ("binary_smooth", of_keras.BinaryCrossentropy(from_logits=True, label_smoothing=0.2), "targets", None),
        ("focal", of_keras.CategoricalFocalCrossentropy(from_logits=True), "labels", None),
        ("focal_sharp", of_keras.CategoricalFocalCrossentropy(alpha=1, gamma=0.5, from_logits=True), "labels", None),
        ("squares", of_keras.MeanSquaredError(), "targets", None),
    ]:
        logits = tf.Variable(fresh(7, 4 if given == "labels" else 3) * 4)
        targets = np.eye(4)[classes] if given == "labels" else fresh(7, 3) if case == "squares" else (fresh(7, 3) > 0) * 1.0
        with tf.GradientTape() as tape:
            value = loss(targets, logits, sample_weight=weight)
        by_logits = tape.gradient(value, logits).numpy()
        out |= {f"{case}.logits": logits.numpy(), f"{case}.loss": value.numpy(), f"{case}.logits_gradient": by_logits}
        out[f"{case}.{given}"] = classes if given == "labels" else targets
    out["weighted.weights"] = weights
    save("losses.npz", out)

    out = {}
    for case, filters, batch, rate in [("full", 64, 8, 1 / 8192), ("full_default", 64, 8, 1e-3), ("small", 16, 4, 1 / 8192)]:
        quarter = keras.initializers.Constant(0.25)
        layers = [Conv(filters, 5, activation="relu", bias_initializer=quarter), keras.layers.MaxPooling2D(2)]
        layers += [Conv(filters, 5, activation="relu", bias_initializer=quarter), keras.layers.MaxPooling2D(2)]
        layers += [keras.layers.Flatten(), Dense(3)]
        model = keras.Sequential([keras.Input((120, 90, 3)), *layers])
        for variable, key, scale in zip(model.trainable_variables[::2], [1, 2, 3], [1 / 16, 1 / 32, 1 / 128], strict=True):
            variable.assign(numbers(tuple(variable.shape), key) * scale)
        values = [variable.numpy() for variable in model.trainable_variables]
        optimizer, losses = Adam(rate), []
        for step in range(10):
            pictures, labels = zip(*(picture(step * batch + n) for n in range(batch)), strict=True)
            with tf.GradientTape() as tape:
                logits = model(tf.constant(np.stack(pictures).astype(np.float64) / 255), training=True)
                loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(np.array(labels), logits)
            gradients = tape.gradient(loss, [v.value for v in model.trainable_variables])
            optimizer.apply([gradient.numpy() for gradient in gradients], values)
            for variable, value in zip(model.trainable_variables, values, strict=True):
                variable.assign(value)
            losses.append(float(loss))
        print(case, losses)
        out |= {f"{case}.losses": losses, f"{case}.sums": [v.sum() for v in values], f"{case}.squares": [(v**2).sum() for v in values]}
    save("study_steps.npz", out)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
