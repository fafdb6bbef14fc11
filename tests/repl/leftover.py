"""Finds English that is left over on a screen that ought to speak another language."""

from __future__ import annotations

import re
from collections.abc import Iterable

_TYPED = re.compile(r"`[^`]*`")
_CODE = re.compile(r"[\w.]*[\w.]+\(.*?\)|--?\w+|\w+=\S+|\.\w+|\w+_\w+")  # calls, options, attributes, names of Python's
_WORD = re.compile(r"[A-Za-z]{3,}")


def english(text: str, known: Iterable[str] = ()) -> list[str]:
    """The words of three letters or more that are neither typed (in `backquotes`) nor code, nor parts of `known`.

    Example:
        >>> english("역전파 `backward x` 3 nodes ahead, rms 0.5", ["rms"])
        ['nodes', 'ahead']
    """
    names = {word for name in known for word in _WORD.findall(name)}
    plain = _CODE.sub(" ", _TYPED.sub(" ", text))
    return [word for word in _WORD.findall(plain) if word not in names]
