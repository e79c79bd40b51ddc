# SPDX-License-Identifier: MIT
"""Weights that make a model's answers depend on its picture, and pictures that are not alike."""
import numpy as np
import torch


def draw_pictures(random, count, shape):
    """A few patches of full colours (N, C, H, W): of noise alone all pictures would have one mean, and their logits be much alike."""
    height, width, channels = shape
    patches = torch.tensor(random.integers(0, 2, (count, channels, 3, 3)), dtype=torch.float32)
    smooth = torch.nn.functional.interpolate(patches, size=(height, width), mode="bilinear")
    return 0.8 * smooth + 0.2 * torch.tensor(random.uniform(0, 1, (count, channels, height, width)), dtype=torch.float32)


def draw_torch_weights(model, pictures):
    """Factors and biases drawn away from 1 and 0; BatchNorm's means and variances are those of the pictures, as in training. Where nothing is normalised,
    weights that keep the size of the numbers, and small biases: others would drown what the picture says."""
    norms = [module for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    normalised = norms or any(isinstance(module, torch.nn.LayerNorm) for module in model.modules())
    most = 0.3 if normalised else 0.01
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)) and not normalised:
                torch.nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        for parameter, numbers in model.named_parameters():
            if parameter.endswith("layer_scale"):
                numbers.uniform_(0.1, 0.5)
            elif numbers.ndim == 1:
                numbers.uniform_(*((0.5, 1.5) if parameter.endswith("weight") else (-most, most)))
        for module in model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        for module in norms:
            module.momentum = 1.0
        if norms:
            model.train()(pictures)
    model.eval()


def draw_keras_weights(model, pictures, random):
    """Likewise."""
    import keras

    layers = [layer for layer in model._flatten_layers(include_self=False) if not hasattr(layer, "layers")]
    norms = [layer for layer in layers if isinstance(layer, keras.layers.BatchNormalization)]
    normalised = norms or any(isinstance(layer, keras.layers.LayerNormalization) for layer in layers)
    for layer in layers:
        for weight in layer.weights:
            shape, name = weight.shape, weight.path.rsplit("/", 1)[-1]
            if type(layer).__name__ == "LayerScale":
                weight.assign(random.uniform(0.1, 0.5, shape))
            elif isinstance(layer, keras.layers.Normalization) and name in ("mean", "variance"):
                weight.assign(random.uniform(0.3, 0.6, shape))
            elif name == "gamma":
                weight.assign(random.uniform(0.5, 1.5, shape))
            elif name in ("beta", "bias"):
                most = 0.3 if normalised else 0.01
                weight.assign(random.uniform(-most, most, shape))
            elif not normalised:
                weight.assign(random.normal(0, (2 / np.prod(shape[:-1])) ** 0.5, shape))
    for layer in norms:
        layer.momentum = 0.0
    if norms:
        model(pictures, training=True)


def apart(logits):
    """How much the logits of two pictures differ, of the largest."""
    return np.abs(logits - logits[0]).max() / np.abs(logits).max()
