"""A training run as PyTorch source: loss, optimiser, schedule, and the loop with the same batches."""

from __future__ import annotations

import inspect
from typing import Any

from autograd.errors import message

from ..data import DataLoader
from ..errors import ConfigError
from ..module import Module
from ..optim import DeltaBarDelta, Optimizer
from ..optim.lr_scheduler import ChainedScheduler, LRScheduler, ReduceLROnPlateau, SequentialLR
from ..training import Trainer
from ..training.evaluation import EVALUATION_ROWS, evaluate, evaluating, threshold_of
from .torch_classes import Classes, spelled


def run_source(trainer: Trainer) -> str:
    """What comes after `make_net`: the function `train`, and for one with validation data `evaluate` before it."""
    named, optimizer = _optimizer(trainer.optimizer, trainer.net)
    names = _inputs(trainer)
    given = ", ".join(f"{name}[rows]" for name in names)
    epoch_end, step_end = _scheduling(trainer)
    lines = [f"    loss_of = {_loss(trainer.loss)}", *named, f"    optimizer = {optimizer}"]
    if trainer.scheduler is not None:
        lines.append(f"    scheduler = {_scheduler(trainer.scheduler)}")
    lines += [
        f"    {_as_tensors([*names, 'y'])}",
        *([f"    {_as_tensors(_validating(trainer))}", "    found = []"] if trainer.validation is not None else []),
        "    losses = []",
        "    for epoch in range(epochs):",
        "        net.train()",
        *_batches(trainer),
        "            optimizer.zero_grad()",
        f"            loss = loss_of(net({given}), y[rows])",
        "            loss.backward()",
        *_clipping(trainer),
        "            optimizer.step()",
        "            losses.append(loss.item())",
        *step_end,
        *epoch_end,
        f"    return {'losses' if trainer.validation is None else 'losses, found'}",
    ]
    arguments = ", ".join([*names, "y", *_validating(trainer), "epochs"])
    more = "" if trainer.validation is None else ", and loss and accuracy on the validation data after every epoch"
    what = f'    """Train on arrays; give the loss of every step{more}."""'
    head = [f"def train(net, {arguments}):", what, *_left_out(trainer)]
    return "\n\n" + _evaluation(trainer) + "\n".join([*head, *lines]) + "\n"


def _inputs(trainer: Trainer) -> list[str]:
    count = len(trainer.loader.arrays) - 1
    return ["x"] if count == 1 else [f"x{i + 1}" for i in range(count)]


def _validating(trainer: Trainer) -> list[str]:
    """The names of the validation data, if there are any."""
    return [f"{name}_val" for name in (*_inputs(trainer), "y")] if trainer.validation is not None else []


def _as_tensors(names: list[str]) -> str:
    return f"{', '.join(names)} = {', '.join(f'torch.as_tensor({name})' for name in names)}"


def _left_out(trainer: Trainer) -> list[str]:
    """A remark on what is Python of one's own or of ours."""
    kinds = sorted({type(callback).__name__ for callback in trainer.callbacks})
    return [f"    # without the callbacks of the run that this was made from: {', '.join(kinds)}"] if kinds else []


def _evaluation(trainer: Trainer) -> str:
    """The function `evaluate`, for a run with validation data."""
    if trainer.validation is None:
        return ""
    names = _inputs(trainer)
    hits = _hits(trainer)
    summed = getattr(trainer.loss, "reduction", "mean") == "sum"
    lines = [
        f"def evaluate(net, loss_of, {', '.join(names)}, y):",
        f'    """The loss{" and the accuracy" if hits else ""}, in evaluation mode; it is a mean over the samples."""',
        "    net.eval()",
        f"    total{', right' if hits else ''} = 0.0{', 0' if hits else ''}",
        "    with torch.no_grad():",
        f"        for rows in torch.arange(len(y)).split({EVALUATION_ROWS}):",
        f"            output, target = net({', '.join(f'{name}[rows]' for name in names)}), y[rows]",
        f"            total += loss_of(output, target).item(){'' if summed else ' * len(rows)'}",
        *([f"            right += int(({hits}).sum())"] if hits else []),
        f"    return total / len(y), {'right / y.numel()' if hits else 'None'}",
    ]
    return "\n".join(lines) + "\n\n\n"


def _hits(trainer: Trainer) -> str:
    """What says which predictions are right; nothing if the targets are no classes."""
    if trainer.validation is None:
        return ""
    *inputs, target = (array[:4] for array in DataLoader(trainer.validation, shuffle=False).arrays)
    if evaluate(trainer.net, trainer.loss, (*inputs, target)).accuracy is None:
        return ""
    threshold = threshold_of(trainer.loss)
    if threshold is not None:
        return f"(output.reshape(-1) > {threshold}) == (target.reshape(-1) > 0.5)"
    with evaluating(trainer.net):
        shape = trainer.net(*inputs).shape
    return f"output.argmax(dim={1 if shape[:1] + shape[2:] == target.shape else -1}) == target"


def _scheduling(trainer: Trainer) -> tuple[list[str], list[str]]:
    """The lines that judge and step the schedule, at the end of an epoch and of a step."""
    judged = []
    if trainer.validation is not None:
        judged = [f"        found.append(evaluate(net, loss_of, {', '.join(_validating(trainer))}))"]
    if trainer.scheduler is None:
        return judged, []
    if trainer._schedule_every == "step":
        return judged, ["            scheduler.step()"]
    measure = ""
    if isinstance(trainer.scheduler, ReduceLROnPlateau):
        steps = trainer.steps_per_epoch
        by_accuracy = trainer.scheduler.mode == "max" and bool(_hits(trainer))
        measure = f"found[-1][{int(by_accuracy)}]" if judged else f"sum(losses[-{steps}:]) / {steps}"
    return [*judged, f"        scheduler.step({measure})"], []


def _clipping(trainer: Trainer) -> list[str]:
    lines = []
    if trainer.clip_norm is not None:
        lines.append(f"            nn.utils.clip_grad_norm_(net.parameters(), {trainer.clip_norm!r})")
    if trainer.clip_value is not None:
        lines.append(f"            nn.utils.clip_grad_value_(net.parameters(), {trainer.clip_value!r})")
    return lines


def _batches(trainer: Trainer) -> list[str]:
    loader = trainer.loader
    size, stop = loader.batch_size, "len(y)"
    if loader.drop_last:
        stop = f"len(y) - {size} + 1"
    order = "np.arange(len(y))"
    if loader.shuffle:
        order = f"np.random.default_rng([{loader.seed}, epoch]).permutation(len(y))  # as NumPy draws it"
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
