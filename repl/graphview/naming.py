"""What things are called: parameters after their module, data after the user's variables, else `x` and `y`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import nn
from autograd import Tensor
from autograd.tape import Leaf, Node

from ..messages import marked
from .trace import Place
from .wiring import Source, Wiring

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SHORT = {"weight": "W", "bias": "b"}


def subscript(number: int) -> str:
    """A number as an index: 12 is ₁₂."""
    return str(number).translate(_SUBSCRIPTS)


@dataclass(slots=True)
class Names:
    """The names that a network and the user's variables give."""

    places: dict[Place, str]
    parameters: dict[Place, str]
    arrays: list[tuple[str, np.ndarray[Any, Any]]]

    @classmethod
    def of(cls, net: nn.Module | None, variables: Mapping[str, object] | None) -> Names:
        """Collect them; a variable that begins with an underscore names nothing."""
        parameters: dict[Place, str] = {}
        if net is not None:
            parameters = {tensor.node: name for name, tensor in net.named_parameters() if tensor.node is not None}
        places: dict[Place, str] = {}
        arrays: list[tuple[str, np.ndarray[Any, Any]]] = []
        for name, thing in (variables or {}).items():
            if name.startswith("_"):
                continue
            if isinstance(thing, Tensor) and thing.node is not None:
                places.setdefault(thing.node, name)
            elif isinstance(thing, Tensor):
                arrays.append((name, thing._data))
            elif isinstance(thing, np.ndarray):
                arrays.append((name, thing))
        return cls(places, parameters, arrays)

    def of_node(self, node: Node, own: str) -> str:
        """The name of an intermediate result, or nothing."""
        return own or self.places.get(node, "")

    def of_array(self, array: Any) -> str:
        """The variable that holds this array: the object itself, or one that is equal."""
        for name, known in self.arrays:
            if known is array:
                return name
        for name, known in self.arrays:
            if known.shape == array.shape and known.dtype == array.dtype and np.array_equal(known, array):
                return name
        return ""

    def of_leaf(self, leaf: Leaf, wiring: Wiring, number: int) -> tuple[str, str]:
        """The short name and the whole name of a leaf; `number` is that of its layer, or 0.

        A parameter is called after its place in the network: `0.weight`, in short W₁.
        """
        if leaf in self.places and leaf not in self.parameters:
            return self.places[leaf], self.places[leaf]
        whole = self.parameters.get(leaf, "") or self._qualified(leaf, wiring)
        last = whole.rpartition(".")[2]
        if last in _SHORT:
            return _SHORT[last] + (subscript(number) if number else ""), whole
        return last, whole

    def _qualified(self, leaf: Leaf, wiring: Wiring) -> str:
        row = wiring.rows[wiring.users[leaf][0]]
        if not leaf.name or "." in leaf.name or leaf.name not in _SHORT:
            return leaf.name or ""
        path = row.scope.path
        return f"{path}.{leaf.name}" if path else leaf.name


def name_leaves(numbers: Mapping[Leaf, int], names: Names, wiring: Wiring) -> dict[Leaf, tuple[str, str]]:
    """The short and the whole name of each leaf; `numbers` are those of their layers.

    Modules that stand alone all call their weight so: names that come again are numbered.
    """
    found = {leaf: names.of_leaf(leaf, wiring, number) for leaf, number in numbers.items()}
    times = Counter(label for label, _ in found.values())
    seen: Counter[str] = Counter()
    for leaf, (label, whole) in found.items():
        seen[label] += 1
        if not label:
            found[leaf] = (marked("leaf {number}", number=seen[label]),) * 2
        elif times[label] > 1:
            found[leaf] = label + subscript(seen[label]), whole
    return found


def name_inputs(found: list[tuple[Source, str]], names: Names) -> list[str]:
    """Names for constant arrays: the user's, or their role: x for what goes in, y for what it is compared with."""
    known = [names.of_array(source.value) for source, _ in found]
    bases = [role for _, role in found]
    free = [base for base, name in zip(bases, known, strict=True) if not name]
    seen: dict[str, int] = {}
    given: list[str] = []
    for base, name in zip(bases, known, strict=True):
        if not name:
            seen[base] = seen.get(base, 0) + 1
            name = base + (subscript(seen[base]) if free.count(base) > 1 else "")
        given.append(name)
    return given
