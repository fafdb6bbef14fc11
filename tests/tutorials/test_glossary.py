"""The glossary: the same terms in both languages, in order, and every term of the lecture notes among them."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = {language: ROOT / "tutorials" / language / "glossary.md" for language in ("en", "ko")}
_ENTRY = re.compile(r"^- \*\*(?P<term>[^*]+)\*\*(?: / (?P<twin>[^:]+))?: (?P<sentence>.+)$")


def entries(language: str) -> list[tuple[str, str, str]]:
    """Term, twin in the other language (itself where that is the same word) and sentence, in the order of the page."""
    text = PAGES[language].read_text("utf-8").replace("\n  ", " ")  # a long entry goes on, indented
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    found = [_ENTRY.match(line) for line in lines]
    assert all(found), [line for line, match in zip(lines, found, strict=True) if match is None]
    return [(match["term"], match["twin"] or match["term"], match["sentence"]) for match in found if match is not None]


def asked_for() -> list[str]:
    """The Korean terms of the table in docs/concepts.md; cells that name several are taken apart."""
    page = (ROOT / "docs" / "concepts.md").read_text("utf-8").partition("## What was measured")[0]
    cells = [line.split("|")[3] for line in page.splitlines() if re.match(r"\| \d+ \|", line)]
    assert len(cells) == 35
    return [term.strip() for cell in cells for term in cell.split(",")]


def test_both_languages_have_the_same_terms() -> None:
    english = {(term, twin) for term, twin, _ in entries("en")}
    korean = {(twin, term) for term, twin, _ in entries("ko")}
    assert english == korean
    assert len(english) == len(entries("en")) == len(entries("ko"))
    assert len(english) >= 80


@pytest.mark.parametrize("language", PAGES)
def test_terms_are_in_order_and_none_comes_twice(language: str) -> None:
    terms = [term.casefold() for term, _, _ in entries(language)]
    assert [(one, other) for one, other in pairwise(terms) if one >= other] == []


@pytest.mark.parametrize("language", PAGES)
def test_each_term_has_a_sentence_and_its_lesson(language: str) -> None:
    lesson = r"Lesson (\d+)" if language == "en" else r"(\d+)과"
    ending = re.compile(rf".{{10,}}\. \[?{lesson}(?:\]\(\d\d-[a-z0-9-]+\.md\))?$")
    assert [term for term, _, sentence in entries(language) if not ending.match(sentence)] == []


@pytest.mark.parametrize("language", PAGES)
def test_links_lead_to_the_lesson_that_they_name(language: str) -> None:
    page = PAGES[language]
    for words, target in re.findall(r"\[([^\]]+)\]\(([^)]+)\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target
        number = re.search(r"\d+", words)
        assert number is None or int(target[:2]) == int(number[0])


@pytest.mark.parametrize("language", PAGES)
def test_the_other_language_is_one_click_away(language: str) -> None:
    other = "ko" if language == "en" else "en"
    assert f"](../{other}/glossary.md)" in PAGES[language].read_text("utf-8")


def test_every_term_of_the_lecture_notes_is_explained() -> None:
    text = PAGES["ko"].read_text("utf-8").replace("\n  ", " ")
    assert [term for term in asked_for() if term not in text] == []
