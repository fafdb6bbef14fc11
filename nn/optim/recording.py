"""An optimiser's step as part of a compiled one: the same rules, on arrays that write down what is done with them.

Rates, step counts and whatever else changes from step to step are numbers that the program reads afresh at each run;
options that decide between two forms of an update are part of the program, which is recorded anew for others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler import Recording
from autograd.errors import UnsupportedError, message
from autograd.tape import mark_changed

from .flat import Bucket

if TYPE_CHECKING:
    from .optimizer import Optimizer


def record(optimizer: Optimizer, recording: Recording) -> None:
    """Write down a step of the optimiser for the gradients that are there."""
    for group, buckets in zip(optimizer.param_groups, optimizer._buckets, strict=True):
        for bucket in buckets:
            _Update(optimizer, group, bucket, _latest(bucket, recording)).record(recording)


def _latest(bucket: Bucket, recording: Recording) -> _Update | None:
    """The last update of the same parameters, where a step makes several."""
    updates = [getattr(prepare, "__self__", None) for prepare in reversed(recording.before)]
    return next((update for update in updates if isinstance(update, _Update) and update.bucket is bucket), None)


class _Update:
    """What one bucket needs at each run, besides the calls that were recorded."""

    def __init__(self, optimizer: Optimizer, group: dict[str, Any], bucket: Bucket, earlier: _Update | None) -> None:
        self.optimizer, self.group, self.bucket, self.earlier = optimizer, group, bucket, earlier
        self.present = [param.grad is not None for param in bucket.params]
        self.names = optimizer.slots(group)
        self.options = _forms(group)
        self.seen = dict(group)
        self.count = len(optimizer.param_groups)
        self.version = -1
        self.next: list[tuple[Any, int, dict[str, float]]] = []  # what each run's count and memory will be
        self.runs = bucket._planned(self.present, self.names)
        self.leaves = [bucket.params[i]._node for run in self.runs for i in run.members]  # a program has its own

    def record(self, recording: Recording) -> None:
        """Write down the update of every run of parameters."""
        self._refuse_others()
        self._renew()
        recording.before.append(self.prepare)
        recording.after.append(self.finish)
        grads = [param.grad for param in self.bucket.params]
        name = f"{self.optimizer.kind}.step"
        for run in self.runs:
            with recording.update(name):
                gradient = self._gradient(run, grads, recording)
                cells = [recording.state(cell) for cell in run.cells(self._numbers(run)[0])]
            for block in run.blocks:
                with recording.update(name):
                    values, s, t = recording.state(block.values), recording.scratch(block.s), recording.scratch(block.t)
                    state = map(recording.state, block.state)
                    self.optimizer.rule(self.group, values, gradient[block.where], s, t, cells, *state)

    def _refuse_others(self) -> None:
        """Refuse runs of which an earlier update in the same step has served a part: they are at several steps."""
        served = [set(run.members) for run in self.earlier.runs] if self.earlier is not None else []
        for members in (set(run.members) for run in self.runs):
            if any(members & others and members - others for others in served):
                raise UnsupportedError(
                    message(f"compile ({self.optimizer.kind}.step)", "an update of other parameters than those of "
                            "an update before it in the same step", "gradients for the same parameters at both",
                            "use an optimiser for each, or do not compile this step")
                )  # fmt: skip

    def _gradient(self, run: Any, grads: list[Any], recording: Recording) -> Any:
        if len(run.members) == 1:
            (i,) = run.members
            return self.bucket.in_order(grads[i]._data, i).astype(run.dtype, copy=False)
        gathered = recording.scratch(self.bucket._gathered)
        for i in run.members:
            self.bucket.view(gathered, i)[...] = grads[i]._data
        return gathered[run.start : run.stop]

    def _numbers(self, run: Any) -> tuple[tuple[float, ...], int, dict[str, float]]:
        """The numbers of the next step, its count, and what is remembered after it."""
        first = run.members[0]
        step, memory = self.bucket.steps[first] + 1, self.bucket.memory[first]
        for before, count, remembered in self.earlier.next if self.earlier is not None else ():
            if first in before.members:
                step, memory = count + 1, remembered
        if step == 1:
            starts = self.optimizer.begin(self.group)
            memory = {name: start for name, start in starts.items() if name not in self.names} or memory
        memory = dict(memory) if memory else memory
        return self.optimizer.numbers(self.group, step, memory), step, memory

    def prepare(self) -> bool:
        """Bring the numbers of this step to where the program reads them; False when it needs another program."""
        if len(self.optimizer.param_groups) != self.count:
            return False
        if self.group != self.seen:
            if _forms(self.group) != self.options:
                return False
            self.seen = dict(self.group)
        return self._renew()

    def _renew(self) -> bool:
        bucket = self.bucket
        if bucket.version != self.version and not all(map(bucket.level, self.runs)):
            return False
        self.next = []
        for run in self.runs:
            numbers, step, memory = self._numbers(run)
            if step == 1:
                bucket._begin(run, self.optimizer.begin(self.group))
            run.cells(numbers)
            self.next.append((run, step, memory))
        return True

    def finish(self) -> None:
        """Count the step."""
        for run, step, memory in self.next:
            self.bucket.count(run, step, memory)
        mark_changed(*self.leaves)
        self.version = self.bucket.version  # as long as nobody else changes it, its parameters stay at one step


def _forms(group: dict[str, Any]) -> list[tuple[str, bool]]:
    """Which options are on: how much they are is among the numbers of a step."""
    return [(name, bool(np.any(value))) for name, value in group.items() if name != "params"]
