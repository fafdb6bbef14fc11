"""The exceptions that the shell raises: catch `ReplError` to catch them all.

Every message has the form that all of chainrule's errors have: `Where: got X; expected Y; do Z.`
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from .messages import retold, tr

MOST_LISTED = 20  # names that an error lists; beyond that, help does


class ReplError(Exception):
    """The root of every exception that the shell raises on purpose."""


class UsageError(ReplError, ValueError):
    """A command was called with a word, an option or a value that it does not know."""


class StateError(ReplError, RuntimeError):
    """A command needs something that the session does not have yet, or that does not fit the rest of it."""


class FileError(ReplError, OSError):
    """A file could not be read or written."""


def message(where: str, got: str, expected: str, do: str) -> str:
    """Join the four parts of an error; the twin of `autograd.errors.message`, which would pull NumPy in.

    Each part is given in English, and said in the reader's language where the catalogue has it.

    Example:
        >>> message("train", "-5 steps", "1 or more", "say `train 200`")
        'train: got -5 steps; expected 1 or more; say `train 200`.'
    """
    parts = {"got": retold(got), "expected": retold(expected), "do": retold(do)}
    text = tr("{where}: got {got}; expected {expected}; {do}", where=where, **parts)
    return text + ("" if do.endswith("?") else ".")


def closest(word: str, names: Iterable[str]) -> str | None:
    """The one of `names` that `word` was most likely meant for, if any is near.

    Example:
        >>> closest("Trian", ["net", "train"])
        'train'
    """
    by_lower: dict[str, str] = {}
    for name in names:
        by_lower.setdefault(name.lower(), name)  # of `tanh` and its alias `Tanh`, the name
    found = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def unknown(where: str, kind: str, word: str, names: Iterable[str], *, also: Iterable[str] = ()) -> str:
    """The message for a word that is none of `names`, with "did you mean" where one is near.

    `also` are words that may be meant but are not listed.

    Example:
        >>> unknown("init", "scheme", "kaming", ["kaiming", "xavier"])
        "init: got an unknown scheme 'kaming'; expected one of kaiming, xavier; did you mean kaiming?"
    """
    known = list(names)
    near = closest(word, [*known, *also])
    page = "help" if where == "help" else f"help {where}"
    listed = f"one of {', '.join(known)}" if known else f"no {kind}"
    if len(known) > MOST_LISTED:
        listed = f"one of the {len(known)} that `{page}` lists"
    cure = tr("did you mean {near}?", near=near) if near else f"choose one of them, or say `{page}`"
    named = {"kind": retold(kind)}
    got = tr("an unknown {kind} {word}", word=repr(word), **named)
    if not known:
        from autograd.errors import article  # here, for it brings NumPy

        cure = tr("leave an {kind} out", **named) if article(kind) == "an" else tr("leave a {kind} out", **named)
    return message(where, got, listed, cure)
