"""Cuts Python that is still being typed into tokens, for colours and completion.

    [token.text for token in scan("x = 'ab")]        ['x', ' ', '=', ' ', "'ab"]
    scan("x = 'ab")[-1].closed                       False

Python's own `tokenize` gives up on a string or bracket that is not closed yet, which at a prompt is the usual case.
"""

from __future__ import annotations

import builtins
import keyword
import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["space", "comment", "string", "number", "name", "keyword", "builtin", "operator"]

_PREFIX = r"(?:[rbfuRBFU]{1,2})?"
_TOKEN = re.compile(
    rf"""(?P<space>\s+)
    |(?P<comment>\#[^\n]*)
    |(?P<string>{_PREFIX}(?:\"\"\"(?:\\.|(?!\"\"\").)*(?:\"\"\")?|'''(?:\\.|(?!''').)*(?:''')?
        |"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))
    |(?P<number>0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d+)?[jJ]?)
    |(?P<name>\w+)
    |(?P<operator>.)""",
    re.VERBOSE | re.DOTALL,
)
_KEYWORDS = frozenset((*keyword.kwlist, "match", "case"))
_BUILTINS = frozenset(name for name in vars(builtins) if not name.startswith("_"))
PAIRS = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the source, and where it begins. `closed` is False for a string that never ends."""

    kind: Kind
    text: str
    start: int
    closed: bool = True


def scan(source: str) -> list[Token]:
    """The tokens of `source`, which together are all of it.

    Example:
        >>> [(token.kind, token.text) for token in scan("if x: print(1.5)") if token.kind != "space"][:4]
        [('keyword', 'if'), ('name', 'x'), ('operator', ':'), ('builtin', 'print')]
    """
    found: list[Token] = []
    for match in _TOKEN.finditer(source):
        kind: Kind = match.lastgroup  # type: ignore[assignment]  # the groups are the kinds
        text = match.group()
        if kind == "name" and not (found and found[-1].text == "."):  # an attribute may have any name
            kind = "keyword" if text in _KEYWORDS else "builtin" if text in _BUILTINS else "name"
        found.append(Token(kind, text, match.start(), kind != "string" or _is_closed(text)))
    return found


def _is_closed(string: str) -> bool:
    body = string.lstrip("rbfuRBFU")
    quote = body[:3] if body[:3] in ('"""', "'''") else body[:1]
    inner = body[len(quote) :]
    if not inner.endswith(quote):
        return False
    ahead = inner[: -len(quote)]
    return (len(ahead) - len(ahead.rstrip("\\"))) % 2 == 0


def open_brackets(tokens: list[Token]) -> list[int]:
    """The places among the tokens of the brackets that are open at the end, the innermost last."""
    opened: list[int] = []
    for place, token in enumerate(tokens):
        if token.kind != "operator":
            continue
        if token.text in PAIRS:
            opened.append(place)
        elif opened and token.text == PAIRS[tokens[opened[-1]].text]:
            opened.pop()
    return opened


def operand(tokens: list[Token]) -> str:
    """The expression with which the tokens end: names, attributes, calls and indices in a row; '' if none.

    Example:
        >>> operand(scan("y = 3 * net[0].weight")), operand(scan("f(a, b)[1]"))
        ('net[0].weight', 'f(a, b)[1]')
    """
    place = end = _without_space(tokens, len(tokens))
    while place:
        token = tokens[place - 1]
        opening = _opening(tokens, place - 1) if token.text in PAIRS.values() and token.kind == "operator" else None
        if opening is not None:
            place = opening  # what stands right before a bracket is called or indexed
            continue
        if token.text != "." and token.kind not in ("name", "builtin", "string", "number"):
            break
        place -= 1
        before = _without_space(tokens, place)
        if token.text == "." or (before and tokens[before - 1].text == "."):
            place = before  # a dot may stand on a line of its own
        else:
            break  # what stands before a name is not part of it
    return "".join(token.text for token in tokens[place:end])


def _without_space(tokens: list[Token], place: int) -> int:
    """The place, or the one before it where the space begins that ends there."""
    while place and tokens[place - 1].kind == "space":
        place -= 1
    return place


def _opening(tokens: list[Token], closing: int) -> int | None:
    depth = 0
    for place in range(closing, -1, -1):
        token = tokens[place]
        if token.kind == "operator":
            depth += (token.text in PAIRS.values()) - (token.text in PAIRS)
            if depth == 0:
                return place
    return None
