# SPDX-License-Identifier: MIT
"""PyTorch as its users write it: fp32, channels-last, eager."""
import worker
from worker import batch_size, chosen, labels, options, photographs

import pytorch_network
import torch
from torch import nn

torch.set_num_threads(options.threads)


def study():
    weights = worker.weights
    height, width = worker.picture_after_pools()
    layers = [
        nn.Conv2d(3, options.filters, options.kernel), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(options.filters, options.filters, options.second), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
    ]
    last = height * width * options.filters
    if options.hidden:
        layers += [nn.Linear(last, options.hidden), nn.ReLU()]
        last = options.hidden
    network = nn.Sequential(*layers, nn.Linear(last, options.classes))
    with torch.no_grad():
        flattened = True
        for number, layer in enumerate(layer for layer in network if hasattr(layer, "weight")):
            weight, bias = weights[2 * number], weights[2 * number + 1]
            if weight.ndim == 4:
                weight = weight.transpose(3, 2, 0, 1)
            else:
                weight = (worker.channels_first(weight, height, width) if flattened else weight).T
                flattened = False
            layer.weight.copy_(torch.from_numpy(weight.copy()))
            layer.bias.copy_(torch.from_numpy(bias))
    return network


network = pytorch_network.network(options.network) if options.network else study()
network = network.to(memory_format=torch.channels_last)
pixels = torch.from_numpy(photographs).permute(0, 3, 1, 2)
wanted = torch.from_numpy(labels).long()
optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, eps=1e-7)
loss_of = nn.CrossEntropyLoss()


def pictures(which):
    return (pixels[which].float() / 255).contiguous(memory_format=torch.channels_last)


def train(steps):
    network.train()
    for step in range(steps):
        which = chosen(step, batch_size)
        optimizer.zero_grad()
        loss_of(network(pictures(which)), wanted[which]).backward()
        optimizer.step()


def predict(step, size):
    network.eval()
    with torch.inference_mode():
        return network(pictures(chosen(step, size))).numpy()


worker.serve(f"PyTorch {torch.__version__}", train, predict)
