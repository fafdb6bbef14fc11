"""Which classes are taken for which, and pictures: of the data, and of what the first layer looks for.

confusion(trainer, data.test)
images(data.test, net)              with what the network takes them for
weight_images(net)
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.errors import an_instance
from nn.training import ConfusionMatrix, evaluation
from nn.training.metrics import confusion_matrix, predicted

from ..errors import UsageError, message
from ..messages import marked, tr
from .model import Confusion, Image, Images, sealed
from .subject import module_of, subject, untouched

Array = NDArray[Any]
MOST_WEIGHTS = 64


def confusion(net: Any, data: Any = None, loss: Any = None) -> Confusion:
    """How often each true class was taken for each class.

    Args:
        net: a Module, a Trainer, or a ConfusionMatrix that nn has counted already.
        data: a Dataset or a pair of arrays.
        loss: only for a network with one output.

    Raises:
        UsageError: targets that are no classes, or a network that is no classifier.

    Example:
        >>> import nn
        >>> confusion(nn.training.metrics.confusion_matrix([0, 1, 1], [0, 1, 0])).table.tolist()
        [[1, 1], [0, 1]]
    """
    found = net if isinstance(net, ConfusionMatrix) else _counted(net, data, loss)
    wrong = np.array(found.table)
    np.fill_diagonal(wrong, 0)
    notes = []
    if wrong.any():
        true, guessed = np.unravel_index(int(wrong.argmax()), wrong.shape)
        times = int(wrong[true, guessed])
        once = marked("Most frequent mistake: {true} taken for {said}, 1 time.")
        told = once if times == 1 else marked("Most frequent mistake: {true} taken for {said}, {times} times.")
        notes.append(marked(told, true=found.names[true], said=found.names[guessed], times=times))
    right = marked("Confusion matrix, {share} right", share=f"{found.accuracy:.1%}")
    return Confusion(
        right if found.table.sum() else marked("Confusion matrix, no sample"),
        marked(
            "A row is a true class, a column what the network said: all on the diagonal is perfect, and a large number "
            "off it names two classes that the network takes for one another."
        ),
        sealed(found.table, np.int64),
        found.names,
        tuple(notes),
    )


def _counted(net: Any, data: Any, loss: Any) -> ConfusionMatrix:
    where = "confusion"
    found = subject(where, net, data, loss, samples=None, targets=True)
    assert found.y is not None
    with untouched(found.net), np.errstate(all="ignore"):
        out = evaluation.outputs(found.net, found.x)
    names = getattr(getattr(data, "train", data), "class_names", ())
    guesses, classes = _guesses(where, out, found.y, found.loss)
    return confusion_matrix(guesses, found.y.reshape(-1).astype(np.int64), classes=classes, names=names)


def _guesses(where: str, out: Array, y: Array, loss: Any) -> tuple[Array, int]:
    """The class that each output stands for, and how many classes there are."""
    if out.size == len(out) and (threshold := evaluation.threshold_of(loss)) is not None:
        return predicted(out, threshold=threshold), 2
    if out.ndim != 2 or out.shape[1] < 2 or y.ndim != 1 or y.dtype.kind not in "iu":
        got = tr("outputs of shape {shape} and targets of {dtype}", shape=out.shape, dtype=y.dtype)
        raise UsageError(message(where, got, "(N, C) and classes (N,)", "use it with a classifier"))
    return predicted(out), out.shape[1]


def images(data: Any, net: Any = None, *, count: int = 20, start: int = 0) -> Images:
    """Samples as pictures, with their class; with a network also what it takes them for.

    Args:
        data: a Dataset whose samples are images (see `image_shape`), or an array (N, H, W); of a Split the test part,
            drawn as it was before it was standardised.
        net: a Module or a Trainer.
        count: how many.
        start: the number of the first.

    Raises:
        UsageError: samples that are no images, or no sample from `start` on.
    """
    where = "images"
    scale = getattr(data, "scale", None)
    data = getattr(data, "test", data)
    pixels = _pixels(where, data, scale)[max(start, 0) : max(start, 0) + max(count, 1)]
    if not len(pixels):
        raise UsageError(message(where, f"start={start}", "a sample that is there", "leave start out"))
    labels = data.y[start : start + len(pixels)] if getattr(data, "classes", None) is not None else None
    names = getattr(data, "class_names", ())
    said: list[Any] = [None] * len(pixels)
    if net is not None:
        module, x = module_of(where, net), np.asarray(getattr(data, "x", data))[start : start + len(pixels)]
        with untouched(module), np.errstate(all="ignore"):
            out = evaluation.outputs(module, x)
        said = _guesses(where, out, np.zeros(len(x), np.int64), None)[0].tolist()
    made = [
        _captioned(each, None if labels is None else int(labels[place]), guess, names)
        for place, (each, guess) in enumerate(zip(pixels, said, strict=True))
    ]
    finite = pixels[np.isfinite(pixels)]
    wrong = sum(each.wrong for each in made)
    judged = marked("{name}: samples {start} to {end}, {wrong} of {count} wrong")
    title = marked("{name}: samples {start} to {end}") if net is None else judged
    about = {"start": start, "end": start + len(made) - 1, "wrong": wrong, "count": len(made)}
    alone = marked("Each picture is one sample, dark to light from low to high, its class below.")
    beside = marked(
        "Each picture is one sample, dark to light from low to high, what the network said stands under each, and "
        "after ✗ the truth."
    )
    return Images(
        marked(title, name=getattr(data, "name", marked("images")), **about),
        marked(alone if net is None else beside),
        tuple(made),
        float(finite.min(initial=0.0)),
        float(finite.max(initial=1.0)),
    )


def _pixels(where: str, data: Any, scale: Any) -> Array:
    shape = getattr(data, "image_shape", None)
    x = np.asarray(getattr(data, "x", data))
    x = x if scale is None else np.round(scale.inverse(x), 5)  # without the dust of going there and back in float32
    if shape is not None:
        return x.reshape(len(x), *shape)
    if x.ndim == 4 and x.shape[1] == 1:
        return x[:, 0]
    if x.ndim != 3:
        got = tr("samples of shape {shape}", shape=x.shape[1:])
        raise UsageError(message(where, got, "images (H, W)", "try data digits, or pass image_shape= to Dataset"))
    return x


def _captioned(pixels: Array, label: int | None, guess: int | None, names: Any) -> Image:
    def named(number: int) -> str:
        return str(names[number]) if number < len(names) else str(number)

    if guess is None:
        return Image(sealed(pixels), "" if label is None else named(label))
    wrong = label is not None and guess != label
    return Image(sealed(pixels), f"{named(guess)} ✗ {named(label or 0)}" if wrong else named(guess), wrong)


def weight_images(net: Any, *, count: int = 16, shape: tuple[int, int] | None = None) -> Images:
    """The weights of the first layer as pictures, one for each unit: what it looks for.

    Args:
        net: a Module or a Trainer.
        count: how many units, from the first on.
        shape: rows and columns of a picture; None for a square, else one row.

    Raises:
        UsageError: the network has no weight of two axes, or a `shape` that does not fit.

    Example:
        >>> import nn
        >>> [each.caption for each in weight_images(nn.Linear(4, 2)).images]
        ['0', '1']
    """
    where = "weight_images"
    module = module_of(where, net)
    name, weight = next(((name, p.readonly) for name, p in module.named_parameters() if p.ndim >= 2), ("", None))
    if weight is None:
        got = tr("{module} without a weight of two axes", module=an_instance(module))
        raise UsageError(message(where, got, "a network with a linear or convolutional layer", "pass net"))
    pixels = _tiles(where, weight, shape)
    shown = pixels[: min(max(count, 1), MOST_WEIGHTS)]
    largest = float(np.max(np.abs(shown), where=np.isfinite(shown), initial=0.0)) or 1.0
    left = len(pixels) - len(shown)
    return Images(
        marked("First-layer weights, {name} {shape}", name=name, shape=tuple(weight.shape)),
        marked(
            "Each picture is one unit's weights, laid out as its input is: light adds to the unit, dark takes from it, "
            "mid-grey ignores that input; noise has learned nothing yet, strokes and edges have."
        ),
        tuple(Image(sealed(each), str(number)) for number, each in enumerate(shown)),
        -largest,
        largest,
        signed=True,
        notes=(marked("{count} more are not shown.", count=left),) if left else (),
    )


def _tiles(where: str, weight: Array, shape: tuple[int, int] | None) -> Array:
    """(out, H, W): the kernels of a convolution, or rows of a matrix bent into squares."""
    if weight.ndim == 4 and shape is None:
        return weight.reshape(-1, *weight.shape[2:])
    flat = weight.reshape(len(weight), -1)
    side = math.isqrt(flat.shape[1])
    shape = shape or ((side, side) if side * side == flat.shape[1] and side > 1 else (1, flat.shape[1]))
    if math.prod(shape) != flat.shape[1]:
        got, expected = (
            tr("shape={shape} for {shape2} weights", shape=shape, shape2=flat.shape[1]),
            "rows * columns = weights of a unit",
        )
        raise UsageError(message(where, got, expected, "leave it out for a square"))
    return flat.reshape(len(flat), *shape)
