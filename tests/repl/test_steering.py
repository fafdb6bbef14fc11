"""Training that one can steer: time travel, rate, frozen layers, goals, watched expressions, and taking back."""

from __future__ import annotations

import re
import signal
from typing import Any

import numpy as np
import pytest

import nn
from repl import Session
from repl.commands import goals
from repl.errors import ReplError
from repl.results import Echo, Note, Progress, Steps, Training
from repl.views.progress import Meter
from repl.views.terminal import draw


def weights(shell: Any) -> list[np.ndarray]:
    return [each.copy() for each in shell["net"].state_dict().values()]


def same(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    return all(a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True))


DROPPING = "net = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(0.3), nn.Linear(8, 3))"


# -- back and goto


def test_back_then_step_gives_the_same_bits(shell: Any) -> None:
    shell.run("data iris", DROPPING, "optim adam lr=0.01", "train 150")
    losses, after = [event.loss for event in shell["trainer"].history], weights(shell)
    note = shell.run("back 130").report
    assert note == Note(f"After step 20, epoch 5: loss {losses[19]:.4g}, as it was then")
    assert not same(weights(shell), after)
    shell.run("step 130")
    assert same(weights(shell), after)
    assert [event.loss for event in shell["trainer"].history] == losses


def test_a_setting_that_comes_back_with_time_is_told_and_can_be_left(shell: Any) -> None:
    shell.run("data iris", DROPPING, "optim sgd lr=0.1", "train 20", "lr 0.5", "step 3")
    losses, after = [event.loss for event in shell["trainer"].history], weights(shell)
    told = "The learning rate is {} again, as it was then; `lr {}` goes on with the one before."
    assert shell.run("back 8").notes == (told.format(0.1, 0.5),)
    assert shell.run("step 4").notes == ()
    assert shell.run("step 4").notes == (told.format(0.5, 0.1),)
    assert ([event.loss for event in shell["trainer"].history], same(weights(shell), after)) == (losses, True)
    assert shell.run("goto 10").notes == (told.format(0.1, 0.5),)
    shell.run("lr 0.5", "train 13")
    assert {event.lr for event in shell["trainer"].history[10:]} == {0.5}
    assert shell.run("train 5").notes == ()


def test_what_was_frozen_comes_back_with_time_too(shell: Any) -> None:
    shell.run("data iris", "net 8 tanh", "optim sgd lr=0.1", "train 20", "freeze 0", "step 3")
    told = "What is frozen is as it was then: {}; `freeze` and `unfreeze` change it."
    assert shell.run("back 5").notes == (told.format("nothing"),)
    assert shell.run("train 10").notes == (told.format("0.weight, 0.bias"),)


def test_goto_goes_back_to_the_beginning_and_forth_again(shell: Any) -> None:
    shell.quick()
    first = weights(shell)
    shell.run("train 200")
    last = weights(shell)
    assert shell.run("goto 0").report.text.startswith("Before the first step")
    assert same(weights(shell), first)
    shell.run("goto 200")
    assert same(weights(shell), last)
    assert shell.echoes[-2:] == ["trainer.goto(0)", "trainer.goto(200)"]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("back 6", "back: got 6 steps; expected at most 5, as were made; say `goto 0` for the beginning"),
        ("back 0", "1 or more"),
        ("back x", "a whole number"),
        ("goto 6", "6"),
        ("goto -1", "0 or more"),
        ("goto", "goto: got nothing after it; expected a step"),
    ],
)
def test_journeys_that_cannot_be_made(shell: Any, line: str, text: str) -> None:
    shell.quick()
    shell.run("step 5")
    before = weights(shell)
    assert text in shell.fail(line)
    assert same(weights(shell), before)
    assert shell["trainer"].step_count == 5


def test_there_is_nothing_to_go_back_to_without_steps_or_with_another_net(shell: Any) -> None:
    shell.quick()
    assert "do `step` or `train 100` first" in shell.fail("back")
    shell.run("step 3", "net 5 relu")
    assert "`undo` takes the change back" in shell.fail("goto 1")
    shell.run("undo", "goto 1")
    assert shell["trainer"].step_count == 1


# -- lr, freeze, reset


def test_lr_shows_and_changes(shell: Any) -> None:
    shell.quick()
    assert shell.run("lr").report == Note("learning rate 0.01")
    assert shell.run("lr 0.5").report == Note("learning rate 0.5, from the next step on; it was 0.01")
    assert shell.echoes[-1] == 'optimizer.param_groups[0]["lr"] = 0.5'
    shell.run("step")
    assert shell["trainer"].history[-1].lr == 0.5
    for bad in ("lr -1", "lr nan", "lr inf", "lr fast"):
        assert shell.fail(bad).startswith("lr: got")
    assert shell["optimizer"].param_groups[0]["lr"] == 0.5


def test_lr_of_several_groups(shell: Any) -> None:
    shell.run("data iris", "net 8 tanh")
    shell.run('groups = [{"params": net[0].parameters(), "lr": 0.1}, {"params": net[2].parameters(), "lr": 0.2}]')
    shell.run("optimizer = nn.optim.SGD(groups, lr=0.3)")
    assert shell.run("lr").report == Note("learning rate 0.1, 0.2")
    names = set(shell.session.names())
    shell.run("lr 0.05")
    assert [group["lr"] for group in shell["optimizer"].param_groups] == [0.05, 0.05]
    assert set(shell.session.names()) == names


def test_frozen_layers_stay_and_the_others_learn(shell: Any) -> None:
    shell.quick()
    assert shell.run("freeze").report == Note("nothing is frozen")
    assert shell.run("freeze 0").report == Note("27 of 67 parameters learn")
    before = weights(shell)
    shell.run("train 20")
    after = weights(shell)
    assert same(before[:2], after[:2])
    assert not same(before[2:], after[2:])
    assert shell.run("freeze").report == Note("frozen: 0.weight, 0.bias")
    shell.run("unfreeze 0.bias", "step")
    assert not same(after[1:2], weights(shell)[1:2])
    assert same(after[:1], weights(shell)[:1])
    shell.run("unfreeze")
    assert shell.echoes[-1] == "net.requires_grad_(True)"
    assert all(each.requires_grad for each in shell["net"].parameters())


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("freeze 7", "an unknown layer '7'; expected one of 0, 2"),
        ("freeze 1", "an unknown layer '1'"),
        ("freeze 0 2", "something left to learn"),
        ("unfreeze 0.wieght", "did you mean 0.weight?"),
    ],
)
def test_what_cannot_be_frozen(shell: Any, line: str, text: str) -> None:
    shell.quick()
    assert text in shell.fail(line)
    assert all(each.requires_grad for each in shell["net"].parameters())


def test_layers_of_a_module_of_the_users_own(shell: Any) -> None:
    shell.run(
        "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.body = nn.Sequential(nn.Linear(4, 5), nn.Tanh())\n"
        "        self.head = nn.Linear(5, 3)\n"
        "    def forward(self, x):\n"
        "        return self.head(self.body(x))",
        "net = Net()",
        "freeze body.0",
    )
    assert shell.echoes[-1] == "net.body[0].requires_grad_(False)"
    assert not shell["net"].body[0].weight.requires_grad


def test_reset_gives_the_first_weights_and_the_same_training(shell: Any) -> None:
    shell.run("data iris", "net 8 tanh seed=3", "init xavier seed=5", "optim adam lr=0.01")
    first = weights(shell)
    shell.run("train 30 batch=16 seed=2", "lr 0.5")
    losses = [event.loss for event in shell["trainer"].history]
    shell.run("reset")
    assert same(weights(shell), first)
    assert shell["trainer"].step_count == 0
    assert (shell["trainer"].loader.batch_size, shell["trainer"].loader.seed) == (16, 2)
    shell.run("train 30")
    assert [event.loss for event in shell["trainer"].history] == losses


def test_reset_of_a_network_of_ones_own_goes_to_step_0(shell: Any) -> None:
    shell.run("data iris", DROPPING, "optim adam lr=0.01")
    first = weights(shell)
    assert "which the session cannot make again" in shell.fail("reset")
    shell.run("train 40", "reset")
    assert shell.echoes[-1] == "trainer.goto(0)"
    assert same(weights(shell), first)


# -- until


def test_until_the_accuracy_is_reached(shell: Any) -> None:
    shell.quick()
    report = shell.run("train until acc>0.9").report
    assert isinstance(report, Training)
    trainer, data = shell["trainer"], shell["data"]
    assert trainer.evaluate(data.test).accuracy > 0.9
    assert trainer.step_count % trainer.steps_per_epoch == 0
    assert re.fullmatch(r"acc 0\.9\d+: acc>0\.9 is reached", report.goal)
    assert not report.stopped
    trainer.rewind(trainer.steps_per_epoch)
    assert trainer.evaluate(data.test).accuracy <= 0.9  # it stopped as soon as it could


def test_until_gives_up_and_says_when_nothing_was_needed(shell: Any) -> None:
    shell.quick()
    report = shell.run("train until loss < 0.0001 most=20").report
    assert (report.steps, shell["trainer"].step_count) == (20, 20)
    assert report.goal.endswith("loss<0.0001 is not reached; try more steps")
    shell.run("train until loss<0.0001 most=8")
    assert shell["trainer"].step_count == 28
    assert shell.run("train until loss<5").report.text.endswith("already: no step was needed")
    assert set(shell.session.names()) == {"data", "net", "loss", "optimizer", "trainer"}


@pytest.mark.parametrize(
    ("words", "goal"),
    [
        ("acc>0.95", goals.Goal("acc", ">", 0.95)),
        ("accuracy>=95%", goals.Goal("acc", ">=", 0.95)),
        ("loss<1e-3", goals.Goal("loss", "<", 0.001)),
        ("loss<=0.5", goals.Goal("loss", "<=", 0.5)),
    ],
)
def test_goals(words: str, goal: goals.Goal) -> None:
    data = nn.data.iris().split(test=0.25)
    assert goals.read(words, data) == goal


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("", "got nothing after until; expected acc>VALUE or loss<VALUE"),
        ("acc", "expected acc>VALUE or loss<VALUE"),
        ("acc<0.5", "turn the sign round"),
        ("loss>0.5", "turn the sign round"),
        ("acc>95", "try `train until acc>0.95`, or 95%"),
        ("acc>1", "try `train until acc>=1`"),
        ("loss<e-", "expected a number"),
        ("f1>0.5", "expected acc>VALUE or loss<VALUE"),
    ],
)
def test_goals_that_are_none(words: str, text: str) -> None:
    with pytest.raises(ReplError) as caught:
        goals.read(words, nn.data.iris().split(test=0.25))
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("words", "waiting", "at_the_bound"),
    [
        ("acc>0.5", "trainer.evaluate(data.test).accuracy <= 0.5", False),
        ("acc>=0.5", "trainer.evaluate(data.test).accuracy < 0.5", True),
        ("loss<0.5", "trainer.evaluate(data.train).loss >= 0.5", False),
        ("loss<=0.5", "trainer.evaluate(data.train).loss > 0.5", True),
    ],
)
def test_waiting_ends_where_the_goal_is_reached(words: str, waiting: str, at_the_bound: bool) -> None:
    goal = goals.read(words, nn.data.iris().split(test=0.25))
    assert goal.waiting == waiting
    assert goal.reached(0.5) is at_the_bound
    assert goal.reached(0.4) is (goal.name == "loss")
    assert goal.reached(0.6) is (goal.name == "acc")


def test_numbers_have_no_accuracy() -> None:
    data = nn.data.Dataset(np.zeros((8, 3)), np.zeros(8)).split(test=0.25)
    with pytest.raises(ReplError, match=r"try `train until loss<0\.1`"):
        goals.read("acc>0.5", data)


def test_ctrl_c_ends_until_between_two_steps_and_keeps_what_was_done() -> None:
    def press(event: Any) -> None:
        if isinstance(event, Progress) and event.done == 7:
            signal.raise_signal(signal.SIGINT)

    session = Session(listen=press)
    for line in ("data iris", "net 8 tanh", "optim adam"):
        session.run(line)
    result = session.run("train until loss<1e-9")
    assert result.ok
    assert (result.report.stopped, result.report.steps, session.namespace["trainer"].step_count) == (True, 7, 7)
    assert "trainer.run(7)" in session.history[-1].code
    assert not any("while" in line for line in session.history[-1].code)
    assert session.run("step").report.rows[0].step == 8


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("train", "train: got nothing after it; expected"),
        ("train -5", "train: got count -5; expected 1 or more"),
        ("train 5 epoch", "did you mean epochs?"),
        ("train 5 epochs now", "'now' as one word too many"),
        ("train until acc>0.9 most=0", "1 or more"),
    ],
)
def test_train_says_what_it_expects(shell: Any, line: str, text: str) -> None:
    shell.quick()
    assert text in shell.fail(line)


# -- watch


def test_what_is_watched_stands_beside_every_step_and_in_the_events(shell: Any, screen: Any) -> None:
    shell.quick()
    shell.run("watch net[0].bias.readonly.sum()", "watch trainer.step_count")
    report = shell.run("step 3").report
    assert isinstance(report, Steps)
    assert [dict(row.watched)["trainer.step_count"] for row in report.rows] == ["1", "2", "3"]
    total = float(shell["net"][0].bias.readonly.sum())
    assert dict(report.rows[-1].watched)["net[0].bias.readonly.sum()"] == f"{total:.4g}"
    assert draw(report, screen(100)).splitlines()[0].endswith("trainer.step_count")
    assert dict(shell.progress[-1].watched)["trainer.step_count"] == "3"
    report = shell.run("train 20").report
    assert report.watched[1] == ("trainer.step_count", "23")
    assert "  trainer.step_count = 23" in draw(report, screen(100))


def test_what_is_watched_stands_in_the_line_of_progress(screen: Any) -> None:
    progress = Progress(3, 50, 3, 1, 0.5, 100.0, 0.4, (("net[0].bias.sum()", "0.25"),))
    assert "net[0].bias.sum() 0.25" in Meter(screen(120)).line(progress)
    assert len(Meter(screen(20, terminal=True)).line(progress)) < 20


def test_watches_are_listed_removed_and_taken_back(shell: Any) -> None:
    assert shell.run("watch").report.text.startswith("nothing is watched")
    assert shell.run("watch 1 + 1").report == Note("1: 1 + 1 = 2")
    assert shell.run("watch np.pi").report == Note("1: 1 + 1 = 2\n2: np.pi = 3.142")
    assert shell.run("unwatch 1").report == Note("1: np.pi = 3.142")
    shell.run("undo")
    assert list(shell.session.watches) == ["1 + 1", "np.pi"]
    shell.run("undo")
    assert list(shell.session.watches) == ["1 + 1"]
    assert "expected 1 to 1" in shell.fail("unwatch 2")
    assert shell.run("unwatch").report.text.startswith("nothing is watched")
    assert "expected something that is watched" in shell.fail("unwatch 1")
    assert "expected an expression of Python" in shell.fail("watch x +")
    assert "expected an expression of Python" in shell.fail("watch import os")


def test_a_watch_that_fails_stops_nothing(shell: Any) -> None:
    shell.quick()
    assert "NameError" in shell.run("watch nothing").report.text
    report = shell.run("step 2").report
    assert report.rows[1].watched[0][1].startswith("NameError")


# -- undo


def test_every_line_is_echoed_as_python(shell: Any) -> None:
    shell.quick()
    shell.run("step 5", "back 2", "lr 0.1", "freeze 0", "train until acc>0.8 most=40", "reset")
    codes = [event.code for event in shell.events if isinstance(event, Echo)]
    for code in codes:
        compile(code, "<echo>", "exec")


def test_where_there_is_nothing_to_go_to_the_next_command_is_named(shell: Any) -> None:
    shell.quick()
    shell.run("train 5", "back 2")
    assert shell.fail("goto 9").endswith("0 to 5, the steps that were made; do `goto 5`, then `train 4`.")
    shell.run("goto 5", "train 4", "goto 0")
    assert shell.fail("back").endswith("`goto N` goes forth again.")
    shell.run("train 9 seed=3")
    assert shell.fail("goto 10").endswith("0 to 9, the steps that were made; do `train 1`.")
    shell.run("reset")
    assert shell.fail("back 3").endswith("do `step` or `train 100` first.")
