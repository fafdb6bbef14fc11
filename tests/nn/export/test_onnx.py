"""ONNX: models that pass onnx's checker, and give in onnxruntime what the network gives, to 1e-5."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from nn.errors import ConfigError, StateError
from nn.export import to_onnx
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


@pytest.mark.parametrize("name", NETWORKS)
def test_networks(name: str) -> None:
    nn.manual_seed(0)
    net, x = NETWORKS[name]()
    inputs = x if isinstance(x, tuple) else (x,)
    model = to_onnx(net, None, x)
    onnx.checker.check_model(model, full_check=True)
    agree(net, model, inputs)
    agree(net, model, tuple(each[:3] for each in inputs))  # the first axis may have any length


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
        (lambda: Doing(lambda h, x: h * float(h.data.max())), draw(4, 3), StateError, "other numbers than the network"),
        (lambda: Doing(lambda h, x: h.data), draw(4, 3), StateError, "a network whose output is no computation"),
        (lambda: Doing(lambda h, x: h if len(x) < 5 else h * 2), draw(4, 3), ConfigError, "other ops for another"),
        (lambda: Doing(lambda h, x: h[np.array([[0, 1]])]), draw(4, 3), ConfigError, "an index with ndarray"),
        (lambda: Doing(lambda h, x: h / len(x)), draw(4, 3), ConfigError, "computed from the input outside the tape"),
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


def test_first_states_and_all_cell_states() -> None:
    class Given(nn.Module):
        def __init__(self, what: Any) -> None:
            super().__init__()
            self.recurrent, self.what = nn.LSTM(3, 4, batch_first=True), what

        def forward(self, x: Any) -> Any:
            return self.what(self.recurrent, x)

    ones = np.ones((1, 1, 4), np.float32)
    with pytest.raises(ConfigError, match="first states that are given; expected zeros"):
        to_onnx(Given(lambda layer, x: layer(x, (ones, ones))[0]), None, draw(1, 5, 3), dynamic_batch=False)


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
