"""A batch in parts, each with a thread of its own: forward and backward apart, then one update.

    trainer = nn.Trainer(net, loss, optimizer, data, batch_size=256, threads=2)

All parts read the same parameters; only their gradients are apart. These are added up in the order of the parts, so
that a seed gives the same bits however the threads take turns. The loss of a part counts as much as its samples do:

    mean over 5 samples = 3/5 * mean over the first 3 + 2/5 * mean over the last 2
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor
from autograd.compiler import Compiled
from autograd.compiler.program import Differs

from ..drawing import Share
from ..losses import CrossEntropyLoss, NLLLoss
from ..module import Module
from ..optim import Optimizer
from ..threads.workers import Workers
from .computing import forget, gradients_of
from .mixing import Judge

Step = Callable[..., Any]
Parts = tuple[Module, Any, Optimizer, Sequence[Tensor]]
Array = NDArray[Any]

LEAST = 2  # samples for each thread: code that drops axes of length 1 is not met with one


class _Piece(NamedTuple):
    """What computes one part of each batch: as it stands, as a program, and with the random numbers of its samples."""

    plain: Step
    program: Compiled
    share: Share

    def eager(self, given: Sequence[Array]) -> Callable[[], Any]:
        """What computes this part of a batch without a program."""
        return partial(self.drawn, partial(self.plain, *map(_own, given)))

    def recorded(self, given: Sequence[Array]) -> Callable[[], Any]:
        """What runs the program, which is recorded here if there is none: nobody else may compute meanwhile."""
        with self.share.drawing():
            run = self.program.prepared(*given)
        return partial(self.drawn, run)

    def recording(self, given: Sequence[Array]) -> Callable[[], Any]:
        """What runs a program, or records one for these numbers: nobody else may compute at that time."""
        return partial(self.drawn, partial(self.program, *given))

    def drawn(self, run: Callable[[], Any]) -> Any:
        """Call a function for which this part's random numbers are drawn."""
        with self.share.drawing():
            return run()


class Split:
    """How the batches of a run are divided: in `count` parts, or not at all, and then `why`.

    Args:
        count: how many threads, at least 1.
        why: why it is one, if so.
    """

    def __init__(self, count: int, why: str = "") -> None:
        self.count, self.why = count, why
        self._workers = Workers(count)
        self._judge = Judge()
        self._pieces: list[_Piece] = []
        self._made_for: tuple[Any, Any] = (None, None)
        self._totals: dict[Any, Array] = {}

    def __reduce__(self) -> Any:
        """Copies have threads, programs and memory of their own."""
        return Split, (self.count, self.why)

    def close(self) -> None:
        """End the threads until they are needed again."""
        self._workers.close()

    def steps(
        self, parts: Parts, update: bool, batch: Sequence[Array], undo: Callable[[], None]
    ) -> tuple[Step, Step] | None:
        """The step of this batch in parts, eagerly and compiled; None if it is to be made in one piece.

        `undo` takes back what a forward pass changes.
        """
        if self.count == 1 or len(batch[-1]) < LEAST * self.count:
            return None
        net, loss, optimizer, _ = parts
        bounds = [len(batch[-1]) * i // self.count for i in range(self.count + 1)]
        weights = shares(loss, batch[-1], bounds)
        if min(weights) == 0.0:  # nothing in a part counts, of which there is no mean
            return None
        self._make_pieces(net, loss)
        whole = partial(gradients_of(net, loss), np.array(1.0), *batch)
        calls = partial(self._calls, weights, bounds, batch)
        self.why = self._judge.objection(net, loss, whole, partial(calls, _Piece.eager), undo)
        if self.why:
            return None

        def step(run: Callable[[], list[Any]], fresh: bool) -> Tensor:
            losses, leaves, gradients = zip(*run(), strict=True)
            self._pieces[0].share.settle()
            self._deliver(parts, leaves, gradients, fresh)
            if update:
                optimizer.step()
            return Tensor(np.sum([value.numpy() for value in losses], axis=0))

        def eager() -> list[Any]:
            return self._workers.run(calls(_Piece.eager))

        def compiled() -> list[Any]:
            try:
                return self._workers.run(calls(_Piece.recorded))
            except Differs:  # a batch for which there is no program yet, as only its numbers tell
                return [call() for call in calls(_Piece.recording)]

        return lambda *_: step(eager, True), lambda *_: step(compiled, False)

    def _make_pieces(self, net: Module, loss: Any) -> None:
        """Functions and programs of a network and its loss, one for each part."""
        if self._made_for[0] is net and self._made_for[1] is loss:
            return
        plain = [gradients_of(net, loss) for _ in range(self.count)]
        self._pieces = [_Piece(each, Compiled(each, lent=True), Share()) for each in plain]
        self._made_for, self._totals = (net, loss), {}

    def _calls(
        self, weights: Sequence[float], bounds: Sequence[int], batch: Sequence[Array], way: Callable[..., Any]
    ) -> list[Callable[[], Any]]:
        """What computes the parts of a batch: `way` of each piece."""
        calls = []
        for piece, weight, (start, stop) in zip(self._pieces, weights, pairwise(bounds), strict=True):
            piece.share.begin(start, stop, bounds[-1])
            calls.append(way(piece, [np.array(weight), *[array[start:stop] for array in batch]]))
        return calls

    def _deliver(self, parts: Parts, leaves: Sequence[Any], gradients: Sequence[Any], fresh: bool) -> None:
        """Put the sums into `.grad`: in new arrays if they are to be `fresh`, else in those of the step before."""
        _, _, optimizer, others = parts
        found: dict[Any, list[Any]] = {}
        for each in zip(leaves, gradients, strict=True):
            for leaf, g in zip(*each, strict=True):
                found.setdefault(leaf, []).append(np.asarray(g))
        optimizer.zero_grad()
        forget(others)
        for leaf, addends in found.items():
            total = Tensor.linked(self._sum(leaf, addends, fresh), None)
            leaf.grad = total if leaf.grad is None else leaf.grad + total

    def _sum(self, leaf: Any, addends: list[Array], fresh: bool) -> Array:
        total = None if fresh else self._totals.get(leaf)
        if total is None or total.shape != addends[0].shape or total.dtype != addends[0].dtype:
            total = np.empty_like(addends[0])
            if not fresh:
                self._totals[leaf] = total
        if len(addends) == 1:
            np.copyto(total, addends[0])
        else:
            np.add(addends[0], addends[1], out=total)
        for more in addends[2:]:
            total += more
        return total


def shares(loss: Any, target: Array, bounds: Sequence[int]) -> list[float]:
    """What the loss of each part counts, so that they add up to that of the whole.

    Of a mean it is the share of the samples; of a mean over classes with weights, or with one that is ignored, the
    share of their weights. A sum is the sum of sums. It is 0 for a part in which nothing counts.

    Example:
        >>> import nn
        >>> target = np.array([0, 1, 1])
        >>> shares(nn.CrossEntropyLoss(), target, [0, 2, 3])
        [0.6666666666666666, 0.3333333333333333]
        >>> shares(nn.CrossEntropyLoss(weight=[4.0, 1.0]), target, [0, 2, 3])
        [0.8333333333333334, 0.16666666666666666]
        >>> shares(nn.CrossEntropyLoss(reduction="sum"), target, [0, 2, 3])
        [1.0, 1.0]
    """
    pairs = list(pairwise(bounds))
    counts = [float(stop - start) for start, stop in pairs]
    if isinstance(loss, (CrossEntropyLoss, NLLLoss)) and target.dtype.kind in "iu":
        each = (target != loss.ignore_index).astype(np.float64)
        if loss.weight is not None:
            weight = loss.weight.readonly if isinstance(loss.weight, Tensor) else np.asarray(loss.weight)
            each *= weight.take(target, mode="clip")  # a class out of range is the loss's to refuse
        counts = [float(each[start:stop].sum()) for start, stop in pairs]
    if getattr(loss, "reduction", "mean") == "sum":
        return [float(count > 0) for count in counts]
    total = sum(counts)
    return [count / total if total else 0.0 for count in counts]


def _own(array: Array) -> Array:
    """A copy that nobody can write to, so that the tape keeps it as it is."""
    copied = array.copy()
    copied.flags.writeable = False
    return copied
