# SPDX-License-Identifier: MIT
"""A network of an ONNX file in Keras, channels last, for those that are trained."""
import keras
import numpy as np
import onnx_layers
from keras import layers as kl


def padded(layer, value):
    """Zeros around the picture, and what Keras calls the padding: `same` where its zeros are these."""
    above, left, below, right = onnx_layers.pads(layer)
    rows, columns = layer.settings["kernel_shape"]
    even = (above, left) == (below, right)
    if even and layer.settings["strides"] == [1, 1] and (2 * above, 2 * left) == (rows - 1, columns - 1):
        return value, "same"
    return (kl.ZeroPadding2D(((above, below), (left, right)))(value) if above + left + below + right else value), "valid"


def conv(layer, value):
    weight, *bias = layer.weights
    window = weight.shape[2:]
    value, padding = padded(layer, value)
    common = dict(kernel_size=window, strides=layer.settings["strides"], padding=padding, use_bias=bool(bias))
    groups = layer.settings.get("group", 1)
    if groups == 1:
        return kl.Conv2D(weight.shape[0], **common), value, [weight.transpose(2, 3, 1, 0), *bias]
    if groups == weight.shape[0] and weight.shape[1] == 1:
        return kl.DepthwiseConv2D(**common), value, [weight.transpose(2, 3, 0, 1), *bias]
    raise ValueError("groups are not known here")


def layer_of(layer, values):
    """The layer, what it reads, and its weights."""
    value = values[0]
    match layer.kind:
        case "Conv":
            return conv(layer, value)
        case "BatchNormalization":
            return kl.BatchNormalization(epsilon=layer.settings["epsilon"]), value, layer.weights
        case "Relu":
            return kl.ReLU(), value, []
        case "Clip" if onnx_layers.is_relu6(layer):
            return kl.ReLU(6), value, []
        case "Add":
            return kl.Add(), values, []
        case "MaxPool" if not layer.settings.get("ceil_mode"):  # behind a ReLU: zeros around are as good as nothing
            value, padding = padded(layer, value)
            return kl.MaxPooling2D(layer.settings["kernel_shape"], layer.settings["strides"], padding), value, []
        case "GlobalAveragePool":
            return kl.GlobalAveragePooling2D(keepdims=True), value, []
        case "Flatten" if value.shape[1:3] == (1, 1):  # else the order is another
            return kl.Flatten(), value, []
        case "Gemm":
            weight = onnx_layers.in_by_out(layer)
            return kl.Dense(weight.shape[1]), value, [weight, layer.weights[1]]
    raise ValueError(f"{layer.kind} {layer.settings} is no layer that is known here")


def network(file, shape):
    values, weights = [keras.Input(shape)], []
    for layer in onnx_layers.read(file)[1:]:
        made, inputs, numbers = layer_of(layer, [values[n] for n in layer.inputs])
        values.append(made(inputs))
        weights.append((made, numbers))
    for made, numbers in weights:
        made.set_weights([np.array(one) for one in numbers])
    return keras.Model(values[0], values[-1])
