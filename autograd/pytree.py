"""Trees of arrays: parameters in lists, tuples, dicts, named tuples and dataclasses, in any nesting.

    leaves, structure = flatten({"w": w, "layers": [(a, b), (c, d)]})
    unflatten(structure, leaves)                 the same tree again
    tree_map(lambda p, g: p - 0.1 * g, params, grads)

A leaf is whatever is not one of these containers. None holds no leaf. A dict's leaves come in the order of its sorted
keys, so that two dicts with the same keys agree however they were filled; rebuilt, it has its own order again.
A dataclass's fields are its branches; one declared `field(metadata={"static": True})` is part of the structure.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from .errors import ShapeError, message


class Structure:
    """A tree without its leaves. Two are equal if the same containers hold the same keys.

    `kind` is the container's type (None for a leaf) and `keys` are its indices, keys or field names; `blank` is the
    container without its content, where its type alone does not say how to make it. `size` counts the leaves.
    """

    __slots__ = ("blank", "children", "keys", "kind", "size")

    def __init__(
        self,
        kind: type | None = None,
        keys: tuple[Any, ...] = (),
        children: tuple[Structure, ...] = (),
        blank: Any = None,
    ) -> None:
        self.kind, self.keys, self.children, self.blank = kind, keys, children, blank
        self.size: int = 1 if kind is None else sum([child.size for child in children])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Structure) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())

    def _parts(self) -> tuple[Any, ...]:
        return self.kind, self.keys, self.children

    def __repr__(self) -> str:
        return f"<structure {_outline(self)}>"

    @property
    def is_leaf(self) -> bool:
        """Whether the tree is one leaf and nothing else."""
        return self.kind is None

    def paths(self, prefix: str = "") -> Iterator[str]:
        """Where each leaf is, as one writes it: `['layers'][0].weight`.

        Example:
            >>> list(flatten({"a": 1.0, "b": (2.0, 3.0)})[1].paths("params"))
            ["params['a']", "params['b'][0]", "params['b'][1]"]
        """
        if self.kind is None:
            yield prefix
        for key, child in zip(self.keys, self.children, strict=True):
            step = f".{key}" if dataclasses.is_dataclass(self.kind) else f"[{key!r}]"
            yield from child.paths(prefix + step)


LEAF = Structure()


def flatten(tree: Any) -> tuple[list[Any], Structure]:
    """The leaves of a tree, and its structure.

    Example:
        >>> leaves, structure = flatten({"b": 2.0, "a": [1.0, None]})
        >>> leaves
        [1.0, 2.0]
        >>> unflatten(structure, leaves)
        {'b': 2.0, 'a': [1.0, None]}
    """
    leaves: list[Any] = []
    return leaves, _taken(tree, leaves)


def _taken(tree: Any, leaves: list[Any]) -> Structure:
    """The structure of `tree`, whose leaves are put at the end of `leaves`."""
    kind: Any = type(tree)
    take = _how_to_take(kind)
    if take is None:
        leaves.append(tree)
        return LEAF
    return take(tree, leaves)


@cache
def _how_to_take(kind: Any) -> Callable[[Any, list[Any]], Structure] | None:
    """What takes apart a container of this type; None for leaves."""
    if kind is type(None):
        return lambda tree, leaves: Structure(kind)
    if issubclass(kind, dict):
        return _taken_dict
    if issubclass(kind, (list, tuple)):
        return lambda tree, leaves: Structure(
            kind, tuple(range(len(tree))), tuple([_taken(item, leaves) for item in tree])
        )
    return _taken_dataclass if dataclasses.is_dataclass(kind) else None


def _taken_dict(tree: dict[Any, Any], leaves: list[Any]) -> Structure:
    keys = _ordered(tree)
    blank = copy.copy(tree)  # it keeps the order of its keys, and a defaultdict its default
    for key in keys:
        blank[key] = None
    return Structure(type(tree), keys, tuple([_taken(tree[key], leaves) for key in keys]), blank)


def _taken_dataclass(tree: Any, leaves: list[Any]) -> Structure:
    names = tuple(f.name for f in dataclasses.fields(tree) if not f.metadata.get("static"))
    children = tuple([_taken(getattr(tree, name), leaves) for name in names])
    return Structure(type(tree), names, children, _with_fields(tree, dict.fromkeys(names)))


def _ordered(tree: dict[Any, Any]) -> tuple[Any, ...]:
    try:
        return tuple(sorted(tree))
    except TypeError:  # keys of several types
        return tuple(sorted(tree, key=lambda key: (type(key).__name__, repr(key))))


def _with_fields(instance: Any, fields: dict[str, Any]) -> Any:
    """A copy with other values in its fields; no `__init__` runs, and frozen ones are copied like the rest."""
    made = copy.copy(instance)
    for name, value in fields.items():
        object.__setattr__(made, name, value)
    return made


def unflatten(structure: Structure, leaves: Sequence[Any]) -> Any:
    """A tree of this structure with these leaves, in the order in which `flatten` gives them.

    Raises:
        ShapeError: there are more or fewer leaves than places.
    """
    if len(leaves) != structure.size:
        raise ShapeError(
            message(
                "unflatten",
                f"{len(leaves)} leaves",
                f"{structure.size}, one for each place of the tree",
                "give the leaves that flatten gave, changed one by one",
            )
        )
    return _built(structure, iter(leaves))


def _built(structure: Structure, leaves: Iterator[Any]) -> Any:
    kind: Any = structure.kind
    if kind is None:
        return next(leaves)
    parts = [next(leaves) if child.kind is None else _built(child, leaves) for child in structure.children]
    if kind is tuple or kind is list:
        return kind(parts)
    if kind is type(None):
        return None
    if issubclass(kind, dict):
        made = copy.copy(structure.blank)
        made.update(zip(structure.keys, parts, strict=True))
        return made
    if issubclass(kind, (list, tuple)):
        return kind._make(parts) if hasattr(kind, "_make") else kind(parts)
    return _with_fields(structure.blank, dict(zip(structure.keys, parts, strict=True)))


def matching(structure: Structure, tree: Any, where: str) -> list[Any]:
    """The leaves of `tree`, which must have this structure.

    Raises:
        ShapeError: it has another; the message shows both.
    """
    leaves, found = flatten(tree)
    if found != structure:
        raise ShapeError(
            message(
                where, f"the tree {_outline(found)}", f"{_outline(structure)}", "give both trees the same containers"
            )
        )
    return leaves


def _outline(structure: Structure) -> str:
    """A structure as text, `*` for each leaf."""
    marks = ["*"] * structure.size
    return "one array" if structure.is_leaf else repr(_built(structure, iter(map(_Mark, marks))))


class _Mark(str):
    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def tree_map(function: Callable[..., Any], tree: Any, *rest: Any) -> Any:
    """The tree whose leaves are `function` of the leaves at the same place in each of the trees.

    Raises:
        ShapeError: a tree has another structure than the first.

    Example:
        >>> tree_map(lambda p, g: p - g, {"w": 3.0, "b": [1.0]}, {"w": 1.0, "b": [2.0]})
        {'w': 2.0, 'b': [-1.0]}
    """
    leaves, structure = flatten(tree)
    others = [matching(structure, other, "tree_map") for other in rest]
    return unflatten(structure, [function(*parts) for parts in zip(leaves, *others, strict=True)])
