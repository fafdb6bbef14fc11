"""Trees: what counts as one, in which order its leaves come, and that taking apart and rebuilding is exact."""

from __future__ import annotations

import dataclasses
import weakref
from collections import OrderedDict, defaultdict, namedtuple
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, grad, jvp, vjp
from autograd.errors import ShapeError
from autograd.pytree import LEAF, flatten, matching, tree_map, unflatten

Pair = namedtuple("Pair", "left right")  # without types, as users write it


@dataclasses.dataclass
class Layer:
    weight: Any
    bias: Any
    kind: str = dataclasses.field(default="dense", metadata={"static": True})


@dataclasses.dataclass(frozen=True, slots=True)
class Point:
    x: Any
    y: Any = dataclasses.field(init=False, default=2.0)

    def __post_init__(self) -> None:
        if not isinstance(self.x, float):
            raise TypeError


class Strict(list[Any]):
    pass


def trees(leaves: Any) -> Any:
    keys = st.one_of(st.text(max_size=3), st.integers(0, 9))
    return st.recursive(
        st.one_of(leaves, st.none()),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.lists(inner, max_size=3).map(tuple),
            st.dictionaries(keys, inner, max_size=3),
            st.builds(Pair, inner, inner),
            st.builds(Layer, inner, inner),
        ),
        max_leaves=8,
    )


NUMBERS = st.floats(-1e3, 1e3)


@given(trees(NUMBERS))
def test_rebuilding_is_exact(tree: Any) -> None:
    leaves, structure = flatten(tree)
    assert structure.size == len(leaves)
    assert unflatten(structure, leaves) == tree
    assert flatten(unflatten(structure, leaves))[1] == structure


@given(trees(NUMBERS))
def test_order_of_keys_is_kept_and_does_not_matter(tree: Any) -> None:
    turned = dict.fromkeys((3, "b", "a", 1), tree)
    leaves, structure = flatten(turned)
    assert list(unflatten(structure, leaves)) == [3, "b", "a", 1]
    again, other = flatten({key: turned[key] for key in ("a", 1, 3, "b")})
    assert other == structure
    assert again == leaves


@given(trees(NUMBERS))
def test_every_leaf_has_a_path_that_leads_to_it(tree: Any) -> None:
    leaves, structure = flatten(tree)
    for path, leaf in zip(structure.paths("tree"), leaves, strict=True):
        assert eval(path, {"tree": tree}) == leaf


@given(trees(st.floats(0.5, 2.0)))
def test_a_gradient_is_a_tree_like_its_argument(tree: Any) -> None:
    leaves, structure = flatten(tree)

    def f(inner: Any) -> Any:
        return sum((x * x for x in flatten(inner)[0]), 0.0)

    found, same = flatten(grad(f)(tree))
    assert same == structure
    np.testing.assert_array_equal(found, [2 * x for x in leaves])


@given(trees(st.floats(0.5, 2.0)))
def test_pulling_back_is_the_adjoint_of_pushing_on(tree: Any) -> None:
    leaves, structure = flatten(tree)
    rng = np.random.default_rng(0)
    tangents = rng.normal(size=len(leaves))
    cotangents = rng.normal(size=len(leaves))

    def f(inner: Any) -> Any:
        parts = flatten(inner)[0]
        return unflatten(structure, [x * y for x, y in zip(parts, [*parts[1:], *parts[:1]], strict=True)])

    _, moved = jvp(f, (tree,), (unflatten(structure, list(tangents)),))
    (pulled,) = vjp(f, tree)[1](unflatten(structure, list(cotangents)))
    np.testing.assert_allclose(np.dot(flatten(moved)[0], cotangents), np.dot(flatten(pulled)[0], tangents), rtol=1e-10)


def test_which_things_are_leaves() -> None:
    for leaf in (1, "ab", np.ones(2), Tensor([1.0]), {1.0}, Layer):
        assert flatten(leaf) == ([leaf], LEAF)
    assert flatten(None)[0] == []


def test_containers_of_other_kinds_stay_what_they_are() -> None:
    for tree in (
        OrderedDict(b=1.0, a=2.0), Strict([1.0, 2.0]), Pair(1.0, [2.0]), Layer(1.0, 2.0, "conv"), Point(1.0),
    ):  # fmt: skip
        doubled = tree_map(lambda x: 2 * x, tree)
        assert type(doubled) is type(tree)
        assert flatten(doubled)[0] == [2 * x for x in flatten(tree)[0]]
    counts = tree_map(lambda x: x + 1, defaultdict(list, a=1.0))
    assert counts["a"] == 2.0
    assert counts["new"] == []
    assert tree_map(lambda x: x, Layer(1.0, 2.0, "conv")).kind == "conv"


def test_rebuilding_runs_no_constructor() -> None:
    rebuilt = tree_map(str, Point(1.0))
    assert (rebuilt.x, rebuilt.y) == ("1.0", "2.0")


def test_a_structure_holds_no_array() -> None:
    array = np.ones(3)
    seen = weakref.ref(array)
    structure = flatten({"a": Layer(array, [array]), "b": (array,)})[1]
    del array
    assert seen() is None
    assert repr(structure) == "<structure {'a': Layer(weight=*, bias=[*], kind='dense'), 'b': (*,)}>"
    assert len({structure, flatten({"b": (1,), "a": Layer(1, [2])})[1]}) == 1


def test_trees_that_do_not_match_are_shown() -> None:
    structure = flatten({"w": 1.0, "b": [2.0]})[1]
    with pytest.raises(ShapeError, match=r"update: got the tree \{'w': \*\}; expected \{'w': \*, 'b': \[\*\]\}"):
        matching(structure, {"w": 1.0}, "update")
    with pytest.raises(ShapeError, match="one array"):
        tree_map(lambda a, b: a, 1.0, [1.0])
    with pytest.raises(ShapeError, match="got 1 leaves; expected 2"):
        unflatten(structure, [1.0])
