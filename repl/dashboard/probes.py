"""Looks at a run between two steps, small enough to be taken several times a second: what the panels show.

    probes = Probes(trainer, data)
    probes.views                    what the second panel can show: ("samples", "weights") for digits
    probes.figure("boundary")       plain data, or a sentence on why there is none
    probes.accuracy()               on a fixed small part of the test data

Each look goes through the network with few samples, always the same, and leaves it as it was. A look that has been
taken of this very state is not taken again.
"""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import nn
from nn import catalog

from ..errors import ReplError
from ..figures import Curves, Figure, boundary, histograms, tables
from ..messages import marked, retold, tr
from .trace import Trace

SAMPLES = 128  # that go through the network for the histograms
BINS = 48
RESOLUTION = 64  # places of the boundary along each axis: about a dot for each half cell of a panel
PICTURES = 24
JUDGED = 512  # test samples that the accuracy is over
RECENT = 20  # steps whose gradients the flow is the mean of
MOST_FEATURES = 8  # up to which a plane through two of them says something
PANELS = ("loss", "view", "flow", "activations")
VERDICT_EVERY = 3.0  # seconds between two verdicts
VERDICT_SHARE = 0.02  # of the time that they may take
HEALTHY = marked("Nothing stands out: gradients arrive, units are alive, the rate suits.")

Look = Figure | str


class Probes:
    """What can be seen of a run at a moment."""

    def __init__(self, trainer: Any, data: Any = None) -> None:
        self._trainer, self.trace = trainer, Trace()
        self._data = _small(data)
        self._judged = _judged(data)
        self.part = "" if self._judged is None else "test" if hasattr(data, "test") else "train"
        self.views = _views(trainer.net, data)
        self._kept: dict[tuple[str, bool], tuple[tuple[int, int], Look]] = {}
        self._changes = 0  # how often the run went back: the same step is then another state
        self._verdict, self._verdict_at, self._verdict_cost = "", -math.inf, 0.0
        self._verdict_of = self._accuracy_of = (-1, -1)
        self._accuracy: float | None = None

    @property
    def state(self) -> tuple[int, int]:
        """What tells one state of the run from another."""
        return self._trainer.step_count, self._changes

    def went_back(self) -> None:
        """Tell that the run is at an earlier step now."""
        self._changes += 1
        self.trace.cut(self._trainer.history)

    def figure(self, name: str, *, log: bool = False) -> Look:
        """What one panel shows, `name` being one of PANELS or of `views`."""
        key = (name, log)
        if key not in self._kept or self._kept[key][0] != self.state:
            self._kept[key] = self.state, self._look(name, log)
        return self._kept[key][1]

    def _look(self, name: str, log: bool) -> Look:
        try:
            return self._looks(log)[name]()
        except ReplError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001  # a network may refuse a look; training must go on
            return tr("no picture: {reason}", reason=f"{type(error).__name__}: {error}")

    def _looks(self, log: bool) -> dict[str, Callable[[], Look]]:
        trainer, data = self._trainer, self._data
        return {
            "loss": lambda: self._loss(log),
            "boundary": lambda: boundary.decision_boundary(trainer, data, resolution=RESOLUTION),
            "samples": lambda: tables.images(data, trainer, count=PICTURES),
            "weights": lambda: tables.weight_images(trainer, count=PICTURES),
            "flow": self._flow,
            "activations": lambda: histograms.activation_histograms(
                trainer, samples=SAMPLES, bins=BINS, kinds=_activations()
            ),
        }

    def _loss(self, log: bool) -> Curves | str:
        self.trace.take(self._trainer.history)
        return self.trace.figure(log=log)

    def _flow(self) -> Look:
        """The gradients of the last steps, which the trainer has measured anyway; before the first, by a pass."""
        recent = self._trainer.history[-RECENT:]
        if not recent:
            flow = histograms.gradient_flow(self._trainer, samples=SAMPLES)
            return dataclasses.replace(flow, label="rms")
        squares: dict[str, float] = {}
        for event in recent:
            for name, norm in event.grad_norms.items():
                squares[name] = math.hypot(squares.get(name, 0.0), norm)
        norms = {name: total / math.sqrt(len(recent)) for name, total in squares.items()}
        flow = histograms.recorded_flow(norms, self._trainer.net, history=self._trainer.history)
        return dataclasses.replace(flow, label="rms")

    def accuracy(self) -> float | None:
        """The share of a fixed small part of the test data that is right; None where there are no classes."""
        if self._judged is not None and self._accuracy_of != self.state:
            self._accuracy_of, self._accuracy = self.state, self._trainer.evaluate(self._judged).accuracy
        return self._accuracy

    def verdict(self) -> str:
        """What the diagnosis says, as often as it is worth its time."""
        now = time.perf_counter()
        pause = max(VERDICT_EVERY, self._verdict_cost / VERDICT_SHARE)
        if self._verdict_of != self.state and now - self._verdict_at >= pause:
            self._verdict = _said(nn.diagnose(self._trainer))
            self._verdict_of, self._verdict_at = self.state, now
            self._verdict_cost = time.perf_counter() - now
        return self._verdict

    @property
    def judged(self) -> int:
        """The step that the verdict is about."""
        return self._verdict_of[0]


@cache
def _activations() -> tuple[type[Any], ...]:
    """The classes of nn's activations: what comes before them has another scale, and they would be lost on it."""
    return tuple(entry.load() for entry in catalog.ACTIVATIONS.values())


def _said(diagnosis: Any) -> str:
    """The first finding in one line, and how many more there are."""
    if not diagnosis:
        return tr(HEALTHY)
    first, more = diagnosis[0], len(diagnosis) - 1
    name = retold(first.name)
    title = name[0].upper() + name[1:]
    title = tr("{name} in {where}", name=title, where=first.where) if first.where else title
    title = tr("{finding} (and {count} more)", finding=title, count=more) if more else title
    return f"{title}: {retold(first.sentence)}"


def _small(data: Any) -> Any:
    """The data with a small test part, whose pictures are shown."""
    if not hasattr(data, "train") or data.test is None:
        return data
    return dataclasses.replace(data, test=data.test[:PICTURES])


def _judged(data: Any) -> Any:
    part = getattr(data, "test", data)
    if part is None or getattr(data, "classes", None) is None:
        return None
    return part[:JUDGED]


def _views(net: Any, data: Any) -> tuple[str, ...]:
    """What the second panel can show, the most telling first."""
    part = getattr(data, "train", data)
    features = part.x.shape[1] if hasattr(part, "x") and part.x.ndim == 2 else 0
    pictures = getattr(part, "image_shape", None) is not None or (hasattr(part, "x") and part.x.ndim in (3, 4))
    found = []
    if pictures:
        found.append("samples")
    elif getattr(part, "classes", None) is not None and features == 2:
        found.append("boundary")
    if any(param.ndim >= 2 for param in net.parameters()):
        found.append("weights")
    if not pictures and getattr(part, "classes", None) is not None and 2 < features <= MOST_FEATURES:
        found.append("boundary")
    return tuple(found)
