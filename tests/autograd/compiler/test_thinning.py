"""What a recording was made in is let go: a compiled function holds its program's memory, and not all results."""

from __future__ import annotations

import tracemalloc

import numpy as np

import autograd
from autograd.compiler.program import INPUT, MADE, Call, Recording, span
from autograd.compiler.thinning import thinned


def test_arrays_that_shared_bytes_share_them_still_and_no_memory_is_held():
    recording = Recording()
    x, y, z = np.ones((3, 4)), np.zeros((5, 6)), np.zeros(3, np.int8)
    for kind, array in ((INPUT, x), (MADE, y), (MADE, z)):
        recording.places.add(kind, array)
    recording.append(Call(np.add, (x[0, :2], y[1:3, 2], y[1:3, 2].T), {}, [x], [y[1:, 2:]]))
    before = [recording.places.find(array) for array in (x, y, z)]
    a, b, (c, same) = thinned(recording, [x[1:], y[::-1, ::2], (z, z)])
    assert a.base is x
    assert same is c
    for array, moved in ((y[::-1, ::2], b), (z, c)):
        assert (moved.shape, moved.strides, moved.dtype) == (array.shape, array.strides, array.dtype)
        assert not np.shares_memory(moved, array)
        assert span(moved)[0] % array.itemsize == 0
    assert [recording.places.find(array) for array in (a, b, c)] == before
    (call,) = recording.calls
    assert span(call.args[1])[0] - span(call.writes[0])[0] == 0
    assert span(call.args[1]) == span(call.args[2])
    assert np.shares_memory(call.args[0], x)
    assert recording.places.find(y) is None


def test_a_compiled_function_holds_the_memory_of_its_program_alone():
    def chain(x):
        for _ in range(30):
            x = np.tanh(x * 1.01)
        return x

    fast, x = autograd.compile(chain), np.linspace(-1, 1, 100_000)
    tracemalloc.start()
    try:
        fast(x)
        held, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    shared, apart = fast.memory
    assert held < shared + 2 * x.nbytes  # its memory, a buffer for the input
    assert most < 1.3 * apart  # one recording at a time
