"""What is pasted, how lines are indented, and the themes: without a terminal."""

from __future__ import annotations

import sys

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import ColorDepth, DummyOutput

from repl import Session, settings
from repl.shell import themes
from repl.shell.keys import indentation
from repl.shell.pasting import cleaned
from repl.shell.prompt import _Shell
from repl.views import palette
from repl.views.screen import Screen
from repl.views.transcript import Transcript


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", "x"),
        ("  piece", "  piece"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("if x:\n\ty = 1\n", "if x:\n\ty = 1\n"),
        ("    x = 1\n    y = 2", "x = 1\ny = 2"),
        ("\tx = 1\n\ty = 2", "x = 1\ny = 2"),
        ("x = 1\n    # later", "x = 1\n    # later"),
        ("> data iris\n  data = nn.data.iris()\n> net 8", "data iris\nnet 8"),
        (">>> for i in x:\n...     f(i)\n1\n2\n>>> g()", "for i in x:\n    f(i)\ng()"),
        ("> data iris", "data iris"),
        ("In [3]: x = 1\nIn [4]: x\nOut[4]: 1", "x = 1\nx"),
        ("x\x1b[31m = 1\x07", "x[31m = 1"),
    ],
)
def test_pasting(text: str, expected: str) -> None:
    assert cleaned(text) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("x = 1", ""),
        ("def f():", "    "),
        ("    if x:  # why", "        "),
        ("\tif x:", "\t\t"),
        ("    y = 2", "    "),
        ("    return y", ""),
        ("        pass", "    "),
        ("    returned = 3", "    "),
    ],
)
def test_the_next_line_is_indented(line: str, expected: str) -> None:
    assert indentation(line) == expected


@pytest.mark.parametrize("name", ["dark", "light"])
def test_every_colour_can_be_read_on_its_ground(name: str) -> None:
    ground = (palette.DARK if name == "dark" else palette.LIGHT).ground
    for part, rule in themes.style(name).style_rules:
        words = rule.split()
        ink = next((word for word in words if word.startswith("#")), None)
        behind = next((word.removeprefix("bg:") for word in words if word.startswith("bg:")), None)
        if part.startswith("bottom-toolbar."):
            behind = dict(themes.style(name).style_rules)["bottom-toolbar"].split()[1].removeprefix("bg:")
        least = 4.5 if part != "auto-suggestion" else 3.0  # which is meant to stand back
        if ink is not None:
            assert palette.contrast(ink, behind or ground) >= least, part


def test_without_colours_there_are_none() -> None:
    assert themes.depth("none") is ColorDepth.DEPTH_1_BIT
    assert themes.depth("dark") is None
    assert not any("#" in rule or "ansi" in rule for _, rule in themes.style("none").style_rules)


def test_escape_is_a_key_by_itself_in_vi() -> None:
    with create_pipe_input() as keyboard, create_app_session(input=keyboard, output=DummyOutput()):
        session = Session()
        session.settings = settings.changed(session.settings, "vi", "on")
        shell = _Shell(session, Transcript(Screen(sys.stdout, False, False), Screen(sys.stdout, False, False)))
        keyboard.send_text("i\r")
        shell.read()
        assert shell._prompt.app.ttimeoutlen + shell._prompt.app.timeoutlen < 0.2
        session.settings = settings.changed(session.settings, "vi", "off")
        keyboard.send_text("1\r")
        shell.read()
        assert shell._prompt.app.ttimeoutlen == 0.5  # a slow line may part the bytes of an arrow key
