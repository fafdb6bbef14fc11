"""The commands behind `X?`, `X??` and `!LINE`: look, system."""

from __future__ import annotations

import inspect
import re
import subprocess
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from .. import looking
from ..arguments import Existing, Rest
from ..errors import StateError, UsageError, message, unknown
from ..execution import shown
from ..looking import NOTHING, Found
from ..messages import tr
from ..registry import Command, command
from ..results import HelpPage, Look, Note, Value
from ..session import Plan, Session

LONGEST_DOCSTRING = 30  # lines
LONGEST_SOURCE = 200  # lines


def _names(session: Session, _: Sequence[str]) -> Mapping[str, str]:
    return {name: looking.meaning(value) for name, value in session.names().items()}


@command("inspect")
def look(
    session: Session,
    name: Annotated[str, Existing(_names), "an object: a name, with attributes and indices if you like"],
    *,
    source: Annotated[bool, "its source too"] = False,
) -> Plan:
    """Show what an object is: its signature and what its author says of it. `X?` is short for it, `X??` for --source.

    Of a name that is only a command's, the command is shown. Nothing is called and no property is computed.

    Example:
        > nn.optim.Adam?
        > F.relu??
        > look nn.Linear
    """
    name = name.strip().removeprefix("?")

    def get(word: str) -> Any:
        session.load(word)
        return session.namespace.get(word, looking.builtin(word))

    found = None if name.startswith("%") else looking.find(name, get)
    about = session.commands.get(name.removeprefix("%"))
    if found is not None:
        report = _look(name, found, source=source, also=f"help {name}" if isinstance(about, Command) else "")
        return Plan((), lambda _: report)
    if isinstance(about, Command):
        page: HelpPage = about.page()
        return Plan((), lambda _: page)
    first = name.partition(".")[0].partition("[")[0]
    if first != name and get(first) is not NOTHING:
        do = tr("`{first}?` shows what there is", first=first)
        raise UsageError(message("look", name, "something that can be found without running it", do))
    raise UsageError(unknown("look", "name", name, [*session.names(), *session.preloaded], also=session.commands))


def _look(name: str, found: Found, *, source: bool, also: str) -> Look:
    thing = found.kind if found.value is NOTHING else found.value
    text = _cut(inspect.getdoc(thing) or "", LONGEST_DOCSTRING)
    described = inspect.unwrap(thing) if callable(thing) else thing
    code, place = _source(described if _has_source(described) else type(described))
    about = "" if found.value is NOTHING else looking.meaning(found.value)
    kind = found.kind.__name__
    if found.value is NOTHING:
        from autograd.errors import indefinite

        kind = tr("{kind}, which has not been computed", kind=indefinite(kind))
    if _has_source(thing) or about == looking.first_sentence(text):
        about = ""
    return Look(
        name,
        kind,
        about,
        "" if found.value is NOTHING else _signature(name, thing),
        text,
        _cut(code, LONGEST_SOURCE) if source else "",
        place,
        also,
    )


def _has_source(thing: object) -> bool:
    return inspect.isroutine(thing) or inspect.isclass(thing) or inspect.ismodule(thing)


def _signature(name: str, thing: Any) -> str:
    if not callable(thing):
        return ""
    try:
        written = f"{name}{inspect.signature(thing)}"
        return re.sub(r"(: |-> )'([^']*)'", r"\1\2", written)  # annotations that are not evaluated stand in quotes
    except (TypeError, ValueError):  # some functions of C have none, and their docstring says it
        return ""


def _source(thing: Any) -> tuple[str, str]:
    """The source, and where it stands; '' where there is none, as for what is written in C."""
    try:
        lines, first = inspect.getsourcelines(thing)
        return "".join(lines).rstrip("\n"), f"{inspect.getsourcefile(thing)}:{max(first, 1)}"
    except (TypeError, OSError):
        return "", ""


def _cut(text: str, most: int) -> str:
    lines = text.split("\n")
    if len(lines) <= most:
        return text
    return "\n".join([*lines[:most], tr("... [{count} more lines]", count=len(lines) - most)])


@command("session")
def system(session: Session, line: Annotated[str, Rest(), "what the system's shell is to run"] = "") -> Plan:
    """Run a command of the system, without input, and show what it prints: `!ls` is short for it.

    It is off until the configuration file has `shell = true`; without a line, say whether it is.

    Example:
        > system
    """
    if not line:
        off = tr("`!` is off: `shell = true` in the configuration file allows it")
        state = tr("`!` is on") if session.settings.shell else off
        return Plan((), lambda _: Note(state))
    if not session.settings.shell:
        got = tr("{line}, a line for the system's shell", line=repr(line))
        raise StateError(message("system", got, "leave to run it", "write `shell = true` in the configuration file"))

    def report(_: object) -> Value:
        ran = subprocess.run(
            line, shell=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        printed = ran.stdout.decode(errors="replace").rstrip("\n")
        ended = tr("[exit code {code}]", code=ran.returncode) if ran.returncode else ""
        return Value("\n".join(filter(None, (shown_text(printed), ended))))

    return Plan((), report)


def shown_text(text: str) -> str:
    """A text as it is, or cut in the middle where it would fill the screen many times over."""
    return text if len(text) <= 20_000 else shown(text)
