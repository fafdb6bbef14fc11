"""Layers begin as PyTorch's do, and initialisers draw from its distributions: moments and bounds over 1e5 draws."""

from __future__ import annotations

import math

import numpy as np
import pytest

import nn
from nn import init
from nn.errors import ConfigError, ShapeError
from tests.nn.reference import stored
from tests.nn.reference.beginnings import INITS, LAYERS, SHAPE, moments


@pytest.fixture(scope="module")
def reference() -> stored.Numbers:
    return stored.load("beginnings")


def alike(values: np.ndarray, expected: np.ndarray) -> None:
    """Two samples of one distribution: of the stored one there are the moments."""
    mean, deviation, low, high = expected
    got, n = moments(values), values.size
    if deviation == 0:
        np.testing.assert_array_equal(got, expected)
        return
    # the two means differ by sqrt(2) standard errors, the two deviations by about as much relatively
    assert abs(got[0] - mean) < 5 * math.sqrt(2 / n) * deviation
    assert abs(got[1] / deviation - 1) < 5 / math.sqrt(n)
    if high - low < 3.6 * deviation:  # even: the ends are met to within a few n-ths of the span
        np.testing.assert_allclose(got[2:], [low, high], atol=12 / n * (high - low))
    else:
        assert np.sign(got[2]) == np.sign(low)
        np.testing.assert_allclose(got[2:], [low, high], atol=2.5 * deviation)


@pytest.mark.parametrize("name", LAYERS)
def test_layers_begin_as_pytorchs(name: str, reference: stored.Numbers) -> None:
    kind, args, options = LAYERS[name]
    layer = getattr(nn, kind)(*args, **options, rng=np.random.default_rng(3)) if _drawn(kind) else getattr(nn, kind)(
        *args, **options
    )  # fmt: skip
    state = layer.state_dict()
    assert [key.removeprefix(f"{name}/") for key in reference if key.startswith(f"{name}/")] == list(state)
    for part, values in state.items():
        assert values.dtype == (np.int64 if part == "num_batches_tracked" else np.float32)
        alike(values.astype(float), reference[f"{name}/{part}"])


def _drawn(kind: str) -> bool:
    return "Norm" not in kind and kind != "PReLU"


@pytest.mark.parametrize("name", [name for name in LAYERS if _drawn(LAYERS[name][0])])
def test_layers_draw_from_the_generator_that_they_are_given(name: str) -> None:
    kind, args, options = LAYERS[name]

    def state(rng: np.random.Generator | None) -> dict[str, np.ndarray]:
        return getattr(nn, kind)(*args, **options, rng=rng, dtype=np.float64).state_dict()

    first, again, other = (state(np.random.default_rng(seed)) for seed in (1, 1, 2))
    nn.manual_seed(1)
    default = state(None)
    assert any((first[part] != other[part]).any() for part in first)
    for part, values in first.items():
        assert values.dtype == np.float64
        np.testing.assert_array_equal(values, again[part])
        np.testing.assert_array_equal(values, default[part])


@pytest.mark.parametrize("name", INITS)
def test_initialisers_draw_as_pytorchs(name: str, reference: stored.Numbers) -> None:
    function, options = INITS[name]
    tensor = nn.Parameter(np.full(SHAPE, np.nan))
    drawn = {} if name == "eye" else {"rng": np.random.default_rng(2)}
    assert getattr(init, function)(tensor, **options, **drawn) is tensor
    alike(tensor.data, reference[f"{name}/moments"])
    zeros = (tensor.data == 0).sum(axis=0)
    assert set(zeros) == set(reference[f"{name}/zeros"].tolist())


def test_truncated_numbers_stay_between_the_bounds_in_single_precision_too() -> None:
    tensor = nn.Parameter(np.zeros((300, 300), np.float32))
    for low, high in ((-0.1, 0.1), (0.3, 5.0), (-9.0, -1.3)):
        values = init.trunc_normal_(tensor, 0.0, 0.3, low, high).data
        assert np.float32(low) <= values.min()
        assert values.max() <= np.float32(high)
        assert np.unique(values).size > 1000


@pytest.mark.parametrize("shape", [(4, 4), (3, 5), (5, 3), (4, 2, 3), (6, 1, 2, 2)])
def test_orthogonal_rows_or_columns(shape: tuple[int, ...]) -> None:
    values = init.orthogonal_(nn.Parameter(np.zeros(shape)), gain=2.0).data.reshape(shape[0], -1)
    product = values @ values.T if values.shape[0] <= values.shape[1] else values.T @ values
    np.testing.assert_allclose(product, 4.0 * np.eye(len(product)), atol=1e-12)


def test_orthogonal_matrices_have_no_favourite_signs() -> None:
    corners = [
        init.orthogonal_(nn.Parameter(np.zeros((2, 2))), rng=np.random.default_rng(i)).data[0, 0] for i in range(200)
    ]
    assert 60 < sum(corner > 0 for corner in corners) < 140


def test_sparse_zeros_differ_from_column_to_column() -> None:
    values = init.sparse_(nn.Parameter(np.zeros((10, 40))), 0.25).data
    assert set((values == 0).sum(axis=0)) == {3}
    assert len({tuple(np.flatnonzero(column == 0)) for column in values.T}) > 10
    assert init.sparse_(nn.Parameter(np.ones((4, 3))), 1.0).data.tolist() == np.zeros((4, 3)).tolist()


def test_lecun_and_alexnet() -> None:
    tensor = nn.Parameter(np.zeros((400, 10, 5, 5)))
    bound = math.sqrt(3 / 250)
    values = init.lecun_uniform_(tensor).data
    assert 0.999 * bound < np.abs(values).max() <= bound
    np.testing.assert_allclose(values.std(), 1 / math.sqrt(250), rtol=0.01)
    np.testing.assert_allclose(init.lecun_normal_(tensor).data.std(), 1 / math.sqrt(250), rtol=0.01)
    np.testing.assert_allclose(init.alexnet_(tensor).data.std(), 0.01, rtol=0.01)


@pytest.mark.parametrize(
    ("function", "shape", "options", "error", "says"),
    [
        ("eye_", (2, 2, 2), {}, ShapeError, r"eye_: got a tensor of shape \(2, 2, 2\); expected a matrix"),
        ("sparse_", (3,), {"sparsity": 0.5}, ShapeError, r"sparse_: got a tensor of shape \(3,\)"),
        ("sparse_", (3, 2), {"sparsity": 1.5}, ConfigError, "sparsity=1.5; expected a number from 0 to 1"),
        ("orthogonal_", (3,), {}, ShapeError, r"orthogonal_: got a tensor of shape \(3,\)"),
        ("lecun_normal_", (3,), {}, ShapeError, "two dimensions"),
        ("trunc_normal_", (3,), {"a": 2.0, "b": 1.0}, ConfigError, "a=2.0 and b=1.0; expected a below b"),
        ("trunc_normal_", (3,), {"std": 0.0}, ConfigError, "std=0.0; expected above 0"),
    ],
)
def test_what_does_not_suit_is_refused_and_nothing_filled(
    function: str, shape: tuple[int, ...], options: dict[str, float], error: type, says: str
) -> None:
    tensor = nn.Parameter(np.full(shape, 7.0))
    with pytest.raises(error, match=says):
        getattr(init, function)(tensor, **options)
    assert set(tensor.data.flat) == {7.0}


def test_a_scheme_that_a_later_weight_refuses_leaves_the_network_as_it_was() -> None:
    net = nn.Sequential(nn.Linear(2, 3), nn.Conv2d(1, 2, 3))
    before = net.state_dict()
    with pytest.raises(ShapeError, match="eye_"):
        init.initialize_(net, "eye")
    for name, values in net.state_dict().items():
        np.testing.assert_array_equal(values, before[name])
    init.initialize_(net, "orthogonal", gain=2.0, seed=0)
    assert not net[1].bias.data.any()


def test_initialize_zeroes_the_biases_of_recurrent_layers() -> None:
    net = init.initialize_(nn.LSTM(2, 3), "sparse", sparsity=0.5, seed=0)
    assert not net.bias_ih_l0.data.any()
    assert not net.bias_hh_l0.data.any()
    assert (net.weight_hh_l0.data == 0).mean() == 0.5
