"""Cases at random: any options that a layer takes, sensible or not, on inputs of any size, for `oracle.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tests.nn.reference.cases import Case, Draw, labels, mask, module, normal, of, signs, wide

Rng = np.random.Generator


def _some(rng: Rng, *values: Any) -> Any:
    return values[rng.integers(len(values))]


def _number(rng: Rng, low: int, high: int) -> int:
    return int(rng.integers(low, high + 1))


def _per_axis(rng: Rng, axes: int, low: int, high: int) -> Any:
    """One number for all axes, or one for each."""
    if axes == 1 or rng.random() < 0.5:
        return _number(rng, low, high)
    return tuple(_number(rng, low, high) for _ in range(axes))


def _images(rng: Rng, channels: int, axes: int, low: int = 1, high: int = 9) -> Draw:
    shape = (channels, *(_number(rng, low, high) for _ in range(axes)))
    single = rng.random() < 0.15
    return normal(*shape) if single else normal(_number(rng, 1, 3), *shape)


def _convolution(rng: Rng) -> Case:
    axes, groups = _number(rng, 1, 2), _some(rng, 1, 1, 2, 3)
    channels = groups * _number(rng, 1, 3)
    options: dict[str, Any] = {
        "stride": _per_axis(rng, axes, 1, 3),
        "padding": _some(rng, _per_axis(rng, axes, 0, 3), _per_axis(rng, axes, 0, 3), "same", "valid"),
        "dilation": _per_axis(rng, axes, 1, 3),
        "groups": groups,
        "bias": bool(rng.random() < 0.8),
        "padding_mode": _some(rng, "zeros", "zeros", "zeros", "reflect", "replicate", "circular"),
    }
    made = module(f"Conv{axes}d", channels, groups * _number(rng, 1, 3), _per_axis(rng, axes, 1, 4), **options)
    return made(_images(rng, channels, axes))


def _transposed(rng: Rng) -> Case:
    axes, groups = _number(rng, 1, 2), _some(rng, 1, 1, 2, 3)
    channels = groups * _number(rng, 1, 3)
    options: dict[str, Any] = {
        "stride": _per_axis(rng, axes, 1, 3),
        "padding": _per_axis(rng, axes, 0, 2),
        "output_padding": _per_axis(rng, axes, 0, 2),
        "dilation": _per_axis(rng, axes, 1, 3),
        "groups": groups,
        "bias": bool(rng.random() < 0.8),
    }
    kind, kernel = f"ConvTranspose{axes}d", _per_axis(rng, axes, 1, 4)
    return module(kind, channels, groups * _number(rng, 1, 3), kernel, **options)(_images(rng, channels, axes, 1, 6))


def _pool(rng: Rng) -> Case:
    axes = _number(rng, 1, 2)
    options: dict[str, Any] = {"padding": _per_axis(rng, axes, 0, 2), "ceil_mode": bool(rng.random() < 0.5)}
    if rng.random() < 0.7:
        options["stride"] = _per_axis(rng, axes, 1, 4)
    if rng.random() < 0.5:
        # with both, PyTorch 2.13 reads and writes beyond its arrays in one dimension
        dilation = 1 if options["ceil_mode"] else _per_axis(rng, axes, 1, 2)
        made = module(f"MaxPool{axes}d", _per_axis(rng, axes, 1, 4), dilation=dilation, **options)
    else:
        options["count_include_pad"] = bool(rng.random() < 0.5)
        made = module(f"AvgPool{axes}d", _per_axis(rng, axes, 1, 4), **options)
    return made(_images(rng, _number(rng, 1, 3), axes))


def _adaptive(rng: Rng) -> Case:
    axes = _number(rng, 1, 2)
    return module(f"AdaptiveAvgPool{axes}d", _per_axis(rng, axes, 1, 7))(_images(rng, _number(rng, 1, 3), axes))


def _batch_norm(rng: Rng) -> Case:
    channels = _number(rng, 1, 4)
    options = {
        "momentum": _some(rng, None, 0.1, 0.7),
        "affine": bool(rng.random() < 0.7),
        "track_running_stats": bool(rng.random() < 0.7),
    }
    modes = tuple(_some(rng, "train", "eval") for _ in range(3))
    shape = _some(rng, (), (_number(rng, 1, 5),), (_number(rng, 1, 3), _number(rng, 1, 3)))
    kind = "BatchNorm2d" if len(shape) == 2 else "BatchNorm1d"
    return module(kind, channels, **options)(normal(_number(rng, 1, 5), channels, *shape), modes=modes)


def _other_norm(rng: Rng) -> Case:
    last, groups = (_number(rng, 1, 4), _number(rng, 1, 3)), _number(rng, 1, 3)
    x = normal(*(_number(rng, 1, 3) for _ in range(_number(rng, 0, 2))), *last)
    channels = groups * _number(rng, 1, 3)
    return _some(
        rng,
        module("LayerNorm", last, bias=bool(rng.random() < 0.5))(x),
        module("RMSNorm", last[1:], eps=_some(rng, None, 0.1))(x),
        module("GroupNorm", groups, channels)(normal(_number(rng, 1, 3), channels, _number(rng, 2, 5))),
        module("InstanceNorm1d", 2, affine=True)(normal(_number(rng, 1, 3), 2, _number(rng, 1, 5)), modes=("eval",)),
    )  # fmt: skip


def _recurrent(rng: Rng) -> Case:
    kind, inputs, hidden = _some(rng, "RNN", "LSTM", "GRU"), _number(rng, 1, 4), _number(rng, 1, 4)
    layers, both, first = _number(rng, 1, 3), bool(rng.random() < 0.5), bool(rng.random() < 0.5)
    times, n = _number(rng, 1, 6), _number(rng, 1, 3)
    options = {"num_layers": layers, "bidirectional": both, "batch_first": first, "bias": bool(rng.random() < 0.8)}
    x = normal(n, times, inputs) if first else normal(times, n, inputs)
    made = module(kind, inputs, hidden, **options)
    if rng.random() < 0.5:
        return made(x)
    state = normal(layers * (1 + both), n, hidden)
    return made(x, (state, state)) if kind == "LSTM" else made(x, state)


def _attention(rng: Rng) -> Case:
    heads, n = _number(rng, 1, 3), _number(rng, 1, 3)
    width, length, keys = heads * _number(rng, 1, 3), _number(rng, 1, 4), _number(rng, 4, 7)
    options = {"bias": bool(rng.random() < 0.7), "add_bias_kv": bool(rng.random() < 0.3),
               "add_zero_attn": True, "kdim": _some(rng, None, 3)}  # fmt: skip
    key = normal(keys, n, options["kdim"] or width)
    given: dict[str, Any] = {"average_attn_weights": bool(rng.random() < 0.5)}
    if rng.random() < 0.5:
        given["attn_mask"] = _some(rng, mask(length, keys), mask(n * heads, length, keys))
    elif rng.random() < 0.5:
        given["key_padding_mask"] = mask(n, keys)
    return module("MultiheadAttention", width, heads, **options)(
        normal(length, n, width), key, normal(keys, n, width), **given
    )


def _loss(rng: Rng) -> Case:
    n, classes = _number(rng, 1, 5), _number(rng, 1, 4)
    shape, reduction = (n, classes), _some(rng, "mean", "sum", "none")
    more = tuple(_number(rng, 1, 3) for _ in range(_number(rng, 0, 2)))
    weight = _some(rng, None, Draw("positive", (classes,), tracked=False))
    smoothing = _some(rng, 0.0, 0.0, 0.2)
    return _some(
        rng,
        module("CrossEntropyLoss", weight=weight, label_smoothing=smoothing, reduction=reduction)(
            wide(n, classes, *more), labels(classes, n, *more)
        ),
        module("CrossEntropyLoss", weight=weight, label_smoothing=smoothing, reduction=reduction)(
            wide(n, classes, *more), of("simplex", n, classes, *more, high=1)
        ),
        module("NLLLoss", weight=weight, reduction=reduction)(normal(n, classes, *more), labels(classes, n, *more)),
        module("BCEWithLogitsLoss", pos_weight=weight, reduction=reduction)(wide(*shape), of("unit", *shape)),
        module("MultiMarginLoss", _number(rng, 1, 2), weight=weight, reduction=reduction)(
            wide(*shape), labels(classes, n)
        ),
        module("TripletMarginLoss", p=_some(rng, 1.0, 2.0, 3.0), swap=bool(rng.random() < 0.5), reduction=reduction)(
            normal(*shape), normal(*shape), normal(*shape)
        ),
        module("CosineEmbeddingLoss", margin=0.2, reduction=reduction)(normal(*shape), normal(*shape), signs(n)),
        module("HuberLoss", delta=_some(rng, 0.5, 2.0), reduction=reduction)(wide(*shape), normal(*shape)),
    )


FAMILIES: tuple[Callable[[Rng], Case], ...] = (
    *(_convolution,) * 3, *(_transposed,) * 2, *(_pool,) * 2, _adaptive,
    _batch_norm, _other_norm, _recurrent, _attention, *(_loss,) * 2,
)  # fmt: skip


def random_cases(seed: int, count: int) -> Iterator[Case]:
    """So many cases, which follow from the seed."""
    rng = np.random.default_rng(seed)
    for i in range(count):
        yield FAMILIES[i % len(FAMILIES)](rng)
