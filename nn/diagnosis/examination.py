"""`diagnose`: one look at a run, all checks on what was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograd.errors import an_instance, message

from ..errors import ConfigError
from ..module import Module
from ..optim import Optimizer
from ..training import Trainer
from ..training.evaluation import Data
from . import flow, setting
from .findings import Diagnosis, Finding
from .leftovers import leftover
from .mistakes import explained
from .probe import Probe, look

# Those first that may be the cause of others.
CHECKS: tuple[Callable[[Probe], Iterator[Finding]], ...] = (
    setting.twice,
    setting.unnormalised,
    setting.modes,
    setting.wide,
    setting.features,
    flow.symmetric,
    setting.rate,
    setting.pace,
    flow.dead,
    flow.saturated,
    flow.gradients,
    setting.overfitting,
)
# Where little flows, little moves, whatever the rate.
CAUSES_OF_STANDING = {"symmetric units", "dead units", "saturated units", "vanishing gradients", "no gradient"}


def diagnose(trainer: Trainer, *, error: BaseException | None = None, test: Data | None = None) -> Diagnosis:
    """What is probably wrong with a run, with evidence and the experiment that would confirm it.

    It looks for vanishing, exploding and missing gradients, saturated, dead and symmetric units, unscaled and
    all-positive features, a learning rate that is too large or too small, a loss that falls too slowly, softmax or
    sigmoid applied twice or not at all, batch norm in the wrong mode, float64 in a float32 network, overfitting; where
    a step fails, it explains the error.

    Args:
        trainer: the run, at any step; it is afterwards as it was.
        error: an error to explain; without it the one that a step raises now, or that the last step raised.
        test: data that it was not trained on, on which overfitting is seen without validation data.

    Example:
        >>> import nn
        >>> data = nn.data.moons(seed=0)
        >>> net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2))
        >>> _ = nn.init.constant_(net[0].weight, 0.5), nn.init.zeros_(net[0].bias)
        >>> trainer = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.Adam(net.parameters(), lr=0.01), data)
        >>> nn.diagnose(trainer)
        1. symmetric units in 0.weight
          Of the 8 units of 0.weight only 1 differs: copies get the same gradients and stay copies,
          until the weights are drawn at random.
          evidence: units 8, different 1
          experiment: nn.diagnosis.race(trainer, nn.diagnosis.reinitialised('xavier_uniform'))
    """
    given: object = trainer
    if not isinstance(given, Trainer):
        do = "pass a Trainer, or the parts by name to nn.diagnosis.diagnose_parts"
        raise ConfigError(message("diagnose", an_instance(given), "a Trainer", do))
    probe = look(trainer)
    failed = error or probe.error or trainer.last_error
    found = list(explained(probe, failed))
    if probe.error is None:
        for check in CHECKS:
            with np.errstate(all="ignore"):
                found += check(probe)
        if test is not None and not any(finding.name == "overfitting" for finding in found):
            found += setting.memorised(probe, test)
    if CAUSES_OF_STANDING & {finding.name for finding in found}:
        found = [finding for finding in found if finding.name not in ("learning rate too small", "too slow")]
    return Diagnosis(tuple(found))


def diagnose_parts(
    net: Module,
    loss: Callable[[Any, Any], Any],
    optimizer: Optimizer,
    data: Any,
    *,
    step: Callable[[], Any] | None = None,
    batch_size: int = 32,
    error: BaseException | None = None,
) -> Diagnosis:
    """The same for a training loop of one's own: its parts, and if given one `step` of it.

    The step, a function without arguments, is made twice to see whether it begins without gradients, and in which mode
    the network is meanwhile; all is put back.

    Example:
        >>> import nn
        >>> data, net = nn.data.moons(seed=0), nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2))
        >>> loss, optimizer = nn.CrossEntropyLoss(), nn.optim.Adam(net.parameters(), lr=0.01)
        >>> def step():
        ...     loss(net(data.x[:32]), data.y[:32]).backward()
        ...     optimizer.step()
        >>> nn.diagnosis.diagnose_parts(net, loss, optimizer, data, step=step).names
        ('missing zero_grad',)
    """
    trainer = Trainer(net, loss, optimizer, data, batch_size=batch_size, keep=0)
    found: list[Finding] = []
    if step is not None:
        found += _step_findings(step, net, optimizer)
    rest = diagnose(trainer, error=error)
    return Diagnosis((*found, *rest))


def _step_findings(step: Callable[[], Any], net: Module, optimizer: Optimizer) -> Iterator[Finding]:
    modes: list[bool] = []
    with net.register_forward_pre_hook(lambda module, args: modes.append(module.training)):
        left = leftover(step, net, optimizer)
    if not left.clean:
        sentence = (
            f"{left.share:.0%} of the update came from gradients that were there before the step: they add up from "
            "step to step. Call optimizer.zero_grad() before backward()."
        )
        experiment = "nn.diagnosis.leftover(step, net, optimizer)"
        yield Finding("missing zero_grad", "", {"share of the update": left.share}, sentence, experiment)
    if modes and not any(modes) and any(True for _ in net.buffers()):
        sentence = (
            "The network is in evaluation mode while it trains, so its running statistics stand still: net.train()."
        )
        yield Finding("batch norm in the wrong mode", "", {"training": "False"}, sentence, "net.train(); step()")
