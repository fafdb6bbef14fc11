"""`X?`, `X??`, `?` and `!LINE`."""

from __future__ import annotations

from typing import Any

import pytest

from repl.results import HelpIndex, HelpPage, Look
from repl.settings import Settings
from repl.views.terminal import draw


def test_a_question_mark_shows_signature_and_docstring(shell: Any) -> None:
    report = shell.run("nn.Linear?").report
    assert isinstance(report, Look)
    assert report.signature.startswith("nn.Linear(in_features: int, out_features: int, bias: bool = True")
    assert report.text.startswith("y = x @ weight.T + bias")
    assert report.source == ""
    assert "linear.py:" in report.place
    assert shell.run("?nn.Linear").report == report
    assert shell.run("look nn.Linear").report == report


def test_two_show_the_source(shell: Any) -> None:
    shell.run("def f(x):\n    'Twice.'\n    return 2 * x")
    report = shell.run("f??").report
    assert report.source == "def f(x):\n    'Twice.'\n    return 2 * x"
    assert shell.run("??f").report == report


def test_objects_commands_and_the_list(shell: Any) -> None:
    assert isinstance(shell.run("?").report, HelpIndex)
    assert isinstance(shell.run("??").report, HelpIndex)
    assert isinstance(shell.run("net?").report, HelpPage)
    shell.run("data iris", "net 8 tanh")
    report = shell.run("net?").report
    assert isinstance(report, Look)
    assert report.also == "help net"
    assert isinstance(shell.run("%net?").report, HelpPage)
    assert shell.run("net[0].weight?").report.about == "Parameter (8, 4)"
    assert shell.run("x = 5", "x?").report.about == "5"
    assert shell.run("np.tanh?").report.text


def test_a_property_is_not_computed(shell: Any) -> None:
    shell.run("class A:\n    @property\n    def b(self) -> dict:\n        raise SystemExit\na = A()")
    assert "not been computed" in shell.run("a.b?").report.kind


@pytest.mark.parametrize(("line", "told"), [("nett?", "did you mean net?"), ("np.nope?", "`np?` shows what there is")])
def test_what_is_not_there(shell: Any, line: str, told: str) -> None:
    assert told in shell.fail(line)


def test_long_texts_are_cut(shell: Any) -> None:
    assert "more lines]" in shell.run("np.einsum?").report.text


@pytest.mark.parametrize("width", [20, 80])
@pytest.mark.parametrize("line", ["nn.Linear?", "x?", "F.relu??", "np?"])
def test_it_is_drawn(shell: Any, screen: Any, line: str, width: int) -> None:
    shell.run("x = Tensor([1.0])")
    text = draw(shell.run(line).report, screen(width))
    assert text.startswith(line.rstrip("?")[:10])


def test_the_systems_shell_is_off(shell: Any) -> None:
    assert "write `shell = true`" in shell.fail("!echo hello")
    assert shell.run("system").report.text.startswith("`!` is off")


def test_the_systems_shell(shell: Any) -> None:
    shell.session.settings = Settings(shell=True)
    assert shell.run("!echo hello").report.text == "hello"
    assert shell.run("!echo out; echo err >&2; exit 3").report.text == "out\nerr\n[exit code 3]"
    assert shell.run("!cat").report.text == ""  # there is nothing to read
    assert shell.run("!true").report.text == ""
    assert "characters left out" in shell.run("!seq 100000").report.text
    assert shell.run("system").report.text == "`!` is on"
