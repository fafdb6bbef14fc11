"""Words, and the values that they stand for."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repl.arguments import AtLeast, Choice, checked_words, convert, kind_of, like, literal, words
from repl.errors import UsageError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("   ", []),
        ("a b", ["a", "b"]),
        ("  a   b  ", ["a", "b"]),
        ("'a b' c", ["a b", "c"]),
        ('x="a b"', ["x=a b"]),
        ("betas=(0.9, 0.99) lr=1", ["betas=(0.9, 0.99)", "lr=1"]),
        ("[1, 2] {3: 4}", ["[1, 2]", "{3: 4}"]),
        ("''", [""]),
        ("a) b", ["a)", "b"]),
        (r"C:\net.py", [r"C:\net.py"]),
        ('"it\'s"', ["it's"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert [word.text for word in checked_words("test", text)] == expected


@pytest.mark.parametrize("text", ["'a", 'x="a b', "betas=(0.9, 1", "a [b"])
def test_what_is_never_closed_is_an_error(text: str) -> None:
    with pytest.raises(UsageError, match="expected a quote or bracket that is closed"):
        checked_words("test", text)


def test_words_know_where_they_begin() -> None:
    assert [(word.start, word.quoted) for word in words("ab  'c d' e")] == [(0, False), (4, True), (10, False)]


@given(st.text())
def test_words_take_any_text(text: str) -> None:
    assert all(word.text or word.quoted for word in words(text))


COLOURS = Choice("colour", lambda: {"red": "", "dark_blue": ""}, lambda: {"navy": "dark_blue"})


@pytest.mark.parametrize(
    ("annotation", "text", "expected"),
    [
        (int, "12", 12),
        (int, "-3", -3),
        (float, "1e-3", 0.001),
        (float, "2", 2.0),
        (str, "12", "12"),
        (bool, "yes", True),
        (bool, "False", False),
        (bool, "off", False),
        (int | None, "3", 3),
        (int | None, "none", None),
        (Literal["steps", "epochs"], "epochs", "epochs"),
        (Literal[1, 2], "2", 2),
        (list[float], "0.1,1", [0.1, 1.0]),
        (list[int], "[1, 2]", [1, 2]),
        (list[int], "7", [7]),
        (Annotated[int, AtLeast(1), "how many"], "1", 1),
        (Annotated[int | Literal["auto"] | None, AtLeast(1)], "3", 3),
        (Annotated[int | Literal["auto"] | None, AtLeast(1)], "Auto", "auto"),
        (Annotated[int | Literal["auto"] | None, AtLeast(1)], "none", None),
        (Literal["on", "off"] | None, "on", "on"),
        (Annotated[str, COLOURS], "red", "red"),
        (Annotated[str, COLOURS], "Dark-Blue", "dark_blue"),
        (Annotated[str, COLOURS], "navy", "dark_blue"),
        (Any, "(0.9, 0.99)", (0.9, 0.99)),
    ],
)
def test_convert(annotation: Any, text: str, expected: Any) -> None:
    value = convert("test", "n", text, kind_of(annotation))
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("annotation", "text", "message"),
    [
        (int, "1.5", "n '1.5'; expected a whole number"),
        (float, "much", "n 'much'; expected a number"),
        (bool, "maybe", "n 'maybe'; expected yes or no"),
        (list[int], "1,x", "n 'x'; expected a whole number"),
        (Annotated[int, AtLeast(1)], "0", "n 0; expected 1 or more"),
        (Annotated[int | Literal["auto"], AtLeast(1)], "0", "n 0; expected 1 or more, or the word auto; say `help"),
        (int | Literal["auto"], "atuo", "n 'atuo'; expected a whole number, or the word auto; did you mean auto?"),
        (
            Literal["steps", "epochs"],
            "epoch",
            "an unknown n 'epoch'; expected one of steps, epochs; did you mean epochs?",
        ),
        (Annotated[str, COLOURS], "rad", "an unknown colour 'rad'; expected one of red, dark_blue; did you mean red?"),
        (Annotated[str, COLOURS], "nave", "did you mean navy?"),
        (Annotated[str, COLOURS], "zzz", "choose one of them"),
    ],
)
def test_convert_says_what_it_got_and_expected(annotation: Any, text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        convert("test", "n", text, kind_of(annotation))
    assert str(caught.value).startswith("test: got ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("annotation", "beside", "offered"),
    [
        (int | Literal["auto", "all"] | None, ("auto", "all"), {"auto": "", "all": ""}),
        (Literal["on", "off"] | None, (), {"on": "", "off": ""}),
        (Literal["on", "off"], (), {"on": "", "off": ""}),
        (int | None, (), {}),
    ],
)
def test_words_beside_another_type(annotation: Any, beside: tuple[str, ...], offered: dict[str, str]) -> None:
    kind = kind_of(annotation)
    assert (kind.beside, kind.offered(None, [])) == (beside, offered)


def test_choice_that_is_not_strict_takes_any_word() -> None:
    kind = kind_of(Annotated[str, Choice("layer", lambda: {"relu": ""}, strict=False)])
    assert convert("test", "n", "64", kind) == "64"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1", 1), ("0.5", 0.5), ("(1, 2)", (1, 2)), ("yes", True), ("None", None), ("mean", "mean"), ("((", "((")],
)
def test_literal(text: str, expected: Any) -> None:
    assert literal(text) == expected


@pytest.mark.parametrize(
    ("default", "text", "expected"),
    [
        (0.1, "1", 1.0),
        (False, "yes", True),
        (3, "4", 4),
        ("mean", "sum", "sum"),
        ((1, 2), "(3, 4)", (3, 4)),
        (None, "7", 7),
    ],
)
def test_like_a_default(default: Any, text: str, expected: Any) -> None:
    value = convert("test", "n", text, like(default))
    assert value == expected
    assert type(value) is type(expected)
