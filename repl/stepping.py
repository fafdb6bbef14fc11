"""The debugger of the backward pass from Python: in a script, at Python's own prompt, in a notebook.

from repl import debug

step = debug(loss, names=globals())
step                        the first node
step("n 3")                 any command of the debugger: see step("help")
step("c")                   to the end of the pass: the gradients are in .grad
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .debugger import Debugger, Dialogue
from .errors import StateError, message
from .messages import tr
from .results import Report
from .views.debugger import draw
from .views.screen import Screen


@dataclass(frozen=True, repr=False)
class Shown:
    """What a command of the debugger gave: `report` for programs, its text for people."""

    report: Report

    def __str__(self) -> str:
        screen = Screen.of(sys.stdout)
        return screen.encoded(draw(self.report, screen))

    __repr__ = __str__


class Stepper:
    """A backward pass that is stepped through by calls; it shows where it stands. `debugger` has the numbers."""

    def __init__(self, debugger: Debugger) -> None:
        self.debugger = debugger
        self._dialogue = Dialogue(debugger)

    def __call__(self, line: str = "") -> Shown:
        """Do a command, such as `n 3`, `why w`, `until tanh`; an empty one repeats the last.

        Raises:
            UsageError, StateError: it cannot be done; then nothing has changed.
        """
        if self._dialogue.over:
            do = "call debug(...) again"
            raise StateError(message("debug", tr("{line} after the pass", line=repr(line)), "a pass that goes on", do))
        return Shown(self._dialogue.do(line))

    def __repr__(self) -> str:
        return repr(self.debugger) if self._dialogue.over else str(Shown(self.debugger.stop()))


def debug(loss: Any, *, names: Mapping[str, object] | None = None, net: Any = None) -> Stepper:
    """Step through the backward pass from `loss`, node by node; `.grad` is written at its end only.

    Args:
        loss: a tracked tensor with one element, whose record is still there.
        names: variables by name, such as `globals()`: what tensors are called.
        net: a network, whose parameters are called as in `named_parameters()`.

    Raises:
        GraphError, StateError: there is no pass to step through.

    Example:
        >>> from autograd import Tensor
        >>> w = Tensor(3.0, requires_grad=True)
        >>> step = debug(w * w, names={"w": w})
        >>> step("p w")
        w             3.0
        its gradient  6.0, complete
        >>> step("n").report.finished, w.grad.item()
        (True, 6.0)
    """
    return Stepper(Debugger(loss, names=names, net=net))
