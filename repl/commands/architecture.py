"""Reads the words of `net`, such as `64 relu 32 relu`, as layers, and checks that a network fits its data.

The rule:
1. Numbers are widths of linear layers; other words are activations.
2. Two numbers at the start are the input and the first width: `2 16 tanh ...`. Else the input is the data's.
3. A number at the end is the output. Else a last layer to the data's classes is added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import StateError, UsageError, message, unknown
from .catalog import choice, section

ACTIVATION = choice("layer", "ACTIVATIONS", strict=False)


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
        UsageError: a word is neither a width nor an activation.
        StateError: the input or the output is left out and there are no data, or it does not fit them.
    """
    if not words:
        raise UsageError(message("net", "no layers", "widths and activations", "try `net 64 relu`"))
    items = [_item(word) for word in words]
    explicit_input = len(items) > 1 and isinstance(items[0], int) and isinstance(items[1], int)
    inputs = items[0] if explicit_input else _from_data(data, "features", "input", f"2 {' '.join(words)}")
    steps = items[1:] if explicit_input else items
    if not isinstance(steps[-1], int):
        steps = [*steps, _from_data(data, "classes", "output", f"{' '.join(words)} 3")]
    layers, width = [], inputs
    for step in steps:
        layers.append(f"nn.Linear({width}, {step})" if isinstance(step, int) else step)
        width = step if isinstance(step, int) else width
    made = Architecture(tuple(layers), int(inputs), int(width))
    if data is not None:
        check_fit("net", made.inputs, made.outputs, data)
    return made


def _item(word: str) -> Any:
    """A width as a number, an activation as the Python that makes it."""
    if word.lstrip("+-").replace("_", "").isdigit():
        if int(word) < 1:
            raise UsageError(message("net", f"the width {word}", "1 or more", "give each layer one unit at least"))
        return int(word)
    activation = ACTIVATION.named(word)
    if activation is None:
        raise UsageError(unknown("net", "layer", word, ["a width such as 64", *section("ACTIVATIONS")]))
    return f"{section('ACTIVATIONS')[activation].target}()"


def _from_data(data: Any, what: str, place: str, example: str) -> int:
    if data is None:
        do = f"do `data digits` first, or write all: `net {example}`"
        raise StateError(message("net", f"no data to take the {place} from", f"data, or the {place} as a number", do))
    # targets that are numbers have no classes: a column is predicted for each
    given = getattr(data, what)
    return int(given if given is not None else 1 if data.train.y.ndim == 1 else data.train.y.shape[1])


def check_fit(where: str, inputs: int, outputs: int, data: Any) -> None:
    """Raise StateError unless a network from `inputs` to `outputs` fits the data."""
    if inputs != data.features:
        do = f"begin with {data.features}, or with one width only: the input then comes from the data"
        do = do if where == "net" else "build another with `net`"
        raise StateError(message(where, f"a network for {inputs} inputs", f"{data.features}, as {data.name} has", do))
    wanted = data.classes
    if wanted is not None and outputs != wanted:
        do = f"end with {wanted}, or with an activation: a last layer is then added"
        do = do if where == "net" else "build another with `net`"
        raise StateError(message(where, f"{outputs} outputs", f"{wanted}, the classes of {data.name}", do))


def ends(net: Any) -> tuple[int, int] | None:
    """The inputs and outputs of a Sequential that begins and ends with linear layers; None for any other network."""
    import nn

    if not isinstance(net, nn.Sequential):
        return None
    linear = [layer for layer in net if isinstance(layer, nn.Linear)]
    return (linear[0].in_features, linear[-1].out_features) if linear and net[0] is linear[0] else None
