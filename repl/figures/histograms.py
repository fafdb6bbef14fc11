"""Histograms by layer of activations, weights and gradients, and the gradient's size by layer.

    activation_histograms(net, data.train)          what comes out of each layer
    weight_histograms(net)
    gradient_histograms(net, data.train, loss)      of log10 |g|, for gradients span decades
    gradient_flow(net, data.train, loss)            the rms by layer, with a verdict

A Trainer may stand for all the arguments. Nothing of the look stays behind.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import nn
from nn.diagnosis import Balance
from nn.diagnosis.balance import Step

from ..errors import UsageError, message
from ..graphview import Verdict
from ..messages import marked
from .model import Bar, Bars, Histogram, Histograms, sealed
from .subject import SAMPLES, described, gradients, module_of, need_some, passed, subject, untouched

Array = NDArray[Any]
BINS = 60
BEYOND = 0.001  # the share of a layer's values that may lie beyond the axis, at either end


def activation_histograms(
    net: Any, data: Any = None, *, samples: int = SAMPLES, bins: int = BINS, kinds: tuple[type[nn.Module], ...] = ()
) -> Histograms:
    """What comes out of each layer, for some of the data, as a training step would see it.

    Args:
        net: a Module, or a Trainer, which brings the data.
        data: a Dataset or arrays.
        samples: how many samples go through.
        bins: how fine.
        kinds: the layers to show, by class; all, where the network has none of them or none are given.

    Raises:
        UsageError: arguments of other kinds.

    Example:
        >>> import nn
        >>> net = nn.Sequential(nn.Linear(2, 2), nn.Tanh())
        >>> [(row.name, row.kind, row.size) for row in activation_histograms(net, np.ones((3, 2))).rows]
        [('0', 'Linear(2 -> 2)', 6), ('1', 'Tanh', 6)]
    """
    found = subject("activation_histograms", net, data, samples=samples)
    with untouched(found.net), np.errstate(all="ignore"):
        _, layers = passed(found)
        layers = [layer for layer in layers if isinstance(layer.module, kinds)] or layers
        rows = [(layer.path, layer.kind, np.array(layer.output)) for layer in layers]
    return _histograms(
        rows,
        title=marked("Activations by layer"),
        reading=marked(
            "Each row is what leaves one layer: it should keep its width from row to row; all mass at 0 is dead, at "
            "the ends of tanh or sigmoid saturated, and rows that shrink or grow have weights of the wrong size."
        ),
        label=marked("activation"),
        bins=bins,
    )


def weight_histograms(net: Any, *, bins: int = BINS) -> Histograms:
    """The weights of each layer, biases left out.

    Args:
        net: a Module or a Trainer.
        bins: how fine.

    Example:
        >>> import nn
        >>> [row.name for row in weight_histograms(nn.Linear(2, 3)).rows]
        ['weight']
    """
    module = module_of("weight_histograms", net)
    modules = dict(module.named_modules())
    rows = [
        (name, described(modules[name.rpartition(".")[0]]), np.array(param.readonly))
        for name, param in module.named_parameters()
        if param.ndim >= 2
    ]
    need_some("weight_histograms", rows, "weight of two axes or more in the network", "pass a net with linear layers")
    return _histograms(
        rows,
        title=marked("Weights by layer"),
        reading=marked(
            "Each row is one layer's weights: they start round 0 and spread while learning; long tails ask for a "
            "smaller learning rate or weight decay, a spike at 0 has not been learned yet."
        ),
        label=marked("weight"),
        bins=bins,
    )


def gradient_histograms(
    net: Any, data: Any = None, loss: Any = None, *, samples: int = SAMPLES, bins: int = BINS
) -> Histograms:
    """The sizes of each weight's gradient, on a logarithmic axis.

    Args:
        net: a Module, or a Trainer, which brings the others.
        data: a Dataset or a pair of arrays.
        loss: called with output and target.
        samples: how many samples the loss is over.
        bins: how fine.

    Raises:
        UsageError: arguments of other kinds, or no loss.
    """
    where = "gradient_histograms"
    found = subject(where, net, data, loss, samples=samples, targets=True)
    with untouched(found.net, found.loss), np.errstate(all="ignore"):
        grads = gradients(where, found)
    modules = dict(found.net.named_modules())
    rows = [(name, described(modules[name.rpartition(".")[0]]), g) for name, g in grads.items() if g.ndim >= 2]
    need_some(where, rows, "gradient of a weight", "pass a net whose weights need gradients")
    return _histograms(
        rows,
        title=marked("Gradients by layer"),
        reading=marked(
            "Each row is the size of one weight's gradient, in powers of ten: rows that drift left towards the input "
            "vanish, rows that drift right explode, and rows one above the other are healthy."
        ),
        label=marked("log10 |gradient|"),
        bins=bins,
        log=True,
    )


def gradient_flow(net: Any, data: Any = None, loss: Any = None, *, samples: int = SAMPLES) -> Bars:
    """The rms of the gradient in each layer, from the input to the loss, with a verdict beside the last layer.

    Args:
        net: a Module, or a Trainer, which brings the others.
        data: a Dataset or a pair of arrays.
        loss: called with output and target.
        samples: how many samples the loss is over.

    Raises:
        UsageError: arguments of other kinds, or no loss.
    """
    where = "gradient_flow"
    found = subject(where, net, data, loss, samples=samples, targets=True)
    with untouched(found.net, found.loss), np.errstate(all="ignore"):
        grads = gradients(where, found)
    need_some(where, list(grads), "gradient", "pass a net with parameters that need gradients")
    norms = {name: float(np.linalg.norm(g.astype(np.float64))) for name, g in grads.items()}
    return recorded_flow(norms, found.net, history=getattr(net, "history", ()))


def recorded_flow(norms: Mapping[str, float], net: nn.Module, *, history: Sequence[Step] = ()) -> Bars:
    """The same from the norm of each parameter's gradient, as `StepEvent.grad_norms` has them: no pass is made.

    `history` are the steps of the run so far, on which the verdict hangs as that of the diagnosis does.

    Example:
        >>> import nn
        >>> [bar.value for bar in recorded_flow({"weight": 6.0, "bias": 0.0}, nn.Linear(2, 3)).bars]
        [2.0]
    """
    modules, sizes_of = dict(net.named_modules()), {name: param.size for name, param in net.named_parameters()}
    layers: dict[str, list[tuple[float, int]]] = {}
    for name, norm in norms.items():
        layers.setdefault(name.rpartition(".")[0], []).append((norm, sizes_of.get(name, 1)))
    sizes = {
        layer: math.hypot(*(norm for norm, _ in parts)) / math.sqrt(max(sum(size for _, size in parts), 1))
        for layer, parts in layers.items()
    }
    last, balance = next(reversed(sizes.values()), math.nan), Balance.of(history)
    made = tuple(
        Bar(layer, described(modules[layer]) if layer in modules else "", size, Verdict(balance.judge(size, last)))
        for layer, size in sizes.items()
    )
    return Bars(
        marked("Gradient flow by layer"),
        marked(
            "Layers go from the input down to the loss, each bar on a log scale: bars of one length are healthy, bars "
            "that shrink towards the input vanish, bars that grow towards it explode."
        ),
        marked("rms of the gradient"),
        made,
    )


def _histograms(
    layers: Sequence[tuple[str, str, Array]], *, title: str, reading: str, label: str, bins: int, log: bool = False
) -> Histograms:
    """The layers over one axis, wide enough for nearly all of each."""
    if bins < 2:
        raise UsageError(message("histograms", f"bins={bins}", "2 or more", "leave it out"))
    values = [_on_axis(values, log=log) for _, _, values in layers]
    low, high = _range([each for each in values if each.size], log=log)
    edges = np.linspace(low, high, bins + 1)
    rows = tuple(
        _row(name, kind, raw, on_axis, edges) for (name, kind, raw), on_axis in zip(layers, values, strict=True)
    )
    return Histograms(title, reading, label, sealed(edges), rows, log, _notes(rows))


def _on_axis(values: Array, *, log: bool) -> Array:
    """The finite values as the axis has them; for a logarithmic one without zeros."""
    flat = values.reshape(-1).astype(np.float64)
    flat = flat[np.isfinite(flat)]
    return np.log10(np.abs(flat[flat != 0])) if log else flat


def _range(values: Sequence[Array], *, log: bool) -> tuple[float, float]:
    if not values:
        return (-1.0, 1.0)
    ends = [np.quantile(each, (BEYOND, 1 - BEYOND)) for each in values]
    low, high = float(min(each[0] for each in ends)), float(max(each[1] for each in ends))
    if log:
        low, high = math.floor(low), math.ceil(high)
    if high <= low:  # one number alone
        room = max(abs(low), 1e-3) / 2
        low, high = low - room, high + room
    return low, high


def _row(name: str, kind: str, raw: Array, on_axis: Array, edges: Array) -> Histogram:
    counts, _ = np.histogram(on_axis, edges)
    finite = raw[np.isfinite(raw)].astype(np.float64)
    return Histogram(
        name,
        kind,
        sealed(counts, np.int64),
        raw.size,
        float(finite.mean()) if finite.size else math.nan,
        float(finite.std()) if finite.size else math.nan,
        zeros=int(raw.size - np.count_nonzero(raw)),
        nans=int(np.isnan(raw).sum()),
        infs=int(np.isinf(raw).sum()),
        below=int((on_axis < edges[0]).sum()),
        above=int((on_axis > edges[-1]).sum()),
    )


def _notes(rows: Sequence[Histogram]) -> tuple[str, ...]:
    beyond = sum(row.below + row.above for row in rows)
    told, whole = marked("{beyond} of {count} values lie beyond the axis."), sum(row.size for row in rows)
    return (marked(told, beyond=f"{beyond:,}", count=f"{whole:,}"),) if beyond else ()
