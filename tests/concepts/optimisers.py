"""Rows 17 to 23: what a step does with the gradients it has seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

import nn
from autograd import Tensor

from .experiment import experiment

Array = NDArray[np.float64]
Made = Callable[[list[Tensor]], nn.optim.Optimizer]


def path(function: Callable[[Tensor], Tensor], start: Sequence[float], made: Made, steps: int) -> Array:
    """Where each step leads, the start included: (steps + 1, coordinates)."""
    point = Tensor(np.array(start, dtype=np.float64), requires_grad=True)
    optimizer = made([point])
    places = [point.detach().numpy().copy()]
    for _ in range(steps):
        optimizer.zero_grad()
        function(point).backward()
        optimizer.step()
        places.append(point.detach().numpy().copy())
    return np.array(places)


def given(gradients: Sequence[float], made: Made) -> Array:
    """Where one parameter goes from 0 under these gradients."""
    point = Tensor(np.zeros(1), requires_grad=True)
    optimizer = made([point])
    places = [0.0]
    for gradient in gradients:
        point.grad = np.array([gradient])
        optimizer.step()
        places.append(point.item())
    return np.array(places)


def sgd(lr: float, momentum: float = 0.0, *, nesterov: bool = False) -> Made:
    return lambda params: nn.optim.SGD(params, lr=lr, momentum=momentum, nesterov=nesterov)


def ravine(stiffness: float) -> Callable[[Tensor], Tensor]:
    """The sum of x**2 / 2 and stiffness * y**2 / 2."""
    scales = np.array([1.0, stiffness])
    return lambda point: (scales * point * point).sum() / 2


def steps_to(target: float, places: Array) -> int:
    """The first step after which the distance to the minimum at 0 stays below `target`."""
    far = np.linalg.norm(places, axis=1) >= target
    return int(np.flatnonzero(far)[-1]) + 1 if far.any() else 0


@experiment(17, lesson=9, slow=True)
def momentum_smooths_and_speeds_up() -> str:
    plain = path(ravine(100), (1, 1), sgd(0.01), 50)
    none = path(ravine(100), (1, 1), sgd(0.01, 0.0), 50)
    assert plain.tobytes() == none.tobytes()
    noise = np.random.default_rng(0).normal(size=60_000)
    shrinks = []
    for a in (0.5, 0.9, 0.99):
        velocity = -np.diff(given(noise, sgd(1.0, a)))[2000:]  # the update is v itself at rate 1
        ratio = float(np.var((1 - a) * velocity))
        assert abs(ratio / ((1 - a) / (1 + a)) - 1) < 0.15
        shrinks.append(ratio)
    steps = [steps_to(1e-3, path(ravine(100), (1, 1), sgd(0.01, a), 3000)) for a in (0.0, 0.5, 0.9, 0.99)]
    assert steps[0] > steps[1] > steps[2]
    softened = [float(ravine_of_d2l(0.6, beta)[-1]) for beta in (0.0, 0.5)]
    assert softened[0] > 1e6
    assert softened[1] < 1e-4
    return (
        f"noise left at a = 0.5, 0.9, 0.99: {shrinks[0]:.2f}, {shrinks[1]:.3f}, {shrinks[2]:.4f}; "
        f"steps on the ravine at 0, 0.5, 0.9, 0.99: {', '.join(map(str, steps))}"
    )


def ravine_of_d2l(lr: float, beta: float) -> Array:
    """The values of 0.1 x**2 + 2 y**2 on the way from (-5, -2) in 20 steps (Zhang et al., Dive into Deep Learning)."""
    scales = np.array([0.1, 2.0])
    places = path(lambda point: (scales * point * point).sum(), (-5, -2), sgd(lr, beta), 20)
    return (scales * places * places).sum(axis=1)


def saddle(point: Tensor) -> Tensor:
    """Down on one side and up on the other at 0; minima at y = 1 and -1."""
    x, y = point[0], point[1]
    return x * x / 2 - y * y / 2 + y**4 / 4


def two_wells(point: Tensor) -> Tensor:
    """A shallow minimum near 1.4, and a deep one near -1.6."""
    return (point**4 / 4 - point**2 + 0.35 * point).sum()


@experiment(18, lesson=9)
def momentum_leaves_saddles_and_shallow_minima() -> str:
    left = []
    for a in (0.0, 0.9):
        places = path(saddle, (1.0, 1e-4), sgd(0.1, a), 400)
        left.append(int(np.flatnonzero(np.abs(places[:, 1]) > 0.9)[0]))
    assert 2 * left[1] < left[0]
    ends = [float(path(two_wells, (2.3,), sgd(0.02, a), 600)[-1, 0]) for a in (0.0, 0.9)]
    assert ends[0] > 1.0
    assert ends[1] < -1.0
    return (
        f"steps to leave the saddle: {left[0]} without, {left[1]} with momentum 0.9; "
        f"the shallow minimum: {ends[0]:.2f} stays, {ends[1]:.2f} rolls out"
    )


@experiment(19, lesson=9)
def nesterov_overshoots_less() -> str:
    plain = path(ravine(100), (1, 1), sgd(0.005, 0.95), 300)
    ahead = path(ravine(100), (1, 1), sgd(0.005, 0.95, nesterov=True), 300)
    over = [float((-places[:, 1]).max()) for places in (plain, ahead)]
    later = [float(np.abs(places[20:, 1]).max()) for places in (plain, ahead)]
    assert over[1] < 0.5 * over[0]
    assert later[1] < 0.1 * later[0]
    return (
        f"farthest past the minimum: momentum {over[0]:.2f}, Nesterov {over[1]:.2f}; "
        f"from step 20 on: {later[0]:.2f}, {later[1]:.4f}"
    )


@experiment(20, lesson=8)
def one_learning_rate_is_best() -> str:
    ends = {
        lr: float(np.abs(path(lambda point: (point * point).sum(), (1.0,), sgd(lr), 20)[-1, 0]))
        for lr in (0.01, 0.1, 0.5, 0.9, 1.05)
    }
    best = min(ends, key=ends.__getitem__)
    assert best == 0.5
    assert ends[1.05] > 1 > ends[0.01]
    assert (round(ends[0.01], 3), round(ends[0.1], 4), round(ends[1.05], 2)) == (0.668, 0.0115, 6.73)
    return "x**2 from 1, after 20 steps: " + ", ".join(f"{end:.4f} at {lr:g}" for lr, end in ends.items())


@experiment(21, lesson=10)
def a_rate_grows_while_the_sign_stays() -> str:
    gradients = (1.0, 1.0, 1.0, -1.0, -1.0)
    bars = -np.diff(given(gradients, lambda p: nn.optim.DeltaBarDelta(p, lr=0.1, kappa=0.5, phi=0.5, theta=0.0)))
    # gains by hand: 1, then + 0.5 twice, then halved as the sign flips, then + 0.5
    assert np.allclose(bars, [0.1, 0.15, 0.2, -0.1, -0.15], atol=1e-12)
    props = -np.diff(given(gradients, lambda p: nn.optim.Rprop(p, lr=0.1)))
    # steps by hand: 0.1, times 1.2 twice, halved and not taken as the sign flips, then taken
    assert np.allclose(props, [0.1, 0.12, 0.144, 0.0, -0.072], atol=1e-12)
    plain = steps_to(1e-6, path(ravine(100), (1, 1), sgd(0.01), 2000))
    own = path(ravine(100), (1, 1), lambda p: nn.optim.DeltaBarDelta(p, lr=0.01, theta=0.0), 2000)
    adaptive = steps_to(1e-6, own)
    assert 2 * adaptive < plain
    return f"first five steps as by hand; on the ravine of 100 plain {plain} steps, delta-bar-delta {adaptive}"


@experiment(22, lesson=10)
def rmsprop_follows_the_recent_and_adagrad_sums() -> str:
    gradients = np.random.default_rng(0).normal(size=200)
    r, x, reference = 0.0, 0.0, []
    for g in gradients:
        r = 0.9 * r + 0.1 * g * g
        x -= 0.01 * g / (np.sqrt(r) + 1e-8)
        reference.append(x)
    got = given(list(gradients), lambda p: nn.optim.RMSprop(p, lr=0.01, alpha=0.9))[1:]
    assert np.abs(got - reference).max() < 1e-9
    times = []
    for a in (0.9, 0.99, 0.999):
        point = Tensor(np.zeros(1), requires_grad=True)
        optimizer = nn.optim.RMSprop([point], lr=0.0, alpha=a)
        point.grad, count = np.array([1.0]), 0
        while count == 0 or optimizer.state_dict()["state"][0]["square_avg"].item() < 1 - np.exp(-1):
            optimizer.step()
            count += 1
        assert abs(count * (1 - a) - 1) < 0.11
        times.append(count)
    sums = -np.diff(given([5.0] * 1000, lambda p: nn.optim.Adagrad(p, lr=1.0)))[[0, 3, 99, 999]]
    assert np.allclose(sums, 1 / np.sqrt([1, 4, 100, 1000]), atol=1e-9)
    return f"r has gone 63 % of the way after {times[0]}, {times[1]}, {times[2]} steps (a = 0.9, 0.99, 0.999)"


@experiment(23, lesson=10)
def adam_is_rmsprop_with_momentum_and_a_corrected_start() -> str:
    gradients = np.random.default_rng(0).normal(size=200)
    m = v = x = 0.0
    reference = []
    for t, g in enumerate(gradients, 1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        x -= 0.01 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        reference.append(x)
    got = given(list(gradients), lambda p: nn.optim.Adam(p, lr=0.01))[1:]
    worst = float(np.abs(got - reference).max())
    assert worst < 1e-9
    for size in (1e-3, 1.0, 1e3):
        steps = -np.diff(given([size] * 1000, lambda p: nn.optim.Adam(p, lr=0.01)))
        assert np.allclose(steps[[0, -1]], 0.01, rtol=1e-4)
    first = -np.diff(given([7.0, 7.0], lambda p: nn.optim.RMSprop(p, lr=0.01, alpha=0.9)))[0] / 0.01
    return (
        "200 steps equal the formula to 1e-9; under a constant gradient each step is lr, "
        f"where the first of RMSProp is {first:.4f} lr"
    )
