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
class Amount:
    """An array in numbers: `value` if it has one element, and statistics; `strange` counts what is not finite.

    `element` is what stands at the chosen place, `at`, such as `[0, 3]`; '' where none was chosen.
    """

    shape: tuple[int, ...]
    value: float | None
    rms: float
    low: float
    high: float
    zeros: float
    strange: int
    at: str = ""
    element: float | None = None


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one node adds to the gradient of one of its operands.

    Attributes:
        to: the operand, and `letter`, what the rule calls it.
        formula: the rule on this node; `numbers` is the same with the numbers at element `at`, '' if it has none.
        local: the local derivative, of the whole output, or of its element `local_of`.
        added: the contribution, of the operand's shape; `undone` says over which axes it was summed to get that.
        before: the sum so far, None if this is the first; `after` is the sum with it.
        arrived: how many contributions are in, of `expected`.
    """

    to: str
    letter: str
    formula: str
    numbers: str
    at: str
    local: Amount | None
    local_of: str
    added: Amount
    undone: str
    before: Amount | None
    after: Amount | None
    arrived: int
    expected: int


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of the backward pass, `number` of `total`: a node, its complete gradient, and what it hands on.

    `upstream`, `output` and `operands` are (letter, name, numbers) of what the rule gets; `rule` and `why` are as
    `explain` prints them.
    """

    number: int
    total: int
    name: str
    op: str
    expression: str
    module: str
    rule: tuple[str, ...]
    why: str
    upstream: tuple[tuple[str, Amount], ...]
    output: tuple[tuple[str, Amount], ...]
    operands: tuple[tuple[str, str, Amount], ...]
    contributions: tuple[Contribution, ...]
    following: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class PathRow:
    """A path from the loss, or `paths` of them that end alike: what they bring, and which part of the whole it is."""

    through: tuple[str, ...]
    paths: int
    share: Amount
    part: float


@dataclass(frozen=True, slots=True)
class Paths:
    """All paths by which the gradient reaches `target`, largest first; the shares add up to `gradient`."""

    target: str
    gradient: Amount
    count: int
    merged: bool
    rows: tuple[PathRow, ...]


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A number of the engine's beside the finite difference of the same; `what` says of what by what."""

    what: str
    engine: float
    measured: float
    agrees: bool


@dataclass(frozen=True, slots=True)
class Check:
    """Finite differences at one stop."""

    rows: tuple[CheckRow, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class TapeRow:
    """One node as a line: `state` is done, here or ahead; `mark` tells of a break; no gradient while it is ahead."""

    number: int
    expression: str
    value: Amount | None
    gradient: Amount | None
    state: Literal["done", "here", "ahead"]
    mark: bool


@dataclass(frozen=True, slots=True)
class TapeView:
    """A stretch of the tape, with how many nodes are left out above and below it."""

    rows: tuple[TapeRow, ...]
    above: int
    below: int
    upward: bool


@dataclass(frozen=True, slots=True)
class Gradient:
    """What a name in the graph stands for: its value, and its gradient so far, of `expected` contributions."""

    name: str
    value: Amount
    gradient: Amount | None
    arrived: int
    expected: int


@dataclass(frozen=True, slots=True)
class Debugged:
    """The end of a look at a backward pass: the gradients that it left, (name, gradient); none if it was left early."""

    finished: bool
    gradients: tuple[tuple[str, Amount], ...]
    text: str


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

    `waits`: what the page asks of the reader, if it asks; `seen` of `total` cells lie behind.
    """

    number: int
    title: str
    cells: tuple[Any, ...]
    lines: tuple[str, ...]
    waits: Literal["", "predict", "exercise"]
    seen: int
    total: int


@dataclass(frozen=True, slots=True)
class LessonVerdict:
    """What became of an answer. `given` is None when the reader asked to be told; `answer` is '' if it stays open."""

    given: str | None
    right: bool
    answer: str
    because: str


@dataclass(frozen=True, slots=True)
class Farewell:
    """The session is over; the process ends with `code`."""

    code: int


Report = (
    Value | Note | Steps | Training | Overview | Summary | Flow | Drawing | Rule | HelpIndex | HelpPage | Farewell
    | LessonIndex | LessonPage | LessonVerdict
)  # fmt: skip


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

    @property
    def follow(self) -> tuple[str, ...]:
        """Lines that are to be typed and run next: a page of a lesson has some."""
        return self.report.lines if isinstance(self.report, LessonPage) else ()


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
