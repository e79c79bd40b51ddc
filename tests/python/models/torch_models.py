# SPDX-License-Identifier: MIT
"""The networks of interop.cpp in PyTorch, with random weights and BatchNorm statistics."""
import torch
import torch.nn.functional as F
from torch import nn


class Residual(nn.Sequential):
    def forward(self, x):
        return super().forward(x) + x


class ChannelsLast(nn.Module):
    """What Denim gives for a picture: its numbers in HWC order."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


class Moves(nn.Module):
    """Zeros around the picture, half of the channels, a shuffle, and a part of what that gives."""

    def __init__(self):
        super().__init__()
        self.first, self.branch, self.last = nn.Conv2d(3, 8, 1), nn.Conv2d(4, 4, 3, padding=1), nn.Linear(6, 4)

    def forward(self, x):
        x = F.relu(self.first(F.max_pool2d(F.pad(x, (0, 2, 1, 0)), 2)))
        kept, taken = x.chunk(2, dim=1)
        n, c, h, w = x.shape
        x = torch.cat([kept, F.relu(self.branch(taken))], dim=1).view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)
        return self.last(x[:, 1:7, :-1, 1:].mean((2, 3)))


def models():
    torch.manual_seed(3)
    all_models = {
        "study": nn.Sequential(nn.Conv2d(3, 12, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(12, 16, 3), nn.ReLU(), nn.MaxPool2d(2),
                               nn.Flatten(), nn.Linear(5 * 4 * 16, 3)),
        "deep": nn.Sequential(nn.Conv2d(3, 8, 3, padding="same", bias=False), nn.BatchNorm2d(8),
                              Residual(nn.Conv2d(8, 8, 3, padding="same"), nn.ReLU(), nn.BatchNorm2d(8), nn.Conv2d(8, 8, 3, padding="same")),
                              nn.MaxPool2d(3, 2), nn.Conv2d(8, 10, 3), nn.ReLU(), nn.Dropout(), nn.Flatten(), nn.Linear(250, 12),
                              nn.ReLU(), nn.BatchNorm1d(12), nn.Linear(12, 4, bias=False)),
        "strided": nn.Sequential(nn.ZeroPad2d((0, 1, 1, 1)), nn.Conv2d(2, 5, 3, stride=2), nn.ReLU(), nn.ZeroPad2d((1, 2, 1, 2)),
                                 nn.Conv2d(5, 6, 4), nn.Conv2d(6, 3, 2, stride=3), nn.ReLU(), ChannelsLast()),
        "dense": nn.Sequential(nn.Flatten(), nn.Linear(60, 6)),
        "batch_norm": nn.Sequential(nn.BatchNorm2d(3), ChannelsLast()),
        "flattened": nn.Sequential(nn.Conv2d(3, 5, 3), nn.ReLU(), nn.Flatten(), nn.LayerNorm(100, eps=1e-3), nn.Linear(100, 8), nn.ReLU(), nn.Linear(8, 4)),
        "residual": nn.Sequential(Residual(nn.Conv2d(4, 4, 3, padding=1), nn.ReLU()), nn.Flatten(), nn.Linear(120, 4),
                                  Residual(nn.Linear(4, 4), nn.ReLU())),
        "moves": Moves(),
    }  # fmt: skip
    with torch.no_grad():
        for model in all_models.values():
            model.eval()
            for name, numbers in model.state_dict().items():
                if name.endswith("running_var"):
                    numbers.copy_(torch.exp(torch.empty_like(numbers).uniform_(-8, 1)))
                elif numbers.ndim == 1:
                    numbers.uniform_(-0.6, 0.9)
    return all_models
