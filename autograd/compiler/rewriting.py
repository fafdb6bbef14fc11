"""Calls written so that NumPy does them faster, with the same bits as result. Each rule here was measured.

rewritten(recording, calls)     a copy onto itself is left out; operands of an element-wise call are made to match:

- `z + bias` with a bias for each column takes twice as long as filling an array with the bias and adding that: on
  operands that lie alike NumPy goes through them in one run, otherwise row by row.
- `g * mask` with a mask of truth values takes twice as long as turning it into numbers first.
- `np.maximum(z, 0)` takes five times as long with a single 0 as with an array of zeros.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .lowering import NAMED_OUT
from .program import CONSTANT, MADE, Call, Memory, Recording, alike, same

SPREAD = 1 << 18  # bytes up to which an operand is spread out: beyond, the cache is too small for both
_ROW = 64  # elements from which on a row of zeros is as good as a whole array


def rewritten(recording: Recording, calls: list[Call]) -> list[Call]:
    """The calls, and those before them that bring their operands into form."""
    constants = _Constants(recording, calls)
    done: list[Call] = []
    for call in calls:
        if _onto_itself(call):
            continue
        if call.elementwise and isinstance(call.function, np.ufunc) and len(call.writes) == 1:
            done += _matched(recording, call, constants)
        else:
            done.append(call)
    return done


class _Constants:
    """Arrays that hold one number again and again, made once for each number and shape."""

    def __init__(self, recording: Recording, calls: list[Call]) -> None:
        self._recording = recording
        self._written = {id(memory) for call in calls for memory in call.makes}
        self._made: dict[Any, Any] = {}

    def filled(self, number: Any, memory: Memory, shape: tuple[int, ...]) -> Any:
        """The 0-d `number` as an array of a shape, or None if it may be another at another run."""
        if memory.kind != CONSTANT or id(memory) in self._written:
            return None
        key = number.tobytes(), number.dtype, shape
        if key not in self._made:
            self._made[key] = np.full(shape, number)
            self._recording.memory(self._made[key])
        return self._made[key]


def _onto_itself(call: Call) -> bool:
    if call.function is not np.copyto or call.style != "plain" or "where" in call.options or not call.reads:
        return False
    return same(call.reads[0], call.writes[0])


def _matched(recording: Recording, call: Call, constants: _Constants) -> list[Call]:
    """The call, and what has to come before it so that its operands match its result."""
    out = call.writes[0]
    if out.ndim == 0 or not (out.flags.c_contiguous or out.T.flags.c_contiguous):
        return [call]
    operands = call.args[: len(call.args) - ("out" not in call.options)]
    if not any(isinstance(x, np.ndarray) and alike(x, np.empty_like(out, x.dtype)) for x in operands):
        return [call]
    before: list[Call] = []
    for i, x in enumerate(operands):
        if not isinstance(x, np.ndarray):
            continue
        form = x.reshape(()) if x.size == 1 and x.shape != out.shape else x  # one number is met in one run
        if not form.ndim:
            filled = _filled(recording, call, form, constants)
            form = form if filled is None else filled
        elif _better_spread(x, out, operands):
            spreading = _spreading(recording, call, x, operands)
            before.append(spreading)
            (form,) = spreading.writes
        if form is not x:
            call = _with_operand(recording, call, i, form)
    return [*before, call]


def _spreading(recording: Recording, call: Call, x: Any, operands: tuple[Any, ...]) -> Call:
    """What fills an array like the result with an operand."""
    out = call.writes[0]
    dtype = next(y.dtype for y in operands if y.shape == out.shape and y.dtype.kind != "b")
    whole = np.empty_like(out, dtype)
    recording.places.add(MADE, whole)
    whole = recording.places.stand_in(whole)
    spreading = Call(np.copyto, (whole, x), {}, [x], [whole], origin=call.origin, op=call.op, update=call.update)
    spreading.needs, spreading.makes = [recording.memory(x)], [recording.memory(whole)]
    return spreading


def _filled(recording: Recording, call: Call, x: Any, constants: _Constants) -> Any:
    """For the one number of a maximum or a minimum an array, or a row if an array were too large; None for others."""
    if call.function not in NAMED_OUT:
        return None
    out = call.writes[0]
    if out.nbytes <= SPREAD:
        shape = out.shape
    elif out.flags.c_contiguous and out.shape[-1] >= _ROW:
        shape = out.shape[-1:]
    else:
        return None
    found = constants.filled(x, recording.memory(x), shape)
    return found if found is None or out.flags.c_contiguous or len(shape) < 2 else found.reshape(shape[::-1]).T


def _better_spread(x: Any, out: Any, operands: tuple[Any, ...]) -> bool:
    """Whether an operand is one for several rows or columns, or truth values beside numbers."""
    if out.nbytes > SPREAD or out.ndim < 2 or not x.ndim or x.size < 2:
        return False
    others = [y for y in operands if isinstance(y, np.ndarray) and y is not x and y.shape == out.shape]
    if not others or others[0].dtype.kind != "f":
        return False
    stretched = x.size < out.size and x.dtype == others[0].dtype
    return bool(stretched or (x.dtype.kind == "b" and x.shape == out.shape))


def _with_operand(recording: Recording, call: Call, i: int, array: Any) -> Call:
    """The call with another operand."""
    old = call.args[i]
    args = (*call.args[:i], array, *call.args[i + 1 :])
    new = replace(call, args=args, reads=[array if x is old else x for x in call.reads])
    new.needs = [recording.memory(x) for x in new.reads]
    return new
