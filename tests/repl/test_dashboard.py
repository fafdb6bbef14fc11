"""The dashboard without a terminal: the training thread, what it hands over, and what the history has of it."""

from __future__ import annotations

import dataclasses
import threading
import time
from typing import Any

import numpy as np
import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

import nn
from repl import dashboard
from repl.dashboard import flight
from repl.dashboard import pilot as pilots
from repl.dashboard.journal import Journal
from repl.dashboard.pilot import Pilot
from repl.errors import StateError
from tests.repl import flights
from tests.repl.conftest import Shell
from tests.repl.flights import ALL, flown, run_of, small, waited


@pytest.fixture(scope="module")
def moons() -> Any:
    return flights.moons()


@pytest.fixture
def trainer(moons: Any) -> Any:
    return small(moons)


# -- the journal


def test_what_was_done_is_python_in_order() -> None:
    journal = Journal()
    journal.ran(0)
    journal.ran(3)
    journal.ran(4)
    journal.set_rates([0.1, 0.2])
    journal.set_rates([0.15, 0.3])  # no step was made with the rates before
    journal.ran(1)
    journal.rewound(10)
    journal.rewound(2)
    assert journal.lines == (
        "trainer.run(7)",
        'optimizer.param_groups[0]["lr"] = 0.15',
        'optimizer.param_groups[1]["lr"] = 0.3',
        "trainer.run(1)",
        "trainer.rewind(12)",
    )
    assert journal.made == 8


# -- the thread


def test_what_was_done_and_its_journal_are_the_same_bits(moons: Any, trainer: Any) -> None:
    doings = [("step",)] * 5 + [("rate", 1.5)] + [("step",)] * 14 + [("back", 10), ("rate", 1 / 1.5), ("step",)]
    pilot = flown(trainer, moons, *doings, ("turn",), goal=300)
    waited(lambda: not pilot.running)
    again = small(moons)
    for line in pilot.journal.lines:
        exec(line, {"trainer": again, "optimizer": again.optimizer})
    assert again.history == trainer.history
    for one, other in zip(again.net.parameters(), trainer.net.parameters(), strict=True):
        assert np.array_equal(one.readonly, other.readonly)


def test_looking_changes_nothing(moons: Any, trainer: Any) -> None:
    steps = [order for _ in range(6) for order in (("step",), ("look", ALL))]
    flown(trainer, moons, *steps)
    plain = small(moons)
    state = nn.default_generator().bit_generator.state
    plain.run(6)
    assert plain.history == trainer.history
    assert nn.default_generator().bit_generator.state == state


def test_it_trains_until_its_goal_and_then_on(moons: Any, trainer: Any) -> None:
    pilot = Pilot(trainer, moons, goal=50)
    pilot.start()
    waited(lambda: (pilot.order("look", ALL), pilot.scene.made == 50 and pilot.scene.paused)[1])
    assert pilot.scene.message.startswith("All 50 steps are made")
    pilot.order("turn")
    waited(lambda: (pilot.order("look", ALL), pilot.scene.made > 60)[1])
    pilot.end()
    assert pilot.journal.lines == (f"trainer.run({trainer.step_count})",)


def test_without_a_goal_it_does_not_fill_the_memory_unasked(
    moons: Any, trainer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pilots, "UNASKED", 100)
    pilot = Pilot(trainer, moons)
    pilot.start()
    for end in (100, 200):
        waited(lambda: (pilot.order("look", ALL), pilot.scene.paused and pilot.scene.made)[1] == end)  # noqa: B023
        assert pilot.scene.message.startswith(f"Every one is kept in memory: {end} steps are made")
        pilot.order("turn")
    pilot.end()


def test_what_is_watched_is_handed_over(moons: Any, trainer: Any) -> None:
    pilot = flown(trainer, moons, ("step",), watched=lambda: (("steps", str(trainer.step_count)),))
    assert pilot.scene.watched == (("steps", "1"),)


def test_a_pace_holds_training_back(moons: Any, trainer: Any) -> None:
    pilot = Pilot(trainer, moons)
    pilot.order("pace", 1.0)
    start = time.perf_counter()
    pilot.start()
    waited(lambda: trainer.step_count >= 2)
    assert time.perf_counter() - start > 0.8
    pilot.end()


def test_a_pace_may_hold_from_the_start(moons: Any, trainer: Any) -> None:
    pilot = Pilot(trainer, moons, pace=2.0)
    start = time.perf_counter()
    pilot.start()
    waited(lambda: trainer.step_count >= 3)
    assert time.perf_counter() - start > 0.8
    pilot.order("look", ALL)
    waited(lambda: pilot.scene.pace == 2.0)
    pilot.order("pace", 0.0)
    waited(lambda: trainer.step_count > 500)
    pilot.end()


def test_nothing_but_the_training_thread_touches_the_trainer(moons: Any) -> None:
    touched: set[int] = set()

    class Watched(nn.Trainer):
        def __getattribute__(self, name: str) -> Any:
            touched.add(threading.get_ident())
            return super().__getattribute__(name)

    trainer = run_of(moons, nn.Linear(2, 2))
    trainer.__class__ = Watched
    pilot = Pilot(trainer, moons, goal=40)
    touched.clear()
    pilot.start()
    for order in (("look", ALL), ("rate", 1.5), ("step",), ("back", 3), ("look", ALL)):
        pilot.order(*order)
    pilot.end()
    assert pilot.scene.made
    assert touched
    assert threading.get_ident() not in touched


def test_a_scene_is_plain_data(moons: Any, trainer: Any) -> None:
    pilot = flown(trainer, moons, ("step",))
    scene = pilot.scene
    waiting = [getattr(scene, each.name) for each in dataclasses.fields(scene)]
    while waiting:
        value = waiting.pop()
        if dataclasses.is_dataclass(value):
            waiting += [getattr(value, each.name) for each in dataclasses.fields(value)]
        elif isinstance(value, (tuple, dict)):
            waiting += value.values() if isinstance(value, dict) else value
        elif isinstance(value, np.ndarray):
            assert not value.flags.writeable
        else:
            assert isinstance(value, (str, int, float, bool, type(None))), value
    assert (scene.step, scene.epoch, scene.loss) == (1, 1, trainer.history[0].loss)
    assert scene.accuracy == trainer.evaluate(moons.test).accuracy
    assert scene.rates == (0.05,)


def test_a_rate_leads_back_to_the_same_number(moons: Any, trainer: Any) -> None:
    factors = [1.5] * 4 + [1 / 1.5] * 4
    rates = [flown(trainer, moons, ("rate", factor)).scene.rates[0] for factor in factors]
    assert rates == [0.075, 0.1125, 0.16875, 0.253125, 0.16875, 0.1125, 0.075, 0.05]


def test_going_back_is_exact_and_ends_at_the_first_step(moons: Any, trainer: Any) -> None:
    first = [param.readonly.copy() for param in trainer.net.parameters()]
    pilot = flown(trainer, moons, *[("step",)] * 7, ("back", 10))
    assert pilot.scene.message.startswith("Back by 7 steps, to step 0")
    assert all(np.array_equal(a, b.readonly) for a, b in zip(first, trainer.net.parameters(), strict=True))
    assert pilot.journal.lines == ("trainer.run(7)", "trainer.rewind(7)")
    assert "nothing to go back to" in flown(trainer, moons, ("back", 10)).scene.message


def test_what_is_not_on_record_is_told_and_nothing_changes(moons: Any) -> None:
    trainer = run_of(moons, nn.Linear(2, 2), keep=0)
    pilot = flown(trainer, moons, ("step",), ("step",), ("back", 1))
    assert "Trainer.rewind: got 1 step" in pilot.scene.message
    assert pilot.error is None
    assert pilot.journal.lines == ("trainer.run(2)",)


def test_it_waits_at_the_first_loss_that_is_no_number(moons: Any) -> None:
    trainer = run_of(moons, nn.Linear(2, 2))
    trainer.observers.append(lambda event: trainer.net[0].bias.data.fill(np.nan))
    pilot = Pilot(trainer, moons)
    pilot.start()
    waited(lambda: (pilot.order("look", ALL), pilot.scene.paused and bool(pilot.scene.message))[1])
    pilot.end()
    assert pilot.scene.message.startswith("Not a number since step 2")
    assert pilot.scene.trouble


def test_an_error_ends_the_thread_and_is_kept(moons: Any, trainer: Any) -> None:
    trainer.observers.append(lambda event: 1 / (3 - event.step))
    arrivals: list[int] = []
    pilot = Pilot(trainer, moons, arrived=lambda: arrivals.append(1))
    pilot.start()
    waited(lambda: not pilot.running)
    assert isinstance(pilot.error, ZeroDivisionError)
    assert arrivals
    assert pilot.journal.made == 3


# -- the command


def lived(shell: Shell, monkeypatch: pytest.MonkeyPatch, line: str, keys: str) -> Any:
    """Run a line with a terminal at which those keys are pressed."""
    monkeypatch.setattr(dashboard, "terminal_is_there", lambda: True)
    monkeypatch.setattr(flight, "terminal_is_there", lambda: True)
    with create_pipe_input() as keyboard, create_app_session(input=keyboard, output=DummyOutput()):
        keyboard.send_text(keys)
        return shell.session.run(line)


def test_what_was_done_can_be_exported_and_taken_back(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.quick()
    shell.run("step 3")
    before = [param.readonly.copy() for param in shell["net"].parameters()]  # type: ignore[attr-defined]
    result = lived(shell, monkeypatch, "live", "ss+ssbsq")
    assert result.ok, result.failure
    entry = shell.session.history[-1]
    assert entry.code[:-1] == result.report.code
    assert any("param_groups" in line for line in result.report.code)
    losses = [event.loss for event in shell["trainer"].history]  # type: ignore[attr-defined]
    names: dict[str, Any] = {"nn": nn}
    for line in (line for entry in shell.session.history for line in entry.code):
        exec(line, names)
    assert [event.loss for event in names["trainer"].history] == losses
    shell.run("undo")
    after = [param.readonly for param in shell["net"].parameters()]  # type: ignore[attr-defined]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    assert shell["trainer"].step_count == 3  # type: ignore[attr-defined]


def test_epochs_are_counted_in_steps(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.quick()
    monkeypatch.setattr(dashboard, "terminal_is_there", lambda: True)
    asked: list[int | None] = []

    def fly(trainer: Any, data: Any, *, steps: int | None, **shown: Any) -> dashboard.Flight:
        asked.append(steps)
        return dashboard.Flight((), 0, 0.0)

    monkeypatch.setattr(dashboard, "live", fly)
    entries = len(shell.session.history)
    shell.run("live", "live 7", "live 2 epochs")
    assert asked == [None, 7, 8]  # 112 of 150 irises, 32 a batch
    assert len(shell.session.history) == entries + 1  # the trainer; nothing was done to it


def test_an_error_in_training_is_shown_as_the_shell_shows_it(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.quick()
    shell.run("step", "trainer.observers.append(lambda event: 1 / (3 - event.step))")
    result = lived(shell, monkeypatch, "live", "")
    assert result.failure is not None
    assert result.failure.message == "live: ZeroDivisionError: division by zero"
    assert shell["trainer"].step_count == 1  # type: ignore[attr-defined]


def test_what_is_printed_meanwhile_comes_afterwards(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.quick()
    shell.run("step", "trainer.observers.append(lambda event: print('step', event.step, 'done'))")
    capsys.readouterr()
    lived(shell, monkeypatch, "live 3", " q")
    text = capsys.readouterr().out
    made = shell["trainer"].step_count  # type: ignore[attr-defined]
    assert text == "".join(f"step {step} done\n" for step in range(2, made + 1))


def test_without_a_terminal_the_steps_are_made_all_the_same(shell: Shell) -> None:
    shell.quick()
    report: Any = shell.run("live 5").report
    assert (report.steps, report.goal) == (5, "There is no terminal for the dashboard: the steps were made without it.")
    assert "trainer.run(5)" in shell.session.history[-1].code
    assert "say how many steps" in shell.fail("live")


def test_the_library_call_refuses_without_a_terminal(trainer: Any) -> None:
    with pytest.raises(StateError, match="no terminal for the dashboard"):
        dashboard.live(trainer)
