"""A part of a graph round one tensor, module or name; levels; values without a backward pass; recorded passes."""

from __future__ import annotations

import numpy as np
import pytest

import nn
from autograd import Tensor
from repl import graph
from repl.drawing import Graph
from repl.errors import UsageError
from repl.graphview import Flow, Kind, Verdict, look
from tests.repl.graphs import batch, labels, leaf, mlp, mlp_loss, named


def focused(on: object, depth: int) -> Graph:
    net = mlp(2, 16, 8, 3)
    return graph(mlp_loss(net), net=net, focus=on, depth=depth)  # type: ignore[arg-type]


@pytest.mark.parametrize("on", ["2.weight", "W₂"])
def test_a_name_and_a_label_mean_the_same_tensor(on: str) -> None:
    made = focused(on, 1)
    kept = [node.label for node in made.drawn.nodes]
    assert kept == ["… 10 nodes before", "@", "W₂", "… 5 nodes after", "loss"]
    assert made.drawn.folded == f"3 of 18 nodes: what is within one step of {on}"
    assert made.drawn.folded in made.dot


def test_depth_counts_arrows_in_both_directions() -> None:
    sizes = [sum(node.kind is Kind.OP for node in focused("2.weight", depth).drawn.nodes) for depth in range(5)]
    assert sizes == [0, 1, 3, 5, 7]


def test_a_tensor_a_module_and_its_path_and_number() -> None:
    net = mlp(2, 16, 8, 3)
    loss = mlp_loss(net)
    inside = [graph(loss, net=net, focus=on, depth=0).drawn for on in (net[2], "2", "layer 2")]  # type: ignore[index]
    for drawn in inside:
        assert labels(drawn, Kind.OP) == ["@", "+", "tanh"], "a layer has its activation with it"
    weight = dict(net.named_parameters())["2.weight"]
    assert labels(graph(loss, net=net, focus=weight, depth=0).drawn, Kind.PARAMETER) == ["W₂"]


def test_what_is_cut_off_keeps_its_gradient() -> None:
    made = focused("W₂", 1)
    whole = graph(mlp_loss(mlp(2, 16, 8, 3))).view
    product = next(edge for edge in whole.edges if edge.spine and whole.by_id[edge.head].id == named_op(made))
    cut = next(edge for edge in made.drawn.edges if edge.tail == "before")
    assert cut.gradient == product.gradient
    last = next(edge for edge in made.drawn.edges if edge.head == "loss")
    assert (last.tail, last.flow) == ("after", Flow.SEED)


def named_op(made: Graph) -> str:
    return next(node.id for node in made.drawn.nodes if node.kind is Kind.OP)


def test_of_several_arrows_that_are_cut_the_largest_is_shown() -> None:
    w = leaf(2.0, "w")
    h = w * 1.0
    small, large = np.tanh(h * 0.001), np.tanh(h * 3.0 - 6.0)
    whole = graph(small + large)
    sums = next(node for node in whole.view.nodes if node.label == "+")
    cut = graph(small + large, focus=sums.id, depth=0).drawn
    into = [edge for edge in cut.edges if edge.head == sums.id]
    assert [edge.tail for edge in into] == ["before"]
    shown = {edge.gradient.rms for edge in whole.view.edges if edge.head == sums.id and edge.gradient}
    assert into[0].gradient is not None
    assert into[0].gradient.rms == max(shown)
    first = next(node for node in whole.view.nodes if node.label == "* 1")
    after = [edge for edge in graph(small + large, focus=first.id, depth=0).drawn.edges if edge.tail == first.id]
    assert len(after) == 1
    assert after[0].gradient is not None
    assert after[0].gradient.rms > 1.0, "of 3 and 0.001 the larger"


def test_what_is_not_there_is_refused_by_name() -> None:
    for on in ("9.weight", "", Tensor(1.0), nn.Linear(2, 2)):
        with pytest.raises(UsageError, match=r"^graph: got focus=.*; expected a tensor or module of this graph.*0\.w"):
            focused(on, 1)
    with pytest.raises(UsageError, match="depth=-1"):
        focused("W₁", -1)


def test_a_focus_on_everything_is_the_whole() -> None:
    made = focused("W₁", 50)
    assert made.drawn.folded == ""
    assert len(made.drawn.nodes) == 18


# -- levels


def test_levels() -> None:
    net = nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))
    loss = mlp_loss(net)
    assert labels(graph(loss, level="op", opened=()).view, Kind.OP) == [
        "linear", "batch_norm", "relu", "linear", "cross-entropy",
    ]  # fmt: skip
    assert {"sqrt", "mean", "where", "log_softmax"} <= set(labels(graph(loss, level="opened").view, Kind.OP))
    cards = graph(loss, level="module").drawn
    assert labels(cards, Kind.MODULE) == ["layer 1", "layer 2", "layer 3"]
    with pytest.raises(UsageError, match='level=\'ops\'; expected one of "op", "opened", "module"'):
        graph(loss, level="ops")


def test_one_module_is_opened_by_its_path() -> None:
    net = nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 8), nn.BatchNorm1d(8))
    view = graph(mlp_loss(net), opened="1").view
    assert labels(view, Kind.OP).count("batch_norm") == 1
    opened = [node for node in view.nodes if node.path == "1" and node.kind is Kind.OP]
    assert [node.label for node in opened][:4] == ["mean", "-", "*", "mean"]
    assert all(node.value is not None and node.gradient is not None for node in opened)


def test_a_path_opens_what_is_inside_it() -> None:
    block = nn.Sequential(nn.Linear(8, 8), nn.BatchNorm1d(8))
    net = nn.Sequential(nn.Linear(2, 8), block, nn.BatchNorm1d(8), nn.Linear(8, 3))
    view = graph(mlp_loss(net), opened="1").view
    assert [node.path for node in view.nodes if node.label == "batch_norm"] == ["2"]
    assert [node.path for node in view.nodes if node.label == "linear"] == ["0", "3"]
    assert {node.path for node in view.nodes if node.label == "@"} == {"1.0"}


def test_an_opened_batch_norm_ends_in_the_same_numbers() -> None:
    net = nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.Linear(8, 3))
    loss = mlp_loss(net)
    whole, opened = look(loss), look(loss, opened=("linear", "batch_norm"))
    for label in ("W₁", "W₂", "b₂", "W₃"):
        one, other = named(whole, label).gradient, named(opened, label).gradient
        assert one is not None
        assert other is not None
        assert one.rms == pytest.approx(other.rms, rel=1e-4)


# -- a bias before a batch norm


def test_what_cancels_is_not_called_vanishing() -> None:
    net = nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))
    for opened in ((), ("linear",)):
        view = look(mlp_loss(net), net=net, opened=opened)
        assert named(view, "b₁").verdict is Verdict.CANCELLED
        assert named(view, "b₂").verdict is Verdict.OK
    made = graph(mlp_loss(net), net=net)
    assert "vanishes" not in made.title
    assert "zero but for rounding" in made.tree(width=100)


def test_a_bias_that_truly_vanishes_is_called_so() -> None:
    view = look(mlp_loss(mlp(2, *[16] * 11, 3, activation=nn.Sigmoid, std=0.25)))
    assert named(view, "b₁").verdict is Verdict.VANISHING


# -- without a backward pass


def test_a_tensor_that_is_no_scalar_shows_its_values() -> None:
    x, _ = batch()
    net = mlp(2, 8, 3)
    view = look(net(x), net=net)
    assert view.missing == "no backward yet: it starts from one number, and this has shape (32, 3)"
    assert labels(view, Kind.OP) == ["@", "+", "tanh", "@", "+"], "composites are opened all the same"
    assert {edge.flow for edge in view.edges} == {Flow.VALUE, Flow.NOTHING}
    made = graph(net(x), net=net)
    assert view.missing in made.dot
    assert view.missing in made.tree(width=120)
    assert "no gradient yet" in made.dot


def test_given_a_gradient_it_has_a_backward_pass() -> None:
    x = leaf(np.array([1.0, 2.0]), "x")
    view = look(x * x, gradient=np.array([1.0, 10.0]))
    found = named(view, "x").gradient
    assert found is not None
    assert found.high == 40.0
    assert view.missing == ""
    seed = view.loss.gradient
    assert seed is not None
    assert seed.high == 10.0


# -- a backward pass that was itself recorded


def test_a_gradients_own_graph() -> None:
    w, x = leaf(0.7, "w"), leaf(1.5, "x")
    np.tanh(w * x).backward(create_graph=True)
    assert x.grad is not None
    view = look(x.grad * x.grad, names={"slope": x.grad})
    (passed,) = view.layers
    assert (passed.number, passed.name) == (0, "recorded backward pass")
    assert [node.label for node in view.members(passed.id)] == ["*", "1 -", "*", "*"]
    assert [node.label for node in view.nodes if not node.layer and node.kind is Kind.OP] == ["*", "tanh", "*"]
    assert labels(view, Kind.INPUT) == ["seed"]
    text = graph(x.grad * x.grad, names={"slope": x.grad}).tree(width=80)
    assert "slope = t5 * w" in text


def test_layers_are_counted_without_the_pass() -> None:
    net = mlp(2, 4, 1)
    x = leaf(np.ones((3, 2), np.float32), "x")
    np.sum(net(x)).backward(create_graph=True)
    assert x.grad is not None
    view = look(np.mean((x.grad**2).sum(axis=1)), net=net)
    assert [layer.number for layer in view.layers] == [1, 0], "the last sum's value is in no gradient: its weight is"
    assert named(view, "W₁").layer == view.layers[0].id
    assert "1.weight" not in [node.name for node in view.members(view.layers[1].id)]
    assert "recorded backward pass" in graph(np.mean((x.grad**2).sum(axis=1)), net=net, budget=5).dot


# -- where and how


def test_a_function_is_run_with_its_lines_noted() -> None:
    x = leaf(2.0, "x")

    def loss() -> Tensor:
        y = np.exp(x)  # the first
        return y * y  # the second

    nodes = {node.label: node for node in graph(loss).view.nodes}
    assert nodes["exp"].source.endswith("# the first")
    assert nodes["*"].source.endswith("# the second")
    assert all(node.source == "" for node in graph(loss()).view.nodes)
    assert "the first" in graph(loss).dot


def test_every_operation_has_its_rule() -> None:
    x = leaf(2.0, "x")
    node = named(look(np.tanh(x)), "tanh")
    assert node.rule == "dL/dx = g * (1 - y * y)"


def test_a_tree_of_modules_has_a_line_for_each_layer() -> None:
    net = mlp(2, 16, 8, 3)
    text = graph(mlp_loss(net), net=net, level="module").tree(width=100)
    assert [line.split(" · ")[0] for line in text.split("\n") if line.startswith("layer")] == [
        "layer 1", "layer 2", "layer 3",
    ]  # fmt: skip
    assert "W₁" not in text
    assert "211 parameters" in text
