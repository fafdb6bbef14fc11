"""The command that changes the shell itself: set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from .. import messages, settings
from ..arguments import Choice, Existing
from ..errors import UsageError, message
from ..messages import tr
from ..registry import command
from ..results import Note, Overview
from ..session import Plan, Session
from ..slips import SLIPS


def _names() -> Mapping[str, str]:
    return {name: tr(meaning) for name, meaning in settings.MEANINGS.items()}


def _values(session: Session, before: Sequence[str]) -> Mapping[str, str]:
    """What the setting that stands before may be, with a mark at what it is."""
    if not before or before[0] not in settings.MEANINGS:
        return {}
    present = settings.shown(session.settings, before[0])
    return {word: tr("as it is now") if word == present else "" for word in settings.values(before[0])}


@command("session")
def set_(
    session: Session,
    name: Annotated[str, Choice("setting", _names, strict=False), "which; without it, all are shown"] = "",
    value: Annotated[str, Existing(_values), "what it is to be; without it, what it is"] = "",
    *,
    keep: Annotated[bool, "write it into the configuration file, for later sessions too"] = False,
) -> Plan:
    """Show the shell's settings, or change one: colours, keys, toolbar, suggestions, notes, language.

    Example:
        > set
        > set theme light
        > set vi on
        > set lang auto
    """
    now = session.settings
    if not name:
        rows = [(each, f"{settings.shown(now, each):<6}  {tr(meaning)}") for each, meaning in settings.MEANINGS.items()]
        return Plan((), lambda _: Overview(tuple(rows), (), _where()))
    if not value:
        settings.changed(now, name, settings.shown(now, name) if name in settings.MEANINGS else "")
        allowed = tr("one of {words}", words=", ".join(settings.values(name)))
        return Plan((), lambda _: Note(f"{name} {settings.shown(now, name)} ({allowed})"))
    wanted = settings.changed(now, name, value)
    if name == "shell":
        do = tr(
            "write `shell = {shell}` into {settings}", shell=str(wanted.shell).lower(), settings=settings.location()
        )
        raise UsageError(message("set", tr("shell {value}", value=value), "a setting that a line may change", do))

    def report(_: object) -> Note:
        if keep:
            settings.keep(settings.location(), wanted, name)
        session.settings = wanted
        if name == "notes":
            session.slips.off = set() if wanted.notes else set(SLIPS)
        if name == "lang":
            messages.use(wanted.language)
        where = tr(", also in {path}", path=settings.location()) if keep else ""
        return Note(f"{name} {settings.shown(wanted, name)}{where}")

    return Plan((), report)


def _where() -> str:
    return tr("`set NAME VALUE` changes one; --keep writes it into {path}", path=settings.location())
