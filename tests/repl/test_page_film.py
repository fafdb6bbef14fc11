"""The backward pass as a film: the engine's order, its sums at every stop, and rules worked out in its numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor
from autograd.reverse import Step, steps
from nn.functional import linear
from repl.graphview import look
from repl.graphview.histograms import histogram
from repl.graphview.playback import play
from repl.graphview.stats import describe
from repl.graphview.worked import work

from .graphs import leaf, mlp, mlp_loss


def convolutional() -> Tensor:
    nn.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(12, 3)
    )
    x = np.random.default_rng(0).normal(size=(6, 1, 6, 6)).astype(np.float32)
    loss: Tensor = nn.CrossEntropyLoss()(net(x), np.arange(6) % 3)
    return loss


def diamond() -> Tensor:
    x = leaf(np.array([0.5, -2.0]))
    loss: Tensor = np.sum(np.tanh(x) * x + x)
    return loss


def attention() -> Tensor:
    nn.manual_seed(0)
    x = leaf(np.random.default_rng(0).normal(size=(2, 3, 4)), "x")
    loss: Tensor = (nn.functional.softmax(x @ x.swapaxes(-1, -2), dim=-1) @ x).sum()
    return loss


LOSSES = {
    "attention": attention,
    "mlp": lambda: mlp_loss(mlp(2, 8, 3)),
    "convolutional": convolutional,
    "diamond": diamond,
}


@pytest.mark.parametrize("make", LOSSES.values(), ids=LOSSES)
def test_moments_are_the_engines_steps(make: Any) -> None:
    loss = make()
    engine = list(steps(loss))
    film = play(loss, opened=())
    assert [moment.op for moment in film.moments] == [step.node.op.name for step in engine]
    assert [moment.number for moment in film.moments] == list(range(1, len(engine) + 1))
    for moment, step in zip(film.moments, engine, strict=True):
        assert moment.gradient == describe(step.cotangent)
        assert [share.gradient for share in moment.shares] == [describe(share) for _, share in step.contributions]


@pytest.mark.parametrize("make", LOSSES.values(), ids=LOSSES)
def test_sums_are_the_engines_at_every_stop(make: Any) -> None:
    loss = make()
    taken = []
    for step in steps(loss):
        places = [step.node.inputs[i] for i, _ in step.contributions]
        taken.append([describe(step.cotangents[place]) for place in places])
    film = play(loss, opened=())
    for moment, sums in zip(film.moments, taken, strict=True):
        for share, expected in zip(moment.shares, sums, strict=True):
            # On the way through a step that is not drawn, a transpose behind a leaf, nothing has arrived yet.
            assert share.running == expected or (share.running is None and moment.op == "matmul")


@pytest.mark.parametrize("make", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("opened", [("linear",), ("all",)])
def test_the_last_sums_are_the_gradients_of_the_view(make: Any, opened: tuple[str, ...]) -> None:
    loss = make()
    view = look(loss, opened=opened)
    film = play(loss, opened=opened)
    sums = {share.to: share.running for moment in film.moments for share in moment.shares if share.running}
    for node in view.nodes:
        if node.id in sums and node.gradient is not None:
            assert sums[node.id].rms == pytest.approx(node.gradient.rms, rel=1e-5, abs=1e-7), node
    assert {node.id for node in view.nodes if node.kind == "parameter"} <= set(sums)


def test_inside_an_opened_composite_earlier_sums_count() -> None:
    x = leaf(np.array([[1.0, 2.0]]), "x")
    w = leaf(np.array([[3.0, 4.0], [5.0, 6.0]]), "w")
    loss = (nn.functional.linear(x, w).sum() + 10.0 * x.sum()).sum()
    film = play(loss)
    sums = [s.running.rms for m in film.moments for s in m.shares if s.running and film.view.by_id[s.to].label == "x"]
    loss.backward()
    assert x.grad is not None
    assert sums[-1] == pytest.approx(np.sqrt(np.mean(x.grad.numpy() ** 2)))
    assert len(sums) == 2
    assert {moment.composite for moment in film.moments} == {"", "linear"}


def test_the_grad_of_leaves_is_left_alone() -> None:
    x = leaf(np.array([1.0, 2.0]))
    loss = (x * x).sum()
    play(loss)
    assert x.grad is None
    loss.backward()  # the record is still there


def test_an_overflow_is_shown_and_not_raised() -> None:
    x = leaf(np.array([1e200, 1.0]), "x")
    with np.errstate(over="ignore"):
        loss = (x * x * x).sum()
    film = play(loss)
    assert any(not np.isfinite(share.gradient.rms) for moment in film.moments for share in moment.shares)


def first(loss: Tensor, gradient: Any = None) -> Step:
    return next(steps(loss, gradient))


@pytest.mark.parametrize(
    ("make", "seed", "operand", "text"),
    [
        (lambda: leaf([0.0, -2.0]) * np.array([3.0, -5.0]), [1.0, 0.5], 0, "1 * 3"),
        (lambda: leaf([[1.0, 2.0]]) @ leaf([[3.0], [4.0]]), [[2.0]], 0, "2 * 4"),
        (lambda: leaf([[1.0, 2.0]]) @ leaf([[3.0], [4.0]]), [[2.0]], 1, "2 * 2"),
        (lambda: leaf(np.ones((4, 2))) + leaf(np.zeros(2)), np.arange(8.0).reshape(4, 2), 1, "1 + 3 + 5"),
        (lambda: linear(leaf([[1.0, 2.0]]), leaf([[3.0, -4.0], [5.0, 6.0]])), [[2.0, -1.0]], 0, "2 * -4 + -1 * 6"),
        (lambda: linear(leaf([[1.0, 2.0]]), leaf([[3.0, 4.0]])), [[2.0]], 1, "2 * 2"),
        (lambda: linear(np.ones((2, 1)), leaf([[3.0]]), leaf([0.0])), [[2.0], [0.5]], 2, "2 + 0.5"),
        (lambda: leaf(np.ones(4)).mean(), None, 0, "1 / 4"),
        (lambda: np.exp(leaf([0.0])), [3.0], 0, "3 * 1"),
    ],
)
def test_one_element_is_worked_out(make: Any, seed: Any, operand: int, text: str) -> None:
    step = first(make(), None if seed is None else np.array(seed))
    share = dict(step.contributions)[operand]
    found = work(step, operand, share)
    assert found.text == text
    assert found.value == share[found.index] == np.abs(share).max() * np.sign(share[found.index])


def test_an_element_that_is_asked_for_is_worked_out() -> None:
    step = first(leaf([[1.0, 2.0]]) @ leaf([[3.0], [4.0]]), np.array([[2.0]]))
    assert work(step, 0, dict(step.contributions)[0], (0, 0)).text == "2 * 3"


def test_of_no_samples_there_is_nothing_to_work_out() -> None:
    net = nn.Sequential(nn.Linear(2, 3), nn.Tanh())
    film = play(net(np.zeros((0, 2), np.float32)).sum(), net=net)
    assert all(share.worked.text == "" for moment in film.moments for share in moment.shares if share.worked)


def test_a_sum_says_how_many_terms_it_has() -> None:
    step = first(leaf(np.ones((4, 2))) + leaf(np.zeros(2)), np.ones((4, 2)))
    assert work(step, *dict(enumerate(step.contributions))[1]).terms == 4
    step = first(leaf(np.ones((2, 7))) @ leaf(np.ones((7, 3))), np.ones((2, 3)))
    assert [work(step, i, share).terms for i, share in step.contributions] == [3, 2]


@pytest.mark.parametrize("make", LOSSES.values(), ids=LOSSES)
def test_what_is_worked_out_is_what_the_engine_has(make: Any) -> None:
    told = 0
    for step in steps(make()):
        for i, share in step.contributions:
            found = work(step, i, share)
            assert found.value == float(share[found.index])
            if found.text and found.terms <= 3:
                # The text is a calculation: done by hand, it gives what the engine has, to its three digits.
                told += 1
                names = {"where": np.where}
                terms = sum(abs(float(eval(term, names))) for term in found.text.split(" + "))
                assert float(eval(found.text, names)) == pytest.approx(found.value, rel=0.03, abs=0.01 * terms)
    assert told >= 2


def test_an_upstream_gradient_and_a_local_derivative_make_the_contribution() -> None:
    step = first(np.tanh(leaf([0.2, 0.9])), np.array([0.3, 0.7]))
    found = work(step, *next(iter(step.contributions)))
    assert found.upstream is not None
    assert found.slope is not None
    assert found.slope == pytest.approx(1 - np.tanh(0.9) ** 2 if found.index == (1,) else 1 - np.tanh(0.2) ** 2)
    assert found.upstream * found.slope == pytest.approx(found.value)


def test_nan_is_the_element_that_is_shown() -> None:
    step = first(np.sqrt(leaf([1.0, 4.0])), np.array([1.0, np.nan]))
    found = work(step, *next(iter(step.contributions)))
    assert found.index == (1,)
    assert np.isnan(found.value)
    assert found.text == ""


def test_a_histogram_counts_every_finite_element() -> None:
    x = np.append(np.random.default_rng(0).normal(size=1000), [np.nan, np.inf])
    bars = histogram(x)
    assert bars is not None
    expected, edges = np.histogram(x[:1000], bins=24)
    assert bars.counts == tuple(expected)
    assert (bars.low, bars.high) == (edges[0], edges[-1])
    assert [histogram(each) for each in (3.0, np.ones(5), np.array([]), [np.nan, 1.0], [-1e308, 1e308])] == [None] * 5
