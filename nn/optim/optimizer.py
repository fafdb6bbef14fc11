"""What all optimisers share: parameter groups, the step over flat arrays, and state that can be saved.

An optimiser is one subclass: which state it keeps (`slots`), what that begins at (`begin`), the numbers of a step
(`numbers`) and the update of a stretch of parameters in place (`rule`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from typing import Any

import numpy as np
from numpy import add, multiply, negative, subtract

from autograd import Tensor, compiler, enable_grad
from autograd.errors import an_instance, message

from ..errors import ConfigError
from .flat import Array, Bucket
from .recording import record
from .saving import load

Group = dict[str, Any]


class Optimizer:
    """The base of the optimisers; make one of its subclasses.

    `params` are tensors, or dicts with the key "params" and options of their own: parameter groups.
    The tensors' arrays become views of arrays that the optimiser holds (see `flat`); their values stay. The weights of
    small linear layers lie transposed there: change elements by index or `.flat`, as `.reshape(-1)` of them is a copy.
    `param_groups` is read anew at each step, so `optimizer.param_groups[0]["lr"] = 0.1` takes effect at once.

    A parameter without gradient is left as it is. A gradient of NaN makes its parameter NaN, as in PyTorch.

    Raises ConfigError for no parameters, for a tensor that is no leaf or comes twice, and for options out of range.
    """

    def __init__(self, params: Iterable[Tensor] | Iterable[Mapping[str, Any]], defaults: Mapping[str, Any]) -> None:
        self.defaults = dict(defaults)
        self.param_groups: list[Group] = []
        self._buckets: list[list[Bucket]] = []
        if isinstance(params, (Tensor, Mapping)):
            got = "one tensor" if isinstance(params, Tensor) else "one dict"
            raise ConfigError(message(self.kind, f"{got} as params", "an iterable of them", "put it into a list"))
        given: list[Any] = list(params)
        if not given:
            do = "pass net.parameters() of a network that has some"
            raise ConfigError(message(self.kind, "params without a parameter", "at least one", do))
        groups = given if isinstance(given[0], Mapping) else [{"params": given}]
        checked = [self._checked_group(group) for group in groups]
        self._refuse_twice([param for group in checked for param in group["params"]])
        for group in checked:
            self._add(group)

    # -- what a subclass states

    def check(self, group: Group) -> None:
        """Raise ConfigError when the options of a group make no sense."""

    def slots(self, group: Group) -> tuple[str, ...]:
        """The names of the arrays that the rule keeps from step to step."""
        raise NotImplementedError

    def begin(self, group: Group) -> dict[str, float]:
        """What a parameter's arrays are before its first step, where that is not 0, and the numbers in its memory.

        A name that is not among the slots is a number that is kept for the parameter as a whole.
        """
        return {}

    def numbers(self, group: Group, step: int, memory: dict[str, float]) -> tuple[float, ...]:
        """The numbers that the rule needs at step number `step`, counted from 1; `memory` may be changed."""
        raise NotImplementedError

    def rule(self, group: Group, p: Array, g: Array, s: Array, t: Array, numbers: Any, *slots: Array) -> None:
        """Update a stretch `p` of the parameters, and of the slots, in place; `g` is read only, `s` and `t` scratch."""
        raise NotImplementedError

    # -- what a user calls

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update every parameter that has a gradient.

        `closure`, if given, computes the loss and its gradients first; what it returns is returned.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        recording = compiler.active()
        if recording is not None:
            record(self, recording)
            return loss
        # an overflow is seen in the values; as an exception it would leave half of the parameters updated
        with np.errstate(all="ignore"):
            for group, buckets in zip(self.param_groups, self._buckets, strict=True):
                for bucket in buckets:
                    bucket.update(self, group)
        return loss

    def ready_to_record(self) -> list[Any]:
        """Get ready to be part of a compiled step; give options, parameters, and all arrays that a step changes."""
        found: list[Any] = [*self.param_groups]
        for group, buckets in zip(self.param_groups, self._buckets, strict=True):
            for bucket in buckets:
                bucket._adopt()
                bucket.keep(self.slots(group))
                found += [*bucket.params, bucket.flat, *bucket.state.values()]
        return found

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget all gradients: each `grad` becomes None, or with `set_to_none=False` zeros where there is one."""
        for group in self.param_groups:
            for param in group["params"]:
                leaf = param.node
                if leaf is not None and set_to_none:
                    leaf.grad = None
                elif leaf is not None and leaf.grad is not None:
                    param.grad = np.zeros_like(param.readonly)

    def add_param_group(self, group: Mapping[str, Any]) -> None:
        """Train more parameters: a dict with "params", and options that differ from this optimiser's."""
        checked = self._checked_group(group)
        self._refuse_twice([param for each in [*self.param_groups, checked] for param in each["params"]])
        self._add(checked)

    def state_dict(self) -> dict[str, Any]:
        """A copy of all that a later run needs to go on exactly: steps and state arrays, and the options.

        Laid out as PyTorch's: "state" maps a parameter's number to its "step" and arrays, "param_groups" has the
        options, and the numbers under "params".
        """
        state: dict[int, dict[str, Any]] = {}
        groups = []
        for group, numbered in zip(self.param_groups, self._numbered(), strict=True):
            groups.append({**group, "params": list(numbered)})
            for number, (bucket, place) in numbered.items():
                if bucket.steps[place]:
                    arrays = {name: bucket.of(place, name).copy() for name in bucket.state}
                    state[number] = {"step": bucket.steps[place], **bucket.memory[place], **arrays}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from a state that `state_dict` gave, for the same parameters in the same order.

        Raises StateError, which lists all that does not fit; then nothing is loaded.
        """
        load(self, self.kind, self._numbered(), state_dict)

    def snapshot(self) -> Any:
        """A copy of the parameters and of all state, to go back to by `restore`: quicker than `state_dict`."""
        options = [{name: value for name, value in group.items() if name != "params"} for group in self.param_groups]
        return options, [[bucket.snapshot() for bucket in buckets] for buckets in self._buckets]

    def restore(self, snapshot: Any) -> None:
        """Put parameters, state and options back as they were when `snapshot` was taken; gradients are forgotten."""
        options, taken = snapshot
        for group, before in zip(self.param_groups, options, strict=True):
            params = group["params"]
            group.clear()
            group.update(before, params=params)
        for buckets, snapshots in zip(self._buckets, taken, strict=True):
            for bucket, each in zip(buckets, snapshots, strict=True):
                bucket.restore(each)

    @property
    def nbytes(self) -> int:
        """How many bytes the parameters and the state arrays take, once a step has been made."""
        each = zip(self.param_groups, self._buckets, strict=True)
        return sum(
            sum(bucket.flat.nbytes for bucket in buckets) * (1 + len(self.slots(group))) for group, buckets in each
        )

    def __repr__(self) -> str:
        lines = []
        for group in self.param_groups:
            options = ", ".join(f"{name}={value}" for name, value in group.items() if name != "params")
            count = sum(param.size for param in group["params"])
            lines.append(f"{self.kind}({options})  {count:,} parameters in {len(group['params'])} tensors")
        return "\n".join(lines)

    # -- building groups

    @property
    def kind(self) -> str:
        """The name of the class, as messages give it."""
        return type(self).__name__

    def _numbered(self) -> list[dict[int, tuple[Bucket, int]]]:
        """For each group, the number of each parameter over all groups, and where it lies."""
        all_buckets = [bucket for buckets in self._buckets for bucket in buckets]
        homes = {id(param): (bucket, i) for bucket in all_buckets for i, param in enumerate(bucket.params)}
        numbers = count()
        return [{next(numbers): homes[id(param)] for param in group["params"]} for group in self.param_groups]

    def _checked_group(self, given: Mapping[str, Any]) -> Group:
        group = {**self.defaults, **given}
        params = given.get("params", [])
        group["params"] = [params] if isinstance(params, Tensor) else list(params)
        if not group["params"]:
            raise ConfigError(message(self.kind, "a group without parameters", "at least one", 'fill its "params"'))
        for param in group["params"]:
            if not isinstance(param, Tensor):
                got, do = f"{an_instance(param)} among params", "pass net.parameters()"
                raise ConfigError(message(self.kind, got, "tensors", do))
            if not param.is_leaf:
                got = f"{param.name or 'a tensor'} of shape {param.shape}, which was computed, among params"
                raise ConfigError(message(self.kind, got, "leaves", "pass the tensors it was computed from"))
        self.check(group)
        return group

    def _refuse_twice(self, params: list[Tensor]) -> None:
        seen: set[int] = set()
        for param in params:
            if id(param) in seen:
                got = f"{param.name or 'a tensor'} of shape {param.shape} twice among params"
                raise ConfigError(message(self.kind, got, "each parameter once", "leave one out"))
            seen.add(id(param))

    def _add(self, group: Group) -> None:
        by_dtype: dict[Any, list[Tensor]] = {}
        for param in group["params"]:
            by_dtype.setdefault(param.dtype, []).append(param)
        self.param_groups.append(group)
        self._buckets.append([Bucket(params) for params in by_dtype.values()])


def downhill(group: Group, p: Array, g: Array, s: Array, decay: Array) -> Array:
    """What to go against: the gradient, or for `maximize` its opposite, plus the gradient of the penalty on p.

    It is `g` itself where nothing has to be done, otherwise in the scratch `s`.
    """
    if not group.get("weight_decay") or group.get("decoupled_weight_decay"):
        return negative(g, s) if group["maximize"] else g
    multiply(p, decay, s)
    return subtract(s, g, s) if group["maximize"] else add(g, s, s)


def decayed(group: Group, p: Array, g: Array, s: Array, decay: Array, shrink: Array) -> Array:
    """As `downhill`, for optimisers with `decoupled_weight_decay`: where that is on, p itself is shrunk, in place."""
    if group["decoupled_weight_decay"] and group["weight_decay"]:
        multiply(p, shrink, p)
    return downhill(group, p, g, s, decay)


def check_numbers(where: str, group: Group, **good: str) -> None:
    """Raise ConfigError unless the options named are finite numbers of at least 0; `good` has values to propose."""
    for name, value in good.items():
        check_number(where, name, group[name], f"pass {name}={value}")


def check_betas(where: str, group: Group) -> None:
    """Raise ConfigError unless `betas` are two numbers from 0 to below 1."""
    betas = check_pair(where, group, "betas", (0.9, 0.999))
    for i, beta in enumerate(betas):
        check_number(where, f"betas[{i}]", beta, "pass betas=(0.9, 0.999)", below=1.0)


def check_pair(where: str, group: Group, name: str, good: tuple[float, float]) -> Any:
    """The option `name`, if it is a pair; otherwise ConfigError."""
    pair = group[name]
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise ConfigError(message(where, f"{name}={pair!r}", "a pair of numbers", f"pass {name}={good}"))
    return pair


def check_number(
    where: str, name: str, value: Any, do: str, *, below: float = math.inf, most: float = math.inf
) -> None:
    """Raise ConfigError unless `value` is a finite number of at least 0, less than `below`, and at most `most`."""
    is_number = isinstance(value, (int, float, np.integer, np.floating))
    if is_number and 0 <= value < below and value <= most:
        return
    expected = "at least 0"
    if below < math.inf:
        expected = f"from 0 to below {below:g}"
    elif most < math.inf:
        expected = f"from 0 to {most:g}"
    raise ConfigError(message(where, f"{name}={value!r}", f"a number {expected}", do))
