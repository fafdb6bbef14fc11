"""What the places of a graph are called, in which order the pass comes by, and how much each of them waits for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

import nn
from autograd import Tensor, enable_grad
from autograd.op import ELEMENTWISE, Op
from autograd.sources import source_of
from autograd.symbols import Sym, call_text, drawn, operand_names
from autograd.tape import Leaf, Node, walk

from ..graphview.naming import Names

Place = Node | Leaf

SPARE = "uvwpqrs"  # letters of operands, where the rule's own are taken

_PREFIX = 3  # how tightly a minus sign binds: see autograd.symbols
_ATOM = 5


class Places:
    """The nodes under a loss in the order of the backward pass, newest first, and names for all that they touch."""

    def __init__(self, root: Node, names: Mapping[str, object] | None, net: nn.Module | None) -> None:
        self.order = walk(root)[::-1]
        self.expected: Counter[Place] = Counter(
            place for node in self.order for place in node.inputs if place is not None
        )
        self.sources = len({source_of(node) for node in self.order})
        self._known = Names.of(net, names)
        self._times: Counter[str] = Counter()  # how often a name was taken already
        self.names: dict[Place, str] = {}
        self.by_name: dict[str, Place] = {}
        self._name_all(root)

    def _name_all(self, root: Node) -> None:
        """Give each place a name of its own: the user's, the network's, else t1, t2, ... in the order of recording."""
        for number, node in enumerate(reversed(self.order), 1):
            own = node.name or self._known.places.get(node, "")
            self._enter(node, own or ("loss" if node is root else f"t{number}"))
        for place in self.expected:
            if isinstance(place, Leaf):
                known = self._known.parameters.get(place) or self._known.places.get(place) or place.name
                self._enter(place, known or "leaf")

    def _enter(self, place: Place, name: str) -> None:
        free = name
        while free in self.by_name:
            self._times[name] += 1
            free = f"{name}_{self._times[name] + 1}"
        self.names[place], self.by_name[free] = free, place

    def operands(self, node: Node) -> list[tuple[str, str, Any]]:
        """For each operand what the rule calls it, what it is called in the program, and its array or None."""
        values: tuple[Any, ...] = node.values or ()
        if node.op.name == "output":  # it picks one of several results: there is no array behind
            return []
        letters = self.letters(node)
        named = []
        for letter, place, value in zip(letters, node.inputs, values, strict=True):
            name = self.names[place] if place is not None else self._constant(letter, value)
            named.append((letter, name, value))
        return named

    def letters(self, node: Node) -> list[str]:
        """What the rule calls the operands of a node; u and v where one of its letters names another tensor here.

        Who wrote `d = t1 + c` and has an `a` would take dL/da for the gradient of it.
        """
        letters = _letters_of(node)
        of = dict(zip(letters, node.inputs, strict=False))
        taken = [letter for letter in letters if self.by_name.get(letter, of.get(letter)) is not of.get(letter)]
        if any(len(letter) == 1 for letter in taken):  # then all, for `a` beside `v` would tell of no rule
            taken += [letter for letter in letters if len(letter) == 1 and letter not in taken]
        free = (each for each in SPARE if each not in self.by_name and each not in letters)
        instead = dict(zip(sorted(taken, key=letters.index), free, strict=False))
        return [instead.get(letter, letter) for letter in letters]

    def _constant(self, letter: str, value: Any) -> str:
        if value is None:
            return "None"
        if np.size(value) == 1:
            return number(np.asarray(value).reshape(()).item())
        return (self._known.of_array(value) if isinstance(value, np.ndarray) else "") or letter

    def expression(self, node: Node) -> str:
        """The node as a line of the program: `t3 = t1 * w`."""
        name = self.names[node]
        if node.op.name == "output":
            return f"{name} = {self.names[node.inputs[0]]}[{(node.params or {})['index']}]"  # type: ignore[index]
        xs = [Sym(text, value, level_of(text)) for _, text, value in self.operands(node)]
        return f"{name} = {call_text(node.op, xs, node.params or {}, node.out)}"

    def concerns(self, node: Node, what: str) -> bool:
        """Whether a node is one that `until` or `break` means: its op, its name, its module, or a leaf it adds to."""
        path = node.scope.path
        if what in (node.op.name, node.op.symbol, self.names[node], path) or path.startswith(f"{what}."):
            return True
        return any(isinstance(place, Leaf) and self.names[place] == what for place in node.inputs)

    def stops(self, what: str) -> list[int]:
        """The numbers, from 0 in the order of the pass, of all nodes that `what` means."""
        return [at for at, node in enumerate(self.order) if self.concerns(node, what)]

    def words(self) -> list[str]:
        """Everything that `until` and `break` understand: names, ops, modules."""
        found = dict.fromkeys(self.by_name)
        found |= dict.fromkeys(node.op.name for node in self.order)
        paths = (node.scope.path for node in self.order)
        return list(found | dict.fromkeys(path for path in paths if path))


def _letters_of(node: Node) -> list[str]:
    """What the rule of a node calls its operands."""
    count = len(node.values or ())
    letters = operand_names(node.op, count) if node.op.name != "output" else ["x"]
    return [*letters, *(f"x{i}" for i in range(len(letters), count))]


def number(value: Any, digits: int = 6) -> str:
    """A number as it stands in a formula: six digits that count, or fewer.

    Example:
        >>> number(0.1 + 0.2), number(-3), number(True)
        ('0.3', '-3', 'True')
    """
    return (
        str(value)
        if isinstance(value, bool)
        else f"{value:.{digits}g}"
        if isinstance(value, (int, float))
        else str(value)
    )


def level_of(text: str) -> int:
    """How tightly a text binds in a formula: a negative number as a minus sign does."""
    return _PREFIX if text.startswith("-") else _ATOM


def elementwise(node: Node) -> bool:
    """Whether each element of the output depends on one element of each operand, so that numbers can be put in."""
    if node.op.multiple:
        return False
    scalars = np.size(node.out) == 1 and all(np.size(value) == 1 for value in node.values or ())
    return scalars or _treats_elements_alone(node.op)


@cache
def _treats_elements_alone(op: Op) -> bool:
    """Whether a row does; one that has a definition, such as relu, does if all its steps do."""
    if op.kind == ELEMENTWISE or op.definition is None or not op.samples:
        return op.kind == ELEMENTWISE
    values, params = drawn(op)
    with enable_grad():
        xs = [Tensor(x, requires_grad=True) if np.asarray(x).dtype.kind == "f" else x for x in values]
        made = op.definition(*xs, **params)
    inside = walk(made.node) if isinstance(made, Tensor) else []
    return bool(inside) and all(_treats_elements_alone(node.op) for node in inside)
