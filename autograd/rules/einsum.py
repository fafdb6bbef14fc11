"""Sums of products by the letters of their axes: einsum, in both of its spellings.

    np.einsum("ij,jk->ik", a, b)            np.einsum(a, [0, 1], b, [1, 2], [0, 2])

The row EINSUM takes one operand or two, and letters for every axis. More operands are taken two by two, in NumPy's
own order of contraction, so that the backward pass too does no more than two products a step.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from string import ascii_letters, ascii_lowercase, ascii_uppercase
from typing import Any

import numpy as np

from ..errors import ShapeError, message
from ..op import derived, multilinear, sample


def _einsum(a: Any, b: Any = None, /, subscripts: str = "", optimize: bool = False) -> Any:
    operands = (a,) if b is None else (a, b)
    return np.einsum(subscripts, *operands, optimize=optimize)


Shapes = tuple[tuple[int, ...], ...]


@lru_cache(maxsize=1024)
def _way_back(which: int, subscripts: str, shapes: Shapes) -> tuple[str, Shapes]:
    """The subscripts of one operand's cotangent, and the shapes of what has to be multiplied in.

    It is the same sum, with `g` in the operand's place and the operand's letters as result. But einsum gives no letter
    twice and none that it has not got. So where the operand was read along a diagonal, an identity matrix (a shape of
    two) puts the gradient back there, and where it was summed on its own, ones (a shape of one) spread it out again.
    """
    given, _, out = subscripts.partition("->")
    terms = given.split(",")
    lengths = [dict(zip(term, shape, strict=True)) for term, shape in zip(terms, shapes, strict=True)]
    longest = {label: max(found.get(label, 1) for found in lengths) for label in given.replace(",", "")}
    known = {label: longest[label] for label in out}
    for label, size in (pair for i, found in enumerate(lengths) if i != which for pair in found.items()):
        known[label] = max(known.get(label, 1), size)
    factors = [out, *(term for i, term in enumerate(terms) if i != which)]
    fresh = iter(sorted(set(ascii_letters) - set(subscripts)))
    mine = ""
    missing: list[tuple[int, ...]] = []
    for label, size in zip(terms[which], shapes[which], strict=True):
        if label in mine:
            twin = next(fresh)
            factors.append(label + twin)
            missing.append((size, size))
            mine += twin
            continue
        mine += label
        if label not in known or known[label] == 1 != size:
            factors.append(label)
            missing.append((size,))
    return ",".join(factors) + "->" + mine, tuple(missing)


def _share(which: int, g: Any, xs: tuple[Any, ...], subscripts: str, optimize: bool) -> Any:
    back, missing = _way_back(which, subscripts, tuple(tuple(x.shape) for x in xs))
    dtype = xs[which].dtype
    filled = [np.ones(shape, dtype) if len(shape) == 1 else np.eye(*shape, dtype=dtype) for shape in missing]
    others = [x for i, x in enumerate(xs) if i != which]
    return np.einsum(back, g, *others, *filled, **_options(optimize))


def _options(optimize: Any) -> dict[str, Any]:
    return {"optimize": True} if optimize else {}  # what is usual is not spelt out when explain prints a rule


def _left(g: Any, y: Any, a: Any, b: Any = None, subscripts: str = "", optimize: bool = False) -> Any:
    return _share(0, g, (a,) if b is None else (a, b), subscripts, optimize)


def _right(g: Any, y: Any, a: Any, b: Any, subscripts: str = "", optimize: bool = False) -> Any:
    return _share(1, g, (a, b), subscripts, optimize)


EINSUM = multilinear(
    "einsum",
    _einsum,
    _left,
    _right,
    broadcasts=True,
    samples=(
        sample((2, 3), (3, 4), subscripts="ij,jk->ik"),
        sample((2, 3), (3, 4), subscripts="ij,jk->ki", optimize=True),
        sample((2, 3), (2, 3), subscripts="ij,ij->"),
        sample((2,), (3,), subscripts="i,j->ij"),
        sample((2, 3), (4,), subscripts="ij,k->i"),  # j and k are summed on their own
        sample((3, 3), subscripts="ii->"),
        sample((3, 3), subscripts="ii->i"),
        sample((3, 3, 2, 3), (2,), subscripts="iiji,j->i"),
        sample((2, 3, 4), subscripts="ijk->kij"),
        sample((2, 3), subscripts="ij->j"),
        sample((2, 3), subscripts="ij->"),
        sample((2, 2, 3), (2, 3, 4), subscripts="bij,bjk->bik", optimize=True),
        sample((2, 1), (3, 4), subscripts="ij,jk->ik"),  # axes of length 1 stretch
        sample((2, 3), (1, 4), subscripts="ij,jk->ik"),
        sample((1, 3), (2, 3), subscripts="ij,ij->ij"),
        sample((), (2,), subscripts=",i->i"),
        sample((), subscripts="->"),
        sample((0, 3), (3, 2), subscripts="ij,jk->ik"),
        sample((0, 3), subscripts="ij->j"),
    ),
    why="The gradient takes the operand's place in the same sum, and the operand's letters become the result.",
)


@derived(
    np.einsum,
    sample((2, 3), np.array([0, 1]), (3, 2), np.array([1, 2]), np.array([0, 2])),
    sample((2, 3), np.array([1, 0]), (3, 2), np.array([0, 27])),
    sample((2, 3), np.array([0, 1]), (3, 2), np.array([1, 2]), (2, 4), np.array([2, 3])),
    sample((2, 3), np.array([0, 1]), (3, 2), np.array([1, 2]), (2, 4), np.array([2, 3]), optimize=True),
    sample((2, 2), np.array([0, 0])),
    sample((2, 2, 3), np.array([0, 0, 1]), np.array([1])),
)
def einsum(*operands: Any, optimize: Any = False) -> Any:
    """Products summed over every letter that the result does not name."""
    subscripts, arrays = _read(operands)
    how = tuple(optimize) if isinstance(optimize, list) else optimize
    for places, letters in _plan(subscripts, tuple(tuple(x.shape) for x in arrays), how):
        made = EINSUM(*(arrays[i] for i in places), subscripts=letters, **_options(optimize))
        arrays = [*(x for i, x in enumerate(arrays) if i not in places), made]
    return arrays[0]


def _read(operands: tuple[Any, ...]) -> tuple[str, list[Any]]:
    """The subscripts and the operands of a call, in either spelling."""
    if isinstance(operands[0], str):
        subscripts, arrays = operands[0].replace(" ", ""), operands[1:]
    else:
        count = len(operands) // 2
        subscripts, arrays = ",".join(map(_letters, operands[1 : 2 * count : 2])), operands[: 2 * count : 2]
        subscripts += f"->{_letters(operands[-1])}" if len(operands) % 2 else ""
    return subscripts, [x if hasattr(x, "ndim") else np.asarray(x) for x in arrays]


def _letters(part: Any) -> str:
    """Numbers of axes as NumPy reads them: capital letters first."""
    return "".join("..." if label is Ellipsis else (ascii_uppercase + ascii_lowercase)[label] for label in part)


@lru_cache(maxsize=1024)
def _plan(subscripts: str, shapes: Shapes, how: Any) -> tuple[tuple[tuple[int, ...], str], ...]:
    """The steps of a sum: which operands are taken out of the list, and the letters of what is put at its end."""
    terms, out = _spelt_out(subscripts, shapes)
    plan: list[tuple[tuple[int, ...], str]] = []
    for step in _path(terms, out, shapes, how):
        waiting = sorted(step, reverse=True)
        while len(waiting) > 1:
            right, left = waiting.pop(0), waiting.pop(0)  # the last two first, so that the others keep their places
            met = f"{terms[left]},{terms.pop(right)}"
            del terms[left]
            rest = set(out).union(*terms)
            kept = "".join(label for label in dict.fromkeys(met) if label in rest) if terms else out
            plan.append(((left, right), f"{met}->{kept}"))
            terms.append(kept)
            waiting.insert(0, len(terms) - 1)
    if terms[0] != out or not plan:
        plan.append(((0,), f"{terms[0]}->{out}"))
    return tuple(plan)


def _path(terms: list[str], out: str, shapes: Shapes, how: Any) -> list[tuple[int, ...]]:
    """Which operands meet at each step; without `optimize` too, since two by two is what the row takes."""
    if len(shapes) < 3:
        return [(0, 1)] if len(shapes) == 2 else []
    hollow = [np.broadcast_to(np.float64(0), shape) for shape in shapes]  # the path depends on shapes alone
    given = list(how) if isinstance(how, tuple) and how[0] == "einsum_path" else how
    found: list[Any] = np.einsum_path(",".join(terms) + "->" + out, *hollow, optimize=given or ("greedy", sys.maxsize))[
        0
    ]
    return found[1:]


def _spelt_out(subscripts: str, shapes: Shapes) -> tuple[list[str], str]:
    """A term for each operand and one for the result, "..." replaced by letters of its own."""
    given, arrow, out = subscripts.partition("->")
    terms = given.split(",")
    if len(terms) != len(shapes):
        got = f"{len(terms)} terms for {len(shapes)} operands"
        raise ShapeError(message("np.einsum", got, "a term for each", "count the commas"))
    named = given.replace(".", "").replace(",", "")
    hidden = [len(shape) - len(term.replace(".", "")) for term, shape in zip(terms, shapes, strict=True)]
    for term, n, shape in zip(terms, hidden, shapes, strict=True):
        if n < 0 or (n and "..." not in term):
            raise ShapeError(
                message("np.einsum", f"the term {term!r} for shape {shape}", "a letter for each axis",
                        "name them all, or write ... for the rest")
            )  # fmt: skip
    most = max(hidden)
    spare = "".join(label for label in reversed(ascii_letters) if label not in subscripts)[:most]
    if not arrow:
        out = "..." + "".join(sorted(label for label in set(named) if named.count(label) == 1))
    elif most and "..." not in out:
        got = f"the result {out!r}, without the axes of '...'"
        raise ShapeError(message("np.einsum", got, "'...' in it too", "sum them by np.sum"))
    spelt = [term.replace("...", spare[most - n :] if n else "") for term, n in zip(terms, hidden, strict=True)]
    return spelt, out.replace("...", spare)
