"""Runs a piece of Python in a namespace, and shows its errors with the user's own frames only.

`run(source, namespace, filename)` behaves as a notebook cell does: when the last statement is an expression, its value
comes back. `trace(error)` prints an exception as Python does, without the frames of chainrule, NumPy and Python itself.
"""

from __future__ import annotations

import ast
import linecache
import sysconfig
import traceback
from pathlib import Path
from typing import Any

from .errors import FileError, ReplError, StateError, retold_message
from .results import Failure

NOTHING: Any = object()
"""What `run` gives when the source does not end in an expression."""

MOST_FRAMES = 12
MOST_CHARACTERS = 2_000

_OURS = tuple(str(Path(__file__).resolve().parent.parent / name) for name in ("autograd", "nn", "repl"))
_PYTHONS = tuple({sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")})


def run(source: str, namespace: dict[str, Any], filename: str) -> Any:
    """Run `source`; the value of its last statement if that is an expression, else NOTHING.

    Raises:
        whatever the source raises; SyntaxError when it is not Python.
    """
    linecache.cache[filename] = (len(source), None, [line + "\n" for line in source.split("\n")], filename)
    tree = compile(source, filename, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    assert isinstance(tree, ast.Module)
    last = tree.body[-1] if tree.body else None
    tail = None
    # Both parts are compiled before either runs: a line with an error of syntax changes nothing.
    if isinstance(last, ast.Expr):
        tree.body.pop()
        tail = compile(ast.Expression(last.value), filename, "eval", dont_inherit=True)
    exec(compile(tree, filename, "exec", dont_inherit=True), namespace)
    return NOTHING if tail is None else eval(tail, namespace)


def trace(error: BaseException, source: str) -> str:
    """The traceback of `error`, in Python's form, with the frames of the user's own code only."""
    told = traceback.TracebackException.from_exception(error, limit=-1_000, compact=True)
    _strip(told, alone="\n" not in source)
    lines = "".join(told.format()).rstrip("\n").split("\n")
    return "\n".join(map(_cut, lines))


def _strip(told: traceback.TracebackException, *, alone: bool) -> None:
    frames = [frame for frame in told.stack or [] if _is_the_users(frame.filename)]
    typed = [place for place, frame in enumerate(frames) if frame.filename.startswith("<input")]
    frames = frames[typed[0] :] if typed else frames  # what stands above called the session
    if alone and len(frames) == 1 and frames[0].filename.startswith("<"):
        frames = []  # a line that has just been typed need not be shown again
    told.stack = traceback.StackSummary.from_list(frames[-MOST_FRAMES:])
    if not frames:
        told.stack = None  # type: ignore[assignment]  # the only way to leave out "Traceback (most recent call last)"
    for other in (told.__cause__, told.__context__):
        if other is not None:
            _strip(other, alone=False)


def has_run(error: BaseException) -> bool:
    """Whether any of the source ran before `error`: it may then have changed something."""
    return any(frame.f_code.co_filename.startswith("<input") for frame, _ in traceback.walk_tb(error.__traceback__))


def _is_the_users(filename: str) -> bool:
    if filename.startswith("<"):
        return filename.startswith("<input")
    return not filename.startswith((*_OURS, *_PYTHONS))


def shown(value: object) -> str:
    """The repr of `value`, cut where it would fill the screen many times over, with a word on what was left out."""
    return _cut(repr(value))


def _cut(text: str) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    half = MOST_CHARACTERS // 2
    return f"{text[:half]} ... [{len(text) - 2 * half:,} characters left out] ... {text[-half:]}"


def one_line(error: BaseException) -> str:
    """The message of an exception as one line; its type in front, where the message alone would not say enough."""
    try:
        text = " ".join(str(error).split())
    except Exception:  # noqa: BLE001  # the user's own exception may fail to tell of itself
        text = "<exception str() failed>"  # as Python says
    ours = type(error).__module__.split(".")[0] in ("autograd", "nn", "repl")
    return text if ours and text else f"{type(error).__name__}: {text}" if text else type(error).__name__


def command_failure(name: str, error: BaseException) -> Failure:
    """What went wrong with a command, in words that a user can act on."""
    if isinstance(error, KeyboardInterrupt):
        return Failure("interrupted", f"{name}: interrupted; nothing was changed")
    text = retold_message(next(iter(error.args), "")) or one_line(error)
    if isinstance(error, FileError):
        return Failure("file", text)
    if isinstance(error, ReplError):
        return Failure("state" if isinstance(error, StateError) else "usage", text)
    if not text.startswith(name):
        text = f"{name}: {text}"
    told = trace(error, "")
    return Failure("library", text, told if "<input" in told else "")
