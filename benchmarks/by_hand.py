"""Each row of autograd's table as one writes it by hand: forward, then the chain rule on paper, in NumPy.

`@row(op, operands..., params...)` enters one case: `operands` are makers of arrays from a size n, a parameter may
be a function of n. The function gets the output's cotangent and the operands; it gives the output and the gradients
of the operands that can have one. `n` is 16 and 512 in the benchmark: a layer at teaching size, and a large one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Maker = Callable[[int, np.random.Generator], Array]
Hand = Callable[..., tuple[Any, tuple[Any, ...]]]


@dataclass(frozen=True)
class Row:
    """One op on operands of one kind, by hand."""

    op: str
    case: str  # what is special about the operands, or ""
    makers: tuple[Maker, ...]
    params: dict[str, Any]
    output: int | None  # which output, of an op that has several
    hand: Hand

    def operands(self, n: int) -> tuple[Array, ...]:
        """The same operands every time."""
        rng = np.random.default_rng(n)
        return tuple(make(n, rng) for make in self.makers)

    def options(self, n: int) -> dict[str, Any]:
        """The op's parameters at that size."""
        return {name: value(n) if callable(value) else value for name, value in self.params.items()}


ROWS: list[Row] = []


def row(op: str, *makers: Maker, case: str = "", output: int | None = None, **params: Any) -> Callable[[Hand], Hand]:
    """Enter the function that follows as a row."""

    def enter(hand: Hand) -> Hand:
        ROWS.append(Row(op, case, makers, params, output, hand))
        return hand

    return enter


def matrix(n: int, rng: np.random.Generator) -> Array:
    """(n, n) floats around 0."""
    return rng.standard_normal((n, n), np.float32)


def positive(n: int, rng: np.random.Generator) -> Array:
    """(n, n) floats in 0.5 to 2."""
    return rng.uniform(0.5, 2.0, (n, n)).astype(np.float32)


def regular(n: int, rng: np.random.Generator) -> Array:
    """(n, n) floats, far from singular."""
    x = matrix(n, rng)
    np.fill_diagonal(x, x.diagonal() + 2 * n**0.5)
    return x


def vector(n: int, rng: np.random.Generator) -> Array:
    """(n,) floats around 0."""
    return rng.standard_normal(n, np.float32)


def mask(n: int, rng: np.random.Generator) -> Array:
    """(n, n) booleans."""
    return rng.random((n, n)) < 0.5


def labels(n: int, rng: np.random.Generator) -> Array:
    """(n,) classes of n."""
    return rng.integers(0, n, n)


# -- element by element ------------------------------------------------------------------------------------------


@row("add", matrix, matrix)
def _add(g: Array, a: Array, b: Array) -> Any:
    return a + b, (g, g)


@row("add", matrix, vector, case="matrix + row")
def _add_row(g: Array, a: Array, b: Array) -> Any:
    return a + b, (g, g.sum(axis=0))


@row("subtract", matrix, matrix)
def _subtract(g: Array, a: Array, b: Array) -> Any:
    return a - b, (g, -g)


@row("multiply", matrix, matrix)
def _multiply(g: Array, a: Array, b: Array) -> Any:
    return a * b, (g * b, g * a)


@row("divide", matrix, positive)
def _divide(g: Array, a: Array, b: Array) -> Any:
    y = a / b
    return y, (g / b, -g * y / b)


@row("power", positive, positive)
def _power(g: Array, a: Array, b: Array) -> Any:
    y = a**b
    return y, (g * b * a ** (b - 1), g * y * np.log(a))


@row("positive", matrix)
def _positive(g: Array, x: Array) -> Any:
    return +x, (g,)


@row("negative", matrix)
def _negative(g: Array, x: Array) -> Any:
    return -x, (-g,)


@row("abs", matrix)
def _abs(g: Array, x: Array) -> Any:
    return np.abs(x), (g * np.sign(x),)


@row("sign", matrix)
def _sign(g: Array, x: Array) -> Any:
    return np.sign(x), (np.zeros_like(x),)


@row("exp", matrix)
def _exp(g: Array, x: Array) -> Any:
    y = np.exp(x)
    return y, (g * y,)


@row("log", positive)
def _log(g: Array, x: Array) -> Any:
    return np.log(x), (g / x,)


@row("sqrt", positive)
def _sqrt(g: Array, x: Array) -> Any:
    y = np.sqrt(x)
    return y, (g / (2 * y),)


@row("tanh", matrix)
def _tanh(g: Array, x: Array) -> Any:
    y = np.tanh(x)
    return y, (g * (1 - y * y),)


@row("sigmoid", matrix)
def _sigmoid(g: Array, x: Array) -> Any:
    y = 1 / (1 + np.exp(-x))
    return y, (g * y * (1 - y),)


@row("relu", matrix)
def _relu(g: Array, x: Array) -> Any:
    y = np.maximum(x, 0)
    return y, (g * (x > 0),)


@row("maximum", matrix, matrix)
def _maximum(g: Array, a: Array, b: Array) -> Any:
    first = a > b
    return np.maximum(a, b), (g * first, g * ~first)


@row("minimum", matrix, matrix)
def _minimum(g: Array, a: Array, b: Array) -> Any:
    first = a < b
    return np.minimum(a, b), (g * first, g * ~first)


@row("where", mask, matrix, matrix)
def _where(g: Array, chosen: Array, a: Array, b: Array) -> Any:
    return np.where(chosen, a, b), (g * chosen, g * ~chosen)


@row("clip", matrix, a_min=-1.0, a_max=1.0)
def _clip(g: Array, x: Array) -> Any:
    return np.clip(x, -1.0, 1.0), (g * ((x >= -1.0) & (x <= 1.0)),)


# -- many to few -------------------------------------------------------------------------------------------------


@row("sum", matrix)
def _sum(g: Array, x: Array) -> Any:
    return x.sum(), (np.full_like(x, g),)


@row("sum", matrix, case="axis 0", axis=0)
def _sum_axis(g: Array, x: Array) -> Any:
    return x.sum(axis=0), (np.tile(g, (len(x), 1)),)


@row("mean", matrix)
def _mean(g: Array, x: Array) -> Any:
    return x.mean(), (np.full_like(x, g / x.size),)


@row("max", matrix, axis=1)
def _max(g: Array, x: Array) -> Any:
    best = x.argmax(axis=1)
    gx = np.zeros_like(x)
    gx[np.arange(len(x)), best] = g
    return x.max(axis=1), (gx,)


@row("min", matrix, axis=1)
def _min(g: Array, x: Array) -> Any:
    best = x.argmin(axis=1)
    gx = np.zeros_like(x)
    gx[np.arange(len(x)), best] = g
    return x.min(axis=1), (gx,)


@row("logsumexp", matrix, axis=1)
def _logsumexp(g: Array, x: Array) -> Any:
    top = x.max(axis=1, keepdims=True)
    e = np.exp(x - top)
    total = e.sum(axis=1, keepdims=True)
    return (np.log(total) + top)[:, 0], (g[:, None] * e / total,)


@row("log_softmax", matrix)
def _log_softmax(g: Array, x: Array) -> Any:
    z = x - x.max(axis=1, keepdims=True)
    y = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return y, (g - np.exp(y) * g.sum(axis=1, keepdims=True),)


# -- products ----------------------------------------------------------------------------------------------------


@row("matmul", matrix, matrix)
def _matmul(g: Array, a: Array, b: Array) -> Any:
    return a @ b, (g @ b.T, a.T @ g)


@row("matmul", matrix, vector, case="matrix @ vector")
def _matvec(g: Array, a: Array, b: Array) -> Any:
    return a @ b, (np.outer(g, b), a.T @ g)


@row("linear", matrix, matrix, vector)
def _linear(g: Array, x: Array, weight: Array, bias: Array) -> Any:
    return x @ weight.T + bias, (g @ weight, g.T @ x, g.sum(axis=0))


@row("inv", regular)
def _inv(g: Array, x: Array) -> Any:
    y = np.linalg.inv(x)
    return y, (-y.T @ g @ y.T,)


@row("slogdet", regular, output=1)
def _slogdet(g: Array, x: Array) -> Any:
    _, logarithm = np.linalg.slogdet(x)
    return logarithm, (g * np.linalg.inv(x).T,)


@row("softmax_cross_entropy", matrix, labels)
def _softmax_cross_entropy(g: Array, logits: Array, target: Array) -> Any:
    rows = np.arange(len(target))
    z = logits - logits.max(axis=1, keepdims=True)
    e = np.exp(z)
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.log(p[rows, target]).mean()
    p[rows, target] -= 1
    return loss, (g * p / len(target),)


# -- shape and place ---------------------------------------------------------------------------------------------


@row("reshape", matrix, shape=-1)
def _reshape(g: Array, x: Array) -> Any:
    return x.reshape(-1), (g.reshape(x.shape),)


@row("transpose", matrix)
def _transpose(g: Array, x: Array) -> Any:
    return x.T, (g.T,)


@row("swapaxes", matrix, axis1=0, axis2=1)
def _swapaxes(g: Array, x: Array) -> Any:
    return x.swapaxes(0, 1), (g.swapaxes(0, 1),)


@row("expand_dims", matrix, axis=0)
def _expand_dims(g: Array, x: Array) -> Any:
    return x[None], (g[0],)


@row("broadcast_to", vector, shape=lambda n: (n, n))
def _broadcast_to(g: Array, x: Array) -> Any:
    return np.broadcast_to(x, (len(x), len(x))), (g.sum(axis=0),)


@row("astype", matrix, dtype=np.dtype(np.float64))
def _astype(g: Array, x: Array) -> Any:
    return x.astype(np.float64), (g.astype(np.float32),)


@row("concatenate", matrix, matrix)
def _concatenate(g: Array, a: Array, b: Array) -> Any:
    return np.concatenate((a, b)), (g[: len(a)], g[len(a) :])


@row("stack", matrix, matrix)
def _stack(g: Array, a: Array, b: Array) -> Any:
    return np.stack((a, b)), (g[0], g[1])


@row("split", matrix, output=0, indices_or_sections=2)
def _split(g: Array, x: Array) -> Any:
    y, _ = np.split(x, 2)
    gx = np.zeros_like(x)
    gx[: len(g)] = g
    return y, (gx,)


@row("getitem", matrix, case="slice", index=slice(None, None, 2))
def _getitem_slice(g: Array, x: Array) -> Any:
    gx = np.zeros_like(x)
    gx[::2] = g
    return x[::2], (gx,)


@row("getitem", matrix, case="integer array", index=lambda n: np.arange(n) // 2)
def _getitem_rows(g: Array, x: Array) -> Any:
    rows = np.arange(len(x)) // 2
    gx = np.zeros_like(x)
    np.add.at(gx, rows, g)
    return x[rows], (gx,)


@row("setitem", matrix, vector, index=0)
def _setitem(g: Array, x: Array, value: Array) -> Any:
    y, gx = x.copy(), g.copy()
    y[0], gx[0] = value, 0
    return y, (gx, g[0])


@row("scatter_add", matrix, index=lambda n: np.arange(n) // 2, shape=lambda n: (n, n))
def _scatter_add(g: Array, x: Array) -> Any:
    rows = np.arange(len(x)) // 2
    y = np.zeros_like(x)
    np.add.at(y, rows, x)
    return y, (g[rows],)
