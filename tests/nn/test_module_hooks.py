"""Forward hooks: what they see, what they change, and how they go away."""

from __future__ import annotations

from typing import Any

import numpy as np

import nn

X = np.array([[-1.0, 2.0]], np.float32)


def test_a_hook_sees_the_module_its_arguments_and_its_output() -> None:
    net = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    seen: list[Any] = []
    net[1].register_forward_pre_hook(lambda module, args: seen.append((module, args)))
    net[1].register_forward_hook(lambda module, args, output: seen.append((module, args, output)))
    y = net(X)
    (first, (before,)), (second, (same,), after) = seen
    assert first is second is net[1]
    assert before is same
    assert after is y
    assert before.shape == (1, 3)


def test_what_a_hook_gives_takes_the_place() -> None:
    layer = nn.ReLU()
    layer.register_forward_pre_hook(lambda module, args: args[0] + 1.0)
    assert layer(X).tolist() == [[0.0, 3.0]]
    layer.register_forward_pre_hook(lambda module, args: (10.0 * args[0],))
    assert layer(X).tolist() == [[0.0, 30.0]]
    layer.register_forward_hook(lambda module, args, output: -output)
    layer.register_forward_hook(lambda module, args, output: output - 1.0)
    assert layer(X).tolist() == [[-1.0, -31.0]]


def test_hooks_run_in_order_and_go_away_by_remove_or_with() -> None:
    layer, called = nn.ReLU(), []
    first = layer.register_forward_hook(lambda *_: called.append("first"))
    with layer.register_forward_hook(lambda *_: called.append("second")):
        layer(X)
    layer(X)
    first.remove()
    first.remove()
    layer(X)
    assert called == ["first", "second", "first"]


def test_a_hook_may_take_itself_away() -> None:
    layer, called = nn.ReLU(), []

    def once(*_: Any) -> None:
        called.append(1)
        handle.remove()

    handle = layer.register_forward_hook(once)
    layer(X)
    layer(X)
    assert called == [1]


def test_keyword_arguments_reach_forward() -> None:
    layer = nn.ConvTranspose1d(1, 1, 2, stride=2)
    layer.register_forward_hook(lambda *_: None)
    assert layer(np.ones((1, 1, 3), np.float32), output_size=7).shape == (1, 1, 7)


def test_hooks_are_no_state() -> None:
    layer = nn.Linear(2, 2)
    keys = list(layer.state_dict())
    layer.register_forward_hook(lambda *_: None)
    assert list(layer.state_dict()) == keys
    assert [name for name, _ in layer.named_parameters()] == keys


def test_arguments_by_name_reach_the_hooks_that_ask_for_them() -> None:
    class Scaled(nn.Module):
        def forward(self, x: Any, *, scale: float = 1.0) -> Any:
            return scale * x

    layer, seen = Scaled(), []
    layer.register_forward_pre_hook(lambda module, args, kwargs: (args, {"scale": 3.0}), with_kwargs=True)
    layer.register_forward_pre_hook(lambda module, args: (args[0] + 1.0,))
    with layer.register_forward_hook(lambda module, args, kwargs, y: seen.append((kwargs, y)), with_kwargs=True):
        assert layer(X, scale=2.0).tolist() == [[0.0, 9.0]]
    ((kwargs, y),) = seen
    assert kwargs == {"scale": 3.0}
    assert y.tolist() == [[0.0, 9.0]]
