"""Calls that are made at once, each in a thread of its own.

workers = Workers(2)
workers.run([first, second])      # first() here, second() in another thread; their results in this order
workers.close()                   # the threads end; they do so too when nobody has the workers any more

NumPy lets go of Python's lock while it computes, so two threads of Python keep two cores busy where arrays are large.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

NAME = "nn.threads"  # what the threads' names begin with


class Workers:
    """`count` threads, the caller's among them; the others begin at the first use, and wait between two.

    Example:
        >>> workers = Workers(2)
        >>> workers.run([lambda: 1, lambda: 2])
        [1, 2]
        >>> workers.close()
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._threads: ThreadPoolExecutor | None = None
        self._process = 0

    def run(self, calls: Sequence[Callable[[], Any]]) -> list[Any]:
        """Make the calls, the first in this thread; give their results in order.

        Each has the caller's context variables, and with them NumPy's error state. Whatever happens, all have ended
        before this does: an error in one, or Ctrl-C, waits for the others. Of several errors that of the first call
        is raised.
        """
        made: list[Any] = []
        others: list[Future[Any]] = []
        try:
            others += [self._pool().submit(copy_context().run, call) for call in calls[1:]]
            made.append(calls[0]())
        finally:
            _await(others)
        return made + [other.result() for other in others]

    def close(self) -> None:
        """End the threads; another `run` begins them again."""
        threads, self._threads = self._threads, None
        if threads is not None and self._process == os.getpid():
            threads.shutdown()

    def _pool(self) -> ThreadPoolExecutor:
        if self._threads is None or self._process != os.getpid():  # threads are not taken along by a fork
            from concurrent.futures import ThreadPoolExecutor  # few need it, and it takes a while to load

            self._threads, self._process = ThreadPoolExecutor(self.count - 1, NAME), os.getpid()
        return self._threads

    def __reduce__(self) -> Any:
        """Copies and pickles have threads of their own."""
        return Workers, (self.count,)


def _await(futures: Sequence[Future[Any]]) -> None:
    """Wait for all, also when Ctrl-C is pressed meanwhile; that is raised afterwards."""
    interrupted: KeyboardInterrupt | None = None
    while True:
        try:
            for future in futures:
                future.exception()  # which waits
            break
        except KeyboardInterrupt as error:
            interrupted = error
    if interrupted is not None:
        raise interrupted
