"""Does a step of one's own begin with the gradients of the step before? The test is to leave some behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..defaults import default_generator
from ..module import Module
from ..optim import Optimizer


@dataclass(frozen=True, slots=True)
class Leftover:
    """How much of an update came from gradients that were there before: 0 when they are forgotten first.

    Example:
        >>> Leftover(0.0).clean, Leftover(0.7).clean
        (True, False)
    """

    share: float

    @property
    def clean(self) -> bool:
        """Whether the step begins without gradients."""
        return self.share < 1e-6


def leftover(step: Callable[[], Any], net: Module, optimizer: Optimizer) -> Leftover:
    """Make a step twice from the same state, without and with gradients left behind, and compare; all is put back.

    Args:
        step: one step of training, without arguments.
        net: the network that it trains.
        optimizer: the optimiser that it steps.

    Example:
        >>> import nn
        >>> net = nn.Linear(2, 1)
        >>> optimizer = nn.optim.SGD(net.parameters(), lr=0.1)
        >>> def step():
        ...     net(np.ones((4, 2), np.float32)).sum().backward()
        ...     optimizer.step()
        >>> leftover(step, net, optimizer).clean
        False
    """
    params = [param for param in net.parameters() if param.requires_grad]
    grads, taken = [param.grad for param in params], optimizer.snapshot()
    buffers = net.state_dict()
    random = default_generator().bit_generator.state

    def update(left: float) -> np.ndarray[Any, Any]:
        rng = np.random.default_rng(0)
        optimizer.restore(taken)
        net.load_state_dict(buffers)
        default_generator().bit_generator.state = random
        for param in params:
            scale = left * (np.abs(param.readonly).max(initial=0.0) + 1.0)
            param.grad = (scale * rng.standard_normal(param.shape)).astype(param.dtype) if left else None
        before = [np.array(param.readonly) for param in params]
        step()
        return np.concatenate([(p.readonly - b).ravel() for p, b in zip(params, before, strict=True)])

    try:
        clean, marked = update(0.0), update(1.0)
    finally:
        optimizer.restore(taken)
        net.load_state_dict(buffers)
        default_generator().bit_generator.state = random
        for param, grad in zip(params, grads, strict=True):
            param.grad = grad
    size = float(np.linalg.norm(clean)) + float(np.linalg.norm(marked))
    return Leftover(float(np.linalg.norm(marked - clean)) / size if size else 0.0)
