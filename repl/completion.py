"""What the line so far may go on with: commands and their words, names, attributes, files. It knows no terminal.

candidates(session, "data sp")      [Candidate(text='spiral', length=2, meaning='arms that ...')]
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterator

from . import language
from .registry import Candidate, Command, files
from .session import Session

_DOTTED = re.compile(r"([A-Za-z_][\w.]*)\.(\w*)\Z")
_NAME = re.compile(r"([A-Za-z_]\w*)\Z")
_PATH = re.compile(r"""["']([^"']*)\Z""")


def candidates(session: Session, before: str) -> list[Candidate]:
    """What may stand at the end of `before`, the text to the left of the cursor."""
    line = before.rpartition("\n")[2]
    if session.mode is not None:
        return [Candidate(*each) for each in session.mode.complete(line)]
    first = re.match(r"\s*%?(\w+)\s(.*)\Z", line, re.DOTALL)
    parsed = session.parse(line)
    if first and (isinstance(parsed, language.Command) or _is_bare(session, line)):
        command = session.commands.get(first[1])
        if isinstance(command, Command) and command.takes_python:
            return list(_python(session, f"({first[2]}"))
        return command.complete(first[2]) if isinstance(command, Command) else []
    return list(_python(session, line))


def _is_bare(session: Session, line: str) -> bool:
    """Whether the line is a command's name and a space: words may follow, though alone it shows an object."""
    return line[-1:].isspace() and isinstance(session.parse(line + "x"), language.Command)


def _python(session: Session, line: str) -> Iterator[Candidate]:
    if path := _PATH.search(line):
        yield from files(path[1])
    elif dotted := _DOTTED.search(line):
        yield from _attributes(session, dotted[1], dotted[2])
    elif name := _NAME.search(line):
        start = name[1]
        commands = list(_commands(session, start)) if line.strip() in (start, f"%{start}") else []
        yield from commands
        known = {*keyword.kwlist, *vars(builtins), *session.preloaded, *session.namespace}
        for word in sorted(known - {each.text for each in commands}):
            if word.startswith(start) and (start.startswith("_") or not word.startswith("_")):
                yield Candidate(word, len(start))
    elif line.strip() in ("", "%"):
        yield from _commands(session, "")


def _commands(session: Session, start: str) -> Iterator[Candidate]:
    for name, command in session.commands.items():
        if name.startswith(start) and isinstance(command, Command):
            yield Candidate(name, len(start), command.summary)


def _attributes(session: Session, path: str, start: str) -> Iterator[Candidate]:
    first, *rest = path.split(".")
    value = session.get(first)
    if value is None:
        value = getattr(builtins, first, None)
    try:
        for name in rest:
            value = getattr(value, name)
        names = dir(value) if value is not None else []
    except Exception:  # noqa: BLE001  # an attribute may be computed, and fail: there is then nothing to offer
        return
    for name in names:
        if name.startswith(start) and (start.startswith("_") or not name.startswith("_")):
            yield Candidate(name, len(start))
