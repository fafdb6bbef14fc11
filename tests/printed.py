"""Compares what a page shows with what is printed now: words exactly, numbers to the last digit that is shown.

    assert differences("loss 0.25", printed) == []

`rel` allows more, as a share of each number: for what depends on how a machine rounds. `...` stands for the rest of a
line, or on a line of its own for any lines.
"""

from __future__ import annotations

import re

NUMBER = re.compile(r"[-+−]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")

REST = "\N{HORIZONTAL ELLIPSIS}"  # what `...` becomes: three dots alone, not the rows of dots that drawings have


def differences(shown: str, printed: str, *, rel: float = 0.0) -> list[str]:
    """The lines that differ: words have to be the same; a number may differ by one in the last digit that is shown.

    `...` stands for the rest of a line, or on a line of its own for any lines.
    """
    expected, got = _lines(shown), _lines(printed)
    if "..." in expected:
        place = expected.index("...")
        tail = len(expected) - place - 1
        got = [*got[:place], "...", *(got[len(got) - tail :] if tail else [])]
    if len(expected) != len(got):
        return [f"expected {shown!r}", f"printed {printed!r}"]
    return [f"{one!r} is now {other!r}" for one, other in zip(expected, got, strict=True) if not same(one, other, rel)]


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.split("\n") if line.strip()]


def same(shown: str, printed: str, rel: float = 0.0) -> bool:
    """Whether one line is the other, but for the last digits of its numbers, and for what `...` stands for."""
    parts = re.split(f"({NUMBER.pattern})", re.sub(r" ?(?<!\.)\.{3}(?!\.)", REST, " ".join(shown.split())))
    pattern = "".join(
        f"({NUMBER.pattern}|nan|inf)" if place % 2 else re.escape(part).replace(REST, ".*")
        for place, part in enumerate(parts)
    )
    found = re.fullmatch(pattern, " ".join(printed.split()))
    if found is None:
        return False
    return all(
        one == other or abs(value(one) - value(other)) <= max(1.001 * unit(one), rel * abs(value(one)))
        for one, other in zip(parts[1::2], found.groups(), strict=True)
    )


def value(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))


def unit(text: str) -> float:
    mantissa, _, exponent = text.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    whole = "." not in mantissa and not exponent
    return 0.0 if whole else float(10.0 ** (int(exponent or 0) - decimals))
