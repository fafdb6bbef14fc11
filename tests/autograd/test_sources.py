"""record_sources notes the line of the program that made a node, and costs nothing when it is not asked for."""

from __future__ import annotations

import numpy as np
import pytest

import nn
from autograd import Tensor, detect_anomaly, record_sources
from autograd.sources import source_of
from autograd.tape import Node, current_scope, walk


def test_a_node_knows_the_line_that_made_it():
    x = Tensor([1.0, 2.0], requires_grad=True)
    with record_sources():
        y = np.tanh(x)  # made here
        z = y * 2.0
    assert source_of(y.node).endswith("y = np.tanh(x)  # made here")
    assert "test_sources.py:" in source_of(y.node)
    assert source_of(z.node).endswith("z = y * 2.0")


def test_inside_the_libraries_it_is_the_line_that_called_them():
    net = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    with record_sources():
        y = net(np.ones((1, 2), np.float32))  # the call
    assert {source_of(node).rpartition(": ")[2] for node in walk(y.node)} == {
        "y = net(np.ones((1, 2), np.float32))  # the call"
    }


def test_outside_nothing_is_noted_and_nodes_are_made_as_ever():
    x = Tensor(1.0, requires_grad=True)
    with record_sources():
        pass
    assert current_scope().make is Node
    assert source_of((x * x).node) == ""
    assert source_of((x * x).node, unknown="somewhere") == "somewhere"


@pytest.mark.parametrize("order", [0, 1])
def test_with_anomaly_detection_both_work(order):
    x = Tensor([1.0, 0.0], requires_grad=True)
    both = (record_sources(), detect_anomaly())
    with both[order], both[1 - order]:
        y = x * 2.0  # noted
        with np.errstate(divide="ignore"), pytest.raises(ArithmeticError, match="forward through 'log'"):
            np.log(y)
    assert source_of(y.node).endswith("# noted")


def test_it_stays_within_its_thread_and_its_with():
    x = Tensor(1.0, requires_grad=True)
    with pytest.raises(ZeroDivisionError), record_sources():
        _ = 1 / 0
    assert source_of((x * x).node) == ""
