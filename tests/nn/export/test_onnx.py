"""ONNX: models that pass onnx's checker, and give in onnxruntime what the network gives, to 1e-5."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from nn.errors import ConfigError, ShapeError, StateError
from nn.export import to_onnx
from nn.export.onnx_graph import RULES
from tests.nn.export.forwards import FORWARDS
from tests.nn.export.networks import ACTIVATIONS, NETWORKS, arrays, draw, letters

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")


def run(model: Any, *inputs: Any) -> list[Any]:
    session = onnxruntime.InferenceSession(model.SerializeToString())
    return session.run(None, dict(zip([each.name for each in session.get_inputs()], inputs, strict=True)))


def agree(net: nn.Module, model: Any, inputs: tuple[Any, ...], tolerance: float = 1e-5) -> None:
    net.eval()
    for ours, theirs in zip(arrays(net(*inputs)), run(model, *inputs), strict=True):
        assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
        np.testing.assert_allclose(theirs, ours, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", [*NETWORKS, *FORWARDS])
def test_networks(name: str) -> None:
    nn.manual_seed(0)
    net, x, *axes = (NETWORKS | FORWARDS)[name]()
    inputs = x if isinstance(x, tuple) else (x,)
    axes = axes[0] if axes else (0,) * len(inputs)
    model = to_onnx(net, None, x, batch_axis=axes)
    onnx.checker.check_model(model, full_check=True)
    agree(net, model, inputs)
    # the axis of the batch may have any length
    agree(net, model, tuple(x if k is None else x.take(range(3), k) for x, k in zip(inputs, axes, strict=True)))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name: str) -> None:
    net, x = ACTIVATIONS[name](), 4 * draw(6, 4)
    agree(net, to_onnx(net, None, x), (x,))


def test_a_file_with_names_and_a_free_batch(tmp_path: Path) -> None:
    net, x = NETWORKS["feed-forward"]()
    path = tmp_path / "net.onnx"
    model = to_onnx(net, path, x)
    session = onnxruntime.InferenceSession(path)
    assert [(each.name, each.shape) for each in session.get_inputs()] == [("input", ["batch", 3])]
    assert [(each.name, each.shape) for each in session.get_outputs()] == [("output", ["batch", 2])]
    assert {each.name for each in model.graph.initializer} == {"0.weight", "0.bias", "2.weight"}
    several = to_onnx(NETWORKS["two and two"]()[0], None, (draw(2, 3), draw(2, 4)))
    assert [each.name for each in several.graph.input] == ["input1", "input2"]
    assert [each.name for each in several.graph.output] == ["output1", "output2"]


def test_a_batch_of_fixed_size() -> None:
    class Fixed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(3, 2)

        def forward(self, x: Any) -> Any:
            return self.layer(x) * np.arange(len(x), dtype=np.float32)[:, None]

    net, x = Fixed(), draw(4, 3)
    with pytest.raises(ConfigError, match=r"export: got an array of shape \(4, 1\) .*; .* pass dynamic_batch=False"):
        to_onnx(net, None, x)
    model = to_onnx(net, None, x, dynamic_batch=False)
    assert [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim] == [4, 3]
    agree(net, model, (x,))


def test_evaluation_mode_and_frozen_parameters() -> None:
    net = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 2))
    net[0].requires_grad_(False)
    net.train()
    x = draw(5, 3)
    model = to_onnx(net, None, x)
    assert net.training
    assert not net[0].weight.requires_grad
    assert int(net[1].num_batches_tracked) == 0
    assert any(each.name == "0.weight" for each in model.graph.initializer)
    agree(net, model, (x,))


def test_float64() -> None:
    nn.set_default_dtype(np.float64)
    net, x = (
        nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)),
        np.random.default_rng(0).standard_normal((5, 3)),
    )
    agree(net, to_onnx(net, None, x), (x,), 1e-12)


def test_only_what_is_needed_is_in_the_model() -> None:
    model = to_onnx(nn.GRU(3, 4, batch_first=True), None, draw(5, 6, 3))
    assert "Gemm" not in {node.op_type for node in model.graph.node}
    assert sum(node.op_type == "GRU" for node in model.graph.node) == 1
    used = {name for node in model.graph.node for name in node.input}
    assert {each.name for each in model.graph.initializer} <= used


# what cannot go out


class Doing(nn.Module):
    """A network that does something of its own with its output."""

    def __init__(self, what: Any) -> None:
        super().__init__()
        self.layer, self.what = nn.Linear(3, 3), what

    def forward(self, x: Any) -> Any:
        return self.what(self.layer(x), x)


@pytest.mark.parametrize(
    ("make", "x", "error", "says"),
    [
        (lambda: Doing(lambda h, x: np.cumsum(h, axis=1)), draw(4, 3), ConfigError, "the op 'cumsum'; expected"),
        (lambda: Doing(lambda h, x: h * float(h.data.max())), draw(4, 3), StateError, "depend on the input and are"),
        (lambda: Doing(lambda h, x: h.data), draw(4, 3), StateError, "an output of type ndarray; expected a tensor"),
        (lambda: Doing(lambda h, x: h if len(x) < 5 else h * 2), draw(4, 3), ConfigError, "other ops for other input"),
        (lambda: Doing(lambda h, x: h[np.array([[0, 1]])]), draw(4, 3), ConfigError, "an index with ndarray"),
        (lambda: Doing(lambda h, x: h / len(x)), draw(4, 3), StateError, r"float\(\) and len\(\) leave"),
        (lambda: nn.Linear(3, 2), letters(), ConfigError, r"an example of shape \(\)"),
        (lambda: nn.Linear(3, 2), np.array(["a"]), ConfigError, "expected numbers with a batch"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_named_and_nothing_is_written(
    tmp_path: Path, make: Any, x: Any, error: type[Exception], says: str
) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(b"old")
    with pytest.raises(error, match=says):
        to_onnx(make(), path, x)
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize(
    ("make", "x", "error", "says"),
    [
        (lambda: Doing(lambda h, x: {"h": h}), draw(4, 3), StateError, "an output of type dict; expected a tensor"),
        (lambda: Doing(lambda h, x: h[len(x) - 2]), draw(4, 3), ConfigError, "index=2, which is 3 for another batch"),
        (lambda: Doing(lambda h, x: h * (x.data > 0)), draw(4, 3), StateError, "depend on the input and are not"),
        (lambda: nn.Embedding(7, 3, max_norm=1.0), letters(4), ConfigError, "got max_norm=1.0; expected rows that st"),
        (lambda: nn.GRU(3, 4), (draw(6, 5, 3), draw(1, 5, 4)), ConfigError, r"batches of 1, 6 samples .* batch_axis=1"),
        (lambda: nn.GRU(3, 4), (draw(1, 5, 3), draw(1, 5, 4)), ShapeError, "takes the example, and not one sample mo"),
        (lambda: Doing(lambda h, x: np.var(h, axis=0, ddof=1)), draw(4, 3), ConfigError, "var over the batch with ddo"),
    ],
)  # fmt: skip
def test_what_the_example_alone_would_have_hidden(make: Any, x: Any, error: type[Exception], says: str) -> None:
    net = make()
    state = net.state_dict()
    with pytest.raises(error, match=says):
        to_onnx(net, None, x)
    for name, value in net.state_dict().items():
        np.testing.assert_array_equal(value, state[name])


def test_constants_that_came_from_the_input_show_in_a_fixed_batch_too() -> None:
    with pytest.raises(StateError, match="depend on the input and are not computed with tensors"):
        to_onnx(Doing(lambda h, x: h * float(h.data.max())), None, draw(4, 3), dynamic_batch=False)


def test_a_table_keeps_its_options() -> None:
    net = nn.Embedding(7, 3, padding_idx=2, scale_grad_by_freq=True)
    to_onnx(net, None, letters(4))
    assert (net.padding_idx, net.scale_grad_by_freq, net.max_norm) == (2, True, None)


def test_an_axis_that_is_no_axis() -> None:
    with pytest.raises(ConfigError, match=r"to_onnx: got batch_axis=2 for inputs of shapes \(4, 3\); expected one of"):
        to_onnx(nn.Linear(3, 2), None, draw(4, 3), batch_axis=2)
    with pytest.raises(ConfigError, match="a number for all, or one for each"):
        to_onnx(nn.Linear(3, 2), None, draw(4, 3), batch_axis=(0, 1))


def test_a_mask_that_is_an_input_of_floats() -> None:
    class Masked(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding, self.attention = nn.Embedding(7, 8), nn.MultiheadAttention(8, 2, batch_first=True)

        def forward(self, x: Any, mask: Any) -> Any:
            h = self.embedding(x)
            return self.attention(h, h, h, key_padding_mask=mask, need_weights=False)[0]

    net, x = Masked(), letters(5, 4)
    mask = np.where(x == 2, -np.inf, 0.0).astype(np.float32)
    agree(net, to_onnx(net, None, (x, mask)), (x, mask))
    with pytest.raises(ConfigError, match=r"dtype bool; expected numbers .*; make floats of it, to be added"):
        to_onnx(net, None, (x, x == 2))


def test_an_input_without_a_batch() -> None:
    net = FORWARDS["positions"]()[0]
    model = to_onnx(net, None, (letters(5, 4), np.arange(4)), batch_axis=(0, None))
    shapes = [[d.dim_param or d.dim_value for d in each.type.tensor_type.shape.dim] for each in model.graph.input]
    assert shapes == [["batch", 4], [4]]


@pytest.mark.parametrize("what", [lambda y: y * 2, lambda y: y, lambda y: y[-2, :, 4:], lambda y: y[:, :, 4:]])
def test_cell_states_before_the_last(what: Any) -> None:
    class Cells(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.lstm = nn.LSTM(3, 4)

        def forward(self, x: Any) -> Any:
            zeros = np.zeros((x.shape[1], 4), np.float32)
            given = nn.functional.linear(x, self.lstm.weight_ih_l0)
            return what(autograd.ops.lstm(given, zeros, zeros, self.lstm.weight_hh_l0))

    with pytest.raises(ConfigError, match=r"cell states of an LSTM before the last.* step an LSTMCell in a loop"):
        to_onnx(Cells(), None, draw(6, 5, 3), batch_axis=1)


def test_what_onnx_forbids_is_said_in_our_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, "tanh", lambda graph, call, xs: graph.node("Tanh", [*xs, *xs]))
    with pytest.raises(
        ConfigError, match=r"(?s)a model that ONNX does not allow .*; expected one that passes onnx's check"
    ):
        to_onnx(nn.Sequential(nn.Linear(3, 2), nn.Tanh()), None, draw(4, 3))


def test_celu_in_float64() -> None:
    nn.set_default_dtype(np.float64)
    net, x = nn.CELU(0.7), 3 * np.random.default_rng(0).standard_normal((5, 3))
    (found,) = onnx.reference.ReferenceEvaluator(to_onnx(net, None, x)).run(None, {"input": x})
    np.testing.assert_allclose(found, net(x), rtol=1e-12)


def test_integers_that_nothing_reads() -> None:
    class Ignoring(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(3, 2)

        def forward(self, x: Any, i: Any) -> Any:
            return self.layer(x)

    with pytest.raises(ConfigError, match="got input2, which no operator reads"):
        to_onnx(Ignoring(), None, (draw(4, 3), letters(4)))


def test_without_the_package_the_cure_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "onnx.helper", None)
    with pytest.raises(ConfigError, match=r"no onnx package; .* pip install 'chainrule\[interop\]'"):
        to_onnx(nn.Linear(3, 2), None, draw(4, 3))


def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    with pytest.raises(StateError, match=r"^to_onnx\(.*nowhere/net.onnx\): got No such file or directory"):
        to_onnx(nn.Linear(3, 2), tmp_path / "nowhere" / "net.onnx", draw(4, 3))
