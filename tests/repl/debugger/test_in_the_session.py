"""`backward` in a session, in scripts and pipes, and at a real terminal."""

from __future__ import annotations

import dataclasses
import io
import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from repl import Session
from repl.completion import candidates
from repl.results import Debugged, Stop
from repl.views.debugger import draw
from repl.views.screen import Screen

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

SLOW = pytest.mark.slow  # a process of its own for each

SCALARS = ["a = Tensor(2.0, requires_grad=True)", "b = Tensor(-3.0, requires_grad=True)"]


def test_it_enters_and_leaves_and_the_prompt_says_where(shell: Any) -> None:
    assert isinstance(shell.run(*SCALARS, "backward a * b + a").report, Stop)
    assert shell.session.mode.prompt == "backward 1/2> "
    shell.run("n")
    assert shell.session.mode.prompt == "backward 2/2> "
    assert isinstance(shell.run("q").report, Debugged)
    assert shell.session.mode is None
    assert shell.run("6 * 7").report.text == "42"


def test_the_loss_of_the_first_samples_before_any_step_and_of_the_last_batch_after(shell: Any) -> None:
    shell.quick()
    shell.run("backward", "q", "step 2", "backward")
    assert shell.echoes[-1] == "batch_loss = loss(net(trainer.batch[0]), trainer.batch[1])"
    assert "batch_loss = loss(net(data.train.x[:32]), data.train.y[:32])" in shell.echoes
    assert shell.run("here").report.expression == "batch_loss = softmax_cross_entropy(t3, target)"


def test_names_are_the_networks_and_the_users(shell: Any) -> None:
    shell.quick()
    shell.run("backward", "until 0.weight")
    assert {each.to for each in shell.run("here").report.contributions} == {"0.weight", "0.bias"}
    assert shell.run("p 0.weight[0, 1]").report.value.at == "[0, 1]"


def state(shell: Any) -> list[np.ndarray]:
    net, trainer = shell["net"], shell["trainer"]
    random = nn.default_generator().bit_generator.state["state"]["state"]
    buffers = [np.array(each.readonly if hasattr(each, "readonly") else each) for _, each in net.named_buffers()]
    grads = [each.grad.readonly.copy() for each in net.parameters()]
    return [*buffers, *grads, np.array([random % 2**62, trainer.step_count]), *map(np.copy, net.state_dict().values())]


@pytest.mark.parametrize("leaving", ["q", "ctrl-c", "ctrl-c in a command"])
def test_leaving_leaves_everything_as_it_was(shell: Any, monkeypatch: pytest.MonkeyPatch, leaving: str) -> None:
    shell.run("data iris", "net 8 tanh")
    shell.run("net = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 3))")
    shell.run("optim adam lr=0.01", "step 3")
    before, names, history = state(shell), set(shell.session.namespace), list(shell.session.history)
    shell.run("backward", "n 2", "b", "check")
    assert all(np.array_equal(a, b) for a, b in zip(before, state(shell), strict=True))
    shell.run("p net(data.train.x[:8])")
    assert not all(np.array_equal(a, b) for a, b in zip(before, state(shell), strict=True))  # dropout drew
    if leaving == "q":
        result = shell.run("q")
    elif leaving == "ctrl-c":
        result = shell.session.mode.leave()
    else:
        result = shell.session.run("p __import__('signal').raise_signal(2)")
    assert not result.report.finished
    assert shell.session.mode is None
    assert all(np.array_equal(a, b) for a, b in zip(before, state(shell), strict=True))
    assert set(shell.session.namespace) == names
    assert shell.session.history == history


def test_the_end_of_the_pass_is_backward_once_and_is_exported(shell: Any) -> None:
    shell.run(*SCALARS, "backward a * b + a", "n 5", "b", "c")
    assert shell.echoes == ["output = a * b + a", "output.backward()"]
    assert (shell["a"].grad.item(), shell["b"].grad.item()) == (-2.0, 2.0)
    assert shell.session.history[-1].code == ("output = a * b + a", "output.backward()")
    assert shell.session.mode is None
    shell.run("undo")
    assert shell["a"].grad is None
    assert "output" not in shell.session.namespace


def test_a_name_is_taken_as_it_is_and_a_users_output_is_not_touched(shell: Any) -> None:
    shell.run(*SCALARS, "output = 5", "total = a * b", "backward total", "c")
    assert shell.echoes == ["total.backward()"]
    shell.run("backward a + b", "c")
    assert shell.echoes[-2:] == ["output_2 = a + b", "output_2.backward()"]
    assert shell["output"] == 5


def test_lines_of_the_users_own_functions_are_shown(shell: Any) -> None:
    shell.run(*SCALARS, "def f(x, y):\n    z = x * y\n    return z + x")
    stop = shell.run("backward f(a, b)").report
    assert stop.source.endswith(":3: return z + x")
    assert shell.run("n").report.source.endswith(":2: z = x * y")


def test_what_is_not_a_number_is_not_called_a_difference(shell: Any) -> None:
    shell.run("x = Tensor(np.nan, requires_grad=True)", "backward x * x")
    shown = draw(shell.run("check").report, Screen(io.StringIO(), terminal=False, color=False))
    assert "nan  ✗ not a number" in shown
    assert shown.endswith("What is not a number cannot be checked.")
    assert "differ" not in shown


def test_backward_alone_names_what_the_learner_computed(shell: Any) -> None:
    shell.run(*SCALARS, "y = a * b", "rows = y * np.ones(3)")
    assert shell.fail("backward").endswith("; say `backward y`.")
    assert shell.fail("graph").endswith("; say `graph y`.")


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("backward", "got no net yet; expected one, or the name of a tensor that was computed; do `data digits` first"),
        ("backward 3.0", "got a float; expected a scalar tensor"),
        ("backward nothing", "name 'nothing' is not defined"),
        ("backward a", "a leaf, which nothing was computed for"),
        ("backward Tensor([1.0, 2.0], requires_grad=True) * a", "reduce it first, as by .sum()"),
        ("backward a +", "got 'a +'; expected an expression of Python; try `backward x * x`"),
        ("backward (a * b)", "say `%backward (a * b)` for the command"),
    ],
)
def test_what_cannot_be_entered_is_explained(shell: Any, line: str, text: str) -> None:
    shell.run(*SCALARS)
    assert text in shell.fail(line)
    assert shell.session.mode is None
    assert shell.run("6 * 7").report.text == "42"


def test_bad_input_inside_is_a_failure_and_one_stays_inside(shell: Any) -> None:
    shell.run(*SCALARS, "backward a * b", "p a")
    assert "expected one of its commands" in shell.fail("train 5")
    assert "ZeroDivisionError" in shell.fail("p 1 / 0")
    assert "NameError" in shell.fail("p nothing")
    assert "SyntaxError" in shell.fail("p (")
    assert shell.session.mode is not None


def test_a_blank_line_repeats_at_a_prompt_and_means_nothing_in_a_script() -> None:
    session = Session()
    lines = [*SCALARS, "backward a * b + a", "", "# a comment", "n", "", "q", "x = 1"]
    results = list(session.play(lines))
    assert all(result.ok for result in results)
    assert [result.report.number for result in results if isinstance(result.report, Stop)] == [1, 2]
    assert session.namespace["x"] == 1
    session.run("backward a * b + a")
    assert session.run("n").report.number == 2
    assert session.run("").report.finished


def test_reports_are_ready_for_json(shell: Any) -> None:
    shell.quick()
    for line in ("backward", "n", "w 0.weight", "check", "g", "p t1", "h", "c"):
        assert json.loads(json.dumps(dataclasses.asdict(shell.run(line))))


def test_completion_inside_and_of_the_expression(shell: Any) -> None:
    shell.run(*SCALARS, "total = a * b")
    assert [each.text for each in candidates(shell.session, "backward tot")] == ["total"]
    assert "sum" in [each.text for each in candidates(shell.session, "watch total.su")]
    shell.run("backward total")
    assert [each.text for each in candidates(shell.session, "unt")] == ["until"]
    assert "multiply" in [each.text for each in candidates(shell.session, "until mul")]


def test_an_exported_script_has_the_pass(shell: Any, tmp_path: Path) -> None:
    shell.quick()
    shell.run("step 2", "net.zero_grad()", "backward", "q", "backward", "c", "net[0].weight.grad.readonly.sum()")
    shell.run(f"export '{tmp_path}/s.py'")
    text = (tmp_path / "s.py").read_text()
    assert text.count("batch_loss.backward()") == 1
    space: dict[str, Any] = {}
    exec(compile(text, "s.py", "exec"), space)
    assert np.array_equal(space["net"][0].weight.grad.readonly, shell["net"][0].weight.grad.readonly)


SCRIPT = "\n".join([*SCALARS, "backward a * b + a", "n", "", "w a", "c", "a.grad", ""])


@pytest.mark.parametrize("way", ["pipe", pytest.param("file", marks=SLOW), pytest.param("code", marks=SLOW)])
def test_the_following_lines_are_its_commands(chainrule: Callable[..., Any], tmp_path: Path, way: str) -> None:
    (tmp_path / "s.repl").write_text(SCRIPT)
    arguments = {"pipe": (), "file": ("s.repl",), "code": ("-c", SCRIPT)}[way]
    done = chainrule(*arguments, stdin=SCRIPT if way == "pipe" else "")
    assert done.code == 0, done.err
    assert done.out.count("[1/2] output = t1 + a") == 1
    assert "2 paths lead to a; its gradient is -2" in done.out
    assert ("backward 2/2> w a" in done.out) == (way == "file")
    assert "Tensor(-2.)" in done.out
    assert "\x1b" not in done.out


@SLOW
def test_a_script_that_ends_inside_leaves_nothing_and_succeeds(chainrule: Callable[..., Any]) -> None:
    done = chainrule(stdin="\n".join([*SCALARS, "backward a * b", "n"]))
    assert (done.code, done.err) == (0, "")


@SLOW
def test_a_mistake_inside_stops_a_script_at_its_line(chainrule: Callable[..., Any]) -> None:
    done = chainrule(stdin="\n".join([*SCALARS, "backward a * b", "until nowhere", "n"]))
    assert done.code == 1
    assert done.err.startswith("line 4: until: got an unknown name")


# -- at a real terminal


def enter(terminal: Callable[..., Any], **size: int) -> Any:
    shell = terminal(**size)
    shell.ready()
    for line in SCALARS:
        shell.type(line)
    shell.send("backward a * b + a\r")
    shell.wait(lambda lines: lines[-1] == "backward 1/2>")
    return shell


def test_a_real_terminal_enters_steps_and_leaves(terminal: Callable[..., Any]) -> None:
    shell = enter(terminal)
    assert any("[1/2] output = t1 + a" in line for line in shell.lines)
    shell.send("n\r")
    shell.wait(lambda lines: lines[-1] == "backward 2/2>")
    shell.send("b\r")
    shell.wait(lambda lines: lines[-1] == "backward 1/2>")
    shell.send("n\r")
    shell.wait(lambda lines: lines[-1] == "backward 2/2>")
    shell.send("unt\t")
    shell.wait("> until")
    shell.send("\x03")
    shell.wait(lambda lines: lines[-1] == "backward 2/2>")  # a line that has text is cleared
    shell.send("\r")  # `n` once more: the end of the pass
    shell.wait("output.backward()")
    shell.ready()
    shell.type("a.grad")
    assert shell.lines[-2] == "Tensor(-2.)"


@pytest.mark.parametrize("key", ["\x03", pytest.param("\x04", marks=SLOW)])
def test_ctrl_c_and_ctrl_d_leave_the_debugger_not_the_shell(terminal: Callable[..., Any], key: str) -> None:
    shell = enter(terminal)
    shell.send("n\r")
    shell.wait(lambda lines: lines[-1] == "backward 2/2>")
    shell.send(key)
    shell.wait("Left the pass")
    shell.ready()
    shell.type("a.grad is None")
    assert shell.lines[-2] == "True"


@SLOW
def test_ctrl_c_while_it_computes_leaves_the_debugger(terminal: Callable[..., Any]) -> None:
    shell = enter(terminal)
    shell.send("p [print('comput' + 'ing')] and sum(1 for _ in iter(int, 1))\r")
    shell.wait("computing")
    shell.send("\x03")
    shell.wait("Left the pass")
    shell.ready()
    shell.type("'still ' + 'here'")
    assert shell.lines[-2] == "'still here'"


@SLOW
@pytest.mark.parametrize(("rows", "columns"), [(24, 80), (6, 20)])
def test_a_narrow_terminal(terminal: Callable[..., Any], rows: int, columns: int) -> None:
    shell = terminal(rows=rows, columns=columns)
    shell.ready()
    shell.send("x = Tensor([1.0, 2.0], requires_grad=True)\r")
    shell.send("backward np.tanh(x).sum()\r")
    for line in ("n", "l", "g", "check", "w x", "p x", "h", "c"):
        shell.send(line + "\r")
    shell.send("'do' + 'ne'\r")
    shell.wait("'done'")
    assert b"Traceback" not in shell.raw


@SLOW
def test_a_dumb_terminal_has_the_prompt_too(terminal: Callable[..., Any]) -> None:
    shell = terminal(env={"TERM": "dumb"})
    shell.ready()
    for line in SCALARS:
        shell.type(line)
    shell.send("backward a * b\r")
    shell.wait("backward 1/1>")
    shell.send("\x04")
    shell.wait("Left the pass")
    shell.wait(lambda lines: lines[-1] == ">")
    assert b"\x1b" not in shell.raw


def test_interrupt_signal_is_put_back_as_it_was(shell: Any) -> None:
    before = signal.getsignal(signal.SIGINT)
    shell.run(*SCALARS, "backward a * b", "c")
    assert signal.getsignal(signal.SIGINT) is before
