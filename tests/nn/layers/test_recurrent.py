from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor
from nn.errors import ConfigError, ShapeError

STEPS = np.random.default_rng(0).standard_normal((5, 2, 3)).astype(np.float32)  # (T, N, input)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_the_layer_is_its_cell_step_by_step(kind: str) -> None:
    layer, cell = getattr(nn, kind)(3, 4), getattr(nn, f"{kind}Cell")(3, 4)
    cell.load_state_dict({name: layer.state_dict()[f"{name}_l0"] for name in cell.state_dict()})
    output, last = layer(STEPS)
    state: Any = None
    for t, x in enumerate(STEPS):
        state = cell(x, state)
        hidden = state[0] if kind == "LSTM" else state
        np.testing.assert_allclose(output.data[t], hidden.data, rtol=1e-5, atol=1e-6)
    for whole, stepped in zip(last if kind == "LSTM" else [last], state if kind == "LSTM" else [state], strict=True):
        np.testing.assert_allclose(whole.data[0], stepped.data, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_a_sequence_may_be_cut_and_its_state_handed_on(kind: str) -> None:
    layer = getattr(nn, kind)(3, 4, num_layers=2)
    whole, end = layer(STEPS)
    first, state = layer(STEPS[:2])
    second, after = layer(STEPS[2:], state)
    np.testing.assert_allclose(np.concatenate([first.data, second.data]), whole.data, rtol=1e-5, atol=1e-6)
    for a, b in zip(after if kind == "LSTM" else [after], end if kind == "LSTM" else [end], strict=True):
        np.testing.assert_allclose(a.data, b.data, rtol=1e-5, atol=1e-6)


def test_batch_first_swaps_the_axes_of_the_sequence_and_not_of_the_state() -> None:
    plain, swapped = nn.GRU(3, 4), nn.GRU(3, 4, batch_first=True)
    swapped.load_state_dict(plain.state_dict())
    (a, a_end), (b, b_end) = plain(STEPS), swapped(STEPS.swapaxes(0, 1))
    np.testing.assert_array_equal(a.data, b.data.swapaxes(0, 1))
    np.testing.assert_array_equal(a_end.data, b_end.data)


def test_the_other_direction_reads_from_the_end() -> None:
    both = nn.RNN(3, 4, bidirectional=True)
    forward, backward = nn.RNN(3, 4), nn.RNN(3, 4)
    state = both.state_dict()
    forward.load_state_dict({name: state[name] for name in forward.state_dict()})
    backward.load_state_dict({name: state[f"{name}_reverse"] for name in backward.state_dict()})
    output, last = both(STEPS)
    np.testing.assert_allclose(output.data[..., :4], forward(STEPS)[0].data, rtol=1e-6)
    np.testing.assert_allclose(output.data[..., 4:], backward(STEPS[::-1])[0].data[::-1], rtol=1e-6)
    np.testing.assert_array_equal(last.data[1], output.data[0, :, 4:])


def test_dropout_is_between_the_layers_and_in_training_only() -> None:
    net = nn.LSTM(3, 50, num_layers=2, dropout=0.5, rng=np.random.default_rng(0))
    first, second = net(STEPS)[0].data, net(STEPS)[0].data
    assert not np.array_equal(first, second)
    assert first.all()  # the last layer's output is not dropped
    net.eval()
    np.testing.assert_array_equal(net(STEPS)[0].data, net(STEPS)[0].data)


def test_the_gradient_goes_back_through_all_times() -> None:
    x = Tensor(STEPS, requires_grad=True)
    _, last = nn.LSTM(3, 4)(x)
    last[0].sum().backward()
    assert (np.abs(x.grad.data).sum(axis=(1, 2)) > 0).all()
    assert x.grad.dtype == np.float32


def test_extreme_inputs_saturate_and_do_not_warn() -> None:
    for kind in ("RNN", "LSTM", "GRU"):
        output, _ = getattr(nn, kind)(3, 4)(1e30 * STEPS)
        assert np.isfinite(output.data).all()


@pytest.mark.parametrize(
    ("layer", "x", "hx", "says"),
    [
        (nn.RNN(4, 2), STEPS, None, r"RNN(4 -> 2): got x of shape (5, 2, 3); expected (T, N, 4); set input_size=3"),
        (nn.GRU(3, 2, batch_first=True), STEPS[..., 0, 0], None, "x of shape (5,); expected (N, T, 3)"),
        (nn.LSTM(3, 2), [1.0], None, "x of type list"),
        (nn.RNN(3, 2), STEPS[:0], None, "x of shape (0, 2, 3); expected one step or more"),
        (nn.RNN(3, 2), STEPS, np.zeros((1, 3, 2)), "a first state of shape (1, 3, 2); expected (1, 2, 2)"),
        (nn.GRU(3, 2, 2), STEPS, np.zeros((1, 2, 2)), "expected (2, 2, 2); give one row for each layer and example"),
        (nn.LSTM(3, 2), STEPS, (np.zeros((1, 2, 2)),), "got 1 states; expected a pair (h_0, c_0)"),
        (nn.LSTMCell(3, 2), STEPS, None, "LSTMCell(3 -> 2): got x of shape (5, 2, 3); expected (N, 3)"),
        (nn.GRUCell(3, 2), "text", None, "x of type str"),
        (nn.RNNCell(3, 2), STEPS[0], np.zeros((1, 2)), "a first state of shape (1, 2); expected (2, 2)"),
    ],
)
def test_what_does_not_fit_is_named(layer: nn.Module, x: Any, hx: Any, says: str) -> None:
    with pytest.raises(ShapeError) as caught:
        layer(x, hx)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: nn.RNN(3, 0), "RNN: got hidden_size=0; expected an integer of at least 1"),
        (lambda: nn.LSTM(3, 2, num_layers=0), "LSTM: got num_layers=0"),
        (lambda: nn.GRU(3, 2, dropout=2.0), "GRU: got dropout=2.0; expected a number from 0 to 1"),
        (lambda: nn.RNN(3, 2, nonlinearity="sin"), "RNN: got nonlinearity='sin'; expected 'tanh' or 'relu'"),
        (lambda: nn.RNNCell(3, 2, nonlinearity="sin"), "RNNCell: got nonlinearity='sin'"),
        (lambda: nn.GRUCell("3", 2), "GRUCell: got input_size='3'"),
    ],
)
def test_options_that_make_no_sense_are_refused(make: Any, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        make()


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (nn.LSTM(3, 2), "LSTM(3 -> 2)"),
        (nn.GRU(3, 2, 2, bidirectional=True), "GRU(3 -> 2, num_layers=2, bidirectional=True)"),
        (nn.RNN(3, 2, nonlinearity="relu", bias=False), "RNN(3 -> 2, nonlinearity='relu', bias=False)"),
        (nn.RNNCell(3, 2, False, "relu"), "RNNCell(3 -> 2, nonlinearity='relu', bias=False)"),
    ],
)
def test_repr_says_what_is_not_at_its_default(layer: nn.Module, text: str) -> None:
    assert repr(layer).split("  ")[0] == text


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_a_batch_without_examples(kind: Any) -> None:
    x = Tensor(np.zeros((4, 0, 3), np.float32), requires_grad=True)
    layer = kind(3, 2, 2, bidirectional=True)
    output, _ = layer(x)
    assert output.shape == (4, 0, 4)
    output.sum().backward()
    assert x.grad.shape == (4, 0, 3)
    assert not layer.weight_hh_l0.grad.data.any()
