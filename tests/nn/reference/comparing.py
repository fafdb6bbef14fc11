"""Runs a case in nn, in the order in which `with_torch.py` runs it in PyTorch, and gives what there is to compare."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

import nn
import nn.functional as F
from autograd import Tensor
from tests.nn.reference.cases import Case, Draw

Answers = dict[str, np.ndarray]


def arrays(outputs: Any) -> Iterator[Any]:
    """The arrays and tensors among outputs, in order."""
    if isinstance(outputs, (tuple, list)):
        for part in outputs:
            yield from arrays(part)
    elif outputs is not None:
        yield outputs


def answers(case: Case) -> Answers:
    """Outputs, gradients and buffers, by what they are."""
    return _module_answers(case) if case.kind[0].isupper() else _function_answers(case)


def _tracked(case: Case, value: Any, what: str, leaves: dict[str, Tensor]) -> Any:
    if isinstance(value, tuple) and any(isinstance(part, Draw) for part in value):
        return tuple(_tracked(case, part, f"{what}.{i}", leaves) for i, part in enumerate(value))
    array = case.drawn(value, what)
    if isinstance(value, Draw) and value.tracked:
        leaves[what] = Tensor(array, requires_grad=True)
        return leaves[what]
    return array


def _pull(case: Case, outputs: Any, found: Answers, prefix: str) -> None:
    total: Any = 0.0
    for i, y in enumerate(arrays(outputs)):
        found[f"{prefix}y{i}"] = np.asarray(y.data if isinstance(y, Tensor) else y)
        if isinstance(y, Tensor) and y.requires_grad:
            total = total + (y * case.cotangent(i, y.shape)).sum()
    if isinstance(total, Tensor):
        total.backward()


def _gradient(leaf: Tensor) -> np.ndarray:
    return np.zeros(leaf.shape) if leaf.grad is None else leaf.grad.data


def _function_answers(case: Case) -> Answers:
    found: Answers = {}
    leaves: dict[str, Tensor] = {}
    inputs = [_tracked(case, value, f"input {i}", leaves) for i, value in enumerate(case.inputs)]
    options = {name: _tracked(case, value, name, leaves) for name, value in case.options.items()}
    _pull(case, getattr(F, case.kind)(*inputs, **options), found, "")
    return found | {f"d {what}": _gradient(leaf) for what, leaf in leaves.items()}


def _module_answers(case: Case) -> Answers:
    found: Answers = {}
    args = [case.drawn(value, f"argument {i}") for i, value in enumerate(case.args)]
    options = {name: case.drawn(value, name) for name, value in case.options.items()}
    module = getattr(nn, case.kind)(*args, **options).double()
    state = module.state_dict()
    module.load_state_dict({
        name: case.parameter(name, value.shape).astype(value.dtype) if value.dtype.kind == "f" else value
        for name, value in state.items()
    })  # fmt: skip
    for number, mode in enumerate(case.modes):
        module.train(mode == "train")
        module.zero_grad()
        leaves: dict[str, Tensor] = {}
        inputs = [_tracked(case, value, f"input {i}", leaves) for i, value in enumerate(case.inputs)]
        given = {name: _tracked(case, value, name, leaves) for name, value in case.call.items()}
        _pull(case, module(*inputs, **given), found, f"{number} ")
        found |= {f"{number} d {what}": _gradient(leaf) for what, leaf in leaves.items()}
        found |= {f"{number} d {name}": _gradient(param) for name, param in module.named_parameters()}
        parameters = dict(module.named_parameters())
        found |= {f"{number} {name}": value for name, value in module.state_dict().items() if name not in parameters}
    return found | {f"state {i} {name}": np.zeros(0) for i, name in enumerate(module.state_dict())}
