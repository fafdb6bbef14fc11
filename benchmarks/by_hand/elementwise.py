"""Element by element."""

from __future__ import annotations

from typing import Any

import numpy as np

from .row import Array, mask, matrix, positive, row, vector


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
