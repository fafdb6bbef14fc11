"""Rows 27 to 31 and 34: the shift of what layers see, and batch normalisation."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

import nn
from autograd import Tensor, no_grad, ops

from .experiment import experiment

Array = NDArray[Any]


@cache
def clouds() -> nn.data.Split:
    """Ten clouds in 64 dimensions, 2,400 points to learn from and 600 to test on."""
    centers = np.random.default_rng(0).normal(size=(10, 64))
    return nn.data.blobs(n=3000, noise=2.0, centers=centers, seed=0).split(test=0.2, seed=0)


def sigmoids(std: float, *, norm: bool, after: bool = False) -> nn.Sequential:
    """64-100-100-100-10 with sigmoids, weights N(0, std**2); batch norm before each sigmoid, or after it."""
    nn.manual_seed(0)
    layers: list[nn.Module] = []
    for inputs in (64, 100, 100):
        normal = [nn.BatchNorm1d(100)] if norm else []
        layers += [nn.Linear(inputs, 100), *([] if after else normal), nn.Sigmoid(), *(normal if after else [])]
    net = nn.Sequential(*layers, nn.Linear(100, 10))
    return nn.init.initialize_(net, "normal", seed=0, std=std)


def trainer(net: nn.Sequential, lr: float) -> nn.Trainer:
    optimizer = nn.optim.SGD(net.parameters(), lr=lr)
    return nn.Trainer(net, nn.CrossEntropyLoss(), optimizer, clouds().train, batch_size=60, seed=0, keep=0)


def accuracy(net: nn.Sequential, lr: float, steps: int = 400) -> float:
    made = trainer(net, lr)
    made.run(steps)
    found = made.evaluate(clouds().test).accuracy
    assert found is not None
    return found


def drifts(*, norm: bool, steps: int = 300) -> list[float]:
    """How far the input of each sigmoid wanders: the deviation over time of its units' medians, averaged."""
    net = sigmoids(0.1, norm=norm)
    inputs = {id(module): [] for module in net if isinstance(module, nn.Sigmoid)}  # type: ignore[var-annotated]
    x = clouds().train.x[:300]

    def look() -> None:
        hooks = [
            module.register_forward_pre_hook(lambda module, args: seen(module, args[0]))
            for module in net
            if isinstance(module, nn.Sigmoid)
        ]
        state = net.state_dict()
        with no_grad():
            net(x)
        net.load_state_dict(state)  # a look leaves the running statistics as they were
        for hook in hooks:
            hook.remove()

    def seen(module: nn.Module, value: Any) -> None:
        array = value.numpy() if isinstance(value, Tensor) else value
        inputs[id(module)].append(np.median(array, axis=0))

    made = trainer(net, 1.0)
    for _ in range(steps // 25):
        made.run(25)
        look()
    return [float(np.std(np.array(medians), axis=0).mean()) for medians in inputs.values()]


@experiment(27, lesson=11)
def batch_norm_stills_the_shift_of_a_layers_input() -> str:
    plain, normed = drifts(norm=False)[-1], drifts(norm=True)[-1]
    assert normed < 0.5 * plain
    return f"drift of the third layer's medians over 300 steps: {plain:.2f} without batch norm, {normed:.2f} with it"


@experiment(28, lesson=11)
def both_places_train() -> str:
    before = accuracy(sigmoids(0.1, norm=True), 1.0)
    after = accuracy(sigmoids(0.1, norm=True, after=True), 1.0)
    assert min(before, after) > 0.9
    x = np.random.default_rng(0).normal(3, 2, size=(50, 8))
    layer = nn.BatchNorm1d(8).double()
    expected = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)
    assert np.abs(layer(x).detach().numpy() - expected).max() < 1e-12
    images = np.random.default_rng(0).normal(3, 2, size=(10, 4, 5, 5))
    channels = nn.BatchNorm2d(4).double()
    axes = (0, 2, 3)
    expected = (images - images.mean(axis=axes, keepdims=True)) / np.sqrt(images.var(axis=axes, keepdims=True) + 1e-5)
    assert np.abs(channels(images).detach().numpy() - expected).max() < 1e-12
    return f"test accuracy: batch norm before the sigmoid {before:.2f}, after it {after:.2f}"


@experiment(29, lesson=11)
def the_opened_layer_is_the_fused_one() -> str:
    rng = np.random.default_rng(0)
    row = ops.table["batch_norm"]
    values = rng.normal(2, 3, size=(40, 6)), rng.normal(1, 0.1, 6), rng.normal(0, 0.1, 6)
    pull = rng.normal(size=(40, 6))
    found = []
    for function in (row, row.definition):
        x, weight, bias = (Tensor(value.copy(), requires_grad=True) for value in values)
        out = function(x, weight, bias)  # type: ignore[misc]
        out = out[0] if isinstance(out, tuple) else out
        (out * pull).sum().backward()
        found.append([out.detach().numpy(), *(each.grad.numpy() for each in (x, weight, bias))])  # type: ignore[union-attr]
    worst = max(float(np.abs(one - other).max()) for one, other in zip(*found, strict=True))
    assert worst < 1e-12
    layer = nn.BatchNorm1d(6).double()
    x = values[0]
    layer(x)
    mean, var = 0.1 * x.mean(axis=0), 0.9 + 0.1 * x.var(axis=0, ddof=1)
    assert np.abs(layer.running_mean - mean).max() < 1e-12
    assert np.abs(layer.running_var - var).max() < 1e-12
    layer.eval()
    assert np.abs(layer(x).detach().numpy() - (x - mean) / np.sqrt(var + 1e-5)).max() < 1e-12
    return "value and three gradients, opened and fused, agree to 1e-12; so do running statistics and eval mode"


@experiment(30, lesson=11)
def larger_batches_give_better_statistics() -> str:
    rng = np.random.default_rng(0)
    whole = rng.normal(5, 3, size=(20_000, 1))
    errors = []
    for size in (16, 64, 256, 1024):
        means = [whole[rng.choice(len(whole), size)].mean() for _ in range(400)]
        errors.append(float(np.sqrt(np.mean((np.array(means) - whole.mean()) ** 2))))
    for wide, narrow in pairwise(errors):
        assert 1.7 < wide / narrow < 2.35  # four times the samples, half the error
    layer = nn.BatchNorm1d(1).double()
    batch = whole[:16]
    out = layer(batch).detach().numpy()
    assert abs(out.mean()) < 1e-12  # its own mean, and not the whole set's, is what is taken off
    return "error of the mean at 16, 64, 256, 1024 samples: " + ", ".join(f"{error:.3f}" for error in errors)


def ratio(std: float, *, norm: bool) -> float:
    """The gradient of the first layer's weights over that of the last, in rms."""
    net, data = sigmoids(std, norm=norm), clouds().train
    nn.CrossEntropyLoss()(net(data.x[:300]), data.y[:300]).backward()
    weights = [module.weight for module in net if isinstance(module, nn.Linear)]
    first, last = (float(np.sqrt(np.mean(each.grad.numpy() ** 2))) for each in (weights[0], weights[-1]))
    return first / last


@experiment(31, lesson=11, slow=True)
def more_of_the_grid_trains_with_batch_norm() -> str:
    grid = [(std, lr) for std in (0.01, 0.1, 1.0) for lr in (0.1, 1.0, 5.0)]
    plain = [accuracy(sigmoids(std, norm=False), lr) for std, lr in grid]
    normed = [accuracy(sigmoids(std, norm=True), lr) for std, lr in grid]
    assert min(normed) >= 0.75
    assert min(plain) <= 0.2
    trains = [sum(each >= 0.75 for each in found) for found in (plain, normed)]
    assert trains[1] > trains[0]
    for std in (0.01, 0.1):
        assert abs(np.log10(ratio(std, norm=True))) < abs(np.log10(ratio(std, norm=False)))
    worst = f"the worst cell: {min(plain):.2f}, {min(normed):.2f}"
    return f"of 9 cells {trains[0]} reach 0.75 without batch norm, {trains[1]} with it; {worst}"


@experiment(34, lesson=11)
def the_shift_grows_with_depth_unless_it_is_normed() -> str:
    plain, normed = drifts(norm=False), drifts(norm=True)
    assert plain[-1] > 1.3 * plain[0]
    assert max(normed) - min(normed) < 0.5 * (max(plain) - min(plain))
    assert max(normed) < 0.5 * plain[0]
    told = [", ".join(f"{each:.2f}" for each in found) for found in (plain, normed)]
    return f"drift of layers 1, 2, 3: {told[0]} without batch norm; {told[1]} with it"
