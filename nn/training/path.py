"""Which way the steps of a run go: compiled into straight-line NumPy, or eagerly; and if eagerly, why.

The two agree to rounding, so a run keeps to one of them: that is what makes a seed give the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import compile  # noqa: A004
from autograd.compiler import Compiled
from autograd.errors import UnsupportedError, message
from autograd.hooks import hooked, observers
from autograd.tape import Node, current_scope

from ..errors import ConfigError
from ..module import Module
from .computing import forget, loss_of
from .splitting import Parts, Split, Step

WATCHED = "hooks or observers of gradients are there, or anomalies are looked for"


def watched() -> bool:
    """Whether someone follows the backward pass, which a compiled step does not have."""
    return bool(hooked or observers) or current_scope().maker is not Node


class Path:
    """The steps of one run, made in the way that it has taken; `split` is how they are divided over threads.

    `eager_from` is how many steps were compiled before one could not be, None if there was none such, and `why` says
    what stood in the way.
    """

    def __init__(self, asked: bool | None, split: Split) -> None:
        if asked not in (None, True, False):
            do = "pass compile=True or compile=False, or leave it out"
            raise ConfigError(message("Trainer", f"compile={asked!r}", "True, False or None", do))
        self.asked, self.split = asked, split
        self.eager_from: int | None = 0 if asked is False else None
        self.why = "compile=False" if asked is False else ""
        self._made: tuple[tuple[Any, ...], Step, Compiled] | None = None

    def compiled(self, step: int) -> bool | None:
        """Whether the run is compiled when `step` steps are made; None if that is still open."""
        if step == 0 and self.asked is not False:
            return None
        return self.asked is not False and (self.eager_from is None or step <= self.eager_from)

    def followed(self, net: Module) -> bool:
        """Whether someone looks on, for whom a step is made eagerly and in one piece: hooks would see parts of it."""
        if watched():
            return True
        return self.split.count > 1 and any(any(module._hooks or ()) for module in net.modules())

    def take(self, compiled: bool) -> None:
        """Go one way from the beginning, as a run did that this one goes on from."""
        self.eager_from = None if compiled else 0
        self.why = "" if compiled else "compile=False" if self.asked is False else "the run was eager before"

    def try_again(self, step: int) -> None:
        """Forget that a step from number `step` on could not be compiled: it is given up."""
        if self.eager_from is not None and 0 < self.eager_from >= step:
            self.eager_from, self.why = None, ""

    def step(
        self, parts: Parts, update: bool, batch: Sequence[Any], *, number: int, eagerly: bool, undo: Callable[[], None]
    ) -> Any:
        """Make a step, counted from 0, on a batch; give its loss.

        Args:
            parts: network, loss, optimiser, and the parameters that the optimiser does not hold.
            update: whether the optimiser's step belongs to it.
            batch: inputs and targets.
            number: how many steps were made before.
            eagerly: someone watches, or did when the step was made first.
            undo: takes back what a forward pass changes.

        Raises:
            UnsupportedError: the step can't be compiled, and that was asked for.
        """
        if eagerly:
            return self._steps(parts, update)[0](*batch)
        plain, program = self.split.steps(parts, update, batch, undo) or self._steps(parts, update)
        if self.eager_from is not None and number >= self.eager_from:
            return plain(*batch)
        try:
            with np.errstate(all="ignore"):  # what is not finite is seen in the event, as in an eager step
                return program(*batch)
        except UnsupportedError as error:
            if self.asked:
                raise
            undo()
            loss = plain(*batch)  # if it fails by itself, that is the error to see
            self.eager_from, self.why = number, str(error)
            import logging  # few runs get here, and it takes a tenth of the time of importing nn

            logging.getLogger(__name__).info("Trainer: eager from step %d on: %s", number + 1, error)
            return loss

    def _steps(self, parts: Parts, update: bool) -> tuple[Step, Compiled]:
        key = (*map(id, parts[:3]), len(parts[3]), update)
        if self._made is None or self._made[0] != key:
            plain = _step(parts, update)
            self._made = key, plain, compile(plain)
        return self._made[1:]


def _step(parts: Parts, update: bool) -> Step:
    """The step as a function of a batch, which reaches nothing but what belongs to it."""
    net, loss, optimizer, others = parts

    def step(*batch: Any) -> Any:
        value = loss_of(net, loss, batch)
        optimizer.zero_grad()
        forget(others)
        value.backward()
        if update:
            optimizer.step()
        return value

    return step
