"""The arguments of nn beside PyTorch's: names, order and defaults, `python -m tests.nn.reference.signatures`.

It needs torch 2.13. Every class and function that both have under one name is compared by what `inspect` says of it;
those that PyTorch writes in C++ have no signature, and are left to the cases that call them.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from inspect import Parameter
from typing import Any

import nn

# PyTorch's way of placing things, its kernels, and what its own documentation calls deprecated
THEIRS = {
    "device", "dtype", "size_average", "reduce", "foreach", "capturable", "differentiable", "fused", "generator", "out",
    "sparse", "_weight", "_freeze", "min_value", "max_value", "enable_nested_tensor", "mask_check", "_stacklevel",
}  # fmt: skip
OURS = {"rng", "dtype", "base", "temperature", "name"}  # in which base, with which randomness
# They take *args there, or None where ours is what they make of None.
OTHERWISE = {"Identity", "LSTM", "GRU", "RNN", "Module", "Sequential", "Sigmoid", "Tanh", "Tanhshrink", "LogSigmoid",
             "Softsign", "max_pool1d", "max_pool2d"}  # fmt: skip
DEFAULTS = {"Softmax dim", "LogSoftmax dim", "Softmin dim", "softmax dim", "log_softmax dim", "softmin dim",
            "ModuleDict modules", "ModuleList modules", "ParameterList values", "Parameter data",
            "TransformerEncoderLayer activation"}  # fmt: skip


def arguments(thing: Any, without: set[str]) -> dict[str, Parameter] | None:
    """The arguments by name, None for what has no signature."""
    try:
        found = inspect.signature(thing).parameters
    except (TypeError, ValueError):
        return None
    return {name: each for name, each in found.items() if name not in without}


def differences(name: str, ours: Any, theirs: Any) -> Iterator[str]:
    """What one has and the other has not, and defaults and orders that differ."""
    mine, other = arguments(ours, OURS), arguments(theirs, THEIRS)
    if mine is None or other is None or name in OTHERWISE:
        return
    yield from (f"{name} has no {argument}" for argument in other if argument not in mine)
    yield from (f"{name} has {argument}, which is not there" for argument in mine if argument not in other)
    both = [argument for argument in other if argument in mine]
    for argument in both:
        a, b = mine[argument].default, other[argument].default
        if f"{name} {argument}" not in DEFAULTS and (type(a), a) != (type(b), b) and not _numbers_alike(a, b):
            yield f"{name} has {argument}={a!r}, there it is {b!r}"
    places = [
        argument for argument in both if Parameter.KEYWORD_ONLY not in (mine[argument].kind, other[argument].kind)
    ]
    if places != [argument for argument in mine if argument in places]:
        yield f"{name} has its arguments in another order"


def _numbers_alike(a: Any, b: Any) -> bool:
    return isinstance(a, (int, float)) and isinstance(b, (int, float)) and a == b


def main() -> int:
    """Compare all of them; give the exit code."""
    import torch

    places = [
        (nn, torch.nn), (nn.functional, torch.nn.functional), (nn.init, torch.nn.init), (nn.utils, torch.nn.utils),
        (nn.optim, torch.optim), (nn.optim.lr_scheduler, torch.optim.lr_scheduler),
    ]  # fmt: skip
    compared, wrong = 0, []
    for ours, theirs in places:
        for name in ours.__all__:
            thing, other = getattr(ours, name), getattr(theirs, name, None)
            if callable(thing) and other is not None:
                compared += 1
                wrong += differences(name, thing, other)
    for line in wrong:
        print(f"  {line}")
    print(f"signatures: {compared} compared, {len(wrong)} differences")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
