"""How many threads suit a training step: one, unless its products are so large that a second one pays at all times.

    with suited(multiplications): ...

On a busy machine BLAS's threads wait for each other without sleeping. With both of two cores taken by other work, two
threads took 300 times as long as one for a product of 128 x 784 x 256, half as long again for 1024 x 1024 x 1024, and
as long for 2048 x 2048 x 2048: there a second thread begins. It goes by size and never by the clock, since another
number of threads adds up in another order, and a seed is to give the same bits in every run.

    against_two(in_weights(net.parameters(), samples), samples)

Below that size two threads of Python can share the work, each with half of a batch and one thread of BLAS, which does
not wait without sleeping: docs/performance.md has figures.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from .pool import chosen, limit, limits

LARGE = 2048**3  # multiplications in a product
VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
DIVIDED = 2 * 10**8  # the same, from which two threads of Python with half a batch each are quicker than one
SAMPLES = 256  # in a batch: the halves of smaller ones take longer, which shows where cores are busy
_TOLD = any(name in os.environ for name in VARIABLES)  # BLAS has read them already


class suited:  # noqa: N801  # it is used like a function
    """A `with` for a step whose largest product has so many multiplications: for a small one, one thread.

    A number that the user has chosen stays, by `nn.set_num_threads` or a variable; so does any without threadpoolctl.

    Example:
        >>> from nn import get_num_threads, num_threads
        >>> with num_threads(2), suited(128 * 784 * 256):
        ...     get_num_threads()
        2
    """

    __slots__ = ("_before", "_small")

    def __init__(self, multiplications: int) -> None:
        self._small = multiplications < LARGE
        self._before: tuple[int, ...] = ()

    def __enter__(self) -> None:
        if self._small and not _TOLD and not chosen():
            now = limits()
            if any(count > 1 for count in now):  # else a step around this one has seen to it
                self._before = now
                limit([1] * len(now))

    def __exit__(self, *_: Any) -> None:
        if self._before:
            limit(self._before)
            self._before = ()


def in_weights(params: Iterable[Any], rows: int) -> int:
    """The multiplications in the largest product that so many rows have with a weight matrix.

    Example:
        >>> import nn
        >>> in_weights(nn.Linear(784, 256).parameters(), 128)
        25690112
    """
    return rows * max((param.size for param in params), default=0)


def against_two(multiplications: int, samples: int) -> str:
    """Why two threads of Python, each with half of a batch, would be no quicker; nothing if they would.

    It goes by the multiplications in the largest product of a step, by the samples of a batch, by the cores that there
    are, and by whether BLAS keeps to one thread in each of the two: never by the clock.

    Example:
        >>> against_two(128 * 784 * 256, 128)
        'two threads pay from 200,000,000 multiplications in a product; here are 25,690,112'
    """
    if multiplications < DIVIDED:
        return f"two threads pay from {DIVIDED:,} multiplications in a product; here are {multiplications:,}"
    if samples < SAMPLES:
        return f"two threads pay from {SAMPLES} samples in a batch; here are {samples}"
    if cores() < 2:
        return "there is one core"
    counts = limits()
    if not counts and not any(os.environ.get(name) == "1" for name in VARIABLES):
        return "BLAS has threads of its own, and threadpoolctl, which could change that, is not installed"
    if any(count > 1 for count in counts) and (_TOLD or chosen()):
        return "BLAS was told to have threads of its own"
    if any(count > 1 for count in counts) and multiplications >= LARGE:
        return "BLAS has threads of its own for products that large"
    return ""


def cores() -> int:
    """The cores that this process may use.

    Example:
        >>> cores() >= 1
        True
    """
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1
