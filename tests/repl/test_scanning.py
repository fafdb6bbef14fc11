"""Python that is half typed, cut into tokens."""

from __future__ import annotations

import pytest

from repl.scanning import open_brackets, operand, scan


@pytest.mark.parametrize(
    ("source", "closed"),
    [
        ("'a'", True),
        ("'a", False),
        ("'a\\'", False),
        ("'a\\\\'", True),
        ('"""a"', False),
        ('"""a"""', True),
        ("''", True),
        ("rb'a'", True),
        ("f'{x", False),
        ("'", False),
        ('"""', False),
        ('""""""', True),
    ],
)
def test_strings(source: str, closed: bool) -> None:
    (token,) = scan(source)
    assert (token.kind, token.closed) == ("string", closed)


@pytest.mark.parametrize("source", ["1", "1.5", ".5", "1e-3", "0x1F", "1_000", "2j", "0b1"])
def test_numbers(source: str) -> None:
    assert [token.kind for token in scan(source)] == ["number"]


@pytest.mark.parametrize("source", ["", "a b", "x = 'a\ny", "é ü", "\\", "$?!", "'''a\nb''' c", "# only"])
def test_nothing_is_lost(source: str) -> None:
    assert "".join(token.text for token in scan(source)) == source


def test_an_attribute_is_no_keyword() -> None:
    assert [token.kind for token in scan("x.print")] == ["name", "operator", "name"]
    assert [token.kind for token in scan("print")] == ["builtin"]


@pytest.mark.parametrize(
    ("source", "brackets"), [("f(a[1", "(["), ("f(a)", ""), ("f(']", "("), ("f(]", "("), ("}{", "{"), ("# (", "")]
)
def test_brackets_that_are_open(source: str, brackets: str) -> None:
    tokens = scan(source)
    assert "".join(tokens[place].text for place in open_brackets(tokens)) == brackets


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x", "x"),
        ("y = x", "x"),
        ("a + b.c", "b.c"),
        ("f(x)", "f(x)"),
        ("f(x).y[0]", "f(x).y[0]"),
        ("(a + b)", "(a + b)"),
        ("3 * (a + b)", "(a + b)"),
        ("x = [1, 2]", "[1, 2]"),
        ("'a b'", "'a b'"),
        ("d['a b'].c", "d['a b'].c"),
        ("a b", "b"),
        ("", ""),
        ("x +", ""),
        ("net[f(1)]", "net[f(1)]"),
        (")", ""),
        ("return x", "x"),
        ("-x", "x"),
        ("(net[0]\n  .weight", "net[0]\n  .weight"),
        ("a .b", "a .b"),
    ],
)
def test_the_operand_at_the_end(source: str, expected: str) -> None:
    assert operand(scan(source)) == expected
