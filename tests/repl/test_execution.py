"""Python in a namespace: values, errors with the user's frames only, output that is cut."""

from __future__ import annotations

from typing import Any

import pytest

from repl import execution
from repl.errors import UsageError


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("1 + 1", 2),
        ("x = 1; x + 1", 2),
        ("x = 1", execution.NOTHING),
        ("if True:\n    y = 3", execution.NOTHING),
        ("None", None),
        ("", execution.NOTHING),
        ("def f():\n    return 4\nf()", 4),
    ],
)
def test_the_value_of_the_last_expression(source: str, value: Any) -> None:
    assert execution.run(source, {}, "<input 1>") is value or execution.run(source, {}, "<input 1>") == value


def test_an_error_of_syntax_runs_nothing() -> None:
    namespace: dict[str, Any] = {}
    with pytest.raises(SyntaxError):
        execution.run("x = 1\nreturn 2", namespace, "<input 1>")
    with pytest.raises(SyntaxError):
        execution.run("x = 1\ny = (yield)\n1 +", namespace, "<input 1>")
    assert "x" not in namespace


def test_names_are_those_of_the_namespace_in_functions_and_comprehensions() -> None:
    namespace: dict[str, Any] = {}
    execution.run("n = 2\ndef f(x):\n    return [x * n for _ in range(n)]", namespace, "<input 1>")
    assert execution.run("f(3)", namespace, "<input 2>") == [6, 6]


def failed(source: str, namespace: dict[str, Any] | None = None) -> str:
    try:
        execution.run(source, {} if namespace is None else namespace, "<input 7>")
    except Exception as error:  # noqa: BLE001
        return execution.trace(error, source)
    raise AssertionError("no error")


def test_a_line_that_was_just_typed_is_not_shown_again() -> None:
    assert failed("1 / 0") == "ZeroDivisionError: division by zero"


def test_a_block_shows_the_line_that_failed() -> None:
    assert failed("x = 1\nx / 0").split("\n") == [
        "Traceback (most recent call last):",
        '  File "<input 7>", line 2, in <module>',
        "    x / 0",
        "    ~~^~~",
        "ZeroDivisionError: division by zero",
    ]


def test_frames_of_the_libraries_are_left_out() -> None:
    namespace: dict[str, Any] = {}
    execution.run("import nn, numpy\nlayer = nn.Linear(2, 3)\ndef f(x):\n    return layer(x)", namespace, "<input 7>")
    text = failed("f(numpy.ones((4, 5)))", namespace)
    assert "in f" in text
    assert "linear.py" not in text
    assert text.count("File ") == 2
    assert "expected" in text
    assert failed("numpy.zeros(3).reshape(2, 2)", namespace).startswith("ValueError: cannot reshape")


def test_causes_are_told_without_our_frames_too() -> None:
    source = "import json\ntry:\n    json.loads('{')\nexcept ValueError as error:\n    raise KeyError('k') from error"
    text = failed(source)
    assert "direct cause" in text
    assert "decoder.py" not in text
    assert text.endswith("KeyError: 'k'")


def test_deep_recursion_is_shown_short() -> None:
    namespace: dict[str, Any] = {}
    execution.run("def f(x):\n    return f(x + 1)", namespace, "<input 6>")
    assert len(failed("f(1)", namespace).split("\n")) < 40


def test_syntax_errors_point_at_the_place() -> None:
    assert "^" in failed("x = = 2")


def test_long_values_are_cut_and_say_so() -> None:
    text = execution.shown(list(range(100_000)))
    assert len(text) < 3_000
    assert "characters left out" in text
    assert text.startswith("[0, 1,")
    assert text.endswith("99999]")
    assert execution.shown([1]) == "[1]"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (UsageError("train: got x"), "train: got x"),
        (ValueError("of\nPython"), "ValueError: of Python"),
        (KeyError(), "KeyError"),
    ],
)
def test_an_error_in_one_line(error: Exception, text: str) -> None:
    assert execution.one_line(error) == text
