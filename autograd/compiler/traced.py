"""An array that writes down what is computed with it.

While a step is recorded, its arguments, parameters and state are arrays of this kind. They are ndarrays, so the step,
the rules of the rows and the optimisers run on them as they are; NumPy's two protocols and ndarray's methods come by
here, and each call of NumPy is written down as a line that works into memory made once.

What can't be written down is refused: asking for the value itself, and results whose shape depends on values.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import numpy as np

from ..errors import message
from ..op import Op, Recorder
from .callers import caller, is_library, row_at_work
from .lowering import NAMED_OUT, WITH_OUT, lower_cast, lower_into, lower_out, lower_reduce, lower_ufunc, numbers
from .program import MADE, Call, Leak, Recording, ReplayError, arrays_in, each_array

_active: ContextVar[Recording | None] = ContextVar("autograd_recording", default=None)
active: Callable[[], Recording | None] = _active.get

# These ask about shape and dtype alone: the answer is the same at every run.
_ABOUT_SHAPE = frozenset(
    (
        np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.zeros_like, np.ones_like, np.empty_like,
        np.iscomplexobj, np.isrealobj, np.common_type, np.min_scalar_type, np.may_share_memory, np.shares_memory,
    )
)  # fmt: skip
_TEXTS = frozenset((np.array2string, np.array_repr, np.array_str))
_BY_VALUE = frozenset(
    (np.nonzero, np.argwhere, np.flatnonzero, np.unique, np.compress, np.extract, np.trim_zeros, np.bincount)
)


def plain(x: Any) -> Any:
    """The same memory as an ordinary array; also inside lists, tuples and dicts."""
    return each_array(x, lambda array: array.view(np.ndarray) if isinstance(array, Traced) else array)


def traced(array: Any) -> Any:
    """The same memory as an array that writes down."""
    return array.view(Traced)


def wrap(result: Any) -> Any:
    """What a recorded call gives: its arrays write down in their turn."""
    if isinstance(result, np.ndarray):
        return traced(result)
    if isinstance(result, tuple):
        parts = [wrap(part) for part in result]
        return result._make(parts) if hasattr(result, "_make") else tuple(parts)
    return [wrap(part) for part in result] if isinstance(result, list) else result


def settle(recording: Recording) -> None:
    """Write down the copies that NumPy made by itself; see `Traced.__array_finalize__`."""
    pending, recording.copies = recording.copies, []
    for new, old in pending:
        if recording.places.find(new) is None and new.dtype.kind not in "OV":
            if not _same_numbers(new, old):
                raise ReplayError(
                    message("compile", f"an array of shape {new.shape} made from another in a way that is not recorded",
                            "NumPy functions and methods", "write it with NumPy functions")
                )  # fmt: skip
            recording.places.add(MADE, new)
            recording.append(Call(np.copyto, (new, old, "unsafe"), {}, [old], [new]))


def _same_numbers(new: Any, old: Any) -> bool:
    """Whether one array is the other in its dtype; looked at piece by piece, as they may be large."""
    options: Any = {"op_dtypes": [new.dtype] * 2, "casting": "unsafe", "flags": ["external_loop", "buffered"]}
    pieces = np.nditer([new, old], op_flags=[["readonly"]] * 2, **options)
    return all(np.array_equal(a, b, equal_nan=new.dtype.kind == "f") for a, b in pieces)


def perform(
    function: Any, args: Any, options: Any, lower: Callable[..., Any] | None = None, *, draws: bool = False
) -> Any:
    """Call a function, and write it down unless it only gave another view.

    `lower` makes the line from the arguments and the results; without it the results are copied to their places.
    """
    args, options = plain(tuple(args)), plain(options)
    recording = active()
    if recording is None:
        return function(*args, **options)
    settle(recording)
    read = [a for a in arrays_in([list(args), options]) if a.size]
    recording.looked_at(read)
    made = function(*args, **options)
    results = as_arrays(made)
    outs = list(arrays_in(results))
    picks = [i for i, out in enumerate(outs) if out.size and recording.places.find(out) is None]
    if picks:
        for i in picks:
            if recording.places.find(outs[i]) is None:  # two results may share their memory
                recording.places.add(MADE, outs[i])
        call = lower(args, options, outs) if lower else None
        if call is None:
            picks.sort(key=lambda i: outs[i].nbytes)  # the last may come where an operand was
            call = Call(function, args, options, read, [outs[i] for i in picks], "copy")
            call.picks = tuple(picks) if isinstance(results, (tuple, list)) else ()
        call.draws = draws
        recording.append(call)
    made = wrap(results)
    for result in arrays_in(made):
        result.fresh = result.base.base is None and any(result.base is outs[i] for i in picks)
    return made


def as_arrays(made: Any) -> Any:
    """NumPy's scalars as arrays: a result has memory, which the next run writes to."""
    if isinstance(made, np.generic):
        return np.asarray(made)
    if isinstance(made, (tuple, list)):
        parts = [as_arrays(part) for part in made]
        return made._make(parts) if hasattr(made, "_make") else type(made)(parts)
    return made


def _others(tree: Any) -> bool:
    """Whether something among the arguments records by itself."""
    if isinstance(tree, (tuple, list)):
        return any(map(_others, tree))
    if isinstance(tree, dict):
        return _others(list(tree.values()))
    return isinstance(tree, Recorder) and not isinstance(tree, Traced)


def _in_place(function: Any, args: Any, options: Any, written: Any) -> None:
    """Call a function that changes `written`, and write it down."""
    args, options, written = plain((tuple(args), options, written))
    recording = active()
    if recording is not None:
        settle(recording)
        args, options, written = recording.opened((args, options, written), [written])
        read = [array for array in arrays_in([list(args), options]) if array.size]
        recording.looked_at(read)  # as it is before the call
        function(*args, **options)
        if written.size:
            recording.append(Call(function, args, options, read, [written]))
    else:
        function(*args, **options)


def refuse_value(asked: str) -> None:
    """Say that a recorded program can't follow what Python does with a value."""
    recording = active()
    if recording is not None and recording.permissive:
        return
    _, line = caller()
    if (op := row_at_work()) is not None:
        raise Leak(op)
    raise ReplayError(
        message(f"compile ({line})", f"{asked} of a tensor's value", "values that stay in NumPy, since Python "
                "would see those of the recording at every run",
                "choose with np.where, return it and look at it outside, or do not compile this step")
    )  # fmt: skip


def _refusing(name: str) -> Any:
    original = getattr(np.ndarray, name)

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        if active() is not None:
            refuse_value(name.strip("_") + "()")
        return original(plain(self), *args, **kwargs)

    return method


def _method(name: str) -> Any:
    function = getattr(np.ndarray, name)

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return perform(function, (self, *args), {k: v for k, v in kwargs.items() if v is not np._NoValue})

    return method


def _changing(name: str) -> Any:
    function = getattr(np.ndarray, name)

    def method(self: Any, *args: Any, **kwargs: Any) -> None:
        _in_place(function, (self, *args), kwargs, self)

    return method


def _reduction(name: str, ufunc: Any) -> Any:
    def method(
        self: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, **options: Any
    ) -> Any:
        options = {k: v for k, v in options.items() if v is not np._NoValue and v is not True}
        return ufunc.reduce(self, axis=axis, dtype=dtype, out=out, keepdims=keepdims, **options)

    return method


def _extreme(name: str, ufunc: Any) -> Any:
    reduction = _reduction(name, ufunc)

    def method(self: Any, axis: Any = None, out: Any = None, keepdims: Any = False, **options: Any) -> Any:
        return reduction(self, axis=axis, out=out, keepdims=keepdims, **options)

    return method


class Traced(np.ndarray[Any, Any], Recorder):
    """An ndarray whose every use is written down while a recording is active.

    It is `fresh` as the result of a call; views of it are not.
    """

    fresh = False

    def __array_finalize__(self, source: Any) -> None:
        """NumPy makes a copy or a cast of one of these without a call that comes by here: it is noted for later."""
        recording = active()
        if recording is None or not isinstance(source, Traced) or not self.size:
            return
        if self.shape == source.shape and recording.places.find(self.view(np.ndarray)) is None:
            recording.copies.append((self.view(np.ndarray), source.view(np.ndarray)))

    @staticmethod
    def bind(op: Op, xs: tuple[Any, ...], params: dict[str, Any] | None) -> Any:
        """A row that is called within a rule: one line, as its forward may fill an array piece by piece."""
        for x in xs:
            if _others(x):
                return x.bind(op, xs, params)
        made = perform(op.forward, xs, params or {}, lower_into(op.into))
        return made[0] if op.saves else made

    @staticmethod
    def one_call(function: Callable[..., Any], xs: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """A forward whose steps can't be followed: one line."""
        return perform(function, xs, params, lower_into(getattr(function, "into", None)))

    def __array_ufunc__(self, ufunc: Any, method: str, *args: Any, **options: Any) -> Any:
        outs = options.pop("out", None)
        if _others((args, outs or ())):
            return NotImplemented  # a Tensor's turn: it records, and comes back here with arrays
        if outs is None:
            if method == "at":
                _in_place(ufunc.at, args, options, args[0])
                return None
            lower = {"__call__": lower_ufunc, "reduce": lower_reduce}.get(method)
            function = ufunc if method == "__call__" else getattr(ufunc, method)
            return perform(function, args, options, lower(ufunc) if lower else None)
        where_to = [out for out in outs if out is not None]
        if method == "__call__":
            elementwise = not options and ufunc.signature is None
            full = numbers(plain(args), outs)
            if ufunc in NAMED_OUT:
                _into(ufunc, full, {**options, "out": where_to[0]}, where_to, elementwise)
            else:
                _into(ufunc, (*full, *where_to), options, where_to, elementwise)
        else:
            _in_place(getattr(ufunc, method), args, {**options, "out": outs[0]}, outs[0])
        return outs[0] if len(outs) == 1 else outs

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        if _others((args, options)):
            return NotImplemented
        if function in _BY_VALUE:
            refuse_value(f"np.{function.__name__}, whose result's shape depends on values,")
        if function in _TEXTS:
            refuse_value(f"np.{function.__name__}()")
            return function(*plain(args), **plain(options))
        if function in _ABOUT_SHAPE:
            return function(*plain(args), **plain(options))
        if function is np.copyto:
            given = plain(args)
            _into(np.copyto, given, options, given[:1], False)
            return None
        if options.get("out") is not None:
            out = options["out"]
            _in_place(function, args, options, out)
            return out
        options.pop("out", None)
        lower = lower_out(function) if function in WITH_OUT else None
        return perform(function, args, options, lower)

    def __getitem__(self, key: Any) -> Any:
        if any(part.dtype == bool and isinstance(part, Traced) for part in arrays_in(key)):
            refuse_value("an index by a mask, whose result's shape depends on values,")
        return perform(np.ndarray.__getitem__, (self, key), {})

    def __setitem__(self, key: Any, value: Any) -> None:
        target = None if any(True for _ in arrays_in(key)) else plain(self)[plain(key)]
        if isinstance(target, np.ndarray) and isinstance(value, np.ndarray):
            _into(np.copyto, (target, plain(value)), {}, [target], False)
        else:
            _in_place(np.ndarray.__setitem__, (self, key, value), {}, self)

    def __bool__(self) -> bool:
        recording = active()
        if recording is None:
            return bool(plain(self))
        recording.looked_at([plain(self)], decides=True)
        truth = bool(plain(self))
        home, _ = caller()
        if not is_library(home):
            refuse_value("a branch on bool()")
        settle(recording)
        array = plain(self)
        recording.append(Call(bool, (array,), {}, [array], [], "check", expected=truth))
        return truth

    def astype(self, dtype: Any, *args: Any, copy: Any = True, **options: Any) -> Any:
        """A cast, or without need of one the array itself."""
        if not copy and self.dtype == dtype:
            return self
        return perform(np.ndarray.astype, (self, dtype, *args), options, lower_cast)

    def dot(self, other: Any, out: Any = None) -> Any:
        """The product, as np.dot writes it into memory made before."""
        return np.dot(self, other) if out is None else np.dot(self, other, out=out)

    def copy(self, order: Any = "C") -> Any:
        """A copy."""
        return perform(np.ndarray.copy, (self, order), {}, lower_cast)

    def mean(self, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, **options: Any) -> Any:
        """The mean: as ndarray's, from a sum and a division where that gives the same bits."""
        where = options.pop("where", True)
        if dtype is None and out is None and where is True and self.dtype.char in "fd" and self.size:
            total = np.add.reduce(self, axis=axis, keepdims=keepdims)
            return np.divide(total, self.size // max(total.size, 1))
        return perform(np.ndarray.mean, (self, axis, dtype), {"keepdims": keepdims, "where": where})

    sum, prod = _reduction("sum", np.add), _reduction("prod", np.multiply)
    max, min = _extreme("max", np.maximum), _extreme("min", np.minimum)
    any, all = _extreme("any", np.logical_or), _extreme("all", np.logical_and)


def _into(function: Any, args: Any, options: Any, outs: Any, elementwise: bool) -> None:
    """Call a function that is told where to write."""
    args, options, outs = plain((tuple(args), options, list(outs)))
    recording = active()
    if recording is not None:
        settle(recording)
        args, options, outs = recording.opened((args, options, outs), outs)
        mine = {id(out) for out in outs}
        given = [array for array in arrays_in([list(args), options]) if array.size]
        # told where to write by position, the places come last, or first in copyto; the same array may be read too
        places = 0 if "out" in options else len(outs)
        read = list(arrays_in(list(args[1:] if function is np.copyto else args[: len(args) - places])))
        read += [array for array in given if id(array) not in mine and not any(array is r for r in read)]
        read = [array for array in read if array.size]
        recording.looked_at(read)
        function(*args, **options)
        if any(out.size for out in outs):
            recording.append(Call(function, args, options, read, outs, elementwise=elementwise))
    else:
        function(*args, **options)


for _name in (
    "argmax", "argmin", "argsort", "argpartition", "choose", "clip", "conj", "conjugate", "cumprod", "cumsum",
    "diagonal", "flatten", "ravel", "repeat", "reshape", "round", "searchsorted", "squeeze", "std", "swapaxes",
    "take", "trace", "transpose", "var",
):  # fmt: skip
    setattr(Traced, _name, _method(_name))
for _name in ("fill", "itemset", "partition", "put", "resize", "sort"):
    if hasattr(np.ndarray, _name):
        setattr(Traced, _name, _changing(_name))
for _name in (
    "__complex__", "__float__", "__index__", "__int__", "__repr__", "__str__", "__format__", "item", "tolist",
    "tobytes", "compress", "nonzero",
):  # fmt: skip
    setattr(Traced, _name, _refusing(_name))
