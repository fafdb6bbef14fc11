"""What a view shows of a graph: the engine's own numbers, names, layers, the spine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nn
import nn.functional as F
from autograd import Tensor, no_grad, ops, scope
from autograd.op import Op
from repl.graphview import Flow, Kind, Verdict, headline, look
from tests.repl.graphs import batch, hangs_together, labels, leaf, mlp, mlp_loss, named, path

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


def test_attention_is_one_layer_and_its_mask_is_called_so() -> None:
    nn.manual_seed(0)
    block = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
    net = nn.Sequential(nn.Embedding(5, 8))
    mask = np.triu(np.full((3, 3), -np.inf, np.float32), 1)
    y = block(net(np.zeros((2, 3), int)), src_mask=mask)
    view = look(np.mean(y**3), net=net)
    assert [layer.title.split("(")[0] for layer in view.layers][:2] == ["Embedding", "MultiheadAttention"]
    attention = view.layers[1]
    assert {node.label for node in view.members(attention.id) if node.kind is Kind.PARAMETER} >= {"in_proj_weight"}
    assert labels(view, Kind.INPUT) == ["mask"]
    assert headline(view) == "Gradient flow", "masked scores are infinite on purpose"


def test_an_embedding_is_a_layer_though_the_path_starts_there() -> None:
    nn.manual_seed(0)
    net = nn.Sequential(nn.Embedding(5, 8), nn.Linear(8, 3))
    view = look(nn.CrossEntropyLoss()(net(np.zeros(4, int)), np.zeros(4, int)), net=net)
    assert [layer.title for layer in view.layers] == ["Embedding", "Linear(8, 3)"]
    assert path(view)[0] == "W₁"


@pytest.mark.parametrize("fused", [True, False])
def test_the_loss_side_is_what_others_are_judged_against_and_not_judged_itself(fused: bool) -> None:
    weight = Tensor(60.0 * np.eye(3), requires_grad=True, name="weight")  # as sure as a net that was trained for long
    logits = np.eye(3) @ weight
    shares = F.log_softmax(logits)
    loss = F.cross_entropy(logits, np.arange(3)) if fused else -(shares * np.eye(3)).sum() / 3.0
    view = look(loss)
    assert view.loss.gradient is not None
    assert view.loss.gradient.rms > view.balance.exploding * view.reference > 0
    assert view.loss_side
    assert {view.by_id[id].verdict for id in view.loss_side} == {Verdict.OK}
