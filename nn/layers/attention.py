"""Attention with several heads, and the encoder layer of a transformer."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.errors import message

from .. import functional, init
from ..containers import ModuleList
from ..defaults import get_default_dtype
from ..errors import ConfigError, ShapeError
from ..functional.attention import attention
from ..functional.checks import array, check_range, plain, whole
from ..module import Module, Parameter
from .dropout import Dropout
from .linear import Linear
from .normalization import LayerNorm


class MultiheadAttention(Module):
    """Attention by `num_heads` heads, each on its own projection of queries, keys and values.

    query is (L, N, embed_dim), key (S, N, kdim), value (S, N, vdim); with `batch_first` N comes first; N may be left
    out. It gives the result (L, N, embed_dim) and the weights (N, L, S), averaged over the heads.

    Parameters are PyTorch's: in_proj_weight (3 * embed_dim, embed_dim), or q_proj_weight, k_proj_weight and
    v_proj_weight if the widths differ; in_proj_bias, out_proj.weight, out_proj.bias. `add_bias_kv` adds a learned key
    and value to each sequence, `add_zero_attn` ones of zeros. `dropout` is on the weights, in training mode.

    Source: Vaswani et al. 2017, arXiv:1706.03762.

    Raises ConfigError for options that make no sense, and when called ShapeError for what does not fit.

    Example:
        >>> layer = MultiheadAttention(8, 2, batch_first=True, rng=np.random.default_rng(0))
        >>> x = np.zeros((3, 5, 8), np.float32)
        >>> y, weights = layer(x, x, x)
        >>> y.shape, weights.shape, weights.data[0, 0]
        ((3, 5, 8), (3, 5, 5), array([0.2, 0.2, 0.2, 0.2, 0.2], dtype=float32))
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        *,
        rng: np.random.Generator | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        kind = "MultiheadAttention"
        self.embed_dim = whole(kind, "embed_dim", embed_dim)
        self.num_heads = whole(kind, "num_heads", num_heads)
        if embed_dim % num_heads:
            got, do = f"num_heads={num_heads} for embed_dim={embed_dim}", "choose a divisor"
            raise ConfigError(message(kind, got, "heads that divide the width", do))
        self.kdim = embed_dim if kdim is None else whole(kind, "kdim", kdim)
        self.vdim = embed_dim if vdim is None else whole(kind, "vdim", vdim)
        self.dropout = check_range(kind, "dropout", dropout, 0.0, 1.0)
        self.batch_first, self.add_zero_attn, self.rng = batch_first, add_zero_attn, rng
        dtype = get_default_dtype() if dtype is None else dtype

        def made(*shape: int) -> Parameter:
            return Parameter(np.empty(shape, dtype))

        if self.kdim == self.vdim == embed_dim:
            self.in_proj_weight: Parameter | None = made(3 * embed_dim, embed_dim)
        else:
            self.in_proj_weight = None
            self.q_proj_weight = made(embed_dim, embed_dim)
            self.k_proj_weight = made(embed_dim, self.kdim)
            self.v_proj_weight = made(embed_dim, self.vdim)
        self.in_proj_bias = made(3 * embed_dim) if bias else None
        self.bias_k = made(1, 1, embed_dim) if add_bias_kv else None
        self.bias_v = made(1, 1, embed_dim) if add_bias_kv else None
        self.out_proj = Linear(embed_dim, embed_dim, bias, rng=rng, dtype=dtype)
        self.reset_parameters(rng=rng)

    def reset_parameters(self, *, rng: np.random.Generator | None = None) -> None:
        """Draw the projections again by xavier_uniform, the output's as `Linear` does; set biases to 0."""
        names = ["q_proj_weight", "k_proj_weight", "v_proj_weight"]
        for name in names if self.in_proj_weight is None else ["in_proj_weight"]:
            init.xavier_uniform_(getattr(self, name), rng=rng)
        for bias in (self.in_proj_bias, self.out_proj.bias):
            if bias is not None:
                init.zeros_(bias)
        for extra in (self.bias_k, self.bias_v):
            if extra is not None:
                init.xavier_normal_(extra, rng=rng)

    def forward(
        self,
        query: Any,
        key: Any,
        value: Any,
        key_padding_mask: Any = None,
        need_weights: bool = True,
        attn_mask: Any = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Any, Any]:
        """Give (result, weights), the weights None unless `need_weights`, for each head unless averaged.

        `attn_mask` is (L, S) or (N * num_heads, L, S), `key_padding_mask` (N, S): booleans that are True where a key
        may not be looked at, or numbers that are added. `is_causal` shuts out keys after the query. A query that may
        look at no key gets the output bias.
        """
        single = getattr(query, "ndim", 0) == 2
        if single:
            query, key, value = query[:, None], key[:, None], value[:, None]
            key_padding_mask = None if key_padding_mask is None else array(key_padding_mask)[None]
        elif self.batch_first:
            same = query is key is value
            query = query.swapaxes(0, 1)
            key, value = (query, query) if same else (key.swapaxes(0, 1), value.swapaxes(0, 1))
        self._check_inputs(query, key, value)
        shut, added = self._masks(query, key, key_padding_mask, attn_mask, is_causal)
        result, weights = self._attended(query, key, value, shut, added)
        if single:
            result, weights = result[:, 0], weights[0]
        elif self.batch_first:
            result = result.swapaxes(0, 1)
        if not need_weights:
            return result, None
        return result, weights.mean(axis=-3) if average_attn_weights else weights

    def _attended(self, query: Any, key: Any, value: Any, shut: Any, added: Any) -> tuple[Any, Any]:
        """The result (L, N, E) and the weights (N, heads, L, S)."""
        q, k, v = self._projected(query, key, value)
        n = query.shape[1]
        if self.bias_k is not None and self.bias_v is not None:
            k = np.concatenate([k, np.broadcast_to(self.bias_k, (1, n, self.embed_dim))])
            v = np.concatenate([v, np.broadcast_to(self.bias_v, (1, n, self.embed_dim))])
        if self.add_zero_attn:
            zeros = np.zeros((1, n, self.embed_dim), k.dtype)
            k, v = np.concatenate([k, zeros]), np.concatenate([v, zeros])
        q, k, v = map(self._headed, (q, k, v))  # (N, heads, L or S, E / heads)
        more = k.shape[-2] - key.shape[0]
        mask = _joined(_lengthened(shut, more), _lengthened(added, more), q.dtype)
        dropped = self.dropout if self.training else 0.0
        y, weights = attention(q, k, v, mask, dropped, False, None, self.rng)
        y = y.transpose(2, 0, 1, 3).reshape(query.shape[0], n, self.embed_dim)
        return self.out_proj(y), weights

    def _headed(self, x: Any) -> Any:
        """(L, N, E) as (N, heads, L, E / heads)."""
        length, n, width = x.shape
        return x.reshape(length, n, self.num_heads, width // self.num_heads).transpose(1, 2, 0, 3)

    def _projected(self, query: Any, key: Any, value: Any) -> tuple[Any, Any, Any]:
        width, bias = self.embed_dim, self.in_proj_bias
        if self.in_proj_weight is not None and query is key is value:
            all_three = functional.linear(query, self.in_proj_weight, bias)
            return all_three[..., :width], all_three[..., width : 2 * width], all_three[..., 2 * width :]
        places = [slice(i * width, (i + 1) * width) for i in range(3)]
        if self.in_proj_weight is not None:
            weights = [self.in_proj_weight[place] for place in places]
        else:
            weights = [self.q_proj_weight, self.k_proj_weight, self.v_proj_weight]
        biases = [None if bias is None else bias[place] for place in places]
        q, k, v = map(functional.linear, (query, key, value), weights, biases)
        return q, k, v

    def _check_inputs(self, query: Any, key: Any, value: Any) -> None:
        shapes = [tuple(x.shape) for x in (query, key, value)]
        widths = (self.embed_dim, self.kdim, self.vdim)
        fits = all(len(shape) == 3 and shape[-1] == width for shape, width in zip(shapes, widths, strict=True))
        if not fits or shapes[0][1] != shapes[1][1] or shapes[1][:2] != shapes[2][:2]:
            got = f"query {shapes[0]}, key {shapes[1]} and value {shapes[2]}, with the batch in the middle"
            expected = f"(L, N, {widths[0]}), (S, N, {widths[1]}) and (S, N, {widths[2]})"
            where = f"MultiheadAttention({self.embed_dim}, {self.num_heads})"
            raise ShapeError(message(where, got, expected, "reshape them, or look at batch_first"))

    def _masks(self, query: Any, key: Any, key_padding_mask: Any, attn_mask: Any, is_causal: bool) -> tuple[Any, Any]:
        """What is shut, as booleans, and what is added to the logits: each fits (N, heads, L, S), or is None."""
        (length, n, _), s = query.shape, key.shape[0]
        shut: Any = ~np.tri(length, s, dtype=bool)[None, None] if is_causal else None
        added: Any = None
        shapes = {(length, s): (1, 1, length, s), (n * self.num_heads, length, s): (n, self.num_heads, length, s)}
        for name, mask, known in (
            ("attn_mask", attn_mask, shapes),
            ("key_padding_mask", key_padding_mask, {(n, s): (n, 1, 1, s)}),
        ):
            if mask is None:
                continue
            mask = array(mask)
            if tuple(mask.shape) not in known:
                expected = " or ".join(map(str, known))
                got, do = f"{name} of shape {tuple(mask.shape)}", "give a place for each query and key"
                raise ShapeError(message(f"MultiheadAttention({self.embed_dim}, {self.num_heads})", got, expected, do))
            mask = mask.reshape(known[tuple(mask.shape)])
            if mask.dtype == bool:
                shut = plain(mask) if shut is None else shut | plain(mask)
            else:
                added = mask if added is None else added + mask
        return shut, added

    def extra_repr(self) -> str:
        """Width and heads, and what is not at its default."""
        plain_values = {"dropout": 0.0, "add_zero_attn": False, "batch_first": False}
        changed = [f"{name}={getattr(self, name)!r}" for name, p in plain_values.items() if getattr(self, name) != p]
        return ", ".join([f"{self.embed_dim}, {self.num_heads}", *changed])


def _lengthened(mask: Any, more: int) -> Any:
    """A mask for keys that were added at the end: they may be looked at."""
    if mask is None or not more:
        return mask
    return np.concatenate([mask, np.zeros((*mask.shape[:-1], more), mask.dtype)], axis=-1)


def _joined(shut: Any, added: Any, dtype: Any) -> Any:
    """One mask of both: booleans where keys may be looked at, or numbers to add."""
    if added is None:
        return None if shut is None else ~shut
    if shut is None:
        return added
    return added + np.where(shut, -np.inf, 0.0).astype(dtype)


class TransformerEncoderLayer(Module):
    """Self-attention and a network of two linear layers, each around a residual connection and layer normalisation.

    x is (S, N, d_model), with `batch_first` (N, S, d_model). With `norm_first` what goes into each of the two is
    normalised, else what comes out of the sum. `activation` is "relu", "gelu" or a function.

    Submodules are PyTorch's: self_attn, linear1, dropout, linear2, norm1, norm2, dropout1, dropout2.

    Source: Vaswani et al. 2017, arXiv:1706.03762; norm_first: Xiong et al. 2020, arXiv:2002.04745.

    Raises ConfigError for options that make no sense, and when called ShapeError for an x that does not fit.

    Example:
        >>> layer = TransformerEncoderLayer(8, 2, 16, batch_first=True, rng=np.random.default_rng(0)).eval()
        >>> layer(np.zeros((3, 5, 8), np.float32)).shape
        (3, 5, 8)
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Callable[[Any], Any] = "relu",
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        *,
        rng: np.random.Generator | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        known: dict[Any, Callable[[Any], Any]] = {"relu": functional.relu, "gelu": functional.gelu}
        if not callable(activation) and activation not in known:
            got = f"activation={activation!r}"
            expected = "'relu', 'gelu' or a function"
            raise ConfigError(message("TransformerEncoderLayer", got, expected, "pass nn.functional's function"))
        self.activation: Callable[[Any], Any] = activation if callable(activation) else known[activation]
        made: dict[str, Any] = {"rng": rng, "dtype": dtype}
        self.self_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first, **made)
        self.linear1 = Linear(d_model, dim_feedforward, bias, **made)
        self.dropout = Dropout(dropout, rng=rng)
        self.linear2 = Linear(dim_feedforward, d_model, bias, **made)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
        self.dropout1 = Dropout(dropout, rng=rng)
        self.dropout2 = Dropout(dropout, rng=rng)

    def forward(self, src: Any, src_mask: Any = None, src_key_padding_mask: Any = None, is_causal: bool = False) -> Any:
        """Take a batch of sequences, give the same shape; masks are those of `MultiheadAttention`."""
        x = src
        masks = (src_mask, src_key_padding_mask, is_causal and src_mask is None)
        if self.norm_first:
            x = x + self._attended(self.norm1(x), *masks)
            return x + self._fed(self.norm2(x))
        x = self.norm1(x + self._attended(x, *masks))
        return self.norm2(x + self._fed(x))

    def _attended(self, x: Any, mask: Any, padding: Any, is_causal: bool) -> Any:
        y, _ = self.self_attn(
            x, x, x, attn_mask=mask, key_padding_mask=padding, need_weights=False, is_causal=is_causal
        )
        return self.dropout1(y)

    def _fed(self, x: Any) -> Any:
        return self.dropout2(self.linear2(self.dropout(self.activation(self.linear1(x)))))

    def extra_repr(self) -> str:
        """Where it normalises, if not at the end."""
        return "norm_first=True" if self.norm_first else ""


class TransformerEncoder(Module):
    """`num_layers` copies of an encoder layer, one after the other, and `norm` at the end if given.

    The copies begin alike, as in PyTorch; `reset_parameters` of their parts makes them differ.

    Example:
        >>> layer = TransformerEncoderLayer(8, 2, 16, batch_first=True, rng=np.random.default_rng(0))
        >>> net = TransformerEncoder(layer, 2)
        >>> net(np.zeros((3, 5, 8), np.float32)).shape, next(iter(net.state_dict()))
        ((3, 5, 8), 'layers.0.self_attn.in_proj_weight')
    """

    def __init__(self, encoder_layer: Module, num_layers: int, norm: Module | None = None) -> None:
        super().__init__()
        self.num_layers = whole("TransformerEncoder", "num_layers", num_layers)
        self.layers = ModuleList(copy.deepcopy(encoder_layer) for _ in range(num_layers))
        self.norm = norm

    def forward(self, src: Any, mask: Any = None, src_key_padding_mask: Any = None, is_causal: bool = False) -> Any:
        """Take a batch of sequences, give the same shape; masks are those of `MultiheadAttention`."""
        x = src
        for layer in self.layers:
            x = layer(x, mask, src_key_padding_mask, is_causal)
        return x if self.norm is None else self.norm(x)
