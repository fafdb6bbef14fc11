"""Calls at once: results in order, every call waited for, threads that end."""

from __future__ import annotations

import copy
import gc
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from contextvars import ContextVar
from typing import Any

import numpy as np
import pytest

from nn.threads import Workers


def there() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread is not threading.current_thread()}


def test_results_come_in_the_order_of_the_calls() -> None:
    workers, before = Workers(3), there()
    assert not there() - before, "no thread before the first use"
    first, barrier = threading.get_ident(), threading.Barrier(3)

    def call(i: int) -> tuple[int, int]:
        barrier.wait()  # all three are under way at once
        return i, threading.get_ident()

    found = workers.run([lambda i=i: call(i) for i in range(3)])
    assert [i for i, _ in found] == [0, 1, 2]
    assert found[0][1] == first
    assert len({ident for _, ident in found}) == 3
    made = there() - before
    assert len(made) == 2
    barrier.reset()
    workers.run([lambda i=i: call(i) for i in range(3)])
    assert there() - before == made, "the same threads again"
    workers.close()
    assert not there() - before
    assert workers.run([lambda: 1, lambda: 2]) == [1, 2]
    workers.close()
    workers.close()


def test_threads_end_with_the_workers() -> None:
    before = there()
    workers = Workers(2)
    workers.run([lambda: 1, lambda: 2])
    (thread,) = there() - before
    del workers
    gc.collect()
    thread.join()
    assert not there() - before


def test_an_error_waits_for_the_others_and_keeps_its_traceback() -> None:
    workers, done = Workers(2), []

    def slow() -> None:
        time.sleep(0.05)
        done.append(1)

    def failing() -> None:
        raise KeyError("here")

    def slowly_failing() -> None:
        slow()
        raise ValueError("late")

    with pytest.raises(KeyError, match="here"):
        workers.run([failing, slow])
    assert done == [1]
    with pytest.raises(KeyError, match="here") as caught:
        workers.run([slow, failing])
    assert done == [1, 1]
    assert "raise KeyError" in "".join(traceback.format_exception(caught.value))
    with pytest.raises(ValueError, match="late"):
        workers.run([slowly_failing, failing])
    assert workers.run([lambda: 3, lambda: 4]) == [3, 4]
    workers.close()


def test_ctrl_c_waits_for_the_others() -> None:
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    workers, begun, done = Workers(2), threading.Event(), []

    def pressing() -> None:
        begun.set()
        for _ in range(3):
            time.sleep(0.02)
            os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.02)
        done.append(1)

    try:
        with pytest.raises(KeyboardInterrupt):
            workers.run([begun.wait, pressing])
        assert done == [1]
    finally:
        signal.signal(signal.SIGINT, previous)
        workers.close()


def test_context_goes_along() -> None:
    where: ContextVar[str] = ContextVar("where", default="nowhere")
    where.set("here")
    workers = Workers(2)
    with np.errstate(over="raise"):
        found = workers.run([where.get, lambda: (where.get(), np.geterr()["over"])])
    assert found == ["here", ("here", "raise")]
    workers.close()


def test_copies_have_threads_of_their_own() -> None:
    workers = Workers(2)
    workers.run([lambda: 1, lambda: 2])
    for made in (copy.copy(workers), copy.deepcopy(workers), pickle.loads(pickle.dumps(workers))):
        assert (made.count, made._threads) == (2, None)
    workers.close()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_fork_begins_threads_anew() -> None:
    workers = Workers(2)
    workers.run([lambda: 1, lambda: 2])
    child = os.fork()
    if child == 0:  # pragma: no cover  # another process
        found: Any = None
        try:
            found = workers.run([lambda: 1, lambda: 2])
            workers.close()
        finally:
            os._exit(0 if found == [1, 2] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    workers.close()
