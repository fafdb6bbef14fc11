"""The debugger from Python, where what it gives can be read."""

from __future__ import annotations

import pytest

from autograd import Tensor
from repl import debug
from repl.errors import StateError, UsageError
from repl.results import Paths


def test_it_shows_where_it_stands_and_what_a_command_gave() -> None:
    a, b = Tensor(2.0, requires_grad=True), Tensor(-3.0, requires_grad=True)
    step = debug(a * b + a, names={"a": a, "b": b})
    assert repr(step).startswith("[1/2] loss = t1 + a\n")
    assert str(step("n")).startswith("[2/2] t1 = a * b\n")
    assert repr(step("w a")).startswith("2 paths lead to a; its gradient is -2")
    assert isinstance(step("w a").report, Paths)
    with pytest.raises(UsageError, match="did you mean `next`"):
        step("nxt")
    assert a.grad is None
    assert step("c").report.finished
    assert a.grad is not None
    assert a.grad.item() == -2.0
    assert repr(step).startswith("Debugger(over after 2 steps")
    with pytest.raises(StateError, match="call debug"):
        step("n")
