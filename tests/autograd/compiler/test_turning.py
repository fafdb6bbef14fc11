"""Results that turn together, and arrays that stand for others."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from autograd.compiler.program import CONSTANT, INPUT, MADE, Call, Recording, same
from autograd.compiler.turning import Groups, Standing, product, turned

SHAPE = (4, 3)


def matrix(recording: Recording, kind: str = MADE, shape: tuple[int, ...] = SHAPE) -> Any:
    made = np.zeros(shape)
    recording.places.add(kind, made)
    keep.append(made)  # so that its address stays its own
    return recording.places.stand_in(made)


keep: list[Any] = []


def element_wise(recording: Recording, *arrays: Any, function: Any = np.multiply) -> None:
    call = Call(function, arrays, {}, list(arrays[:-1]), [arrays[-1]], elementwise=True)
    recording.append(call)


def members(recording: Recording, array: Any, held: Any = ()) -> int:
    return sum(map(len, Groups(recording, recording.calls, held).of([array, array.T])))


def test_what_meets_turns_together() -> None:
    recording = Recording()
    a, b, c, d, e = (matrix(recording) for _ in range(5))
    for each in (a, b, d):
        element_wise(recording, each, each, function=np.exp)
    element_wise(recording, a, b, c)
    element_wise(recording, d, e, function=np.exp)
    assert [members(recording, each) for each in (a, b, c, d, e)] == [3, 3, 3, 2, 2]


def test_a_long_way_to_the_first_of_a_group() -> None:
    recording = Recording()
    results = [matrix(recording) for _ in range(50)]
    element_wise(recording, results[-1], results[-1], function=np.exp)
    for one, other in pairwise(reversed(results)):  # each joins its group to another one
        element_wise(recording, one, other, function=np.exp)
    alone = matrix(recording)
    element_wise(recording, alone, alone, function=np.exp)
    groups = list(Groups(recording, recording.calls, ()).of([results[7], alone, results[40], results[0]]))
    assert [len(group) for group in groups] == [50, 1]
    assert members(recording, results[49], [results[3][1:]]) == 0


@pytest.mark.parametrize(
    ("kind", "shape", "free"),
    [(INPUT, SHAPE, False), (CONSTANT, SHAPE, True), (INPUT, (3,), True), (INPUT, (4, 1), True)],
)
def test_what_it_meets(kind: str, shape: tuple[int, ...], free: bool) -> None:
    recording = Recording()
    a, other = matrix(recording), matrix(recording, kind, shape)
    element_wise(recording, a, a, function=np.exp)
    element_wise(recording, a, other, a)
    assert members(recording, a) == free


@pytest.mark.parametrize("view", [lambda a: a[1:], lambda a: a.reshape(-1), lambda a: a.reshape(2, 6)])
def test_what_is_seen_in_part_stays(view: Any) -> None:
    recording = Recording()
    a = matrix(recording)
    element_wise(recording, a, a, function=np.exp)
    assert members(recording, a) == 1
    assert members(recording, a, [view(a)]) == 0
    assert members(recording, a, [a.T]) == 1
    element_wise(recording, view(a), view(a), function=np.exp)
    assert members(recording, a) == 0


def test_a_function_that_may_ask_how_its_operand_lies() -> None:
    recording = Recording()
    a, b = matrix(recording), matrix(recording)
    element_wise(recording, a, b, function=np.exp)
    recording.append(Call(np.sort, (b,), {}, [b], [matrix(recording)], style="copy"))
    assert members(recording, a) == 0


def test_standing_and_products() -> None:
    recording = Recording()
    a, b, out = matrix(recording), matrix(recording, shape=(3, 5)), matrix(recording, shape=(4, 5))
    recording.append(Call(np.dot, (a, b, out), {}, [a, b], [out]))
    standing = Standing(recording, recording.calls)
    standing.put(out, turned(out))
    assert standing(a) is a
    assert same(standing(out.T), turned(out).T)
    assert standing({"x": [out]})["x"][0] is standing(out)
    call = standing.call(recording.calls[0])
    assert [array.shape for array in call.args] == [(5, 3), (3, 4), (5, 4)]
    assert call.args[2].flags.c_contiguous
    assert call.makes == [recording.memory(out)]
    assert same(product(recording, call, a, b, out).args[2], out)


@pytest.mark.parametrize(("constant", "copied"), [(np.ones(SHAPE), False), (np.arange(12.0).reshape(SHAPE), True)])
def test_a_constant_beside_a_turned_result(constant: Any, copied: bool) -> None:
    recording = Recording()
    out = matrix(recording)
    element_wise(recording, constant, out, function=np.exp)
    standing = Standing(recording, recording.calls)
    standing.put(out, turned(out))
    operand, result = standing.call(recording.calls[0]).args
    assert (operand.shape, result.shape) == ((3, 4), (3, 4))
    assert operand.flags.c_contiguous
    np.testing.assert_array_equal(operand, constant.T)
    assert np.shares_memory(operand, constant) != copied  # all of one number lies either way


def test_bits_that_are_seen_as_other_numbers_turn_with_them() -> None:
    recording = Recording()
    a, b = matrix(recording), matrix(recording)
    for each in (a, b):
        element_wise(recording, each, each, function=np.exp)
    element_wise(recording, a.view(np.int64), b.view(np.int64), b.view(np.int64), function=np.bitwise_and)
    assert members(recording, a) == 2
    standing = Standing(recording, recording.calls)
    standing.put(b, turned(b))
    bits, whole, across = standing([b.view(np.int64), b, b.view(np.int64).T])
    assert bits.dtype == across.dtype == np.int64
    assert bits.strides == whole.strides == across.T.strides == turned(b).strides
