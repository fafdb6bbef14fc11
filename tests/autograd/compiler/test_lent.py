"""Steps that another thread makes: recorded beforehand, and given what the program itself works in."""

from __future__ import annotations

import builtins
import copy
import threading
import types
from typing import Any

import numpy as np
import pytest

import autograd
from autograd.compiler import Compiled
from autograd.compiler.program import Differs

X = np.array([1.0, 2.0])


def scaling() -> tuple[autograd.Tensor, Any]:
    w = autograd.Tensor([1.0, 3.0], requires_grad=True)
    return w, lambda x: {"sum": (w * x).sum().detach(), "twice": x * 2.0, "none": None}


def test_what_is_lent_is_written_to_again() -> None:
    w, step = scaling()
    own, lent = Compiled(step), Compiled(step, lent=True)
    for program, same in ((own, False), (lent, True)):
        first = program(X)
        assert (first["sum"].item(), first["twice"].tolist(), first["none"]) == (7.0, [2.0, 4.0], None)
        second = program(2 * X)
        assert (second["sum"].item(), second["twice"].tolist()) == (14.0, [4.0, 8.0])
        assert (second["twice"] is first["twice"], first["twice"][0] == 4.0) == (same, same)
    w.assign_([0.0, 1.0])
    assert lent(X)["sum"].item() == 2.0
    again = copy.deepcopy(lent)
    assert again(X)["twice"] is again(X)["twice"]


def test_what_is_prepared_is_recorded_here_and_run_there() -> None:
    _, step = scaling()
    calls: list[str] = []

    def counted(x: Any) -> Any:
        calls.append(threading.current_thread().name)
        return step(x)

    program, made = autograd.compile(counted), []
    with pytest.raises(autograd.errors.UnsupportedError, match="calls is changed"):
        program.prepared(X)
    calls.clear()
    program = autograd.compile(step)
    for x in (X, 2 * X):
        run = program.prepared(x)
        thread = threading.Thread(target=lambda run=run: made.append(run()["sum"].item()))
        thread.start()
        thread.join()
    assert made == [7.0, 14.0]


def test_a_check_that_fails_is_for_the_caller() -> None:
    home = {"np": np, "__name__": "nn.somewhere", "__builtins__": builtins}  # a branch of a library's is a check

    def judged(x: Any) -> Any:
        return x * 2.0 if (x[0] > 1.0).all() else np.tanh(x)

    program = Compiled(types.FunctionType(judged.__code__, home), lent=True)
    assert program.prepared(X)()[0] == np.tanh(1.0)
    other = program.prepared(2 * X)
    with pytest.raises(Differs):
        other()
    assert program(2 * X).tolist() == [4.0, 8.0]
    assert [program.prepared(x)()[0] for x in (X, 2 * X)] == [np.tanh(1.0), 4.0]
