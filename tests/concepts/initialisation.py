"""Rows 12 to 16: how weights begin, and what becomes of signals and gradients on their way through the layers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

import nn

from .experiment import experiment

Array = NDArray[Any]
Fill = Callable[[nn.Parameter], Any]


def deep(activation: type[nn.Module], fill: Fill, *, depth: int, width: int, ends: bool = False) -> nn.Sequential:
    """`depth` layers of `width` units, weights filled by `fill`, biases 0; with `ends` a last layer to 3 outputs."""
    layers: list[nn.Module] = []
    for _ in range(depth):
        layers += [nn.Linear(width, width), activation()]
    if ends:
        layers.append(nn.Linear(width, 3))
    net = nn.Sequential(*layers)
    for name, parameter in net.named_parameters():
        if name.endswith("weight"):
            fill(parameter)
        else:
            nn.init.zeros_(parameter)
    return net


def normal(std: float, seed: int = 0) -> Fill:
    rng = np.random.default_rng(seed)
    return lambda parameter: nn.init.normal_(parameter, std=std, rng=rng)


def signals(net: nn.Sequential, x: Array) -> list[Array]:
    """What leaves each activation."""
    found: list[Array] = []
    hooks = [
        module.register_forward_hook(lambda module, args, out: found.append(out.detach().numpy()))
        for module in net
        if not isinstance(module, nn.Linear)
    ]
    net(x)
    for hook in hooks:
        hook.remove()
    return found


def gradient_ratio(net: nn.Sequential, x: Array) -> float:
    """The rms gradient of what enters the first activation over that of the last, under a random pull on the output.

    It is read off the biases, whose gradient is the sum of it over the samples.
    """
    pull = np.random.default_rng(1).normal(size=(len(x), 500))
    net.zero_grad()
    (net(x) * pull).sum().backward()
    biases = [module.bias for module in net if isinstance(module, nn.Linear)]
    first, last = (float(np.sqrt(np.mean(each.grad.numpy() ** 2))) for each in (biases[0], biases[-1]))
    return first / last


BATCH = np.random.default_rng(7).normal(size=(1000, 500))


@experiment(12, lesson=6)
def equal_weights_stay_equal() -> str:
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float64)
    y = np.array([0, 1, 1, 0])
    spread, accuracies = {}, {}
    for name in ("constant", "random"):
        nn.manual_seed(0)
        net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2)).double()
        if name == "constant":
            nn.init.initialize_(net, "constant", val=0.5)
        else:
            nn.init.initialize_(net, "normal", seed=0)
        optimizer, loss = nn.optim.SGD(net.parameters(), lr=0.5), nn.CrossEntropyLoss()
        for step in range(2000):
            optimizer.zero_grad()
            loss(net(x), y).backward()
            optimizer.step()
            if step == 99:
                units = net[0].weight.readonly
                spread[name] = float(np.abs(units - units[0]).max())
        accuracies[name] = float((net(x).detach().numpy().argmax(axis=1) == y).mean())
    assert spread["constant"] == 0.0
    assert spread["random"] > 0.1
    assert accuracies == {"constant": accuracies["constant"], "random": 1.0}
    assert accuracies["constant"] <= 0.75
    return (
        f"largest difference between units after 100 steps: {spread['constant']:.0f} from a constant, "
        f"{spread['random']:.2f} from random; XOR accuracy {accuracies['constant']:.2f}, {accuracies['random']:.2f}"
    )


@experiment(13, lesson=6)
def the_range_counts_and_not_the_distribution() -> str:
    ends = {}
    for std in (0.02, 1 / np.sqrt(500), 0.1):
        rng = np.random.default_rng(0)
        bound = std * np.sqrt(3)

        def even(parameter: nn.Parameter, rng: Any = rng, bound: float = bound) -> None:
            nn.init.uniform_(parameter, -bound, bound, rng=rng)

        gaussian, uniform = (
            float(signals(deep(nn.Tanh, fill, depth=10, width=500), BATCH[:200])[-1].std())
            for fill in (normal(std), even)
        )
        assert abs(gaussian / uniform - 1) < 0.1
        ends[std] = (gaussian, uniform)
    small, right, large = ends.values()
    assert small[0] < 0.1 * right[0] < right[0] < 0.5 * large[0]
    told = "; ".join(f"{one:.3f} and {other:.3f}" for one, other in ends.values())
    return f"deviation in layer 10, normal and uniform, at three ranges: {told}"


@experiment(14, lesson=6)
def a_deviation_of_a_hundredth_dies_in_ten_layers() -> str:
    stds = [float(each.std()) for each in signals(deep(nn.Tanh, normal(0.01), depth=10, width=500), BATCH)]
    assert all(later < 0.5 * earlier for earlier, later in pairwise(stds))
    assert 1e-7 < stds[-1] < 1e-6
    return f"deviation by layer 1, 2, 5, 10: {stds[0]:.3f}, {stds[1]:.4f}, {stds[4]:.1e}, {stds[9]:.1e}"


@experiment(15, lesson=6)
def he_keeps_the_signal_of_relus() -> str:
    rng = np.random.default_rng(0)
    sizes = {}
    for name, variance in (("He", 2 / 500), ("1/n", 1 / 500)):
        net = deep(nn.ReLU, lambda p, v=variance: nn.init.normal_(p, std=v**0.5, rng=rng), depth=30, width=500)
        rms = [float(np.sqrt(np.mean(each**2))) for each in signals(net, BATCH[:200])]
        sizes[name] = (rms[0], rms[-1])
    assert 1 / 3 < sizes["He"][1] / sizes["He"][0] < 3
    assert sizes["1/n"][1] / sizes["1/n"][0] < 1e-3
    same = nn.Linear(500, 500)
    nn.init.kaiming_normal_(same.weight, nonlinearity="relu", rng=np.random.default_rng(0))
    assert abs(float(same.weight.readonly.std()) / np.sqrt(2 / 500) - 1) < 0.02
    return (
        f"rms in layer 30: He {sizes['He'][1]:.2f} (layer 1: {sizes['He'][0]:.2f}), variance 1/n {sizes['1/n'][1]:.1e}"
    )


def trained(fill: Fill) -> float:
    """The accuracy on a spiral of a net of ten tanh layers after 400 steps."""
    data = nn.data.spiral(n=300, noise=0.1, seed=0)
    nn.manual_seed(0)
    layers: list[nn.Module] = [nn.Linear(2, 100), nn.Tanh()]
    for _ in range(9):
        layers += [nn.Linear(100, 100), nn.Tanh()]
    net = nn.Sequential(*layers, nn.Linear(100, 3))
    for name, parameter in net.named_parameters():
        (fill if name.endswith("weight") else nn.init.zeros_)(parameter)
    trainer = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.SGD(net.parameters(), lr=0.02, momentum=0.9), data)
    trainer.run(600)
    accuracy = trainer.evaluate(data).accuracy
    assert accuracy is not None
    return accuracy


@experiment(16, lesson=6, slow=True)
def too_small_too_large_and_right() -> str:
    small, large, right = (deep(nn.Tanh, normal(std), depth=10, width=500) for std in (0.01, 1.0, 500**-0.5))
    assert float(signals(small, BATCH)[-1].std()) < 1e-6
    assert gradient_ratio(small, BATCH) < 1e-5
    last = signals(large, BATCH)[-1]
    saturated, slope = float((np.abs(last) > 0.97).mean()), float((1 - last**2).mean())
    assert saturated > 0.9
    assert slope < 0.06
    assert gradient_ratio(large, BATCH) > 1e3
    even = gradient_ratio(right, BATCH)
    assert 0.1 < even < 10
    rng = np.random.default_rng(0)
    reached = [trained(lambda p, s=std: nn.init.normal_(p, std=s, rng=rng)) for std in (0.01, 1.0)]
    reached.append(trained(lambda p: nn.init.xavier_normal_(p, rng=rng)))
    assert max(reached[:2]) < 0.8
    assert reached[2] > 0.95
    return (
        f"saturated units when too large: {100 * saturated:.0f} %, mean slope {slope:.2f}; gradient ratio when right "
        f"{even:.2f}; accuracy {reached[0]:.2f} too small, {reached[1]:.2f} too large, {reached[2]:.2f} right"
    )
