"""A session without a screen: what lines do to it, and what interrupts do."""

from __future__ import annotations

import importlib
import signal
import threading
from typing import Any

import numpy as np
import pytest

import nn
from repl import Session
from repl.results import Echo, Farewell, Note, StepRow, Steps, Training, Value


def test_python_shows_the_value_of_an_expression_and_keeps_it(shell: Any) -> None:
    assert shell.run("x = 6", "x * 7").report == Value("42")
    assert shell["_"] == 42
    assert shell.run("None").report is None
    assert shell["_"] == 42
    assert shell.run("y = 1").report is None
    assert shell.run("'a'").report == Value("'a'")


def test_nothing_happens_on_blank_lines_and_comments(shell: Any) -> None:
    for line in ("", "   ", "# net 3"):
        result = shell.run(line)
        assert (result.code, result.report, result.command) == ((), None, "")
    assert shell.session.history == []


def test_libraries_are_there_from_the_start_and_loaded_when_mentioned(shell: Any) -> None:
    assert "np" not in shell.session.namespace
    assert shell.run("np.zeros(2).sum()").report == Value("np.float64(0.0)")
    assert shell["np"] is np
    assert "nn" not in shell.session.namespace
    assert shell.run("grad(lambda x: x * x)(3.0)").report.text.startswith("6.0") or shell["_"] == 6.0
    assert shell.run("'nn' in dir()").report == Value("True")
    assert shell["F"] is importlib.import_module("nn.functional")


def test_names_are_the_users_and_the_commands_only(shell: Any) -> None:
    shell.run("x = 1", "np", "data iris")
    assert set(shell.session.names()) == {"x", "data"}


@pytest.mark.parametrize(
    ("lines", "echoes"),
    [
        (["data iris"], ["data = nn.data.iris().split(test=0.25, seed=0, standardize=True)"]),
        (["data iris standardize=no test=0.5"], ["data = nn.data.iris().split(test=0.5, seed=0)"]),
        (
            ["data spiral n=90"],
            ["data = nn.data.spiral(n=90, noise=0.1, classes=3, seed=0).split(test=0.25, seed=0)"],
        ),
        (["loss mse"], ["loss = nn.MSELoss()"]),
        (["loss ce reduction=sum"], ['loss = nn.CrossEntropyLoss(reduction="sum")']),
    ],
)
def test_a_command_is_echoed_as_python(shell: Any, lines: list[str], echoes: list[str]) -> None:
    result = shell.run(*lines)
    assert shell.echoes == echoes
    assert result.code == tuple(echoes)


def test_all_of_it_is_echoed_as_python(shell: Any) -> None:
    shell.run("data digits")
    shell.events.clear()
    shell.run(
        "net 64 relu", "init kaiming", "init normal std=0.01 seed=3", "optim adam lr=0.01", "optim sgd momentum=0.9"
    )
    assert shell.echoes == [
        "nn.manual_seed(0)",
        "net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))",
        'nn.init.initialize_(net, "kaiming_normal", seed=0)',
        'nn.init.initialize_(net, "normal", seed=3, std=0.01)',
        "optimizer = nn.optim.Adam(net.parameters(), lr=0.01)",
        "optimizer = nn.optim.SGD(net.parameters(), lr=0.001, momentum=0.9)",
    ]


def test_a_command_does_what_its_echo_does(shell: Any) -> None:
    shell.quick()
    shell.run("init xavier", "train 7 batch=16 seed=2")
    namespace: dict[str, Any] = {"nn": nn}
    for line in shell.echoes:
        exec(line, namespace)
    assert [event.loss for event in namespace["trainer"].history] == [event.loss for event in shell["trainer"].history]


def test_steps_are_shown_one_by_one(shell: Any) -> None:
    shell.quick()
    report = shell.run("step 3").report
    assert isinstance(report, Steps)
    assert [row.step for row in report.rows] == [1, 2, 3]
    first = shell["trainer"].history[0]
    expected = float(np.sqrt(sum(norm**2 for norm in first.grad_norms.values())))
    assert report.rows[0] == StepRow(1, 1, first.loss, pytest.approx(expected))
    assert shell.run("step").report.rows[0].step == 4


def test_training_tells_how_far_it_is(shell: Any) -> None:
    shell.quick()
    report = shell.run("train 20").report
    assert isinstance(report, Training)
    assert (report.steps, report.asked, report.step, report.epoch, report.stopped) == (20, 20, 20, 5, False)
    assert (report.first_loss, report.last_loss) == (
        shell["trainer"].history[0].loss,
        shell["trainer"].history[-1].loss,
    )
    assert [event.done for event in shell.progress] == list(range(1, 21))
    assert {event.total for event in shell.progress} == {20}
    assert all(event.rate > 0 for event in shell.progress)
    assert shell.progress[-1].left == 0


def test_epochs(shell: Any) -> None:
    shell.quick()
    report = shell.run("train 3 epochs").report
    assert shell.echoes[-1] == "trainer.run(epochs=3)"
    assert (report.steps, report.asked, report.epoch) == (12, 12, 3)


def test_trainer_is_made_once_and_again_when_a_part_is_replaced(shell: Any) -> None:
    shell.quick()
    shell.run("step")
    trainer = shell["trainer"]
    shell.run("step")
    assert shell["trainer"] is trainer
    for line in (
        "loss cross_entropy",
        "optim sgd lr=0.1",
        "data iris seed=1",
        "net 5 relu",
        "train 1 batch=8",
        "train 1 seed=5",
    ):
        shell.run(line, "step")
        assert shell["trainer"] is not trainer, line
        trainer = shell["trainer"]
    assert (trainer.loader.batch_size, trainer.step_count) == (8, 2)


def test_a_new_net_gets_its_optimizer_again(shell: Any) -> None:
    shell.quick()
    shell.run("net 5 relu")
    held = {id(each) for group in shell["optimizer"].param_groups for each in group["params"]}
    assert held == {id(each) for each in shell["net"].parameters()}
    assert shell.echoes[-1] == "optimizer = nn.optim.Adam(net.parameters(), lr=0.01)"


def test_a_net_of_the_users_own_gets_the_commands_optimizer_again(shell: Any) -> None:
    shell.quick()
    shell.run("net = nn.Sequential(nn.Linear(4, 3))", "step")
    assert shell.echoes[-3] == "optimizer = nn.optim.Adam(net.parameters(), lr=0.01)"


def test_an_optimizer_of_the_users_own_over_another_net_is_refused(shell: Any) -> None:
    shell.quick()
    shell.run("optimizer = nn.optim.SGD(net.parameters(), lr=0.1)", "net 5 relu")
    assert "over another network's parameters" in shell.fail("step")


def test_init_starts_training_again(shell: Any) -> None:
    shell.quick()
    shell.run("init xavier", "step 4")
    losses = [event.loss for event in shell["trainer"].history]
    shell.run("init xavier", "step 4")
    assert [event.loss for event in shell["trainer"].history] == losses


def test_bare_name_shows_the_object_once_there_is_one(shell: Any) -> None:
    assert "no data set" in shell.fail("data")
    shell.run("data iris")
    assert shell.run("data").report.text.startswith("Split(iris")
    assert shell.run("graph, explain").report is not None
    assert shell.fail("graph").startswith("graph: got no net")  # preloaded, yet no object of the user's


def test_name_that_the_user_assigned_is_python_until_a_command_binds_it_again(shell: Any) -> None:
    shell.run("data iris", "net = 5")
    assert shell.run("net").report == Value("5")
    said = shell.fail("net 8 tanh")
    assert "a name that you assigned" in said
    assert "`%net 8 tanh`" in said
    shell.run("%net 8 tanh", "net 9 tanh")
    assert shell.run("train = 3", "train").report == Value("3")
    shell.run("del train")
    assert "no optimizer yet" in shell.fail("train 5")


@pytest.mark.parametrize(("line", "code"), [("quit", 0), ("exit", 0), ("quit()", 0), ("import sys; sys.exit(3)", 3)])
def test_leaving(shell: Any, line: str, code: int) -> None:
    assert shell.run(line).report == Farewell(code)


def test_leaving_with_a_message(shell: Any) -> None:
    result = shell.session.run("raise SystemExit('no more')")
    assert result.report == Farewell(1)
    assert result.failure.message == "no more"


def test_ctrl_c_stops_training_between_two_steps(shell: Any) -> None:
    shell.quick()

    def press(event: Any) -> None:
        shell.events.append(event)
        if not isinstance(event, Echo) and event.done in (5, 6):  # twice: the second changes nothing
            signal.raise_signal(signal.SIGINT)

    session = Session(listen=press)
    for line in ("data iris", "net 8 tanh", "loss cross_entropy", "optim adam lr=0.01"):
        assert session.run(line).ok
    result = session.run("train 1000")
    assert result.ok
    assert (result.report.steps, result.report.asked, result.report.stopped) == (5, 1000, True)
    assert session.namespace["trainer"].step_count == 5
    assert session.history[-1].code[1] == "trainer.run(5)"
    again = session.run("train 3").report
    assert (again.steps, again.stopped) == (3, False)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_in_a_loop_of_the_users_own_leaves_the_loop_between_two_steps(shell: Any) -> None:
    shell.quick()
    shell.run("step", "import signal", "count = 0")
    shell.run("def press(event):\n    signal.raise_signal(signal.SIGINT)", "trainer.observers.append(press)")
    result = shell.session.run("while True:\n    trainer.run(10)\n    count += 1")
    assert result.failure.kind == "interrupted"
    assert (shell["trainer"].step_count, shell["count"]) == (2, 0)
    shell.run("trainer.observers.clear()", "step")


def test_ctrl_c_elsewhere_is_an_interrupt(shell: Any) -> None:
    result = shell.session.run("import signal; x = 1; signal.raise_signal(signal.SIGINT); x = 2")
    assert result.failure.kind == "interrupted"
    assert shell["x"] == 1


def test_ctrl_c_during_a_command_that_does_not_train_undoes_it(shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.run("data iris")
    before = shell["data"]

    def press(**_: Any) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(nn.data, "spiral", press)
    result = shell.session.run("data spiral")
    assert result.failure.kind == "interrupted"
    assert shell["data"] is before


def test_a_session_in_another_thread_leaves_signals_alone() -> None:
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(Session().run("1 + 1")))
    thread.start()
    thread.join()
    assert results[0].report == Value("2")


def test_a_user_s_loop_reports_no_progress_but_runs(shell: Any) -> None:
    shell.quick()
    shell.run("step", "events = trainer.run(4)")
    assert len(shell["events"]) == 4
    assert shell["trainer"].observers == []


def test_play_stops_at_the_first_failure_and_at_quit() -> None:
    results = list(Session().play(["x = 1", "1 / 0", "x = 2"]))
    assert [result.ok for result in results] == [True, False]
    results = list(Session().play(["quit", "1 / 0"]))
    assert [result.report for result in results] == [Farewell(0)]


def test_data_that_no_longer_fits_the_net_says_so_and_training_is_refused(shell: Any) -> None:
    shell.quick()
    note = shell.run("data digits").report
    assert isinstance(note, Note)
    assert "does not fit any more" in note.text
    assert "expected 64, as digits has" in shell.fail("train 5")
    assert "does not fit" not in shell.run("data iris").report.text


def test_a_loss_that_nobody_chose_is_the_one_the_data_call_for(shell: Any) -> None:
    shell.run("data iris", "net 4 tanh", "flow")
    assert type(shell["loss"]) is nn.CrossEntropyLoss
    shell.run("del loss", "optim adam", "train 3")
    assert shell["trainer"].step_count == 3
    assert "loss = nn.CrossEntropyLoss()" in shell.echoes
