"""PyTorch, as it runs when nothing else is said."""

from __future__ import annotations

from collections.abc import Callable

from ..workloads import Workload
from . import _torch_step

TITLE = "PyTorch eager"
PEER = "torch"
NEEDS = ("torch",)


def build(workload: Workload) -> Callable[[], float]:
    """One step of a workload."""
    return _torch_step.build(workload, lambda function: function)
