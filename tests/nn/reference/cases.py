"""What nn is held against PyTorch on: calls that are written the same in both.

A case is a module, with the arguments that make it, or a function of `nn.functional`, and the inputs it is called on.
Inputs, weights and cotangents follow from the case's name, so that only PyTorch's answers have to be stored.
`layer_cases.py`, `function_cases.py` and `loss_cases.py` list the cases.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Draw:
    """An input to be drawn: of which kind, of which shape, and whether its gradient is compared."""

    kind: str
    shape: tuple[int, ...]
    high: int = 0
    tracked: bool = True

    def array(self, rng: np.random.Generator) -> np.ndarray:
        """The input itself."""
        return MAKERS[self.kind](rng, self)


MAKERS = {
    "normal": lambda rng, draw: rng.standard_normal(draw.shape),
    "wide": lambda rng, draw: 4 * rng.standard_normal(draw.shape),
    "positive": lambda rng, draw: rng.uniform(0.2, 3.0, draw.shape),
    "unit": lambda rng, draw: rng.uniform(0.02, 0.98, draw.shape),
    "simplex": lambda rng, draw: _simplex(rng.random(draw.shape), draw.high),
    "log_simplex": lambda rng, draw: np.log(_simplex(rng.random(draw.shape), draw.high)),
    "labels": lambda rng, draw: rng.integers(0, draw.high, draw.shape),
    "signs": lambda rng, draw: rng.choice([-1.0, 1.0], draw.shape),
    "counts": lambda rng, draw: rng.integers(0, 6, draw.shape).astype(float),
    "mask": lambda rng, draw: rng.random(draw.shape) < 0.3,
    "ties": lambda rng, draw: rng.integers(0, 3, draw.shape).astype(float),
    "kinks": lambda rng, draw: np.array([-6.0, -3.0, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 3.0, 6.0, -40.0, 40.0, 25.0]),
}


def _simplex(x: np.ndarray, axis: int) -> np.ndarray:
    return x / x.sum(axis=axis, keepdims=True)


def normal(*shape: int) -> Draw:
    return Draw("normal", shape)


def wide(*shape: int) -> Draw:
    return Draw("wide", shape)


def of(kind: str, *shape: int, high: int = 0, tracked: bool = True) -> Draw:
    return Draw(kind, shape, high, tracked)


def labels(classes: int, *shape: int) -> Draw:
    return Draw("labels", shape, classes, tracked=False)


def signs(*shape: int) -> Draw:
    return Draw("signs", shape, tracked=False)


def mask(*shape: int) -> Draw:
    return Draw("mask", shape, tracked=False)


@dataclass(frozen=True)
class Case:
    """One call: `kind(*args, **options)(*inputs, **call)` for a module, `kind(*inputs, **options)` for a function."""

    kind: str
    inputs: tuple[Any, ...]
    args: tuple[Any, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    call: dict[str, Any] = field(default_factory=dict)
    modes: tuple[str, ...] = ("train",)  # for a module: the modes of its calls, one after the other
    note: str = ""

    @property
    def name(self) -> str:
        """What tells this case from all others."""
        written = [*map(_text, self.args), *(f"{key}={_text(value)}" for key, value in self.options.items())]
        called = [*map(_text, self.inputs), *(f"{key}={_text(value)}" for key, value in self.call.items())]
        modes = "" if self.modes == ("train",) else " " + "-".join(self.modes)
        return f"{self.kind}({', '.join(written)}) on {', '.join(called)}{modes}{self.note}"

    def rng(self, what: str) -> np.random.Generator:
        """Random numbers that belong to this case and to `what`."""
        return np.random.default_rng(zlib.crc32(f"{self.name}/{what}".encode()))

    def drawn(self, value: Any, what: str) -> Any:
        """An input as an array, or what is no input as it is."""
        return value.array(self.rng(what)) if isinstance(value, Draw) else value

    def parameter(self, name: str, shape: tuple[int, ...]) -> np.ndarray:
        """Values for a parameter or buffer: small numbers, for a variance positive ones."""
        rng = self.rng(name)
        return rng.uniform(0.5, 2.0, shape) if "var" in name else 0.5 * rng.standard_normal(shape)

    def cotangent(self, i: int, shape: tuple[int, ...]) -> np.ndarray:
        """What the gradient of output number `i` begins with."""
        return self.rng(f"cotangent {i}").standard_normal(shape)


def _text(value: Any) -> str:
    if isinstance(value, Draw):
        return f"{value.kind}{list(value.shape)}" + (f"<{value.high}" if value.high else "")
    return repr(value)


def call(kind: str, *inputs: Any, **options: Any) -> Case:
    """A function of nn.functional on inputs."""
    return Case(kind, inputs, options=options)


@dataclass(frozen=True)
class Module:
    """A module that cases are made of: `Module("Linear", 3, 2)(normal(4, 3))`."""

    kind: str
    args: tuple[Any, ...]
    options: dict[str, Any]

    def __call__(self, *inputs: Any, modes: tuple[str, ...] = ("train",), **call: Any) -> Case:
        return Case(self.kind, inputs, self.args, self.options, call, modes)


def module(kind: str, *args: Any, **options: Any) -> Module:
    """A module, with the arguments that make it."""
    return Module(kind, args, options)
