"""undo takes back what commands did, one after another, and nothing that Python did."""

from __future__ import annotations

from typing import Any

from repl.results import Note
from tests.repl.test_script import exported
from tests.repl.test_steering import DROPPING, same, weights


def test_undo_takes_back_one_command_after_another(shell: Any) -> None:
    shell.quick()
    first = weights(shell)
    shell.run("train 5")
    middle = weights(shell)
    shell.run("train 5", "lr 0.5", "freeze 0", "back 3")
    for line in ("back 3", "freeze 0", "lr 0.5", "train 5"):
        assert shell.run("undo").report == Note(f"Took back `{line}`")
    assert same(weights(shell), middle)
    assert shell["trainer"].step_count == 5
    assert shell["optimizer"].param_groups[0]["lr"] == 0.01
    assert all(each.requires_grad for each in shell["net"].parameters())
    shell.run("undo")
    assert same(weights(shell), first)
    assert "trainer" not in shell.session.namespace
    shell.run("undo", "undo", "undo", "undo")
    assert shell.session.names() == {}
    assert shell.session.history == []
    assert "no command to take back" in shell.fail("undo")


def test_after_undo_training_gives_the_same_bits(shell: Any) -> None:
    shell.run("data iris", DROPPING, "optim adam lr=0.01", "train 20", "train 30")
    after = weights(shell)
    shell.run("undo", "train 30")
    assert same(weights(shell), after)


def test_undo_keeps_python_and_the_users_names(shell: Any) -> None:
    shell.quick()
    shell.run("x = 5", "train 5", "y = x + 1", "undo")
    assert (shell["x"], shell["y"]) == (5, 6)
    assert [entry.line for entry in shell.session.history][-2:] == ["x = 5", "y = x + 1"]


def test_undo_of_a_network_brings_the_old_one_back(shell: Any) -> None:
    shell.quick()
    old = shell["net"]
    shell.run("net 5 relu", "undo")
    assert shell["net"] is old
    assert shell.session.made("net").endswith("nn.Linear(8, 3))")
    shell.run("step")


def test_commands_that_only_look_are_not_taken_back(shell: Any) -> None:
    shell.quick()
    shell.run("step 2", "help", "lr", "flow", "undo")
    assert "trainer" not in shell.session.namespace


def test_python_that_changed_what_is_taken_back_goes_with_it(shell: Any, tmp_path: Any) -> None:
    shell.quick()
    shell.run("train 5")
    before = weights(shell)
    shell.run("train 5", "x = 5", "events = trainer.run(2)", "y = net(data.test.x[:2])", "lr 0.5")
    shell.run("optimizer.param_groups[0]['lr'] *= 0.5", "nn.manual_seed(5)")
    changes = "`optimizer.param_groups[0]['lr'] *= 0.5`, `nn.manual_seed(5)`"
    assert shell.run("undo").report == Note(f"Took back `lr 0.5`, and what was done to it since: {changes}")
    assert shell["optimizer"].param_groups[0]["lr"] == 0.01
    told = "Took back `train 5`, and what was done to it since: `events = trainer.run(2)`"
    assert shell.run("undo").report == Note(told)
    assert same(weights(shell), before)
    assert [entry.line for entry in shell.session.history][-2:] == ["x = 5", "y = net(data.test.x[:2])"]
    assert "events" not in shell.session.namespace
    shell.run("train 3")
    printed = exported(shell, tmp_path)
    assert f"step 8: loss {shell['trainer'].history[-1].loss}" in printed


def test_python_that_failed_after_it_changed_something_goes_too(shell: Any) -> None:
    shell.quick()
    shell.run("train 5")
    before = weights(shell)
    shell.run("lr 0.02")
    assert not shell.session.run("[trainer.run(2), 1 / 0]").ok
    shell.run("undo")
    assert same(weights(shell), before)
    assert [entry.line for entry in shell.session.history][-1] == "train 5"


def test_python_that_failed_might_not_fail_without_the_command(shell: Any) -> None:
    shell.quick()
    shell.run("data moons")
    assert not shell.session.run("net(data.train.x).sum().backward()").ok  # for other data
    assert shell.run("undo").report == Note("Took back `data moons`")
    assert [entry.line for entry in shell.session.history][-1] == "optim adam lr=0.01"


def test_undo_leaves_what_the_user_has_bound_a_name_to_since(shell: Any) -> None:
    shell.quick()
    shell.run("net = nn.Linear(4, 3)")
    own = shell["net"]
    for _ in range(3):
        shell.run("undo")
    assert shell["net"] is own
    assert [entry.line for entry in shell.session.history] == ["data iris", "net = nn.Linear(4, 3)"]
