"""The colours of what is being typed."""

from __future__ import annotations

from typing import Any

import pytest
from prompt_toolkit.document import Document

from repl.shell.highlighting import SessionLexer, spans


def styled(shell: Any, line: str) -> list[tuple[str, str]]:
    """The pieces of one line that have a style."""
    return [span for span in spans(shell.session, line)[0] if span[0]]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("net 64 relu", [("command", "net"), ("number", "64")]),
        ("  %net 64", [("escape", "%"), ("command", "net"), ("number", "64")]),
        ("net conv 8@3 pool 2", [("command", "net"), ("number", "2")]),
        ("data iris seed=3", [("command", "data"), ("option", "seed"), ("number", "3")]),
        ("graph --svg 'a b.svg'", [("command", "graph"), ("option", "--svg"), ("string", "'a b.svg'")]),
        ("train 5  # more", [("command", "train"), ("number", "5"), ("comment", "# more")]),
        ("net = 3", [("number", "3")]),
        ("if x: print('a')", [("keyword", "if"), ("builtin", "print"), ("string", "'a'")]),
        ("f(3", [("open", "("), ("number", "3")]),
        ("x = [(1)", [("open", "["), ("number", "1")]),
        ("s = 'not closed", [("string", "'not closed")]),
        ("net.train", []),
        ("x.print", []),
        ("net?", [("escape", "?")]),
        ("??net", [("escape", "??")]),
        ("!ls -l", [("escape", "!")]),
        ("watch len(x)", [("command", "watch"), ("builtin", "len")]),
    ],
)
def test_what_is_coloured(shell: Any, line: str, expected: list[tuple[str, str]]) -> None:
    assert styled(shell, line) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\t",
        "net",
        "net 'half",
        "x = '''\ndata iris\n'''",
        "f(\n  1,\n",
        "%",
        "?",
        "!",
        "net\ndata\n",
        "é = 2 # ü",
        "\\",
        "0x",
        "a\x00b",
    ],
)
def test_nothing_is_lost(shell: Any, text: str) -> None:
    assert ["".join(piece for _, piece in line) for line in spans(shell.session, text)] == text.split("\n")


def test_a_line_within_brackets_or_a_string_is_no_command(shell: Any) -> None:
    assert ("command", "train") not in spans(shell.session, "x = (\ntrain 5\n)")[1]
    assert ("command", "train") not in spans(shell.session, "'''\ntrain 5\n'''")[1]
    assert ("command", "train") in spans(shell.session, "x = 1\ntrain 5")[1]


def test_a_name_of_the_users_is_no_command(shell: Any) -> None:
    shell.run("net = 5")
    assert styled(shell, "net 64") == [("number", "64")]


def test_in_the_debugger_the_first_word_is_a_command(shell: Any) -> None:
    shell.run("a = Tensor(2.0, requires_grad=True)", "backward a * a")
    assert styled(shell, "until mul")[0] == ("command", "until")


def test_prompt_toolkit_is_given_classes(shell: Any) -> None:
    line = SessionLexer(shell.session).lex_document(Document("net 64\nx"))
    assert line(0) == [("class:command", "net"), ("", " "), ("class:number", "64")]
    assert line(9) == []
