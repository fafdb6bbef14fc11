"""What `train until` waits for: `acc>0.95` on the test data, `loss<0.1` on the training data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ..errors import StateError, UsageError, message
from ..messages import marked, tr

_GOAL = re.compile(r"(acc|accuracy|loss)\s*([<>]=?)\s*([-+.\deE]+)(%?)\Z")
_EXPECTED = marked("acc>VALUE or loss<VALUE")


@dataclass(frozen=True, slots=True)
class Goal:
    """A measure, and the bound that it has to pass, upward for the accuracy and downward for the loss."""

    name: str
    sign: str
    bound: float

    @property
    def text(self) -> str:
        """As it was asked for."""
        return f"{self.name}{self.sign}{self.bound:g}"

    @property
    def waiting(self) -> str:
        """The condition in Python as long as it is not reached. A loss that is not a number ends the waiting too."""
        opposite = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}[self.sign]
        measure = "data.test).accuracy" if self.name == "acc" else "data.train).loss"
        return f"trainer.evaluate({measure} {opposite} {self.bound!r}"

    def measured(self, trainer: Any, data: Any) -> float:
        """The measure now."""
        found = trainer.evaluate(data.test if self.name == "acc" else data.train)
        return float(found.accuracy if self.name == "acc" else found.loss)

    def reached(self, value: float) -> bool:
        """Whether a value passes the bound."""
        signs = {">": value > self.bound, ">=": value >= self.bound, "<": value < self.bound, "<=": value <= self.bound}
        return signs[self.sign]


def read(text: str, data: Any) -> Goal:
    """The goal that `text` states, such as `acc>95%`.

    Raises:
        UsageError: it states none, or one that can't be missed.
        StateError: the data have no classes to be accurate about, or no test part.
    """
    found = _GOAL.match(text)
    if found is None:
        got = repr(text) if text else "nothing after until"
        raise UsageError(message("train", got, _EXPECTED, "try `train until acc>0.95`"))
    name, sign, number, percent = found.groups()
    name = "acc" if name == "accuracy" else name
    try:
        bound = float(number) / (100 if percent else 1)
    except ValueError:
        raise UsageError(
            message("train", repr(number), "a number", tr("try `train until {name}{sign}0.1`", name=name, sign=sign))
        ) from None
    if (name == "acc") != (sign[0] == ">"):
        do = "accuracy rises and the loss falls: turn the sign round"
        raise UsageError(message("train", repr(text), _EXPECTED, do))
    if name == "acc" and (bound > 1 or (bound == 1 and sign == ">")):
        do = (
            "try `train until acc>=1`"
            if bound == 1
            else tr("try `train until acc>{bound}`, or {bound2}%", bound=f"{bound / 100:g}", bound2=f"{bound:g}")
        )
        raise UsageError(message("train", repr(text), "an accuracy, from 0 to 1", do))
    if name == "acc" and data.classes is None:
        got = tr("acc, but the targets of {name} are numbers", name=data.name)
        raise StateError(message("train", got, "a goal for the loss", "try `train until loss<0.1`"))
    if name == "acc" and data.test is None:
        raise StateError(message("train", "acc, but no test data", "data with a test part", "split it with test=0.25"))
    return Goal(name, sign, bound)
