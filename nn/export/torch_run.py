"""A training run as PyTorch source: loss, optimiser, schedule, and the loop with the same batches."""

from __future__ import annotations

import inspect
from typing import Any

from autograd.errors import message

from ..errors import ConfigError
from ..module import Module
from ..optim import DeltaBarDelta, Optimizer
from ..optim.lr_scheduler import ChainedScheduler, LRScheduler, ReduceLROnPlateau, SequentialLR
from ..training import Trainer
from .torch_classes import Classes, spelled


def run_source(trainer: Trainer) -> str:
    """What comes after `make_net`: the function `train`."""
    named, optimizer = _optimizer(trainer.optimizer, trainer.net)
    lines = [f"    loss_of = {_loss(trainer.loss)}", *named, f"    optimizer = {optimizer}"]
    epoch_end, step_end = _scheduling(trainer)
    if trainer.scheduler is not None:
        lines.append(f"    scheduler = {_scheduler(trainer.scheduler)}")
    lines += [
        "    x, y, losses = torch.as_tensor(x), torch.as_tensor(y), []",
        "    for epoch in range(epochs):",
        "        net.train()",
        *_batches(trainer),
        "            optimizer.zero_grad()",
        "            loss = loss_of(net(x[rows]), y[rows])",
        "            loss.backward()",
        *_clipping(trainer),
        "            optimizer.step()",
        "            losses.append(loss.item())",
        *step_end,
        *epoch_end,
        "    return losses",
    ]
    head = '\n\ndef train(net, x, y, epochs):\n    """Train on arrays; give the loss of every step."""\n'
    return head + "\n".join(lines) + "\n"


def _scheduling(trainer: Trainer) -> tuple[list[str], list[str]]:
    """The lines that step the schedule, at the end of an epoch and of a step."""
    if trainer.scheduler is None:
        return [], []
    if trainer._schedule_every == "step":
        return [], ["            scheduler.step()"]
    if not isinstance(trainer.scheduler, ReduceLROnPlateau):
        return ["        scheduler.step()"], []
    steps = trainer.steps_per_epoch
    note = "  # the run that this was made from took the validation data's" if trainer.validation is not None else ""
    return [f"        scheduler.step(sum(losses[-{steps}:]) / {steps}){note}"], []


def _clipping(trainer: Trainer) -> list[str]:
    lines = []
    if trainer.clip_norm is not None:
        lines.append(f"            nn.utils.clip_grad_norm_(net.parameters(), {trainer.clip_norm!r})")
    if trainer.clip_value is not None:
        lines.append(f"            nn.utils.clip_grad_value_(net.parameters(), {trainer.clip_value!r})")
    return lines


def _batches(trainer: Trainer) -> list[str]:
    loader = trainer.loader
    size, stop = loader.batch_size, "len(x)"
    if loader.drop_last:
        stop = f"len(x) - {size} + 1"
    order = "np.arange(len(x))"
    if loader.shuffle:
        order = f"np.random.default_rng([{loader.seed}, epoch]).permutation(len(x))  # as NumPy draws it"
    return [
        f"        order = {order}",
        f"        for i in range(0, {stop}, {size}):",
        f"            rows = torch.as_tensor(order[i : i + {size}])",
    ]


def _loss(loss: Any) -> str:
    if isinstance(loss, Module):
        base = getattr(loss, "base", None)
        made = Classes().expression(loss, None)
        if base is None:
            return made
        return f"lambda output, target: {_without_base(made)}(output, target) / math.log({base!r})"
    name = getattr(loss, "__name__", "")
    if getattr(loss, "__module__", "").startswith("nn.functional"):
        return f"F.{name}"
    do = "use a loss of nn, or write it there by hand"
    raise ConfigError(message("to_torch", f"the loss {name or type(loss).__name__}", "a loss of nn", do))


def _without_base(made: str) -> str:
    kept = [part for part in made[made.index("(") + 1 : -1].split(", ") if part and not part.startswith("base=")]
    return f"{made[: made.index('(')]}({', '.join(kept)})"


def _optimizer(optimizer: Optimizer, net: Module) -> tuple[list[str], str]:
    """The lines before the optimiser, and the optimiser."""
    if isinstance(optimizer, DeltaBarDelta):
        do = "use another, or write its rule there by hand"
        raise ConfigError(message("to_torch", "DeltaBarDelta", "an optimiser that PyTorch has", do))
    groups = [_group_options(optimizer, group) for group in optimizer.param_groups]
    every = len(groups) == 1 and len(optimizer.param_groups[0]["params"]) == len(list(net.parameters()))
    if every:
        arguments = "".join(f", {name}={spelled(value)}" for name, value in groups[0].items())
        return [], f"torch.optim.{optimizer.kind}(net.parameters(){arguments})"
    names = {id(param): name for name, param in net.named_parameters()}
    listed = []
    for group, options in zip(optimizer.param_groups, groups, strict=True):
        members = ", ".join(f"named[{names[id(param)]!r}]" for param in group["params"])
        own = "".join(f", {name!r}: {spelled(value)}" for name, value in options.items())
        listed.append(f"        {{'params': [{members}]{own}}},\n")
    return ["    named = dict(net.named_parameters())"], f"torch.optim.{optimizer.kind}([\n{''.join(listed)}    ])"


def _group_options(optimizer: Optimizer, group: dict[str, Any]) -> dict[str, Any]:
    """The options of a group that are not PyTorch's own; the rate as it was before a schedule."""
    given = group | ({"lr": group["initial_lr"]} if "initial_lr" in group else {})
    first = {name: param.default for name, param in inspect.signature(type(optimizer)).parameters.items()}
    return {name: given[name] for name in first if name in given and name != "params" and given[name] != first[name]}


def _scheduler(scheduler: LRScheduler) -> str:
    place = "torch.optim.lr_scheduler"
    if isinstance(scheduler, ChainedScheduler):
        return f"{place}.ChainedScheduler([{', '.join(map(_scheduler, scheduler.schedulers))}])"
    if isinstance(scheduler, SequentialLR):
        inside = ", ".join(map(_scheduler, scheduler.schedulers))
        return f"{place}.SequentialLR(optimizer, [{inside}], milestones={scheduler.milestones!r})"
    arguments = []
    for name, parameter in inspect.signature(type(scheduler)).parameters.items():
        if name in ("optimizer", "last_epoch"):
            continue
        value = vars(scheduler).get(name)
        if callable(value) or (value is None and parameter.default is parameter.empty):
            got, do = f"{scheduler.kind} with {name}, which is a function", "write the schedule there by hand"
            raise ConfigError(message("to_torch", got, "a schedule by its numbers", do))
        if name in vars(scheduler) and value != parameter.default:
            arguments.append(f", {name}={spelled(value)}")
    return f"{place}.{scheduler.kind}(optimizer{''.join(arguments)})"
