"""What the line so far may go on with: commands and their words, names, attributes, keys, files. It knows no terminal.

candidates(session, "data sp")      [Candidate(text='spiral', length=2, meaning='arms that ...')]
candidates(session, "net[0].we")    [Candidate(text='weight', length=2, meaning='Parameter (16, 2)')]
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterator
from typing import Any

from . import language, looking
from .candidates import Candidate, files, matching
from .looking import Found
from .registry import Command
from .scanning import Token, open_brackets, operand, scan
from .session import Session

_HELP = re.compile(r"\s*\?{1,2}\s*(.*)\Z")


def candidates(session: Session, before: str) -> list[Candidate]:
    """What may stand at the end of `before`, the text to the left of the cursor."""
    line = before.rpartition("\n")[2]
    if session.mode is not None:
        return [Candidate(*each) for each in session.mode.complete(line)]
    first = re.match(r"\s*%?(\w+)\s(.*)\Z", line, re.DOTALL)
    if first and (isinstance(session.parse(line), language.Command) or _is_bare(session, line)):
        command = session.commands.get(first[1])
        if isinstance(command, Command) and command.takes_python:
            return list(_python(session, f"({first[2]}"))
        return command.complete(first[2], session) if isinstance(command, Command) else []
    if line.lstrip().startswith("!"):
        return files(re.split(r"[!\s]", line)[-1])
    if asked := _HELP.match(line):
        line = asked[1]
    # a bracket or string that was opened on a line before is still open here
    return list(_python(session, before if "\n" in before and not asked else line))


def _is_bare(session: Session, line: str) -> bool:
    """Whether the line is a command's name and a space: words may follow, though alone it shows an object."""
    return line[-1:].isspace() and isinstance(session.parse(line + "x"), language.Command)


def _python(session: Session, source: str) -> Iterator[Candidate]:
    tokens = scan(source)
    last = tokens[-1] if tokens else None
    if last is not None and last.kind == "comment":
        return
    if last is not None and not last.closed:
        yield from _in_string(session, tokens)
        return
    start = ""
    if last is not None and last.kind in ("name", "keyword", "builtin"):
        start = tokens.pop().text
    if tokens and tokens[-1].text == ".":
        owner = looking.find(operand(tokens[:-1]), _getter(session))
        yield from () if owner is None else matching(looking.names(owner, start), start)
        return
    yield from _in_brackets(session, tokens, start)
    if start or not source.strip() or source.strip() == "%":
        yield from _names(session, source, start)


def _getter(session: Session) -> Any:
    """Looks names up as Python does, and loads what is there from the start."""

    def get(name: str) -> Any:
        session.load(name)
        return session.namespace.get(name, looking.builtin(name))

    return get


def _in_string(session: Session, tokens: list[Token]) -> Iterator[Candidate]:
    """A key, where the string stands in the brackets of a dict; else the name of a file."""
    *before, string = tokens
    quote = string.text.lstrip("rbfuRBFU")[0]
    start = string.text.lstrip("rbfuRBFU").lstrip(quote)
    indexed = operand(before[:-1]) if before and before[-1].text == "[" else ""
    if not indexed:
        yield from files(start)
    elif owner := looking.find(indexed, _getter(session)):
        found = {key[1:-1] + quote: meaning for key, meaning in looking.keys(owner).items() if key[0] in "'\""}
        yield from matching(found, start)


def _in_brackets(session: Session, tokens: list[Token], start: str) -> Iterator[Candidate]:
    """Keys behind `x[`, and what may be given by name within `f(`."""
    opened = open_brackets(tokens)
    if not opened:
        return
    bracket = tokens[opened[-1]]
    called = operand(tokens[: opened[-1]])
    if not called or (owner := looking.find(called, _getter(session))) is None:
        return
    if bracket.text == "[" and opened[-1] == len(tokens) - 1 and not start:
        yield from matching(looking.keys(owner), start)
    elif bracket.text == "(" and tokens[-1].text in ("(", ",", " "):
        yield from (each for each in matching(_parameters(owner), start) if each.text.startswith(start))


def _parameters(owner: Found) -> dict[str, str]:
    return looking.parameters(owner)


def _names(session: Session, source: str, start: str) -> Iterator[Candidate]:
    """Commands where a line begins, and everything that has a name."""
    word = source.rpartition("\n")[2].strip()
    known: dict[str, str] = {}
    if word in (start, f"%{start}"):
        known |= {name: each.summary for name, each in session.commands.items() if isinstance(each, Command)}
    if not start:  # all the names would be too many
        yield from matching(known, start)
        return
    if not word.startswith("%"):
        names = {**vars(builtins), **session.namespace}
        mine = {name: looking.meaning(value) for name, value in names.items()}
        mine |= dict.fromkeys(keyword.kwlist, "keyword") | {name: mine.get(name, "") for name in session.preloaded}
        for name in sorted(mine):
            if name.startswith("_") <= start.startswith("_"):
                known.setdefault(name, mine[name])
    yield from matching(known, start)
