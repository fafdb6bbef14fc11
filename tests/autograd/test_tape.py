"""The tape: order, scopes, and switching recording off and on in one thread and not in another."""

from __future__ import annotations

import threading

import pytest

from autograd import Tensor, enable_grad, no_grad, scope, set_grad_enabled
from autograd.tape import Leaf, current_scope, leaves, walk


def test_walk_is_oldest_first_and_once_each():
    x = Tensor(1.0, requires_grad=True, name="x")
    y = Tensor(2.0, requires_grad=True, name="y")
    z = (x * y) + (x * y) * x
    nodes = walk(z.node)
    assert [node.op.name for node in nodes] == ["multiply", "multiply", "multiply", "add"]
    assert [node.seq for node in nodes] == sorted(node.seq for node in nodes)
    assert [place.name for place in leaves(z.node)] == ["x", "y"]
    assert walk(x.node) == []
    assert leaves(x.node) == [x.node]
    assert walk(None) == leaves(None) == []


def test_walk_can_stop():
    x = Tensor(1.0, requires_grad=True)
    middle = x * 2
    end = middle + 1
    assert walk(end.node, stop=[middle.node]) == [end.node]


def test_reprs_are_short():
    x = Tensor(1.0, requires_grad=True, name="w")
    assert repr(x.node) == "<leaf w>"
    assert repr(Leaf()) == "<leaf unnamed>"
    assert repr((x * 2).node).endswith("multiply>")
    assert repr(current_scope()) == "<scope top>"


def test_scopes_nest_and_are_left_after_an_error():
    x = Tensor(1.0, requires_grad=True)
    with scope("net", "Sequential"), scope("0", "Linear"):
        y = x * 2
    assert (y.node.scope.path, y.node.scope.kind, y.node.scope.parent.kind) == ("net.0", "Linear", "Sequential")
    with pytest.raises(ZeroDivisionError), scope("broken"):
        raise ZeroDivisionError
    assert current_scope().path == ""


def test_scopes_do_not_switch_recording_on():
    x = Tensor(1.0, requires_grad=True)
    with no_grad(), scope("a"):
        assert not (x * 2).requires_grad
    with scope("a"), no_grad(), enable_grad():
        assert (x * 2).node.scope.path == "a"


def test_recording_comes_back_after_an_error():
    x = Tensor(1.0, requires_grad=True)
    with pytest.raises(ZeroDivisionError), no_grad():
        raise ZeroDivisionError
    assert (x * 2).requires_grad


def test_switches_nest_and_decorate():
    x = Tensor(1.0, requires_grad=True)

    @no_grad()
    def off(depth):
        return (x * 2).requires_grad if depth == 0 else off(depth - 1)

    assert off(3) is False
    assert (x * 2).requires_grad
    switch = no_grad()
    with switch:
        with switch, enable_grad():
            assert (x * 2).requires_grad
        assert not (x * 2).requires_grad
    with set_grad_enabled(True):
        assert (x * 2).requires_grad
    assert off.__name__ == "off"


def test_a_thread_is_not_switched_by_another():
    x = Tensor(1.0, requires_grad=True)
    inside, done = threading.Event(), threading.Event()
    seen = []

    def other():
        inside.wait(10)
        seen.append((x * 2).requires_grad)
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    with no_grad():
        inside.set()
        assert done.wait(10)
        assert not (x * 2).requires_grad
    thread.join()
    assert seen == [True]
