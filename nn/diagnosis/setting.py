"""Checks of what a run is given: features, learning rate, loss, dtypes, modes; and of how it goes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd.tape import Node

from ..data import DataLoader
from ..layers.normalization import BatchNorm1d, BatchNorm2d
from ..losses import NLLLoss
from .balance import LEAST_STEPS, stands_still
from .findings import Finding
from .flow import fresh
from .probe import Probe, source_of

UNEQUAL = 10.0  # the largest deviation of a feature over the smallest
RARE = 0.05  # the share of samples in which a feature has to be something else than usual
FAR = 2.0  # a mean of so many deviations
LARGE, SMALL = 10.0, 0.03  # deviations at which first weights and rates do not fit any more
RISE = 0.05  # of the first loss: by so much a step makes the loss on its own batch larger
ENOUGH = 4096  # samples of the training data that are evaluated
SLOW = 5e-4  # half of the share of a weight by which a step usually changes it, about a thousandth
MANY = 3.0  # times the steps that were made, to halve the loss at the pace that it has
HARDLY = 3e-5  # a change of the weights by less than this share of their size is next to none
STANDARDISE = "nn.diagnosis.race(trainer, nn.diagnosis.standardised())"


def features(probe: Probe) -> Iterator[Finding]:
    """Features of unlike or unfit scale, and features that are all positive."""
    x = probe.trainer.loader.arrays[0]
    if x.dtype.kind != "f" or x.ndim < 2:
        return
    wide = x[:4096].astype(np.float64)
    rows = wide.reshape(-1, 1) if x.ndim > 2 else wide  # the pixels of a picture have one scale
    std, mean, least = rows.std(axis=0), rows.mean(axis=0), rows.min(axis=0)
    moving = std > 1e-12 * max(float(np.abs(rows).max(initial=0.0)), 1e-300)
    # one that is the same in nearly all samples, such as a pixel at the edge, deviates little on any scale
    moving &= (rows != np.median(rows, axis=0)).mean(axis=0) >= RARE
    if not moving.any():
        return
    std, mean, least = std[moving], mean[moving], least[moving]
    low, high = float(std.min()), float(std.max())
    if high / low > UNEQUAL or high > LARGE or high < SMALL:
        sentence = (
            f"The features' deviations go from {low:.2g} to {high:.2g}: the loss surface is long and narrow, and one "
            "learning rate does not fit all. Standardise them, with the training set's statistics."
        )
        evidence: dict[str, float | int | str] = {
            "least deviation": low,
            "largest deviation": high,
            "ratio": high / low,
        }
        yield Finding("unscaled features", "", evidence, sentence, STANDARDISE)
    far = mean >= FAR * std
    if (least >= 0).all() and far.mean() >= 0.25:
        sentence = (
            f"All {len(std)} features are positive, and the means of {int(far.sum())} are {FAR:g} deviations or more "
            "from 0: the weights of a unit can only rise or fall together, and zig-zag to where they should be. "
            "Subtract the mean."
        )
        evidence = {"features": len(std), "largest mean over deviation": float((mean / std).max())}
        yield Finding("all-positive features", "", evidence, sentence, STANDARDISE)


def rate(probe: Probe) -> Iterator[Finding]:
    """A learning rate that throws the weights past the minimum, or hardly moves them."""
    trainer = probe.trainer
    losses = [event.loss for event in trainer.history] or [probe.loss]
    lr, late = float(trainer.optimizer.param_groups[0]["lr"]), float(np.mean(losses[-10:]))
    change = float(np.median([weight.change for weight in probe.weights])) if probe.weights else math.nan
    evidence: dict[str, float | int | str] = {"lr": lr, "update over weight": change, "loss": late}
    # of units that are dead or saturated by now, the change tells nothing of the rate that brought them there
    slower = fresh(probe, _towards(0.01, change, most=0.1) if not change < HARDLY else 0.01)
    if said := _not_finite(probe):
        sentence = f"It ran out of numbers: {said}. A smaller learning rate or clip_norm is the usual cure."
        yield Finding("numbers that are not finite", "", evidence, sentence, slower)
    elif said := _overshoots(probe, losses, change):
        sentence = f"The learning rate {lr:g} is too large: {said}, and a step changes the weights by {change:.1%}."
        yield Finding("learning rate too large", "", evidence, sentence, slower)
    elif stands_still(losses) and change < HARDLY:
        sentence = (
            f"The learning rate {lr:g} is too small: a step changes the weights by {change:.1e} of their size, where "
            f"about a thousandth is usual, and after {len(losses)} steps the loss is still {late:.3g}."
        )
        faster = f"nn.diagnosis.race(trainer, nn.diagnosis.rate_times({_towards(0.003, change, least=10.0):g}))"
        yield Finding("learning rate too small", "", evidence, sentence, faster)


def pace(probe: Probe) -> Iterator[Finding]:
    """A loss that falls, but so slowly that it would take many times the steps made so far to bring it down.

    Two things have to agree: a step changes the weights by far less than the usual thousandth of their size, and at the
    slope that a step has on its own batch, halving the loss takes many times the steps that were made. A loss that fell
    and has levelled off is not meant: it may be where it can be.

    Source: A. Karpathy, CS231n, "Neural Networks Part 3", ratio of weights to updates, cs231n.github.io.
    """
    trainer = probe.trainer
    losses = [event.loss for event in trainer.history]
    changes = {weight.name: weight.change for weight in probe.weights}
    if len(losses) < LEAST_STEPS or not changes or not probe.rises or not np.isfinite(losses).all():
        return
    change, late, slope = float(np.median(list(changes.values()))), float(np.mean(losses[-10:])), -np.mean(probe.rises)
    steps = 0.5 * late / slope if slope > 0 else math.inf
    if not HARDLY <= change < SLOW or steps < MANY * len(losses) or _levelled_off(losses):
        return
    lr = float(trainer.optimizer.param_groups[0]["lr"])
    least = min(changes, key=lambda name: changes[name])
    sentence = (
        f"The loss moves too slowly: after {len(losses)} steps it is {late:.3g}, and a step takes {slope:.1e} off it. "
        f"A step changes the weights by {change:.1e} of their size, where about a thousandth is usual: a larger "
        f"learning rate than {lr:g} would do the same in fewer steps."
    )
    evidence: dict[str, float | int | str] = {
        "lr": lr, "update over weight": change, f"update over weight of {least}": changes[least],
        "loss": late, "slope per step": -float(slope),
    }  # fmt: skip
    faster = f"nn.diagnosis.race(trainer, nn.diagnosis.rate_times({_towards(0.003, change, least=10.0):g}))"
    yield Finding("too slow", "", evidence, sentence, faster)


def _levelled_off(losses: list[float]) -> bool:
    """Whether a loss fell in the first half of its steps and hardly in the second."""
    few = max(len(losses) // 10, 3)
    middle = len(losses) // 2
    parts = [losses[:few], losses[middle - few // 2 : middle - few // 2 + few], losses[-few:]]
    first, half, last = (float(np.mean(part)) for part in parts)
    noise = 2.0 * float(np.std(parts[-1])) * math.sqrt(2.0 / few)
    return first - half > max(3.0 * (half - last), noise)


def _towards(wanted: float, change: float, *, least: float = 1e-6, most: float = 1e6) -> float:
    """The power of ten by which to change the rate, so that a step changes the weights by about the wanted share."""
    if not (math.isfinite(change) and change > 0):
        return 0.01
    return min(max(10.0 ** round(math.log10(wanted / change)), least), most)


def _not_finite(probe: Probe) -> str:
    """Where it ran out of numbers, in words; empty if it did not."""
    broken = next((event.trouble for event in probe.trainer.history if not event.finite), "")
    return broken or ("" if math.isfinite(probe.loss) else f"the loss is {probe.loss}")


def _overshoots(probe: Probe, losses: list[float], change: float) -> str:
    """How one sees that steps go too far, in words; empty if they do not."""
    late, rise = float(np.mean(losses[-10:])), float(np.mean(probe.rises)) if probe.rises else math.nan
    if len(losses) >= LEAST_STEPS and late > 1.5 * losses[0]:
        return f"the loss went from {losses[0]:.3g} to {late:.3g}"
    if rise > RISE * abs(losses[0]) and change > 1e-3:
        return f"a step on a batch makes the loss on this very batch larger by {rise:.2g}"
    return ""


def twice(probe: Probe) -> Iterator[Finding]:
    """A softmax before a loss that has one, a sigmoid before a loss that has one."""
    fused = {"softmax_cross_entropy": "softmax", "log_softmax": "softmax", "bce_with_logits": "sigmoid"}
    for op in probe.ops:
        before = source_of(op.inputs[0]) if op.inputs else None
        if op.name not in fused or not isinstance(before, Node) or before.op.name != fused[op.name]:
            continue
        name, place = fused[op.name], before.scope.path
        sentence = (
            f"The loss takes {name} itself, and gets the output of one: the gradients are squashed twice, and the loss "
            f"cannot get near 0. Give it the logits: leave {name} out of the network."
        )
        experiment = f"nn.diagnosis.race(trainer, nn.diagnosis.replaced({place!r}, nn.Identity()))"
        evidence: dict[str, float | int | str] = {"loss": op.name, "largest output": float(before.out.max())}
        yield Finding(f"{name} twice", place, evidence, sentence, experiment)
        return


def unnormalised(probe: Probe) -> Iterator[Finding]:
    """NLLLoss on what is no logarithm of probabilities: logits, or the probabilities themselves."""
    out = probe.output
    if not isinstance(probe.trainer.loss, NLLLoss) or out is None or out.ndim < 2:
        return
    sums = np.exp(out.astype(np.float64)).sum(axis=1)
    if not np.abs(sums - 1.0).max(initial=0.0) > 0.01:
        return
    given = "probabilities" if (out >= 0).all() and np.allclose(out.sum(axis=1), 1.0, atol=1e-3) else "logits"
    sentence = (
        f"NLLLoss wants the logarithms of probabilities and gets {given}, of which the loss can fall for ever without "
        "anything being learned: use CrossEntropyLoss on the logits, or end the network in LogSoftmax."
    )
    evidence: dict[str, float | int | str] = {"least sum": float(sums.min()), "largest sum": float(sums.max())}
    experiment = "np.exp(trainer.predict(trainer.loader.arrays[0][:8])).sum(axis=1)"
    yield Finding("no log-probabilities", "", evidence, sentence, experiment)


def wide(probe: Probe) -> Iterator[Finding]:
    """float64 that creeps into a float32 network: twice the memory, half the speed."""
    params = [(name, param.dtype) for name, param in probe.trainer.net.named_parameters()]
    if not params:
        return
    narrow = min((dtype for _, dtype in params), key=lambda dtype: dtype.itemsize)
    found = [(name, f"the parameter {name}", dtype) for name, dtype in params]
    found += [(op.place, f"the result of {op.name}", op.out.dtype) for op in probe.ops if op.out.dtype.kind == "f"]
    for where, what, dtype in found:
        if dtype.itemsize > narrow.itemsize:
            sentence = (
                f"The network is {narrow}, and {what} is {dtype}: all that follows is computed in it. Bring arrays and "
                f"numbers to the network's dtype, with .astype(np.{narrow}) or net.to(np.{narrow})."
            )
            evidence: dict[str, float | int | str] = {"network": str(narrow), "found": str(dtype)}
            yield Finding("float64 creeping in", where, evidence, sentence, "nn.diagnosis.dtypes(trainer)")
            return


def modes(probe: Probe) -> Iterator[Finding]:
    """Batch norm that is in another mode than the network around it, or whose statistics have never moved."""
    trainer = probe.trainer
    norms = [(p, m) for p, m in trainer.net.named_modules() if isinstance(m, (BatchNorm1d, BatchNorm2d))]
    frozen = [path for path, module in norms if module.training != trainer.net.training]
    unmoved = [
        path
        for path, module in norms
        if trainer.step_count and module.num_batches_tracked is not None and not int(module.num_batches_tracked)
    ]
    found = frozen or unmoved
    if not found:
        return
    said = "is in evaluation mode while the network trains" if frozen else "has never been in training mode"
    sentence = (
        f"{found[0]} {said}: it normalises by running statistics that are not the data's. Call net.train() to train, "
        "and net.eval() to evaluate."
    )
    evidence: dict[str, float | int | str] = {"layers": len(found), "of": len(norms), "steps": trainer.step_count}
    experiment = "nn.diagnosis.race(trainer, nn.diagnosis.in_training_mode())"
    yield Finding("batch norm in the wrong mode", found[0], evidence, sentence, experiment)


def overfitting(probe: Probe) -> Iterator[Finding]:
    """Validation loss that has turned up while the training loss falls on."""
    epochs = [event for event in probe.trainer.epochs if event.validation is not None]
    if len(epochs) < 5:
        return
    held_out = [event.validation.loss for event in epochs if event.validation is not None]
    best = int(np.argmin(held_out))
    now = float(np.median(held_out[-3:]))
    if len(held_out) - best <= 3 or not now > 1.1 * held_out[best] or not epochs[-1].loss < epochs[best].loss:
        return
    sentence = (
        f"Validation loss was {held_out[best]:.3g} after epoch {epochs[best].epoch} and is {now:.3g}, while training "
        f"loss fell from {epochs[best].loss:.3g} to {epochs[-1].loss:.3g}: it learns the training data by heart. Stop "
        "there (nn.EarlyStopping), or use weight decay, dropout or more data."
    )
    evidence: dict[str, Any] = {"best": held_out[best], "now": now, "epoch": epochs[best].epoch}
    steps = 10 * probe.trainer.steps_per_epoch
    decay = f"nn.diagnosis.race(trainer, nn.diagnosis.weight_decay(0.1), steps={steps}, validation=True)"
    yield Finding("overfitting", "", evidence, sentence, decay)


def memorised(probe: Probe, test: Any) -> Iterator[Finding]:
    """Test data on which the network is far worse than on the training data: it was trained too long, or is too large.

    Of classes a gap of a tenth counts, and of four samples at least, so that it is no accident.
    """
    trainer = probe.trainer
    if len(trainer.history) < LEAST_STEPS:
        return
    seen = trainer.evaluate(tuple(array[:ENOUGH] for array in trainer.loader.arrays))
    held_out = trainer.evaluate(test)
    if not (math.isfinite(held_out.loss) and held_out.loss > 2.0 * seen.loss):
        return
    evidence: dict[str, float | int | str] = {"training loss": seen.loss, "test loss": held_out.loss}
    if seen.accuracy is not None and held_out.accuracy is not None:
        gap = seen.accuracy - held_out.accuracy
        if gap < 0.1 or gap * DataLoader(test).samples < 4.0:
            return
        evidence |= {"training accuracy": seen.accuracy, "test accuracy": held_out.accuracy}
    elif not (held_out.loss > 4.0 * seen.loss and seen.loss < 0.5 * trainer.history[0].loss):
        return
    sentence = (
        f"The loss is {seen.loss:.3g} on the training data and {held_out.loss:.3g} on the test data: it learns the "
        "training data by heart. Stop earlier, or use weight decay, dropout or more data."
    )
    steps = 10 * trainer.steps_per_epoch
    decay = f"nn.diagnosis.race(trainer, nn.diagnosis.weight_decay(0.1), steps={steps}, test=data.test)"
    yield Finding("overfitting", "", evidence, sentence, decay)
