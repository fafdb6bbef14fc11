"""What is drawn of a forward pass that stopped: the tape up to there, and the operation with got and expected."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor
from autograd.errors import GraphError
from repl import graph
from repl.graphview import Flow, GraphView, Kind, look_at_failure, stopped
from tests.repl.graphs import hangs_together, labels, leaf

A = leaf(np.ones((2, 3)), "a")
B = leaf(np.ones((4, 5)), "b")


def error_of(compute: Callable[[], object]) -> Exception:
    try:
        compute()
    except Exception as error:  # noqa: BLE001  # whatever it is, it is looked at
        return error
    raise AssertionError("it did not fail")


def view_of(compute: Callable[[], object]) -> GraphView:
    return look_at_failure(stopped(error_of(compute)))


@pytest.mark.parametrize(
    ("compute", "what", "got", "expected"),
    [
        (lambda: np.tanh(A) @ B, "@", "(2, 3) and (4, 5)", "inner sizes that agree: 3 and 4 do not"),
        (lambda: np.ones((7, 7)) @ A, "@", "(7, 7) and (2, 3)", "inner sizes that agree: 7 and 2 do not"),
        (lambda: A + B, "+", "(2, 3) and (4, 5)", "sizes that are equal or 1, from the right: 3 and 5 are not"),
        (lambda: A.reshape(4, 4), "reshape", "(2, 3)", "cannot reshape array of size 6 into shape (4,4)"),
        (lambda: np.concatenate([A, B]), "concatenate", "(2, 3) and (4, 5)", "all the input array dimensions"),
        (lambda: nn.Linear(16, 4)(A), "Linear(16 -> 4)", "x of shape (2, 3)", "(N, 16)"),
        (
            lambda: nn.CrossEntropyLoss()(A, np.zeros(7, int)),
            "cross_entropy",
            "input (2, 3) and target (7,)",
            "target (2,)",
        ),
        (lambda: nn.functional.cross_entropy(A, np.zeros(7, int)), "cross_entropy", "input (2, 3)", "target (2,)"),
    ],
)
def test_the_operation_that_failed_says_what_it_got_and_expected(
    compute: Callable[[], object], what: str, got: str, expected: str
) -> None:
    failure = stopped(error_of(compute))
    assert failure.what == what
    assert failure.got.startswith(got)
    assert failure.expected.startswith(expected)
    end = look_at_failure(failure).loss
    assert (end.kind, end.label) == (Kind.FAILED, what)
    assert end.note == f"got {failure.got}\nexpected {failure.expected}"
    assert end.source.partition(":")[0].endswith("test_failure.py")


def test_all_that_led_there_is_in_the_picture() -> None:
    view = view_of(lambda: (np.tanh(A) * 2) @ np.exp(B))
    assert labels(view, Kind.OP) == ["tanh", "* 2", "exp"]
    assert labels(view, Kind.PARAMETER) == ["a", "b"]
    assert {edge.flow for edge in view.edges} == {Flow.VALUE}
    assert all(node.gradient is None for node in view.nodes)
    assert "stopped here" in view.missing
    hangs_together(view)


def test_a_network_stops_at_a_module_with_its_own_parameters() -> None:
    nn.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(8, 3))
    error = error_of(lambda: net(np.ones((4, 2), np.float32)))
    made = graph(error, net=net)
    assert made.title == "The forward pass stopped at Linear(8 -> 3)"
    assert [node.name for node in made.view.nodes if node.kind is Kind.PARAMETER] == [
        "0.weight", "0.bias", "2.weight", "2.bias",
    ]  # fmt: skip
    assert made.view.loss.path == "2"
    assert labels(made.view, Kind.OP) == ["@", "+", "tanh"]
    assert "✕ Linear" in made.tree()
    assert "expected (N, 8)" in made.tree(width=200)
    assert "✕ Linear(8 -&gt; 3)" in made.dot
    assert "vanishing" not in made.dot, "there is no legend where there is no gradient"


def test_the_line_is_the_users_own_forward() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            self.one = nn.Linear(3, 4)

        def forward(self, x: Any) -> Any:
            return self.one(x) @ np.ones((2, 2))  # here it stops

    failure = stopped(error_of(lambda: Net()(A)))
    assert failure.source.endswith("# here it stops")


def test_an_exception_of_something_else_is_refused() -> None:
    for compute in (lambda: {}[1], lambda: nn.Linear(2, 3).missing):
        with pytest.raises(GraphError, match=r"^graph: got .*, which came from no operation on tensors; expected an"):
            graph(error_of(compute))


def test_looking_at_it_leaves_the_exception_as_it_was() -> None:
    error = error_of(lambda: A @ B)
    told = "".join(traceback.format_exception(error))
    assert stopped(error).got == stopped(error).got
    assert "".join(traceback.format_exception(error)) == told


def test_an_operation_on_data_alone_is_drawn_too() -> None:
    x = Tensor(np.ones((2, 3)))
    view = view_of(lambda: x @ np.ones((2, 2)))
    assert labels(view, Kind.INPUT) == ["x₁", "x₂"]
    assert len(view.nodes) == 3
