"""Colours for the line that is being typed: commands and their options, Python, brackets and strings that are open.

spans(session, "net 64 relu seed=3")      [("command", "net"), ("", " "), ("number", "64"), ...]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator

from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.lexers import Lexer

from .. import language
from ..scanning import Token, open_brackets, scan
from ..session import Session

Span = tuple[str, str]  # a part of `themes`, or '', and the text

_STYLED = ("keyword", "builtin", "string", "number", "comment")
_WORD = re.compile(
    r"""(?P<comment>(?<!\S)\#.*)|(?P<string>"[^"]*"?|'[^']*'?)|(?P<option>--[\w-]+|[A-Za-z_]\w*(?==(?!=)))
    |(?P<number>(?<![\w.@])[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.@]))|(?P<other>\w+|\s+|.)""",
    re.VERBOSE,
)


def spans(session: Session, text: str) -> list[list[Span]]:
    """The pieces of each line of `text`, with what each is; together they are the text."""
    tokens = scan(text)
    opened = {tokens[place].start for place in open_brackets(tokens)} if "\n" not in text else set()
    inside, start = _inside(tokens), 0
    found: list[list[Span]] = []
    for line, python in zip(text.split("\n"), _python(tokens, opened), strict=True):
        parsed = None if start in inside else _command(session, line)
        words = python if parsed is None else _words(session, line, parsed)
        found.append([span for span in words if span[1]])
        start += len(line) + 1
    return found


def _inside(tokens: list[Token]) -> set[int]:
    """The starts of lines that go on with a string or brackets from above: they are Python, whatever they look like."""
    found: set[int] = set()
    depth = 0
    for token in tokens:
        if token.kind == "operator":
            depth = max(0, depth + (token.text in "([{") - (token.text in ")]}"))
        if depth or token.kind == "string":
            found.update(token.start + place + 1 for place, letter in enumerate(token.text) if letter == "\n")
    return found


def _command(session: Session, line: str) -> language.Command | None:
    if session.mode is not None:
        name, _, rest = line.strip().partition(" ")
        return language.Command(name, rest)
    parsed = session.parse(line)
    return parsed if isinstance(parsed, language.Command) else None


def _python(tokens: list[Token], opened: Container[int] = ()) -> list[list[Span]]:
    """The pieces of each line; brackets that begin at a place in `opened` stand out."""
    lines: list[list[Span]] = [[]]
    for token in tokens:
        style = "open" if token.start in opened else token.kind if token.kind in _STYLED else ""
        first, *more = token.text.split("\n")
        lines[-1].append((style, first))
        lines += [[(style, part)] for part in more]
    return lines


def _words(session: Session, line: str, parsed: language.Command) -> Iterator[Span]:
    head = re.match(r"(\s*)([%?!]*)(\w*)", line)
    assert head is not None  # all of it may be empty
    yield "", head[1]
    yield "escape", head[2]
    rest = line[head.end() :]
    takes_python = getattr(session.commands.get(parsed.name), "takes_python", False)
    if head[2].startswith(("?", "!")) or rest.endswith("?"):
        yield "", head[3] + rest.rstrip("?")
        yield "escape", rest[len(rest.rstrip("?")) :]
        return
    yield "command", head[3]
    if takes_python:
        yield from _python(scan(rest))[0]
        return
    for match in _WORD.finditer(rest):
        yield (match.lastgroup or "").replace("other", ""), match.group()


class SessionLexer(Lexer):
    """The spans as prompt_toolkit wants them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        """A function from the number of a line to its pieces."""
        lines = spans(self._session, document.text)

        def line(number: int) -> StyleAndTextTuples:
            pieces = lines[number] if number < len(lines) else []
            return [(f"class:{style}" if style else "", text) for style, text in pieces]

        return line
