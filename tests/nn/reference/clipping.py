"""Writes clipping.npz: gradients as PyTorch clips them, `python -m tests.nn.reference.clipping`, or with `--check`."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.nn.reference.stored import main

NORMS = ((0.5, 2.0), (2.0, 1.0), (1.0, 3.0), (0.25, float("inf")), (0.0, 2.0), (1000.0, 2.0))
VALUES = (0.3, 5.0)


def gradients() -> list[np.ndarray[Any, Any]]:
    """Gradients of four parameters."""
    rng = np.random.default_rng(5)
    return [2.0 * rng.standard_normal(shape) for shape in ((3, 4), (), (5,), (2, 2, 2))]


def numbers(torch: Any) -> dict[str, Any]:
    """The norm before, and all gradients after, for each bound; float64."""

    def params() -> list[Any]:
        made = []
        for gradient in gradients():
            param = torch.zeros(gradient.shape, dtype=torch.float64, requires_grad=True)
            param.grad = torch.tensor(gradient)
            made.append(param)
        return [*made, torch.zeros(3, dtype=torch.float64, requires_grad=True)]  # one has no gradient

    def flat(given: list[Any]) -> np.ndarray[Any, Any]:
        return np.concatenate([param.grad.numpy().ravel() for param in given[:-1]])

    out: dict[str, Any] = {}
    for i, (most, power) in enumerate(NORMS):
        given = params()
        out[f"norm/{i}"] = torch.nn.utils.clip_grad_norm_(given, most, power)
        out[f"clipped/{i}"] = flat(given)
    for i, most in enumerate(VALUES):
        given = params()
        torch.nn.utils.clip_grad_value_(given, most)
        out[f"value/{i}"] = flat(given)
    return out


if __name__ == "__main__":
    main("clipping", numbers)
