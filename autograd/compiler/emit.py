"""A program as Python source: one line for each call, with the memory it works on made beforehand.

Every function and array is a local variable of the compiled function, which Python finds fastest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import Context
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from .liveness import Layout
from .program import INPUT, Call, Differs, Memory, Recording, arrays_in, location
from .traced import as_arrays

_LITERALS = (bool, int, type(None), str)


def _copy_all(outs: Any, results: Any, picks: Any) -> None:
    """Put several results in their places."""
    arrays = list(arrays_in(as_arrays(results)))
    for out, i in zip(outs, picks, strict=True):
        np.copyto(out, arrays[i])


@dataclass(slots=True)
class Program:
    """A function of those inputs that it reads where they lie, and the text that it was made from.

    `memory` are the bytes that its results share, and those that they would take apart.
    """

    run: Callable[..., None]
    source: str
    memory: tuple[int, int]


class _Writer:
    def __init__(self, recording: Recording, layout: Layout, inputs: Mapping[str, Memory]) -> None:
        self.recording, self.layout = recording, layout
        self.variables: dict[str, Any] = {}
        self.views: dict[str, str] = {}  # of the inputs, by name: how they are made
        self._results: dict[str, tuple[Any, Memory]] = {}  # what is to be looked for in the program's memory
        self._inputs = {id(memory): name for name, memory in inputs.items()}
        self._names: dict[Any, str] = {}
        self._kept: list[Any] = []
        self._reserved = {"a", *inputs}

    def name(self, key: Any, stem: str, value: Any) -> str:
        """The variable for a value, made at its first use."""
        if key not in self._names:
            taken = stem
            while taken in self.variables or taken in self._reserved:
                taken = f"{stem}{len(self._names)}" if taken == stem else f"{taken}_"
            self._names[key] = taken
            self.variables[taken] = value
            self._kept.append(value)
        return self._names[key]

    def array(self, array: Any) -> str:
        memory = self.recording.places.find(array)
        if memory is not None and id(memory) in self._inputs:
            return self._seen(array, memory)
        placed = array if memory is None else self.layout.at(array, memory)
        name = self.name(location(placed) if array.size else id(array), "a", placed)
        if memory is not None:
            self._results.setdefault(name, (array, memory))
        return name

    def settled(self) -> dict[str, Any]:
        """The variables, as soon as the program's memory is there."""
        return self.variables | {name: self.layout.at(*found) for name, found in self._results.items()}

    def _seen(self, array: Any, memory: Memory) -> str:
        """The variable for an input that is read where it lies: as it is, transposed, or as numbers of another kind."""
        name = meaning = self._inputs[id(memory)]
        if not as_it_is(array, memory):
            name, meaning = f"{name}_T", f"{meaning}.T"
        if array.dtype != memory.owner.dtype:
            kind = self.name(("dtype", array.dtype.str), array.dtype.name, array.dtype)
            name, meaning = f"{name}_{kind}", f"{meaning}.view({kind})"
        if meaning in self._inputs.values():
            return name
        while self.views.get(name, meaning) != meaning or name in self._inputs.values() or name in self.variables:
            name += "_"
        self.views[name] = meaning
        self._reserved.add(name)
        return name

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
        if call.function is np.copyto and call.style == "plain" and "where" not in call.options:
            return f"{given[0]}[...] = {given[1]}"  # does the same in three quarters of the time
        given += [f"{name}={self.argument(x)}" for name, x in call.options.items()]
        done = f"{self.function(call.function)}({', '.join(given)})"
        if call.style == "check":
            differs = self.name("differs", "Differs", Differs)
            return f"if {'not ' if call.expected else ''}{given[0]}: raise {differs}"
        if call.style == "plain":
            return done
        if not call.picks:
            return f"{self.array(call.writes[0])}[...] = {done}"
        outs = "".join(f"{self.array(out)}, " for out in call.writes)
        return f"{self.name('copy_all', 'copy_all', _copy_all)}(({outs}), {done}, {call.picks})"


def as_it_is(array: Any, memory: Memory) -> bool:
    """Whether an array is the whole of its memory, not turned."""
    return bool(array.shape == memory.owner.shape and array.strides == memory.owner.strides)


def readable(calls: list[Call], memory: Memory) -> bool:
    """Whether a program can read an input where it lies: it only looks at it, whole or transposed, and not late."""
    if memory.kind != INPUT or memory.pinned:
        return False
    turned = memory.owner.T
    for call in calls:
        if memory in call.makes or (call.update and memory in call.needs):
            return False
        for array in arrays_in([list(call.args), call.options]) if memory in call.needs else ():
            low = array.__array_interface__["data"][0]
            seen = as_it_is(array, memory) or (array.shape == turned.shape and array.strides == turned.strides)
            if memory.low <= low < memory.high and not (seen and array.itemsize == turned.itemsize):
                return False
    return True


def write(recording: Recording, layout: Layout, inputs: Mapping[str, Memory]) -> Program:
    """Make the function of a program; it is given those inputs that it reads where they lie."""
    writer = _Writer(recording, layout, inputs)
    lines = [(writer.line(call), call) for call in layout.calls]
    main: list[str] = [f"    {name} = {meaning}" for name, meaning in writer.views.items()]
    updates: list[list[str]] = []
    body, last, updating = main, "", False
    for line, call in lines:
        if call.update != updating:
            updating, body, last = call.update, main, ""
            if updating:
                body = []
                updates.append(body)
                quietly = writer.name("quietly", "quietly", _quiet().run)
                main.append(f"    {quietly}(update{len(updates)})  # an overflow shows in the values")
        if call.origin != last:
            body.append(f"    # {call.origin}")
            last = call.origin
        body.append(f"    {line}")
    given = ", ".join(inputs)
    text = f"def run({given}{', ' if given else ''}KNOWN):\n" + ("\n".join(main) or "    pass") + "\n"
    text += "".join(f"\n\ndef update{i}(KNOWN):\n" + "\n".join(each) + "\n" for i, each in enumerate(updates, 1))
    local = ", ".join(f"{name}={name}" for name in writer.variables)  # which Python finds fastest
    code = compile(text.replace("KNOWN", local), "<autograd.compile>", "exec")
    layout.make()
    known = writer.settled()
    scope = dict(known)
    exec(code, scope)
    text = text.replace(", KNOWN", "").replace("KNOWN", "")
    return Program(scope["run"], f"{_listing(known)}{text}", (layout.nbytes, layout.unshared))


def _quiet() -> Context:
    """Where NumPy warns of nothing: entered in a sixth of the time of np.errstate."""
    context = Context()
    context.run(np.seterr, all="ignore")
    return context


def _listing(known: Mapping[str, Any]) -> str:
    notes = [
        f"# {name}: {value.dtype} {value.shape}" + (f" = {value}" if not value.ndim and value.dtype.kind != "O" else "")
        for name, value in known.items()
        if isinstance(value, np.ndarray)
    ]
    return "".join(f"{note}\n" for note in notes)
