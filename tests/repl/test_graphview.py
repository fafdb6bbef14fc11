from __future__ import annotations

import math
import sys
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor, no_grad, ops, scope
from autograd.errors import GraphError, MutationError
from autograd.op import Op
from repl.graphview import Flow, GraphView, Kind, Verdict, ViewNode, fold, headline, look, trouble
from repl.graphview.stats import describe, judge, pool


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


# -- the numbers are the engine's


def test_gradients_are_those_of_backward_and_nothing_is_touched() -> None:
    net = mlp(2, 16, 8, 3)
    loss = mlp_loss(net)
    view = look(loss, net=net)
    assert all(parameter.grad is None for parameter in net.parameters())
    loss.backward()
    for name, parameter in net.named_parameters():
        assert parameter.grad is not None
        node = next(node for node in view.nodes if node.name == name)
        expected = parameter.grad.data
        assert node.gradient is not None
        assert node.value is not None
        assert node.gradient.rms == pytest.approx(float(np.sqrt(np.mean(expected.astype(float) ** 2))), rel=1e-6)
        assert node.gradient.high == float(expected.max())
        assert node.value.mean == pytest.approx(float(parameter.data.mean(dtype=float)))
        assert node.shape == parameter.shape
        assert node.dtype == "float32"


def test_an_old_grad_is_not_added_to() -> None:
    w = leaf(2.0, "w")
    (w * w).backward()
    node = named(look(w * 3.0), "w")
    assert w.grad is not None
    assert w.grad.item() == 4.0
    assert node.gradient is not None
    assert node.gradient.mean == 3.0


def test_opening_linear_changes_no_gradient() -> None:
    loss = mlp_loss(mlp(2, 8, 3))
    opened, whole = look(loss), look(loss, opened=())
    assert labels(opened, Kind.OP) == ["@", "+", "tanh", "@", "+", "cross-entropy"]
    assert labels(whole, Kind.OP) == ["linear", "tanh", "linear", "cross-entropy"]
    for label in ("W₁", "b₁", "W₂", "b₂"):
        one, other = named(opened, label).gradient, named(whole, label).gradient
        assert one is not None
        assert other is not None
        assert one.rms == pytest.approx(other.rms, rel=1e-6)


def test_weight_hangs_on_the_product_and_bias_on_the_sum() -> None:
    view = look(mlp_loss(mlp(2, 8, 3)))
    edges = {(view.by_id[e.tail].label, view.by_id[e.head].label): e for e in view.edges}
    assert edges["W₁", "@"].through == "T"
    assert edges["W₁", "@"].shape == (8, 2)
    assert edges["b₁", "+"].through == ""


def test_all_composites_open_on_request() -> None:
    view = look(mlp_loss(mlp(2, 8, 3, activation=nn.ReLU)), opened={"all"})
    assert {"where", "log_softmax", "mean"} <= set(labels(view, Kind.OP))
    assert {"relu", "linear", "cross-entropy"}.isdisjoint(labels(view, Kind.OP))


def test_a_composite_that_is_defined_as_its_operand_stays_whole() -> None:
    same = Op(
        name="same",
        forward=lambda x, /: x * 1,
        vjps=(lambda g, y, x: g,),
        definition=lambda x: x,
        kind="composite",
        why="",
    )
    x = leaf(2.0, "x")
    assert labels(look(same(x) * 2.0, opened={"all"}), Kind.OP) == ["same", "* 2"]


def test_opening_works_where_nothing_is_recorded() -> None:
    loss = mlp_loss(mlp(2, 8, 3))
    with no_grad():
        assert "@" in labels(look(loss), Kind.OP)


def test_an_edge_carries_what_its_own_use_adds() -> None:
    a = leaf(1.0, "a")
    b = a + a
    view = look(b * b - b)
    shares = [edge.gradient.mean for edge in view.edges if edge.tail == named(view, "a").id and edge.gradient]
    assert shares == [3.0, 3.0]
    total = named(view, "a").gradient
    assert total is not None
    assert total.mean == 6.0


def test_sixty_doublings_are_sixty_nodes() -> None:
    x = z = leaf(1.0, "x")
    for _ in range(60):
        z = z + z
    view = look(z)
    assert len(view.nodes) == 62
    total = named(view, "x").gradient
    assert total is not None
    assert total.mean == 2.0**60
    assert x.grad is None


def test_what_the_rule_is_deaf_to_is_data() -> None:
    w, v = leaf(np.ones(3), "w"), leaf(np.ones(3), "v")
    view = look(ops.where(w * 2, v, 0.0).sum())
    assert labels(view, Kind.OP) == ["where", "Σ"]
    assert {edge.tail: edge.flow for edge in view.edges} == {
        "input0": Flow.NOTHING, "leaf0": Flow.GRADIENT, "op0": Flow.GRADIENT, "op1": Flow.SEED,
    }  # fmt: skip


def test_several_outputs_are_one_operation() -> None:
    s = leaf(np.arange(6.0), "s")
    first, second = np.split(s, 2)
    view = look((first * second).sum())
    assert labels(view, Kind.OP) == ["split", "*", "Σ"]
    assert [edge.through for edge in view.edges if edge.tail == "op0"] == ["[0]", "[1]"]
    assert [edge.shape for edge in view.edges if edge.tail == "op0"] == [(3,), (3,)]
    total = named(view, "s").gradient
    assert total is not None
    assert total.high == 5.0


# -- what is shown, and what it is called


def test_the_cards_of_a_network() -> None:
    net = mlp(2, 16, 8, 3)
    view = look(mlp_loss(net), net=net)
    cards = [(node.label, node.name) for node in view.nodes if node.kind is Kind.PARAMETER]
    assert cards == [
        ("W₁", "0.weight"), ("b₁", "0.bias"), ("W₂", "2.weight"), ("b₂", "2.bias"),
        ("W₃", "4.weight"), ("b₃", "4.bias"),
    ]  # fmt: skip
    assert labels(view, Kind.INPUT) == ["x", "y"]
    assert labels(view, Kind.LOSS) == ["loss"]
    y = named(view, "y")
    assert y.classes
    assert y.gradient is None
    assert y.value is not None
    assert (y.value.low, y.value.high) == (0.0, 2.0)
    assert path(view) == ["x", "@", "+", "tanh", "@", "+", "tanh", "@", "+", "cross-entropy", "loss"]
    hangs_together(view)


def test_names_need_no_network() -> None:
    net = mlp(2, 8, 3)
    with_net, without = look(mlp_loss(net), net=net), look(mlp_loss(net))
    assert [node.name for node in with_net.nodes] == [node.name for node in without.nodes]


def test_layers_take_the_activation_that_follows() -> None:
    view = look(mlp_loss(mlp(2, 16, 8, 3)))
    assert [layer.title for layer in view.layers] == ["Linear(2, 16) + Tanh", "Linear(16, 8) + Tanh", "Linear(8, 3)"]
    assert [layer.summary for layer in view.layers] == ["2→16 tanh", "16→8 tanh", "8→3"]
    assert [layer.parameters for layer in view.layers] == [48, 136, 27]
    assert [node.label for node in view.members("layer1")] == ["@", "+", "tanh", "W₁", "b₁"]


class Residual(nn.Module):
    def __init__(self) -> None:
        self.first = nn.Linear(2, 8)
        self.second = nn.Linear(8, 8)
        self.last = nn.Linear(8, 3)
        self.scale = nn.Parameter([1.0])

    def forward(self, x: Any) -> Any:
        h = np.tanh(self.first(x))
        return self.last(h + np.maximum(self.second(h), 0) * self.scale)


def test_a_forward_of_ones_own_has_layers_and_glue() -> None:
    net = Residual()
    view = look(mlp_loss(net), net=net)
    assert [layer.title for layer in view.layers] == ["Linear(2, 8) + tanh", "Linear(8, 8) + maximum", "Linear(8, 3)"]
    loose = [node.label for node in view.nodes if node.kind is Kind.OP and not node.layer]
    assert loose == ["*", "+", "cross-entropy"]
    assert named(view, "scale").layer == ""
    # the long way round, not the shortcut
    assert path(view)[:8] == ["x", "@", "+", "tanh", "@", "+", "max 0", "*"]
    assert headline(view, "Residual") == "Residual"
    hangs_together(view)


class Tied(nn.Module):
    def __init__(self) -> None:
        self.inner = nn.Linear(2, 2)

    def forward(self, x: Any) -> Any:
        return self.inner(np.tanh(self.inner(x)))


def test_a_shared_parameter_is_one_card_outside_the_layers() -> None:
    net = Tied()
    x, _ = batch()
    view = look(nn.MSELoss()(net(x), x), net=net)
    assert labels(view, Kind.PARAMETER) == ["W", "b"]
    card = named(view, "W")
    assert card.layer == ""
    assert card.name == "inner.weight"
    assert len([edge for edge in view.edges if edge.tail == card.id]) == 2
    assert len(view.layers) == 2


class Scaled(nn.Module):
    def __init__(self) -> None:
        self.inner = nn.Linear(2, 2)
        self.criterion = ScaledLoss()

    def forward(self, x: Any) -> Any:
        return self.criterion(self.inner(x))


class ScaledLoss(nn.Module):
    def __init__(self) -> None:
        self.scale = nn.Parameter([0.5, 2.0])

    def forward(self, x: Any) -> Any:
        return np.max(np.exp(x * self.scale))


def test_a_loss_with_parameters_is_no_layer() -> None:
    x, _ = batch()
    view = look(Scaled()(x))
    assert [layer.title for layer in view.layers] == ["Linear(2, 2)"]
    assert labels(view, Kind.LOSS) == ["loss"]
    assert {view.by_id[id].label for id in view.loss_side} == {"*", "exp", "max"}


def test_an_activation_joins_only_if_nobody_else_looks() -> None:
    class Gate(nn.Module):
        def __init__(self) -> None:
            self.inner = nn.Linear(2, 3)

        def forward(self, x: Any) -> Any:
            z = self.inner(x)
            return np.tanh(z) * z

    view = look(mlp_loss(Gate()))
    assert [layer.title for layer in view.layers] == ["Linear(2, 3)"]


def test_two_heads() -> None:
    trunk, one, other = nn.Linear(2, 8), nn.Linear(8, 3), nn.Linear(8, 2)
    x, y = batch()
    h = np.tanh(trunk(x))
    loss = nn.CrossEntropyLoss()(one(h), y) + 0.5 * nn.MSELoss()(other(h), x)
    view = look(loss)
    assert labels(view, Kind.INPUT) == ["x", "y"] or labels(view, Kind.INPUT) == ["x", "y₁", "y₂"]
    assert named(view, "loss").kind is Kind.LOSS
    assert "0.5 *" in labels(view, Kind.OP)
    assert view.reference < 0.5
    hangs_together(view)


def test_scopes_of_ones_own_are_layers_too() -> None:
    w = leaf(np.ones((2, 2)), "w")
    with scope("encoder"):
        h = np.ones((3, 2)) @ w
    view = look(h.sum())
    assert [layer.title for layer in view.layers] == ["encoder"]


def test_numbers_in_the_code_are_part_of_the_sign() -> None:
    x = leaf(2.0, "x")
    assert labels(look(1 - 2.5 * x**2), Kind.OP) == ["** 2", "2.5 *", "1 -"]
    assert labels(look(1 - 2.5 * x**2), Kind.INPUT) == []


def test_a_mask_is_not_data() -> None:
    x = leaf(np.array([1.0, -1.0]), "x")
    view = look(ops.where(np.array([True, False]), x, 0.0).sum())
    assert labels(view, Kind.INPUT) == []


def test_variables_name_what_they_hold() -> None:
    w, b = leaf(-3.0), leaf(6.88)
    x = Tensor(2.0)
    z = w * x + b
    out = np.tanh(z)
    view = look(out, names={"_": z, "w": w, "b": b, "x": x, "z": z, "out": out, "np": np})
    assert labels(view, Kind.PARAMETER) == ["w", "b"]
    assert labels(view, Kind.INPUT) == ["x"]
    assert labels(view, Kind.LOSS) == ["out"]
    assert [edge.name for edge in view.edges if edge.name] == ["z"]


def test_data_is_named_after_an_equal_array_too() -> None:
    w = leaf(np.ones(2), "w")
    view = look((w * np.array([1.0, 2.0])).sum(), names={"scales": np.array([1.0, 2.0])})
    assert labels(view, Kind.INPUT) == ["scales"]


def test_modules_that_stand_alone_have_numbered_weights() -> None:
    one, other = nn.Linear(2, 4), nn.Linear(4, 3)
    x, y = batch()
    view = look(nn.CrossEntropyLoss()(other(np.tanh(one(x))), y))
    assert labels(view, Kind.PARAMETER) == ["W₁", "b₁", "W₂", "b₂"]


def test_nameless_things_get_numbers() -> None:
    first, second = leaf(np.ones(2)), leaf(np.ones(2))
    view = look((first * np.array([1.0, 2.0]) + second * np.array([3.0, 4.0])).sum())
    assert labels(view, Kind.PARAMETER) == ["leaf 1", "leaf 2"]
    assert labels(view, Kind.INPUT) == ["x₁", "x₂"]


def test_the_path_prefers_data_to_a_longer_way_through_parameters() -> None:
    v = leaf(np.ones((2, 3)), "v")
    weight = v / np.sqrt(np.sum(np.exp(v) * v))
    x, _ = batch()
    view = look(np.mean((x @ weight) ** 2.0))
    assert path(view) == ["x", "@", "** 2", "mean", "loss"]


def test_a_mask_does_not_turn_the_path() -> None:
    x = leaf(np.ones((2, 3)), "x")
    view = look(np.sum(np.tanh(x) * np.array([[1.0, 0.0, 1.0]] * 2)))
    assert path(view) == ["x", "tanh", "*", "Σ", "loss"]


def test_the_same_graph_gives_the_same_view() -> None:
    net = mlp(2, 8, 3)
    assert look(mlp_loss(net), net=net) == look(mlp_loss(net), net=net)


# -- verdicts


def test_verdicts_are_relative_to_the_loss_side() -> None:
    deep = look(mlp_loss(mlp(2, *[16] * 11, 3, activation=nn.Sigmoid, std=0.25)))
    assert named(deep, "W₁").verdict is Verdict.VANISHING
    assert named(deep, "W₁₂").verdict is Verdict.OK
    assert trouble(deep) == "the gradient vanishes"
    assert headline(deep) == "MLP 2 → 16 ×11 → 3: the gradient vanishes"


def test_a_small_gradient_everywhere_is_healthy() -> None:
    x, y = batch()
    net = mlp(2, 8, 3)
    view = look(nn.CrossEntropyLoss()(net(x), y) * 1e-12)
    assert view.reference < 1e-12
    assert trouble(view) == ""


def test_exploding() -> None:
    view = look(mlp_loss(mlp(2, *[16] * 11, 3, activation=nn.ReLU, std=2.2)))
    assert named(view, "W₁").verdict is Verdict.EXPLODING
    assert trouble(view) == "the gradient explodes"


def test_exactly_zero_is_not_vanishing() -> None:
    net = mlp(2, 8, 3, activation=nn.ReLU)
    list(net.parameters())[1].assign_(np.full(8, -100, np.float32))
    view = look(mlp_loss(net))
    assert named(view, "W₁").verdict is Verdict.ZERO
    assert trouble(view) == "a gradient is exactly 0"


def test_a_gradient_that_is_not_finite() -> None:
    x = leaf(np.array([0.0, 1.0]), "x")
    with np.errstate(divide="ignore"):
        view = look(np.sum(np.sqrt(x)))
    assert named(view, "x").verdict is Verdict.NAN
    assert trouble(view) == "a gradient is not finite"


def test_a_value_that_is_not_finite_comes_first() -> None:
    x = leaf(np.array([-1.0, 1.0]), "x")
    with np.errstate(invalid="ignore"):
        view = look(np.sum(np.sqrt(x)))
    assert trouble(view) == "a value is not finite"


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        (lambda p, y: np.mean((p - y) ** 2), lambda d: 2 * d / d.size),
        (lambda p, y: 0.5 * np.sum((p - y) * (p - y)), lambda d: d),
        (lambda p, y: np.sum(np.abs(p - y)), np.sign),
        (nn.MSELoss(), lambda d: 2 * d / d.size),
    ],
)
def test_the_loss_side_is_what_leaves_the_loss(loss: Any, expected: Any) -> None:
    w, y = leaf(np.linspace(-1, 1, 6).reshape(2, 3), "w"), np.ones((2, 3))
    p = np.tanh(w)
    view = look(loss(p, y))
    g = expected(np.tanh(w.data) - 1)
    assert view.reference == pytest.approx(float(np.sqrt(np.mean(g**2))))


def test_a_chain_without_a_loss_is_judged_by_its_end() -> None:
    z = x = leaf(1.0, "x")
    for _ in range(20):
        z = z * 0.5
    view = look(z)
    assert view.reference == 1.0
    assert named(view, "x").verdict is Verdict.VANISHING
    assert x.grad is None


def test_where_the_loss_side_is_zero_nothing_is_judged() -> None:
    assert judge(describe(1e-30), 0.0) is Verdict.OK
    assert judge(describe(1e30), math.nan) is Verdict.OK
    assert judge(None, 1.0) is Verdict.OK


def test_a_verdict_is_a_ratio() -> None:
    assert judge(describe(1e-2), 1e-6) is Verdict.EXPLODING
    assert judge(describe(1e-2), 1e-4) is Verdict.OK
    assert judge(describe(1e4), 1e9) is Verdict.VANISHING
    assert judge(describe(1e4), 1e2) is Verdict.OK
    assert judge(describe(np.zeros(0)), 1.0) is Verdict.OK


# -- statistics


def test_statistics_of_an_array() -> None:
    stats = describe(np.array([[3.0, -4.0], [0.0, 0.0]], np.float32))
    assert (stats.size, stats.rms, stats.mean, stats.low, stats.high, stats.zeros) == (4, 2.5, -0.25, -4.0, 3.0, 0.5)
    assert not stats.scalar


def test_statistics_of_odd_arrays() -> None:
    assert describe(np.zeros((0, 3))).rms == 0.0
    assert describe(np.array([3 + 4j, 0])).high == 5.0
    odd = describe(np.array([np.nan, np.inf, -2.0]))
    assert (odd.nans, odd.infs, odd.low, odd.high) == (1, 1, -2.0, -2.0)
    assert math.isnan(odd.rms)
    assert describe(np.array([np.inf, 1.0])).rms == math.inf
    assert math.isnan(describe(np.array([np.nan, np.nan])).high)
    assert describe(np.array(-2.5)).mean == -2.5
    assert math.isinf(describe(np.array(np.inf)).rms)


@given(st.lists(st.floats(-1e300, 1e300), min_size=2, max_size=8))
def test_rms_does_not_overflow(numbers: list[float]) -> None:
    stats = describe(np.array(numbers))
    top = max(map(abs, numbers))
    assert math.isfinite(stats.rms)
    assert 0 <= stats.rms <= top * (1 + 1e-9)
    if top > 0:
        assert stats.rms >= top / math.sqrt(len(numbers)) * (1 - 1e-9)


@given(st.lists(st.lists(st.floats(-1e3, 1e3), max_size=5), min_size=1, max_size=4))
def test_pooling_is_describing_all_at_once(parts: list[list[float]]) -> None:
    whole = np.array([number for part in parts for number in part])
    pooled, expected = pool([describe(np.array(part)) for part in parts]), describe(whole)
    assert pooled.size == expected.size
    assert pooled.rms == pytest.approx(expected.rms, rel=1e-9, abs=1e-12)
    assert pooled.mean == pytest.approx(expected.mean, rel=1e-9, abs=1e-9)
    assert (pooled.low, pooled.high) == (expected.low, expected.high)


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
            lambda: leaf([1.0, 2.0]) * 2,
            r"^graph: got a tensor of shape \(2,\); expected a loss with one element; reduce",
        ),
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
