"""What commands show: one frozen record for each kind of report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

from .debugging import Check, Debugged, Gradient, Paths, Stop, TapeView
from .keeping import Checkup, Recovered
from .living import Lived
from .tutoring import Comparing, Counterfactual, Findings, GradientCheck, Swept


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
    """One training step: its number from 1, its loss, the norm of the whole gradient, and what `watch` asked for."""

    step: int
    epoch: int
    loss: float
    gradient: float
    watched: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Steps:
    """A few steps, each shown by itself."""

    rows: tuple[StepRow, ...]


@dataclass(frozen=True, slots=True)
class Training:
    """Many steps at once. `stopped`: by the user, before all were done; `trouble`: what is not a number, in words.

    `goal` says of `train until` what was reached, or that it was not; `watched` is what `watch` asked for, at the end.
    """

    steps: int
    asked: int
    first_loss: float
    last_loss: float
    seconds: float
    step: int
    epoch: int
    stopped: bool
    trouble: str = ""
    goal: str = ""
    watched: tuple[tuple[str, str], ...] = ()


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


FlowVerdict = Literal["healthy", "vanishing", "exploding", "flat", "dead", "nan"]


@dataclass(frozen=True, slots=True)
class Flow:
    """Gradient by layer, from input to output, at `step` (0: before any), with a verdict in a word and a sentence."""

    rows: tuple[FlowRow, ...]
    step: int
    verdict: FlowVerdict
    sentence: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A graph: a `repl.drawing.Graph` to show as a tree, or the path of the picture that was written.

    `advice` says, in one line, why that is not the picture that was asked for.
    """

    graph: Any
    path: str = ""
    advice: str = ""


@runtime_checkable
class Picture(Protocol):
    """What is drawn as wide as the screen is, with a sentence on how to read it: a plot of `repl.plots`."""

    @property
    def reading(self) -> str:
        """How to read it."""
        ...

    def text(self, *, width: int | None = None, most: int | None = None, pen: Any = None) -> str:
        """It as lines of text."""
        ...


@dataclass(frozen=True, slots=True)
class Plotted:
    """A plot to show, or the path of the picture that was written."""

    plot: Picture | None
    path: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """What explains something: the rule of its operation and the sentence of intuition, '' if it has none.

    `about` is what its documentation says, `source` the paper, `here` the places in this session, `more` a command,
    `code` the rule as it was written, of an op of the learner's own.
    """

    name: str
    formula: str
    why: str
    about: str = ""
    source: str = ""
    here: tuple[str, ...] = ()
    more: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class HelpIndex:
    """All commands: (group, ((name, summary), ...)) pairs; `full` if each is to have a line, whatever the screen."""

    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    full: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """What an object is: its class, what it is in a few words, its signature, docstring, source, and where that stands.

    `also` is a command that shows more of that name, or ''.
    """

    name: str
    kind: str
    about: str
    signature: str
    text: str
    source: str
    place: str
    also: str


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
class LessonRow:
    """One lesson in the list: how many of its `cells` the reader has seen, and whether it was read to the end."""

    number: int
    title: str
    seen: int
    cells: int
    done: bool


@dataclass(frozen=True, slots=True)
class LessonIndex:
    """All lessons."""

    rows: tuple[LessonRow, ...]


@dataclass(frozen=True, slots=True)
class LessonPage:
    """A page of a lesson: `cells` (of `repl.lessons.cells`) to show, and `lines` that whoever shows it then runs.

    `waits`: what the page asks of the reader, if it asks; `seen` of `total` cells lie behind. `language` is the
    lesson's own, which the words around it are in too.
    """

    number: int
    title: str
    cells: tuple[Any, ...]
    lines: tuple[str, ...]
    waits: Literal["", "predict", "exercise"]
    seen: int
    total: int
    language: str = "en"


@dataclass(frozen=True, slots=True)
class LessonVerdict:
    """What became of an answer. `given` is None when the reader asked to be told; `answer` is '' if it stays open."""

    given: str | None
    right: bool
    answer: str
    because: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Farewell:
    """The session is over; the process ends with `code`."""

    code: int


@dataclass(frozen=True, slots=True)
class Cleared:
    """The screen is to be empty, where there is one."""


Report = (
    Value | Look | Note | Steps | Training | Overview | Summary | Flow | Drawing | Plotted | Rule | HelpIndex | HelpPage
    | Farewell | LessonIndex | LessonPage | LessonVerdict | Stop | Paths | Check | TapeView | Gradient | Debugged
    | Recovered | Checkup | Cleared
    | Lived | Findings | Counterfactual | GradientCheck | Comparing | Swept
)  # fmt: skip
