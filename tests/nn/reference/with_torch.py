"""Runs the cases in PyTorch, and writes its answers: `python -m tests.nn.reference.with_torch` makes answers.npz.

It needs torch 2.13 (`pip install torch==2.13.0` in an environment of its own) and nothing of this project; the tests
need only the file. With `--check` it writes nothing, and says whether the file still has PyTorch's numbers. All is
float64.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from tests.nn.reference import function_cases, layer_cases, loss_cases
from tests.nn.reference.cases import Case, Draw
from tests.nn.reference.stored import main

CASES = (*layer_cases.CASES, *loss_cases.CASES, *function_cases.CASES)

Answers = dict[str, np.ndarray]


def _arrays(outputs: Any) -> Iterator[Any]:
    if isinstance(outputs, (tuple, list)):
        for part in outputs:
            yield from _arrays(part)
    elif outputs is not None:
        yield outputs


def _tracked(case: Case, value: Any, what: str, leaves: dict[str, Any]) -> Any:
    import torch

    if isinstance(value, tuple) and any(isinstance(part, Draw) for part in value):
        return tuple(_tracked(case, part, f"{what}.{i}", leaves) for i, part in enumerate(value))
    if not isinstance(value, Draw):
        return value
    tensor = torch.tensor(case.drawn(value, what))
    if value.tracked:
        leaves[what] = tensor.requires_grad_()
    return tensor


def _pull(case: Case, outputs: Any, found: Answers, prefix: str) -> None:
    import torch

    total: Any = 0.0
    for i, y in enumerate(_arrays(outputs)):
        found[f"{prefix}y{i}"] = y.detach().numpy()
        if y.requires_grad:
            total = total + (y * torch.tensor(case.cotangent(i, tuple(y.shape)))).sum()
    if isinstance(total, torch.Tensor):
        total.backward()


def _gradient(leaf: Any) -> np.ndarray:
    return np.zeros(tuple(leaf.shape)) if leaf.grad is None else leaf.grad.numpy().copy()


def answers(case: Case) -> Answers:
    """Outputs, gradients and buffers, by what they are."""
    return _module_answers(case) if case.kind[0].isupper() else _function_answers(case)


def _function_answers(case: Case) -> Answers:
    import torch

    found: Answers = {}
    leaves: dict[str, Any] = {}
    inputs = [_tracked(case, value, f"input {i}", leaves) for i, value in enumerate(case.inputs)]
    options = {name: _tracked(case, value, name, leaves) for name, value in case.options.items()}
    function = torch.logsumexp if case.kind == "logsumexp" else getattr(torch.nn.functional, case.kind)
    _pull(case, function(*inputs, **options), found, "")
    return found | {f"d {what}": _gradient(leaf) for what, leaf in leaves.items()}


def _module_answers(case: Case) -> Answers:
    import torch

    def drawn(value: Any, what: str) -> Any:
        return torch.tensor(case.drawn(value, what)) if isinstance(value, Draw) else value

    found: Answers = {}
    args = [drawn(value, f"argument {i}") for i, value in enumerate(case.args)]
    options = {name: drawn(value, name) for name, value in case.options.items()}
    module = getattr(torch.nn, case.kind)(*args, **options).double()
    module.load_state_dict({
        name: torch.tensor(case.parameter(name, tuple(value.shape))) if value.is_floating_point() else value
        for name, value in module.state_dict().items()
    })  # fmt: skip
    for number, mode in enumerate(case.modes):
        module.train(mode == "train")
        module.zero_grad()
        leaves: dict[str, Any] = {}
        inputs = [_tracked(case, value, f"input {i}", leaves) for i, value in enumerate(case.inputs)]
        if case.kind == "BCELoss" and not inputs[1].is_floating_point():
            inputs[1] = inputs[1].double()  # PyTorch takes no integers here
        given = {name: _tracked(case, value, name, leaves) for name, value in case.call.items()}
        _pull(case, module(*inputs, **given), found, f"{number} ")
        found |= {f"{number} d {what}": _gradient(leaf) for what, leaf in leaves.items()}
        found |= {f"{number} d {name}": _gradient(param) for name, param in module.named_parameters()}
        parameters = dict(module.named_parameters())
        found |= {
            f"{number} {name}": value.numpy().copy()
            for name, value in module.state_dict().items()
            if name not in parameters
        }
    return found | {f"state {i} {name}": np.zeros(0) for i, name in enumerate(module.state_dict())}


def numbers(torch: Any) -> dict[str, Any]:
    """All answers: for each kind of module or function one vector, and under "layout" what lies in it."""
    layout: dict[str, Any] = {}
    vectors: dict[str, list[np.ndarray]] = {}
    for case in CASES:
        found = answers(case)
        layout[case.name] = [(what, value.shape) for what, value in found.items()]
        vectors.setdefault(case.kind, []).extend(np.asarray(value, float).ravel() for value in found.values())
    text = json.dumps(layout, separators=(",", ":")).encode()
    joined = {kind: np.concatenate(parts) for kind, parts in vectors.items()}
    return {"torch": np.array(torch.__version__), "layout": np.frombuffer(text, np.uint8), **joined}


def unpacked(stored: dict[str, np.ndarray]) -> dict[str, Answers]:
    """The answers by case, from what `numbers` gave."""
    layout = json.loads(bytes(stored["layout"]))
    starts = dict.fromkeys(stored, 0)
    found: dict[str, Answers] = {}
    for case in CASES:
        found[case.name] = {}
        for what, shape in layout.get(case.name, ()):
            start, size = starts[case.kind], int(np.prod(shape))
            found[case.name][what] = stored[case.kind][start : start + size].reshape(shape)
            starts[case.kind] = start + size
    return found


if __name__ == "__main__":
    main("answers", numbers)
