"""Sums of products by the letters of their axes: einsum, in both of its spellings.

    np.einsum("ij,jk->ik", a, b)            np.einsum(a, [0, 1], b, [1, 2], [0, 2])

The row EINSUM takes one operand or two, and letters for every axis. More operands are taken two by two, in NumPy's
own order of contraction, so that the backward pass too does no more than two products a step.
"""

from __future__ import annotations

import sys
from string import ascii_letters, ascii_lowercase, ascii_uppercase
from typing import Any

import numpy as np

from ..errors import ShapeError, message
from ..op import derived, multilinear, sample


def _einsum(a: Any, b: Any = None, /, subscripts: str = "", optimize: bool = False) -> Any:
    operands = (a,) if b is None else (a, b)
    return np.einsum(subscripts, *operands, optimize=optimize)


def _share(which: int, g: Any, xs: tuple[Any, ...], subscripts: str, optimize: bool) -> Any:
    """The cotangent of one operand: the same sum, with `g` in the operand's place and the operand's letters as result.

    einsum gives no letter twice and none that it has not got. So where the operand was read along a diagonal, an
    identity matrix puts the gradient back there, and where it was summed on its own, ones spread it out again.
    """
    given, _, out = subscripts.partition("->")
    terms, x = given.split(","), xs[which]
    factors = [(out, g), *((terms[i], other) for i, other in enumerate(xs) if i != which and other is not None)]
    length: dict[str, int] = {}
    for term, factor in factors:
        for label, size in zip(term, factor.shape, strict=True):
            length[label] = size if length.get(label, 1) == 1 else length[label]
    fresh = iter(sorted(set(ascii_letters) - set(subscripts)))
    mine = ""
    for label, size in zip(terms[which], x.shape, strict=True):
        if label in mine:
            twin = next(fresh)
            factors.append((label + twin, np.eye(size, dtype=x.dtype)))
            mine += twin
            continue
        mine += label
        if label not in length or length[label] == 1 != size:
            factors.append((label, np.ones(size, x.dtype)))
    letters = ",".join(term for term, _ in factors) + "->" + mine
    options: dict[str, Any] = {"optimize": True} if optimize else {}
    return np.einsum(letters, *(factor for _, factor in factors), **options)


def _left(g: Any, y: Any, a: Any, b: Any = None, subscripts: str = "", optimize: bool = False) -> Any:
    return _share(0, g, (a, b), subscripts, optimize)


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
    terms, out, arrays = _read(operands)
    for step in _path(terms, out, arrays, optimize):
        chosen = [(terms.pop(i), arrays.pop(i)) for i in sorted(step, reverse=True)]
        while len(chosen) > 1:
            (left, a), (right, b) = chosen.pop(), chosen.pop()
            rest = set("".join([out, *terms, *(term for term, _ in chosen)]))
            last = not terms and not chosen
            kept = out if last else "".join(label for label in dict.fromkeys(left + right) if label in rest)
            options = {"subscripts": f"{left},{right}->{kept}", **({"optimize": True} if optimize else {})}
            chosen.append((kept, EINSUM(a, b, **options)))
        terms.append(chosen[0][0])
        arrays.append(chosen[0][1])
    return arrays[0] if terms[0] == out else EINSUM(arrays[0], subscripts=f"{terms[0]}->{out}")


def _path(terms: list[str], out: str, arrays: list[Any], optimize: Any) -> list[tuple[int, ...]]:
    """Which operands meet at each step; without `optimize` too, since two by two is what the row takes."""
    if len(arrays) < 3:
        return [(0, 1)] if len(arrays) == 2 else []
    hollow = [np.broadcast_to(np.float64(0), x.shape) for x in arrays]  # the path depends on shapes alone
    how = optimize or ("greedy", sys.maxsize)
    found: list[Any] = np.einsum_path(",".join(terms) + "->" + out, *hollow, optimize=how)[0]
    return found[1:]


def _read(operands: tuple[Any, ...]) -> tuple[list[str], str, list[Any]]:
    """The letters of each operand and of the result, and the operands; "..." spelt out as letters of its own."""
    if isinstance(operands[0], str):
        given, arrow, out = operands[0].replace(" ", "").partition("->")
        terms, arrays, result = given.split(","), list(operands[1:]), out if arrow else None
    else:
        count = len(operands) // 2
        arrays = list(operands[: 2 * count : 2])
        terms = [_letters(part) for part in operands[1 : 2 * count : 2]]
        result = _letters(operands[-1]) if len(operands) % 2 else None
    arrays = [x if hasattr(x, "ndim") else np.asarray(x) for x in arrays]
    if len(terms) != len(arrays):
        raise ShapeError(
            message(
                "np.einsum", f"{len(terms)} terms for {len(arrays)} operands", "a term for each", "count the commas"
            )
        )
    return _spelt_out(terms, result, arrays)


def _letters(part: Any) -> str:
    """Numbers of axes as NumPy reads them: capital letters first."""
    return "".join("..." if label is Ellipsis else (ascii_uppercase + ascii_lowercase)[label] for label in part)


def _spelt_out(terms: list[str], out: str | None, arrays: list[Any]) -> tuple[list[str], str, list[Any]]:
    named = "".join(terms).replace(".", "")
    hidden = [x.ndim - len(term.replace(".", "")) for term, x in zip(terms, arrays, strict=True)]
    most = max([0, *(n for n, term in zip(hidden, terms, strict=True) if "..." in term)])
    spare = "".join(label for label in reversed(ascii_letters) if label not in named + (out or ""))[:most]
    if out is None:
        out = "..." + "".join(sorted(label for label in set(named) if named.count(label) == 1))
    elif most and "..." not in out:
        raise ShapeError(
            message(
                "np.einsum", f"the result {out!r}, without the axes of '...'", "'...' in it too", "sum them by np.sum"
            )
        )
    for term, n, x in zip(terms, hidden, arrays, strict=True):
        if n < 0 or (n and "..." not in term):
            raise ShapeError(
                message("np.einsum", f"the term {term!r} for shape {tuple(x.shape)}", "a letter for each axis",
                        "name them all, or write ... for the rest")
            )  # fmt: skip
    spelt = [term.replace("...", spare[most - n :] if n else "") for term, n in zip(terms, hidden, strict=True)]
    return spelt, out.replace("...", spare), arrays
