"""W5 for `optimised_numpy`: convolution by flat shifts.

Images lie channel by channel, (C, N * H * W). The pixel that a kernel's place (i, j) meets is then i * W + j further
on, for every output at once, so a row of the matrix of windows is one copy of a slice. Outputs whose window runs over
the edge come out wrong, and no one reads them. A last row of ones makes the bias a column of the kernel. Images go
through in chunks of 16, whose windows stay in the cache.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..workloads import Array, ConvNet
from ._flat_updates import flat, sgd
from ._optimised_mlp import CrossEntropy, Layer

f32 = np.float32
multiply, add, dot, maximum = np.multiply, np.add, np.dot, np.maximum
ZERO = np.asarray(0, f32)
CHUNK = 16  # images


def build(workload: ConvNet) -> Callable[[], float]:
    """One step."""
    x, target = workload.data()
    (w1, b1), (w2, b2), (w, b) = workload.weights()
    first = [_with_bias(w1, b1), _with_bias(w2, b2), w, b]
    shapes = [p.shape for p in first]
    (whole, views), (gradient, gradients) = flat(shapes), flat(shapes)
    for view, value in zip(views, first, strict=True):
        view[...] = value
    k1, k2, *_ = views
    gk1, gk2, gw, gb = gradients
    n, side, inner = workload.batch, workload.side, (workload.side - workload.kernel + 1) // 2
    cuts = [slice(i, i + CHUNK) for i in range(0, n, CHUNK)]
    features, g = np.empty((n, workload.features), f32), np.empty((n, workload.features), f32)
    linear = Layer(features, [(views[2], gw), (views[3], gb)], "")
    linear.below = g
    loss = CrossEntropy(linear, target)
    low = [Block(x[cut].reshape(1, -1), k1, len(x[cut]), side, workload.kernel) for cut in cuts]
    high = [Block(block.pooled2, k2, block.n, inner, workload.kernel) for block in low]
    apply = sgd(whole, gradient, workload.lr)
    # The features of a chunk, image by image, and the same memory as the pooled images lie.
    swapped = [
        (features[cut].reshape(_by_image(block)).swapaxes(0, 1), g[cut].reshape(_by_image(block)).swapaxes(0, 1))
        for cut, block in zip(cuts, high, strict=True)
    ]

    def step() -> float:
        for below, above, (into, _) in zip(low, high, swapped, strict=True):
            below.forward()
            above.forward()
            into[...] = above.pooled
        linear.forward()
        value = loss()
        linear.backward()
        gk1.fill(0)
        gk2.fill(0)
        for below, above, (_, g) in zip(low, high, swapped, strict=True):
            above.backward(g, gk2)
            below.backward(above.inputs().reshape(below.pooled.shape), gk1)
        apply()
        return float(value)

    return step


def _with_bias(w: Array, b: Array) -> Array:
    """(O, C, k, k) as (O, k * k * C + 1), the bias last."""
    return np.hstack([w.transpose(0, 2, 3, 1).reshape(len(w), -1), b[:, None]])


def _by_image(block: Block) -> tuple[int, ...]:
    channels, n, height, width = block.pooled.shape
    return n, channels, height, width


class Block:
    """Convolution, ReLU and pooling of a chunk of images, (C, n * side * side)."""

    def __init__(self, x: Array, kernel: Array, n: int, side: int, k: int) -> None:
        self.x, self.kernel, self.n = x, kernel, n
        channels, outputs, length = len(x), len(kernel), x.shape[1]
        shifts = [i * side + j for i in range(k) for j in range(k)]
        self.windows = np.zeros((len(shifts) * channels + 1, length), f32)
        self.windows[-1] = 1
        self.transposed, self.turned = self.windows.T, kernel[:, :-1].T
        rows = [slice(i * channels, (i + 1) * channels) for i in range(len(shifts))]
        self.copies = [(self.windows[r, : length - s], x[:, s:]) for r, s in zip(rows, shifts, strict=True)]
        self.z, self.gz = np.zeros((outputs, length), f32), np.zeros((outputs, length), f32)
        self.gkernel = np.empty_like(kernel)
        self.gx, self.gwindows = np.empty_like(x), np.empty((len(shifts) * channels, length), f32)
        self.sums = [(self.gx[:, s:], self.gwindows[r, : length - s]) for r, s in zip(rows, shifts, strict=True)]
        self._pool(outputs, n, side, (side - k + 1) // 2)

    def _pool(self, outputs: int, n: int, side: int, half: int) -> None:
        images, gradients = (a.reshape(outputs, n, side, side) for a in (self.z, self.gz))
        places = [
            (slice(None), slice(None), slice(i, 2 * half, 2), slice(j, 2 * half, 2)) for i in (0, 1) for j in (0, 1)
        ]
        self.corners = [(images[place], gradients[place]) for place in places]
        self.pooled, self.t = (np.empty((outputs, n, half, half), f32) for _ in range(2))
        self.pooled2 = self.pooled.reshape(outputs, -1)
        self.chosen = np.empty(self.pooled.shape, bool)

    def forward(self) -> None:
        for into, pixels in self.copies:
            into[...] = pixels
        dot(self.kernel, self.windows, self.z)
        (a, _), (b, _), (c, _), (d, _) = self.corners
        maximum(a, b, out=self.pooled)
        maximum(c, d, out=self.t)
        maximum(self.pooled, self.t, out=self.pooled)
        maximum(self.pooled, ZERO, out=self.pooled)  # ReLU after pooling is ReLU before it, on a quarter of the numbers

    def backward(self, g: Array, into: Array) -> None:
        """Add the kernel's gradient, given that of what was pooled."""
        t, chosen = self.t, self.chosen
        np.greater(self.pooled, ZERO, chosen)
        multiply(g, chosen, t)
        for z, gz in self.corners:
            np.equal(z, self.pooled, chosen)
            multiply(t, chosen, gz)
        dot(self.gz, self.transposed, self.gkernel)
        add(into, self.gkernel, into)

    def inputs(self) -> Array:
        """The gradient of the images."""
        dot(self.turned, self.gz, self.gwindows)
        self.gx[...] = self.gwindows[: len(self.gx)]
        for into, g in self.sums[1:]:
            add(into, g, into)
        return self.gx
