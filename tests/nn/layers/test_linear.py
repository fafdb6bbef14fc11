from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor
from nn.errors import ConfigError, ShapeError


@pytest.mark.parametrize("case", range(5))
def test_value_and_gradients_are_pytorchs(case: int, reference: dict[str, np.ndarray], float64: None) -> None:
    x, w, b, g = (reference[f"linear/{case}/{key}"] for key in ("x", "w", "b", "g"))
    y, dx, dw, db = (reference[f"linear/{case}/{key}"] for key in ("y", "dx", "dw", "db"))
    layer = nn.Linear(3, 2)
    layer.load_state_dict({"weight": w, "bias": b})
    inputs = Tensor(x, requires_grad=True)
    out = layer(inputs)
    out.backward(g)
    for got, expected in ((out, y), (inputs.grad, dx), (layer.weight.grad, dw), (layer.bias.grad, db)):
        assert got.shape == expected.shape
        assert got.dtype == np.float64
        np.testing.assert_allclose(got.data, expected, rtol=1e-12, atol=1e-14)


def test_shapes_and_dtype_of_the_parameters() -> None:
    layer = nn.Linear(5, 7)
    assert (layer.weight.shape, layer.bias.shape, layer.weight.dtype) == ((7, 5), (7,), np.float32)
    assert nn.Linear(5, 7, dtype=np.float64).bias.dtype == np.float64
    bare = nn.Linear(5, 7, False)
    assert bare.bias is None
    assert list(bare.state_dict()) == ["weight"]
    x = np.ones((2, 5), np.float32)
    np.testing.assert_allclose(bare(x).data, x @ bare.weight.data.T, rtol=1e-6)


def test_default_weights_have_pytorchs_bounds_and_moments(reference: dict[str, np.ndarray], float64: None) -> None:
    layer = nn.Linear(100, 1000)
    for part in ("weight", "bias"):
        _, deviation, low, high = reference[f"init/linear/{part}"]
        values = getattr(layer, part).data
        assert -0.1 <= values.min() <= values.max() <= 0.1
        assert abs(values.mean()) < 5 * deviation / values.size**0.5
        np.testing.assert_allclose(values.std(), deviation, rtol=0.05)
        np.testing.assert_allclose([values.min(), values.max()], [low, high], rtol=0.01)


def test_float32_and_float64_layers_begin_alike() -> None:
    rng = np.random.default_rng
    single, double = nn.Linear(4, 3, rng=rng(1)), nn.Linear(4, 3, rng=rng(1), dtype=np.float64)
    np.testing.assert_array_equal(single.weight.data, double.weight.data.astype(np.float32))


def test_reset_draws_again() -> None:
    layer = nn.Linear(4, 3)
    before = layer.state_dict()
    layer.reset_parameters(rng=np.random.default_rng(5))
    assert not np.array_equal(layer.weight.data, before["weight"])
    assert not np.array_equal(layer.bias.data, before["bias"])


@pytest.mark.parametrize(
    ("x", "got", "do"),
    [
        (np.zeros((32, 8)), "x of shape (32, 8); expected (N, 16)", "set in_features=8 or reshape the input."),
        (np.zeros(3), "x of shape (3,); expected (N, 16)", "set in_features=3 or reshape the input."),
        (np.zeros(()), "x of shape (); expected (N, 16)", "pass a batch, with one row per example."),
        ([1.0] * 16, "x of type list; expected an array or Tensor", "wrap it with np.asarray."),
    ],
)
def test_an_input_that_does_not_fit_is_named(x: object, got: str, do: str) -> None:
    with pytest.raises(ShapeError) as caught:
        nn.Linear(16, 4)(x)
    assert str(caught.value) == f"Linear(16 -> 4): got {got}; {do}"
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("sizes", [(0, 1), (1, 0), (-1, 2), (2.5, 1), ("3", 1), (None, 1)])
def test_widths_are_whole_numbers_of_at_least_one(sizes: tuple[object, object]) -> None:
    with pytest.raises(ConfigError, match=r"Linear: got (in|out)_features=.*; expected an integer of at least 1"):
        nn.Linear(*sizes)  # type: ignore[arg-type]


def test_the_adversarial_case_names_both_widths_and_the_layer() -> None:
    with pytest.raises(ShapeError, match=r"Linear\(3 -> 2\).*\(5, 4\).*3"):
        nn.Linear(3, 2)(np.zeros((5, 4)))


@given(
    lead=st.lists(st.integers(0, 3), max_size=3),
    sizes=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    bias=st.booleans(),
)
def test_is_the_affine_map_over_any_leading_axes(lead: list[int], sizes: tuple[int, int], bias: bool) -> None:
    layer = nn.Linear(*sizes, bias, rng=np.random.default_rng(0), dtype=np.float64)
    x = np.random.default_rng(1).standard_normal((*lead, sizes[0]))
    out = layer(x)
    expected = np.einsum("...i,oi->...o", x, layer.weight.data) + (layer.bias.data if bias else 0.0)
    assert out.shape == (*lead, sizes[1])
    np.testing.assert_allclose(out.data, expected, rtol=1e-12, atol=1e-12)
