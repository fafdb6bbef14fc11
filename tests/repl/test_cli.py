"""The command `chainrule` as a process: arguments, exit codes, streams, and environments that are poor."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from repl import cli

Runner = Callable[..., Any]
TRAIN = "data iris\nnet 8 tanh\nloss cross_entropy\noptim adam lr=0.01\ntrain 100\n"


def test_code(chainrule: Runner) -> None:
    done = chainrule("-c", "1 + 1")
    assert (done.code, done.out, done.err) == (0, "2\n", "")
    done = chainrule("-c", "x = 3\nx * 2")
    assert (done.code, done.out) == (0, "6\n")
    done = chainrule("-c", "data iris")
    assert done.out.startswith("  data = nn.data.iris()")


@pytest.mark.parametrize("arguments", [(), ("-",)])
def test_a_pipe(chainrule: Runner, arguments: tuple[str, ...]) -> None:
    done = chainrule(*arguments, stdin="x = 2\nx + 1\n\ndef f(x):\n    return x\nf(7)\ndata iris\n")
    assert done.code == 0
    assert done.err == ""
    assert done.out.startswith("3\n7\n  data = ")
    assert "\x1b" not in done.out


def test_a_file_is_shown_as_it_would_be_typed(chainrule: Runner, tmp_path: Path) -> None:
    (tmp_path / "a.repl").write_text("# first\nx = 2\nx + 1\ndata iris\n")
    done = chainrule("a.repl")
    assert done.code == 0
    assert done.out.startswith("# first\n> x = 2\n> x + 1\n3\n> data iris\n  data = nn.data.iris()")
    assert chainrule("-q", "a.repl").out.split("\n")[0] == "3"
    assert "nn.data" not in chainrule("--quiet", "a.repl").out


def test_training_in_a_file_prints_about_ten_lines(chainrule: Runner, tmp_path: Path) -> None:
    (tmp_path / "a.repl").write_text(TRAIN)
    done = chainrule("a.repl")
    assert len(re.findall(r"^step +\d+/100  loss \S+ +[\d,]+ steps/s  \S+ s left$", done.out, re.MULTILINE)) == 10
    assert "\r" not in done.out
    assert "\x1b" not in done.out


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "err"),
    [
        (("-c", "1/0"), "", 1, "ZeroDivisionError: division by zero\n"),
        (("-c", "net 3 tanh"), "", 1, "net: got no data"),
        (("-c", "trian 5"), "", 1, "did you mean train?"),
        (("-c", "data digits --foo 3"), "", 1, "an unknown option 'foo'"),
        (("-c", "hello big world"), "", 1, "hello: got an unknown command"),
        (("-c", "import sys; sys.exit(7)"), "", 7, ""),
        (("-c", "raise SystemExit('gone')"), "", 1, "gone"),
        (("-",), "x = 1\n\n1/0\n", 1, "line 3: ZeroDivisionError"),
        (("nowhere.repl",), "", 1, "chainrule: got 'nowhere.repl', which cannot be read (no such file or directory)"),
        ((".",), "", 1, "which cannot be read (is a directory)"),
        (("--foo",), "", 2, "unrecognized arguments: --foo"),
        (("-c",), "", 2, "expected one argument"),
        (("a", "b"), "", 2, "unrecognized arguments: b"),
        (("-c", "1", "a.repl"), "", 2, "not allowed with argument"),
    ],
)
def test_exit_codes(chainrule: Runner, arguments: tuple[str, ...], stdin: str, code: int, err: str) -> None:
    done = chainrule(*arguments, stdin=stdin)
    assert done.code == code
    assert err in done.err
    assert done.out == ""
    if code == 1:
        assert "Traceback" not in done.err


def test_nothing_after_a_failure_runs_and_the_line_is_named(chainrule: Runner, tmp_path: Path) -> None:
    (tmp_path / "a.repl").write_text("print('one')\ndef f():\n    pass\n\nnet 3 tanh\nprint('two')\n")
    done = chainrule("a.repl")
    assert done.code == 1
    assert "one" in done.out
    assert "two" not in done.out.replace("print('two')", "")
    assert done.err.startswith("a.repl, line 5: net: got no data")


def test_quit_ends_a_script(chainrule: Runner) -> None:
    done = chainrule("-c", "print(1)\nquit\nprint(2)")
    assert (done.code, done.out) == (0, "1\n")


def test_version_and_help(chainrule: Runner) -> None:
    assert re.match(r"chainrule .+, Python 3\.\d+\.\d+\S*, NumPy \d", chainrule("--version").out)
    done = chainrule("--help")
    assert done.code == 0
    assert "usage: chainrule" in done.out


@pytest.mark.parametrize("content", [b"\x80\x81", b"x = 1\n\xff\n", bytes(range(256))])
def test_a_file_that_is_no_text(chainrule: Runner, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.repl").write_bytes(content)
    done = chainrule("a.repl")
    assert done.code == 1
    assert "that is not UTF-8; expected a text file" in done.err
    assert "Traceback" not in done.err


def test_a_pipe_of_garbage_fails_at_its_line(chainrule: Runner) -> None:
    done = chainrule("-", stdin=b"print(1)\n\xff\xfe\n")
    assert (done.code, done.out) == (1, "1\n")
    assert done.err.startswith("line 2: ")


def test_byte_order_marks_line_ends_and_names_in_other_letters(chainrule: Runner, tmp_path: Path) -> None:
    (tmp_path / "스크립트.repl").write_bytes("\ufeffprint('한글')\r\ndata iris\r\n".encode())
    done = chainrule("-q", "스크립트.repl")
    assert done.code == 0
    assert done.out.startswith("한글\niris: ")


@pytest.mark.parametrize(
    "env", [{"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"PYTHONIOENCODING": "ascii"}]
)
def test_ascii_where_the_locale_has_no_more(chainrule: Runner, tmp_path: Path, env: dict[str, str]) -> None:
    (tmp_path / "a.repl").write_text(TRAIN + "flow\nshow\nsummary\ngraph\nexplain matmul\nhelp\nprint('\\u2192')\n")
    done = chainrule("a.repl", env=env)
    assert done.err == ""
    assert done.code == 0
    assert done.out.isascii()
    assert "->" in done.out
    assert "####" in done.out


@pytest.mark.parametrize("columns", ["20", "40"])
def test_narrow(chainrule: Runner, tmp_path: Path, columns: str) -> None:
    (tmp_path / "a.repl").write_text(TRAIN + "flow\nshow\nsummary\nstep 2\ngraph\n")
    done = chainrule("-q", "a.repl", env={"COLUMNS": columns})
    assert (done.code, done.err) == (0, "")


def test_path_without_anything(chainrule: Runner, tmp_path: Path) -> None:
    done = chainrule("-c", TRAIN + "graph --svg a.svg", env={"PATH": ""})
    assert (done.code, done.err) == (0, "")
    assert "Wrote a." in done.out
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("a.")]


def test_modules_beside_the_script_are_found_and_hide_none(chainrule: Runner, tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "mine.py").write_text("answer = 42\n")
    (folder / "random.py").write_text("raise SystemExit('hidden')\n")
    (folder / "a.repl").write_text("import mine\nmine.answer\ndata iris\n")
    assert chainrule("-q", "work/a.repl").out.startswith("42\n")


def test_a_reader_that_leaves_early(tmp_path: Path) -> None:
    command = f"{sys.executable} -m repl -c 'for i in range(100000): print(i)' | head -1; echo ${{PIPESTATUS[0]}}"
    root = str(Path(cli.__file__).parent.parent)
    done = subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": root},
        check=True,
    )
    assert done.stdout == "0\n141\n"  # as any program that a pipe has ended
    assert done.stderr == ""


def test_main_gives_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["-c", "6 * 7"]) == 0
    assert capsys.readouterr().out == "42\n"
    assert cli.main(["-c", "1/0"]) == 1
    assert "division" in capsys.readouterr().err
    assert cli.main(["--nothing"]) == 2


def test_code_that_stays_without_a_terminal_just_ends(chainrule: Runner) -> None:
    done = chainrule("-i", "-c", "6 * 7", stdin="1 + 1\n")
    assert (done.code, done.out) == (0, "42\n")
