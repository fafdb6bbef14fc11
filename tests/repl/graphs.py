"""Networks to draw, and questions to a view of one: what the tests of pictures share."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

import nn
from autograd import Tensor
from repl.graphview import GraphView, Kind, ViewNode


def leaf(data: Any, name: str | None = None) -> Tensor:
    return Tensor(data, requires_grad=True, name=name)


def batch(features: int = 2, classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(32, features)).astype(np.float32), rng.integers(0, classes, 32)


def mlp(*widths: int, activation: type[nn.Module] = nn.Tanh, std: float | None = None) -> nn.Sequential:
    nn.manual_seed(0)
    parts: list[nn.Module] = []
    for ins, outs in pairwise(widths):
        parts += [nn.Linear(ins, outs), activation()]
    net = nn.Sequential(*parts[:-1])
    return nn.init.initialize_(net, "normal", seed=0, std=std) if std else net


def mlp_loss(net: nn.Module, features: int = 2) -> Tensor:
    x, y = batch(features)
    return nn.CrossEntropyLoss()(net(x), y)


def named(view: GraphView, label: str) -> ViewNode:
    found = [node for node in view.nodes if node.label == label]
    assert len(found) == 1, [node.label for node in view.nodes]
    return found[0]


def labels(view: GraphView, kind: Kind) -> list[str]:
    return [node.label for node in view.nodes if node.kind is kind]


def path(view: GraphView) -> list[str]:
    """The spine from its start to the loss, followed edge by edge."""
    after = {edge.tail: edge.head for edge in view.edges if edge.spine}
    start = (set(after) - set(after.values())).pop()
    found = [start]
    while found[-1] in after:
        found.append(after[found[-1]])
    return [view.by_id[id].label for id in found]


def hangs_together(view: GraphView) -> None:
    ids = [node.id for node in view.nodes]
    assert len(set(ids)) == len(ids)
    assert all(edge.tail in view.by_id and edge.head in view.by_id for edge in view.edges)
    spine = [node.id for node in view.nodes if node.spine]
    assert len(path(view)) == len(spine)
    assert sum(edge.spine for edge in view.edges) == len(spine) - 1
