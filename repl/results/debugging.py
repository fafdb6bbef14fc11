"""What the debugger of the backward pass shows: stops, paths, checks, and stretches of the tape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Amount:
    """An array in numbers: `value` if it has one element, and statistics; `strange` counts what is not finite.

    `element` is what stands at the chosen place, `at`, such as `[0, 3]`; '' where none was chosen. `whole` says that
    it holds integers, such as classes.
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
    whole: bool = False


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

    `source` is the line of the program that computed it, where that was noted. `upstream`, `output` and `operands` are
    (letter, name, numbers) of what the rule gets; `rule` and `why` are as `explain` prints them.
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
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class PathRow:
    """A path from the loss, or `paths` of them that end alike: what they bring, as the `part` of the whole.

    `part` is None where the whole is nothing.
    """

    through: tuple[str, ...]
    paths: int
    share: Amount
    part: float | None


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
