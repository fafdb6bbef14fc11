"""Checks of what flows: gradients that vanish or explode, units that are saturated, dead, or copies of each other."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from .balance import Balance
from .findings import Finding
from .probe import Op, Probe, Weight

SATURATED, DEAD = 0.75, 0.4  # shares of a layer's outputs, and of its units
FAR = {"tanh": 0.97, "sigmoid": 0.985}  # outputs beyond which the slope is below a sixteenth of the steepest
RELUS = ("relu",)


def fresh(probe: Probe, rate: float = 1.0) -> str:
    """The experiment that draws the weights anew, by what suits the activations; with another rate if asked for."""
    scheme = "kaiming_normal" if any(op.name in RELUS for op in probe.ops) else "xavier_uniform"
    options = repr(scheme) if rate == 1.0 else f"{scheme!r}, rate={rate:g}"
    return f"nn.diagnosis.race(trainer, nn.diagnosis.reinitialised({options}))"


def gradients(probe: Probe) -> Iterator[Finding]:
    """Gradients that are next to nothing everywhere, or in early weights out of proportion to the last one's."""
    weights = [weight for weight in probe.weights if math.isfinite(weight.rms)]
    balance = Balance.of(probe.trainer.history)
    if weights and balance.is_flat(weight.rms for weight in weights):
        yield _flat(probe, weights)
        return
    if len(weights) < 2 or not weights[-1].rms > 0:
        return
    last = weights[-1]
    least, most = min(weights[:-1], key=lambda each: each.rms), max(weights[:-1], key=lambda each: each.rms)
    experiment = fresh(probe)
    if balance.judge(least.rms, last.rms) in ("vanishing", "zero"):
        cure = "larger first weights"
        if any(op.name == "sigmoid" and not _is_output(probe, op) for op in probe.ops):  # its slope is at most 1/4
            cure = "tanh, which is four times as steep as sigmoid"
            experiment = "nn.diagnosis.race(trainer, nn.diagnosis.with_activation(nn.Tanh))"
        sentence = (
            f"The gradient of {least.name} is {_ratio(least, last)} of that at the loss side, so that the layers near "
            f"the input hardly learn: {cure}, batch norm or fewer layers bring it back."
        )
        yield Finding("vanishing gradients", least.name, _evidence(least, last), sentence, experiment)
    growth = _growth(probe)
    if balance.judge(most.rms, last.rms) == "exploding":
        sentence = (
            f"The gradient of {most.name} is {_ratio(most, last)} times that at the loss side: smaller first weights, "
            "batch norm or clip_norm hold it."
        )
        yield Finding("exploding gradients", most.name, _evidence(most, last), sentence, experiment)
    elif growth > balance.exploding:
        sentence = (
            f"What the network gives is {growth:.1e} times as large as what it gets: each layer makes it larger, and "
            "the gradients on their way back too. Smaller first weights or batch norm hold it."
        )
        yield Finding("exploding gradients", "", {"output over input": growth}, sentence, experiment)


def _flat(probe: Probe, weights: list[Weight]) -> Finding:
    most = max(weights, key=lambda each: each.rms)
    sentence = (
        f"No weight has a gradient above {most.rms:.1e}: a step moves nothing, whatever the rate. If the loss is not "
        "as low as it can be, the way from it to the weights is cut: units that are dead or saturated, a loss that "
        "does not change."
    )
    evidence: dict[str, float | int | str] = {f"rms of {most.name}": most.rms, "loss": probe.loss}
    return Finding("no gradient", most.name, evidence, sentence, fresh(probe))


def _growth(probe: Probe) -> float:
    """How many times as large the output is as what the network was given, and was asked for; 0 if it is no number."""
    if probe.output is None or probe.output.dtype.kind != "f":
        return 0.0
    scales = [_rms(array) for array in (*probe.inputs, probe.target) if array.dtype.kind == "f"]
    growth = _rms(probe.output) / max([1.0, *scales])
    return growth if math.isfinite(growth) else 0.0


def _rms(array: np.ndarray[Any, Any]) -> float:
    return math.sqrt(float(np.mean(np.square(array, dtype=np.float64)))) if array.size else 0.0


def _ratio(weight: Weight, last: Weight) -> str:
    return f"{weight.rms / last.rms:.1e}" if weight.rms else "0"


def _evidence(weight: Weight, last: Weight) -> dict[str, float | int | str]:
    return {f"rms of {weight.name}": weight.rms, f"rms of {last.name}": last.rms, "ratio": weight.rms / last.rms}


def saturated(probe: Probe) -> Iterator[Finding]:
    """Sigmoids and tanhs whose outputs are nearly all at the ends, where the slope is next to 0."""
    worst = _worst(probe, [op for op in probe.ops if op.name in FAR and not _is_output(probe, op)], _far)
    losses = [event.loss for event in probe.trainer.history]
    if worst is None or worst[1] < SATURATED or (losses and probe.loss < 0.5 * losses[0]):
        return  # units at the ends are no trouble where it has learned
    op, share = worst
    sentence = (
        f"{share:.0%} of the outputs of {op.name} are at the ends of its range, where its slope is nearly 0: smaller "
        "first weights, standardised features or batch norm bring them back."
    )
    yield Finding("saturated units", op.place, {"saturated": share, "slope": _slope(op)}, sentence, fresh(probe))


def _far(op: Op) -> float:
    far = np.abs(op.out) if op.name == "tanh" else np.maximum(op.out, 1 - op.out)
    return float((far > FAR[op.name]).mean())


def _slope(op: Op) -> float:
    slopes = 1 - op.out**2 if op.name == "tanh" else op.out * (1 - op.out)
    return float(slopes.mean())


def dead(probe: Probe) -> Iterator[Finding]:
    """ReLUs that give 0 for every sample: nothing flows back through them."""
    worst = _worst(probe, [op for op in probe.ops if op.name in RELUS and op.out.ndim >= 2], _dead)
    if worst is None or worst[1] < DEAD:
        return
    op, share = worst
    sentence = (
        f"{share:.0%} of the units give 0 for each of {len(op.out)} samples, and get no gradient any more: a smaller "
        "learning rate from the start, or LeakyReLU, keeps them alive."
    )
    yield Finding("dead units", op.place, {"dead": share, "units": op.out.shape[1]}, sentence, fresh(probe, 0.1))


def _dead(op: Op) -> float:
    others = tuple(axis for axis in range(op.out.ndim) if axis != 1)
    return float((op.out.max(axis=others) <= 0).mean())


def _worst(probe: Probe, ops: list[Op], share: object) -> tuple[Op, float] | None:
    shares = [(op, share(op)) for op in ops if op.out.size]  # type: ignore[operator]
    return max(shares, key=lambda pair: pair[1], default=None)


def _is_output(probe: Probe, op: Op) -> bool:
    """Whether it is what the network gives: there, the ends of the range are where it should be."""
    return probe.output is not None and op.out.shape == probe.output.shape and np.array_equal(op.out, probe.output)


def symmetric(probe: Probe) -> Iterator[Finding]:
    """Hidden units with the same weights, which get the same gradients and stay the same."""
    params = dict(probe.trainer.net.named_parameters())
    for weight in probe.weights[:-1]:
        rows = weight.values.reshape(len(weight.values), -1)
        bias = params.get(f"{weight.name.removesuffix('weight')}bias")
        if bias is not None and bias.shape == (len(rows),):
            rows = np.column_stack((rows, bias.readonly))
        if not np.isfinite(rows).all():
            return  # it ran out of numbers: what is the same then says nothing
        # each row on its own scale, and the scale: beside one weight of 1e20 all others would be 0
        unit = np.maximum(np.abs(rows).max(axis=1, initial=0.0, keepdims=True), 1e-30)
        different = len(np.unique(np.column_stack((rows / unit, np.log10(unit))).round(6), axis=0))
        if len(rows) >= 2 and different <= len(rows) / 2:
            verb = "differs" if different == 1 else "differ"
            sentence = (
                f"Of the {len(rows)} units of {weight.name} only {different} {verb}: copies get the same gradients and "
                "stay copies, until the weights are drawn at random."
            )
            evidence: dict[str, float | int | str] = {"units": len(rows), "different": different}
            yield Finding("symmetric units", weight.name, evidence, sentence, fresh(probe))
            return
