from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from nn import init
from nn.errors import ConfigError, ShapeError
from tests.nn.reference.make_reference import GAINS, INIT_SHAPES, INITS


def blank(*shape: int, dtype: Any = np.float64) -> nn.Parameter:
    return nn.Parameter(np.full(shape, np.nan, dtype))


@pytest.mark.parametrize("shape", INIT_SHAPES, ids=str)
@pytest.mark.parametrize("name", INITS)
def test_moments_and_bounds_are_pytorchs(name: str, shape: tuple[int, ...], reference: dict[str, np.ndarray]) -> None:
    function, options = INITS[name]
    tensor = blank(*shape)
    assert getattr(init, function)(tensor, **options, rng=np.random.default_rng(1)) is tensor
    values = tensor.data
    mean, deviation, low, high = reference[f"init/{name}/{len(shape)}"]
    # two samples of 1e5: their means differ by sqrt(2) standard errors, their deviations by 0.3 %
    assert abs(values.mean() - mean) < 5 * math.sqrt(2) * deviation / math.sqrt(values.size)
    np.testing.assert_allclose(values.std(), deviation, rtol=0.02)
    if "uniform" in name:
        span = high - low
        np.testing.assert_allclose([values.min(), values.max()], [low, high], atol=1e-3 * span)
    else:
        assert 3.5 < (values.max() - values.mean()) / deviation < 6.5


def test_uniform_bounds_are_exact() -> None:
    bounds = {
        "xavier_uniform_": math.sqrt(6 / (40 + 30)),
        "kaiming_uniform_": math.sqrt(6 / 30),
    }
    for name, bound in bounds.items():
        values = getattr(init, name)(blank(40, 30)).data
        assert np.abs(values).max() <= bound
        assert np.abs(values).max() > 0.99 * bound


def test_gains_are_pytorchs(reference: dict[str, np.ndarray]) -> None:
    np.testing.assert_allclose([init.calculate_gain(name) for name in GAINS], reference["gains"], rtol=1e-15)
    np.testing.assert_allclose(init.calculate_gain("leaky_relu", 0.3), reference["gains/leaky_relu_0.3"], rtol=1e-15)


@pytest.mark.parametrize(("args", "says"), [(("gelu",), "'gelu'.*one of linear"), (("leaky_relu", "x"), "param='x'")])
def test_unknown_gains_are_refused(args: tuple[Any, ...], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        init.calculate_gain(*args)


def test_constants_and_rounding_to_the_dtype() -> None:
    tensor = blank(2, 3, dtype=np.float32)
    assert init.constant_(tensor, 0.1).data.tolist() == [[np.float32(0.1)] * 3] * 2
    assert init.zeros_(tensor).data.any() == np.False_
    assert init.ones_(tensor).data.all()
    assert tensor.dtype == np.float32


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (3,), (4, 5), (0, 2)])
@pytest.mark.parametrize("block", [1, 7, 1 << 15])
def test_drawn_a_block_at_a_time_the_numbers_are_those_of_one_draw(
    shape: tuple[int, ...], dtype: Any, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(init.filling, "BLOCK", block)
    for fill, options, draw in (
        (init.uniform_, {"a": -1.0, "b": 3.0}, lambda rng: rng.uniform(-1.0, 3.0, shape)),
        (init.normal_, {"mean": 1.0, "std": 2.0}, lambda rng: rng.normal(1.0, 2.0, shape)),
    ):
        filled: Any = fill(nn.Parameter(np.zeros(shape, dtype)), **options, rng=np.random.default_rng(5))
        np.testing.assert_array_equal(filled.data, np.asarray(draw(np.random.default_rng(5))).astype(dtype))
        assert filled.dtype == dtype


def test_the_array_is_filled_in_place_and_graphs_before_it_refuse() -> None:
    tensor = blank(2, 2)
    array = tensor.data
    loss = (tensor * tensor).sum()
    init.ones_(tensor)
    assert tensor.data is array
    with pytest.raises(Exception, match="written to after the forward pass"):
        loss.backward()


@pytest.mark.parametrize("name", ["xavier_uniform_", "xavier_normal_", "kaiming_uniform_", "kaiming_normal_"])
def test_fans_need_two_dimensions(name: str) -> None:
    tensor = nn.Parameter(np.ones(3))
    with pytest.raises(ShapeError, match=r"a tensor of shape \(3,\); expected two dimensions"):
        getattr(init, name)(tensor)
    assert tensor.data.tolist() == [1, 1, 1]


def test_options_that_make_no_sense() -> None:
    tensor = nn.Parameter(np.ones((2, 2)))
    with pytest.raises(ConfigError, match="mode='fan_avg'"):
        init.kaiming_normal_(tensor, mode="fan_avg")
    with pytest.raises(ConfigError, match="std=-1"):
        init.normal_(tensor, std=-1)
    assert tensor.data.all()


def test_an_empty_tensor_is_no_trouble() -> None:
    assert init.kaiming_normal_(blank(0, 4)).shape == (0, 4)
    assert init.xavier_uniform_(blank(0, 0)).shape == (0, 0)


def net() -> nn.Sequential:
    return nn.Sequential(nn.Linear(30, 40), nn.ReLU(), nn.Linear(40, 5, bias=False))


@pytest.mark.parametrize("scheme", [name for name in init.SCHEMES if name not in ("constant", "sparse")])
def test_initialize_fills_weights_and_zeroes_biases(scheme: str) -> None:
    made = net()
    before = made.state_dict()
    assert init.initialize_(made, scheme, seed=3) is made
    again = init.initialize_(net(), scheme, seed=3).state_dict()
    for name, values in made.state_dict().items():
        np.testing.assert_array_equal(values, again[name])
        assert not np.array_equal(values, before[name])
    assert not made[0].bias.data.any()


def test_initialize_passes_options_on_and_leaves_other_parameters() -> None:
    made = nn.Module()
    made.inner = nn.Linear(3, 4)
    made.scale = nn.Parameter([2.0])
    init.initialize_(made, "constant", val=0.25)
    assert set(made.inner.weight.data.flat) == {0.25}
    assert made.scale.data.tolist() == [2.0]
    init.initialize_(made, "kaiming_uniform", seed=0, nonlinearity="linear")
    assert np.abs(made.inner.weight.data).max() <= 1.0


def test_initialize_by_seed_rng_or_default() -> None:
    by_seed = init.initialize_(net(), "normal", seed=4)[0].weight.data
    by_rng = init.initialize_(net(), "normal", rng=np.random.default_rng(4))[0].weight.data
    np.testing.assert_array_equal(by_seed, by_rng)
    made = net()
    nn.manual_seed(4)
    np.testing.assert_array_equal(init.initialize_(made, "normal")[0].weight.data, by_seed)


@pytest.mark.parametrize(
    ("scheme", "options", "says"),
    [
        ("kaiming_norml", {}, "'kaiming_norml'; expected one of .*; did you mean 'kaiming_normal'"),
        ("q", {}, "'q'; expected one of .*; choose one of them"),
        ("normal", {"stdev": 1}, r"initialize_\('normal'\): got the option 'stdev'; expected only mean, std"),
        ("zeros", {"val": 1}, "expected no option"),
        ("constant", {}, "got no val; expected a number for it; pass val=0.5"),
        ("normal", {"seed": 1, "rng": np.random.default_rng(0)}, "both seed and rng"),
        ("normal", {"std": -1}, "std=-1"),
        ("kaiming_normal", {"nonlinearity": "what"}, "'what'"),
    ],
)
def test_initialize_refuses_before_it_changes_anything(scheme: str, options: dict[str, Any], says: str) -> None:
    made = net()
    before = made.state_dict()
    with pytest.raises(ConfigError, match=says):
        init.initialize_(made, scheme, **options)
    for name, values in made.state_dict().items():
        np.testing.assert_array_equal(values, before[name])


@given(shape=st.lists(st.integers(1, 6), min_size=2, max_size=5))
def test_fans_count_the_receptive_field(shape: list[int]) -> None:
    fan_in, fan_out = init.calculate_fans(tuple(shape))
    assert fan_in * shape[0] == fan_out * shape[1] == math.prod(shape)
