"""Writes a session as a Python script that runs without the shell and gives the same numbers.

What a command expanded to stands under the command as a comment, so the script reads as the session did. Lines of
Python are as they were typed; where the shell showed a value, the script prints it.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from .session import Entry

FIRST_LINE = "# A chainrule session, written by `export`."
BLAS = "OPENBLAS_NUM_THREADS"  # which the command `chainrule` sets


def written(
    history: Sequence[Entry],
    preloaded: Mapping[str, str],
    gone: Collection[str] = (),
    environment: Mapping[str, str] = os.environ,
) -> str:
    """The script for what was run.

    Args:
        history: what was run.
        preloaded: the names that the shell brings, as `module:attribute`.
        gone: names that were taken back: a line of Python that used one could not run again.
        environment: the variables of the session; with another number of threads BLAS adds up in another order.
    """
    body: list[str] = []
    missing = _Missing(gone)
    last_used = any(re.search(r"\b_\b", source) for entry in history if not entry.command for source in entry.code)
    for entry in history:
        lacking = missing.of(entry)
        if entry.command:
            body.append(f"\n# {entry.line.strip()}")
            body += entry.code
        elif lacking:
            body.append(f"# The next used {', '.join(lacking)}, which was taken back:")
            body += [f"# {line}" for line in entry.code[0].split("\n")]
        else:
            body += _python(entry, last_used=last_used)
    text = "\n".join(body)
    imports = list(_imports(text, preloaded))
    suppress = ["from contextlib import suppress", ""] if "with suppress(" in text else []
    gap = [""] if imports else []
    count = environment.get(BLAS, "")
    told = f'os.environ.setdefault("{BLAS}", "{count}")  # as in the session; it counts when NumPy is loaded'
    threads = ["import os", "", told, ""] if imports and count.isdecimal() else []
    return "\n".join([FIRST_LINE, "", *threads, *suppress, *imports, *gap, text.strip("\n").rstrip(), ""])


class _Missing:
    """Which names that were taken back a script does not have, line by line."""

    def __init__(self, gone: Collection[str]) -> None:
        self._names = set(gone)

    def of(self, entry: Entry) -> list[str]:
        """Those that an entry uses; what it would have bound is then missing too, or else is there from then on."""
        if not self._names:
            return []
        used, bound = set[str](), set[str]()
        for source in entry.code:
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Name):
                    (used if isinstance(node.ctx, ast.Load) else bound).add(node.id)
                elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                    bound.add(node.name)
                elif isinstance(node, ast.alias):
                    bound.add((node.asname or node.name).partition(".")[0])
        lacking = sorted(used & self._names) if not entry.command else []
        self._names = self._names | bound if lacking else self._names - bound
        return lacking


def _imports(text: str, preloaded: Mapping[str, str]) -> Iterator[str]:
    """The lines that import what the text mentions, as one would write them: NumPy first."""
    words = set(re.findall(r"\w+", text))
    by_module: dict[str, list[str]] = {}
    for name, source in preloaded.items():
        module, _, attribute = source.partition(":")
        if name not in words:
            continue
        if attribute:
            by_module.setdefault(module, []).append(name if attribute == name else f"{attribute} as {name}")
        else:
            yield f"import {module}" if module == name else f"import {module} as {name}"
    for module, names in by_module.items():
        yield f"from {module} import {', '.join(names)}"


def _python(entry: Entry, *, last_used: bool) -> Iterable[str]:
    (source,) = entry.code
    if entry.error == "KeyboardInterrupt":
        yield "# The next was interrupted in the session, at a place that a script cannot know:"
        yield "\n".join(f"# {line}" for line in source.split("\n"))
    elif entry.error:
        # it may have changed something before it failed: so it must here
        tree = ast.parse(source)
        guard = ast.parse("with suppress(Exception):\n    pass").body[0]
        assert isinstance(guard, ast.With)
        guard.body = tree.body
        yield f"# {entry.error} in the session"
        yield ast.unparse(guard)
    elif entry.shown:
        yield _printing(source, last_used=last_used)
    else:
        yield source


def _printing(source: str, *, last_used: bool) -> str:
    """The source with its last expression printed; what stands before it is left as it was written."""
    last = ast.parse(source).body[-1]
    lines = source.encode().split(b"\n")  # the offsets of a syntax tree count bytes
    head = b"\n".join([*lines[: last.lineno - 1], lines[last.lineno - 1][: last.col_offset]]).decode()
    expression = ast.get_source_segment(source, last) or ""
    if last_used:
        return f"{head}_ = ({expression})\nif _ is not None:\n    print(repr(_))"
    return f"{head}print(repr({expression}))"
