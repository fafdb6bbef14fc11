"""Rows 24, 25, 26 and 35: what activations let through, and why there have to be any."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import nn
import nn.functional as F
from autograd import Tensor

from .experiment import experiment


def slope(function: Callable[..., Any], x: Any) -> np.ndarray[Any, Any]:
    """The derivative of an element-wise function at each of x."""
    point = Tensor(np.asarray(x, dtype=np.float64), requires_grad=True)
    function(point).sum().backward()
    assert point.grad is not None
    return point.grad.numpy()


@experiment(24, lesson=7)
def sigmoid_lies_between_0_and_1_and_never_overflows() -> str:
    x = np.array([-1000.0, -2.0, 0.0, 2.0, 1000.0])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        y = np.asarray(F.sigmoid(x))
        d = slope(F.sigmoid, x)
    assert ((y >= 0) & (y <= 1)).all()
    assert np.allclose(d, y * (1 - y), atol=1e-15)
    assert d.max() == d[2] == 0.25
    assert (y[0], y[-1], d[0], d[-1]) == (0.0, 1.0, 0.0, 0.0)
    return f"at -2, 0, 2: {y[1]:.4f}, {y[2]:.4f}, {y[3]:.4f}; slope at most {d.max():.2f}; at -1000 and 1000: 0 and 1"


@experiment(25, lesson=7)
def tanh_is_four_times_as_steep_at_0_as_sigmoid() -> str:
    tanh, sigmoid = (float(slope(function, 0.0)) for function in (np.tanh, F.sigmoid))
    assert (tanh, sigmoid) == (1.0, 0.25)
    x = np.random.default_rng(0).normal(size=100_000)
    means = [float(np.mean(np.asarray(function(x)))) for function in (np.tanh, F.sigmoid)]
    assert abs(means[0]) < 0.01
    assert abs(means[1] - 0.5) < 0.01
    return f"slope at 0: tanh {tanh:.2f}, sigmoid {sigmoid:.2f}; mean output on N(0, 1): 0.0 and {means[1]:.1f}"


def dead_share(activation: nn.Module, lr: float) -> tuple[float, float]:
    """The share of hidden units that give 0, or hardly more, for every sample after training; and the last loss."""
    data = nn.data.spiral(n=300, noise=0.1, seed=0)
    nn.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 50), activation, nn.Linear(50, 50), activation, nn.Linear(50, 3))
    nn.init.initialize_(net, "kaiming_normal", seed=0)
    trainer = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.SGD(net.parameters(), lr=lr), data, batch_size=32)
    events = trainer.run(300)
    hidden = np.maximum(net[0](data.x).detach().numpy(), 0)
    second = np.maximum(net[2](net[1](net[0](data.x))).detach().numpy(), 0)
    dead = np.concatenate([(each == 0).all(axis=0) for each in (hidden, second)])
    return float(dead.mean()), float(np.mean([event.loss for event in events[-30:]]))


@experiment(26, lesson=7)
def relu_its_leak_and_elu() -> str:
    x = np.array([-2.0, 0.0, 3.0])
    assert np.array_equal(np.asarray(F.relu(x)), [0, 0, 3])
    assert np.allclose(np.asarray(F.leaky_relu(x, 0.01)), [-0.02, 0, 3])
    assert np.allclose(np.asarray(F.elu(x)), [np.exp(-2.0) - 1, 0, 3])
    assert slope(F.relu, 0.0) == 0.0  # the convention at the corner
    near = 1e-9
    jumps = {
        name: abs(float(slope(function, near) - slope(function, -near)))
        for name, function in (("relu", F.relu), ("leaky", F.leaky_relu), ("elu", F.elu))
    }
    assert jumps["elu"] < 1e-8
    assert abs(jumps["leaky"] - 0.99) < 1e-12
    assert jumps["relu"] == 1.0
    dead, stuck = dead_share(nn.ReLU(), 5.0)
    alive, _ = dead_share(nn.ReLU(), 0.1)
    _, moving = dead_share(nn.LeakyReLU(), 5.0)
    assert dead > 0.5 > 5 * alive
    assert stuck > 1.0 > moving
    return (
        f"slope jumps at 0 by {jumps['relu']:.0f} (relu), {jumps['leaky']:.2f} (leaky), {jumps['elu']:.0f} (elu); "
        f"dead units at rate 5: {100 * dead:.0f} %, at rate 0.1: {100 * alive:.0f} %"
    )


def spiral_accuracy(net: nn.Sequential, lr: float) -> float:
    data = nn.data.spiral(n=300, noise=0.1, seed=0)
    trainer = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.Adam(net.parameters(), lr=lr), data, batch_size=50)
    trainer.run(1500)
    accuracy = trainer.evaluate(data).accuracy
    assert accuracy is not None
    return accuracy


@experiment(35, lesson=7)
def without_activations_a_deep_net_is_one_linear_layer() -> str:
    nn.manual_seed(0)
    deep = nn.Sequential(nn.Linear(2, 20), nn.Linear(20, 20), nn.Linear(20, 3)).double()
    x = np.random.default_rng(0).normal(size=(100, 2))
    weight, bias = np.eye(2), np.zeros(2)
    for layer in deep:
        w, b = layer.weight.detach().numpy(), layer.bias.detach().numpy()
        weight, bias = w @ weight, w @ bias + b
    assert np.abs(deep(x).detach().numpy() - (x @ weight.T + bias)).max() < 1e-12
    nn.manual_seed(0)
    linear = spiral_accuracy(nn.Sequential(nn.Linear(2, 50), nn.Linear(50, 50), nn.Linear(50, 3)), 0.01)
    nn.manual_seed(0)
    bent = spiral_accuracy(
        nn.Sequential(nn.Linear(2, 50), nn.ReLU(), nn.Linear(50, 50), nn.ReLU(), nn.Linear(50, 3)), 0.01
    )
    assert linear <= 0.6
    assert bent >= 0.95
    return f"multiplied out it is one layer to 1e-12; spiral accuracy: linear {linear:.2f}, with relu {bent:.2f}"
