"""What the commands show: numbers are checked against nn itself."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor
from repl.commands import architecture
from repl.errors import StateError
from repl.results import Drawing, Flow, HelpIndex, HelpPage, LayerRow, Overview, Summary


@pytest.mark.parametrize(
    ("data", "words", "layers"),
    [
        ("", "2 16 tanh 16 tanh 3", ["Linear(2, 16)", "Tanh()", "Linear(16, 16)", "Tanh()", "Linear(16, 3)"]),
        ("", "2 3", ["Linear(2, 3)"]),
        ("", "2 8 relu 1", ["Linear(2, 8)", "ReLU()", "Linear(8, 1)"]),
        ("digits", "64 relu", ["Linear(64, 64)", "ReLU()", "Linear(64, 10)"]),
        ("digits", "128 relu 64 relu", ["Linear(64, 128)", "ReLU()", "Linear(128, 64)", "ReLU()", "Linear(64, 10)"]),
        ("digits", "64 128 sigmoid", ["Linear(64, 128)", "Sigmoid()", "Linear(128, 10)"]),
        ("digits", "10", ["Linear(64, 10)"]),
        ("digits", "64 10", ["Linear(64, 10)"]),
        ("digits", "64 relu 10", ["Linear(64, 64)", "ReLU()", "Linear(64, 10)"]),
        ("digits", "tanh", ["Tanh()", "Linear(64, 10)"]),
        ("digits", "64 TANH 10", ["Linear(64, 64)", "Tanh()", "Linear(64, 10)"]),
        ("spiral", "2 16 tanh 3", ["Linear(2, 16)", "Tanh()", "Linear(16, 3)"]),
        ("spiral", "3 relu", ["Linear(2, 3)", "ReLU()", "Linear(3, 3)"]),
        ("spiral", "16 16 tanh", "16 inputs; expected 2"),
        ("spiral", "16", "16 outputs; expected 3"),
        ("spiral", "8 bn tanh", ["Linear(2, 8)", "BatchNorm1d(8)", "Tanh()", "Linear(8, 3)"]),
        ("spiral", "8 ln drop=0.2", ["Linear(2, 8)", "LayerNorm(8)", "Dropout(0.2)", "Linear(8, 3)"]),
        ("digits", "conv 8@3 bn relu pool 2 drop=0.1 flatten", [
            "Unflatten(1, (1, 8, 8))", "Conv2d(1, 8, 3)", "BatchNorm2d(8)", "ReLU()", "MaxPool2d(2)", "Dropout2d(0.1)",
            "Flatten()", "Linear(72, 10)"]),
        ("digits", "conv 4@3s2p1 ln avgpool 2 conv 6@1 gap", [
            "Unflatten(1, (1, 8, 8))", "Conv2d(1, 4, 3, stride=2, padding=1)", "LayerNorm((4, 4, 4))", "AvgPool2d(2)",
            "Conv2d(4, 6, 1)", "AdaptiveAvgPool2d(1)", "Flatten()", "Linear(6, 10)"]),
        ("digits", "64 conv 4@3", "a linear layer; expected an image"),
        ("spiral", "conv 4@3", "data that are no images"),
        ("digits", "conv 4@9", "a window of 9 on an image with sides of 8"),
        ("digits", "conv 4@3 pool 2 pool 4", "a window of 4"),
        ("digits", "conv", "its kernels"),
        ("digits", "conv 8", "kernels @ their size"),
        ("digits", "conv 0@3", "kernels @ their size"),
        ("digits", "pool x", "a window of 1 or more"),
        ("digits", "8 drop=1", "a share from 0 to 1"),
        ("digits", "8 drop=x", "a share from 0 to 1"),
        ("digits", "8 convv", "did you mean conv?"),
    ],
)  # fmt: skip
def test_the_words_of_net(shell: Any, data: str, words: str, layers: list[str] | str) -> None:
    if data:
        shell.run(f"data {data}")
    if isinstance(layers, str):
        assert layers in shell.fail(f"net {words}")
        return
    shell.run(f"net {words}")
    assert shell.echoes[-1] == f"net = nn.Sequential({', '.join('nn.' + layer for layer in layers)})"
    assert isinstance(shell["net"], nn.Sequential)


def test_a_net_for_targets_that_are_numbers_ends_in_one_output_for_each() -> None:
    x = np.zeros((4, 3))
    one = nn.data.Dataset(x, np.zeros(4)).split()
    two = nn.data.Dataset(x, np.zeros((4, 2))).split()
    assert architecture.read(["8", "tanh"], one).outputs == 1
    assert architecture.read(["8", "tanh"], two).outputs == 2
    with pytest.raises(StateError, match="3, as data has"):
        architecture.read(["2", "8", "tanh"], one)


@pytest.mark.parametrize(
    "words", ["conv 4@3 bn relu pool 2 drop=0.1 conv 6@3p1 relu gap", "8 bn relu drop=0.2 8 ln tanh"]
)
def test_what_net_writes_can_be_trained(shell: Any, words: str) -> None:
    shell.run("data digits", f"net {words}", "optim adam lr=0.01", "train 3")
    assert shell["net"](shell["data"].test.x[:2]).shape == (2, 10)


def test_net_says_what_it_built(shell: Any) -> None:
    assert shell.run("net 2 1").report.text == "1 layer from 2 to 1, 3 parameters"
    assert shell.run("net 2 4 tanh 1").report.text == "3 layers from 2 to 1, 17 parameters"


def test_images_are_taken_as_they_are(shell: Any) -> None:
    images = nn.data.Dataset(np.zeros((8, 3, 6, 4)), np.zeros(8, int), classes=2).split()
    made = architecture.read(["conv", "5@3", "relu"], images)
    assert made.layers == ("nn.Conv2d(3, 5, 3)", "nn.ReLU()", "nn.Flatten()", "nn.Linear(40, 2)")
    assert architecture.read(["7", "relu"], images).layers[:2] == ("nn.Flatten()", "nn.Linear(72, 7)")


def test_seed_of_net(shell: Any) -> None:
    shell.run("data iris", "net 4 tanh seed=3")
    first = shell["net"][0].weight.data.copy()
    shell.run("net 4 tanh seed=4")
    assert not np.array_equal(shell["net"][0].weight.data, first)
    shell.run("net 4 tanh --seed 3")
    assert np.array_equal(shell["net"][0].weight.data, first)


def test_init_draws_by_the_scheme(shell: Any) -> None:
    shell.run("data digits", "net 64 relu")
    note = shell.run("init normal std=0.01").report.text
    assert note == "standard deviation of the weights, layer by layer: 0.00998, 0.00993"
    assert not shell["net"][0].bias.data.any()


def test_show_asks_for_a_loss_that_suits_the_targets(shell: Any) -> None:
    shell.run("pairs = nn.data.Dataset([[0.0], [1.0]], [0.5, 1.5])", "data = nn.data.Split(pairs, pairs)", "net 1 1")
    assert shell.run("show").report.next == "Next: `loss mse`"


def test_show_at_each_stage(shell: Any) -> None:
    report = shell.run("show").report
    assert isinstance(report, Overview)
    assert [name for name, _ in report.rows] == ["data", "net", "loss", "optimizer"]
    assert {text for _, text in report.rows} == {"none yet"}
    assert (report.scores, report.next) == ((), "Next: `data digits`")
    shell.run("data iris")
    assert shell.run("show").report.next == "Next: `net 64 relu`"
    shell.quick()
    report = shell.run("show").report
    assert [score.part for score in report.scores] == ["train", "test"]
    assert report.next == "Next: `train 200`"
    shell.run("init he", "train 40")
    report = shell.run("show").report
    expected = shell["trainer"].evaluate(shell["data"].test)
    assert (report.scores[1].loss, report.scores[1].accuracy) == (expected.loss, expected.accuracy)
    assert report.scores[1].examples == len(shell["data"].test)
    rows = dict(report.rows)
    assert rows["init"] == "he"
    assert rows["net"] == "Linear(4 -> 8), Tanh, Linear(8 -> 3)"
    assert rows["steps"].startswith("40 of batches of 32, loss ")
    assert report.next == ""


def test_show_changes_nothing_that_training_sees(shell: Any) -> None:
    shell.quick()
    shell.run("train 5", "show", "flow", "summary", "graph", "train 5")
    plain = type(shell)()
    plain.quick()
    plain.run("train 10")
    assert [event.loss for event in shell["trainer"].history] == [event.loss for event in plain["trainer"].history]


def test_show_of_objects_of_the_users_own(shell: Any) -> None:
    shell.quick()
    shell.run("class Net(nn.Module):\n    def forward(self, x):\n        return x", "net = Net()")
    shell.run("loss = 'x' * 1000", "del optimizer")
    rows = dict(shell.run("show").report.rows)
    assert rows["net"] == "Net"
    assert rows["loss"].endswith("...")
    assert len(rows["loss"]) < 110


def test_summary_has_shapes_and_parameters(shell: Any) -> None:
    shell.run("data digits", "net 64 relu")
    report = shell.run("summary").report
    assert report == Summary(
        (
            LayerRow("", 0, "Sequential", "", "(N, 10)", 0),
            LayerRow("0", 1, "Linear", "64 -> 64", "(N, 64)", 4160),
            LayerRow("1", 1, "ReLU", "", "(N, 64)", 0),
            LayerRow("2", 1, "Linear", "64 -> 10", "(N, 10)", 650),
        ),
        4810,
        4810,
    )
    shell.run("net[0].requires_grad_(False)")
    assert shell.run("summary").report.trainable == 650


def test_summary_without_data_and_of_nested_nets(shell: Any) -> None:
    shell.run("net = nn.Sequential(nn.Sequential(nn.Linear(3, 4), nn.Tanh()), nn.Linear(4, 1))")
    rows = shell.run("summary").report.rows
    assert [(row.path, row.depth, row.shape) for row in rows] == [
        ("", 0, "(N, 1)"),
        ("0", 1, "(N, 4)"),
        ("0.0", 2, "(N, 4)"),
        ("0.1", 2, "(N, 4)"),
        ("1", 1, "(N, 1)"),
    ]
    shell.run("data digits")
    assert {row.shape for row in shell.run("summary").report.rows} == {""}  # it does not fit: no shapes, no error
    shell.run("net = nn.Sequential(nn.Tanh())")
    assert {row.shape for row in shell.run("summary").report.rows} == {""}


def test_flow_before_training_is_the_gradient_of_the_first_samples(shell: Any) -> None:
    shell.quick()
    report = shell.run("flow").report
    assert isinstance(report, Flow)
    assert report.step == 0
    net, data = shell["net"], shell["data"].train
    assert all(each.grad is None for each in net.parameters())
    nn.CrossEntropyLoss()(net(data.x[:32]), data.y[:32]).backward()
    squares = [float((each.grad.data.astype(float) ** 2).sum()) for each in net[0].parameters()]
    assert report.rows[0].layer == "0"
    assert report.rows[0].kind == "Linear(4 -> 8)"
    assert report.rows[0].norm == pytest.approx(math.sqrt(sum(squares)), rel=1e-5)
    assert report.rows[0].rms == pytest.approx(math.sqrt(sum(squares) / 40), rel=1e-5)


def test_flow_after_training_is_that_of_the_last_step(shell: Any) -> None:
    shell.quick()
    shell.run("train 30")
    report = shell.run("flow").report
    norms = shell["trainer"].history[-1].grad_norms
    assert report.step == 30
    assert report.rows[1].norm == pytest.approx(math.hypot(norms["2.weight"], norms["2.bias"]))
    shell.run("net 5 tanh")
    assert shell.run("flow").report.step == 0  # the trainer is of another net


@pytest.mark.parametrize(
    ("lines", "verdict", "sentence"),
    [
        (["init xavier"], "healthy", "of the last layer's"),
        (["init normal std=0.2"], "healthy", " times the last layer's"),
        (["init normal std=0.01"], "vanishing", "times smaller than in the last. Try relu, another init"),
        (["init normal std=2"], "exploding", "times larger than in the last"),
        (["init zeros"], "dead", "No gradient reaches layer"),
        (["net[4].weight.assign_(net[4].weight.data * np.nan)"], "nan", "is nan. Try a smaller lr"),
    ],
)
def test_the_verdict_of_flow(shell: Any, lines: list[str], verdict: str, sentence: str) -> None:
    shell.run("data iris", "net " + "64 tanh " * 8, "loss cross_entropy", *lines)
    with np.errstate(all="ignore"):
        report = shell.run("flow").report
    assert report.verdict == verdict, report
    assert sentence in report.sentence


def test_flow_says_what_why_and_the_picture_say(shell: Any) -> None:
    shell.run("data spiral", "net " + "16 sigmoid " * 4, "optim sgd lr=0.1", "train 50")
    assert [row.name for row in shell.run("why").report.rows] == ["vanishing gradients"]
    assert shell.run("flow").report.verdict == "vanishing"
    assert shell.run("graph").report.graph.title.endswith("the gradient vanishes")
    assert shell.run("plot flow").report.plot.figure.bars[0].verdict == "vanishing"


def test_flow_of_a_run_without_any_gradient_is_not_healthy(shell: Any) -> None:
    shell.quick()
    shell.run("loss = lambda out, y: nn.CrossEntropyLoss()(out, y) * 1e-12")
    for line in ("flow", "train 5"):
        shell.run(line)
    report = shell.run("flow").report
    assert report.verdict == "flat"
    assert report.sentence.startswith("Flat: no layer's gradient is above ")
    assert "no gradient" in [row.name for row in shell.run("why").report.rows]


def test_graph_draws_the_loss_of_the_net(shell: Any) -> None:
    shell.quick()
    report = shell.run("graph").report
    assert isinstance(report, Drawing)
    assert report.path == ""
    assert shell.echoes[-1] == "graph(loss(net(data.train.x[:32]), data.train.y[:32]), net=net)"
    assert report.graph.view.total > 5


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("graph --dot flow.dot", "flow.dot"),
        ("graph flow.dot", "flow.dot"),
        ("graph net dot=flow", "flow.dot"),
        ("graph --dot 'my flow.dot' theme=dark", "my flow.dot"),
    ],
)
def test_graph_writes_a_picture_and_says_where(
    shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    shell.quick()
    report = shell.run(line).report
    assert report == Drawing(None, name, "")
    assert (tmp_path / name).read_text().startswith("digraph")


def test_graph_without_a_program_that_draws_writes_dot_and_advises(
    shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(__import__("sys").modules, "pygraphviz", None)
    shell.quick()
    report = shell.run("graph --svg flow.svg").report
    assert report.path == "flow.dot"
    assert "install Graphviz" in report.advice


def test_graph_of_a_tensor_of_the_users_own(shell: Any) -> None:
    shell.run("w = Tensor(-3.0, requires_grad=True, name='w')", "y = np.tanh(w * 2.0)")
    assert shell.run("graph y").report.graph.view.loss is not None
    assert shell.echoes[-1] == "graph(y, names=globals())"


@pytest.mark.parametrize(
    ("lines", "line", "message"),
    [
        ([], "graph", "graph: got no net yet; expected one, or the name of a tensor"),
        (["y = 3"], "graph y", "y, an int; expected a tensor"),
        (["yes = Tensor(2.0, requires_grad=True) * 2.0"], "graph yess", "did you mean yes?"),
        ([], "graph --svg a.svg --png b.png", "2 files; expected one at a time"),
        (["y = Tensor(2.0)"], "graph y", "graph"),
    ],
)
def test_graph_refuses(shell: Any, lines: list[str], line: str, message: str) -> None:
    shell.run(*lines)
    assert message in shell.fail(line)


def test_graph_draws_a_loss_that_was_computed_by_hand(shell: Any) -> None:
    shell.run("w = Tensor(3.0, requires_grad=True)", "loss = w * w")
    assert "loss = * itself" in str(shell.run("graph loss").report.graph)


def test_help(shell: Any) -> None:
    index = shell.run("help").report
    assert isinstance(index, HelpIndex)
    groups = dict(index.groups)
    assert list(groups) == ["build", "train", "inspect", "learn", "session", "topics"]
    assert [name for name, _ in groups["build"]] == ["data", "net", "init", "loss", "optim"]
    assert [name for name, _ in groups["session"]] == [
        *("save", "load", "record", "recover", "export", "help", "undo", "clear", "quit", "system", "set", "doctor"),
    ]
    for topic in ("net", "keys", "python", "objects", "%net", "exit"):
        assert isinstance(shell.run(f"help {topic}").report, HelpPage)
    whole = shell.run("help all").report
    assert (whole.full, whole.groups) == (True, index.groups)


def test_init_knows_what_a_scheme_cannot_do_without(shell: Any) -> None:
    shell.run("data iris", "net 4 tanh", "init constant")
    assert (shell["net"][0].weight.readonly == 0.5).all()
    shell.run("init constant val=2")
    assert (shell["net"][0].weight.readonly == 2.0).all()
    shell.run("init sparse sparsity=0.75")
    assert (shell["net"][0].weight.readonly == 0).mean() == 0.75


def test_a_tensor_has_the_name_that_the_graph_command_looks_for() -> None:
    assert hasattr(Tensor(1.0), "backward")
