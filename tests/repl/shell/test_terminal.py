"""Toolbar, keys, paste, editor, colours and settings in a real terminal."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Opener = Callable[..., Any]

# From Python 3.12 on a process with threads warns when it forks; here the child runs another program at once.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

ASKED = {"PROMPT_TOOLKIT_NO_CPR": ""}  # the toolbar is drawn once the terminal has said where its cursor is
COLOUR = re.compile(rb"\x1b\[[\d;]*(?:3[0-7]|9[0-7]|38;5|38;2)")


@pytest.mark.parametrize(("rows", "columns"), [(24, 80), (40, 120)])
def test_the_toolbar_follows_the_session(terminal: Opener, rows: int, columns: int) -> None:
    shell = terminal(rows=rows, columns=columns, config="", env=ASKED)
    shell.wait("`lesson 0` shows the way")
    for line in ("data iris", "net 8 tanh", "optim adam lr=0.02", "train 30 seed=4"):
        shell.send(line + "\r")
    shell.wait(lambda lines: "seed 4" in lines[-1])
    bar = shell.lines[-1]
    for part in ("iris 112", "4-8-3 tanh", "step 30", "loss 0.", "lr 0.02", "seed 4", "compiled"):
        assert part in bar
    shell.send("set toolbar off\r")
    shell.wait(lambda lines: lines[-1] == ">")
    shell.send("\x04")
    assert shell.end() == 0


def test_vi_keys(terminal: Opener) -> None:
    shell = terminal(config="vi = true", env=ASKED)
    shell.wait("vi: insert")
    shell.send("6 * 78")
    shell.wait("> 6 * 78")
    shell.send("\x1b")
    shell.wait("vi: normal")
    shell.send("x\r")  # deletes the 8
    shell.wait("42")
    shell.send("set vi off\r")
    shell.wait(lambda lines: "vi" not in lines[-1] and any(line == "vi off" for line in lines))


def test_history_by_its_beginning_and_by_search(terminal: Opener) -> None:
    shell = terminal()
    shell.ready()
    for line in ("first = 6", "second = 7", "first * second"):
        shell.type(line)
    shell.send("first =\x1b[A")
    shell.wait(lambda lines: lines[-1] == "> first = 6")
    shell.send("\x03")
    shell.ready()
    shell.send("\x12sec")
    shell.wait("I-search")
    shell.send("ond =")
    shell.wait(lambda lines: any("second = 7" in line for line in lines[-3:]))
    shell.send("\r\r")
    shell.ready()
    shell.type("second + 1")
    assert shell.lines[-2] == "8"


def test_the_debugger_has_a_history_of_its_own(terminal: Opener, tmp_path: Path) -> None:
    shell = terminal(env={"XDG_STATE_HOME": str(tmp_path)})
    shell.ready()
    shell.type("w = Tensor(3.0, requires_grad=True)")
    shell.type("net = 7")
    shell.send("backward w * w\r")
    shell.wait(lambda lines: lines[-1] == "backward 1/1>")
    shell.send("n")  # which would be completed to `net = 7`
    shell.wait(lambda lines: lines[-1] == "backward 1/1> n")
    shell.send("\x1b[A")
    shell.wait(lambda lines: lines[-1] == "backward 1/1> n")
    shell.send("\x15here\r")
    shell.wait(lambda lines: lines[-1] == "backward 1/1>" and any(line == "backward 1/1> here" for line in lines))
    shell.send("\x1b[A")
    shell.wait(lambda lines: lines[-1] == "backward 1/1> here")
    shell.send("\x15q\r")
    shell.ready()
    shell.send("\x1b[A")
    shell.wait("> backward w * w")
    assert "here" not in (tmp_path / "chainrule" / "history").read_text("utf-8")


def test_clear_and_ctrl_l(terminal: Opener) -> None:
    shell = terminal()
    shell.ready()
    for clear in ("clear\r", "\x0c"):
        shell.type("6 * 7")
        shell.send(clear)
        shell.wait(lambda lines: lines == [">"])
    shell.type("6 * 7")
    assert shell.lines == ["> 6 * 7", "42", ">"]


def test_the_editor(terminal: Opener, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf "%s * 7" "$(cat "$1")" > "$1.new" && mv "$1.new" "$1"\n')
    editor.chmod(0o755)
    shell = terminal(env={"EDITOR": str(editor), "VISUAL": ""})
    shell.ready()
    shell.send("6\x18\x05")
    shell.wait("> 6 * 7")
    shell.send("\r")
    shell.wait("42")


def test_what_is_pasted_waits_and_keeps_its_tabs(terminal: Opener) -> None:
    shell = terminal()
    shell.ready()
    shell.send("\x1b[200~def f(x):\n\tif x:\n\t\treturn 'tabs ' + 'kept'\n\nf(1)\n\x1b[201~")
    shell.wait("f(1)")
    assert not any("tabs kept" in line for line in shell.lines)
    shell.send("\r")
    shell.wait("'tabs kept'")


def test_a_pasted_transcript_is_typed_again(terminal: Opener) -> None:
    shell = terminal()
    shell.ready()
    shell.send("\x1b[200~> x = 6\n> x * 7\nanything\n\x1b[201~\r")
    shell.wait("42")


def test_an_empty_line_in_a_lesson_says_how_to_go_on(terminal: Opener) -> None:
    shell = terminal()
    shell.ready()
    shell.send("lesson 3\r")
    shell.wait("[3 of")
    shell.send("\r")
    shell.wait("`next` goes on with lesson 3")


def test_a_page_that_ran_lines_and_an_answer_say_how_to_go_on(terminal: Opener) -> None:
    shell = terminal()
    shell.ready()
    for line in ("lesson 0", "answer b"):
        shell.type(line)
    assert shell.lines[-2] == "[3 of 52] `next` goes on."
    for line in ("next", "next"):
        shell.type(line)
    assert shell.lines[-3:-1] == ["5 layers from 2 to 3, 371 parameters", "[6 of 52] `next` goes on."]


def test_question_marks(terminal: Opener) -> None:
    shell = terminal(rows=60)
    shell.ready()
    shell.send("np.tanh?\r")
    shell.wait("Compute hyperbolic tangent element-wise")
    shell.send("?\r")
    shell.wait("Any other line is Python")


def test_tab_mends_a_slip(terminal: Opener) -> None:
    shell = terminal()
    shell.ready()
    shell.send("data sprial\t")
    shell.wait("> data spiral")
    shell.send(" n=30\r")
    shell.wait("22 train")


def test_themes(terminal: Opener) -> None:
    raw = {}
    for config in ('theme = "dark"', 'theme = "light"', 'theme = "none"'):
        shell = terminal(config=config)
        shell.wait(">")
        shell.send("data iris\r")
        shell.wait("112 train")
        raw[config[9:-1]] = shell.raw
    assert COLOUR.search(raw["dark"])
    assert COLOUR.search(raw["light"])
    assert not COLOUR.search(raw["none"])
    assert set(COLOUR.findall(raw["dark"]))
    assert raw["dark"] != raw["light"]


def test_no_color_wins_over_the_file(terminal: Opener) -> None:
    shell = terminal(config='theme = "light"', env={"NO_COLOR": "1"})
    shell.wait(">")
    shell.send("data iris\r")
    shell.wait("112 train")
    assert not COLOUR.search(shell.raw)


def test_a_bad_setting_is_told_and_the_shell_starts(terminal: Opener) -> None:
    shell = terminal(config='vi = 3\ntoolbar = false\nthem = "dark"')
    shell.ready()
    told = [line for line in shell.lines if line.startswith("config: got")]
    assert len(told) == 2
    shell.type("6 * 7")
    assert "42" in shell.lines


def test_a_file_of_ones_own(terminal: Opener, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("shell = true\ntoolbar = false")
    shell = terminal("--config", "mine.toml")
    shell.ready()
    shell.type("!echo it is on")
    assert shell.lines[-2] == "it is on"


def test_enter_takes_what_the_menu_offers_and_then_runs_it(terminal: Opener) -> None:
    shell = terminal()
    shell.ready()
    shell.send("set theme \t")
    shell.wait("as it is now")  # the menu
    shell.send("\t\t")
    shell.wait("> set theme dark")
    shell.send("\r")
    shell.send("\r")
    shell.wait(lambda lines: "theme dark" in lines)


@pytest.mark.parametrize(("rows", "columns"), [(2, 20), (5, 20), (6, 40)])
def test_a_small_terminal_has_room_for_the_prompt(terminal: Opener, rows: int, columns: int) -> None:
    shell = terminal(rows=rows, columns=columns, config="", env=ASKED)
    shell.wait(">")
    for line in ("data iris", "net 8 tanh", "lesson 3", "6 * 7"):
        shell.send(line + "\r")
    shell.wait("42")
    shell.send("net.\t\t\x03")
    shell.send("'do' + 'ne'\r")
    shell.wait("'done'")
    assert b"Traceback" not in shell.raw


def test_backspace_in_the_indentation_goes_a_step_outwards(terminal: Opener) -> None:
    shell = terminal()
    shell.ready()
    shell.send("for i in range(2):\rif i:\r")
    shell.wait("      if i:")
    shell.send("print('odd')\r\x7felse:\rprint('evem\x7fn')\r\r")
    shell.wait("even")
    shell.wait(lambda lines: lines[-3:] == ["even", "odd", ">"])
