"""How many threads the BLAS under NumPy uses for a matrix product.

    nn.set_num_threads(1)              # from now on
    with nn.num_threads(2): ...        # for a while

BLAS begins with a thread for each core. A second one pays for large products on an idle machine; where something else
wants the cores, BLAS's threads wait for each other without sleeping, and a product takes many times as long:
docs/performance.md has figures. Until a number is chosen, here or by a variable, nn.Trainer takes one thread for all
but very large networks. The setting is the process's: all threads of Python share it, and the first that sets it keeps
it to itself.

It needs threadpoolctl (`pip install "chainrule[threads]"`), which knows OpenBLAS, MKL, BLIS and FlexiBLAS. Without it,
the variables OPENBLAS_NUM_THREADS, MKL_NUM_THREADS or OMP_NUM_THREADS set the number when Python starts.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from autograd.errors import message

from ..errors import ConfigError, StateError


class _Choice:
    """Whether the user has said how many."""

    made = False


@cache
def _pools() -> tuple[Any, ...]:
    """The BLAS libraries of this process, which has loaded them with NumPy; none without threadpoolctl."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return ()
    return tuple(ThreadpoolController().select(user_api="blas").lib_controllers)


def adjustable() -> bool:
    """Whether the number of threads can be changed here.

    Example:
        >>> adjustable()
        True
    """
    return bool(_pools())


def get_num_threads() -> int:
    """The number of threads that a matrix product may use.

    Raises:
        StateError: threadpoolctl is not installed, or knows none of the libraries that NumPy uses.
    """
    return int(_required("get_num_threads")[0].num_threads)


def set_num_threads(n: Any) -> None:
    """Let a matrix product use `n` threads from now on, at least 1.

    Results can differ in their last bits between numbers of threads, since sums are then added up in other orders.

    Raises:
        ConfigError: not a whole number of at least 1.
        StateError: threadpoolctl is not installed, or knows none of the libraries that NumPy uses; or another thread
            of Python, still alive, has set it before.

    Example:
        >>> before = get_num_threads()
        >>> set_num_threads(1)
        >>> get_num_threads()
        1
        >>> set_num_threads(before)
    """
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        raise ConfigError(message("set_num_threads", repr(n), "a whole number of at least 1", "pass one, such as 1"))
    pools = _required("set_num_threads")
    limit([n] * len(pools))
    if pools[0].num_threads != n and threading.current_thread() is not threading.main_thread():
        do = "call it there, or before other threads begin"
        raise StateError(message("set_num_threads", "a second thread that sets it", "the thread that did so first", do))
    _Choice.made = True


@contextmanager
def num_threads(n: int) -> Iterator[None]:
    """Let matrix products use `n` threads inside a `with`; afterwards the number is what it was.

    Raises what `set_num_threads` raises.

    Example:
        >>> with num_threads(1):
        ...     get_num_threads()
        1
    """
    _required("num_threads")
    before, made = limits(), _Choice.made
    try:
        set_num_threads(n)
        yield
    finally:
        limit(before)
        _Choice.made = made


@contextmanager
def limited(n: int) -> Iterator[None]:
    """The same where it can be had, without a word where it can't."""
    before = limits()
    limit([n] * len(before))
    try:
        yield
    finally:
        limit(before)


def chosen() -> bool:
    """Whether the number was set here, now or by the `with` that this is in."""
    return _Choice.made


def limits() -> tuple[int, ...]:
    """The number of each library; there may be several, and none."""
    return tuple(pool.num_threads for pool in _pools())


def limit(counts: Sequence[int]) -> None:
    """Give each library the number that `limits` had for it."""
    for pool, count in zip(_pools(), counts, strict=True):
        pool.set_num_threads(count)


def _required(where: str) -> tuple[Any, ...]:
    if not _pools():
        do = 'run pip install "chainrule[threads]", or set OPENBLAS_NUM_THREADS=1 before Python starts'
        raise StateError(message(where, "no way to reach NumPy's BLAS", "the package threadpoolctl", do))
    return _pools()
