"""NumPy's two protocols: how `np.tanh(t)` and `np.concatenate([t, u])` find their rows.

Anything that inherits `NumpyProtocols` and says how to `bind` an op can be handed to plain NumPy code. What has no
rule, and what NumPy offers that a rule does not (out=, where=, dtype=), is refused in words that say what to do.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from functools import cache
from typing import Any

import numpy as np

from .errors import UnsupportedError, an_instance, message
from .op import Derived, Op, Recorder, _by_function, _derived

_COMPARISONS = (np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal)
_PREDICATES = (
    np.isfinite,
    np.isinf,
    np.isnan,
    np.signbit,
    np.logical_not,
    np.logical_and,
    np.logical_or,
    np.bitwise_and,
    np.bitwise_or,
)
_KINDS = (np.isneginf, np.isposinf, np.isreal, np.iscomplex, np.isrealobj, np.iscomplexobj)
_BITS = (np.logical_xor, np.bitwise_xor, np.nanargmax, np.nanargmin)
_QUESTIONS = (np.shape, np.ndim, np.size, np.argmax, np.argmin, np.argsort, np.any, np.all, np.allclose, np.isclose)
# Where elements are: it jumps from one place to the next, and does not move.
_PLACES = (
    np.argpartition,
    np.argwhere,
    np.diag_indices_from,
    np.digitize,
    np.flatnonzero,
    np.isin,
    np.lexsort,
    np.may_share_memory,
    np.nonzero,
    np.ravel_multi_index,
    np.searchsorted,
    np.shares_memory,
    np.tril_indices_from,
    np.triu_indices_from,
    np.unravel_index,
)
# A count of directions, and an order of work.
_COUNTS = (np.linalg.matrix_rank, np.einsum_path)
_LIKE = (np.zeros_like, np.ones_like, np.full_like, np.empty_like, np.array_equal, np.count_nonzero, np.result_type)

# Functions whose result does not move as the input does: they see the arrays and give plain arrays.
CONSTANT = frozenset((*_COMPARISONS, *_PREDICATES, *_KINDS, *_BITS, *_QUESTIONS, *_PLACES, *_COUNTS, *_LIKE))
_TABLE_HINT = "take .data if no gradient is wanted, or see autograd.ops.table for what has a rule"
# What to do instead of a function that writes into its argument, or that calls another on plain arrays.
_INSTEAD = {
    np.apply_along_axis: "use the function's own axis=, or np.stack([f(row) for row in t])",
    np.apply_over_axes: "use the function's own axis=, which may be a tuple",
    np.copyto: "assign, as t[...] = values",
    np.fill_diagonal: "assign, as t[i, i] = value with i = np.arange(n)",
    np.place: "assign, as t[mask] = values",
    np.put: "assign, as t.flat[indices] = values",
    np.put_along_axis: "assign, as t[np.arange(n)[:, None], indices] = values for axis 1",
    np.putmask: "assign, as t[mask] = values[mask]",
    np.trim_zeros: "slice it, as t[start:stop]: what goes because it is 0 comes back as it moves",
}


class NumpyProtocols(Recorder):
    """Route NumPy's calls on an object to `bind(op, operands, options)`."""

    __slots__ = ()

    @classmethod
    def constant(cls, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a function that has no derivative to speak of."""
        raise NotImplementedError

    def __array_ufunc__(self, ufunc: Any, method: str, *args: Any, **kwargs: Any) -> Any:
        if method == "__call__" and not kwargs:
            found = _by_function.get(ufunc)
            if found is not None:
                return self.bind(found[0], args, None)
            if ufunc in CONSTANT:
                return self.constant(ufunc, args, kwargs)
            if ufunc in _derived:
                return call_derived(_derived[ufunc], args, kwargs)
            if _scipy_rows_entered(ufunc):
                return ufunc(*args)
        if method == "at" and isinstance(args[0], NumpyProtocols):
            return args[0].add_at(ufunc, *args[1:])
        if method == "__call__" and set(kwargs) == {"out"} and isinstance(kwargs["out"][0], NumpyProtocols):
            return kwargs["out"][0].receive(f"np.{ufunc.__name__} with out=", ufunc(*args))
        raise _refused_ufunc(ufunc, method, kwargs)

    def add_at(self, ufunc: Any, index: Any, *values: Any) -> None:
        """Add into part of this object; what can't be written to refuses."""
        raise _refused_ufunc(ufunc, "at", {})

    def receive(self, where: str, result: Any) -> Any:
        """Take the result of a call that named this object as its `out`; what can't be written to refuses."""
        raise UnsupportedError(message(where, an_instance(self), "a plain call", _TABLE_HINT))

    def __array_function__(self, function: Any, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if isinstance(kwargs.get("out"), NumpyProtocols):
            target = kwargs.pop("out")
            return target.receive(f"{numpy_name(function)} with out=", function(*args, **kwargs))
        if function is np.where and len(args) == 1:
            function = np.nonzero  # which is what np.where is without values to choose from
        found = _by_function.get(function)
        if found is not None:
            op, place = found
            operands, params = read_call(op, place, function, args, kwargs)
            return self.bind(op, operands, params or None)
        if function in _derived:
            return call_derived(_derived[function], args, kwargs)
        if function in CONSTANT:
            return self.constant(function, args, kwargs)
        do = _INSTEAD.get(function, _TABLE_HINT)
        raise UnsupportedError(message(numpy_name(function), "a Tensor", "a function that has a rule", do))


def _scipy_rows_entered(ufunc: Any) -> bool:
    """Enter the rows of scipy.special in the table if `ufunc` is from there; whether it now has a rule.

    They are a table of their own, in the layers above, and loaded by the first call that needs them.
    """
    special = sys.modules.get("scipy.special")
    if special is None or getattr(special, ufunc.__name__, None) is not ufunc:
        return False
    importlib.import_module(f"{__package__}.scipy.rows")
    return ufunc in _by_function or ufunc in _derived


def _refused_ufunc(ufunc: Any, method: str, kwargs: dict[str, Any]) -> UnsupportedError:
    where = f"np.{ufunc.__name__}" + ("" if method == "__call__" else f".{method}")
    got = f"a Tensor with {', '.join(f'{name}=' for name in kwargs)}" if kwargs else "a Tensor"
    plain = method == "__call__" and not kwargs
    expected = "a function that has a rule" if plain else "a plain call on whole tensors"
    return UnsupportedError(message(where, got, expected, _TABLE_HINT))


def numpy_name(function: Any) -> str:
    """How a user writes a NumPy function: `np.linalg.inv`."""
    home = getattr(function, "__module__", None) or "numpy"
    return f"{home.replace('numpy', 'np', 1)}.{function.__name__}"


def read_call(
    op: Op, place: int, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Sort the arguments of a NumPy call into the operands and the options of a row.

    An operand is the argument of its own name if NumPy has one, else the one at its place.
    """
    defaults = dict(op.numpy_arguments[place])
    names = list(defaults)
    given = {**dict(zip(names, args, strict=False)), **kwargs}
    if op.variadic:
        operands = tuple(given.pop(names[0]))
    else:
        wanted = [name if name in defaults else names[i] for i, name in enumerate(op.operands)]
        operands = tuple(given.pop(name) for name in wanted if name in given)
    params = {name: given.pop(name) for name in op.params if name in given}
    params = {name: _as_given(value) for name, value in params.items() if value is not np._NoValue}
    for name, value in given.items():
        if value is not np._NoValue and value is not defaults.get(name):
            raise _refused_option(function, f"{name}={value!r}", op.params)
    for name, value in params.items():
        if isinstance(value, Recorder):
            raise _refused_option(function, f"a Tensor as {name}", op.params)
    return operands, params


def _as_given(option: Any) -> Any:
    """An option as it is now: the caller's array or list may change before the backward pass reads it."""
    return option.copy() if isinstance(option, np.ndarray | list) else option


@cache
def _signature(function: Any) -> inspect.Signature:
    return inspect.signature(function)


def call_derived(entry: Derived, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run a derived function, refusing by name the options that it does not take."""
    given = {name: value for name, value in kwargs.items() if value is not np._NoValue}
    signature = _signature(entry.function)
    try:
        bound = signature.bind(*args, **given)
    except TypeError as error:
        got = str(error).removeprefix("got ")
        raise UnsupportedError(
            message(numpy_name(entry.numpy), got, f"the arguments {', '.join(signature.parameters)}", _TABLE_HINT)
        ) from None
    return entry.function(*bound.args, **bound.kwargs)


def _refused_option(function: Any, got: str, options: tuple[str, ...]) -> UnsupportedError:
    return UnsupportedError(
        message(
            numpy_name(function),
            got,
            f"no option but {', '.join(options)}, and plain values for them" if options else "no options",
            "leave it out, or take .data if no gradient is wanted",
        )
    )
