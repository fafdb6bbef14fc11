"""Rows that are recorded as one call: which memory their results get, and what their rules are given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Tensor
from autograd.compiler.liveness import Layout
from autograd.compiler.program import INPUT, MADE, Call, Recording
from autograd.op import Op

SHAPE = (6, 5)
RNG = np.random.default_rng(0)


def filled(x: Any, w: Any, /) -> Any:
    """x * w, row by row into an array of its own, which can't be followed."""
    out = np.empty(x.shape, x.dtype)
    for row, a, b in zip(out, x, w, strict=True):
        row[...] = a * b
    return out


RULES = {
    "new arrays": lambda g, y, x, w, *, needs: (g * w, g * x),
    "the same array twice": lambda g, y, x, w, *, needs: (g * 2,) * 2,
    "an array and a view of it": lambda g, y, x, w, *, needs: ((s := g * 2), s[::-1]),
    "what came in": lambda g, y, x, w, *, needs: (g, g),
    "views of what came in": lambda g, y, x, w, *, needs: (g[::-1], np.broadcast_to(g[0], g.shape)),
    "new, and a view": lambda g, y, x, w, *, needs: (g * w + y, g[:, ::-1]),
    "parts of one array": lambda g, y, x, w, *, needs: tuple(np.stack([g, 2 * g])),
    "nothing looked at": lambda g, y, x, w, *, needs: (np.full(x.shape, 2.0), np.full(w.shape, x.ndim * 1.0)),
}


def step(op: Op, parameters: tuple[Any, Any]) -> Any:
    a, b = parameters

    def run(x: Any) -> Any:
        a.grad = b.grad = None
        hidden = np.tanh(a * x)
        loss = (op(hidden * 2, np.exp(b)) * hidden).sum()
        loss.backward()
        return loss

    return run


@pytest.mark.parametrize("rule", RULES)
def test_whatever_a_rule_gives(rule: str) -> None:
    op = Op(name="filled", forward=filled, joint=RULES[rule], vjps=(lambda g, *_: g,) * 2, why="For this test.")
    start = [RNG.normal(size=SHAPE) for _ in range(2)]
    found = []
    for way in (autograd.compile, lambda run: run):
        a, b = (Tensor(each.copy(), requires_grad=True) for each in start)
        run = way(step(op, (a, b)))
        for k in range(3):
            loss = run(np.sin(np.arange(30.0).reshape(SHAPE) + k))
            found.append((float(loss.item()), a.grad.numpy().copy(), b.grad.numpy().copy()))
    for compiled, eager in zip(found[:3], found[3:], strict=True):
        for one, other in zip(compiled, eager, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12)


@pytest.mark.parametrize("rule", RULES)
def test_gradients_that_are_changed_in_place_are_apart(rule: str) -> None:
    op = Op(name="filled", forward=filled, joint=RULES[rule], vjps=(lambda g, *_: g,) * 2, why="For this test.")
    a, b = (Tensor(RNG.normal(size=SHAPE), requires_grad=True) for _ in range(2))

    def run(x: Any, *, change: bool = True) -> Any:
        a.grad = b.grad = None
        loss = (op(a, b) * x).sum()
        loss.backward()
        if change:
            with autograd.no_grad():
                a.grad *= 3.0
                b.grad += 1.0
        return loss

    x = RNG.normal(size=SHAPE)
    compiled = autograd.compile(run)
    compiled(np.ones(SHAPE)), compiled(x)
    found = a.grad.numpy().copy(), b.grad.numpy().copy()
    run(x, change=False)
    np.testing.assert_allclose(found, (3 * a.grad.numpy(), b.grad.numpy() + 1), rtol=1e-12)


def test_a_row_of_ones_own_that_is_in_no_table() -> None:
    own = autograd.primitive(filled, vjp=[lambda g, y, x, w: g * w, lambda g, y, x, w: g * x])
    a = Tensor(RNG.normal(size=SHAPE), requires_grad=True)
    run = autograd.compile(step(own, (a, Tensor(np.ones(SHAPE), requires_grad=True))))
    for x in RNG.normal(size=(3, *SHAPE)):
        run(x)
    assert "filled(" in run.source
    assert own.forward is filled


def matrix(recording: Recording, kind: str = MADE, shape: tuple[int, ...] = SHAPE) -> Any:
    made = np.zeros(shape)
    recording.places.add(kind, made)
    keep.append(made)  # so that its address stays its own
    return recording.places.stand_in(made)


keep: list[Any] = []


def copied(recording: Recording, given: Any, *outs: Any) -> None:
    picks = tuple(range(len(outs))) if len(outs) > 1 else ()
    recording.append(Call(np.sort, tuple(given), {}, list(given), list(outs), "copy", picks=picks))


@pytest.mark.parametrize(
    ("shapes", "later", "memories"),
    [
        ([SHAPE], False, 1),  # where its operand was
        ([SHAPE], True, 2),  # who is needed afterwards stays
        ([(1, 5), SHAPE], False, 2),  # the last of several
        ([SHAPE, (1, 5)], False, 3),  # not one before others
        ([(2, 5)], False, 2),  # small ones would waste it
    ],
)
def test_results_that_are_copied_come_where_an_operand_was(shapes: Any, later: bool, memories: int) -> None:
    recording = Recording()
    x, a = matrix(recording, INPUT), matrix(recording)
    outs = [matrix(recording, shape=shape) for shape in shapes]
    copied(recording, [x], a)
    copied(recording, [a], *outs)
    end = [*outs, a] if later else outs
    for array in end:
        recording.memory(array).pinned = True
    layout = Layout(recording.calls)
    assert len(layout.buffers) == memories
    layout.make()
    places = [layout.at(array, recording.memory(array)) for array in end]
    assert not any(np.shares_memory(one, other) for i, one in enumerate(places) for other in places[:i])
