"""Which lines are commands and which are Python, and where one ends and the next begins."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repl.language import Command, Python, incomplete, parse, units, without_comment

COMMANDS = {"data", "net", "loss", "train", "step", "graph", "explain", "show", "export", "help", "optim", "init"}

COMMAND_LINES = [
    # line, name, text
    ("net 2 16 tanh 16 tanh 3", "net", "2 16 tanh 16 tanh 3"),
    ("net 16", "net", "16"),
    ("net\t16", "net", "16"),
    ("  net 16", "net", "16"),
    ("net 16   ", "net", "16"),
    ("net 16\r\n", "net", "16"),
    ("net 128 bn relu drop=0.2 64", "net", "128 bn relu drop=0.2 64"),
    ("net conv 8@3 relu pool 2 flatten", "net", "conv 8@3 relu pool 2 flatten"),
    ("train -5", "train", "-5"),
    ("train 200", "train", "200"),
    ("train 20 epochs", "train", "20 epochs"),
    ("step", "step", ""),
    ("show", "show", ""),
    ("graph net", "graph", "net"),
    ("graph --svg flow.svg", "graph", "--svg flow.svg"),
    ("graph ./flow.svg", "graph", "./flow.svg"),
    ("graph 'a b.svg'", "graph", "'a b.svg'"),
    ("data spiral", "data", "spiral"),
    ("data spiral n=300 noise=0.1", "data", "spiral n=300 noise=0.1"),
    ("data +1", "data", "+1"),
    ("data *args", "data", "*args"),
    ("data ~x", "data", "~x"),
    ("data .x", "data", ".x"),
    ("data index", "data", "index"),  # begins with "in", is not the operator
    ("data isolated x", "data", "isolated x"),
    ("data notes x", "data", "notes x"),
    ("explain tanh", "explain", "tanh"),
    ("explain @", "explain", "@"),
    ("explain +", "explain", "+"),
    ("explain and", "explain", "and"),  # no space after the operator
    ("help", "help", ""),
    ("help if", "help", "if"),
    ("net 16  # two layers", "net", "16"),
    ("net # nothing", "net", ""),
    ("export a#b.py", "export", "a#b.py"),
    ("export '# a.py'", "export", "'# a.py'"),
    ("%net 16", "net", "16"),
    ("%net", "net", ""),
    ("%net = 3", "net", "= 3"),
    ("%unknown 3", "unknown", "3"),
    ("data 데이터.csv", "data", "데이터.csv"),
]

PYTHON_LINES = [
    "net = f()",
    "net=f()",
    "net =f()",
    "net += 1",
    "net //= 2",
    "net **= 2",
    "net >>= 2",
    "net @= w",
    "net |= x",
    "net := 3",
    "net : int = 3",
    "net: int = 3",
    "net, loss = f()",
    "net , loss = f()",
    "net.weight",
    "net[0]",
    "net [0]",
    "net (x)",
    "net(x)",
    "net {1}",
    "net;",
    "data + 1",
    "data - 1",
    "data * 2",
    "data ** 2",
    "data @ w",
    "data == other",
    "data != other",
    "data <= other",
    "data < other",
    "data is None",
    "data in things",
    "data not in things",
    "data and net",
    "data or net",
    "loss if ready else None",
    "train % 2",
    "print(net)",
    "x = 1  # net 2",
    "1 + 1",
    "trainer.run(5)",
    "network 16",
    "Net 16",
    "nets",
    "netz 5",
    "import net",
    "def net(x): pass",
    "for net in x: pass",
    "# net 16\nx = 1",
    "net 16\nnet 17",
    "% x",
    "'net 16'",
    "@net",
    "_net 16",
]


@pytest.mark.parametrize(("line", "name", "text"), COMMAND_LINES)
def test_command(line: str, name: str, text: str) -> None:
    assert parse(line, COMMANDS) == Command(name, text)


@pytest.mark.parametrize("line", PYTHON_LINES)
def test_python(line: str) -> None:
    assert parse(line, COMMANDS) == Python(line)


@pytest.mark.parametrize("line", ["", "   ", "\t", "\n", "# net 16", "   # a comment"])
def test_nothing(line: str) -> None:
    assert parse(line, COMMANDS) is None


def test_bare_name_that_is_bound_shows_the_object() -> None:
    assert parse("net", COMMANDS) == Command("net", "")
    assert parse("net", COMMANDS, bound={"net"}) == Python("net")
    assert parse("net  # which?", COMMANDS, bound={"net"}) == Python("net  # which?")
    assert parse("net 16", COMMANDS, bound={"net"}) == Command("net", "16")


def test_name_that_the_user_assigned_is_python() -> None:
    assert parse("train 200", COMMANDS, own={"train"}) == Python("train 200")
    assert parse("%train 200", COMMANDS, own={"train"}) == Command("train", "200")


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("a # b", "a "),
        ("# b", ""),
        ("a#b", "a#b"),
        ("'# a' # b", "'# a' "),
        ('"it\'s # a" # b', '"it\'s # a" '),
    ],
)
def test_comments(line: str, rest: str) -> None:
    assert without_comment(line) == rest


def is_command(line: str) -> bool:
    return isinstance(parse(line, COMMANDS), Command)


SCRIPTS = [
    # a script, and the units that it is cut into
    ("net 16\nx = 1\ntrain 5", ["net 16", "x = 1", "train 5"]),
    ("def f(x):\n    return x\nnet 16", ["def f(x):\n    return x", "net 16"]),
    ("def f(x):\n    a = 1\n\n    return a\n\nnet 16", ["def f(x):\n    a = 1\n\n    return a", "", "net 16"]),
    ("def f():\n    a = 1\n# note\n    return a\nf()", ["def f():\n    a = 1\n# note\n    return a", "f()"]),
    ("@grad\ndef f(x):\n    return x\nf(1)", ["@grad\ndef f(x):\n    return x", "f(1)"]),
    ("@a\n@b\nclass C:\n    x = 1\nnet 3", ["@a\n@b\nclass C:\n    x = 1", "net 3"]),
    ("if x:\n    a\nelif y:\n    b\nelse:\n    c\nnet 3", ["if x:\n    a\nelif y:\n    b\nelse:\n    c", "net 3"]),
    ("if x: a\nelse: b\nc", ["if x: a\nelse: b", "c"]),
    ("try:\n    a\nexcept E:\n    b\nfinally:\n    c\nd", ["try:\n    a\nexcept E:\n    b\nfinally:\n    c", "d"]),
    ("match x:\n    case 1:\n        a\nc", ["match x:\n    case 1:\n        a", "c"]),
    ("x = (1,\n\n     2)\nnet 3", ["x = (1,\n\n     2)", "net 3"]),
    ("s = '''\nnet 16\n# no comment\n'''\nnet 3", ["s = '''\nnet 16\n# no comment\n'''", "net 3"]),
    ("x = 1 + \\\n    2\nnet 3", ["x = 1 + \\\n    2", "net 3"]),
    ("for i in x:\n    net 3\nnet 4", ["for i in x:\n    net 3", "net 4"]),  # an error, but of one unit
    ("# only\n\n", ["# only", ""]),
    ("x = (1,", ["x = (1,"]),
    ("def f(:\n    pass", ["def f(:", "    pass"]),
    ("net 16\r\nx = 1\r\n", ["net 16", "x = 1"]),
    ("", []),
]  # fmt: skip


@pytest.mark.parametrize(("script", "expected"), SCRIPTS)
def test_units(script: str, expected: list[str]) -> None:
    assert list(units(script.splitlines(keepends=True), is_command)) == expected


def test_units_reads_no_further_than_it_must() -> None:
    read: list[str] = []

    def lines() -> Iterator[str]:
        for line in ["x = 1", "train 5", "def f():", "    pass", "", "", "net 3"]:
            read.append(line)
            yield line

    found = units(lines(), is_command)
    assert next(found) == "x = 1"
    assert len(read) == 1
    assert next(found) == "train 5"
    assert len(read) == 2
    assert next(found) == "def f():\n    pass"
    assert list(found) == ["", "", "net 3"]


def test_units_asks_what_a_line_is_only_when_all_before_it_has_run() -> None:
    own: set[str] = set()
    found = units(
        ["def net(x):", "    return x", "net 3"], lambda line: isinstance(parse(line, COMMANDS, own=own), Command)
    )
    next(found)
    own.add("net")  # what running the definition does
    assert list(found) == ["net 3"]


@given(st.text(alphabet=" \n\t#'\"()[]:=\\abnet016@"))
def test_units_loses_no_line(text: str) -> None:
    lines = text.split("\n")
    assert "\n".join(units(lines, is_command)).split("\n") == [line.rstrip("\r\n") for line in lines]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("net 16", False),
        ("x = 1", False),
        ("", False),
        ("def f(x):", True),
        ("def f(x):\n    return x", True),
        ("def f(x):\n    return x\n", False),
        ("def f(x):\n    return x\n    ", False),
        ("@grad", True),
        ("@grad\ndef f(x):\n    return x", True),
        ("x = (1,", True),
        ("x = (1,\n2)", False),
        ("x = '''a", True),
        ("x = '''a\n\nb'''", False),
        ("x = 1 + \\", True),
        ("if x: a", True),
        ("if x: a\n", False),
        ("x = )", False),
        ("hello world", False),
        ("net 16\nx = 1", False),
        ("net 16\ndef f():", True),
    ],
)
def test_incomplete(source: str, expected: bool) -> None:
    assert incomplete(source, is_command) is expected
