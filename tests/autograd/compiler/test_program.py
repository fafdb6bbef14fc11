"""A recording knows memory by its address while the step holds it, and writes down stand-ins that take none."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from autograd.compiler.program import CONSTANT, INPUT, MADE, Accesses, Call, Places, Recording, same, span


def test_stand_ins_share_the_bytes_that_their_arrays_share():
    recording = Recording()
    places = recording.places
    x, y, z = np.ones((3, 4)), np.zeros((5, 6)), np.zeros(3, np.int8)
    made = [places.add(kind, array) for kind, array in ((INPUT, x), (MADE, y), (MADE, z))]
    for array in (x[1:], y[::-1, ::2], y.T, z):
        stand_in = places.stand_in(array)
        assert (stand_in.shape, stand_in.strides, stand_in.dtype) == (array.shape, array.strides, array.dtype)
        assert not np.shares_memory(stand_in, array)
        assert places.find(stand_in) is places.find(array)
        assert places.stand_in(stand_in) is stand_in
        assert span(stand_in)[0] % 64 == span(array)[0] % 64
    assert span(places.stand_in(y[1:]))[0] - span(places.stand_in(y))[0] == y.strides[0]
    part = y[1:3, 2]
    recording.append(Call(np.add, (x[0, :2], part, part), {}, [x, part], [y[1:, 2:]]))
    (call,) = recording.calls
    assert call.args[1] is call.args[2] is call.reads[1]
    assert (call.needs, call.makes) == ([made[0], made[1]], [made[1]])
    assert not any(np.shares_memory(array, y) for array in (*call.args, *call.writes))


def test_memory_that_was_freed_is_another_when_it_comes_again():
    places = Places()
    owner = np.zeros(100)
    view = owner[10:20]
    memory = places.add(MADE, view)
    stand_in, address = places.stand_in(view), span(owner)[0]
    del owner
    assert places.find(view) is memory  # a view holds it
    del view
    others = [np.zeros(100) for _ in range(100)]
    found = [array for array in others if span(array)[0] == address]
    if not found:
        pytest.skip("the allocator gives other memory")
    (again,) = found
    assert places.find(stand_in) is memory
    assert places.find(again) is None
    assert places.add(CONSTANT, again) is places.find(again)
    assert places.find(stand_in) is memory


def test_more_stand_ins_than_one_piece_of_addresses_holds():
    places = Places()
    sizes = (3, 700_000, 5, 2_000_000, 1, 900_000)
    stand_ins = []
    for size in sizes:
        array = np.empty(size, np.uint8)
        places.add(MADE, array)
        stand_ins.append(places.stand_in(array))
    found = [places.find(stand_in) for stand_in in stand_ins]
    assert [memory.high - memory.low for memory in found] == list(sizes)
    ordered = sorted(found, key=lambda memory: memory.low)
    assert all(a.high <= b.low for a, b in pairwise(ordered))


def test_a_constant_is_remembered_as_it_was():
    array = np.arange(5000.0)
    memories = [Places().add(CONSTANT, array), Places().add(CONSTANT, array.copy())]
    assert memories[0].print == memories[1].print
    array[[7, 8]] = 8.0, 7.0
    assert Places().add(CONSTANT, array).print != memories[0].print
    assert Places().add(CONSTANT, np.array(["a", None], object)).print
    assert memories[0].initial is None
    recording = Recording()
    recording.opened((), [array[:3]])
    array[:3] = 5
    assert recording.memory(array).initial[:3].tolist() == [0, 1, 2]


def test_who_reads_or_writes_a_stretch_of_memory():
    rng = np.random.default_rng(0)
    memory = np.zeros(60)

    def piece():
        first, length = rng.integers(55), rng.integers(1, 9) if rng.random() < 0.8 else 60
        return memory[first : first + length : rng.integers(1, 3)]

    calls = [Call(np.exp, (), {}, [piece() for _ in range(rng.integers(3))], [piece()]) for _ in range(40)]
    accesses = Accesses(calls)
    for _ in range(40):
        array = piece()
        low, high = span(array)
        expected = [
            (i, writes)
            for i, call in enumerate(calls)
            for writes, arrays in ((False, call.reads), (True, call.writes))
            for other in arrays
            if span(other)[0] < high and low < span(other)[1]
        ]
        assert sorted(accesses.of(array)) == expected
    assert list(accesses.of(np.zeros(3))) == []


def test_arrays_that_look_at_the_same_elements_in_the_same_way():
    x = np.zeros((2, 2))
    assert same(x, x[:])
    for other in (x.T, x[:1], x.copy(), x.view(np.int64), x.reshape(-1)):
        assert not same(x, other)
