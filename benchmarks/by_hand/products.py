"""Matrix products, and the rows that do a layer or a loss in one step."""

from __future__ import annotations

from typing import Any

import numpy as np

from .row import Array, labels, matrix, regular, row, vector


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
