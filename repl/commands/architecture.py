"""Reads the words of `net`, such as `64 relu 32 relu`, as layers, and checks that a network fits its data.

The rule:
1. Numbers are widths of linear layers; other words are activations, or one of the layers below.
2. `bn` and `ln` are norms of what the layer before gives out, `drop=0.2` drops a share of it.
3. `conv 8@3` is 8 kernels of 3x3, `conv 8@3s2p1` with stride 2 and padding 1; `pool 2` keeps the largest of each 2x2,
   `avgpool 2` the average, `gap` one average for each kernel. Data that are small images come as images then.
4. Two numbers at the start are the input and the first width: `2 16 tanh ...`. Else the input is the data's.
5. A number at the end is the output. Else a last layer to the data's classes is added.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..arguments import Choice
from ..errors import StateError, UsageError, message, unknown
from ..messages import marked, tr
from .catalog import section

_OTHERS = {
    "bn": "batch norm",
    "ln": "layer norm",
    "drop=0.2": "dropout, of that share",
    "conv": "a convolution: `conv 8@3` has 8 kernels of 3x3",
    "pool": "the largest of each window: `pool 2`",
    "avgpool": "the average of each window: `avgpool 2`",
    "gap": "one average for each kernel",
    "flatten": "an image as a row of numbers",
}
_TAKES_A_WORD = ("conv", "pool", "avgpool")
_CONV = re.compile(r"(?P<channels>\d+)@(?P<kernel>\d+)(?:s(?P<stride>\d+))?(?:p(?P<padding>\d+))?")


def _words() -> Mapping[str, str]:
    return {word: entry.summary for word, entry in section("ACTIVATIONS").items()} | _OTHERS


def _aliases() -> Mapping[str, str]:
    return {alias: entry.name for entry in section("ACTIVATIONS").values() for alias in entry.aliases}


LAYER = Choice("layer", _words, _aliases, strict=False)


@dataclass(frozen=True, slots=True)
class Architecture:
    """A network as it is going to be written: its layers in Python, and what goes in and comes out."""

    layers: tuple[str, ...]
    inputs: int
    outputs: int

    @property
    def code(self) -> str:
        """The expression that makes it."""
        return f"nn.Sequential({', '.join(self.layers)})"


def read(words: Sequence[str], data: Any = None) -> Architecture:
    """The layers that `words` stand for; `data` gives what is left out, and has to fit what is not.

    Raises:
        UsageError: a word is neither a width nor a layer, or lacks what belongs to it.
        StateError: the input or the output is left out and there are no data, or it does not fit them.
    """
    if not words:
        raise UsageError(message("net", "no layers", "widths and activations", "try `net 64 relu`"))
    items = [_item(*pair) for pair in _pairs(words)]
    explicit_input = len(items) > 1 and isinstance(items[0], int) and isinstance(items[1], int)
    inputs = items[0] if explicit_input else _from_data(data, "features", marked("input"), f"2 {' '.join(words)}")
    steps = items[1:] if explicit_input else items
    if not isinstance(steps[-1], int):
        steps = [*steps, _from_data(data, "classes", marked("output"), f"{' '.join(words)} 3")]
    built = _Builder((int(inputs),), None if explicit_input or data is None else _image(data))
    if built.image is not None and data.train.x.ndim > 2:
        built.shape = built.image  # they come as images already
    for step in steps:
        built.add(step)
    made = Architecture(tuple(built.layers), int(inputs), built.shape[0])
    if data is not None:
        check_fit("net", made.inputs, made.outputs, data)
    return made


def _pairs(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each word, with the next where it needs one."""
    waiting = iter(words)
    for word in waiting:
        if word not in _TAKES_A_WORD:
            yield word, ""
            continue
        following = next(waiting, "")
        kind = "its kernels" if word == "conv" else "its window"
        if not following:
            do = tr("try `{word} 8@3`", word=word) if word == "conv" else tr("try `{word} 2`", word=word)
            raise UsageError(message("net", tr("{word} and nothing after it", word=word), kind, do))
        yield word, following


def _item(word: str, argument: str) -> Any:
    """A width as a number, `(kind, numbers)` for a layer that has some, an activation as the Python that makes it."""
    if word.lstrip("+-").replace("_", "").isdigit():
        if int(word) < 1:
            raise UsageError(
                message("net", tr("the width {word}", word=word), "1 or more", "give each layer one unit at least")
            )
        return int(word)
    name, equals, value = word.partition("=")
    if name in ("drop", "dropout") and equals:
        return "drop", (_share(word, value),)
    if word == "conv":
        return "conv", _convolution(argument)
    if word in _TAKES_A_WORD:
        if not argument.isdigit() or int(argument) < 1:
            raise UsageError(
                message("net", f"{word} {argument}", "a window of 1 or more", tr("try `{word} 2`", word=word))
            )
        return word, (int(argument),)
    if word in _OTHERS:
        return word, ()
    activation = LAYER.named(word)
    if activation is None:
        raise UsageError(unknown("net", "layer", word, [tr("a width such as 64"), *_words()], also=_aliases()))
    return f"{section('ACTIVATIONS')[activation].target}()"


def _share(word: str, value: str) -> float:
    try:
        share = float(value)
    except ValueError:
        share = math.nan
    if not 0 <= share < 1:
        raise UsageError(message("net", word, "a share from 0 to 1", "try `drop=0.2`"))
    return share


def _convolution(argument: str) -> tuple[int, ...]:
    """Channels, kernel, stride and padding."""
    found = _CONV.fullmatch(argument)
    numbers = found and (int(found["channels"]), int(found["kernel"]), int(found["stride"] or 1))
    if not found or not numbers or not all(numbers):
        do = "try `conv 8@3`, or `conv 8@3s2p1`"
        raise UsageError(
            message(
                "net", tr("conv {argument}", argument=argument), "kernels @ their size, stride and padding after it", do
            )
        )
    return (*numbers, int(found["padding"] or 0))


class _Builder:
    """Writes layers one after the other, and follows the shape of one sample through them."""

    def __init__(self, shape: tuple[int, ...], image: tuple[int, ...] | None) -> None:
        self.layers: list[str] = []
        self.shape = shape
        self.image = image

    def add(self, item: Any) -> None:
        """Write the next layer, and what it needs before it."""
        if isinstance(item, int):
            self._flatten()
            self.layers.append(f"nn.Linear({self.shape[0]}, {item})")
            self.shape = (item,)
        elif isinstance(item, str):
            self.layers.append(item)
        else:
            kind, numbers = item
            getattr(self, f"_{kind}")(*numbers)

    def _flatten(self) -> None:
        if len(self.shape) > 1:
            self.layers.append("nn.Flatten()")
            self.shape = (math.prod(self.shape),)

    def _as_image(self, word: str) -> None:
        if len(self.shape) == 3:
            return
        if self.layers or self.image is None:
            after_data = tr("{word} after data that are no images", word=word)
            got = tr("{word} after a linear layer", word=word) if self.layers else after_data
            raise UsageError(message("net", got, "an image", "begin with conv, on data such as digits"))
        self.layers.append(f"nn.Unflatten(1, {self.image})")
        self.shape = self.image

    def _conv(self, channels: int, kernel: int, stride: int, padding: int) -> None:
        self._as_image("conv")
        before, *sides = self.shape
        self.shape = (channels, *(self._side("conv", side, kernel, stride, padding) for side in sides))
        options = (f", stride={stride}" if stride > 1 else "") + (f", padding={padding}" if padding else "")
        self.layers.append(f"nn.Conv2d({before}, {channels}, {kernel}{options})")

    @staticmethod
    def _side(word: str, side: int, kernel: int, stride: int, padding: int = 0) -> int:
        room = side + 2 * padding
        if kernel > room:
            got = tr(
                "{word} with a window of {kernel} on an image with sides of {room}", word=word, kernel=kernel, room=room
            )
            raise UsageError(
                message("net", got, tr("{room} or less", room=room), "make it smaller, or pad: `conv 8@3p1`")
            )
        return (room - kernel) // stride + 1

    def _pooled(self, word: str, layer: str, window: int) -> None:
        self._as_image(word)
        channels, *sides = self.shape
        self.shape = (channels, *(self._side(word, side, window, window) for side in sides))
        self.layers.append(f"nn.{layer}({window})")

    def _pool(self, window: int) -> None:
        self._pooled("pool", "MaxPool2d", window)

    def _avgpool(self, window: int) -> None:
        self._pooled("avgpool", "AvgPool2d", window)

    def _gap(self) -> None:
        self._as_image("gap")
        self.layers.append("nn.AdaptiveAvgPool2d(1)")
        self.shape = (self.shape[0], 1, 1)

    def _bn(self) -> None:
        self.layers.append(f"nn.BatchNorm{'2d' if len(self.shape) == 3 else '1d'}({self.shape[0]})")

    def _ln(self) -> None:
        self.layers.append(f"nn.LayerNorm({self.shape[0] if len(self.shape) == 1 else self.shape})")

    def _drop(self, share: float) -> None:
        self.layers.append(f"nn.Dropout{'2d' if len(self.shape) == 3 else ''}({share})")


def _image(data: Any) -> tuple[int, ...] | None:
    """The shape of a sample as an image, (channels, rows, columns), where it is one."""
    shape: tuple[int, ...] = data.train.x.shape[1:]
    if len(shape) == 3:
        return shape
    flat: tuple[int, int] | None = data.train.image_shape
    return None if flat is None else (1, *flat)


def _from_data(data: Any, what: str, place: str, example: str) -> int:
    if data is None:
        place, do = tr(place), tr("do `data digits` first, or write all: `net {example}`", example=example)
        raise StateError(
            message(
                "net",
                tr("no data to take the {place} from", place=place),
                tr("data, or the {place} as a number", place=place),
                do,
            )
        )
    # targets that are numbers have no classes: a column is predicted for each
    given = getattr(data, what)
    return int(given if given is not None else 1 if data.train.y.ndim == 1 else data.train.y.shape[1])


def check_fit(where: str, inputs: int, outputs: int, data: Any) -> None:
    """Raise StateError unless a network from `inputs` to `outputs` fits the data."""
    if inputs != data.features:
        do = tr(
            "begin with {features}, or with one width only: the input then comes from the data", features=data.features
        )
        do = do if where == "net" else "build another with `net`"
        raise StateError(
            message(
                where,
                tr("a network for {inputs} inputs", inputs=inputs),
                tr("{features}, as {name} has", features=data.features, name=data.name),
                do,
            )
        )
    wanted = data.classes
    if wanted is not None and outputs != wanted:
        do = tr("end with {wanted}, or with an activation: a last layer is then added", wanted=wanted)
        do = do if where == "net" else "build another with `net`"
        raise StateError(
            message(
                where,
                tr("{outputs} outputs", outputs=outputs),
                tr("{wanted}, the classes of {name}", wanted=wanted, name=data.name),
                do,
            )
        )


def ends(net: Any) -> tuple[int, int] | None:
    """The inputs and outputs of a Sequential from rows of numbers to a linear layer; None for any other network."""
    import nn

    if not isinstance(net, nn.Sequential) or not len(net):
        return None
    linear = [layer for layer in net if isinstance(layer, nn.Linear)]
    first = net[0]
    if not linear or not isinstance(first, (nn.Linear, nn.Unflatten)):
        return None
    inputs = first.in_features if isinstance(first, nn.Linear) else math.prod(first.unflattened_size)
    return inputs, linear[-1].out_features
