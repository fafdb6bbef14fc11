"""Which class a network sees at each place of a plane, with the samples on it: `decision_boundary(net, data.train)`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.training import evaluation

from ..errors import UsageError, message
from ..messages import marked, tr
from .model import Boundary, sealed
from .subject import Subject, subject, untouched

Array = NDArray[Any]
MOST_POINTS = 1_000
RESOLUTION = 160


def decision_boundary(
    net: Any,
    data: Any = None,
    loss: Any = None,
    *,
    features: tuple[int, int] | None = None,
    resolution: int = RESOLUTION,
) -> Boundary:
    """The classes that a network sees over two features; further features stay at their mean.

    Args:
        net: a Module, or a Trainer, which brings the others.
        data: a Dataset or a pair of arrays (N, F) and (N,).
        loss: only for a network with one output: it says where class 1 begins, 0 without it.
        features: the numbers of the two features; left out, the first two that are not the same in all samples.
        resolution: places along each axis.

    Raises:
        UsageError: targets that are no classes, fewer than two features, or a network whose output is no classifier's.

    Example:
        >>> import nn
        >>> net = nn.Linear(2, 2)
        >>> net.weight.data[:] = [[-1, 0], [1, 0]]
        >>> net.bias.data[:] = 0
        >>> decision_boundary(net, nn.data.moons(n=40, seed=0), resolution=2).classes.tolist()
        [[0, 1], [0, 1]]
    """
    where = "decision_boundary"
    found = subject(where, net, data, loss, samples=None, targets=True)
    x, labels = found.x, found.y
    assert labels is not None
    _check(where, x, labels, features, resolution)
    features = features or _varying(x)
    middle = x.mean(axis=0)
    a, b = (_span(x[:, feature], resolution) for feature in features)
    places = np.tile(middle, (resolution * resolution, 1)).astype(x.dtype)
    places[:, features[0]] = np.tile(a, resolution)
    places[:, features[1]] = np.repeat(b, resolution)
    with untouched(found.net), np.errstate(all="ignore"):
        out = evaluation.outputs(found.net, places)
    classes, certainty = _judged(where, out, found)
    names = tuple(getattr(_named(data), "class_names", ()))
    count = max(int(classes.max()), int(labels.max())) + 1
    axes = tuple(getattr(_named(data), "feature_names", ())) or tuple(f"x{i + 1}" for i in range(x.shape[1]))
    shown = x[:MOST_POINTS, list(features)]
    return Boundary(
        marked("Decision boundary"),
        marked(
            "The ground is the class that the network sees there, paler where it is unsure; a mark on ground that is "
            "not its own is a mistake, and a boundary that winds round single marks has learned the noise."
        ),
        axes[features[0]],
        axes[features[1]],
        sealed(a),
        sealed(b),
        sealed(classes.reshape(resolution, resolution), np.int64),
        sealed(certainty.reshape(resolution, resolution)),
        sealed(shown),
        sealed(labels[:MOST_POINTS], np.int64),
        names if len(names) >= count else tuple(map(str, range(count))),
        _notes(x, features, axes, certainty),
    )


def _named(data: Any) -> Any:
    """Where names of classes and features are: the data, or its training part."""
    return getattr(data, "train", data)


def _varying(x: Array) -> tuple[int, int]:
    """The first two features that vary: a picture's corner pixels are often the same in all samples."""
    varying = [*np.flatnonzero(np.ptp(x, axis=0) > 0), 0, 1]
    first = int(varying[0])
    return first, next(int(each) for each in varying if each != first)


def _check(where: str, x: Array, labels: Array, features: tuple[int, int] | None, resolution: int) -> None:
    if x.ndim != 2 or x.shape[1] < 2:
        got = tr("inputs of shape {shape}", shape=x.shape)
        raise UsageError(message(where, got, "(N, F) with two features or more", "try data spiral, or moons"))
    if labels.dtype.kind not in "iu" or labels.ndim != 1:
        raise UsageError(message(where, "targets that are numbers", "classes", "use data with classes, such as moons"))
    if features and (len(set(features)) != 2 or not all(0 <= feature < x.shape[1] for feature in features)):
        got, expected = f"features={features}", tr("two different ones from 0 to {shape}", shape=x.shape[1] - 1)
        raise UsageError(message(where, got, expected, "leave it out for the first two"))
    if resolution < 2:
        raise UsageError(message(where, f"resolution={resolution}", "2 or more", "leave it out"))


def _span(values: Array, resolution: int) -> Array:
    low, high = float(values.min()), float(values.max())
    room = 0.08 * (high - low) or 0.5
    return np.linspace(low - room, high + room, resolution)


def _judged(where: str, out: Array, found: Subject) -> tuple[Array, Array]:
    """The class of each output, and how probable the network holds it to be."""
    if out.ndim == 2 and out.shape[1] >= 2:
        shifted = np.exp(out.astype(np.float64) - out.max(axis=1, keepdims=True))
        shares = shifted / shifted.sum(axis=1, keepdims=True)
        wrong = ~np.isfinite(out).all(axis=1)
        return out.argmax(axis=1), np.where(wrong, np.nan, shares.max(axis=1))
    if out.size != len(out):
        got = tr("outputs of shape {shape}", shape=out.shape)
        raise UsageError(message(where, got, "one number, or one for each class", "end in a layer as wide as classes"))
    threshold = evaluation.threshold_of(found.loss)
    values = out.reshape(-1).astype(np.float64)
    yes = values if threshold == 0.5 else 1 / (1 + np.exp(-values))
    return (yes > 0.5).astype(np.int64), np.where(np.isfinite(values), np.maximum(yes, 1 - yes), np.nan)


def _notes(x: Array, features: tuple[int, int], axes: tuple[str, ...], certainty: Array) -> tuple[str, ...]:
    notes = []
    others = x.shape[1] - 2
    if others:
        one = marked("Of {count} features {first} and {second} vary; the other 1 feature stays at its mean.")
        many = marked("Of {count} features {first} and {second} vary; the other {others} features stay at their mean.")
        first, second = (axes[feature] for feature in features)
        told = one if others == 1 else many
        notes.append(marked(told, count=x.shape[1], first=first, second=second, others=others))
    if len(x) > MOST_POINTS:
        told = marked("The first {shown} of {count} samples are shown.")
        notes.append(marked(told, shown=f"{MOST_POINTS:,}", count=f"{len(x):,}"))
    if np.isnan(certainty).any():
        told = marked("On {share} of the ground, marked x, the output is not a number.")
        notes.append(marked(told, share=f"{np.isnan(certainty).mean():.0%}"))
    return tuple(notes)
