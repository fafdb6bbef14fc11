"""Draw the pictures of the README and the docs: `python docs/draw.py`.

The same versions give the same bytes, so a picture that changed shows in the diff.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np

import nn
from repl import graph

HERE = Path(__file__).resolve().parent / "pictures"


def multilayer_perceptron() -> None:
    """Three layers, each operation a node: the first picture of the README."""
    data = nn.data.spiral(n=96, seed=0)
    nn.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 8), nn.Tanh(), nn.Linear(8, 3))
    loss = nn.CrossEntropyLoss()(net(data.x), data.y)
    graph(loss, net=net).save(HERE / "mlp.png", dpi=110)


def vanishing() -> None:
    """Twelve layers of sigmoids, folded: where the gradient goes is seen at a glance."""
    widths = [2, *[16] * 11, 3]
    nn.manual_seed(0)
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        layers += [nn.Linear(inputs, outputs), nn.Sigmoid()]
    net = nn.Sequential(*layers[:-1])
    data = nn.data.spiral(n=96, seed=0)
    loss = nn.CrossEntropyLoss()(net(data.x), data.y)
    graph(loss, net=net, title="Twelve layers of sigmoids: the gradient vanishes").save(HERE / "vanish.png", dpi=90)


def neuron() -> None:
    """One neuron with numbers small enough to check by hand."""
    from autograd import Tensor

    x = Tensor(2.0, name="x")
    w, b = Tensor(-3.0, requires_grad=True, name="w"), Tensor(6.88, requires_grad=True, name="b")
    graph(np.tanh(w * x + b), title="One neuron, by hand").save(HERE / "neuron.png", dpi=110)


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    for draw in (multilayer_perceptron, vanishing, neuron):
        draw()
        print(draw.__name__)
