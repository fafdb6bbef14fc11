"""save, load, record and recover: a run goes on exactly, data files are not executed, a crash loses nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from repl import Session, journal
from repl.results import Note, Recovered
from repl.views.screen import Screen
from repl.views.transcript import Transcript
from tests.repl.conftest import Stream

READY = ("data iris", "net 8 tanh drop=0.1", "optim adam lr=0.01")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def losses(shell: Any) -> list[float]:
    return [event.loss for event in shell["trainer"].history]


def test_a_run_goes_on_as_if_it_had_not_stopped(shell: Any) -> None:
    shell.run(*READY, "train 20", "save run", "train 20")
    through = losses(shell)
    shell.run("load run.npz")
    assert shell["trainer"].step_count == 20
    shell.run("train 20")
    assert losses(shell) == through


def test_the_script_beside_it_goes_on_in_another_session(shell: Any, folder: Path) -> None:
    shell.run("width = 6", *READY, "lr 0.02", "train 20 batch=16 seed=3", "save run", "train 10")
    other = Session()
    lines = (folder / "run.repl").read_text().splitlines()
    results = list(other.play(lines))
    assert all(result.ok for result in results), results[-1].failure
    assert other.namespace["trainer"].step_count == 20
    assert other.run("train 10").ok
    assert [event.loss for event in other.namespace["trainer"].history] == losses(shell)


def test_the_script_does_not_train(shell: Any, folder: Path) -> None:
    shell.run(*READY, "step 3", "trainer.run(2)", "flow", "save run")
    text = (folder / "run.repl").read_text()
    assert [line for line in text.splitlines() if not line.startswith("#")] == [
        *READY,
        "loss = nn.CrossEntropyLoss()",
        "trainer = nn.Trainer(net, loss, optimizer, data.train, batch_size=32, seed=0)",
        "load run.npz",
    ]
    assert "# trainer.run(2)" in text


def test_weights_alone(shell: Any) -> None:
    shell.run("data iris", "net 8 tanh", "save weights.safetensors", "save net.npz")
    before = {name: value.copy() for name, value in shell["net"].state_dict().items()}
    for file in ("weights.safetensors", "net"):
        shell.run("init he seed=5", f"load {file}")
        assert all(np.array_equal(before[name], value) for name, value in shell["net"].state_dict().items())


def test_a_file_of_ones_own_is_not_written_over(shell: Any, folder: Path) -> None:
    (folder / "run.repl").write_text("mine")
    shell.run(*READY, "train 2")
    assert "was not written by save" in shell.fail("save run")
    assert not (folder / "run.npz").exists()
    (folder / "run.repl").unlink()
    shell.run("save run", "save run")


def test_loading_what_does_not_fit_changes_nothing(shell: Any, folder: Path) -> None:
    shell.run(*READY, "train 5", "save run", "net 4 tanh", "train 3")
    before = {name: value.copy() for name, value in shell["net"].state_dict().items()}
    assert "shape" in shell.fail("load run")
    assert shell["trainer"].step_count == 3
    assert all(np.array_equal(before[name], value) for name, value in shell["net"].state_dict().items())
    (folder / "bad.npz").write_bytes((folder / "run.npz").read_bytes()[:-100])
    assert "bad.npz" in shell.fail("load bad.npz")
    assert "not there" in shell.fail("load nothing.npz")


def test_a_file_with_objects_is_refused_and_not_run(shell: Any, folder: Path) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(folder / "evil"),)

    np.savez(folder / "evil.npz", weight=np.array([Evil()], dtype=object))
    shell.run("data iris", "net 4 tanh")
    shell.fail("load evil.npz")
    assert not (folder / "evil").exists()


def test_what_is_needed(shell: Any) -> None:
    assert "net" in shell.fail("save run")
    nn.save({"weight": np.ones(2)}, "some.npz")
    assert "net 64 relu" in shell.fail("load some.npz")


def shown(session: Session, *lines: str) -> str:
    stream = Stream()
    screen = Screen(stream, terminal=False, color=False, fixed_width=80)
    paper = Transcript(screen, screen)
    for line in lines:
        paper.run(session, line)
    return stream.getvalue()


def test_a_record_has_lines_results_and_pictures(folder: Path) -> None:
    session = Session()
    shown(session, "record notes", *READY, "train 5", "1 / 0", "for i in range(2):\n    j = i", "graph", "curve")
    text = (folder / "notes.md").read_text("utf-8")
    for part in (
        "> data iris\niris: 112",
        "> train 5\n5 steps",
        "ZeroDivisionError",
        "> for i in range(2):\n.     j = i",
        "![graph](notes-1.svg)",
        "![curve](notes-2.svg)",
    ):
        assert part in text, part
    assert "<svg" in (folder / "notes-1.svg").read_text("utf-8")
    shown(session, "record --stop", "x = 1")
    assert "x = 1" not in (folder / "notes.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("record --stop",), "a recording that runs"),
        (("record a", "record b"), "one page at a time"),
        (("record there.md",), "a new name"),
        (("record no/such/folder.md",), "cannot be written"),
    ],
)
def test_a_slip_in_recording_says_what_to_do(shell: Any, folder: Path, lines: tuple[str, ...], said: str) -> None:
    (folder / "there.md").write_text("mine")
    shell.run(*lines[:-1])
    assert said in shell.fail(lines[-1])
    assert (folder / "there.md").read_text() == "mine"


def test_what_is_being_recorded(shell: Any) -> None:
    assert "Nothing" in shell.run("record").report.text
    assert "page.md" in shell.run("record page", "record").report.text


def lose(*lines: str, process: int = 2**22 + 1) -> None:
    """Leave behind a journal as a process that is no more would."""
    kept = journal.Journal.begin()
    for line in lines:
        kept.add(line)
    assert kept.path is not None
    kept.path.rename(kept.path.with_name(f"{process}.jsonl"))


def test_a_lost_session_is_run_again(shell: Any) -> None:
    lose("x = 1", "data iris", "def f():\n    return x")
    result = shell.session.run("recover")
    assert isinstance(result.report, Recovered)
    assert result.follow == ("x = 1", "data iris", "def f():\n    return x")
    assert shell.session.run("recover").report == Note("No session was lost")
    lose("y = 2")
    text = shown(shell.session, "recover")
    assert "> y = 2" in text
    assert shell["y"] == 2


def test_lost_sessions_can_be_forgotten(shell: Any) -> None:
    for number in range(8):
        lose("x = 1", process=2**22 + number)
    assert shell.run("recover forget").report == Note("Forgot 5 sessions")
    assert list(journal.folder().glob("*")) == []


def test_a_journal_of_a_session_that_runs_is_left_alone() -> None:
    kept = journal.Journal.begin()
    kept.add("x = 1")
    assert journal.lost() == []
    kept.end()
    assert list(journal.folder().glob("*")) == []


def test_a_journal_that_is_damaged_gives_what_is_whole() -> None:
    lose("x = 1", "y = 2")
    (path,) = journal.folder().glob("*.jsonl")
    path.write_text(path.read_text() + '"z = ')
    assert journal.lost()[0].lines == ("x = 1", "y = 2")
    path.write_text(json.dumps({"not": "a line"}) + "\n")
    assert journal.lost() == []


def test_where_nothing_can_be_written_there_is_no_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null/x")
    kept = journal.Journal.begin()
    kept.add("x = 1")
    kept.end()
    assert kept.path is None
    assert journal.lost() == []


def test_what_is_frozen_is_frozen_again(shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shell.quick()
    shell.run("train 5", "freeze 0", "train 5", "save run", "train 5")
    losses = [event.loss for event in shell["trainer"].history]
    other = Session()
    for line in (tmp_path / "run.repl").read_text("utf-8").splitlines():
        assert other.run(line).ok, line
    assert other.run("train 5").ok
    assert [event.loss for event in other.namespace["trainer"].history] == losses
    shell.run("unfreeze", "load run")
    assert not shell["net"][0].weight.requires_grad
