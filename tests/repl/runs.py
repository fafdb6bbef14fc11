"""Small networks, data and runs that the tests of plots share, and one figure of every form."""

from __future__ import annotations

from typing import Any

import numpy as np

import nn
from repl import plots
from repl.plots import Plot


def run(*, seed: int = 0, validation: bool = False, layers: tuple[Any, ...] = ()) -> nn.Trainer:
    """A run on three spirals that has not begun; `layers` stand in the middle of the network."""
    data = nn.data.spiral(n=90, noise=0.1, seed=0).split(test=0.25, seed=0)
    nn.manual_seed(seed)
    net = nn.Sequential(nn.Linear(2, 8), *layers, nn.Tanh(), nn.Linear(8, 3))
    optimizer = nn.optim.Adam(net.parameters(), lr=0.02)
    return nn.Trainer(
        net,
        nn.CrossEntropyLoss(),
        optimizer,
        data.train,
        batch_size=16,
        seed=0,
        validation=data.test if validation else None,
    )


def sigmoids(depth: int) -> nn.Sequential:
    """A deep network in which the gradient vanishes."""
    nn.manual_seed(0)
    layers: list[nn.Module] = [nn.Linear(2, 8), nn.Sigmoid()]
    for _ in range(depth - 2):
        layers += [nn.Linear(8, 8), nn.Sigmoid()]
    return nn.Sequential(*layers, nn.Linear(8, 3))


def pictures() -> nn.data.Dataset:
    """Six images of 4 x 4 pixels in two classes."""
    x = np.linspace(0, 1, 96).reshape(6, 16)
    return nn.data.Dataset(x, [0, 1, 0, 1, 0, 1], name="tiny", image_shape=(4, 4), class_names=("vase", "데이터"))


def every_plot(theme: str = "light") -> dict[str, Plot]:
    """One plot of each kind, small, by name; some with values that are not finite."""
    trainer = run(validation=True)
    drift = plots.input_drift(trainer, steps=6, theme=theme)
    trainer.run(12)
    net, loss, data = trainer.net, trainer.loss, nn.data.spiral(n=90, noise=0.1, seed=0)
    return {
        "curve": plots.loss_curve(trainer, theme=theme),
        "curve of two runs": plots.loss_curve({"a $x$": trainer, "b": [2.0, 1.0, 0.5]}, log=True, theme=theme),
        "curve with NaN": plots.loss_curve([1.0, np.nan, 0.0, np.inf, -1.0, 0.5], log=True, theme=theme),
        "flow": plots.gradient_flow(sigmoids(9), data, loss, theme=theme),
        "activations": plots.activation_histograms(trainer, theme=theme),
        "weights": plots.weight_histograms(net, theme=theme),
        "gradients": plots.gradient_histograms(trainer, theme=theme),
        "boundary": plots.decision_boundary(net, data, resolution=20, theme=theme),
        "surface": plots.loss_surface(net, data, loss, grid=6, theme=theme),
        "paths": plots.loss_surface(net, data, loss, optimizers=("sgd", "adam"), steps=5, grid=6, theme=theme),
        "confusion": plots.confusion(net, data, theme=theme),
        "images": plots.images(pictures(), nn.Linear(16, 2), theme=theme),
        "unit images": plots.weight_images(nn.Linear(16, 4), theme=theme),
        "activation": plots.activation_function("tanh", theme=theme),
        "drift": drift,
    }
