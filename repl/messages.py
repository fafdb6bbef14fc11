"""The shell's own words in the reader's language: English in the code, other languages in a file each.

    use("ko")
    tr("Took back `{line}`", line="train 100")      '`train 100` 명령을 되돌렸습니다', to be shown now

    note = marked("layer {number}", number=3)       'layer 3', to be kept, and shown in any language:
    said(note)                                      '층 3'

    retold("no parameter is left to learn")         a sentence of autograd or nn, which know no languages

The files in `languages/ko` have one line per text, keyed by the English one; a text that is missing there stays
English. A name in {braces} stands for a value and stays as it is; so does what stands between `backquotes`, which is
typed. What Python and NumPy say is left as it is, and so are names, code and numbers. tests/repl/test_messages.py tells
what is missing, and what no code says any more. The words of the interactive page are in `languages/ko/page`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

LANGUAGES = {"en": "English", "ko": "한국어"}
FOLDER = Path(__file__).with_name("languages")
LONGEST_VALUE = 300  # letters of a value that is itself looked up
_ARTICLES = ("a ", "an ")  # a text of no more than that before a place would fit everything
_PLACE = re.compile(r"\{([A-Za-z_]\w*)\}")


class _Words:
    """The language in use, and its texts by the English ones."""

    language = "en"
    texts: Mapping[str, str] = {}  # replaced as a whole, never changed


def use(language: str) -> None:
    """Speak `language`, one of LANGUAGES, from now on."""
    _Words.texts = {} if language == "en" else catalog(language)
    _Words.language = language


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak `language` in the block: the words around a lesson are in the lesson's language, not in the shell's."""
    before = _Words.language
    if language != before:
        use(language)
    try:
        yield
    finally:
        if language != before:
            use(before)


def language() -> str:
    """The language that is spoken."""
    return _Words.language


class Marked(str):
    """An English text that keeps its form and its values, so that it can be said in any language where it is shown."""

    __slots__ = ("form", "values")
    form: str
    values: Mapping[str, object]


def marked(text: str, /, **values: object) -> str:
    """`text` with `values` in the places of their names, in English, to be translated where it is shown.

    Example:
        >>> marked("layer {number}", number=3)
        'layer 3'
    """
    if isinstance(text, Marked) and not values:
        return text
    made = Marked(text.format(**values) if values else text)
    made.form, made.values = str(text), values
    return made


def joined(between: str, texts: Iterable[str]) -> str:
    """Texts as one, each of which is translated where that is shown.

    Example:
        >>> joined("; ", [marked("layer {number}", number=3), "encoder"])
        'layer 3; encoder'
    """
    parts = {f"part{number}": text for number, text in enumerate(texts)}
    return marked(between.join(f"{{{name}}}" for name in parts), **parts)


def foreign(text: str) -> str:
    """A sentence of autograd or nn among texts that are `marked`: `retold` when it is shown."""
    made = Marked(text)
    made.form, made.values = "", {}
    return made


def said(text: str) -> str:
    """A text that was `marked`, in the reader's language; any other, such as a name that a user gave, as it is."""
    return tr(text) if isinstance(text, Marked) else text


def tr(text: str, /, **values: object) -> str:
    """`text` in the reader's language, with `values` in the places of their names.

    Example:
        >>> tr("Wrote {path}", path="flow.svg")
        'Wrote flow.svg'
    """
    if isinstance(text, Marked) and not values:
        return tr(text.form, **text.values) if text.form else retold(str(text))
    found = _Words.texts.get(text, text)
    if not values:
        return found
    return found.format(**{name: said(value) if isinstance(value, str) else value for name, value in values.items()})


def retold(text: str) -> str:
    """What autograd or nn say, in which the values stand already, by the entry of the catalogue that it fits.

    They know no languages, so their sentences are told apart here, and nowhere else; the shell's own are `marked`. Of
    several entries that fit, the one counts that leaves least to its values. A value of more than one word is itself
    looked up: whole, or if it is a list of such texts, one by one.
    """
    found = _Words.texts.get(text)
    if found is not None or not _Words.texts:
        return found or text
    for texts, names, written in _forms(_Words.language):
        values = _fitted(text, texts, names)
        if values is not None:
            told = {name: _value(value) for name, value in values.items()}
            return _PLACE.sub(lambda place, told=told: told[place[1]], written)  # type: ignore[misc]
    return text


def _fitted(text: str, texts: Sequence[str], names: Sequence[str]) -> dict[str, str] | None:
    """What stands in the places between `texts`, if these are in `text` one after the other, and nothing around them.

    Each value ends where the next text is first found, so the time is that of reading `text` once.
    """
    first, *middle, last = texts
    at, end = len(first), len(text) - len(last)
    if at > end or not text.startswith(first) or not text.endswith(last):
        return None
    values: dict[str, str] = {}
    for name, literal in zip(names, (*middle, None), strict=True):
        until = end if literal is None else text.find(literal, at, end)
        if until < 0 or values.setdefault(name, text[at:until]) != text[at:until]:
            return None
        at = until + len(literal or "")
    return values


def _value(text: str) -> str:
    """A value: one word may be a name that is typed, and stays; what is very long was typed too."""
    if len(text) > LONGEST_VALUE:
        return text
    parts = text.split(", ")
    told = [retold(part) if " " in part else part for part in parts]
    return ", ".join(told) if all(map(str.__ne__, told, parts)) else retold(text) if " " in text else text


def folded(text: str) -> str:
    """A paragraph of a docstring in the reader's language, as one line; where it stays English, as it stands."""
    found = _Words.texts.get(" ".join(text.split()))
    return text if found is None else found


@cache
def _forms(language: str) -> list[tuple[list[str], list[str], str]]:
    """Of each text with places what stands around them, their names, and the translation; the longest first."""
    found = []
    for english, written in catalog(language).items():
        pieces = _PLACE.split(english)  # a text, a name, a text, and so on
        literal = "".join(pieces[::2])
        if len(pieces) > 1 and any(map(str.isalpha, literal)) and literal not in _ARTICLES:
            found.append((pieces[::2], pieces[1::2], written))
    found.sort(key=lambda each: -len("".join(each[0])))
    return found


@cache
def catalog(language: str, part: str = "") -> Mapping[str, str]:
    """The texts of a language by the English ones; read once.

    A `part` is a folder in its folder, with words that are not for `tr` and `retold`: short ones, as of buttons, that
    anything could fit.
    """
    import tomllib  # most sessions need none

    texts: dict[str, str] = {}
    for path in sorted((FOLDER / language / part).glob("*.toml")):
        texts |= tomllib.loads(path.read_text("utf-8"))
    return texts


def from_environment(environment: Mapping[str, str] = os.environ) -> str:
    """The language of the locale; English where it is none of ours.

    Example:
        >>> from_environment({"LANG": "ko_KR.UTF-8"}), from_environment({"LC_ALL": "C", "LANG": "ko_KR.UTF-8"})
        ('ko', 'en')
    """
    chosen = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environment.get(name))), "")
    tongue = chosen.partition(".")[0].partition("_")[0].lower()
    return tongue if tongue in LANGUAGES else "en"
