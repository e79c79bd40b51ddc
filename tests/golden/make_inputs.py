#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes inputs.npz and the folder inputs/: what PyTorch gives for vectors and sequences, for several numbers to aim at, and for the options
of BatchNorm. Needs numpy, torch and onnx; made with PyTorch 2.13.

    python tests/golden/make_inputs.py [FOLDER]

Names, layouts and numbers as in make_golden.py and make_layers.py, in float64. A sequence (N, C, L) of PyTorch's is a picture of one row,
(N, 1, L, C); weights of a Conv1d are (1, window, in, out).

inputs.npz        as layers.npz
    conv1d            Conv<Window<1, 5>, 7>                                    on Image<1, 12, 3>
    conv1d_stride     Conv<Window<1, 5>, 6, Padding<0, 2, 0, 2>, Stride<1, 2>, Linear> on Image<1, 11, 4>
    conv1d_dilated    Conv<Window<1, 3>, 5, Dilation<1, 2>, Padding<0, 2, 0, 2>> on Image<1, 10, 2>
    conv1d_groups     Conv<Window<1, 3>, 6, Groups<2>, Linear>                 on Image<1, 9, 4>
    conv1d_depthwise  DepthwiseConv<Window<1, 3>, Padding<0, 1, 0, 1>, Linear> on Image<1, 9, 18>
    max_pool1d        Pool<Max, Window<1, 2>>                                  on Image<1, 9, 5>
    avg_pool1d        Pool<Average, Window<1, 3>, Stride<1, 2>>                on Image<1, 9, 5>
                  as batch_norm.npz; PyTorch moves its variance towards the unbiased one of the batch, which is taken back here
    norm              BatchNormOf<Epsilon<0.25>, Momentum<0.75>>               on Image<4, 3, 5>
    norm_no_gamma     BatchNormOf<NoGamma, Epsilon<1e-5>>                      on Image<3, 2, 18>
    norm_no_beta      BatchNormOf<NoBeta, Momentum<0.5>>                       on Image<1, 1, 7>
    norm_neither      BatchNormOf<NoGamma, NoBeta, Epsilon<0.01>, Momentum<0.9>>   on Image<2, 3, 16>
                  input, targets, loss (F.mse_loss), outputs, outputs_gradient, and of each of PyTorch's parameters p, p and p_gradient
    regression        Dense<7, ReLU>, Dense<3>                                 on Input<5>
                  its three targets apart: squared_error, absolute_error, r2 (3)
                  input (N, C, L) or (N, C), logits
    sequence          Conv<Window<1, 5>, 8>, Pool<Max, Window<1, 2>>, Conv<Window<1, 3>, 16, Padding<0, 1, 0, 1>, Linear>, BatchNorm, Activation<ReLU>,
                      DepthwiseConv<Window<1, 3>, Linear>, GlobalPool<Average>, Dense<4>     on Image<1, 32, 3>
    vector            Dense<16, ReLU>, BatchNorm, Dense<3>                     on Input<13>
inputs/           sequence and vector with PyTorch's weights: .npz as state_dict() names them, .onnx as torch.onnx.export writes them
"""
import sys
import warnings
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from make_golden import numbers
from torch import nn


def main(folder):
    out, seed = {}, 7000

    def fresh(*shape):
        nonlocal seed
        seed += 1
        return numbers(shape, seed)

    def keep(case, names, tensors):
        for name, tensor in zip(names, tensors, strict=True):
            out[f"{case}.{name}"], out[f"{case}.{name}_gradient"] = tensor.detach().numpy(), tensor.grad.numpy()

    def run(case, shape, parameters, layer, count=3):
        """`layer(x, *parameters)` from (N, C, H, W) to (N, C, H, W)."""
        x = fresh(count, *shape)
        tensors = [torch.tensor(value, requires_grad=True) for value in [x, *parameters.values()]]
        y = layer(tensors[0].permute(0, 3, 1, 2), *tensors[1:]).permute(0, 2, 3, 1)
        gradient = fresh(*y.shape)
        (y * torch.tensor(gradient)).sum().backward()
        out[f"{case}.output"], out[f"{case}.output_gradient"] = y.detach().numpy(), gradient
        keep(case, ["input", *parameters], tensors)

    def convolution(case, shape, filters, window, relu=True, depthwise=False, groups=1, **options):
        weights = fresh(1, window, shape[1] // groups, filters) / 2

        def layer(x, weights, bias):
            w = weights.unsqueeze(2) if depthwise else weights
            y = F.conv1d(x.squeeze(2), w[0].permute(2, 1, 0), bias, groups=groups, **options)
            return (F.relu(y) if relu else y).unsqueeze(2)

        run(case, (1, *shape), {"weights": weights[:, :, 0] if depthwise else weights, "bias": fresh(filters) / 2}, layer)

    convolution("conv1d", (12, 3), 7, 5)
    convolution("conv1d_stride", (11, 4), 6, 5, relu=False, stride=2, padding=2)
    convolution("conv1d_dilated", (10, 2), 5, 3, dilation=2, padding=2)
    convolution("conv1d_groups", (9, 4), 6, 3, relu=False, groups=2)
    convolution("conv1d_depthwise", (9, 18), 18, 3, relu=False, depthwise=True, groups=18, padding=1)
    run("max_pool1d", (1, 9, 5), {}, lambda x: F.max_pool1d(x.squeeze(2), 2).unsqueeze(2))
    run("avg_pool1d", (1, 9, 5), {}, lambda x: F.avg_pool1d(x.squeeze(2), 3, stride=2).unsqueeze(2))

    def norm(case, shape, gamma=True, beta=True, epsilon=1e-3, momentum=0.99, count=6):
        channels = shape[2]
        parameters = {"gamma": 1 + fresh(channels) / 2} if gamma else {}
        if beta:
            parameters["beta"] = fresh(channels)
        mean, variance = fresh(channels), 1.5 + fresh(channels)
        moved = torch.tensor(mean), torch.tensor(variance)

        def layer(x, *rest):
            rest = dict(zip(parameters, rest, strict=True))
            return F.batch_norm(x, *moved, rest.get("gamma"), rest.get("beta"), training=True, momentum=1 - momentum, eps=epsilon)

        run(case, shape, parameters, layer, count)
        size = count * shape[0] * shape[1]
        biased = (moved[1].numpy() - momentum * variance) * (size - 1) / size
        out[f"{case}.mean"], out[f"{case}.mean_after"] = mean, moved[0].numpy()
        out[f"{case}.variance"], out[f"{case}.variance_after"] = variance, momentum * variance + biased
        x, *rest = [torch.tensor(out[f"{case}.{name}"]) for name in ["input", *parameters]]
        rest = dict(zip(parameters, rest, strict=True))
        y = F.batch_norm(x.permute(0, 3, 1, 2), torch.tensor(mean), torch.tensor(variance), rest.get("gamma"), rest.get("beta"), eps=epsilon)
        out[f"{case}.inference_output"] = y.permute(0, 2, 3, 1).numpy()

    norm("norm", (4, 3, 5), epsilon=0.25, momentum=0.75)
    norm("norm_no_gamma", (3, 2, 18), gamma=False, epsilon=1e-5)
    norm("norm_no_beta", (1, 1, 7), beta=False, momentum=0.5)
    norm("norm_neither", (2, 3, 16), gamma=False, beta=False, epsilon=0.01, momentum=0.9)

    def filled(model):
        for value in model.state_dict().values():
            if value.dtype.is_floating_point:
                value.copy_(torch.tensor(fresh(*value.shape) / 2))
        for name, value in model.state_dict().items():
            if name.endswith("running_var"):
                value.abs_().add_(0.25)
        return model.double()

    with torch.no_grad():
        model = filled(nn.Sequential(nn.Linear(5, 7), nn.ReLU(), nn.Linear(7, 3)))
    x, targets = torch.tensor(fresh(6, 5)), torch.tensor(2 * fresh(6, 3))
    outputs = model(x)
    outputs.retain_grad()
    loss = F.mse_loss(outputs, targets)
    loss.backward()
    out["regression.input"], out["regression.targets"], out["regression.loss"] = x.numpy(), targets.numpy(), loss.detach().numpy()
    keep("regression", ["outputs"], [outputs])
    keep("regression", *zip(*model.named_parameters(), strict=True))
    with torch.no_grad():
        squares = F.mse_loss(outputs, targets, reduction="none").mean(0)
        out["regression.squared_error"] = squares.numpy()
        out["regression.absolute_error"] = F.l1_loss(outputs, targets, reduction="none").mean(0).numpy()
        out["regression.r2"] = (1 - squares / targets.var(0, correction=0)).numpy()

    with torch.no_grad():
        models = {
            "sequence": ((3, 32), nn.Sequential(nn.Conv1d(3, 8, 5), nn.ReLU(), nn.MaxPool1d(2), nn.Conv1d(8, 16, 3, padding=1), nn.BatchNorm1d(16, eps=1e-3),
                                                nn.ReLU(), nn.Conv1d(16, 16, 3, groups=16), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(16, 4))),
            "vector": ((13,), nn.Sequential(nn.Linear(13, 16), nn.ReLU(), nn.BatchNorm1d(16, eps=1e-3), nn.Linear(16, 3))),
        }  # fmt: skip
        for name, (shape, model) in models.items():
            model = filled(model).eval()
            x = torch.tensor(fresh(5, *shape))
            out[f"{name}.input"], out[f"{name}.logits"] = x.numpy(), model(x).numpy()
            state = {key: value.numpy() for key, value in model.float().state_dict().items()}
            np.savez(folder / "inputs" / f"{name}.npz", **state)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                torch.onnx.export(model, x.float(), folder / "inputs" / f"{name}.onnx", dynamo=False, training=torch.onnx.TrainingMode.PRESERVE,
                                  do_constant_folding=False, input_names=["x"], dynamic_axes={"x": {0: "n"}})  # fmt: skip
    np.savez(folder / "inputs.npz", **out)
    print(f"inputs.npz: {(folder / 'inputs.npz').stat().st_size} bytes, {len(out)} arrays")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
