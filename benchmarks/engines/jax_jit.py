"""JAX: forward, backward and update as one jitted function of parameters and state, whose memory it may use again."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import Any

import jax
import jax.numpy as jnp

from ..workloads import MLP, Chain, ConvNet, Workload

TITLE = "JAX jit"
PEER = "jax"
NEEDS = ("jax",)

_ACTIVATIONS = {"tanh": jnp.tanh, "relu": lambda x: jnp.maximum(x, 0)}


@singledispatch
def build(workload: Workload) -> Callable[[], float]:
    """One step of a workload."""
    raise NotImplementedError(workload)


@build.register
def _(workload: Chain) -> Callable[[], float]:
    x, *parameters = map(jnp.asarray, workload.arrays())

    def loss(parameters: Any, x: Any) -> Any:
        w, b = parameters
        h = x
        for i in range(workload.length):
            h = h * w if i % 3 == 0 else h + b if i % 3 == 1 else jnp.tanh(h)
        return h.sum()

    gradients = jax.jit(jax.value_and_grad(loss))

    def step() -> float:
        value, given = gradients(parameters, x)
        jax.block_until_ready(given)
        return float(value)

    return step


@build.register
def _(workload: MLP | ConvNet) -> Callable[[], float]:
    x, target = map(jnp.asarray, workload.data())
    parameters = [(jnp.asarray(w), jnp.asarray(b)) for w, b in workload.weights()]
    norms: list[Any] = []
    if isinstance(workload, MLP) and workload.norm:
        norms = [(jnp.ones(n), jnp.zeros(n)) for n in workload.sizes[1:-1]]
    statistics = [(jnp.zeros_like(shift), jnp.ones_like(scale)) for scale, shift in norms]
    trained = (parameters, norms)
    begin, update = _optimizer(workload)
    loss = _conv_loss if isinstance(workload, ConvNet) else _mlp_loss(workload)

    def whole(trained: Any, statistics: Any, state: Any, x: Any, target: Any) -> Any:
        (value, statistics), given = jax.value_and_grad(loss, has_aux=True)(trained, statistics, x, target)
        trained, state = update(trained, given, state)
        return trained, statistics, state, value

    jitted = jax.jit(whole, donate_argnums=(0, 1, 2))
    state = begin(trained)

    def step() -> float:
        nonlocal trained, statistics, state
        trained, statistics, state, value = jitted(trained, statistics, state, x, target)
        jax.block_until_ready(trained)
        return float(value)

    return step


def _cross_entropy(logits: Any, target: Any) -> Any:
    return -jnp.take_along_axis(jax.nn.log_softmax(logits), target[:, None], axis=1).mean()


def _mlp_loss(workload: MLP) -> Callable[..., Any]:
    activation = _ACTIVATIONS[workload.activation]

    def loss(trained: Any, statistics: Any, x: Any, target: Any) -> Any:
        layers, norms = trained
        h, found = x, []
        for i, (w, b) in enumerate(layers[:-1]):
            h = h @ w + b
            if norms:
                h, new = _normalise(h, *norms[i], *statistics[i])
                found.append(new)
            h = activation(h)
        w, b = layers[-1]
        out = h @ w + b
        value = _cross_entropy(out, target) if workload.loss == "cross_entropy" else ((out - target) ** 2).mean()
        return value, found

    return loss


def _normalise(z: Any, scale: Any, shift: Any, mean: Any, var: Any) -> tuple[Any, tuple[Any, Any]]:
    n, m, v = len(z), z.mean(axis=0), z.var(axis=0)
    running = (0.9 * mean + 0.1 * m, 0.9 * var + 0.1 * v * n / (n - 1))
    return (z - m) * jax.lax.rsqrt(v + 1e-5) * scale + shift, running


def _conv_loss(trained: Any, statistics: Any, x: Any, target: Any) -> Any:
    *kernels, (w, b) = trained[0]
    h = x
    for kernel, bias in kernels:
        h = jax.lax.conv(h, kernel, (1, 1), "VALID") + bias[:, None, None]
        h = jax.lax.reduce_window(jnp.maximum(h, 0), -jnp.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
    return _cross_entropy(h.reshape(len(x), -1) @ w + b, target), statistics


def _optimizer(workload: MLP | ConvNet) -> tuple[Callable[[Any], Any], Callable[[Any, Any, Any], Any]]:
    """How the state begins, and the update of a tree of parameters."""
    tree = jax.tree_util.tree_map
    momentum = workload.momentum if isinstance(workload, MLP) else 0.0

    def sgd(p: Any, g: Any, velocity: Any) -> Any:
        velocity = tree(lambda v, g: momentum * v + g, velocity, g) if momentum else g
        return tree(lambda p, v: p - workload.lr * v, p, velocity), velocity if momentum else None

    def adam(p: Any, g: Any, state: Any) -> Any:
        m, v, count = state
        count = count + 1
        m = tree(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        v = tree(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
        rate, fix = workload.lr / (1 - 0.9**count), 1 - 0.999**count
        return tree(lambda p, m, v: p - rate * m / (jnp.sqrt(v / fix) + 1e-8), p, m, v), (m, v, count)

    if isinstance(workload, MLP) and workload.optimizer == "adam":
        return lambda p: (tree(jnp.zeros_like, p), tree(jnp.zeros_like, p), jnp.float32(0)), adam
    return lambda p: tree(jnp.zeros_like, p) if momentum else None, sgd
