"""The comparison of pages with what is printed can fail, and where it should."""

from __future__ import annotations

import pytest

from tests.printed import differences


@pytest.mark.parametrize(
    ("shown", "printed", "equal"),
    [
        ("loss 0.25", "loss 0.251", True),
        ("loss 0.25", "loss 0.27", False),
        ("loss 0.2500", "loss 0.2512", False),
        ("30 steps", "31 steps", False),
        ("in 3 steps ...", "in 3 steps, 800 steps/s", True),
        ("in 3 steps ...", "in 4 steps, 800 steps/s", False),
        ("accuracy 9...", "accuracy 9, of 75", True),
        ("loss 1.1 ... s", "loss 1.12 in 3 s", True),
        ("|..x....x...| 0.5", "|..x....x...| 0.5", True),
        ("|..x....x...| 0.5", "|..x.++.x...| 0.5", False),
        ("1e-05", "1.2e-05", True),
        ("words", "other words", False),
        ("nan", "0.5", False),
    ],
)
def test_the_comparison_can_fail(shown: str, printed: str, *, equal: bool) -> None:
    assert (differences(shown, printed) == []) == equal


def test_rows_of_dots_are_compared_at_once_and_as_they_are() -> None:
    drawing = "|" + ".........x" * 30 + "| 0.5"
    assert differences(drawing, drawing.replace("x", "o")) != []
