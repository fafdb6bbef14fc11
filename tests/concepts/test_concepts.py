"""Every idea that the lessons teach holds: its experiment runs, asserts its number, and prints what the page shows."""

from __future__ import annotations

import pytest

from tests.concepts import page
from tests.concepts.experiment import EXPERIMENTS
from tests.printed import differences

# What a training ends at depends on how the machine's BLAS rounds; each experiment asserts what has to hold anywhere.
ROUNDING = 0.2


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, marks=[pytest.mark.slow] if each.slow else [], id=f"{row:02}-{each.name}")
        for row, each in sorted(EXPERIMENTS.items())
    ],
)
def test_the_idea_holds_and_the_page_shows_its_figure(row: int) -> None:
    assert differences(page.figures()[row], EXPERIMENTS[row].run(), rel=ROUNDING) == []


def test_every_idea_has_an_experiment_a_lesson_and_a_figure() -> None:
    ideas = page.ideas()
    assert list(ideas) == list(range(1, 36))
    assert sorted(EXPERIMENTS) == list(ideas)
    assert sorted(page.figures()) == list(ideas)
    lessons = {int(path.name[:2]) for path in (page.ROOT / "tutorials" / "en").glob("[0-9][0-9]-*.md")}
    assert {each.lesson for each in EXPERIMENTS.values()} <= lessons


def test_the_page_links_each_lesson() -> None:
    text = page.PAGE.read_text("utf-8")
    for row, each in EXPERIMENTS.items():
        assert f"| {row} | {page.lesson(each.lesson)} | [{each.name}](" in text
