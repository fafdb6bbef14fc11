"""Random numbers for a part of a batch: those that its samples would get if the batch were whole.

share = Share()
share.begin(0, 16, 48)                  # the first 16 of 48 samples
with share.drawing():                   # in the thread that computes this part
    uniform(generator, (16, 8))         # the first third of what generator.random((48, 8)) would give
share.settle()                          # the generator has moved on by all 48

So a batch in parts gets the same dropout masks as in one piece, and the generator's state afterwards is that of one
piece too. The numbers that belong to other samples are not drawn but skipped, which PCG64 does in no time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.errors import message

from .errors import ConfigError

_current: ContextVar[Share | None] = ContextVar("nn_share", default=None)
_SKIPPING = ("PCG64", "PCG64DXSM")  # the kinds that skip in steps of a number


class Share:
    """Which samples of a batch a part has, and what draws for them in the place of each generator."""

    def __init__(self) -> None:
        self.start = self.stop = self.total = 0
        self._standing: dict[int, tuple[np.random.Generator, np.random.Generator]] = {}
        self._drawn: set[int] = set()  # the generators that were drawn from in this step

    def begin(self, start: int, stop: int, total: int) -> None:
        """Draw for the samples from `start` to below `stop` of so many, from where the generators are now."""
        self.start, self.stop, self.total = start, stop, total
        self._drawn.clear()

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """Let `uniform` draw for this part, in this thread."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)

    def settle(self) -> None:
        """Bring the generators to where they would be after the whole batch."""
        for key in self._drawn:
            source, standing = self._standing[key]
            source.bit_generator.state = standing.bit_generator.state
        self._drawn.clear()

    def source(self, generator: np.random.Generator) -> np.random.Generator:
        """What draws in the place of a generator, which nobody moves while the parts are made.

        Raises:
            ConfigError: it is of a kind that can't skip numbers.
        """
        key = id(generator)
        if key not in self._standing:
            kind = type(generator.bit_generator).__name__
            if kind not in _SKIPPING:
                do = "use np.random.default_rng, or threads=1"
                raise ConfigError(message("threads", f"a generator of kind {kind}", "one that can skip numbers", do))
            self._standing[key] = generator, np.random.Generator(type(generator.bit_generator)(0))
        standing = self._standing[key][1]
        if key not in self._drawn:
            self._drawn.add(key)
            standing.bit_generator.state = generator.bit_generator.state
        return standing

    def uniform(self, generator: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """This part of what the generator would draw for all samples, which lie along the first axis of `shape`.

        Raises:
            ConfigError: there are not equally many numbers for each sample.
        """
        standing, size = self.source(generator), int(np.prod(shape))
        each, rest = divmod(size, self.stop - self.start)
        if rest:
            got = f"random numbers of shape {shape} for {self.stop - self.start} samples"
            raise ConfigError(message("threads", got, "equally many for each", "use threads=1"))
        _skip(standing, each * self.start)
        drawn = standing.random(shape, dtype=np.float32)
        _skip(standing, each * (self.total - self.stop))
        return drawn


def source(generator: np.random.Generator) -> np.random.Generator:
    """What `uniform` moves: the generator itself, or in a part of a batch what stands for it."""
    share = _current.get()
    return generator if share is None else share.source(generator)


def uniform(generator: np.random.Generator, shape: Any) -> NDArray[np.float32]:
    """Numbers from 0 to below 1 in float32: in a part of a batch those of its samples.

    Example:
        >>> uniform(np.random.default_rng(0), (3, 2))[2].round(4)
        array([0.3078, 0.041 ], dtype=float32)
        >>> share = Share()
        >>> share.begin(2, 3, 3)
        >>> with share.drawing():
        ...     uniform(np.random.default_rng(0), (1, 2)).round(4)
        array([[0.3078, 0.041 ]], dtype=float32)
    """
    share = _current.get()
    return generator.random(shape, dtype=np.float32) if share is None else share.uniform(generator, tuple(shape))


def _skip(generator: np.random.Generator, count: int) -> None:
    """Move on by so many float32 numbers: two of them are made of one step, whose second half waits for the next."""
    if count == 0:
        return
    bits: Any = generator.bit_generator
    count -= bits.state["has_uint32"]
    bits.advance(count // 2)  # which forgets a half that waits
    if count % 2:
        generator.random(dtype=np.float32)
