"""The loss over a whole run in a bounded number of points, however long it gets.

    trace = Trace()
    trace.take(trainer.history)         what is new in it
    trace.cut(trainer.history)          the same after the run went back
    trace.figure()                      Curves: the mean of each point, smoothed, and what was before going back

A point stands for some steps, one at first: when there are too many points, each two become one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..figures import Curves, Series
from ..figures.curves import SMOOTH_FROM, odd_values, smoothed
from ..figures.model import sealed
from ..messages import marked, tr

Array = NDArray[Any]
MOST = 480  # points, about two for each column of dots on a wide screen


class Trace:
    """Points (step, mean loss) of a history that grows, and now and then is cut."""

    def __init__(self) -> None:
        self._points = np.empty((0, 2))
        self._each = 1  # steps that a point stands for
        self._seen = 0  # events that are in the points
        self._rest = np.empty((0, 2))  # those since: they do not fill a point yet
        self._left = np.empty((0, 2))  # the points that one came back from

    def take(self, history: Sequence[Any]) -> None:
        """Bring the trace up to a history, of which it has seen the beginning."""
        while True:
            fresh = _rows(history[self._seen :])
            whole = len(fresh) // self._each * self._each
            self._points = np.concatenate([self._points, _joined(fresh[:whole], self._each)])
            self._rest = fresh[whole:]
            self._seen += whole
            if len(self._points) <= MOST:
                return
            odd = len(self._points) % 2  # half a new point: its events are read again when there are enough
            self._points = _joined(self._points[: len(self._points) - odd], 2)
            self._seen -= odd * self._each
            self._each *= 2

    def cut(self, history: Sequence[Any]) -> None:
        """The run went back to the end of `history`: what came after is kept aside, to be compared with."""
        points, last = self.points, history[-1].step if history else 0
        self._left = np.column_stack((points[:, 0], _smooth(points[:, 1])))[points[:, 0] >= last]
        whole = min(len(self._points), len(history) // self._each)
        self._points, self._seen = self._points[:whole], whole * self._each
        self.take(history)

    @property
    def points(self) -> Array:
        """(N, 2): the last step of each point, and the mean of its losses."""
        return np.concatenate([self._points, _joined(self._rest, max(len(self._rest), 1))])

    def figure(self, *, log: bool = False) -> Curves | str:
        """The curve, or a word on why there is none."""
        step, mean = self.points.T
        if not len(step):
            return tr("no step yet: space begins, s makes one")
        series = [Series(tr("loss"), sealed(step), sealed(mean), "line", 0)]
        if len(step) >= SMOOTH_FROM:
            series = [
                Series(tr("loss"), sealed(step), sealed(mean), "faint", 0),
                Series(tr("smoothed"), sealed(step), sealed(_smooth(mean)), "line", 0),
            ]
        if len(self._left) > 1:
            series.append(Series(tr("before b"), sealed(self._left[:, 0]), sealed(self._left[:, 1]), "dashed", 1))
        one, many = marked("Each dot is one step."), marked("Each dot is the mean of {count} steps.")
        how = marked(
            "A curve that falls is learning, one that is flat has stopped, one that jumps has too large a learning "
            "rate."
        )
        return Curves(
            tr("Loss"),
            f"{tr(one if self._each == 1 else many, count=f'{self._each:,}')} {tr(how)}",
            tr("step"),
            tr("log scale") if log else "",
            tuple(series),
            log,
            odd_values(mean, log=log),
        )


def _smooth(mean: Array) -> Array:
    """The means as the line through them; few of them as they are."""
    return smoothed(mean, max(len(mean) / 30, 3)) if len(mean) >= SMOOTH_FROM else mean


def _rows(events: Sequence[Any]) -> Array:
    """Step and loss of events that follow one another."""
    first = events[0].step if events else 0
    losses = np.fromiter((event.loss for event in events), np.float64, len(events))
    return np.column_stack((np.arange(first, first + len(events)), losses))


def _joined(rows: Array, each: int) -> Array:
    """Each so many rows as one: the last step, the mean of the losses."""
    groups = rows.reshape(-1, each, 2)
    with np.errstate(all="ignore"):
        return np.column_stack((groups[:, -1, 0], groups[:, :, 1].mean(axis=1)))
