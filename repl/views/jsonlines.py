"""Writes results as JSON, a line each, for other programs: `chainrule --json -c "data iris"`.

    {"line": "1 + 1", "command": "", "code": ["1 + 1"], "report": {"type": "Value", "text": "2"}, "failure": null, ...}

`report` has the fields of the report's record, and `type`, its name; `printed` is what the line itself printed.
Numbers that are not finite are the strings "nan", "inf" and "-inf", arrays are lists, and what has no form in JSON is
its text. What is no result, such as a word on the configuration file, goes to standard error.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import math
from collections.abc import Mapping
from typing import Any

from ..results import Event, Result
from ..session import Session
from .screen import Screen
from .transcript import PROMPT

MOST_LETTERS = 20_000  # of the text of an object that has no form of its own


class JsonLines:
    """What prints results when JSON is asked for; the same calls as `Transcript`."""

    def __init__(self, out: Screen, err: Screen) -> None:
        self.out, self.err = out, err

    def dress(self, colours: str) -> None:
        """JSON has no colours."""

    def listen(self, event: Event) -> None:
        """Progress is not a result."""

    def typed(self, unit: str, prompt: str = PROMPT) -> None:
        """The line stands in its result."""

    def run(self, session: Session, unit: str, where: str = "") -> Result:
        """Run a line, and the lines that it asks for; the last result."""
        result = self._run(session, unit)
        for line in result.follow:
            result = self._run(session, line)
            if not result.ok:
                break
        return result

    def _run(self, session: Session, line: str) -> Result:
        """Run one line; what it prints goes into its record, for between the records it would be no JSON."""
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            result = session.run(line)
        self.show(result, printed=printed.getvalue())
        return result

    def show(self, result: Result, where: str = "", printed: str = "") -> None:
        """Write one line; nothing for a line that is empty or a comment."""
        nothing = result.report is None and result.failure is None and not result.code
        if not nothing:
            self.out.stream.write(json.dumps({**plain(result), "printed": printed}) + "\n")
            self.out.stream.flush()


def plain(value: Any) -> Any:
    """A value as JSON has it.

    Example:
        >>> plain((1, float("nan"), {"a": None}))
        [1, 'nan', {'a': None}]
    """
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _record(value)
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(each) for each in value]
    if hasattr(value, "tolist"):  # an array, or a number of NumPy's
        return plain(value.tolist())
    text = str(value)
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}..."


def _record(value: Any) -> dict[str, Any]:
    fields = {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    module = type(value).__module__
    return {"type": type(value).__name__, **fields} if not isinstance(value, Result) and "repl" in module else fields
