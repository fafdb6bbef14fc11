"""What the tutor shows: findings with their evidence, an experiment that was run, gradients that were checked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One thing that is probably wrong: `evidence` are (name, number) pairs, `experiment` Python that would show it.

    `cure`: the commands that make the change which the experiment tries.
    """

    number: int
    name: str
    where: str
    sentence: str
    evidence: tuple[tuple[str, str], ...]
    experiment: str
    cure: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """What a look at the run found; none on a healthy one. `looked` says at what."""

    rows: tuple[FindingRow, ...]
    looked: str


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """A finding put to the test: the run as it is, and with one thing changed, from the same place.

    The losses are means over the last `averaged` steps, 0 for one measured at the end; `spreads` is by how much they
    deviate from step to step, and where it is not `clear` they differ by no more than that explains. Where it is not
    `decided` more steps may tell.
    """

    finding: str
    change: str
    steps: int
    measure: str
    as_it_is: float
    changed: float
    confirmed: bool
    clear: bool
    decided: bool
    averaged: int
    spreads: tuple[float, float]
    losses: tuple[float, ...]
    losses_changed: tuple[float, ...]
    cure: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GradientRow:
    """One parameter: backpropagation's number and the central difference, where they differ most."""

    parameter: str
    elements: int
    engine: float
    measured: float
    error: float
    right: bool
    corners: int
    faint: int


@dataclass(frozen=True, slots=True)
class GradientCheck:
    """A whole network against central differences."""

    rows: tuple[GradientRow, ...]
    tolerance: float


@dataclass(frozen=True, slots=True)
class ComparedRun:
    """One setting of a comparison; `accuracy` is None without classes, `fate` says what became of it.

    Where it is `tied`, it ends above the best by no more than the noise.
    """

    name: str
    losses: tuple[float, ...]
    loss: float
    accuracy: float | None
    fate: str
    error: str
    best: bool
    tied: bool = False


@dataclass(frozen=True, slots=True)
class Comparing:
    """Runs side by side; `path` is the picture that was written, if one was."""

    rows: tuple[ComparedRun, ...]
    steps: int
    sentence: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Swept:
    """Many runs as a table, the best first; the last column is what ended a run early. `failed` counts those."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    failed: int
