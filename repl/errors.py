"""The exceptions that the shell raises: catch `ReplError` to catch them all.

Every message has the form that all of chainrule's errors have: `Where: got X; expected Y; do Z.`
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from .messages import language, marked, retold, tr

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`")
_WORDS = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")  # of a sentence; a value of the program may have spaces too
LONGEST_GOT = 500  # characters of what was typed that an error repeats
MOST_LISTED = 20  # names that an error lists; beyond that, help does


class ReplError(Exception):
    """The root of every exception that the shell raises on purpose."""


class UsageError(ReplError, ValueError):
    """A command was called with a word, an option or a value that it does not know."""


class StateError(ReplError, RuntimeError):
    """A command needs something that the session does not have yet, or that does not fit the rest of it."""


class FileError(ReplError, OSError):
    """A file could not be read or written."""


def message(where: str, got: str, expected: str, do: str) -> str:
    """Join the four parts of an error; the twin of `autograd.errors.message`, which would pull NumPy in.

    Each part is a text as the catalogue has it, which is looked up here, or one with values in it, which `tr` told.

    Example:
        >>> message("train", "-5 steps", "1 or more", "say `train 200`")
        'train: got -5 steps; expected 1 or more; say `train 200`.'
    """
    parts = {"got": _shortened(tr(got)), "expected": tr(expected), "do": tr(do)}
    text = tr("{where}: got {got}; expected {expected}; {do}", where=where, **parts)
    return text + ("" if do.endswith("?") else ".")


def _shortened(got: str) -> str:
    half = LONGEST_GOT // 2
    return got if len(got) <= LONGEST_GOT else f"{got[:half]} ... {got[-half:]}"


def retold_message(text: object) -> str:
    """The message of an error of autograd or nn in the reader's language; nothing for any other text.

    Such a message keeps its parts. It stays as it is where the catalogue lacks one that is a sentence: half of it in
    one language and half in another would help nobody.

    Example:
        >>> from autograd.errors import message
        >>> retold_message(message("mean", "(0,)", "one element", "drop the axis"))
        'mean: got (0,); expected one element; drop the axis.'
        >>> retold_message("no such file")
        ''
    """
    parts = getattr(text, "parts", ())
    if not parts:
        return ""
    where, *told = parts
    sentences = [part for part in told if _WORDS.search(_QUOTED.sub("", part))]
    whole = language() != "en" and all(retold(part) != part for part in sentences)
    return message(where, *map(retold, told)) if whole else " ".join(str(text).split())


def closest(word: str, names: Iterable[str]) -> str | None:
    """The one of `names` that `word` was most likely meant for, if any is near: in its letters, or begun with it.

    Example:
        >>> closest("Trian", ["net", "train"]), closest("mul", ["add", "multiply"])
        ('train', 'multiply')
    """
    by_lower: dict[str, str] = {}
    for name in names:
        by_lower.setdefault(name.lower(), name)  # of `tanh` and its alias `Tanh`, the name
    found = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    if not found and len(word) > 1:
        begun = [name for name in by_lower if name.startswith(word.lower())]
        found = begun if len(begun) == 1 else []
    return by_lower[found[0]] if found else None


# What users of IPython type, and what there is for it here.
_MAGICS = {
    "time": marked("say `import time`, or see `train`, which tells the steps a second"),
    "timeit": marked("say `import timeit`, then `timeit.timeit(lambda: net(data.train.x), number=100)`"),
    "who": marked("say `show` for the run, or `sorted(globals())`"),
    "history": marked("press Up, or Ctrl-R to search"),
    "debug": marked("say `graph error` for a forward pass, or `import pdb; pdb.post_mortem(last_error.__traceback__)`"),
    "run": marked("say `exec(open(FILE).read())`, or start with `chainrule -i FILE`"),
    "paste": marked("paste: what is pasted waits for Enter"),
    "reset": marked("leave and start anew; `reset` takes the run back to its first step"),
    "load_ext": marked("leave it out: the shell has its own pictures"),
    "matplotlib": marked("leave it out: plots are drawn here, or written by `--svg`"),
}
_MAGICS |= {"whos": _MAGICS["who"], "hist": _MAGICS["history"], "cpaste": _MAGICS["paste"], "prun": _MAGICS["timeit"]}


# Where the help is on what is no command itself: the configuration file, and what a command calls.
_PAGES = {"config": "set", "activation_function": "plot"}


def unknown_magic(name: str, names: Iterable[str]) -> str:
    """The message for a `%name` that is none of the commands.

    Example:
        >>> unknown_magic("paste", ["train"])
        '%paste: got a magic of IPython; expected a command; paste: what is pasted waits for Enter.'
    """
    if name in _MAGICS:
        return message(f"%{name}", marked("a magic of IPython"), marked("a command"), _MAGICS[name])
    return unknown(f"%{name}", "command", name, names)


def unknown(where: str, kind: str, word: str, names: Iterable[str], *, also: Iterable[str] = ()) -> str:
    """The message for a word that is none of `names`, with "did you mean" where one is near.

    `also` are words that may be meant but are not listed.

    Example:
        >>> unknown("init", "scheme", "kaming", ["kaiming", "xavier"])
        "init: got an unknown scheme 'kaming'; expected one of kaiming, xavier; did you mean kaiming?"
    """
    known = list(names)
    near = closest(word, [*known, *also])
    topic = _PAGES.get(where, where)
    page = "help" if where == "help" or kind == "command" else f"help {topic}"
    named = {"kind": tr(kind)}
    listed = tr("one of {known}", known=", ".join(known)) if known else tr("no {kind}", **named)
    if len(known) > MOST_LISTED:
        listed = tr("one of the {count} that `{page}` lists", count=len(known), page=page)
    cure = tr("choose one of them, or say `{page}`", page=page)
    if near:
        cure = tr("did you mean {near}?", near=near)
    got = tr("an unknown {kind} {word}", word=repr(word), **named)
    if not known:
        from autograd.errors import article  # here, for it brings NumPy

        cure = tr("leave an {kind} out", **named) if article(kind) == "an" else tr("leave a {kind} out", **named)
    return message(where, got, listed, cure)
