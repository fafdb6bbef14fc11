"""How a call of NumPy is written so that it works into memory made before: the forms that NumPy decides fastest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .program import Call, arrays_in

NAMED_OUT = (np.maximum, np.minimum)  # a third operand by position is deprecated there
WITH_OUT = frozenset((np.dot, np.concatenate, np.stack, np.take))
Lower = Callable[[Any, Any, Any], Call | None]


def numbers(args: Any, outs: Any) -> tuple[Any, ...]:
    """Python's numbers as arrays of the dtype that they will be given anyway: each costs a call 300 ns otherwise."""
    dtypes = {array.dtype for array in arrays_in(args)}
    if len(dtypes) != 1:
        return tuple(args)
    (dtype,) = dtypes
    return tuple(np.asarray(x, dtype) if _fits(x, dtype) else x for x in args)


def _fits(x: Any, dtype: Any) -> bool:
    if dtype.kind == "f":
        return type(x) in (int, float)
    return dtype.kind in "iu" and type(x) is int and bool(np.iinfo(dtype).min <= x <= np.iinfo(dtype).max)


def lower_ufunc(ufunc: Any) -> Lower:
    """For a plain call of a ufunc."""

    def lower(args: Any, options: Any, outs: Any) -> Call:
        full = numbers(args, outs)
        reads = list(arrays_in([list(full), options]))
        alone = not options and ufunc.signature is None
        call, given = ufunc, (*full, *outs)
        if ufunc in NAMED_OUT:
            return Call(ufunc, full, {**options, "out": outs[0]}, reads, outs, elementwise=alone)
        if ufunc is np.matmul and not options and _is_product(full[0], full[1], outs[0]):
            call = np.dot  # decides in half the time of matmul
        return Call(call, given, options, reads, outs, elementwise=alone)

    return lower


def _is_product(a: Any, b: Any, out: Any) -> bool:
    same = a.dtype == b.dtype == out.dtype
    return bool(same and a.ndim in (1, 2) and b.ndim in (1, 2) and out.ndim and out.flags.c_contiguous)


def lower_reduce(ufunc: Any) -> Lower:
    """For a reduction."""

    def lower(args: Any, options: Any, outs: Any) -> Call:
        rest = dict(options)
        axis, dtype, keepdims = rest.pop("axis", 0), rest.pop("dtype", None), rest.pop("keepdims", False)
        if rest.get("where") is True:
            del rest["where"]
        given = (*args[:1], axis, dtype, outs[0], keepdims)
        return Call(ufunc.reduce, given, rest, list(arrays_in([list(args), rest])), outs)

    return lower


def lower_out(function: Any) -> Lower:
    """For a function that takes `out`, where its conditions on it hold."""

    def lower(args: Any, options: Any, outs: Any) -> Call | None:
        if function is np.dot and not (args[0].dtype == args[1].dtype and args[0].ndim and args[1].ndim):
            return None
        if function is np.dot:  # by position is 40 ns cheaper
            return Call(np.dot, (*args[:2], outs[0]), {}, list(arrays_in(list(args))), outs)
        return Call(function, args, {**options, "out": outs[0]}, list(arrays_in([list(args), options])), outs)

    return lower


def lower_cast(args: Any, options: Any, outs: Any) -> Call:
    """For a copy, in another dtype or the same."""
    return Call(np.copyto, (outs[0], args[0], "unsafe"), {}, [args[0]], outs)


def lower_into(function: Any) -> Lower | None:
    """For a row that states its forward once more, into a given array."""
    if function is None:
        return None

    def lower(args: Any, options: Any, outs: Any) -> Call | None:
        if len(outs) != 1:
            return None
        return Call(function, args, {**options, "out": outs[0]}, list(arrays_in([list(args), options])), outs)

    return lower
