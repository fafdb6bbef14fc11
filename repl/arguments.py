"""Turns the words behind a command into the typed arguments of its function.

    optim adam lr=0.01          name="adam", lr=0.01
    graph --svg flow.svg        svg="flow.svg"
    sweep lr=0.1,1              lr=[0.1, 1.0]

What a word may be is written in the function's annotations: int, float, str, bool, Literal, list, `X | None`, and
`Annotated` with the marks below and a sentence that help shows.
"""

from __future__ import annotations

import ast
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from .errors import UsageError, closest, message, unknown
from .messages import marked, tr

if TYPE_CHECKING:
    from .session import Session


@dataclass(frozen=True, slots=True)
class Choice:
    """The word is one of `names()`, a mapping from each word to what it means; `kind` says what such a word is.

    `aliases()` maps other words to these. With `strict=False` words are only offered: the command itself reads them.
    """

    kind: str
    names: Callable[[], Mapping[str, str]]
    aliases: Callable[[], Mapping[str, str]] = dict
    strict: bool = True

    def find(self, where: str, word: str) -> str:
        """The one of the names that `word` is, or is another word for. Raises UsageError when there is none."""
        found = self.named(word)
        if found is None:
            raise UsageError(unknown(where, self.kind, word, self.names(), also=self.aliases()))
        return found

    def named(self, word: str) -> str | None:
        """The same, or None."""
        names, aliases = self.names(), self.aliases()
        for spelling in (word, word.lower().replace("-", "_")):
            if spelling in names:
                return spelling
            if spelling in aliases:
                return aliases[spelling]
        return None


@dataclass(frozen=True, slots=True)
class Existing:
    """The word may name something of the session, such as a layer: `names(session, words)` finds what is there now.

    `words` are those of the command that stand before it. They are offered; the command itself reads the word.
    """

    names: Callable[[Session, Sequence[str]], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The number is at least `least`."""

    least: int


@dataclass(frozen=True, slots=True)
class File:
    """The word is the name of a file; those that end in `suffixes` are offered."""

    suffixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rest:
    """The parameter is Python: all that follows the command, as it was typed."""


@dataclass(frozen=True, slots=True)
class SettingsOf:
    """`**settings` are those that `defaults(word)` knows, where `word` is what was given for the parameter `name`."""

    name: str
    defaults: Callable[[str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a line, without its quotes, and where it begins. `closed` is False for a quote that never ends."""

    text: str
    start: int
    quoted: bool
    closed: bool = True


def words(text: str) -> list[Word]:
    """Cut a line at its spaces; quotes and brackets keep what they hold together.

    Example:
        >>> [word.text for word in words("adam betas=(0.9, 0.99) 'a b.svg'")]
        ['adam', 'betas=(0.9, 0.99)', 'a b.svg']
    """
    found: list[Word] = []
    letters, start, quote, depth, quoted = "", -1, "", 0, False
    for place, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
            letters += letter if quote else ""
        elif letter in "'\"":
            quote, quoted = letter, True
            start = place if start < 0 else start
        elif letter.isspace() and not depth:
            if start >= 0:
                found.append(Word(letters, start, quoted))
            letters, start, quoted = "", -1, False
        else:
            depth = max(0, depth + (letter in "([{") - (letter in ")]}"))
            letters += letter
            start = place if start < 0 else start
    if start >= 0:
        found.append(Word(letters, start, quoted, closed=not quote and not depth))
    return found


def checked_words(where: str, text: str) -> list[Word]:
    """The same, for a line that is about to run. Raises UsageError for a quote or bracket that is never closed."""
    found = words(text)
    if found and not found[-1].closed:
        raise UsageError(message(where, f"{text[found[-1].start :]}", "a quote or bracket that is closed", "close it"))
    return found


@dataclass(frozen=True, slots=True)
class Kind:
    """An annotation, taken apart: the bare type, the marks, and the sentence of help."""

    type: Any
    marks: tuple[Any, ...]
    help: str

    @property
    def optional(self) -> bool:
        """Whether None is allowed."""
        return type(None) in get_args(self.type)

    @property
    def bare(self) -> Any:
        """The type without `| None`."""
        if get_origin(self.type) in (Union, types.UnionType):
            return next(kind for kind in get_args(self.type) if kind is not type(None))
        return self.type

    @property
    def beside(self) -> tuple[str, ...]:
        """The words that may stand in the place of another type's value, as in `int | Literal["auto"]`."""
        if get_origin(self.bare) is Literal:
            return ()
        kinds = get_args(self.type) if get_origin(self.type) in (Union, types.UnionType) else ()
        return tuple(word for kind in kinds if get_origin(kind) is Literal for word in get_args(kind))

    def mark(self, kind: type) -> Any:
        """The first mark of that kind, or None."""
        return next((mark for mark in self.marks if isinstance(mark, kind)), None)

    def candidates(self) -> Mapping[str, str]:
        """The words that are allowed, if they can be listed, with their meaning."""
        if choice := self.mark(Choice):
            names: Mapping[str, str] = choice.names()
            return names
        if get_origin(self.bare) is Literal:
            return dict.fromkeys(map(str, get_args(self.bare)), "")
        return {"yes": "", "no": ""} if self.bare is bool else {}

    def offered(self, session: Session | None, before: Sequence[str]) -> Mapping[str, str]:
        """What may be typed for it: the words that are allowed, and what the session has for it."""
        existing = self.mark(Existing)
        found = existing.names(session, before) if existing and session is not None else {}
        return {**self.candidates(), **dict.fromkeys(self.beside, ""), **found}


def kind_of(annotation: Any) -> Kind:
    """Take an annotation apart."""
    if get_origin(annotation) is not Annotated:
        return Kind(annotation, (), "")
    bare, *marks = get_args(annotation)
    texts = [mark for mark in marks if isinstance(mark, str)]
    return Kind(bare, tuple(mark for mark in marks if not isinstance(mark, str)), " ".join(texts))


_BOOLEANS = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "off": False, "0": False}


def convert(where: str, name: str, text: str, kind: Kind) -> Any:
    """The value that `text` stands for.

    Raises:
        UsageError: it stands for none of this kind.
    """
    if kind.optional and text.lower() == "none":
        return None
    if text.lower() in kind.beside:
        return text.lower()
    if kind.mark(File) is not None and not text.strip():
        raise UsageError(
            message(where, "an empty name", "the name of a file", tr("say `help {where}` for examples", where=where))
        )
    bare = kind.bare
    choice = kind.mark(Choice)
    if choice is not None and choice.strict:
        return choice.find(where, text)
    if get_origin(bare) is Literal:
        if text not in kind.candidates():
            raise UsageError(unknown(where, name, text, kind.candidates()))
        return next(value for value in get_args(bare) if str(value) == text)
    if get_origin(bare) is list:
        element = Kind(get_args(bare)[0], kind.marks, "")
        pieces = text.strip("[]() ").split(",")
        return [convert(where, name, piece.strip(), element) for piece in pieces if piece.strip()]
    value = _scalar(where, name, text, kind)
    least = kind.mark(AtLeast)
    if least and value < least.least:
        expected = _or_beside(tr("{least} or more", least=least.least), kind)
        raise UsageError(message(where, f"{name} {text}", expected, tr("say `help {where}` for examples", where=where)))
    return value


def _scalar(where: str, name: str, text: str, kind: Kind) -> Any:
    read, expected = _READERS.get(kind.bare, (literal, marked("a value")))
    try:
        return read(text)
    except (ValueError, KeyError):
        near = closest(text, kind.beside)
        cure = tr("did you mean {near}?", near=near) if near else tr("say `help {where}` for examples", where=where)
        raise UsageError(message(where, f"{name} {text!r}", _or_beside(tr(expected), kind), cure)) from None


def _or_beside(expected: str, kind: Kind) -> str:
    """What is expected, and the words that may stand in its place."""
    return (
        tr("{expected}, or the word {words}", expected=expected, words=", ".join(kind.beside))
        if kind.beside
        else expected
    )


def literal(text: str) -> Any:
    """A number, a tuple, True, None or whatever Python literal `text` is; else `text` itself.

    Example:
        >>> literal("0.9, 0.99"), literal("mean"), literal("no")
        ((0.9, 0.99), 'mean', False)
    """
    if text.lower() in ("yes", "no", "true", "false"):
        return _BOOLEANS[text.lower()]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text


_READERS: dict[Any, tuple[Callable[[str], Any], str]] = {
    int: (int, marked("a whole number")),
    float: (float, marked("a number")),
    bool: (lambda word: _BOOLEANS[word.lower()], marked("yes or no")),
    str: (str, marked("text")),
}


def like(default: Any) -> Kind:
    """The kind of a value that may stand in the place of `default`."""
    if isinstance(default, (bool, int, float, str)):
        return Kind(type(default), (), "")
    return Kind(object, (), "")
