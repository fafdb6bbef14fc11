"""What can be folded: layers in modules, and stretches of neighbours; nothing opens into more than a screenful."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor
from repl.graphview import fold, look
from repl.graphview.folding import CARDS
from repl.graphview.outline import ROOT, Fold, outline

from .graphs import batch, leaf, mlp, mlp_loss


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.up, self.down = nn.Linear(2, 4), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Any:
        return x + self.down(np.tanh(self.up(x)))


class Blocks(nn.Module):
    def __init__(self, n: int) -> None:
        super().__init__()
        self.blocks, self.head = nn.Sequential(*(Block() for _ in range(n))), nn.Linear(2, 3)

    def forward(self, x: Tensor) -> Any:
        return self.head(self.blocks(x))


def residual(n: int) -> Tensor:
    nn.manual_seed(0)
    net = Blocks(n)
    x, y = batch()
    loss: Tensor = nn.CrossEntropyLoss()(net(x), y)
    return loss


def chain(n: int) -> Tensor:
    x = leaf(1.0, "x")
    for _ in range(n):
        x = x * 1.001
    return x


def tree(loss: Tensor, **options: Any) -> dict[str, Fold]:
    return {fold.id: fold for fold in outline(look(loss), **options)}


LOSSES = {
    "mlp": lambda: mlp_loss(mlp(2, 8, 3)),
    "deep": lambda: mlp_loss(mlp(2, *[4] * 200, 3)),
    "blocks": lambda: residual(5),
    "many blocks": lambda: residual(40),
    "chain": lambda: chain(2000),
    "no layers": lambda: chain(3),
}


@pytest.mark.parametrize("make", LOSSES.values(), ids=LOSSES)
def test_everything_is_in_one_place(make: Any) -> None:
    view = look(make())
    folds = outline(view)
    known = {fold.id for fold in folds}
    members = [member for fold in folds for member in fold.members]
    hidden = [node for fold in folds if not fold.members for node in fold.hidden]
    assert len(set(members)) == len(members)
    assert known - {ROOT} - set(members) == {f.id for f in folds if f.hidden} - set(members)
    nodes = {node.id for node in view.nodes}
    assert {m for m in members if m not in known} | set(hidden) == nodes
    assert folds[0].id == ROOT


@pytest.mark.parametrize("make", LOSSES.values(), ids=LOSSES)
def test_nothing_opens_into_more_than_a_screenful(make: Any) -> None:
    view = look(make())
    for each in outline(view):
        things = [m for m in each.members if m not in view.by_id or view.by_id[m].kind == "op"]
        assert len(things) <= CARDS + len(view.loss_side)


def test_a_small_graph_begins_open() -> None:
    assert all(fold.open for fold in tree(mlp_loss(mlp(2, 8, 3))).values())


def test_modules_hold_their_layers() -> None:
    folds = tree(residual(2))
    assert "module:blocks" in folds[ROOT].members
    assert folds["module:blocks"].members == ("module:blocks.0", "module:blocks.1")
    block = folds["module:blocks.0"]
    assert [folds[member].note for member in block.members if member in folds] == ["2→4 tanh", "4→2"]
    assert any(member.startswith("op") for member in block.members), "the sum belongs to the block"


def test_a_large_graph_begins_folded_with_its_trouble_open() -> None:
    view = look(mlp_loss(mlp(2, *[16] * 11, 3, activation=nn.Sigmoid)))
    opened = [each for each in outline(view) if each.open and each.id != ROOT]
    assert [each.verdict for each in opened] == ["vanishing"]
    assert f"{opened[0].label} unfolded" in fold(view).folded, "as in the picture"


def test_long_rows_are_cut_into_stretches_of_stretches() -> None:
    folds = tree(chain(2000))
    first = folds[folds[ROOT].members[1]]
    assert first.label.startswith("ops 1–")
    assert [folds[member].label for member in first.members][:2] == ["ops 1–24", "ops 25–48"]
    layers = tree(mlp_loss(mlp(2, *[4] * 200, 3)))
    assert any(fold.label.startswith("layers 1–") and "4→4 tanh ×" in fold.note for fold in layers.values())


def test_what_is_given_is_bounded_and_the_rest_is_sealed() -> None:
    folds = tree(chain(2000), detail=300)
    assert sum(len(fold.members) for fold in folds.values()) <= 300
    sealed = [each for each in folds.values() if each.hidden]
    assert sealed
    assert not any(each.open or each.members for each in sealed)
    assert sum(fold.nodes for fold in folds.values() if fold.id in folds[ROOT].members) == 2000


def test_a_card_shows_the_gradient_of_its_weights() -> None:
    view = look(mlp_loss(mlp(2, 8, 3)))
    fold = next(fold for fold in outline(view) if fold.id == "layer1")
    assert fold.gradient == view.by_id["leaf0"].gradient
    assert (fold.of, fold.parameters, fold.nodes) == ("W", 24, 5)
