"""What is offered for a word that is half typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from repl.candidates import Candidate, files, matching

NAMES = dict.fromkeys(["tanh", "relu", "leaky_relu", "Linear", "kaiming_normal", "softmax"], "")


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("", list(NAMES)),
        ("t", ["tanh"]),
        ("T", ["tanh"]),
        ("lin", ["Linear"]),
        ("l", ["leaky_relu"]),  # as it was typed comes first, and alone
        ("L", ["Linear"]),
        ("elu", ["relu", "leaky_relu"]),
        ("rleu", ["relu"]),
        ("kmn", ["kaiming_normal"]),
        ("sotfm", ["softmax"]),
        ("zz", []),
        ("zzzz", []),
        ("nh", []),  # two letters are not enough to guess
    ],
)
def test_matching(start: str, expected: list[str]) -> None:
    assert [found.text for found in matching(NAMES, start)] == expected


def test_a_guess_replaces_what_was_typed() -> None:
    assert matching({"relu": "max(x, 0)"}, "rleu") == [Candidate("relu", 4, "max(x, 0)")]


def test_files_that_cannot_be(tmp_path: Path) -> None:
    assert files("nowhere/x") == []
    assert files("~nobody/x") == []
    assert files("a\0b/c") == []
