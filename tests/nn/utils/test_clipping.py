from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from nn.errors import ConfigError, StateError
from nn.utils import clip_grad_norm_, clip_grad_value_, clip_grads_with_norm_, get_total_norm
from nn.utils.clipping import norm
from tests.nn.reference import stored
from tests.nn.reference.clipping import NORMS, VALUES, gradients


@pytest.fixture(scope="module")
def reference() -> stored.Numbers:
    return stored.load("clipping")


def params(dtype: Any = np.float64) -> list[Tensor]:
    made = [Tensor(np.zeros(gradient.shape, dtype), requires_grad=True) for gradient in gradients()]
    for param, gradient in zip(made, gradients(), strict=True):
        param.grad = gradient.astype(dtype)
    return [*made, Tensor(np.zeros(3, dtype), requires_grad=True)]


def flat(given: list[Tensor]) -> np.ndarray:
    return np.concatenate([param.grad.data.ravel() for param in given[:-1]])


@pytest.mark.parametrize("i", range(len(NORMS)))
def test_norms_are_clipped_as_pytorch_does(i: int, reference: stored.Numbers) -> None:
    given = params()
    total = clip_grad_norm_(given, *NORMS[i])
    assert isinstance(total, Tensor)
    np.testing.assert_allclose(total.data, reference[f"norm/{i}"], rtol=1e-12)
    np.testing.assert_allclose(flat(given), reference[f"clipped/{i}"], rtol=1e-12)
    assert given[-1].grad is None


@pytest.mark.parametrize("i", range(len(VALUES)))
def test_values_are_clipped_as_pytorch_does(i: int, reference: stored.Numbers) -> None:
    given = params()
    clip_grad_value_(given, VALUES[i])
    np.testing.assert_array_equal(flat(given), reference[f"value/{i}"])


def test_clipping_is_in_place_and_keeps_the_dtype() -> None:
    given = params(np.float32)
    arrays = [param.grad.data for param in given[:-1]]
    assert clip_grad_norm_(given, 1.0).dtype == np.float32
    clip_grad_value_(given, 0.1)
    for param, array in zip(given, arrays, strict=False):
        assert param.grad.data is array
        assert (array.dtype, np.abs(array).max() <= 0.1 + 1e-7) == (np.float32, True)


def test_what_is_short_enough_stays_bit_for_bit() -> None:
    given = params()
    clip_grad_norm_(given, 1e9)
    np.testing.assert_array_equal(flat(given), flat(params()))


def test_one_tensor_a_generator_and_nothing() -> None:
    weight = Tensor([0.0, 0.0], requires_grad=True)
    weight.grad = [3.0, 4.0]
    assert clip_grad_norm_(weight, 2.5).item() == 5.0
    assert clip_grad_norm_((each for each in [weight]), 2.5).item() == pytest.approx(2.5, rel=1e-6)
    assert get_total_norm([]).item() == 0.0
    assert clip_grad_norm_([], 1.0).item() == 0.0
    assert get_total_norm([], float("inf")).item() == 0.0


def test_a_gradient_that_was_recorded_stays_recorded() -> None:
    x = Tensor(3.0, requires_grad=True)
    (x**3).backward(create_graph=True)
    clip_grad_norm_(x, 2.7)
    assert x.grad.item() == pytest.approx(2.7)
    x.grad.backward()
    assert x.grad.item() == pytest.approx(2.7 + 2.7 / 27 * 18)  # what had been recorded is scaled as well


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_norms_that_are_not_finite(bad: float) -> None:
    given = params()
    given[1].grad = np.array(bad)
    before = flat(given)
    with pytest.raises(StateError, match=rf"get_total_norm: got a total norm of {bad}; .* autograd\.detect_anomaly"):
        clip_grad_norm_(given, 1.0, error_if_nonfinite=True)
    np.testing.assert_array_equal(flat(given), before)
    assert not math.isfinite(clip_grad_norm_(given, 1.0).item())


def test_the_range_of_float32_is_no_bound() -> None:
    weight = Tensor(np.zeros(2, np.float32), requires_grad=True)
    weight.grad = np.array([3e30, 4e30], np.float32)
    assert clip_grad_norm_(weight, 5.0).item() == pytest.approx(5e30, rel=1e-6)
    np.testing.assert_allclose(weight.grad.data, [3.0, 4.0], rtol=1e-5)


def test_clipping_with_a_norm_that_is_known() -> None:
    weight = Tensor([0.0], requires_grad=True)
    weight.grad = [8.0]
    clip_grads_with_norm_([weight], 1.0, Tensor(4.0))
    assert weight.grad.item() == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda w: clip_grad_norm_(w, -1.0), "max_norm=-1.0; expected a number of at least 0"),
        (lambda w: clip_grad_norm_(w, "x"), "max_norm='x'"),
        (lambda w: clip_grad_norm_(w, float("nan")), "max_norm=nan"),
        (lambda w: clip_grad_norm_(w, 1.0, 0), "norm_type=0; expected a number above 0"),
        (lambda w: clip_grad_norm_(w, 1.0, "two"), "norm_type='two'"),
        (lambda w: clip_grad_value_(w, -1.0), "clip_grad_value_: got clip_value=-1.0"),
    ],
)
def test_arguments_that_make_no_sense_are_named(call: Any, says: str) -> None:
    weight = Tensor([0.0], requires_grad=True)
    weight.grad = [8.0]
    with pytest.raises(ConfigError, match=says):
        call(weight)
    assert weight.grad.item() == 8.0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_norm_at_the_ends_of_the_range(dtype: type) -> None:
    for scale in (1e-35, 1e-18, 1.0, 1e18, 1e35):
        array = np.array([[3.0, 4.0]], dtype) * dtype(scale)
        with np.errstate(over="ignore"):
            assert norm(array) == pytest.approx(5 * scale, rel=1e-5)


def test_norm_of_nothing_zero_and_what_is_no_number() -> None:
    assert norm(np.zeros((0, 2))) == 0.0
    assert norm(np.zeros(3)) == 0.0
    assert norm(np.array([1.0, -np.inf])) == np.inf
    assert math.isnan(norm(np.array([1.0, np.nan])))
