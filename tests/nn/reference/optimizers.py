"""Writes optimizers.npz: fifty steps of PyTorch's optimisers, `python -m tests.nn.reference.optimizers`.

It needs torch 2.13 (`pip install torch==2.13.0` in an environment of its own); the tests need only the file. With
`--check` it writes nothing, and says whether the file still has PyTorch's numbers. All is float64. What is minimised
is `objective` in test_trajectories.py, written out here in torch.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tests.nn.reference.stored import main

STEPS = 50
KEPT = (1, 2, 3, 6, 12, 25, 50)


class Run(NamedTuple):
    """One run: which optimiser, with which options; whether gradients are left out, whether there are two groups."""

    kind: str
    options: dict[str, Any]
    skipping: bool = False
    groups: bool = False


RUNS: dict[str, Run] = {
    "sgd": Run("SGD", {"lr": 0.05}),
    "sgd_decay": Run("SGD", {"lr": 0.05, "weight_decay": 0.1}),
    "sgd_maximize": Run("SGD", {"lr": 0.001, "maximize": True, "momentum": 0.5, "weight_decay": 0.1}),
    "momentum": Run("SGD", {"lr": 0.02, "momentum": 0.9}),
    "momentum_skipping": Run("SGD", {"lr": 0.02, "momentum": 0.9}, skipping=True),
    "momentum_groups": Run("SGD", {"lr": 0.02, "momentum": 0.9}, groups=True),
    "dampening": Run("SGD", {"lr": 0.05, "momentum": 0.9, "dampening": 0.5}),
    "dampening_skipping": Run("SGD", {"lr": 0.05, "momentum": 0.9, "dampening": 0.5}, skipping=True),
    "nesterov": Run("SGD", {"lr": 0.02, "momentum": 0.9, "nesterov": True}),
    "nesterov_decay": Run("SGD", {"lr": 0.02, "momentum": 0.9, "nesterov": True, "weight_decay": 0.05}),
    "everything": Run("SGD", {"lr": 0.02, "momentum": 0.5, "dampening": 0.25, "weight_decay": 0.01}),
    "adam": Run("Adam", {"lr": 0.05}),
    "adam_skipping": Run("Adam", {"lr": 0.05}, skipping=True),
    "adam_groups": Run("Adam", {"lr": 0.05}, groups=True),
    "adam_decay": Run("Adam", {"lr": 0.05, "weight_decay": 0.1}),
    "adam_decoupled": Run("Adam", {"lr": 0.05, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    "adam_betas": Run("Adam", {"lr": 0.02, "betas": (0.5, 0.9)}),
    "adam_betas_0": Run("Adam", {"lr": 0.02, "betas": (0.0, 0.0)}),
    "adam_eps": Run("Adam", {"lr": 0.05, "eps": 0.1}),
    "adam_maximize": Run("Adam", {"lr": 0.01, "maximize": True, "weight_decay": 0.1}),
    "amsgrad": Run("Adam", {"lr": 0.05, "amsgrad": True, "betas": (0.9, 0.8)}),
    "amsgrad_skipping": Run("Adam", {"lr": 0.05, "amsgrad": True, "weight_decay": 0.1}, skipping=True),
    "adamw": Run("AdamW", {"lr": 0.05}),
    "adamw_decay": Run("AdamW", {"lr": 0.05, "weight_decay": 0.3}, skipping=True),
    "adamw_amsgrad": Run("AdamW", {"lr": 0.05, "weight_decay": 0.3, "amsgrad": True, "betas": (0.9, 0.8)}),
    "adamw_maximize": Run("AdamW", {"lr": 0.01, "maximize": True}),
    "adamw_no_decay": Run("AdamW", {"lr": 0.05, "weight_decay": 0.0}),
    "nadam": Run("NAdam", {"lr": 0.05}),
    "nadam_defaults": Run("NAdam", {}),
    "nadam_skipping": Run("NAdam", {"lr": 0.05, "weight_decay": 0.1}, skipping=True),
    "nadam_decoupled": Run("NAdam", {"lr": 0.05, "weight_decay": 0.1, "decoupled_weight_decay": True}, groups=True),
    "nadam_options": Run("NAdam", {"lr": 0.05, "betas": (0.6, 0.9), "momentum_decay": 0.5, "eps": 0.01}),
    "nadam_maximize": Run("NAdam", {"lr": 0.01, "maximize": True, "weight_decay": 0.1}),
    "radam": Run("RAdam", {"lr": 0.05}),
    "radam_betas": Run("RAdam", {"lr": 0.05, "betas": (0.8, 0.9)}),
    "radam_never_divides": Run("RAdam", {"lr": 0.02, "betas": (0.8, 0.5)}),
    "radam_skipping": Run("RAdam", {"lr": 0.05, "weight_decay": 0.1, "eps": 0.01}, skipping=True),
    "radam_decoupled": Run("RAdam", {"lr": 0.05, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    "radam_maximize": Run("RAdam", {"lr": 0.01, "maximize": True}),
    "adamax": Run("Adamax", {"lr": 0.05}),
    "adamax_betas": Run("Adamax", {"lr": 0.05, "betas": (0.5, 0.6), "eps": 0.1}),
    "adamax_skipping": Run("Adamax", {"lr": 0.05, "weight_decay": 0.1}, skipping=True),
    "adamax_maximize": Run("Adamax", {"lr": 0.01, "maximize": True, "weight_decay": 0.1}),
    "adagrad": Run("Adagrad", {"lr": 0.1}),
    "adagrad_options": Run("Adagrad", {"lr": 0.5, "lr_decay": 0.1, "initial_accumulator_value": 0.2, "eps": 0.01}),
    "adagrad_skipping": Run("Adagrad", {"lr": 0.1, "weight_decay": 0.1, "lr_decay": 0.05}, skipping=True),
    "adagrad_groups": Run("Adagrad", {"lr": 0.1, "initial_accumulator_value": 0.1}, groups=True),
    "adagrad_maximize": Run("Adagrad", {"lr": 0.01, "maximize": True, "weight_decay": 0.1}),
    "rmsprop": Run("RMSprop", {"lr": 0.02}),
    "rmsprop_options": Run("RMSprop", {"lr": 0.02, "alpha": 0.9, "eps": 0.01, "weight_decay": 0.1}),
    "rmsprop_momentum": Run("RMSprop", {"lr": 0.01, "alpha": 0.9, "momentum": 0.8}, skipping=True),
    "rmsprop_centered": Run("RMSprop", {"lr": 0.01, "alpha": 0.9, "eps": 0.01, "centered": True}),
    "rmsprop_all": Run(
        "RMSprop",
        {"lr": 0.01, "alpha": 0.9, "eps": 0.01, "centered": True, "momentum": 0.5,
         "weight_decay": 0.1, "maximize": True},
    ),
    "rmsprop_groups": Run("RMSprop", {"lr": 0.02, "momentum": 0.5}, groups=True),
    "adadelta": Run("Adadelta", {}),
    "adadelta_options": Run("Adadelta", {"lr": 2.0, "rho": 0.7, "eps": 0.001, "weight_decay": 0.1}),
    "adadelta_skipping": Run("Adadelta", {"lr": 3.0, "eps": 0.001}, skipping=True),
    "adadelta_maximize": Run("Adadelta", {"maximize": True, "eps": 0.001, "weight_decay": 0.1}),
    "rprop": Run("Rprop", {"lr": 0.05}),
    "rprop_options": Run("Rprop", {"lr": 0.05, "etas": (0.3, 1.5), "step_sizes": (0.01, 0.1)}),
    "rprop_skipping": Run("Rprop", {"lr": 0.05}, skipping=True),
    "rprop_groups": Run("Rprop", {"lr": 0.05}, groups=True),
    "rprop_maximize": Run("Rprop", {"lr": 0.001, "maximize": True}),
    "asgd": Run("ASGD", {"lr": 0.1}),
    "asgd_options": Run("ASGD", {"lr": 0.1, "lambd": 0.05, "alpha": 0.5, "t0": 10, "weight_decay": 0.1}),
    "asgd_skipping": Run("ASGD", {"lr": 0.1, "lambd": 0.1, "t0": 3}, skipping=True),
    "asgd_maximize": Run("ASGD", {"lr": 0.01, "t0": 5, "maximize": True}),
}  # fmt: skip
# What the rule keeps, compared at the end of one run with gradients left out: PyTorch's names and numbers.
STATES = ("momentum_skipping", "amsgrad_skipping", "nadam_skipping", "radam_skipping", "adamax_skipping",
          "adagrad_skipping", "rmsprop_momentum", "rmsprop_all", "adadelta_skipping", "rprop_skipping",
          "asgd_skipping")  # fmt: skip


def problem() -> dict[str, np.ndarray[Any, Any]]:
    """The small network that the optimisers train: inputs, targets and first weights."""
    rng = np.random.default_rng(7)
    shapes = {"x": (20, 2), "y": (20, 1), "w1": (3, 2), "b1": (3,), "w2": (1, 3), "b2": (1,)}
    return {name: rng.standard_normal(shape) for name, shape in shapes.items()}


def left_out(step: int) -> list[int]:
    """The parameters, by number, that have no gradient at a step of a run with `skipping`."""
    return [1] * (step % 3 == 1) + [3] * (step < 5)


def numbers(torch: Any) -> dict[str, Any]:
    """All runs: the parameters at some of the steps, and for some the state at the end."""
    torch.set_default_dtype(torch.float64)  # PyTorch keeps some of its state in this dtype
    out: dict[str, Any] = {}
    for name, run in RUNS.items():
        out[name], optimizer = trajectory(torch, run)
        if name in STATES:
            entries = [entry for _, entry in sorted(optimizer.state_dict()["state"].items())]
            for key in entries[0]:
                out[f"{name}/{key}"] = np.concatenate([np.ravel(entry[key]) for entry in entries])
    return out


def trajectory(torch: Any, run: Run) -> tuple[np.ndarray[Any, Any], Any]:
    """Fifty steps of one run."""
    data = {key: torch.tensor(value) for key, value in problem().items()}
    params = [data[key].requires_grad_() for key in ("w1", "b1", "w2", "b2")]
    given = [{"params": params[:2]}, {"params": params[2:], "lr": 0.01}] if run.groups else params
    optimizer = getattr(torch.optim, run.kind)(given, **run.options)
    kept = []
    for step in range(1, STEPS + 1):
        if step == 30:
            optimizer.param_groups[0]["lr"] *= 0.5
        optimizer.zero_grad()
        hidden = torch.tanh(data["x"] @ params[0].T + params[1])
        ((hidden @ params[2].T + params[3] - data["y"]) ** 2).mean().backward()
        for i in left_out(step) if run.skipping else ():
            params[i].grad = None
        optimizer.step()
        if step in KEPT:
            kept.append(np.concatenate([p.detach().numpy().ravel() for p in params]))
    return np.array(kept), optimizer


if __name__ == "__main__":
    main("optimizers", numbers)
