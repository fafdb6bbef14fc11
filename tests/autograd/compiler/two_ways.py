"""Small networks, and three steps of training them, eagerly and compiled: both must give the same numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd
import nn

Make = Callable[[], nn.Module]


def linear(n: int, m: int, **options: Any) -> nn.Linear:
    return nn.Linear(n, m, dtype=np.float64, rng=np.random.default_rng(n * m), **options)


def chain(*layers: Any) -> Make:
    return lambda: nn.Sequential(*(layer() for layer in layers))


class Twice(nn.Module):
    """One layer used twice, and two layers on one input."""

    def __init__(self) -> None:
        self.first, self.same, self.left, self.right = linear(3, 5), linear(5, 5), linear(5, 4), linear(5, 4)

    def forward(self, x: Any) -> Any:
        h = np.tanh(self.same(np.tanh(self.same(self.first(x)))))
        return self.left(h) * self.right(h) + h[:, :4]


class Halves(nn.Module):
    """Two layers on two parts of one input, and of one hidden value."""

    def __init__(self) -> None:
        self.a, self.b, self.c, self.d = linear(3, 4), linear(3, 4), linear(4, 4), linear(4, 4)

    def forward(self, x: Any) -> Any:
        m = len(x) // 2
        h = np.tanh(np.concatenate([self.a(x[:m]), self.b(x[m:])]))
        return np.concatenate([self.c(h[:m]), self.d(h[m:])])


class Changing(nn.Module):
    """A hidden value that is written to behind the layer that read it."""

    def __init__(self) -> None:
        self.first, self.second = linear(3, 4), linear(4, 4)

    def forward(self, x: Any) -> Any:
        h = np.tanh(self.first(x))
        y = self.second(h)
        return y + h.T.T[::-1] + h.reshape(-1).reshape(h.shape)


NETS: dict[str, Make] = {
    "tanh": chain(lambda: linear(3, 5), nn.Tanh, lambda: linear(5, 4)),
    "relu": chain(lambda: linear(3, 5), nn.ReLU, lambda: linear(5, 6), nn.ReLU, lambda: linear(6, 4)),
    "batch norm": chain(
        lambda: linear(3, 5), lambda: nn.BatchNorm1d(5, dtype=np.float64), nn.GELU, lambda: linear(5, 4)
    ),
    "layer norm": chain(lambda: linear(3, 5), lambda: nn.LayerNorm(5, dtype=np.float64), nn.SiLU, lambda: linear(5, 4)),
    "dropout": chain(
        lambda: linear(3, 5), nn.Tanh, lambda: nn.Dropout(0.5, rng=np.random.default_rng(1)), lambda: linear(5, 4)
    ),
    "softmax between": chain(lambda: linear(3, 5), lambda: nn.Softmax(-1), lambda: linear(5, 4)),
    "one unit": chain(lambda: linear(3, 1), nn.Tanh, lambda: linear(1, 4)),
    "nothing between": chain(lambda: linear(3, 5), lambda: linear(5, 5), lambda: linear(5, 4)),
    "no bias in the middle": chain(
        lambda: linear(3, 5), lambda: linear(5, 5, bias=False), nn.ELU, lambda: linear(5, 4)
    ),
    "twice": Twice,
    "halves": Halves,
    "changing": Changing,
}
LOSSES: dict[str, tuple[Callable[[], Any], Callable[[int], Any]]] = {
    "cross entropy": (nn.CrossEntropyLoss, lambda n: np.arange(n) % 4),
    "squares": (nn.MSELoss, lambda n: np.sin(np.arange(4.0 * n).reshape(n, 4))),
}
OPTIMIZERS: dict[str, Callable[[Any], nn.optim.Optimizer]] = {
    "sgd": lambda params: nn.optim.SGD(params, lr=0.1),
    "adam": lambda params: nn.optim.Adam(params, lr=0.01, eps=1e-4),
}


def trained(make: Make, loss: str, optimizer: str, n: int, *, compiled: bool, between: Any = None) -> tuple[Any, Any]:
    """What three steps give and leave, and the step."""
    net = make()
    rule, criterion = OPTIMIZERS[optimizer](net.parameters()), LOSSES[loss][0]()

    def step(x: Any, target: Any) -> Any:
        rule.zero_grad()
        made = net(x)
        value = criterion(made, target)
        value.backward()
        if between is not None:
            between(net)
        rule.step()
        return value, made

    fast = autograd.compile(step) if compiled else step
    x, target = np.random.default_rng(n).standard_normal((n, 3)), LOSSES[loss][1](n)
    found: list[Any] = []
    for i in range(3):
        value, made = fast(x + i, target)
        found += [value.detach().numpy(), made.detach().numpy()]
        found += [param.grad.numpy().copy() for param in net.parameters() if param.grad is not None]
    return [*found, *net.state_dict().values()], fast


def agree(*args: Any, **options: Any) -> str:
    """See that both ways agree; give the program."""
    (slow, _), (fast, step) = (trained(*args, compiled=way, **options) for way in (False, True))
    for a, b in zip(slow, fast, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        np.testing.assert_allclose(b, a, rtol=1e-9, atol=1e-11)
    source: str = step.source
    return source
