"""Large graphs fold to what a picture has room for; what can't be drawn says so."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor
from autograd.errors import GraphError, MutationError
from repl.graphview import Kind, Verdict, fold, look
from repl.graphview.stats import pool
from tests.repl.graphs import hangs_together, labels, leaf, mlp, mlp_loss, named, path

# -- folding


def deep_loss(layers: int = 12) -> Tensor:
    return mlp_loss(mlp(2, *[16] * (layers - 1), 3, activation=nn.Sigmoid, std=0.25))


def test_a_small_graph_does_not_fold() -> None:
    view = look(mlp_loss(mlp(2, 16, 8, 3)))
    assert fold(view) is view


def test_layers_fold_to_cards_and_the_first_in_trouble_stays_open() -> None:
    view = look(deep_loss())
    folded = fold(view)
    cards = [node for node in folded.nodes if node.kind is Kind.MODULE]
    trouble_at = max(
        layer.number
        for layer in view.layers
        for node in view.members(layer.id)
        if node.label.startswith("W") and node.verdict is Verdict.VANISHING
    )
    assert [card.label for card in cards] == [f"layer {n}" for n in range(1, 13) if n != trouble_at]
    assert folded.folded == f"63 nodes folded into {len(folded.nodes)}; layer {trouble_at} unfolded"
    assert [node.label for node in folded.members(f"layer{trouble_at}")][:3] == ["@", "+", "σ"]
    first = cards[0]
    weight = named(view, "W₁").gradient
    assert (first.note, first.parameters, first.of, first.gradient) == ("2→16 sigmoid", 48, "W", weight)
    assert first.verdict is Verdict.VANISHING
    assert path(folded)[0] == "x"
    assert path(folded)[-1] == "loss"
    hangs_together(folded)


def test_what_flows_between_folded_layers_is_what_flowed_there() -> None:
    view = look(deep_loss())
    folded = fold(view, unfold=())
    for before, after in [(1, 2), (11, 12)]:
        edge = next(e for e in folded.edges if (e.tail, e.head) == (f"card_layer{before}", f"card_layer{after}"))
        last = [node for node in view.members(f"layer{before}") if node.kind is Kind.OP][-1]
        assert edge.gradient == last.gradient
        assert edge.shape == (32, 16)


@pytest.mark.parametrize("wanted", [["3"], ["4"], ["layer"], []])
def test_unfold_chooses_by_number_or_path(wanted: list[str]) -> None:
    view = look(deep_loss())
    opened = {node.layer for node in fold(view, unfold=wanted).nodes if node.kind is Kind.OP and node.layer}
    # module "4" is the third Linear of a Sequential with an activation after each
    assert opened == {"3": {"layer3"}, "4": {"layer3", "layer4"}, "layer": set()}.get(
        wanted[0] if wanted else "", set()
    )


def test_many_layers_become_few_cards_with_their_number() -> None:
    view = look(mlp_loss(mlp(2, *[8] * 99, 3)))
    folded = fold(view)
    cards = [node for node in folded.nodes if node.kind is Kind.MODULE]
    assert len(cards) <= 24
    assert cards[1].label.startswith("layers 2–")
    assert sum(card.times for card in cards) == 100
    assert sum(card.parameters for card in cards) == sum(layer.parameters for layer in view.layers)
    assert len(cards[1].span) == 2
    assert cards[1].span[0] == named(view, "W₂").gradient
    assert "equal neighbours drawn as one" in folded.folded
    hangs_together(folded)


def test_unequal_layers_are_joined_when_there_is_no_other_way() -> None:
    view = look(mlp_loss(mlp(*range(2, 62), 3)))
    folded = fold(view)
    assert len(folded.nodes) <= 30
    assert all(node.times == 1 for node in folded.nodes)
    assert any(" · " in node.note for node in folded.nodes)
    hangs_together(folded)


class Block(nn.Module):
    def __init__(self, width: int) -> None:
        self.one, self.other = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x: Any) -> Any:
        return x + 0.1 * self.other(np.tanh(self.one(x)))


def test_a_hundred_blocks_fold_to_repeated_blocks() -> None:
    nn.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 4), *[Block(4) for _ in range(100)], nn.Linear(4, 3))
    view = look(mlp_loss(net), net=net)
    folded = fold(view)
    cards = [node for node in folded.nodes if node.kind is Kind.MODULE]
    assert len(cards) <= 24
    assert cards[0].label == "layer 1"
    assert cards[1].note == "4→4 tanh · 4→4 · 0.1 * +"
    assert sum(card.times for card in cards) == 102
    assert cards[1].span[0] == pool([g for g in (named(view, "W₂").gradient, named(view, "W₃").gradient) if g])
    assert sum(card.parameters for card in cards) == sum(layer.parameters for layer in view.layers)
    # What a block hands on goes two ways inside the next one; the arrow between the cards brings back both.
    between = next(edge for edge in folded.edges if (edge.tail, edge.head) == (cards[1].id, cards[2].id))
    assert between.gradient in [node.gradient for node in view.nodes if node.label == "+" and not node.layer]
    hangs_together(folded)


def test_what_is_used_twice_in_the_open_part_comes_back_whole() -> None:
    h = leaf(np.ones(4), "h")
    for _ in range(70):
        h = np.tanh(h)
    view = look(np.mean(h * h))
    folded = fold(view)
    assert labels(folded, Kind.OP) == ["*", "mean"]
    incoming = [edge for edge in folded.edges if folded.by_id[edge.head].label == "*"]
    assert [edge.gradient for edge in incoming] == [view.by_id["op69"].gradient]
    hangs_together(folded)


def test_a_recurrent_net_keeps_its_few_shared_cards() -> None:
    w, u = leaf(np.eye(3), "w"), leaf(np.eye(3), "u")
    h: Any = np.zeros((2, 3))
    for _ in range(40):
        h = np.tanh(np.ones((2, 3)) @ w + h @ u)
    folded = fold(look(np.sum(h)))
    assert labels(folded, Kind.PARAMETER) == ["w", "u"]
    assert len(folded.nodes) <= 40
    hangs_together(folded)


def test_a_crowd_of_shared_cards_goes_into_what_uses_them_first() -> None:
    leaves = [leaf(np.ones(2), f"v{i}") for i in range(50)]
    h: Any = np.ones(2)
    for each in leaves * 2:
        h = h * each
    folded = fold(look(np.sum(h)))
    assert len(folded.nodes) <= 40
    assert labels(folded, Kind.PARAMETER) == []
    assert sum(node.parameters for node in folded.nodes) == 0 or all(n.kind is not Kind.PARAMETER for n in folded.nodes)


def test_a_network_written_by_hand_folds_where_it_multiplies_by_new_weights() -> None:
    rng = np.random.default_rng(0)
    h: Any = rng.normal(size=(8, 4))
    for i in range(20):
        h = np.tanh(h @ leaf(rng.normal(size=(4, 4)), f"W{i}") + leaf(np.zeros(4), f"b{i}"))
    folded = fold(look(np.mean(h**2)))
    cards = [node for node in folded.nodes if node.kind is Kind.MODULE]
    assert [card.label for card in cards][:2] == ["ops 1–3", "ops 4–6"]
    assert {card.note for card in cards} == {"@ + tanh"}
    assert [node.label for node in folded.nodes if node.kind is Kind.OP] == ["** 2", "mean"]
    assert [card.parameters for card in cards] == [20] * 20
    hangs_together(folded)


def test_ten_thousand_operations_fold_at_the_default_recursion_limit() -> None:
    assert sys.getrecursionlimit() <= 3000
    z = leaf(1.0, "x")
    for _ in range(10_000):
        z = z * 0.999
    view = look(z)
    assert view.total == 10_002
    folded = fold(view)
    assert len(folded.nodes) <= 30
    assert folded.folded.startswith("10,002 nodes folded into")
    assert "* 0.999 ×417" in {node.note for node in folded.nodes}
    hangs_together(folded)


def test_a_wide_graph_folds_too() -> None:
    x = leaf(np.ones(3), "x")
    total: Any = 0.0
    for i in range(300):
        total = total + np.sum(np.tanh(x * float(i)))
    folded = fold(look(total))
    assert len(folded.nodes) <= 40
    assert all(edge.tail in folded.by_id and edge.head in folded.by_id for edge in folded.edges)


# -- what cannot be drawn


def leaf_alone() -> Tensor:
    return leaf(1.0)


def freed() -> Tensor:
    loss = mlp_loss(mlp(2, 8, 3))
    loss.backward()
    return loss


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: 3.0, r"^graph: got float 3\.0; expected a tracked Tensor; compute .*\.$"),
        (lambda: Tensor(1.0), r"^graph: got a tensor that is not tracked; expected a loss computed from tracked"),
        (leaf_alone, r"^graph: got a leaf, which nothing was computed for; expected"),
        (
            freed,
            r"^graph: got a graph whose values were freed by backward\(\), at op '\w+'; expected .*; compute the loss",
        ),
    ],
)
def test_what_cannot_be_drawn_says_so(make: Any, words: str) -> None:
    with pytest.raises(GraphError, match=words):
        look(make())


def test_a_retained_graph_can_be_drawn_after_backward() -> None:
    loss = mlp_loss(mlp(2, 8, 3))
    loss.backward(retain_graph=True)
    assert len(look(loss).nodes) == 13


def test_a_loss_with_one_element_in_a_vector_will_do() -> None:
    assert look(leaf([2.0], "x") * 3.0).loss.shape == (1,)


def test_weights_that_moved_on_are_refused_by_the_engine() -> None:
    w = leaf(np.ones(2), "w")
    loss = (w * w).sum()
    w.assign_(np.zeros(2))
    with pytest.raises(MutationError, match="w"):
        look(loss)
