"""Loss curves of one or several runs, and activation functions with their slope.

loss_curve([trainer])                       the loss of every step, smoothed, and the validation loss
loss_curve([sgd, adam], ["sgd", "adam"])    runs side by side
activation_function("tanh")
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import nn
from autograd import Tensor
from nn import catalog

from ..errors import StateError, UsageError, message, unknown
from ..messages import joined, marked, tr
from .model import Curves, Series, sealed
from .subject import need_some

Array = NDArray[Any]
FAR_APART = 30.0  # the largest loss over the smallest from which on the axis is logarithmic, if nobody says
SMOOTH_FROM = 40  # steps from which on a smoothed curve stands beside the raw one


def loss_curve(
    runs: Sequence[Any], names: Sequence[str] | None = None, *, log: bool | None = False, smooth: float | None = None
) -> Curves:
    """The loss over the steps of one or several runs.

    Args:
        runs: Trainers, their histories, or losses as plain numbers.
        names: one for each run.
        log: a logarithmic axis; None for one where the losses are far apart.
        smooth: the steps that the running mean looks back on; None for a thirtieth of the run, 0 for no smoothing.

    Raises:
        UsageError: names that are not one for each run, or a run of another kind.
        StateError: no run has a step yet.

    Example:
        >>> [s.name for s in loss_curve([[2.0, 1.0, 0.5]], ["mine"]).series]
        ['mine']
    """
    where = "loss_curve"
    need_some(where, runs, "run", "pass a trainer")
    if names is None:
        names = [marked("run {number}", number=number) for number in range(1, len(runs) + 1)] if len(runs) > 1 else [""]
    if len(names) != len(runs):
        raise UsageError(
            message(
                where,
                tr("{names} names for {runs} runs", names=len(names), runs=len(runs)),
                "one for each",
                "name them all",
            )
        )
    series: list[Series] = []
    for hue, (name, run) in enumerate(zip(names, runs, strict=True)):
        series += _of_run(where, name, run, hue, smooth)
    if not series:
        raise StateError(message(where, "a run without a step", "one or more steps", "train first: trainer.run(100)"))
    smooth_hues = {each.hue for each in series if each.style == "faint"}  # whose lines only repeat what is odd
    y = np.concatenate([each.y for each in series if each.style != "line" or each.hue not in smooth_hues])
    if log is None:
        log = _far_apart(y)
    return Curves(
        marked("Loss over training steps"),
        marked(
            "Read it from the left: a curve that falls is learning, one that is flat has stopped, one that rises or "
            "jumps has too large a learning rate; validation above training is overfitting."
        ),
        marked("step"),
        marked("loss (log scale)") if log else marked("loss"),
        tuple(series),
        log,
        odd_values(y, log=log),
    )


def _far_apart(losses: Array) -> bool:
    known = losses[np.isfinite(losses) & (losses > 0)]
    return bool(known.size) and bool(known.max() > FAR_APART * known.min())


def _of_run(where: str, name: str, run: Any, hue: int, smooth: float | None) -> list[Series]:
    history = run.history if isinstance(run, nn.Trainer) else run
    if not isinstance(history, Sequence) and not isinstance(history, np.ndarray):
        got = tr("a run of type {run}", run=type(run).__name__)
        raise UsageError(message(where, got, "a Trainer, its history, or numbers", "write plots.loss_curve(trainer)"))
    if not len(history):
        return []
    steps = [getattr(event, "step", place) for place, event in enumerate(history, 1)]
    losses = np.array([getattr(event, "loss", event) for event in history], dtype=np.float64)
    window = (len(losses) / 30 if len(losses) >= SMOOTH_FROM else 0) if smooth is None else smooth
    label = name or marked("training")
    found = [Series(label, sealed(steps), sealed(losses), "faint" if window > 1 else "line", hue)]
    if window > 1:
        found.append(
            Series(marked("{name}, smoothed", name=label), sealed(steps), sealed(smoothed(losses, window)), "line", hue)
        )
    epochs = [each for each in getattr(run, "epochs", ()) if each.validation is not None]
    if epochs:
        at, loss = [each.step for each in epochs], [each.validation.loss for each in epochs]
        label = marked("{name}, validation", name=name) if name else marked("validation")
        found.append(Series(label, sealed(at), sealed(loss), "dashed", hue + (0 if name else 1)))
    return found


def smoothed(values: Array, window: float) -> Array:
    """The exponential running mean that looks back on about `window` values, without the pull of its start.

    Values that are not finite are passed over, so that one of them does not wipe out all that follow.

    Example:
        >>> smoothed(np.array([1.0, 1.0, np.nan, 1.0]), 2).tolist()
        [1.0, 1.0, nan, 1.0]
    """
    keep = 1 - 1 / max(window, 1.0)
    out, total, weight = np.empty(len(values)), 0.0, 0.0
    for place, value in enumerate(values.tolist()):
        if math.isfinite(value):
            total, weight = keep * total + (1 - keep) * value, keep * weight + (1 - keep)
            out[place] = total / weight
        else:
            out[place] = value
    return out


def odd_values(y: Array, *, log: bool) -> tuple[str, ...]:
    """A sentence on the values that have no place on the axis; none if all have one."""
    nans, infs = int(np.isnan(y).sum()), int(np.isinf(y).sum())
    below = int((y <= 0).sum()) if log else 0
    counts = (("{count} NaN", nans), (marked("{count} infinite"), infs), (marked("{count} 0 or less"), below))
    told = joined(", ", (marked(what, count=count) for what, count in counts if count))
    odd = marked("Marked at the edge: values that the axis has no place for ({counts}).")
    return (marked(odd, counts=told),) if told else ()


OF_ALL_OUTPUTS = frozenset({"softmax", "log_softmax", "softmin"})
"""Activations that are no functions of one number, so that no curve shows them."""


def activation_function(
    name: str, *, span: float = 4.0, points: int = 201, options: Mapping[str, Any] | None = None
) -> Curves:
    """An activation function with its slope, by name from `nn.catalog`.

    Args:
        name: such as "tanh"; aliases are known.
        span: x goes from -span to span.
        points: how many values are computed.
        options: the function's settings, such as {"alpha": 0.5}.

    Raises:
        UsageError: there is no such function, or one number alone tells nothing of it.

    Example:
        >>> curves = activation_function("sigmoid", points=3)
        >>> [(s.name, s.y.round(3).tolist()) for s in curves.series]
        [('sigmoid', [0.018, 0.5, 0.982]), ('slope', [0.018, 0.25, 0.018])]
    """
    where = "activation_function"
    entries = {alias: entry for entry in catalog.ACTIVATIONS.values() for alias in (entry.name, *entry.aliases)}
    entry = entries.get(name.lower().replace("-", "_"))
    if entry is None:
        raise UsageError(unknown(where, "activation function", name, catalog.ACTIVATIONS, also=entries))
    if entry.name in OF_ALL_OUTPUTS:
        got, expected = tr("{name}, which looks at all outputs together", name=entry.name), "a function of one number"
        raise UsageError(message(where, got, expected, "try sigmoid, which is softmax for two classes"))
    if not (span > 0 and math.isfinite(span)) or points < 2:
        raise UsageError(message(where, f"span={span}, points={points}", "above 0, and 2 or more", "leave them out"))
    module = entry.load()(**(options or {})).double()
    x = Tensor(np.linspace(-span, span, points), requires_grad=True)
    y = module(x)
    y.sum().backward()
    assert x.grad is not None
    slope = x.grad.readonly
    largest = float(np.max(np.abs(slope)))
    asleep = float((np.abs(slope) < 0.05).mean())
    written = entry.target.removeprefix("nn.")
    return Curves(
        joined(": ", (written, marked(entry.summary))),
        marked(
            "The dashed slope is what a gradient is multiplied by on its way back: where it is near 0 nothing is "
            "learned, and here it is at most {largest}.",
            largest=f"{largest:.3g}",
        ),
        "x",
        "",
        (
            Series(entry.name, sealed(x.readonly), sealed(y.readonly), "line", 0),
            Series(marked("slope"), sealed(x.readonly), sealed(slope), "dashed", 1),
        ),
        False,
        (marked("On {share} of this range the slope is below 0.05.", share=f"{asleep:.0%}"),) if asleep >= 0.05 else (),
        (0.0,),
    )
