"""Ctrl-C takes effect between two steps, never inside one."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from nn.training.interrupts import Uninterrupted
from tests.nn.training.runs import everything, rich


@pytest.fixture(autouse=True)
def default_handler() -> Iterator[None]:
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, previous)


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)
    for _ in range(1000):  # the handler runs between two lines of Python
        pass


def pressing(trainer: Any, at: int, times: int = 1) -> None:
    """Have the loss press Ctrl-C in the middle of step number `at`."""
    loss = trainer.loss

    def pressed(out: Any, target: Any) -> Any:
        if trainer.step_count + 1 == at and len(seen) < times:
            seen.append(at)
            press()
        return loss(out, target)

    seen: list[int] = []
    trainer.loss = pressed


def test_a_run_ends_after_the_step_and_can_go_on() -> None:
    whole = rich()
    whole.run(9)
    expected = everything(whole)
    made = rich()
    pressing(made, 6)
    with pytest.raises(KeyboardInterrupt):
        made.run(100)
    assert made.step_count == 6
    made.run(3)
    assert everything(made) == expected


def test_a_loop_over_steps_too() -> None:
    made = rich()
    pressing(made, 3)
    steps = made.steps(100)
    assert [next(steps).step, next(steps).step] == [1, 2]
    with pytest.raises(KeyboardInterrupt):
        next(steps)
    assert (made.step_count, len(made.history)) == (3, 3)


def test_between_the_steps_of_a_loop_it_is_pythons_own() -> None:
    made = rich()
    steps = made.steps(10)
    next(steps)
    with pytest.raises(KeyboardInterrupt):
        press()
    assert made.step_count == 1


def test_an_error_in_the_step_is_not_hidden() -> None:
    made = rich()
    pressing(made, 2)
    loss = made.loss

    def failing(out: Any, target: Any) -> Any:
        loss(out, target)
        if made.step_count == 1:
            raise ValueError("no")
        return loss(out, target)

    made.loss = failing
    with pytest.raises(KeyboardInterrupt) as caught:
        made.run(5)
    assert isinstance(caught.value.__context__, ValueError)
    assert made.step_count == 1


def test_a_program_with_a_handler_of_its_own_keeps_it() -> None:
    heard: list[int] = []

    def own(number: int, frame: Any) -> None:
        heard.append(number)

    previous = signal.signal(signal.SIGINT, own)
    try:
        made = rich()
        pressing(made, 2)
        made.run(4)
        assert made.step_count == 4
        assert heard == [signal.SIGINT]
        assert signal.getsignal(signal.SIGINT) is own
    finally:
        signal.signal(signal.SIGINT, previous)


def test_in_another_thread_nothing_is_changed() -> None:
    done: list[int] = []

    def work() -> None:
        made = rich()
        made.run(3)
        done.append(made.step_count)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [3]


def test_pressed_twice_raises_once() -> None:
    def twice() -> None:
        with Uninterrupted():
            press()
            press()

    with pytest.raises(KeyboardInterrupt):
        twice()
