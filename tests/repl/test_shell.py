"""The shell in a real terminal: keys, history, completion, interrupts, and terminals that are poor."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Opener = Callable[..., Any]

# From Python 3.12 on a process with threads warns when it forks; here the child runs another program at once.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

PARTS = ["data iris", "net 8 tanh", "loss cross_entropy", "optim adam lr=0.01"]


def test_a_line_is_run_and_ctrl_d_leaves(terminal: Opener) -> None:
    shell = terminal()
    shell.ready()
    assert shell.lines[0].startswith("chainrule: new here? Type `lesson 0`")
    shell.type("6 * 7")
    assert shell.lines[-3:] == ["> 6 * 7", "42", ">"]
    shell.type("data iris")
    assert "  data = nn.data.iris().split(test=0.25, seed=0, standardize=True)" in shell.lines
    shell.send("\x04")
    assert shell.end() == 0


@pytest.mark.parametrize(("line", "code"), [("quit", 0), ("exit", 0), ("quit()", 0), ("import sys; sys.exit(3)", 3)])
def test_leaving(terminal: Opener, line: str, code: int) -> None:
    shell = terminal()
    shell.ready()
    shell.send(line + "\r")
    assert shell.end() == code


def test_the_terminal_is_left_as_it_was(tmp_path: Path, terminal: Opener) -> None:
    shell = terminal("-c", f'stty -a; "{sys.executable}" -m repl; stty -a; echo over', program="/bin/sh")
    shell.ready()
    shell.type("1 + 1")
    shell.send("\x04")
    shell.wait("over")
    text = shell.raw.decode()
    before = text[text.index("speed") : text.index("chainrule:")].split()
    after = text[text.rindex("speed") : text.rindex("over")].split()
    assert after == before[: len(after)]


def test_ctrl_c_clears_the_line(terminal: Opener) -> None:
    shell = terminal()
    shell.ready()
    shell.send("half of a li")
    shell.wait("> half of a li")
    shell.send("\x03")
    shell.ready()
    shell.type("6 * 7")
    assert "42" in shell.lines


def test_ctrl_c_in_a_block_clears_the_block(terminal: Opener) -> None:
    shell = terminal()
    shell.ready()
    shell.send("def f():\r")
    shell.send("x = 1")
    shell.wait("      x = 1")
    shell.send("\x03")
    shell.ready()
    shell.type("6 * 7")
    assert "42" in shell.lines


def test_ctrl_c_stops_training_between_two_steps(terminal: Opener) -> None:
    shell = terminal()
    shell.ready()
    for line in PARTS:
        shell.type(line)
    shell.send("train 100000000\r")
    shell.wait("steps/s")
    shell.send("\x03\x03")
    shell.wait("Stopped after")
    shell.ready()
    assert not any("steps/s" in line for line in shell.lines)  # the bar has been wiped
    shell.type("len(trainer.history) == trainer.step_count")
    assert shell.lines[-2] == "True"
    shell.type("train 30")
    assert any(line.startswith("30 steps in") for line in shell.lines)


def test_ctrl_c_interrupts_python(terminal: Opener) -> None:
    shell = terminal()
    shell.ready()
    shell.type("from itertools import count")
    shell.send("for n in count(): n or print('run' + 'ning')\r\r")
    shell.wait("running")
    shell.send("\x03")
    shell.wait("interrupted")
    shell.type("n > 0")
    assert shell.lines[-2] == "True"


def test_a_block_is_typed_line_by_line_and_ends_with_a_blank_line(terminal: Opener) -> None:
    shell = terminal()
    shell.ready()
    shell.send("def f(x):\r")
    shell.wait("> def f(x):")
    shell.send("if x:\r")  # indented for us
    shell.send("return 'yes'\r")
    shell.wait("          return 'yes'")
    shell.send("\r")
    shell.ready()
    shell.type("f(1)")
    assert shell.lines[-2] == "'yes'"


def test_brackets_and_strings_go_on(terminal: Opener) -> None:
    shell = terminal()
    shell.ready()
    shell.send("sum([1,\r")
    shell.wait("> sum([1,")
    shell.send("2])\r")
    shell.wait(lambda lines: lines[-2:] == ["3", ">"])


def test_a_pasted_script_runs_line_by_line(terminal: Opener) -> None:
    shell = terminal()
    shell.ready()
    shell.send("\x1b[200~x = 20\ndef f(y):\n    return y + 1\n\nf(x * 2)\x1b[201~")
    shell.wait("f(x * 2)")
    shell.send("\r")
    shell.wait(lambda lines: lines[-2:] == ["41", ">"])


def test_a_pasted_script_stops_at_its_first_failure(terminal: Opener) -> None:
    shell = terminal()
    shell.ready()
    shell.send("\x1b[200~x = 1\n1 / 0\nx = 2\x1b[201~\r")
    shell.wait("ZeroDivisionError")
    shell.ready()
    shell.type("x + 10")
    assert shell.lines[-2] == "11"


def test_tab_completes_commands_words_and_attributes(terminal: Opener) -> None:
    shell = terminal()
    shell.ready()
    shell.send("expo\t")
    shell.wait("> export")
    shell.send("\x03")
    shell.ready()
    shell.send("data \t")
    shell.wait("arms that wind out from the origin")
    shell.send("\x03")
    shell.ready()
    shell.send("data spi\t")
    shell.wait("> data spiral")
    shell.send(" noi\t")
    shell.wait("noise=")
    shell.send("0.3\r")
    shell.wait("noise=0.3,")
    shell.ready()
    shell.send("data.tra\t")
    shell.wait("> data.train")
    shell.send(".nam\t")
    shell.wait("> data.train.name")
    shell.send("\r")
    shell.wait("'spiral'")


def test_history_is_kept(terminal: Opener, tmp_path: Path) -> None:
    env = {"XDG_STATE_HOME": str(tmp_path / "state")}
    shell = terminal(env=env)
    shell.ready()
    shell.type("6 * 7")
    shell.send("\x04")
    assert shell.end() == 0
    kept = tmp_path / "state" / "chainrule" / "history"
    assert "6 * 7" in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0
    again = terminal(env=env)
    again.ready()
    again.send("\x1b[A")
    again.wait("> 6 * 7")
    again.send("\r")
    again.wait("42")


def test_a_history_that_cannot_be_kept_is_no_error(terminal: Opener, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file, and no folder")
    shell = terminal(env={"XDG_STATE_HOME": str(tmp_path / "state")})
    shell.ready()
    shell.type("6 * 7")
    shell.send("\x1b[A\r")
    shell.wait(lambda lines: lines.count("42") == 2)


def test_errors_are_shown_and_the_session_goes_on(terminal: Opener) -> None:
    shell = terminal()
    shell.ready()
    shell.type("trian 5")
    assert any("did you mean train?" in line for line in shell.lines)
    shell.type("f = lambda x: 1 / x")
    shell.type("f(0)")
    assert shell.lines[-2] == "ZeroDivisionError: division by zero"
    assert not any("repl/" in line for line in shell.lines)


def test_a_script_then_the_shell(terminal: Opener, tmp_path: Path) -> None:
    (tmp_path / "a.repl").write_text("x = 41\n")
    shell = terminal("-i", "a.repl")
    shell.ready()
    shell.type("x + 1")
    assert shell.lines[-2] == "42"


@pytest.mark.parametrize(("rows", "columns"), [(5, 20), (24, 80), (3, 40)])
def test_small_terminals(terminal: Opener, rows: int, columns: int) -> None:
    shell = terminal(rows=rows, columns=columns)
    shell.ready()
    shell.send("2 + 40\r")
    shell.wait("42")
    for line in PARTS:
        shell.send(line + "\r")
    shell.send("train 20\rshow\rflow\rgraph\rhelp\r")
    shell.send("'do' + 'ne'\r")
    shell.wait("'done'")
    assert b"Traceback" not in shell.raw


def test_a_terminal_that_changes_its_size(terminal: Opener) -> None:
    shell = terminal()
    shell.ready()
    for rows, columns in ((1, 1), (5, 20), (24, 80)):
        shell.child.setwinsize(rows, columns)
        shell.send("data iris\r")
    shell.wait(lambda lines: b"standardize" in shell.raw)
    shell.send("6 * 7\r")
    shell.wait(lambda lines: b"42" in shell.raw)
    assert b"Traceback" not in shell.raw


def test_a_dumb_terminal_gets_plain_lines(terminal: Opener) -> None:
    shell = terminal(env={"TERM": "dumb"})
    shell.ready()
    shell.send("6 * 7\r")
    shell.wait(lambda lines: lines[-2:] == ["42", ">"])
    for line in ("def f(x):", "    return x + 1"):
        shell.send(line + "\r")
        shell.wait(lambda _: shell.raw.endswith(b"\r\n  "))  # it asks for the next one
    shell.send("\r")
    shell.ready()
    shell.send("f(1)\r")
    shell.wait(lambda lines: lines[-2:] == ["2", ">"])
    shell.send("half\x03")
    shell.wait(lambda lines: any("^C" in line for line in lines) and lines[-1] == ">")
    for line in PARTS:
        shell.send(line + "\r")
    shell.send("train 20\r")
    shell.wait("20 steps in")
    shell.send("quit\r")
    assert shell.end() == 0
    assert b"\x1b" not in shell.raw


def test_a_dumb_terminal_and_ctrl_d(terminal: Opener) -> None:
    shell = terminal(env={"TERM": "dumb"})
    shell.ready()
    shell.send("\x04")
    assert shell.end() == 0


def test_no_color(terminal: Opener) -> None:
    shell = terminal(env={"NO_COLOR": "1"})
    shell.ready()
    shell.type("data iris")
    shell.type("1 / 0")
    assert b"\x1b[2m" not in shell.raw
    assert b"\x1b[31m" not in shell.raw
    coloured = terminal()
    coloured.ready()
    coloured.type("data iris")
    assert b"\x1b[2m" in coloured.raw


def test_the_c_locale(terminal: Opener) -> None:
    env = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    shell = terminal(env=env)
    shell.ready()
    for line in PARTS:
        shell.type(line)
    shell.type("train 20")
    assert any("->" in line for line in shell.lines)
    assert b"UnicodeEncodeError" not in shell.raw


def test_output_to_a_file_prompts_in_the_file(tmp_path: Path, chainrule: Any) -> None:
    master, slave = os.openpty()
    env = {
        "HOME": str(tmp_path),
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PATH": "/usr/bin:/bin",
        "TERM": "xterm",
    }
    with (tmp_path / "out").open("w") as out:
        process = subprocess.Popen([sys.executable, "-m", "repl"], stdin=slave, stdout=out, env=env, cwd=tmp_path)
        os.write(master, b"6 * 7\nquit\n")
        assert process.wait(30) == 0
    os.close(master)
    os.close(slave)
    assert "42" in (tmp_path / "out").read_text()
    assert "\x1b" not in (tmp_path / "out").read_text()
