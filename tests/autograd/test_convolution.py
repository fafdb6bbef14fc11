"""Convolution and pooling by moved lines: in pieces, from arrays that lie anyhow, and against what the words say."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from autograd import Tensor, ops
from autograd.rules import shifting


def by_the_words(x, weight, stride, padding, dilation, groups):
    """The sum over what each window sees, written as loops."""
    x = np.pad(x, ((0, 0), (0, 0), *padding))
    n, outputs, inside = x.shape[0], weight.shape[0], weight.shape[1]
    spans = [d * (k - 1) + 1 for k, d in zip(weight.shape[2:], dilation, strict=True)]
    out = [(size - span) // s + 1 for size, span, s in zip(x.shape[2:], spans, stride, strict=True)]
    y = np.zeros((n, outputs, *out))
    for o, place in itertools.product(range(outputs), itertools.product(*map(range, out))):
        group = o // (outputs // groups)
        window = [slice(p * s, p * s + span, d) for p, s, span, d in zip(place, stride, spans, dilation, strict=True)]
        seen = x[(slice(None), slice(group * inside, (group + 1) * inside), *window)]
        y[(slice(None), o, *place)] = (seen * weight[o]).reshape(n, -1).sum(axis=1)
    return y


CASES = [
    ((5, 4, 6, 7), (6, 4, 3, 3), {}),
    ((5, 4, 6, 7), (6, 2, 3, 2), {"groups": 2, "padding": ((1, 2), (0, 1))}),
    ((5, 4, 9, 7), (4, 1, 2, 2), {"groups": 4, "stride": (2, 3), "dilation": (2, 1)}),
    ((5, 3, 11), (2, 3, 4), {"dilation": (2,), "padding": ((3, 0),)}),
    ((5, 3, 11), (2, 3, 1), {}),
    ((3, 2, 3, 4, 5), (2, 2, 2, 2, 2), {"stride": (1, 2, 1)}),
]


@pytest.mark.parametrize(("bytes_at_a_time", "columns"), [(1, 1500), (3_000, 16), (1 << 20, 1500), (1 << 20, 16)])
@pytest.mark.parametrize(("x_shape", "weight_shape", "options"), CASES)
def test_any_number_of_images_at_a_time_gives_what_the_words_say(
    x_shape, weight_shape, options, bytes_at_a_time, columns, monkeypatch
):
    monkeypatch.setattr(shifting, "COLUMNS", bytes_at_a_time)
    monkeypatch.setattr(shifting, "FEWEST", columns)
    monkeypatch.setattr(shifting, "SMALL", shifting.SMALL if columns > 16 else 4000 * weight_shape[0])
    rng = np.random.default_rng(0)
    x, weight = rng.standard_normal(x_shape), rng.standard_normal(weight_shape)
    bias = rng.standard_normal(weight_shape[0])
    axes = len(weight_shape) - 2
    full = {"stride": (1,) * axes, "padding": ((0, 0),) * axes, "dilation": (1,) * axes, "groups": 1} | options
    expected = by_the_words(x, weight, **full) + bias.reshape(-1, *(1,) * axes)
    tensors = [Tensor(array, requires_grad=True) for array in (x, weight, bias)]
    y = ops.conv(*tensors, **options)
    np.testing.assert_allclose(y.data, expected, rtol=1e-12, atol=1e-12)
    cotangent = rng.standard_normal(y.shape)
    y.backward(cotangent)
    # a convolution is linear in each operand: the product with the cotangent is the gradient's product with it
    product = (expected - bias.reshape(-1, *(1,) * axes)) * cotangent
    for tensor, array in zip(tensors[:2], (x, weight), strict=True):
        np.testing.assert_allclose((tensor.grad.data * array).sum(), product.sum(), rtol=1e-10)
    transposed = ops.conv_transpose(cotangent, weight, size=x_shape[2:], **options)
    np.testing.assert_allclose(transposed, tensors[0].grad.data, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(tensors[2].grad.data, cotangent.sum(axis=(0, *range(2, y.ndim))), rtol=1e-12)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (1, 0, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_how_an_array_lies_in_memory_does_not_matter(order):
    rng = np.random.default_rng(1)
    x = rng.standard_normal((4, 3, 6, 6)).astype(np.float32)
    weight = rng.standard_normal((2, 3, 3, 3)).astype(np.float32)
    spread = np.empty([x.shape[axis] for axis in order], np.float32).transpose(np.argsort(order))
    spread[...] = x

    def run(array):
        tensor = Tensor(array).requires_grad_()
        y = ops.max_pool(ops.conv(tensor, weight), kernel=(2, 2))
        y.backward(np.arange(y.size, dtype=np.float32).reshape(y.shape))
        return y.data, tensor.grad.data

    for got, expected in zip(run(spread), run(x), strict=True):
        assert got.dtype == np.float32
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)


def test_pictures_of_the_border_are_not_computed_with():
    # what hangs over an edge is computed too: it must neither show nor warn
    x = np.full((2, 1, 4, 4), 1e300)
    x[0, 0, 0, 0] = np.inf
    y = ops.conv(x, np.full((1, 1, 2, 2), 1e-300))
    assert np.isinf(y[0, 0, 0, 0])
    np.testing.assert_allclose(y.reshape(-1)[1:], 4.0)


def test_winners_are_the_first_of_equals_and_nan_wins():
    x = Tensor(np.array([[[1.0, 1.0, 0.0, 2.0, np.nan, 5.0]]]), requires_grad=True)
    y = ops.max_pool(x, kernel=(2,))
    np.testing.assert_array_equal(y.data, [[[1.0, 2.0, np.nan]]])
    y.backward(np.array([[[1.0, 10.0, 0.0]]]))
    assert x.grad.data.tolist() == [[[1.0, 0.0, 0.0, 10.0, 0.0, 0.0]]]


def test_windows_of_more_than_256_places():
    x = np.random.default_rng(2).standard_normal((1, 2, 20, 20))
    tensor = Tensor(x, requires_grad=True)
    y = ops.max_pool(tensor, kernel=(20, 20))
    y.backward(np.ones(y.shape))
    np.testing.assert_array_equal(tensor.grad.data, (x == x.max(axis=(2, 3), keepdims=True)).astype(float))


def test_the_geometry_is_computed_once():
    shifting.geometry.cache_clear()
    for _ in range(3):
        ops.conv(np.ones((1, 1, 5)), np.ones((1, 1, 2)))
    assert shifting.geometry.cache_info().misses == 1


@pytest.mark.parametrize(
    ("weights", "columns", "pieces"), [(72, 29_000, 3), (72, 13_000, 1), (5_000, 29_000, 1), (0, 9, 1), (72, 0, 0)]
)
def test_products_are_cut_where_small_ones_are_quicker(weights, columns, pieces):
    cuts = list(shifting.pieces(weights, columns))
    assert [i for cut in cuts for i in range(columns)[cut]] == list(range(columns))
    assert len(cuts) == pieces
    assert all((cut.stop - cut.start) * weights <= shifting.SMALL for cut in cuts) or pieces == 1
