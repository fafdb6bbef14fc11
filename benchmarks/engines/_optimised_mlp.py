"""MLPs for `optimised_numpy`: one object a layer, which holds every array that it will ever write to."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from ..workloads import MLP, Array
from ._flat_updates import flat, update

f32 = np.float32
multiply, add, subtract, divide, dot, tanh = np.multiply, np.add, np.subtract, np.divide, np.dot, np.tanh
maximum, exp, log, sqrt = np.maximum, np.exp, np.log, np.sqrt
# A number that is a float32 array needs no conversion at each call.
ZERO, ONE = np.asarray(0, f32), np.asarray(1, f32)


def build(workload: MLP) -> Callable[[], float]:
    """One step."""
    x, target = workload.data()
    first = [[w, b, *_norm(workload, i, b)] for i, (w, b) in enumerate(workload.weights())]
    shapes = [p.shape for layer in first for p in layer]
    (whole, views), (gradient, gradients) = flat(shapes), flat(shapes)
    for view, value in zip(views, (p for layer in first for p in layer), strict=True):
        view[...] = value
    parameters, theirs = iter(views), iter(gradients)
    layers: list[Layer] = []
    for h in first:
        own = [(next(parameters), next(theirs)) for _ in h]
        inputs = layers[-1].h if layers else x
        layers.append(Layer(inputs, own, workload.activation if len(layers) < len(first) - 1 else ""))
    loss = (CrossEntropy if workload.loss == "cross_entropy" else MeanSquared)(layers[-1], target)
    apply = update(workload, whole, gradient)
    there = [layer.forward for layer in layers]
    back = [layer.backward for layer in layers[::-1]]
    for before, layer in pairwise(layers):
        layer.below = before.g

    def step() -> float:
        for forward in there:
            forward()
        value = loss()
        for backward in back:
            backward()
        apply()
        return float(value)

    return step


def _norm(workload: MLP, i: int, b: Array) -> list[Array]:
    return [np.ones_like(b), np.zeros_like(b)] if workload.norm and i < len(workload.sizes) - 2 else []


class Layer:
    """A product, batch normalisation if there are a scale and a shift, and an activation."""

    def __init__(self, x: Array, own: list[tuple[Array, Array]], activation: str) -> None:
        (self.w, self.gw), (self.b, self.gb), *norm = own
        self.x, self.n, self.activation = x, len(x), activation
        self.xt, self.wt, self.ones = x.T, self.w.T, np.ones(self.n, f32)
        self.z, self.g, self.t = (np.empty((self.n, self.w.shape[1]), f32) for _ in range(3))
        self.h = np.empty_like(self.z) if activation else self.z
        self.positive = np.empty(self.z.shape, bool)
        self.below: Array | None = None  # where the gradient of x goes
        self.norm = Norm(norm, self) if norm else None

    def forward(self) -> None:
        z = self.z
        dot(self.x, self.w, z)
        add(z, self.b, z)
        if self.norm:
            self.norm.forward()
        if self.activation == "relu":
            maximum(z, ZERO, out=self.h)
        elif self.activation == "tanh":
            tanh(z, self.h)

    def backward(self) -> None:
        g, t, h = self.g, self.t, self.h
        if self.activation == "relu":
            np.greater(h, ZERO, self.positive)
            multiply(g, self.positive, g)
        elif self.activation == "tanh":
            multiply(h, h, t)
            subtract(ONE, t, t)
            multiply(g, t, g)
        if self.norm:
            self.norm.backward()
        dot(self.xt, g, self.gw)
        dot(self.ones, g, self.gb)
        if self.below is not None:
            dot(g, self.wt, self.below)


class Norm:
    """Batch normalisation in place of z, whose gradient is in place too."""

    def __init__(self, own: list[tuple[Array, Array]], layer: Layer) -> None:
        (self.scale, self.gscale), (self.shift, self.gshift) = own
        self.z, self.g, self.t, self.ones = layer.z, layer.g, layer.t, layer.ones
        n, width = self.z.shape
        self.normal = np.empty_like(self.z)
        self.mean, self.rate, self.s = (np.empty(width, f32) for _ in range(3))
        self.running_mean, self.running_var = np.zeros(width, f32), np.ones(width, f32)
        self.share, self.eps = np.full(n, 1 / n, f32), np.asarray(1e-5, f32)
        self.keep, self.take, self.take_var = (np.asarray(v, f32) for v in (0.9, 0.1, 0.1 * n / (n - 1)))
        self.per = np.asarray(1 / n, f32)

    def forward(self) -> None:
        z, mean, rate, s, normal = self.z, self.mean, self.rate, self.s, self.normal
        dot(self.share, z, mean)  # a mean over the batch is a product, and a fast one
        subtract(z, mean, z)
        multiply(z, z, normal)
        dot(self.share, normal, rate)
        for running, new, take in (
            (self.running_mean, mean, self.take), (self.running_var, rate, self.take_var)
        ):  # fmt: skip
            multiply(running, self.keep, running)
            multiply(new, take, s)
            add(running, s, running)
        add(rate, self.eps, rate)
        sqrt(rate, rate)
        divide(ONE, rate, rate)
        multiply(z, rate, normal)
        multiply(normal, self.scale, z)
        add(z, self.shift, z)

    def backward(self) -> None:
        g, t, s = self.g, self.t, self.s
        multiply(g, self.normal, t)
        dot(self.ones, t, self.gscale)
        dot(self.ones, g, self.gshift)
        multiply(self.gscale, self.per, s)
        multiply(self.normal, s, t)
        subtract(g, t, g)
        multiply(self.gshift, self.per, s)
        subtract(g, s, g)
        multiply(self.rate, self.scale, s)
        multiply(g, s, g)


class CrossEntropy:
    """Softmax cross-entropy of a layer's z, and its gradient into the layer's g."""

    def __init__(self, layer: Layer, target: Array) -> None:
        self.z, self.g, n = layer.z, layer.g, layer.n
        self.hot = np.zeros_like(self.z)
        self.hot[np.arange(n), target] = 1 / n
        self.column, self.logs = np.empty((n, 1), f32), np.empty((n, 1), f32)
        self.share, self.count = np.full(n, 1 / n, f32), np.asarray(n, f32)
        self.flat = self.z.ravel(), self.hot.ravel(), self.logs[:, 0]

    def __call__(self) -> float:
        z, g, column = self.z, self.g, self.column
        maximum.reduce(z, axis=1, out=column, keepdims=True)
        subtract(z, column, z)
        exp(z, g)
        add.reduce(g, axis=1, out=column, keepdims=True)
        log(column, self.logs)
        logits, hot, logs = self.flat
        loss = dot(logs, self.share) - dot(logits, hot)
        multiply(column, self.count, column)
        divide(g, column, g)
        subtract(g, self.hot, g)
        return float(loss)


class MeanSquared:
    """Mean squared error of a layer's z, and its gradient into the layer's g."""

    def __init__(self, layer: Layer, target: Array) -> None:
        self.z, self.g, self.target = layer.z, layer.g, target
        self.flat, self.twice = self.g.ravel(), np.asarray(2 / self.g.size, f32)

    def __call__(self) -> float:
        subtract(self.z, self.target, self.g)
        loss = dot(self.flat, self.flat) / self.flat.size
        multiply(self.g, self.twice, self.g)
        return float(loss)
