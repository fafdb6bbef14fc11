"""What was done to a run at the dashboard, as the lines of Python that do the same again.

    journal = Journal()
    journal.ran(100), journal.ran(23), journal.set_rates([0.015]), journal.rewound(10)
    journal.lines           ('trainer.run(123)', 'optimizer.param_groups[0]["lr"] = 0.015', 'trainer.rewind(10)')

Runs that follow one another are one; of rates that no step used only the last is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Run:
    steps: int


@dataclass(frozen=True, slots=True)
class _Rates:
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Rewind:
    steps: int


class Journal:
    """The doings so far, in order. `made` counts the steps, those that were gone back over included.

    Example:
        >>> journal = Journal()
        >>> journal.ran(2), journal.set_rates([0.1]), journal.set_rates([0.2]), journal.ran(1), journal.made
        (None, None, None, None, 3)
        >>> journal.lines
        ('trainer.run(2)', 'optimizer.param_groups[0]["lr"] = 0.2', 'trainer.run(1)')
    """

    def __init__(self) -> None:
        self._doings: list[_Run | _Rates | _Rewind] = []
        self.made = 0

    def ran(self, steps: int) -> None:
        """So many steps were made."""
        self.made += steps
        last = self._doings[-1] if self._doings else None
        if isinstance(last, _Run):
            self._doings[-1] = _Run(last.steps + steps)
        elif steps:
            self._doings.append(_Run(steps))

    def set_rates(self, values: Sequence[float]) -> None:
        """The learning rates of the optimiser's groups were set."""
        if self._doings and isinstance(self._doings[-1], _Rates):
            self._doings.pop()
        self._doings.append(_Rates(tuple(values)))

    def rewound(self, steps: int) -> None:
        """The run went back by so many steps."""
        last = self._doings[-1] if self._doings else None
        if isinstance(last, _Rewind):
            self._doings[-1] = _Rewind(last.steps + steps)
        else:
            self._doings.append(_Rewind(steps))

    @property
    def lines(self) -> tuple[str, ...]:
        """The doings as Python, of a `trainer` and its `optimizer`."""
        return tuple(line for each in self._doings for line in _spelled(each))


def _spelled(doing: _Run | _Rates | _Rewind) -> list[str]:
    if isinstance(doing, _Run):
        return [f"trainer.run({doing.steps})"]
    if isinstance(doing, _Rewind):
        return [f"trainer.rewind({doing.steps})"]
    return [f'optimizer.param_groups[{place}]["lr"] = {value!r}' for place, value in enumerate(doing.values)]
