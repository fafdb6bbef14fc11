"""What a shell has to survive, in a real terminal or a pipe: poor terminals, missing programs, odd sizes, huge values.

By number: 36 a pipe and a dumb terminal, 37 Ctrl-C and Ctrl-D, 38 no `dot`, 39 sizes, 40 the C locale, 41 what is too
large to show. Further tests of each are in test_shell and test_cli.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from repl import Session
from repl.views.screen import Screen, cells
from repl.views.terminal import draw
from tests.repl.conftest import ROOT, Process, Terminal

Opener = Callable[..., Terminal]
Runner = Callable[..., Process]

# From Python 3.12 on a process with threads warns when it forks; here the child runs another program at once.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

PARTS = ("data iris", "net 8 tanh", "loss cross_entropy", "optim adam lr=0.01", "train 20")
LOOKS = ("show", "flow", "graph", "hist", "boundary", "confusion", "why", "explain tanh", "check", "lesson 3", "help")
DEBUGGER = ("backward", "n", "why 0.weight", "check", "g", "h", "q")
C_LOCALE = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
ESCAPE = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|[=>])")


def text_of(raw: bytes) -> str:
    """What was written, without escape codes."""
    return ESCAPE.sub("", raw.decode())


# -- 36: standard input is no terminal; TERM=dumb


@pytest.mark.parametrize("end", ["\n", ""], ids=["newline", "no newline at the end"])
def test_36_a_pipe_is_read_to_its_end_without_escape_codes(chainrule: Runner, end: str) -> None:
    done = chainrule(stdin="\n".join([*PARTS, *LOOKS, *DEBUGGER, "6 * 7"]) + end)
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("\n42\n")
    assert "\x1b" not in done.out
    assert "\r" not in done.out


def test_36_an_empty_pipe_is_no_error(chainrule: Runner) -> None:
    assert chainrule(stdin="") == Process(0, "", "")


def test_36_a_pipe_into_a_terminal(terminal: Opener) -> None:
    command = f"printf 'data iris\\n6 * 7\\n' | \"{sys.executable}\" -m repl; echo code $?"
    shell = terminal("-c", command, program="/bin/sh")
    shell.wait("code 0")
    assert "42" in shell.lines


def test_36_a_dumb_terminal_has_its_prompt_and_no_escape_codes(terminal: Opener) -> None:
    shell = terminal(env={"TERM": "dumb"})
    shell.ready()
    for line in (*PARTS, *LOOKS, *DEBUGGER):
        shell.send(line + "\r")
    shell.send("6 * 7\r")
    shell.wait(lambda lines: len(lines) > 1 and lines[-2].endswith("42") and lines[-1] == ">")
    shell.send("\x04")
    assert shell.end() == 0
    assert b"\x1b" not in shell.raw
    assert b"Traceback" not in shell.raw


# -- 37: Ctrl-C clears the line, Ctrl-D leaves, the terminal is as it was


@pytest.mark.parametrize(
    "config",
    [
        pytest.param("toolbar = false", id="emacs"),
        pytest.param("vi = true\ntoolbar = false", id="vi", marks=pytest.mark.slow),
    ],
)
def test_37_ctrl_c_and_ctrl_d_wherever_they_fall(terminal: Opener, config: str) -> None:
    program = f'stty -a; echo began; "{sys.executable}" -m repl; echo "code $?"; stty -a; echo over'
    shell = terminal("-c", program, program="/bin/sh", config=config)
    shell.ready()
    shell.send("x = 1 +")
    shell.wait("> x = 1 +")
    shell.send("\x03")  # half a line
    shell.ready()
    for line in ("x = Tensor(3.0, requires_grad=True)", "y = x * x"):
        shell.type(line)
    shell.send("backward y\r")
    shell.wait(lambda lines: lines[-1] == "backward 1/1>")
    shell.send("\x03")  # the debugger: the line is empty, so it leaves the pass
    shell.wait(lambda lines: lines[-1] == ">")
    shell.type("x.grad is None")
    assert shell.lines[-2] == "True"
    shell.send("\x04")
    shell.wait("over")
    assert "code 0" in shell.lines
    text = shell.raw.decode()
    before, after = text[: text.index("began")].split(), text[text.rindex("speed") : text.rindex("over")].split()
    assert after == before[-len(after) :]
    assert text.rfind("\x1b[?2004l") > text.rfind("\x1b[?2004h")  # pastes are no longer bracketed
    assert text.rfind("\x1b[?25h") > text.rfind("\x1b[?25l")  # the cursor is there


def test_37_ctrl_d_on_a_line_that_is_not_empty_stays(terminal: Opener) -> None:
    shell = terminal()
    shell.ready()
    shell.send("6 * 7\x04")
    shell.wait("> 6 * 7")
    shell.send("\r")
    shell.wait(lambda lines: lines[-2:] == ["42", ">"])


# -- 38: no `dot` on PATH, nor a wheel that has it


@pytest.fixture
def no_dot(tmp_path: Path) -> dict[str, str]:
    """An environment in which nothing draws Graphviz's language: no program, and a pygraphviz that is not installed."""
    (tmp_path / "missing").mkdir()
    (tmp_path / "missing" / "pygraphviz.py").write_text("raise ImportError('No module named pygraphviz')\n")
    return {"PATH": str(tmp_path / "missing"), "PYTHONPATH": f"{tmp_path / 'missing'}:{ROOT}"}


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_38_the_language_of_dot_and_how_to_get_it(
    chainrule: Runner, no_dot: dict[str, str], tmp_path: Path, suffix: str
) -> None:
    done = chainrule("-c", "\n".join([*PARTS, "graph", f"graph flow.{suffix}"]), env=no_dot)
    assert (done.code, done.err) == (0, "")
    assert done.out.count("layer 1 · Linear(4, 8) + Tanh") == 2  # the tree, which needs no program
    assert "Wrote flow.dot" in done.out
    assert "no program dot on PATH" in done.out
    assert "chainrule[render]" in done.out
    assert (tmp_path / "flow.dot").read_text("utf-8").startswith("digraph")
    assert not (tmp_path / f"flow.{suffix}").exists()


def test_38_doctor_says_so_too(chainrule: Runner, no_dot: dict[str, str]) -> None:
    done = chainrule("-c", "doctor", env=no_dot)
    assert (done.code, done.err) == (0, "")
    assert re.search(r"^✗ dot +not there .* install Graphviz", done.out, re.MULTILINE)


# -- 39: 80x24, 20x5, and to 1x1 and back


@pytest.mark.parametrize(("rows", "columns"), [(24, 80), (5, 20)])
def test_39_no_line_is_past_the_width(terminal: Opener, tmp_path: Path, rows: int, columns: int) -> None:
    looks = ("graph", "graph --level opened", "graph --level module", "graph --focus 0.weight", "backward", "g", "q")
    (tmp_path / "looks.repl").write_text("\n".join([*PARTS, *looks]))
    shell = terminal("-q", "looks.repl", rows=rows, columns=columns)
    assert shell.end() == 0
    written = re.split(r"[\r\n]+", text_of(shell.raw))
    assert len(written) > 60
    assert [line for line in written if cells(line) > columns] == []


def test_39_a_graph_while_the_terminal_shrinks_to_nothing_and_grows_again(terminal: Opener) -> None:
    shell = terminal()
    shell.ready()
    for line in PARTS:
        shell.type(line)
    for rows, columns in ((1, 1), (5, 20), (1, 1), (24, 80)):
        shell.child.setwinsize(rows, columns)
        shell.screen.resize(rows, columns)
        shell.send("graph\rbackward\rg\rq\r")
    shell.send("'en' + 'd'\r")
    shell.wait("'end'")
    assert shell.raw.count(b"Left the pass") == 4
    assert b"Traceback" not in shell.raw


# -- 40: LANG=C and no UTF-8 mode


@pytest.mark.parametrize("size", [(24, 80), pytest.param((40, 120), marks=pytest.mark.slow)])
def test_40_all_that_is_shown_is_ascii(terminal: Opener, size: tuple[int, int]) -> None:
    shell = terminal(rows=size[0], columns=size[1], env=C_LOCALE, config="")
    shell.wait(">")
    for line in (*PARTS, *LOOKS, *DEBUGGER, "print('\\u2207 \\uc2e0\\uacbd\\ub9dd')", "'en' + 'd'"):
        shell.send(line + "\r")
    shell.wait("'end'")
    assert shell.raw.isascii()
    assert b"Error" not in shell.raw
    assert b"\\u2207 \\uc2e0" in shell.raw  # what a user prints is not lost


@pytest.mark.parametrize("way", ["argument", "pipe"])
def test_40_lines_and_files_are_utf_8_all_the_same(chainrule: Runner, tmp_path: Path, way: str) -> None:
    lines = "\n".join([*PARTS, "graph flow.dot", "이름 = 3", "이름"])
    done = chainrule("-c", lines, env=C_LOCALE) if way == "argument" else chainrule(stdin=lines, env=C_LOCALE)
    assert (done.code, done.err) == (0, "")
    assert done.out.isascii()
    assert done.out.endswith("\n3\n")
    assert "∇" in (tmp_path / "flow.dot").read_text("utf-8")


# -- 41: a tensor of a hundred million numbers, a graph of five thousand nodes


def test_41_a_huge_tensor_is_cut_and_says_how_large_it_is(screen: Callable[..., Screen]) -> None:
    session = Session()
    assert session.run("huge = Tensor(np.zeros((10_000, 10_000)))").ok
    shown = draw(session.run("huge").report, screen(80))
    assert len(shown) < 1_000
    assert "..." in shown
    assert "shape=(10000, 10000)" in shown


@pytest.mark.parametrize("value", ["list(range(10**6))", "'x' * 10**7", "{n: n for n in range(10**5)}"])
def test_41_other_huge_values_say_how_much_is_left_out(screen: Callable[..., Screen], value: str) -> None:
    shown = draw(Session().run(value).report, screen(80))
    assert len(shown) < 10_000
    assert re.search(r"\[[\d,]+ characters left out\]", shown)


@pytest.fixture(scope="module")
def long_chain() -> Session:
    session = Session()
    for line in ("y = x = Tensor(1.0, requires_grad=True)", "for i in range(2_500): y = np.tanh(y) * 1.5"):
        assert session.run(line).ok
    return session


@pytest.mark.parametrize("width", [20, 80])
def test_41_a_long_graph_is_folded_and_says_so(
    long_chain: Session, screen: Callable[..., Screen], width: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shown = draw(long_chain.run("graph y").report, screen(width))
    assert len(shown.split("\n")) < 100
    assert "5,002 nodes folded into" in " ".join(shown.split())
    assert long_chain.run("graph y --dot y.dot").ok
    assert (tmp_path / "y.dot").stat().st_size < 200_000


def test_41_the_debugger_shows_a_few_of_five_thousand(long_chain: Session, screen: Callable[..., Screen]) -> None:
    def shown(line: str) -> str:
        result: Any = long_chain.run(line)
        assert result.ok, result.failure
        return draw(result.report, screen(80))

    shown("backward y")
    try:
        for line in ("g", "l", "why x"):
            assert len(shown(line)) < 5_000
        assert "more" in shown("g")
        assert "1 path leads to x" in shown("why x")
    finally:
        shown("q")
