"""PyTorch with `torch.compile` around the loss of a batch (its backward pass is compiled too) and around the update."""

from __future__ import annotations

from collections.abc import Callable

import torch

from ..workloads import Workload
from . import _torch_step

TITLE = "torch.compile"
PEER = "torch"
NEEDS = ("torch",)
PROGRAMS = (("g++", "clang++", "cl"),)  # one of each: torch.compile writes C++


def build(workload: Workload) -> Callable[[], float]:
    """One step of a workload."""
    return _torch_step.build(workload, torch.compile)
