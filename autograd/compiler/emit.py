"""A program as Python source: one line for each call, with the memory it works on made beforehand.

Every function and array is a local variable of the compiled function, which Python finds fastest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from .liveness import Layout
from .program import Call, Recording, arrays_in
from .traced import as_arrays

_LITERALS = (bool, int, type(None), str)


class Differs(Exception):  # noqa: N818  # a message from a program to who runs it
    """A check came out otherwise than when the program was recorded."""


def _copy_all(outs: Any, results: Any, picks: Any) -> None:
    """Put several results in their places."""
    arrays = list(arrays_in(as_arrays(results)))
    for out, i in zip(outs, picks, strict=True):
        np.copyto(out, arrays[i])


@dataclass(slots=True)
class Program:
    """A function without arguments, and the text that it was made from."""

    run: Callable[[], None]
    source: str
    layout: Layout


class _Writer:
    def __init__(self, recording: Recording, layout: Layout) -> None:
        self.recording, self.layout = recording, layout
        self.variables: dict[str, Any] = {}
        self._names: dict[Any, str] = {}
        self._kept: list[Any] = []

    def name(self, key: Any, stem: str, value: Any) -> str:
        """The variable for a value, made at its first use."""
        if key not in self._names:
            taken = stem
            while taken in self.variables or taken == "a":
                taken = f"{stem}{len(self._names)}" if taken == stem else f"{taken}_"
            self._names[key] = taken
            self.variables[taken] = value
            self._kept.append(value)
        return self._names[key]

    def array(self, array: Any) -> str:
        memory = self.recording.places.find(array)
        placed = array if memory is None else self.layout.at(array, memory)
        where = placed.__array_interface__
        key = (where["data"][0], placed.shape, placed.strides, placed.dtype.str)
        return self.name(key if array.size else id(array), "a", placed)

    def argument(self, x: Any) -> str:
        """An argument as source."""
        if isinstance(x, np.ndarray):
            return self.array(x)
        if isinstance(x, _LITERALS) or (type(x) is float and isfinite(x)):
            return repr(x)
        if isinstance(x, np.generic):
            return self.array(np.asarray(x))
        if isinstance(x, tuple) and hasattr(x, "_make"):
            return f"{self.name(('class', type(x)), type(x).__name__, type(x))}({', '.join(map(self.argument, x))})"
        if isinstance(x, tuple):
            return f"({''.join(self.argument(item) + ', ' for item in x)})"
        if isinstance(x, list):
            return f"[{', '.join(map(self.argument, x))}]"
        if isinstance(x, slice):
            return f"slice({self.argument(x.start)}, {self.argument(x.stop)}, {self.argument(x.step)})"
        if isinstance(x, dict):
            return f"{{{', '.join(f'{k!r}: {self.argument(v)}' for k, v in x.items())}}}"
        self._kept.append(x)
        return self.name(("object", id(x)), "k", x)

    def function(self, function: Any) -> str:
        self._kept.append(function)
        stem = getattr(function, "__qualname__", getattr(function, "__name__", "f"))
        stem = "".join(c if c.isalnum() else "_" for c in stem.replace("ndarray.", "").replace("<lambda>", "rule"))
        if getattr(function, "__name__", "") == "reduce":
            stem = f"{function.__self__.__name__}_reduce"
        home = id(getattr(function, "__self__", None)) if stem.endswith("_reduce") else id(function)
        return self.name(("function", home, stem), stem.strip("_"), function)

    def line(self, call: Call) -> str:
        """A call as source."""
        given = [self.argument(x) for x in call.args]
        given += [f"{name}={self.argument(x)}" for name, x in call.options.items()]
        done = f"{self.function(call.function)}({', '.join(given)})"
        if call.style == "check":
            differs = self.name("differs", "Differs", Differs)
            return f"if {'not ' if call.expected else ''}{given[0]}: raise {differs}"
        if call.style == "plain":
            return done
        if not call.picks:
            return f"{self.function(np.copyto)}({self.array(call.writes[0])}, {done})"
        outs = "".join(f"{self.array(out)}, " for out in call.writes)
        return f"{self.name('copy_all', 'copy_all', _copy_all)}(({outs}), {done}, {call.picks})"


def write(recording: Recording, calls: list[Call]) -> Program:
    """Make the function of a program."""
    layout = Layout(calls)
    writer = _Writer(recording, layout)
    lines: list[tuple[str, str]] = [(writer.line(call), call.origin) for call in layout.calls]
    body, indent = [], "    "
    updating, last = False, ""
    for call, (line, origin) in zip(layout.calls, lines, strict=True):
        if call.update != updating:
            updating = call.update
            indent = "        " if updating else "    "
            if updating:
                quiet = writer.name("errstate", "errstate", np.errstate)
                body.append(f"    with {quiet}(all='ignore'):  # an overflow shows in the values")
        if origin != last:
            body.append(f"{indent}# {origin}")
            last = origin
        body.append(indent + line)
    text = "\n".join(body) or "    pass"
    known = writer.variables
    code = f"def run({', '.join(f'{name}={name}' for name in known)}):\n{text}\n"
    scope = dict(known)
    exec(compile(code, "<autograd.compile>", "exec"), scope)
    return Program(scope["run"], _listing(writer, text), layout)


def _listing(writer: _Writer, text: str) -> str:
    notes = [
        f"# {name}: {value.dtype} {value.shape}" + (f" = {value}" if not value.ndim and value.dtype.kind != "O" else "")
        for name, value in writer.variables.items()
        if isinstance(value, np.ndarray)
    ]
    return "\n".join([*notes, "def run():", text, ""])
