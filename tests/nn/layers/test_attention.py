from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nn
import nn.functional as F
from autograd import Tensor
from nn.errors import ConfigError, ShapeError

X = np.random.default_rng(0).standard_normal((5, 2, 4)).astype(np.float32)  # (L, N, E)


def test_one_tensor_for_all_three_is_the_same_as_three_equal_ones() -> None:
    layer = nn.MultiheadAttention(4, 2)
    together, apart = layer(X, X, X), layer(X, X.copy(), X.copy())
    for a, b in zip(together, apart, strict=True):
        np.testing.assert_allclose(a.data, b.data, rtol=1e-5, atol=1e-6)


def test_batch_first_swaps_the_axes() -> None:
    layer, swapped = nn.MultiheadAttention(4, 2), nn.MultiheadAttention(4, 2, batch_first=True)
    swapped.load_state_dict(layer.state_dict())
    a, weights = layer(X, X, X)
    y = X.swapaxes(0, 1)
    for call in (swapped(y, y, y), swapped(y, y.copy(), y)):
        np.testing.assert_allclose(call[0].data.swapaxes(0, 1), a.data, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(call[1].data, weights.data, rtol=1e-5)


def test_a_causal_query_sees_nothing_that_comes_later() -> None:
    layer = nn.MultiheadAttention(4, 2)
    _, weights = layer(X, X, X, is_causal=True)
    assert not np.triu(weights.data, 1).any()
    later = X.copy()
    later[3:] += 1.0
    np.testing.assert_array_equal(
        layer(later, later, later, is_causal=True)[0].data[:3], layer(X, X, X, is_causal=True)[0].data[:3]
    )
    np.testing.assert_allclose(
        F.scaled_dot_product_attention(X, X, X, is_causal=True),
        F.scaled_dot_product_attention(X, X, X, np.tri(2, dtype=bool)),
    )


def test_a_query_that_may_look_nowhere_gets_the_bias_and_no_nan() -> None:
    layer = nn.MultiheadAttention(4, 2)
    layer.out_proj.bias.assign_([1.0, 2.0, 3.0, 4.0])
    x = Tensor(X, requires_grad=True)
    y, weights = layer(x, x, x, key_padding_mask=np.array([[True] * 5, [False] * 5]))
    np.testing.assert_array_equal(y.data[:, 0], [[1, 2, 3, 4]] * 5)
    assert not weights.data[0].any()
    np.testing.assert_allclose(weights.data[1].sum(axis=-1), 1.0, rtol=1e-6)
    y.sum().backward()
    assert np.isfinite(x.grad.data).all()


def test_dropout_is_on_the_weights_in_training_only() -> None:
    layer = nn.MultiheadAttention(4, 2, dropout=0.5, rng=np.random.default_rng(0))
    _, weights = layer(X, X, X, average_attn_weights=False)
    assert 0.2 < (weights.data == 0).mean() < 0.8
    _, weights = layer.eval()(X, X, X)
    assert weights.data.all()


def test_weights_are_left_out_when_not_needed() -> None:
    layer = nn.MultiheadAttention(4, 2)
    assert layer(X, X, X, need_weights=False)[1] is None
    y, weights = layer(X[:, 0], X[:, 0], X[:, 0], key_padding_mask=np.array([False] * 4 + [True]))
    assert (y.shape, weights.shape) == ((5, 4), (5, 5))
    assert not weights.data[:, 4].any()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (
            lambda m: m(X, X, X[..., :3]),
            r"value (5, 2, 3), with the batch in the middle; expected (L, N, 4), (S, N, 4)",
        ),
        (lambda m: m(X, X[:, :1], X[:, :1]), "query (5, 2, 4), key (5, 1, 4)"),
        (lambda m: m(X, X[:2], X), "key (2, 2, 4) and value (5, 2, 4)"),
        (lambda m: m(X, X, X, attn_mask=np.zeros((2, 5))), "attn_mask of shape (2, 5); expected (5, 5) or (4, 5, 5)"),
        (lambda m: m(X, X, X, key_padding_mask=np.zeros((5, 2))), "key_padding_mask of shape (5, 2); expected (2, 5)"),
    ],
)
def test_what_does_not_fit_is_named(call: Any, says: str) -> None:
    with pytest.raises(ShapeError) as caught:
        call(nn.MultiheadAttention(4, 2))
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: nn.MultiheadAttention(4, 3), "num_heads=3 for embed_dim=4; expected heads that divide the width"),
        (lambda: nn.MultiheadAttention(4, 2, dropout=-1), "MultiheadAttention: got dropout=-1"),
        (lambda: nn.MultiheadAttention(4, 2, kdim=0), "kdim=0"),
        (
            lambda: nn.TransformerEncoderLayer(4, 2, activation="sin"),
            "activation='sin'; expected 'relu', 'gelu' or a func",
        ),
        (lambda: nn.TransformerEncoder(nn.Identity(), 0), "TransformerEncoder: got num_layers=0"),
        (
            lambda: F.scaled_dot_product_attention(X, X, X, np.ones((2, 2), bool), is_causal=True),
            "attn_mask and is_causal",
        ),
    ],
)
def test_options_that_make_no_sense_are_refused(make: Any, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        make()


def test_the_function_names_what_does_not_fit() -> None:
    with pytest.raises(ShapeError, match=r"query \(5, 2, 4\), key \(5, 2, 3\) and value"):
        F.scaled_dot_product_attention(X, X[..., :3], X)
    with pytest.raises(ShapeError, match=r"a mask of shape \(3, 3\); expected one that broadcasts to \(5, 2, 2\)"):
        F.scaled_dot_product_attention(X, X, X, np.ones((3, 3), bool))


def test_an_encoder_is_copies_of_its_layer() -> None:
    layer = nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0)
    net = nn.TransformerEncoder(layer, 2, norm=nn.LayerNorm(4))
    expected = net.norm(layer(layer(X)))
    np.testing.assert_allclose(net(X).data, expected.data, rtol=1e-5, atol=1e-5)
    net.layers[0].linear1.bias.assign_(np.full(8, 7.0))
    assert 7.0 not in net.layers[1].linear1.bias.data
    assert net(X).node.scope.path == "norm"
    assert net.layers[1](X).node.scope.path.startswith("layers.1")


def test_activation_may_be_any_function() -> None:
    a = nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, activation=F.gelu)
    b = nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, activation="gelu")
    b.load_state_dict(a.state_dict())
    np.testing.assert_array_equal(a(X).data, b(X).data)
    causal = a(X, is_causal=True).data
    np.testing.assert_allclose(a(X, src_mask=~np.tri(5, dtype=bool)).data, causal, rtol=1e-5, atol=1e-6)


def test_repr() -> None:
    text = repr(nn.TransformerEncoderLayer(4, 2, 8, norm_first=True, batch_first=True))
    assert text.splitlines()[0].startswith("TransformerEncoderLayer(norm_first=True")
    assert "(self_attn): MultiheadAttention(4, 2, dropout=0.1, batch_first=True" in text
