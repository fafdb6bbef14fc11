"""Recurrent layers over a whole sequence as one row each: rnn, lstm and gru.

What the input contributes at every time, x_t @ W_ih.T + b_ih, is one matrix product that needs no past, so it is
made before and handed in. The row does what has to wait for the step before, and its rule goes back through time.

Shapes: x (T, N, gates * H), hidden and cell (N, H), weight (gates * H, H), bias (gates * H,) or left out,
y (T, N, H). An lstm's y is (T, N, 2 * H): beside each hidden state its cell. The gates are in PyTorch's order.

Going back, all that differs is the cotangent of what each gate was before its non-linearity: `*_pull` runs from the
last time to the first and makes it; the cotangents of weight, bias and first state follow from it in one product.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..op import GENERAL, Op, composite, sample
from .transcendental import SIGMOID


def _pull(name: str, forward: Callable[..., Any]) -> Op:
    """What the rules of a row share, under a name for printing. It is no row: the definition gives higher orders."""
    return Op(name=name, forward=forward, kind=GENERAL, multiple=True, why="Back through time.")


def _before(first: Any, states: Any) -> Any:
    """For each time the state that it began with."""
    return np.concatenate([first[None], states[:-1]])


def _weight(pulled: Any, before: Any) -> Any:
    """The sum over times and examples of cotangent times state."""
    return pulled.reshape(-1, pulled.shape[-1]).T @ before.reshape(-1, before.shape[-1])


def _affine(h: Any, weight: Any, bias: Any) -> Any:
    return h @ weight.T if bias is None else h @ weight.T + bias


def _parts(z: Any, count: int) -> list[Any]:
    """The gates, which lie side by side."""
    size = z.shape[-1] // count
    return [z[..., k * size : (k + 1) * size] for k in range(count)]


# -- h = tanh(x + h @ W.T + b), or with relu ------------------------------------------------------------------


def _rnn(x: Any, hidden: Any, weight: Any, bias: Any = None, /, relu: bool = False) -> Any:
    y = np.empty(x.shape, x.dtype)
    h, turned = hidden, weight.T
    for t, out in enumerate(y):
        np.matmul(h, turned, out=out)
        out += x[t]
        if bias is not None:
            out += bias
        h = np.maximum(out, 0, out=out) if relu else np.tanh(out, out=out)
    return y


def _rnn_steps(x: Any, hidden: Any, weight: Any, bias: Any = None, relu: bool = False) -> Any:
    states, h = [], hidden
    for t in range(x.shape[0]):
        z = x[t] + _affine(h, weight, bias)
        h = np.maximum(z, 0) if relu else np.tanh(z)
        states.append(h)
    return np.stack(states)


def _rnn_pull(g: Any, y: Any, weight: Any, /, relu: bool = False) -> tuple[Any, Any]:
    """The cotangents of x and of the first hidden state."""
    pulled = (y > 0).astype(y.dtype) if relu else 1 - y * y  # the slopes, which each step multiplies
    carried: Any = 0.0
    for t in range(len(g) - 1, -1, -1):
        pulled[t] *= g[t] + carried
        carried = pulled[t] @ weight
    return pulled, carried


RNN_PULL = _pull("rnn_pull", _rnn_pull)


def _rnn_joint(
    g: Any, y: Any, x: Any, hidden: Any, weight: Any, bias: Any = None, *, needs: tuple[bool, ...], relu: bool = False
) -> tuple[Any, ...]:
    pulled, carried = _rnn_pull(g, y, weight, relu=relu)
    return _shared(pulled, (carried,), needs, lambda: _before(hidden, y))


def _shared(
    pulled: Any, states: tuple[Any, ...], needs: tuple[bool, ...], before: Callable[[], Any], by_weight: Any = None
) -> tuple[Any, ...]:
    """The cotangents in the order of the operands: x, the first states, weight, bias."""
    by_weight = pulled if by_weight is None else by_weight
    place = 1 + len(states)
    found = [pulled, *states]
    if len(needs) > place:
        found.append(_weight(by_weight, before()) if needs[place] else None)
    if len(needs) > place + 1:
        found.append(by_weight.sum(axis=(0, 1)) if needs[place + 1] else None)
    return tuple(found)


RNN = composite(
    "rnn",
    _rnn,
    lambda g, y, x, hidden, weight, bias=None, relu=False: RNN_PULL(g, y, weight, relu=relu)[0],
    lambda g, y, x, hidden, weight, bias=None, relu=False: RNN_PULL(g, y, weight, relu=relu)[1],
    lambda g, y, x, hidden, weight, bias=None, relu=False: _weight(
        RNN_PULL(g, y, weight, relu=relu)[0], _before(hidden, y)
    ),
    lambda g, y, x, hidden, weight, bias=None, relu=False: RNN_PULL(g, y, weight, relu=relu)[0].sum(axis=(0, 1)),
    joint=_rnn_joint,
    definition=_rnn_steps,
    samples=(
        sample((1, 2, 2), (2, 2), (2, 2), (2,)),  # one time: what is printed stays short
        sample((3, 2, 2), (2, 2), (2, 2), (2,)),
        sample((2, 1, 3), (1, 3), (3, 3)),
        sample((3, 2, 2), (2, 2), (2, 2), (2,), relu=True),
    ),
    why="At each time the gradient from now and the one from later add up, and pass on through the same weight again.",
)

# -- i, f, g, o = gates of x + h @ W.T + b;  c = f * c + i * g;  h = o * tanh(c) ------------------------------


def _lstm(x: Any, hidden: Any, cell: Any, weight: Any, bias: Any = None, /) -> tuple[Any, Any]:
    times, n, width = x.shape
    size = width // 4
    # sigmoid(z) = (1 + tanh(z / 2)) / 2: with the z of three gates halved beforehand, one tanh serves all four
    half = np.full(width, 0.5, x.dtype)
    half[2 * size : 3 * size] = 1.0
    gates = x * half if bias is None else x + bias
    if bias is not None:
        gates *= half
    turned = (weight * half[:, None]).T
    rest = 1.0 - half
    y = np.empty((times, n, 2 * size), x.dtype)
    h, c = hidden, cell
    for t, z in enumerate(gates):
        z += h @ turned
        np.tanh(z, out=z)
        z *= half
        z += rest
        h, before, c = y[t, :, :size], c, y[t, :, size:]
        np.multiply(z[:, size : 2 * size], before, out=c)
        c += z[:, :size] * z[:, 2 * size : 3 * size]
        np.multiply(z[:, 3 * size :], np.tanh(c), out=h)
    return y, gates


def _lstm_steps(x: Any, hidden: Any, cell: Any, weight: Any, bias: Any = None) -> Any:
    states, h, c = [], hidden, cell
    for t in range(x.shape[0]):
        i, f, g, o = _parts(x[t] + _affine(h, weight, bias), 4)
        c = SIGMOID(f) * c + SIGMOID(i) * np.tanh(g)
        h = SIGMOID(o) * np.tanh(c)
        states.append(np.concatenate([h, c], axis=-1))
    return np.stack(states)


def _lstm_pull(g: Any, y: Any, gates: Any, cell: Any, weight: Any, /) -> tuple[Any, Any, Any]:
    """The cotangents of x, of the first hidden state and of the first cell."""
    size = cell.shape[-1]
    pulled = np.empty(gates.shape, gates.dtype)
    dh: Any = 0.0
    dc: Any = 0.0
    for t in range(len(g) - 1, -1, -1):
        i, f, c, o = _parts(gates[t], 4)
        before = y[t - 1, :, size:] if t else cell
        dh = dh + g[t, :, :size]
        squashed = np.tanh(y[t, :, size:])
        dc = dc + g[t, :, size:] + dh * o * (1 - squashed * squashed)
        z = pulled[t]
        z[:, :size] = dc * c * i * (1 - i)
        z[:, size : 2 * size] = dc * before * f * (1 - f)
        z[:, 2 * size : 3 * size] = dc * i * (1 - c * c)
        z[:, 3 * size :] = dh * squashed * o * (1 - o)
        dh = z @ weight
        dc = dc * f
    return pulled, dh, dc


LSTM_PULL = _pull("lstm_pull", _lstm_pull)


def _lstm_joint(
    g: Any,
    y: Any,
    x: Any,
    hidden: Any,
    cell: Any,
    weight: Any,
    bias: Any = None,
    *,
    needs: tuple[bool, ...],
    gates: Any,
) -> tuple[Any, ...]:
    pulled, *states = _lstm_pull(g, y, gates, cell, weight)
    return _shared(pulled, tuple(states), needs, lambda: _before(hidden, y[..., : hidden.shape[-1]]))


LSTM = composite(
    "lstm",
    _lstm,
    lambda g, y, x, hidden, cell, weight, bias=None, *, gates: LSTM_PULL(g, y, gates, cell, weight)[0],
    lambda g, y, x, hidden, cell, weight, bias=None, *, gates: LSTM_PULL(g, y, gates, cell, weight)[1],
    lambda g, y, x, hidden, cell, weight, bias=None, *, gates: LSTM_PULL(g, y, gates, cell, weight)[2],
    lambda g, y, x, hidden, cell, weight, bias=None, *, gates: _weight(
        LSTM_PULL(g, y, gates, cell, weight)[0], _before(hidden, y[..., : hidden.shape[-1]])
    ),
    lambda g, y, x, hidden, cell, weight, bias=None, *, gates: LSTM_PULL(g, y, gates, cell, weight)[0].sum(axis=(0, 1)),
    joint=_lstm_joint,
    saves="gates",
    definition=_lstm_steps,
    samples=(
        sample((1, 2, 8), (2, 2), (2, 2), (8, 2), (8,)),
        sample((3, 2, 8), (2, 2), (2, 2), (8, 2), (8,)),
        sample((2, 1, 4), (1, 1), (1, 1), (4, 1)),
    ),
    why="The cell is a road of its own through time: its gradient is only scaled by the forget gate, step by step.",
)

# -- r, z = gates of x + h @ W.T + b;  n = tanh(x + r * (h @ W.T + b));  h = (1 - z) * n + z * h ---------------


def _gru(x: Any, hidden: Any, weight: Any, bias: Any = None, /) -> tuple[Any, Any]:
    times, n, width = x.shape
    size = width // 3
    turned = weight.T
    gates = np.empty((times, n, 4 * size), x.dtype)  # r, z, n, and what r was multiplied with
    y = np.empty((times, n, size), x.dtype)
    h = hidden
    for t, out in enumerate(y):
        recurrent = h @ turned
        if bias is not None:
            recurrent += bias
        both, new, inner = gates[t, :, : 2 * size], gates[t, :, 2 * size : 3 * size], gates[t, :, 3 * size :]
        np.add(x[t, :, : 2 * size], recurrent[:, : 2 * size], out=both)
        both *= 0.5  # sigmoid(z) = (1 + tanh(z / 2)) / 2
        np.tanh(both, out=both)
        both += 1.0
        both *= 0.5
        inner[...] = recurrent[:, 2 * size :]
        np.multiply(both[:, :size], inner, out=new)
        new += x[t, :, 2 * size :]
        np.tanh(new, out=new)
        np.subtract(h, new, out=out)
        out *= both[:, size:]
        out += new
        h = out
    return y, gates


def _gru_steps(x: Any, hidden: Any, weight: Any, bias: Any = None) -> Any:
    states, h = [], hidden
    for t in range(x.shape[0]):
        (xr, xz, xn), (hr, hz, hn) = _parts(x[t], 3), _parts(_affine(h, weight, bias), 3)
        z = SIGMOID(xz + hz)
        h = (1 - z) * np.tanh(xn + SIGMOID(xr + hr) * hn) + z * h
        states.append(h)
    return np.stack(states)


def _gru_pull(g: Any, y: Any, gates: Any, hidden: Any, weight: Any, /) -> tuple[Any, Any, Any]:
    """The cotangents of x, of the first hidden state, and of h @ W.T + b, which differs from x's in its last third."""
    size = hidden.shape[-1]
    pulled = np.empty((*g.shape[:2], 3 * size), g.dtype)
    inside = np.empty_like(pulled)
    dh: Any = 0.0
    for t in range(len(g) - 1, -1, -1):
        r, z, n, inner = _parts(gates[t], 4)
        dh = dh + g[t]
        dn = dh * (1 - z) * (1 - n * n)
        pulled[t, :, :size] = dn * inner * r * (1 - r)
        pulled[t, :, size : 2 * size] = dh * ((y[t - 1] if t else hidden) - n) * z * (1 - z)
        pulled[t, :, 2 * size :] = dn
        inside[t, :, : 2 * size] = pulled[t, :, : 2 * size]
        inside[t, :, 2 * size :] = dn * r
        dh = dh * z + inside[t] @ weight
    return pulled, dh, inside


GRU_PULL = _pull("gru_pull", _gru_pull)


def _gru_joint(
    g: Any, y: Any, x: Any, hidden: Any, weight: Any, bias: Any = None, *, needs: tuple[bool, ...], gates: Any
) -> tuple[Any, ...]:
    pulled, carried, inside = _gru_pull(g, y, gates, hidden, weight)
    return _shared(pulled, (carried,), needs, lambda: _before(hidden, y), inside)


GRU = composite(
    "gru",
    _gru,
    lambda g, y, x, hidden, weight, bias=None, *, gates: GRU_PULL(g, y, gates, hidden, weight)[0],
    lambda g, y, x, hidden, weight, bias=None, *, gates: GRU_PULL(g, y, gates, hidden, weight)[1],
    lambda g, y, x, hidden, weight, bias=None, *, gates: _weight(
        GRU_PULL(g, y, gates, hidden, weight)[2], _before(hidden, y)
    ),
    lambda g, y, x, hidden, weight, bias=None, *, gates: GRU_PULL(g, y, gates, hidden, weight)[2].sum(axis=(0, 1)),
    joint=_gru_joint,
    saves="gates",
    definition=_gru_steps,
    samples=(
        sample((1, 2, 6), (2, 2), (6, 2), (6,)),
        sample((3, 2, 6), (2, 2), (6, 2), (6,)),
        sample((2, 1, 3), (1, 1), (3, 1)),
    ),
    why="Where the update gate keeps the old state, the gradient passes to the step before unchanged.",
)
