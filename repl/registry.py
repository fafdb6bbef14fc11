"""Makes a command of a typed function: `@command` takes parser, help and completion from signature and docstring.

    @command("build", settings="...")
    def optim(session: Session, name: Optimizer, **settings: Settings) -> Plan:
        '''Choose the rule that updates the weights.   > optim adam lr=0.01'''

Positional parameters are words, `*parameters` are all further words, keyword-only parameters are `key=value` or
`--key value`, and a bool among them is the flag `--key`. Options that several commands share are a TypedDict, as
`**picture: Unpack[Picture]`. Lines of the docstring that begin with `>` are the examples.
"""

from __future__ import annotations

import inspect
import keyword
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Unpack, get_args, get_origin, get_type_hints

from . import session as sessions
from .arguments import Choice, File, Kind, Rest, SettingsOf, Word, checked_words, convert, kind_of, like, words
from .candidates import Candidate, files, matching
from .errors import MOST_LISTED, UsageError, message, unknown
from .messages import folded, marked, tr
from .results import HelpPage
from .session import Plan, Session

GROUPS = ("build", "train", "inspect", "learn", "session")
Handler = Callable[..., Plan]


@dataclass(frozen=True, slots=True)
class Slot:
    """One parameter of a command's function."""

    name: str
    form: Any
    kind: Kind
    default: Any

    @property
    def required(self) -> bool:
        """Whether a word for it must be given."""
        return self.default is inspect.Parameter.empty and self.form is inspect.Parameter.POSITIONAL_OR_KEYWORD

    @property
    def flag(self) -> bool:
        """Whether it is `--name`, without a value."""
        return self.kind.bare is bool and self.form is inspect.Parameter.KEYWORD_ONLY

    @property
    def shown(self) -> str:
        """How it stands in the line of usage."""
        capital = self.name.upper()
        if self.form is inspect.Parameter.VAR_POSITIONAL:
            return f"{capital} ..."
        if self.form is inspect.Parameter.VAR_KEYWORD:
            return "[SETTING=VALUE ...]"
        if self.form is inspect.Parameter.KEYWORD_ONLY:
            typed = "|".join(self.kind.candidates() or [_type_name(self.kind), *self.kind.beside])
            value = "FILE" if self.kind.mark(File) else typed
            return f"[--{self.name}]" if self.flag else f"[--{self.name} FILE]" if value == "FILE" else (
                f"[{self.name}={value}]"
            )  # fmt: skip
        literal = "" if self.kind.mark(Choice) else "|".join(self.kind.candidates())
        return capital if self.required else f"[{literal or capital}]"


def _shared(options: type) -> list[Slot]:
    """The options that a TypedDict declares for several commands; left out, a choice is the first of its words."""
    kinds = {name: kind_of(hint) for name, hint in get_type_hints(options, include_extras=True).items()}
    return [Slot(name, inspect.Parameter.KEYWORD_ONLY, kind, next(iter(kind.candidates()), None))
            for name, kind in kinds.items()]  # fmt: skip


def _type_name(kind: Kind) -> str:
    return {int: "N", float: "X", str: "TEXT"}.get(kind.bare, "VALUE")


class Command:
    """A command: its function, and what its signature and docstring say about it."""

    def __init__(self, handler: Handler, group: str, aliases: tuple[str, ...] = ()) -> None:
        self.name = handler.__name__.strip("_")
        self.group = group
        self.aliases = aliases
        self._handler = handler

    @property
    def slots(self) -> list[Slot]:
        """The parameters, without the session."""
        hints = get_type_hints(self._handler, include_extras=True)
        parameters = list(inspect.signature(self._handler).parameters.values())[1:]
        found = []
        for each in parameters:
            hint = hints[each.name]
            if get_origin(hint) is Unpack:
                found += _shared(*get_args(hint))
            else:
                found.append(Slot(each.name.rstrip("_"), each.kind, kind_of(hint), each.default))
        return found

    # -- running

    def plan(self, session: Session, text: str) -> Plan:
        """Read the words and ask the function what to do. Raises UsageError for words that do not fit."""
        given, options = self.read(text)
        spelled = {f"{name}_" if keyword.iskeyword(name) else name: value for name, value in options.items()}
        return self._handler(session, *given, **spelled)

    def read(self, text: str) -> tuple[list[Any], dict[str, Any]]:
        """The function's arguments for the words in `text`, without the session."""
        slots = self.slots
        if self.takes_python:
            if not text and slots[0].required:
                raise UsageError(self._missing(slots[0]))
            return ([text] if text else []), {}
        named = [slot for slot in slots if slot.form is inspect.Parameter.KEYWORD_ONLY]
        plain, raw = self._sort(checked_words(self.name, text), slots)
        given = list(self._positional(plain, slots))
        chosen = dict(zip([slot.name for slot in slots], given, strict=False))
        options: dict[str, Any] = {}
        known = {slot.name: slot.kind for slot in named} | self._settings(slots, chosen)
        for name, value in raw.items():
            if name not in known:
                raise UsageError(unknown(self.name, "option", name, known))
            options[name] = convert(self.name, name, value, known[name])
        return given, options

    def _sort(self, found: list[Word], slots: list[Slot]) -> tuple[list[Word], dict[str, str]]:
        """Plain words, and options as they were written."""
        flags = {slot.name for slot in slots if slot.flag}
        takes_any = any(slot.form is inspect.Parameter.VAR_POSITIONAL for slot in slots)
        named = {slot.name: slot for slot in slots if slot.form is inspect.Parameter.KEYWORD_ONLY}
        plain: list[Word] = []
        raw: dict[str, str] = {}
        waiting = iter(found)
        for word in waiting:
            dashed = word.text.startswith("--") and not word.quoted
            name, equals, value = word.text.removeprefix("--" if dashed else "").partition("=")
            name = name.replace("-", "_")
            if not dashed and (not equals or not name.isidentifier() or (takes_any and name not in named)):
                plain.append(word)
                continue
            if not equals and name in flags:
                value = "yes"
            elif not equals:
                following = next(waiting, None)
                if following is None and name in named:
                    kind = "a file" if named[name].kind.mark(File) else "a value"
                    raise UsageError(
                        message(self.name, tr("--{name} and nothing after it", name=name), kind, "add one")
                    )
                value = following.text if following else ""
            if name in raw:
                raise UsageError(message(self.name, tr("{name} twice", name=name), "it once", "leave one out"))
            raw[name] = value
        return plain, raw

    def _positional(self, found: list[Word], slots: list[Slot]) -> Iterator[Any]:
        waiting = iter(found)
        for slot in slots:
            if slot.form is inspect.Parameter.VAR_POSITIONAL:
                yield from (convert(self.name, slot.name, word.text, slot.kind) for word in waiting)
            elif slot.form is inspect.Parameter.POSITIONAL_OR_KEYWORD:
                word = next(waiting, None)
                if word is None and slot.required:
                    raise UsageError(self._missing(slot))
                if word is None:
                    return
                yield convert(self.name, slot.name, word.text, slot.kind)
        if extra := next(waiting, None):
            cure = tr("leave it out, or say `help {name}`", name=self.name)
            raise UsageError(
                message(self.name, tr("{text} as one word too many", text=repr(extra.text)), self.usage, cure)
            )

    def _missing(self, slot: Slot) -> str:
        choice = slot.kind.mark(Choice)
        kind = choice.kind if choice else marked("file") if slot.kind.mark(File) else slot.name
        names = slot.kind.candidates() if choice is None or choice.strict else {}  # others are only offered
        from autograd.errors import article  # here, for it brings NumPy

        some = tr("an {kind}", kind=tr(kind)) if article(kind) == "an" else tr("a {kind}", kind=tr(kind))
        expected = tr("one of {names}", names=", ".join(names)) if names else some
        if len(names) > MOST_LISTED:
            expected = tr("one of the {names} that `help {name}` lists", names=len(names), name=self.name)
        shown = [line for line in self.examples if line.split()[0] == self.name]
        got = tr("no {kind}", kind=tr(kind)) if names else tr("nothing after it")
        return message(self.name, got, expected, tr("try `{shown}`", shown=min(shown, key=len)))

    def _settings(self, slots: list[Slot], chosen: Mapping[str, Any]) -> dict[str, Kind]:
        mark = next((found for slot in slots if (found := slot.kind.mark(SettingsOf))), None)
        if mark is None or chosen.get(mark.name) is None:
            return {}
        return {name: like(default) for name, default in mark.defaults(chosen[mark.name]).items()}

    @property
    def takes_python(self) -> bool:
        """Whether what follows the command is an expression of Python."""
        return bool(self.slots) and self.slots[0].kind.mark(Rest) is not None

    # -- help

    @property
    def usage(self) -> str:
        """The command and its words in one line."""
        return " ".join([self.name, *(slot.shown for slot in self.slots)])

    @property
    def summary(self) -> str:
        """The first line of the docstring, in the reader's language."""
        return tr(self._first_line.rstrip("."))

    @property
    def _first_line(self) -> str:
        return (inspect.getdoc(self._handler) or "").partition("\n")[0]

    @property
    def about(self) -> tuple[str, ...]:
        """The paragraphs of the docstring between its first line and its examples, as they stand in the code."""
        text = (inspect.getdoc(self._handler) or "").partition("\nExample:")[0].removeprefix(self._first_line)
        return tuple(text.strip("\n").split("\n\n")) if text.strip() else ()

    @property
    def examples(self) -> tuple[str, ...]:
        """Lines that run one after the other in a new session; the last shows this command."""
        lines = (inspect.getdoc(self._handler) or "").splitlines()
        return tuple(line.strip()[2:] for line in lines if line.strip().startswith("> "))

    def page(self) -> HelpPage:
        """Everything that `help` shows."""
        described = [(slot, tr(slot.kind.help), dict(slot.kind.candidates())) for slot in self.slots]
        rows = [(slot, self._meaning(slot, said, names)) for slot, said, names in described]
        positional = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
        return HelpPage(
            name=self.name,
            usage=self.usage,
            text="\n\n".join([f"{self.summary}.", *map(folded, self.about)]),
            words=tuple((slot.name.upper(), said) for slot, said in rows if slot.form in positional),
            options=tuple((slot.shown.strip("[]"), said) for slot, said in rows if slot.form not in positional),
            examples=self.examples,
        )

    @staticmethod
    def _meaning(slot: Slot, said: str, names: Mapping[str, str]) -> str:
        if names and not slot.flag:
            said += f"{': ' if said else ''}{', '.join(names)}"
        plain = slot.default not in (inspect.Parameter.empty, None, False, "")
        return tr("{said} (default {value})", said=said, value=slot.default) if plain else said

    # -- completion

    def complete(self, text: str, session: Session | None = None) -> list[Candidate]:
        """What may stand where `text`, the words so far, ends; with a session, what it has is offered too."""
        found = words(text)
        last = found.pop() if found and not text[-1:].isspace() else Word("", len(text), quoted=False)
        slots = self.slots
        before = [word.text for word in found if "=" not in word.text and not word.text.startswith("--")]
        name, equals, start = last.text.partition("=")
        if equals and name.removeprefix("--").isidentifier():
            kinds = {slot.name: slot.kind for slot in slots}
            kind = kinds.get(name.removeprefix("--"))
            return [] if kind is None else _matching(kind, start, session, before)
        if found and found[-1].text.startswith("--"):
            waiting = next((slot for slot in slots if f"--{slot.name}" == found[-1].text and not slot.flag), None)
            if waiting is not None:
                return _matching(waiting.kind, last.text, session, before)
        places = [slot for slot in slots if slot.form is inspect.Parameter.POSITIONAL_OR_KEYWORD]
        rest = [slot for slot in slots if slot.form is inspect.Parameter.VAR_POSITIONAL]
        place = (places[len(before) :] or rest)[:1]
        offered = _matching(place[0].kind, last.text, session, before) if place else []
        return [*offered, *self._options(found, last.text, slots)]

    def _options(self, found: list[Word], start: str, slots: list[Slot]) -> list[Candidate]:
        used = {word.text.partition("=")[0].removeprefix("--") for word in found}
        options = {
            (f"--{slot.name}" if slot.flag or slot.kind.mark(File) else f"{slot.name}="): slot.kind.help
            for slot in slots
            if slot.form is inspect.Parameter.KEYWORD_ONLY and slot.name not in used
        }
        places = [slot.name for slot in slots if slot.form is inspect.Parameter.POSITIONAL_OR_KEYWORD]
        chosen = dict(zip(places, [word.text for word in found if "=" not in word.text], strict=False))
        mark = next((found for slot in slots if (found := slot.kind.mark(SettingsOf))), None)
        if mark is not None and chosen.get(mark.name) is not None:
            settings = mark.defaults(chosen[mark.name])
            options |= {
                f"{name}=": tr("default {value}", value=value) for name, value in settings.items() if name not in used
            }
        return matching(options, start)


def _matching(kind: Kind, start: str, session: Session | None, before: Sequence[str]) -> list[Candidate]:
    if kind.mark(File):
        return files(start, kind.mark(File).suffixes)
    if get_origin(kind.bare) is list:
        start = start.rpartition(",")[2].lstrip("[( ")
    return matching(kind.offered(session, before), start)


def command(group: str, *, aliases: tuple[str, ...] = ()) -> Callable[[Handler], Handler]:
    """Make the function below a command of that group, under its own name (without underscores at its ends)."""

    def register(handler: Handler) -> Handler:
        made = Command(handler, group, aliases)
        for name in (made.name, *aliases):
            sessions.registered[name] = made
        return handler

    return register
