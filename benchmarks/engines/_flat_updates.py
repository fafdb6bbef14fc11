"""The optimisers of `optimised_numpy`: parameters and gradients are views of two flat arrays, updated in blocks.

A block of 32 thousand elements, its gradient and its state stay in the processor's cache from one call to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..workloads import MLP, Array

Update = Callable[[], None]

BLOCK = 32_768  # elements
f32 = np.float32


def flat(shapes: Sequence[tuple[int, ...]]) -> tuple[Array, list[Array]]:
    """Zeros for all shapes in one array, and the views of it that have these shapes."""
    sizes = [int(np.prod(shape)) for shape in shapes]
    whole = np.zeros(sum(sizes), f32)
    pieces = np.split(whole, np.cumsum(sizes)[:-1])
    return whole, [piece.reshape(shape) for piece, shape in zip(pieces, shapes, strict=True)]


def blocks(*arrays: Array) -> list[Any]:
    """The arrays cut into blocks alike, each with scratch: (first, second, ..., scratch)."""
    size = arrays[0].size
    scratch = np.empty(min(BLOCK, size), f32)
    ends = [(start, min(start + BLOCK, size)) for start in range(0, size, BLOCK)]
    return [(*(array[a:b] for array in arrays), scratch[: b - a]) for a, b in ends]


def update(workload: MLP, p: Array, g: Array) -> Update:
    """The workload's optimiser over flat parameters and gradients."""
    if workload.optimizer == "adam":
        return adam(p, g, workload.lr)
    return momentum(p, g, workload.lr, workload.momentum) if workload.momentum else sgd(p, g, workload.lr)


def sgd(whole: Array, gradient: Array, lr: float) -> Update:
    """Subtract the gradient times lr."""
    rate, cut = np.asarray(lr, f32), blocks(whole, gradient)
    multiply, subtract = np.multiply, np.subtract

    def step() -> None:
        for p, g, t in cut:
            multiply(g, rate, t)
            subtract(p, t, p)

    return step


def momentum(whole: Array, gradient: Array, lr: float, mu: float) -> Update:
    """SGD with a velocity."""
    rate, keep, cut = np.asarray(lr, f32), np.asarray(mu, f32), blocks(whole, gradient, np.zeros_like(whole))
    multiply, add, subtract = np.multiply, np.add, np.subtract

    def step() -> None:
        for p, g, v, t in cut:
            multiply(v, keep, v)
            add(v, g, v)
            multiply(v, rate, t)
            subtract(p, t, p)

    return step


def adam(whole: Array, gradient: Array, lr: float, b1: float = 0.9, b2: float = 0.999, eps: float = 1e-8) -> Update:
    """Adam with nine calls a block.

    The state is m / (1 - b1) and v / (1 - b2), and what is the same for all elements becomes two numbers a step:
    p -= rate * m / (sqrt(v) + floor).
    """
    cut = blocks(whole, gradient, np.zeros_like(whole), np.zeros_like(whole))
    keep1, keep2, rate, floor = np.asarray(b1, f32), np.asarray(b2, f32), np.asarray(0, f32), np.asarray(0, f32)
    multiply, add, subtract, divide, sqrt = np.multiply, np.add, np.subtract, np.divide, np.sqrt
    count = 0

    def step() -> None:
        nonlocal count
        count += 1
        scale = ((1 - b2) / (1 - b2**count)) ** 0.5
        floor[()] = eps / scale
        rate[()] = lr * (1 - b1) / (1 - b1**count) / scale
        for p, g, m, v, t in cut:
            multiply(m, keep1, m)
            add(m, g, m)
            multiply(v, keep2, v)
            multiply(g, g, t)
            add(v, t, v)
            sqrt(v, t)
            add(t, floor, t)
            divide(m, t, t)
            multiply(t, rate, t)
            subtract(p, t, p)

    return step
