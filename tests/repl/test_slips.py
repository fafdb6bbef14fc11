"""Quiet notes on classic slips: told once, told right, and switched off."""

from __future__ import annotations

from typing import Any

import pytest

from repl.results import Note
from repl.slips import SLIPS


def notes(shell: Any, line: str) -> tuple[str, ...]:
    result = shell.run(line)
    found: tuple[str, ...] = result.notes
    return found


def test_a_slip_is_told_once(shell: Any) -> None:
    shell.run("data iris", "net = nn.Sequential(nn.Linear(4, 3), nn.Softmax())", "optim adam lr=0.01")
    (note,) = notes(shell, "step")
    assert note.startswith("The loss takes softmax itself")
    assert "`why` shows more" in note
    assert notes(shell, "train 5") == ()
    shell.run("net = nn.Sequential(nn.Linear(4, 3), nn.Softmax())")
    assert notes(shell, "train 5") == ()


def test_features_that_were_not_standardised(shell: Any) -> None:
    shell.run("data iris standardize=no", "net 8 tanh", "optim adam lr=0.01")
    (note,) = notes(shell, "train 5")
    assert "are positive" in note


def test_a_run_without_a_slip_has_no_note(shell: Any) -> None:
    shell.run("data iris", "net 8 tanh", "optim adam lr=0.01")
    assert notes(shell, "train 20") == ()
    assert notes(shell, "show") == ()


@pytest.mark.parametrize(("line", "count"), [("notes off", 0), ("notes off softmax twice", 0), ("notes on", 1)])
def test_notes_can_be_switched_off(shell: Any, line: str, count: int) -> None:
    shell.run("data iris", "net = nn.Sequential(nn.Linear(4, 3), nn.Softmax())", "optim adam lr=0.01", line)
    assert len(notes(shell, "step")) == count


def test_which_are_told(shell: Any) -> None:
    shell.run("notes off softmax twice")
    report = shell.run("notes").report
    assert isinstance(report, Note)
    assert "off  softmax twice" in report.text
    assert len(report.text.splitlines()) == len(SLIPS)
    assert "did you mean softmax twice?" in shell.fail("notes off softmax twic")
    assert "on" in shell.fail("notes maybe")


def test_looking_changes_nothing(shell: Any) -> None:
    lines = ("data iris", "net 8 bn tanh drop=0.5", "optim adam lr=0.01")
    shell.run(*lines, "train 3", "train 3")
    told = [event.loss for event in shell["trainer"].history]
    shell.run("notes off", *lines, "train 3", "train 3")
    assert [event.loss for event in shell["trainer"].history] == told
