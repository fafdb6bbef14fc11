"""What a diagnosis says: findings, each with its evidence, a sentence and an experiment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from textwrap import wrap
from types import MappingProxyType

_WIDTH = 96


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is probably wrong.

    `name` says what kind it is, `where` the layer or feature that shows it most, `evidence` the numbers that it rests
    on, `sentence` what they mean and what to do. `experiment` is Python that would confirm it, with the names nn and
    trainer, and where a step of one's own was given net, optimizer and step.

    Example:
        >>> Finding("dead units", "1", {"dead": 0.98}, "98 % of the units are dead.", "nn.diagnosis.race(trainer, ...)")
        dead units in 1
          98 % of the units are dead.
          evidence: dead 0.98
          experiment: nn.diagnosis.race(trainer, ...)
    """

    name: str
    where: str
    evidence: Mapping[str, float | int | str]
    sentence: str
    experiment: str

    def __repr__(self) -> str:
        numbers = ", ".join(f"{name} {_shown(value)}" for name, value in self.evidence.items())
        title = self.name + (f" in {self.where}" if self.where else "")
        lines = [title, *wrap(self.sentence, _WIDTH, initial_indent="  ", subsequent_indent="  ")]
        return "\n".join([*lines, f"  evidence: {numbers}", f"  experiment: {self.experiment}"])


@dataclass(frozen=True, repr=False)
class Diagnosis:
    """All findings, those first that may cause others; it is false when there are none.

    Example:
        >>> Diagnosis(())
        no finding
        >>> bool(Diagnosis(())), Diagnosis(()).names
        (False, ())
    """

    findings: tuple[Finding, ...]
    measured: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def names(self) -> tuple[str, ...]:
        """What was found, without the details."""
        return tuple(finding.name for finding in self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __getitem__(self, name: str | int) -> Finding:
        if isinstance(name, int):
            return self.findings[name]
        return next(finding for finding in self.findings if finding.name == name)

    def __repr__(self) -> str:
        if not self.findings:
            return "no finding"
        return "\n".join(f"{i}. {finding!r}" for i, finding in enumerate(self.findings, 1))


def _shown(value: float | int | str) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
