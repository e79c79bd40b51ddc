#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes layers.npz: what PyTorch gives, in float64, for layers that Keras does not compute on every processor, and Keras on PyTorch for
four that PyTorch does not have. Needs numpy, torch and keras; made with PyTorch 2.13 and Keras 3.15.

    python tests/golden/make_layers.py [FOLDER]

Names, layouts and numbers as in make_golden.py; weights of a depthwise convolution are (height, width, channels).

layers.npz        input, output, output_gradient, input_gradient and, for each parameter p, p and p_gradient
    dilated         Conv<3, 5, Dilation<2>>                     on Image<9, 8, 3>
    dilated_same    Conv<3, 4, Same, Dilation<3>, Linear>       on Image<8, 7, 2>
    grouped         Conv<3, 6, Same, Groups<2>>                 on Image<7, 6, 4>
    grouped_stride  Conv<3, 8, Groups<4>, Stride<2>, Linear>    on Image<9, 8, 4>
    depthwise       DepthwiseConv<3>                            on Image<7, 6, 5>
    depthwise_same  DepthwiseConv<5, Same, Stride<2>, Linear>   on Image<9, 8, 18>
    row             Conv<Window<1, 7>, 5, Same>                 on Image<5, 9, 3>
    column          Conv<Window<7, 1>, 4, Padding<2, 0, 1, 0>, Linear>  on Image<8, 5, 2>
    column_stride   Conv<Window<3, 1>, 17, Stride<2, 1>>        on Image<9, 6, 18>
    row_dilated     Conv<3, 4, Dilation<1, 2>, Padding<1>>      on Image<6, 9, 3>
    depthwise_row   DepthwiseConv<Window<1, 5>, Same, Stride<1, 2>, Linear>  on Image<4, 9, 6>
    max_column      Pool<Max, Window<2, 1>>                     on Image<6, 5, 3>
    max_window      Pool<Max, Window<3, 2>, Stride<2, 1>, Padding<1, 0, 1, 0>>  on Image<7, 6, 4>
    average_row     Pool<Average, Window<1, 3>, Stride<1, 2>>   on Image<4, 9, 5>
    layer_norm      LayerNorm                                   on Image<4, 3, 5>     (epsilon 1e-3)
    global_average  GlobalPool<Average>                         on Image<5, 4, 6>
    global_max      GlobalPool<Max>                             on Image<5, 4, 6>
    group_norm      GroupNorm<3>                                on Image<4, 3, 21>    (epsilon 1e-3)
    instance_norm   InstanceNorm                                on Image<4, 3, 5>     (epsilon 1e-3)
    local_response  LocalResponseNormOf<5, 0.5, 0.75, 2>        on Image<4, 3, 9>
    pad             Pad<1, 0, 2, 3>                             on Image<4, 3, 5>
    crop            Crop<1, 0, 2, 3>                            on Image<6, 8, 5>
    slice           Slice<2, 17>                                on Image<4, 3, 21>
    split           SplitChannels<Sequential<>, Activation<ReLU>, Activation<Tanh>>  on Image<4, 3, 21>
    shuffle         ShuffleChannels<3>                          on Image<4, 3, 21>
    prelu           PReLU                                       on Image<4, 3, 19>
    scale           Scale                                       on Image<4, 3, 19>
    separable       SeparableConv<3, 6, Same, Stride<2>>        on Image<8, 7, 5>     (0.weights, 1.weights, 1.bias)
    separable_valid SeparableConv<3, 17, Dilation<2>, Linear, NoBias>  on Image<7, 6, 18>  (0.weights, 1.weights)
    rescale         Rescale<-0.5, 0.25>                         on Image<4, 3, 19>
    normalise       Normalise<Mean<0.485, 0.456, 0.406>, Deviation<0.229, 0.224, 0.225>>  on Image<5, 4, 3>
    stochastic_depth  StochasticDepth<0.4>                      on Image<4, 3, 19>, three samples of which some are kept, in training;
                    inference_output of a trained network
"""
import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np
import torch
import torch.nn.functional as F
from make_golden import numbers


def main(folder):
    out, seed = {}, 5000

    def fresh(*shape):
        nonlocal seed
        seed += 1
        return numbers(shape, seed)

    def run(case, shape, parameters, layer):
        """`layer(x, *parameters)` from (N, C, H, W) to (N, C, H, W)."""
        x = fresh(3, *shape)
        tensors = [torch.tensor(value, requires_grad=True) for value in [x, *parameters.values()]]
        y = layer(tensors[0].permute(0, 3, 1, 2), *tensors[1:]).permute(0, 2, 3, 1)
        gradient = fresh(*y.shape)
        (y * torch.tensor(gradient)).sum().backward()
        out[f"{case}.output"], out[f"{case}.output_gradient"] = y.detach().numpy(), gradient
        for name, tensor in zip(["input", *parameters], tensors, strict=True):
            out[f"{case}.{name}"], out[f"{case}.{name}_gradient"] = tensor.detach().numpy(), tensor.grad.numpy()

    def convolution(case, shape, filters, window, same=False, stride=1, dilation=1, groups=1, relu=True, depthwise=False, zeros=None):
        window, stride, dilation = [(n, n) if isinstance(n, int) else n for n in [window, stride, dilation]]
        weights = fresh(*window, shape[2] // groups, filters) / 4
        pads = list(zeros or [])
        for axis in [] if zeros else [1, 0]:  # columns first
            size = shape[axis]
            reach = (-(-size // stride[axis]) - 1) * stride[axis] + (window[axis] - 1) * dilation[axis] + 1
            beyond = max(reach - size, 0) if same else 0
            pads += [beyond // 2, beyond - beyond // 2]

        def layer(x, weights, bias):
            w = weights.unsqueeze(2) if depthwise else weights
            y = F.conv2d(F.pad(x, pads), w.permute(3, 2, 0, 1), bias, stride=stride, dilation=dilation, groups=groups)
            return F.relu(y) if relu else y

        run(case, shape, {"weights": weights[:, :, 0] if depthwise else weights, "bias": fresh(filters) / 2}, layer)

    convolution("dilated", (9, 8, 3), 5, 3, dilation=2)
    convolution("dilated_same", (8, 7, 2), 4, 3, same=True, dilation=3, relu=False)
    convolution("grouped", (7, 6, 4), 6, 3, same=True, groups=2)
    convolution("grouped_stride", (9, 8, 4), 8, 3, groups=4, stride=2, relu=False)
    convolution("depthwise", (7, 6, 5), 5, 3, groups=5, depthwise=True)
    convolution("depthwise_same", (9, 8, 18), 18, 5, same=True, stride=2, groups=18, relu=False, depthwise=True)

    def norm(x, gamma, beta):
        return F.layer_norm(x.permute(0, 2, 3, 1), [5], gamma, beta, eps=1e-3).permute(0, 3, 1, 2)

    run("layer_norm", (4, 3, 5), {"gamma": 1 + fresh(5) / 2, "beta": fresh(5)}, norm)
    run("global_average", (5, 4, 6), {}, lambda x: x.mean((2, 3), keepdim=True))
    run("global_max", (5, 4, 6), {}, lambda x: x.amax((2, 3), keepdim=True))
    run("prelu", (4, 3, 19), {"slope": fresh(19) / 2}, F.prelu)
    run("scale", (4, 3, 19), {"factor": fresh(19)}, lambda x, factor: x * factor[:, None, None])
    run("group_norm", (4, 3, 21), {"gamma": 1 + fresh(21) / 2, "beta": fresh(21)}, lambda x, gamma, beta: F.group_norm(x, 3, gamma, beta, eps=1e-3))
    run("instance_norm", (4, 3, 5), {"gamma": 1 + fresh(5) / 2, "beta": fresh(5)},
        lambda x, gamma, beta: F.instance_norm(x, weight=gamma, bias=beta, eps=1e-3))
    # By axis; behind the others, whose numbers come from seeds in turn. `zeros`: left, right, above, below.
    convolution("row", (5, 9, 3), 5, (1, 7), same=True)
    convolution("column", (8, 5, 2), 4, (7, 1), zeros=[0, 0, 2, 1], relu=False)
    convolution("column_stride", (9, 6, 18), 17, (3, 1), stride=(2, 1))
    convolution("row_dilated", (6, 9, 3), 4, 3, dilation=(1, 2), zeros=[1, 1, 1, 1])
    convolution("depthwise_row", (4, 9, 6), 6, (1, 5), same=True, stride=(1, 2), groups=6, relu=False, depthwise=True)
    run("max_column", (6, 5, 3), {}, lambda x: F.max_pool2d(x, (2, 1)))
    run("max_window", (7, 6, 4), {}, lambda x: F.max_pool2d(x, (3, 2), stride=(2, 1), padding=(1, 0)))
    run("average_row", (4, 9, 5), {}, lambda x: F.avg_pool2d(x, (1, 3), stride=(1, 2)))
    run("local_response", (4, 3, 9), {}, lambda x: F.local_response_norm(x, 5, alpha=0.5, beta=0.75, k=2.0))
    run("pad", (4, 3, 5), {}, torch.nn.ZeroPad2d((0, 3, 1, 2)))
    run("crop", (6, 8, 5), {}, torch.nn.ZeroPad2d((0, -3, -1, -2)))
    run("slice", (4, 3, 21), {}, lambda x: x[:, 2:19])
    run("split", (4, 3, 21), {}, lambda x: torch.cat([f(part) for f, part in zip([lambda x: x, F.relu, torch.tanh], x.chunk(3, dim=1))], dim=1))
    run("shuffle", (4, 3, 21), {}, torch.nn.ChannelShuffle(3))
    # Keras's layers, which take (N, H, W, C).
    def run_keras(case, shape, layer, **parameters):
        layer.build((None, *shape))
        variables = dict(zip(parameters, layer.trainable_variables, strict=True))
        for name, value in parameters.items():
            variables[name].assign(value)
        x = fresh(3, *shape)
        tensor = torch.tensor(x, requires_grad=True)
        y = layer(tensor, training=True)
        gradient = fresh(*y.shape)
        (y * torch.tensor(gradient)).sum().backward()
        out[f"{case}.input"], out[f"{case}.input_gradient"] = x, tensor.grad.numpy()
        out[f"{case}.output"], out[f"{case}.output_gradient"] = y.detach().numpy(), gradient
        for name, variable in variables.items():
            of, gradient = parameters[name], variable.value.grad.numpy()
            if name == "0.weights":  # (height, width, channels, 1)
                of, gradient = of[..., 0], gradient[..., 0]
            out[f"{case}.{name}"], out[f"{case}.{name}_gradient"] = of, gradient
        return layer(torch.tensor(x), training=False).detach().numpy()

    layers = keras.layers
    run_keras("separable", (8, 7, 5), layers.SeparableConv2D(6, 3, padding="same", strides=2, activation="relu", dtype="float64"),
              **{"0.weights": fresh(3, 3, 5, 1) / 2, "1.weights": fresh(1, 1, 5, 6) / 2, "1.bias": fresh(6) / 2})
    run_keras("separable_valid", (7, 6, 18), layers.SeparableConv2D(17, 3, dilation_rate=2, use_bias=False, dtype="float64"),
              **{"0.weights": fresh(3, 3, 18, 1) / 2, "1.weights": fresh(1, 1, 18, 17) / 4})
    run_keras("rescale", (4, 3, 19), layers.Rescaling(-0.5, 0.25, dtype="float64"))
    variances = [deviation**2 for deviation in [0.229, 0.224, 0.225]]
    run_keras("normalise", (5, 4, 3), layers.Normalization(mean=[0.485, 0.456, 0.406], variance=variances, dtype="float64"))
    depth = layers.Dropout(0.4, noise_shape=(None, 1, 1, 1), seed=1, dtype="float64")
    out["stochastic_depth.inference_output"] = run_keras("stochastic_depth", (4, 3, 19), depth)
    kept = np.any(out["stochastic_depth.output"] != 0, axis=(1, 2, 3))
    if kept.all() or not kept.any():
        raise SystemExit("another seed: of three samples some were to be kept and some not")
    np.savez(folder / "layers.npz", **out)
    print(f"layers.npz: {(folder / 'layers.npz').stat().st_size} bytes, {len(out)} arrays")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
