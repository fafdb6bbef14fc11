"""What all optimisers share: parameter groups, the step over flat arrays, and state that can be saved.

An optimiser is one subclass: which state it keeps (`slots`), the numbers of a step (`numbers`) and the update of a
stretch of parameters in place (`rule`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from typing import Any

import numpy as np

from autograd import Tensor, enable_grad
from autograd.errors import message

from ..errors import ConfigError
from .flat import Array, Bucket
from .saving import load

Group = dict[str, Any]


class Optimizer:
    """The base of the optimisers; make one of its subclasses.

    `params` are tensors, or dicts with the key "params" and options of their own: parameter groups.
    The tensors' arrays become views of arrays that the optimiser holds (see `flat`); their values stay.
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
            raise ConfigError(message(self._kind, f"{got} as params", "an iterable of them", "put it into a list"))
        given: list[Any] = list(params)
        if not given:
            do = "pass net.parameters() of a network that has some"
            raise ConfigError(message(self._kind, "params without a parameter", "at least one", do))
        groups = given if isinstance(given[0], Mapping) else [{"params": given}]
        checked = [self._checked_group(group) for group in groups]
        self._refuse_twice([param for group in checked for param in group["params"]])
        for group in checked:
            self._add(group)

    # -- what a subclass states

    def check(self, group: Group) -> None:
        """Raise ConfigError when the options of a group make no sense."""

    def slots(self, group: Group) -> tuple[str, ...]:
        """The names of the arrays that the rule keeps from step to step; each begins at 0."""
        raise NotImplementedError

    def numbers(self, group: Group, step: int) -> tuple[float, ...]:
        """The numbers that the rule needs at step number `step`, counted from 1."""
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
        # an overflow is seen in the values; as an exception it would leave half of the parameters updated
        with np.errstate(all="ignore"):
            for group, buckets in zip(self.param_groups, self._buckets, strict=True):
                for bucket in buckets:
                    bucket.update(self, group)
        return loss

    def zero_grad(self) -> None:
        """Forget all gradients: each parameter's `grad` becomes None."""
        for group in self.param_groups:
            for param in group["params"]:
                if param.requires_grad:
                    param.grad = None

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
                    state[number] = {"step": bucket.steps[place], **arrays}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from a state that `state_dict` gave, for the same parameters in the same order.

        Raises StateError, which lists all that does not fit; then nothing is loaded.
        """
        load(self, self._kind, self._numbered(), state_dict)

    def __repr__(self) -> str:
        lines = []
        for group in self.param_groups:
            options = ", ".join(f"{name}={value}" for name, value in group.items() if name != "params")
            count = sum(param.size for param in group["params"])
            lines.append(f"{self._kind}({options})  {count:,} parameters in {len(group['params'])} tensors")
        return "\n".join(lines)

    # -- building groups

    @property
    def _kind(self) -> str:
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
            raise ConfigError(message(self._kind, "a group without parameters", "at least one", 'fill its "params"'))
        for param in group["params"]:
            if not isinstance(param, Tensor):
                got, do = f"a {type(param).__name__} among params", "pass net.parameters()"
                raise ConfigError(message(self._kind, got, "tensors", do))
            if not param.is_leaf:
                got = f"{param.name or 'a tensor'} of shape {param.shape}, which was computed, among params"
                raise ConfigError(message(self._kind, got, "leaves", "pass the tensors it was computed from"))
        self.check(group)
        return group

    def _refuse_twice(self, params: list[Tensor]) -> None:
        seen: set[int] = set()
        for param in params:
            if id(param) in seen:
                got = f"{param.name or 'a tensor'} of shape {param.shape} twice among params"
                raise ConfigError(message(self._kind, got, "each parameter once", "leave one out"))
            seen.add(id(param))

    def _add(self, group: Group) -> None:
        by_dtype: dict[Any, list[Tensor]] = {}
        for param in group["params"]:
            by_dtype.setdefault(param.dtype, []).append(param)
        self.param_groups.append(group)
        self._buckets.append([Bucket(params) for params in by_dtype.values()])


def check_number(where: str, name: str, value: Any, do: str, *, below: float = math.inf) -> None:
    """Raise ConfigError unless `value` is a finite number of at least 0, and less than `below`."""
    is_number = isinstance(value, (int, float, np.integer, np.floating))
    if not is_number or not 0 <= value < below:
        expected = "at least 0" if below == math.inf else f"from 0 to below {below:g}"
        raise ConfigError(message(where, f"{name}={value!r}", f"a number {expected}", do))
