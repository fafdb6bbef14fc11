"""Biases as a row of the weights: a small linear layer is one product forward, and one backward.

    x @ weight.T + bias      is   [x 1] @ [weight.T; bias]
    g.T @ x  and  1 @ g      are  [x 1].T @ g

Where an optimiser has laid weights and biases one behind the other, the second matrix is there already. The first is
memory with one row more than there are features, which holds ones: (features + 1, batch), so that what is computed
into the other rows lies in one piece. The results around it turn with it. The numbers are those of the calls as they
were recorded, to rounding.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .program import CONSTANT, MADE, Accesses, Call, Recording, location, same, start
from .turning import Groups, Standing, is_product, noted, product, turned

MOST = 1 << 16  # bytes of a layer's inputs and of its results, up to which calls cost more than the work in them
COPIED = 1 << 14  # bytes of inputs up to which turning them costs less than adding biases


def with_ones(recording: Recording, calls: list[Call], held: list[Any]) -> tuple[list[Call], Standing]:
    """The calls with biases as rows of weights, and what stands for arrays; `held` are those that are kept."""
    work = _Work(recording, calls, held)
    return (work.done(), work.standing) if work.layers else (calls, Standing(recording, calls))


@dataclass(eq=False, slots=True)
class _Layer:
    """A product, and biases added behind it; `matrix` is both parameters, `ones` the inputs with a row more."""

    at: int
    x: Any
    matrix: Any
    z: Any
    ones: Any = None


@dataclass(eq=False, slots=True)
class _Gradient:
    """A product and a sum that give a layer's gradients.

    `place` is where an optimiser wants both, and `copies` are the calls that bring them there; or it is memory of their
    own, from which `calls` bring them where they were.
    """

    layer: _Layer
    g: Any
    place: Any
    copies: set[int]
    calls: list[Call]


class _Work:
    """What is found in calls, and the calls that come of it."""

    def __init__(self, recording: Recording, calls: list[Call], held: list[Any]) -> None:
        self.recording, self.given, self.held = recording, calls, held
        self.standing = Standing(recording, calls)
        self.copied: dict[int, Call] = {}  # by the number of the call that they come before
        self.reading: dict[int, list[int]] = {}  # the numbers of the calls that read a memory, by its id
        self.writing: dict[int, list[int]] = {}
        for i, call in enumerate(calls):
            for memory in call.needs:
                self.reading.setdefault(id(memory), []).append(i)
            for memory in call.makes:
                self.writing.setdefault(id(memory), []).append(i)
        self.kept: dict[int, list[Any]] = {}  # the arrays that are held, by the id of their memory
        for array in held:
            self.kept.setdefault(id(recording.places.find(array)), []).append(array)
        self.layers = {layer.at: layer for layer in self._layers()}
        if self.layers:
            self.accesses = Accesses(calls)
            self._turn()
            self.gradients = dict(self._gradients())

    def _layers(self) -> Iterator[_Layer]:
        memory = self.recording.memory
        for i, (first, second) in enumerate(zip(self.given, self.given[1:], strict=False)):
            if not is_product(first) or not _adds_in_place(second, first.args[2]):
                continue
            x, weight, z = first.args
            bias = second.args[1]
            small = x.ndim == z.ndim == 2 and max(x.nbytes, z.nbytes) <= MOST
            if small and x.flags.c_contiguous and memory(weight).lasting and memory(weight) is memory(bias):
                matrix = _stacked(weight, bias)
                if matrix is not None:
                    yield _Layer(i, x, matrix, z)

    def _turn(self) -> None:
        """Turn what the layers read and make, and give their inputs a row of ones."""
        groups = Groups(self.recording, self.given, self.held)
        for wholes in groups.of(array for layer in self.layers.values() for array in (layer.x, layer.z)):
            for whole in wholes:
                self.standing.put(whole, turned(whole))
        made: dict[Any, Any] = {}
        for i, layer in list(self.layers.items()):
            key = location(layer.x)
            if key not in made:
                made[key] = self._ones(layer)
            layer.ones = made[key]
            if layer.ones is None:
                del self.layers[i]

    def _ones(self, layer: _Layer) -> Any:
        """The inputs of a layer, in rows, and a row of ones; None if a copy of them would not do."""
        n, features = layer.x.shape
        memory = self.recording.memory(layer.x)
        if memory not in self.standing:
            later = max(self.writing.get(id(memory), [-1])) >= layer.at
            if later or layer.x.nbytes > COPIED:
                return None
        ones = np.ones((features + 1, n), layer.x.dtype)
        self.recording.places.add(CONSTANT, ones)
        inputs = ones[:-1].T
        if memory in self.standing:
            self.standing.put(layer.x, inputs)
        else:
            call = self.given[layer.at]
            copy = Call(np.copyto, (inputs, layer.x), {}, [layer.x], [inputs], origin=call.origin, op=call.op)
            self.copied[layer.at] = noted(self.recording, copy)
        return ones

    def _gradients(self) -> Iterator[tuple[int, _Gradient]]:
        layers: dict[Any, _Layer] = {}
        for layer in self.layers.values():
            layers.setdefault(location(layer.x), layer)
        for i, (first, second) in enumerate(zip(self.given, self.given[1:], strict=False)):
            if not (is_product(first) and is_product(second)):
                continue
            (turned_g, x, _), (one, g, _) = first.args, second.args
            found = layers.get(location(x))
            if found is None or g.ndim != 2 or not same(turned_g, g.T) or not self._is_ones(one):
                continue
            if any(call.writes[0].dtype != g.dtype for call in (first, second)):
                continue
            yield i, self._in_place(i, found, g) or self._apart(i, found, g)

    def _in_place(self, i: int, layer: _Layer, g: Any) -> _Gradient | None:
        """The gradients where an optimiser wants them, if they are copied there and nobody else looks at them."""
        ways = list(self._copied_on(i)), list(self._copied_on(i + 1))
        last = [self.given[way[-1]].writes[0] for way in ways if way]
        if len(last) < 2 or not all(self.recording.memory(a).scratch for a in last):
            return None
        place, copies = _stacked(last[0].T, last[1]), {*ways[0], *ways[1]}
        if place is None or not self._undisturbed(place, i, copies):
            return None
        for stands, way in zip(last, ways, strict=True):
            for j in way:
                self.standing.put(self.given[j].reads[0], stands)
        return _Gradient(layer, g, place, copies, [])

    def _apart(self, i: int, layer: _Layer, g: Any) -> _Gradient:
        """The gradients in memory of their own, and copies of them."""
        place = np.empty(layer.matrix.shape, g.dtype)
        self.recording.places.add(MADE, place)
        place = self.recording.places.stand_in(place)
        calls = []
        for call, array in zip(self.given[i : i + 2], (place[:-1].T, place[-1]), strict=True):
            (target,) = call.writes
            copy = replace(call, function=np.copyto, args=(target, array), reads=[array], writes=[target])
            calls.append(noted(self.recording, copy))
        return _Gradient(layer, g, place, set(), calls)

    def _is_ones(self, array: Any) -> bool:
        return array.ndim == 1 and self.standing.steady(array) and bool((array == 1).all())

    def _copied_on(self, i: int) -> Iterator[int]:
        """The numbers of the calls that copy what call i makes, and only that, on and on."""
        while True:
            (gradient,) = self.given[i].writes
            memory = self.recording.memory(gradient)
            readers = self.reading.get(id(memory), [])
            if memory.kind != MADE or self.writing[id(memory)] != [i] or len(readers) != 1:
                return
            if not all(same(array, gradient) for array in self.kept.get(id(memory), ())):
                return
            (i,) = readers
            call = self.given[i]
            if call.function is not np.copyto or call.style != "plain" or call.options:
                return
            target = call.writes[0]
            if not same(call.reads[0], gradient) or (target.shape, target.dtype) != (gradient.shape, gradient.dtype):
                return
            yield i

    def _undisturbed(self, place: Any, i: int, copies: set[int]) -> bool:
        """Whether nobody else reads or writes there while the gradients are already there."""
        last = max(copies)
        return not any(i <= j < last and j not in copies for j, _ in self.accesses.of(place))

    def done(self) -> list[Call]:
        """The calls."""
        left_out = {i + 1 for i in (*self.layers, *self.gradients)}
        left_out.update(j for found in self.gradients.values() for j in found.copies)
        made = []
        for i, call in enumerate(self.given):
            if i in self.copied:
                made.append(self.copied[i])
            if i in self.layers:
                layer = self.layers[i]
                made.append(product(self.recording, call, layer.ones.T, layer.matrix, self.standing(layer.z)))
            elif i in self.gradients:
                found = self.gradients[i]
                made.append(product(self.recording, call, found.layer.ones, self.standing(found.g), found.place))
                made += map(self.standing.call, found.calls)
            elif i not in left_out:
                made.append(self.standing.call(call))
        return made


def _stacked(matrix: Any, row: Any) -> Any:
    """A matrix and the row that lies behind it as one, or None if they do not lie so."""
    if matrix.ndim != 2 or row.shape != matrix.shape[1:] or row.dtype != matrix.dtype or not row.flags.c_contiguous:
        return None
    if not matrix.flags.c_contiguous or start(row) != start(matrix) + matrix.nbytes:
        return None
    rows, columns = matrix.shape
    return as_strided(matrix, (rows + 1, columns), (columns * matrix.itemsize, matrix.itemsize))


def _adds_in_place(call: Call, z: Any) -> bool:
    """Whether a call adds an array to `z`, where it lies."""
    if call.function is not np.add or not call.elementwise or len(call.args) != 3:
        return False
    before, bias, after = call.args
    return isinstance(before, np.ndarray) and isinstance(bias, np.ndarray) and same(before, z) and same(after, z)
