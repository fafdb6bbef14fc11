"""What comes out of a line: `Session.run` gives a `Result`, and views draw it.

A result is plain data (numbers, strings, tuples), frozen, so that a terminal, a notebook, a file or a test can read it:
`dataclasses.asdict(result)` is ready for JSON. While a line runs, the session tells of `Echo` and `Progress`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Value:
    """An expression of Python that has a value: its repr."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """One or more sentences about what a command did."""

    text: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """One training step: its number from 1, its loss, and the norm of the whole gradient."""

    step: int
    epoch: int
    loss: float
    gradient: float


@dataclass(frozen=True, slots=True)
class Steps:
    """A few steps, each shown by itself."""

    rows: tuple[StepRow, ...]


@dataclass(frozen=True, slots=True)
class Training:
    """Many steps at once. `stopped`: by the user, before all were done; `trouble`: what is not a number, in words."""

    steps: int
    asked: int
    first_loss: float
    last_loss: float
    seconds: float
    step: int
    epoch: int
    stopped: bool
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """Loss and accuracy (None where there are no classes) on one part of the data."""

    part: str
    examples: int
    loss: float
    accuracy: float | None


@dataclass(frozen=True, slots=True)
class Overview:
    """The session at a glance: (name, what it is) pairs, and scores once there is something to score."""

    rows: tuple[tuple[str, str], ...]
    scores: tuple[Score, ...]
    next: str


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One module: its path, how deep it stands, its class and arguments, the shape that leaves it ('' if unknown)."""

    path: str
    depth: int
    kind: str
    detail: str
    shape: str
    parameters: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The module tree of a network."""

    rows: tuple[LayerRow, ...]
    parameters: int
    trainable: int


@dataclass(frozen=True, slots=True)
class FlowRow:
    """The gradient of one layer: the norm over all its parameters, and the rms of one of them."""

    layer: str
    kind: str
    norm: float
    rms: float


@dataclass(frozen=True, slots=True)
class Flow:
    """Gradient by layer, from input to output, at `step` (0: before any), with a verdict in a word and a sentence."""

    rows: tuple[FlowRow, ...]
    step: int
    verdict: Literal["healthy", "vanishing", "exploding", "dead", "nan"]
    sentence: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A graph: a `repl.drawing.Graph` to show as a tree, or the path of the picture that was written.

    `advice` says, in one line, why that is not the picture that was asked for.
    """

    graph: Any
    path: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """How a gradient passes through one operation: formulas, and the sentence of intuition."""

    name: str
    formula: str
    why: str


@dataclass(frozen=True, slots=True)
class HelpIndex:
    """All commands: (group, ((name, summary), ...)) pairs."""

    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


@dataclass(frozen=True, slots=True)
class HelpPage:
    """One command or topic. `words` and `options` are (name, meaning) pairs; `examples` are lines to type."""

    name: str
    usage: str
    text: str
    words: tuple[tuple[str, str], ...]
    options: tuple[tuple[str, str], ...]
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Farewell:
    """The session is over; the process ends with `code`."""

    code: int


Report = Value | Note | Steps | Training | Overview | Summary | Flow | Drawing | Rule | HelpIndex | HelpPage | Farewell


@dataclass(frozen=True, slots=True)
class Failure:
    """A line that failed. `message` is one sentence; `trace` holds the user's own frames, for a line of Python."""

    kind: Literal["usage", "state", "library", "file", "python", "interrupted"]
    message: str
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What one line did.

    Attributes:
        line: what was typed.
        command: the name of the command, or '' for Python.
        code: the Python that ran, in order; a command's expansion, or the line itself.
        report: what there is to show, or None.
        failure: why it failed, or None.
    """

    line: str
    command: str = ""
    code: tuple[str, ...] = ()
    report: Report | None = None
    failure: Failure | None = None

    @property
    def ok(self) -> bool:
        """Whether the line did what it was asked to."""
        return self.failure is None


@dataclass(frozen=True, slots=True)
class Echo:
    """A command is about to run this line of Python."""

    code: str


@dataclass(frozen=True, slots=True)
class Progress:
    """A training step is done: `done` of `total`, with steps per second and seconds left."""

    done: int
    total: int
    step: int
    epoch: int
    loss: float
    rate: float
    left: float


Event = Echo | Progress
