"""The graph command: its options, and what it shows after a line whose forward pass failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from repl import Session
from repl.graphview import Kind
from repl.results import Drawing, Result


@pytest.fixture
def session() -> Session:
    made = Session()
    for line in ("data iris", "net 8 tanh", "loss cross_entropy"):
        assert made.run(line).ok
    return made


def drawn(result: Result) -> Drawing:
    assert isinstance(result.report, Drawing), result.failure
    return result.report


def test_after_a_failed_line_of_python_it_shows_where_that_stopped(session: Session) -> None:
    assert not session.run("net(np.ones((3, 7)))").ok
    result = session.run("graph")
    assert result.code == ("graph(last_error, net=net, names=globals())",)
    view = drawn(result).graph.view
    assert view.loss.kind is Kind.FAILED
    assert view.loss.note == "got x of shape (3, 7)\nexpected (N, 4)"


def test_after_a_failed_command_too(session: Session) -> None:
    session.run("net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(9, 3))")
    assert not session.run("graph").ok
    view = drawn(session.run("graph")).graph.view
    assert view.loss.label == "Linear(9 -> 3)"
    assert [node.label for node in view.nodes if node.kind is Kind.OP] == ["@", "+", "tanh"]


def test_it_is_the_network_again_once_a_line_went_well(session: Session) -> None:
    session.run("net(np.ones((3, 7)))")
    session.run("1 + 1")
    assert drawn(session.run("graph")).graph.view.loss.kind is Kind.LOSS
    assert drawn(session.run("graph error")).graph.view.loss.kind is Kind.FAILED


def test_a_failure_that_no_operation_made_changes_nothing(session: Session) -> None:
    for line in ("bogus", "1 / 0", "graph --focus nothing"):
        assert not session.run(line).ok
        assert drawn(session.run("graph")).graph.view.loss.kind is Kind.LOSS


def test_without_an_error_there_is_none_to_draw(session: Session) -> None:
    failure = session.run("graph error").failure
    assert failure is not None
    assert failure.message == "graph: got no error yet; expected a line that failed; say `graph` for the network."


def test_options_reach_the_picture(session: Session, tmp_path: Path) -> None:
    made = drawn(session.run("graph --focus 0.weight --depth 1")).graph
    assert made.drawn.folded.endswith("within one step of 0.weight")
    assert session.run("graph --focus 2 --level module").code[-1].endswith(', net=net, level="module", focus="2")')
    opened = drawn(session.run("graph --level opened")).graph.view
    assert "log_softmax" in [node.label for node in opened.nodes]
    failure = session.run("graph --depth -1").failure
    assert failure is not None
    assert "depth" in failure.message


def test_a_failed_pass_can_be_written_to_a_file(session: Session, tmp_path: Path) -> None:
    session.run("net(np.ones((3, 7)))")
    assert session.run(f"graph error --dot {tmp_path / 'stop'}").ok
    assert "✕ Linear" in (tmp_path / "stop.dot").read_text("utf-8")
