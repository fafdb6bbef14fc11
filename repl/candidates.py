"""What may be offered for a word that is half typed: by its beginning, else by what it was likely meant for.

matching({"tanh": "hyperbolic tangent", "relu": "..."}, "ta")     [Candidate('tanh', 2, 'hyperbolic tangent')]
matching({"tanh": "hyperbolic tangent", "relu": "..."}, "thn")    the same: a slip of the hand
files("pictures/fl", (".svg",))                                   the files, and the folders on the way
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .messages import tr

ENOUGH_TO_GUESS = 3  # letters, below which only the beginning counts
NEAR = 0.6  # of difflib's ratio, as in "did you mean"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A completion: `text` replaces the last `length` characters before the cursor; `meaning` stands beside it."""

    text: str
    length: int
    meaning: str = ""


def matching(names: Mapping[str, str], start: str) -> list[Candidate]:
    """Those of `names` that begin with `start`; if none does, those that hold it, then those that are near it.

    Names map to their meanings, which come in the reader's language. Capitals count only where that leaves some.
    """
    return [Candidate(name, len(start), tr(names[name])) for name in _fitting(names, start)]


def _fitting(names: Mapping[str, str], start: str) -> list[str]:
    found = [name for name in names if name.startswith(start)]
    low = start.lower()
    if not found:
        found = [name for name in names if name.lower().startswith(low)]
    if found or len(start) < ENOUGH_TO_GUESS:
        return found
    found = [name for name in names if low in name.lower()]
    return found or list(_near(names, low))


def _near(names: Mapping[str, str], low: str) -> Iterator[str]:
    """Names whose letters `low` has in the same order, or that differ from it by a slip of the hand."""
    scored = []
    for name in names:
        lower = name.lower()
        letters = iter(lower)
        # the beginning of the name, one letter longer than what was typed: the rest is not there yet
        ratio = difflib.SequenceMatcher(None, low, lower[: len(low) + 1]).ratio()
        if (lower[0] == low[0] and all(letter in letters for letter in low)) or ratio >= NEAR:
            scored.append((-ratio, name))
    yield from (name for _, name in sorted(scored))


def files(start: str, suffixes: tuple[str, ...] = ()) -> list[Candidate]:
    """The files whose names begin with `start`, and the folders on the way."""
    folder, slash, name = start.rpartition("/")
    found: list[Candidate] = []
    try:
        for path in sorted((Path(folder + slash) if slash else Path()).expanduser().iterdir()):
            text = path.name + ("/" if path.is_dir() else "")
            fits = text.endswith(("/", *suffixes)) if suffixes else True
            if text.startswith(name) and fits and (name.startswith(".") or not text.startswith(".")):
                found.append(Candidate(text, len(name)))
    except (OSError, ValueError, RuntimeError):  # no such folder, not ours to read, no home: nothing to offer
        return []
    return found
