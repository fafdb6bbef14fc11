from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

import nn
import nn.functional as F
from autograd import Tensor
from nn import catalog
from nn.errors import ConfigError, ShapeError

FUNCTIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}
MODULES = {name: entry.load() for name, entry in catalog.ACTIVATIONS.items()}


@pytest.mark.parametrize("name", [*FUNCTIONS, "log_softmax"])
def test_value_and_gradient_are_pytorchs(name: str, reference: dict[str, np.ndarray]) -> None:
    function = getattr(F, name)
    x = Tensor(reference[f"{name}/x"], requires_grad=True)
    y = function(x)
    y.backward(reference[f"{name}/g"])
    np.testing.assert_allclose(y.data, reference[f"{name}/y"], rtol=1e-12)
    np.testing.assert_allclose(x.grad.data, reference[f"{name}/dx"], rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize("name", MODULES)
def test_the_module_is_the_function_in_either_precision(name: str) -> None:
    x = np.linspace(-3, 3, 7, dtype=np.float32).reshape(7, 1)
    module = MODULES[name]()
    out = module(Tensor(x, requires_grad=True))
    assert (out.shape, out.dtype) == (x.shape, np.float32)
    function = getattr(F, {"log_sigmoid": "logsigmoid"}.get(name, name))
    extra = (module.weight,) if name == "prelu" else ()
    alone = function(x, *extra)
    np.testing.assert_array_equal(out.data, alone.data if isinstance(alone, Tensor) else alone)
    double = module(x.astype(float)) if name != "prelu" else module.double()(x.astype(float)).data
    np.testing.assert_allclose(out.data, double, rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("name", MODULES)
def test_far_out_nothing_overflows(name: str) -> None:
    x = Tensor(np.array([-1e30, -1e4, -90.0, 90.0, 1e4, 1e30], np.float32), requires_grad=True)
    y = MODULES[name]()(x)
    y.sum().backward()
    assert np.isfinite(y.data).all()
    assert np.isfinite(x.grad.data).all()


@pytest.mark.parametrize("name", [n for n, m in MODULES.items() if "inplace" in inspect.signature(m).parameters])
def test_inplace_is_taken_and_leaves_the_input_alone(name: str) -> None:
    x = np.array([-1.0, 2.0])
    y = MODULES[name](inplace=True)(x)
    assert x.tolist() == [-1.0, 2.0]
    np.testing.assert_array_equal(y, MODULES[name]()(x))


def test_log_softmax_takes_an_axis() -> None:
    x = np.random.default_rng(0).standard_normal((3, 4))
    np.testing.assert_allclose(np.exp(F.log_softmax(x, dim=0)).sum(axis=0), 1.0)
    np.testing.assert_allclose(np.exp(F.log_softmax(x)).sum(axis=1), 1.0)


def test_softmax_sums_to_one_at_any_size_and_a_low_temperature_makes_it_one_hot() -> None:
    logits = np.array([1.0, 2.0, 4.0])
    for scale in (1e4, 1.0, 1e-4):
        np.testing.assert_allclose(F.softmax(scale * logits).sum(), 1.0)
        np.testing.assert_allclose(F.softmax(-scale * logits).sum(), 1.0)
    np.testing.assert_allclose(F.softmax(logits, temperature=1e-2), [0.0, 0.0, 1.0], atol=1e-80)
    np.testing.assert_allclose(F.softmax(logits, temperature=1e6), 1 / 3, atol=1e-6)
    np.testing.assert_allclose(F.softmax(logits, temperature=0.5), F.softmax(2 * logits))
    np.testing.assert_allclose(nn.Softmax(temperature=2.0)(logits), np.exp(F.log_softmax(logits, temperature=2.0)))
    x = Tensor(logits, requires_grad=True)
    F.softmax(x, temperature=4.0)[0].backward()
    share = F.softmax(logits / 4.0)
    np.testing.assert_allclose(x.grad.data, share[0] * (np.array([1.0, 0, 0]) - share) / 4.0)


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (
            lambda: F.softmax(np.ones(3), temperature=0.0),
            ConfigError,
            "softmax: got temperature=0.0; expected a number above",
        ),
        (lambda: nn.Softmax(temperature=-1), ConfigError, "Softmax: got temperature=-1"),
        (
            lambda: F.softmax(np.ones(3), 1),
            ShapeError,
            "softmax: got dim=1 for an input of 1 axes; expected an axis from -1 to 0",
        ),
        (lambda: F.log_softmax(np.ones((2, 3)), 2), ShapeError, "log_softmax: got dim=2"),
        (lambda: F.softmax(np.ones((2, 3)), 1.0), ShapeError, "dim=1.0"),
        (lambda: F.glu(np.ones((2, 3))), ShapeError, r"glu: got shape \(2, 3\) with dim=-1; expected an even number"),
        (lambda: F.glu(np.array(1.0)), ShapeError, "glu"),
        (lambda: F.gelu(np.ones(2), "exact"), ConfigError, "approximate='exact'; expected 'none' or 'tanh'"),
        (lambda: F.celu(np.ones(2), 0), ConfigError, "celu: got alpha=0"),
        (lambda: F.softshrink(np.ones(2), -1.0), ConfigError, "softshrink: got lambd=-1.0"),
        (lambda: nn.Softshrink(-1.0), ConfigError, "Softshrink: got lambd=-1.0"),
        (lambda: F.hardtanh(np.ones(2), 1.0, 1.0), ConfigError, "min_val=1.0 and max_val=1.0; expected min_val below"),
        (lambda: nn.Hardtanh(2.0, 1.0), ConfigError, "Hardtanh: got min_val=2.0"),
        (lambda: nn.PReLU(0), ConfigError, "PReLU: got num_parameters=0"),
        (
            lambda: nn.PReLU(3)(np.ones((2, 4))),
            ShapeError,
            r"prelu: got weight \(3,\) for input \(2, 4\); expected \(1,\) or \(4,\)",
        ),
        (lambda: F.prelu(np.array(-1.0), np.ones(2)), ShapeError, "prelu"),
    ],
)
def test_what_makes_no_sense_is_refused(make: Any, error: type, says: str) -> None:
    with pytest.raises(error, match=says):
        make()


def test_prelu_of_a_number() -> None:
    assert float(F.prelu(np.array(-2.0), np.array([0.5]))) == -1.0


def test_functions_take_lists() -> None:
    assert F.relu([-1.0, 2.0]).tolist() == [0.0, 2.0]
    assert F.softplus([0.0]).round(4).tolist() == [0.6931]


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (nn.ReLU(), "ReLU()"),
        (nn.LeakyReLU(0.2), "LeakyReLU(negative_slope=0.2)"),
        (nn.GELU("tanh"), "GELU(approximate='tanh')"),
        (nn.Softmax(), "Softmax(dim=-1)"),
        (nn.Softmax(0, temperature=2.0), "Softmax(dim=0, temperature=2.0)"),
        (nn.Threshold(0.5, 1.0), "Threshold(threshold=0.5, value=1.0)"),
    ],
)
def test_repr_says_the_options(layer: nn.Module, text: str) -> None:
    assert repr(layer).splitlines()[0] == text
