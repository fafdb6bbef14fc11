"""Lines broken by columns: what textwrap does, also where letters are two columns wide."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repl.views.screen import _wide_lines, broken, cells

WORDS = st.lists(st.text("ab", min_size=1, max_size=5).map(lambda word: word + " " * (1 + len(word) % 3)), max_size=9)


@given(WORDS, st.integers(10, 24), st.integers(0, 2), st.integers(0, 3))
def test_where_all_letters_are_narrow_it_is_textwrap(words: list[str], width: int, first: int, indent: int) -> None:
    text, before, after = "".join(words), " " * first, " " * indent
    wanted = textwrap.wrap(text, width, initial_indent=before, subsequent_indent=after)
    assert _wide_lines(text, width, before, after) == wanted


@given(st.text("가나다 ab", max_size=60), st.integers(4, 30), st.sampled_from([None, 1, 2]))
def test_no_line_is_wider_and_no_letter_is_lost(text: str, width: int, most: int | None) -> None:
    lines = broken(text, width, first="", indent="  ", most=most)
    if most is None:
        assert "".join("".join(lines).split()) == "".join(text.split())
        assert max(map(cells, lines), default=0) <= width
    else:
        assert len(lines) <= most


@pytest.mark.parametrize(
    ("text", "width", "most", "lines"),
    [
        ("층    12  값", 20, None, ["층    12  값"]),
        ("수로 쓰면       1 * 2 = 2", 40, None, ["수로 쓰면       1 * 2 = 2"]),
        ("경사도가 끝까지 닿고 있습니다", 14, 1, ["경사도가 ..."]),
        ("경사도가 끝까지 닿고 있습니다", 16, 2, ["경사도가 끝까지", "닿고 있습니다"]),
        ("경사도가 끝까지 닿고 있습니다", 16, 1, ["경사도가 ..."]),
        ("gradients arrive there", 14, 1, ["gradients ..."]),
    ],
)
def test_columns_stay_and_what_is_left_out_is_told(text: str, width: int, most: int | None, lines: list[str]) -> None:
    assert broken(text, width, most=most) == lines
