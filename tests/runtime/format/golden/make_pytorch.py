#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes pytorch/*.pth for tests/runtime/format/pytorch.cpp, with torch: make_pytorch.py"""
import collections
from pathlib import Path

import torch

here = Path(__file__).resolve().parent / "pytorch"
numbers = torch.arange(24, dtype=torch.float32).reshape(2, 3, 2, 2) / 8
shared = torch.arange(10, dtype=torch.float64)
state = collections.OrderedDict(
    [("conv.weight", numbers), ("conv.bias", torch.tensor([-1.5, 2.5])), ("turned", torch.arange(6.0).reshape(2, 3).t()),
     ("part", shared[4:8]), ("every_third", shared[::3]), ("half", torch.tensor([0.5, -2.0]).half()), ("brain", torch.tensor([3.0]).bfloat16()),
     ("norm.num_batches_tracked", torch.tensor(7)), ("flags", torch.tensor([True, False])), ("nothing", torch.empty(0, 3))])
torch.save(state, here / "state.pth")
torch.save(state, here / "old.pth", _use_new_zipfile_serialization=False)
model = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2))
with torch.no_grad():
    for n, parameter in enumerate(model.parameters()):
        parameter.copy_(torch.arange(parameter.numel(), dtype=torch.float32).reshape(parameter.shape) / 4 + n)
optimizer = torch.optim.Adam(model.parameters())
model(torch.ones(2, 1, 4, 4)).sum().backward()
torch.save({"epoch": 3, "state_dict": model.state_dict(), "optimizer": optimizer.state_dict(), "best": 0.5}, here / "checkpoint.pth")
torch.save({"trunk": model.state_dict(), "head": model.state_dict()}, here / "two.pth")
torch.save(model, here / "module.pth")
torch.save([numbers], here / "list.pth")
