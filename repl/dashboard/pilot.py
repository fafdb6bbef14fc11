"""Trains on a thread of its own, takes orders between two steps, and hands over what there is to see.

    pilot = Pilot(trainer, data, goal=200, arrived=wake)
    pilot.start()
    pilot.order("rate", 1.5), pilot.order("look", wishes)
    pilot.scene                 the last Scene: plain data, which any thread may read
    pilot.end()                 after the step that is being made
    pilot.journal.lines         what was done, as Python

Nothing but this thread touches the trainer while it runs. Steps are made in runs of about 20 ms, since one long run
costs less than many of one step, and a key need not be answered sooner.
"""

from __future__ import annotations

import contextvars
import math
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from nn.errors import StateError

from ..errors import retold_message
from ..messages import marked, tr
from .journal import Journal
from .probes import Look, Probes

RUN_SECONDS = 0.02  # that a run of steps lasts, as near as that can be had
MOST_STEPS = 2_000  # of a run: where steps are very quick, orders need not wait for more
RATE_SECONDS = 2.0  # that steps per second are the mean over
UNASKED = (
    500_000  # steps without a goal after which it waits: the trainer remembers each, 700 bytes for a small network
)
DIGITS = 6  # of a learning rate that was changed by key: / 1.5 and * 1.5 lead back to the same number

Watched = tuple[tuple[str, str], ...]
Deed = Literal["turn", "step", "rate", "back", "pace", "hush", "look", "end"]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the screen is about to show: names of `Probes.figure`, and whether the loss is on a log scale."""

    figures: tuple[str, ...] = ()
    log: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """A run at a moment. `cost` is how long it took to look, in seconds; `pace` is 0 for full speed.

    `rates` are those of the optimiser's groups; `accuracy` is over some of the `part` of the data. `trouble` says what
    is not a number, `verdict` what the diagnosis found at step `judged`; `watched` is what the user asked to see, and
    `message` answers the last key.
    """

    step: int = 0
    epoch: int = 1
    loss: float = math.nan
    accuracy: float | None = None
    part: str = ""
    rates: tuple[float, ...] = ()
    speed: float = 0.0
    made: int = 0
    goal: int | None = None
    paused: bool = False
    pace: float = 0.0
    trouble: str = ""
    verdict: str = ""
    judged: int = 0
    message: str = ""
    watched: Watched = ()
    views: tuple[str, ...] = ()
    figures: Mapping[str, Look] = field(default_factory=dict)
    cost: float = 0.0


class Pilot:
    """The training thread. `error` is what ended it, if something did; `journal` what it did.

    Args:
        trainer: the run.
        data: a Split or a Dataset, for what the panels show.
        goal: steps after which it waits; None to go on.
        paused: whether it waits from the start.
        pace: the most steps a second; 0 for as many as it can.
        watched: gives what else is to be shown, as (name, value) pairs; called between two steps.
        arrived: called from the thread after each new scene, and at the end.
    """

    def __init__(
        self,
        trainer: Any,
        data: Any = None,
        *,
        goal: int | None = None,
        paused: bool = False,
        pace: float = 0.0,
        watched: Callable[[], Watched] = tuple,
        arrived: Callable[[], None] = lambda: None,
    ) -> None:
        self.journal, self.scene = Journal(), Scene()
        self.error: BaseException | None = None
        self._trainer, self._probes, self._watched = trainer, Probes(trainer, data), watched
        self._goal, self._paused, self._pace = goal, paused or goal == 0, pace
        self._until = UNASKED
        self.arrived, self._message, self._troubled = arrived, "", False
        self._orders: queue.SimpleQueue[tuple[Deed, Any]] = queue.SimpleQueue()
        self._over = False
        self._chunk = 1
        self._next = 0.0  # when the next step is due, where there is a pace
        self._times: deque[tuple[float, int]] = deque()
        # With this thread's context: what is ignored here by np.errstate is ignored there too.
        run = contextvars.copy_context().run
        self._thread = threading.Thread(target=run, args=(self._work,), name="training", daemon=True)

    # -- called from outside

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def order(self, deed: Deed, value: Any = None) -> None:
        """Have something done after the step that is being made."""
        self._orders.put((deed, value))

    def end(self) -> None:
        """Stop after the step that is being made, and wait until that is so."""
        self.order("end")
        if self._thread.ident is not None:
            self._thread.join()

    @property
    def running(self) -> bool:
        """Whether the thread is still there."""
        return self._thread.is_alive()

    # -- the thread

    def _work(self) -> None:
        try:
            while not self._over:
                self._obey()
                if not self._paused and not self._over:
                    self._run()
        except BaseException as error:  # noqa: BLE001  # raised again by whoever started the thread
            self.error = error
        finally:
            self.arrived()

    def _obey(self) -> None:
        """Carry out the orders that are there; where there is nothing to do until the next one, wait for it."""
        while not self._over:
            wait = None if self._paused else max(self._next - time.perf_counter(), 0.0)
            try:
                deed, value = self._orders.get(timeout=wait) if wait != 0.0 else self._orders.get_nowait()
            except queue.Empty:
                return
            self._deeds()[deed](value)

    def _deeds(self) -> dict[Deed, Callable[[Any], None]]:
        return {
            "turn": self._turn, "step": self._single, "rate": self._change_rate, "back": self._back,
            "pace": self._change_pace, "hush": self._hush, "look": self._look,
            "end": self._end,
        }  # fmt: skip

    def _turn(self, _: object) -> None:
        """Pause, or go on; having reached the goal, without one."""
        self._paused, self._message = not self._paused, ""
        if self._goal is not None and self.journal.made >= self._goal:
            self._goal = None
        self._until = self.journal.made + UNASKED
        self._times.clear()

    def _hush(self, _: object) -> None:
        self._message = ""

    def _end(self, _: object) -> None:
        self._over = True

    def _single(self, _: object) -> None:
        self._paused = True
        self._make(1)
        last = self._trainer.history[-1]
        self._message = tr("One step: loss {loss}", loss=f"{last.loss:.6g}")

    def _change_rate(self, factor: float) -> None:
        groups = self._trainer.optimizer.param_groups
        before = float(groups[0]["lr"])
        for group in groups:
            group["lr"] = float(f"{float(group['lr']) * factor:.{DIGITS}g}")
        self.journal.set_rates([group["lr"] for group in groups])
        told, now = marked("Rate {before} -> {now}, from step {step} on"), f"{groups[0]['lr']:g}"
        self._message = tr(told, before=f"{before:g}", now=now, step=f"{self._trainer.step_count + 1:,}")

    def _back(self, steps: int) -> None:
        self._paused = True
        steps = min(steps, self._trainer.step_count)
        if not steps:
            self._message = tr("Before the first step: there is nothing to go back to")
            return
        self._probes.trace.take(self._trainer.history)  # what is left behind stays in the picture
        try:
            self._trainer.rewind(steps)
        except StateError as error:  # further than is on record: nothing has changed
            self._message = retold_message(error.args[0])
            return
        self.journal.rewound(steps)
        self._probes.went_back()
        self._troubled = False
        one = marked("Back by 1 step, to step {step}: all as it was. Space goes on")
        many = marked("Back by {steps} steps, to step {step}: all as it was. Space goes on")
        self._message = tr(one if steps == 1 else many, steps=f"{steps:,}", step=f"{self._trainer.step_count:,}")

    def _change_pace(self, pace: float) -> None:
        self._pace, self._next = pace, 0.0
        self._times.clear()
        told = marked("At most {pace} steps a second: > is faster, < slower, f as fast as it can")
        self._message = tr(told if pace else marked("As fast as it can: < is slower"), pace=f"{pace:,.3g}")

    # -- steps

    def _run(self) -> None:
        """As many steps as are due."""
        now = time.perf_counter()
        if self._pace:
            steps = max(1, int(self._pace * RUN_SECONDS))
            self._next = max(self._next, now - 0.1) + steps / self._pace
        else:
            steps, self._next = self._chunk, 0.0
        end = self._until if self._goal is None else self._goal
        steps = min(steps, end - self.journal.made)
        made = self._make(steps)
        each = max((time.perf_counter() - now) / max(made, 1), 1e-9)
        # At most twice as many as before: one lucky run says little.
        self._chunk = max(1, min(int(RUN_SECONDS / each), 2 * self._chunk, MOST_STEPS))
        if self.journal.made >= end:
            self._paused = True
            kept = marked("Every one is kept in memory: {steps} steps are made. Space goes on, q leaves")
            told = kept if self._goal is None else marked("All {steps} steps are made. Space goes on, q leaves")
            self._message = tr(told, steps=f"{end:,}")

    def _make(self, steps: int) -> int:
        """Make steps; how many it were. The first loss that is no number is a reason to wait."""
        trainer = self._trainer
        before = trainer.step_count
        try:
            events = trainer.run(steps)
        finally:  # of steps that fail half-way those before are made
            self.journal.ran(trainer.step_count - before)
        now = time.perf_counter()
        self._times.append((now, len(events)))
        while now - self._times[0][0] > RATE_SECONDS:
            self._times.popleft()
        odd = next((event for event in events if not event.finite), None) if not self._troubled else None
        if odd is not None:
            self._paused = self._troubled = True
            told = marked("Not a number since step {step}: b goes back, - takes a smaller rate")
            self._message = tr(told, step=f"{odd.step:,}")
        return len(events)

    # -- handing over

    def _look(self, wishes: Wishes) -> None:
        """Make a scene of this moment and hand it over."""
        start = time.perf_counter()
        trainer, probes = self._trainer, self._probes
        last = trainer.history[-1] if trainer.history else None
        figures = {name: probes.figure(name, log=wishes.log) for name in wishes.figures}
        verdict = probes.verdict()
        self.scene = Scene(
            step=trainer.step_count,
            epoch=last.epoch if last else 1,
            loss=last.loss if last else math.nan,
            accuracy=probes.accuracy(),
            part=probes.part,
            rates=tuple(float(group["lr"]) for group in trainer.optimizer.param_groups),
            speed=self._speed(),
            made=self.journal.made,
            goal=self._goal,
            paused=self._paused,
            pace=self._pace,
            trouble=last.trouble if last else "",
            verdict=verdict,
            judged=probes.judged,
            message=self._message,
            watched=self._watched(),
            views=probes.views,
            figures=figures,
            cost=time.perf_counter() - start,
        )
        self.arrived()

    def _speed(self) -> float:
        """Steps per second over the last moments."""
        if len(self._times) < 2 or self._paused:
            return 0.0
        span = self._times[-1][0] - self._times[0][0]
        return sum(steps for _, steps in list(self._times)[1:]) / max(span, 1e-9)
