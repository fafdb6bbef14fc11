"""Writes torch.npz, numbers of PyTorch that nn is held against: `python -m tests.nn.reference.make_reference`.

It needs torch 2.13 (`pip install torch==2.13.0` in an environment of its own); the tests need only the file. With
`--check` it writes nothing, and says whether the file still has PyTorch's numbers. Everything is float64.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.nn.reference.stored import main

INITS: dict[str, tuple[str, dict[str, Any]]] = {
    "uniform": ("uniform_", {"a": -0.5, "b": 2.0}),
    "normal": ("normal_", {"mean": 1.0, "std": 0.3}),
    "xavier_uniform": ("xavier_uniform_", {"gain": 1.5}),
    "xavier_normal": ("xavier_normal_", {}),
    "kaiming_uniform": ("kaiming_uniform_", {"a": 0.2}),
    "kaiming_uniform_out": ("kaiming_uniform_", {"mode": "fan_out", "nonlinearity": "relu"}),
    "kaiming_normal": ("kaiming_normal_", {"nonlinearity": "relu"}),
    "kaiming_normal_out": ("kaiming_normal_", {"mode": "fan_out", "nonlinearity": "tanh"}),
}
INIT_SHAPES = ((250, 400), (40, 25, 10, 10))
GAINS = ("linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d",
         "sigmoid", "tanh", "relu", "leaky_relu", "selu")  # fmt: skip


def layers(torch: Any, out: dict[str, Any]) -> None:
    """Linear and the activations: value and gradients for a random cotangent."""
    rng = np.random.default_rng(0)
    for i, shape in enumerate([(4, 3), (1, 3), (3,), (2, 5, 3), (0, 3)]):
        x, w, b = rng.standard_normal(shape), rng.standard_normal((2, 3)), rng.standard_normal(2)
        g = rng.standard_normal((*shape[:-1], 2))
        tx, tw, tb = (torch.tensor(a, requires_grad=True) for a in (x, w, b))
        y = torch.nn.functional.linear(tx, tw, tb)
        y.backward(torch.tensor(g))
        out.update({f"linear/{i}/x": x, f"linear/{i}/w": w, f"linear/{i}/b": b, f"linear/{i}/g": g})
        made = {"y": y.detach(), "dx": tx.grad, "dw": tw.grad, "db": tb.grad}
        out.update({f"linear/{i}/{key}": value for key, value in made.items()})
    for name in ("relu", "tanh", "sigmoid", "log_softmax"):
        x, g = 3 * rng.standard_normal((4, 5)), rng.standard_normal((4, 5))
        x[0, 0] = 0.0
        tx = torch.tensor(x, requires_grad=True)
        y = getattr(torch.nn.functional, name)(tx, **({"dim": 1} if name == "log_softmax" else {}))
        y.backward(torch.tensor(g))
        out.update({f"{name}/x": x, f"{name}/g": g, f"{name}/y": y.detach(), f"{name}/dx": tx.grad})


def losses(torch: Any, out: dict[str, Any]) -> None:
    """The losses under each reduction: value and gradient of the input."""
    rng = np.random.default_rng(1)
    logits = 4 * rng.standard_normal((6, 5))
    soft = rng.random((6, 5))
    targets = {
        "mse_loss": rng.standard_normal((6, 5)),
        "cross_entropy": rng.integers(0, 5, 6),
        "soft_cross_entropy": soft / soft.sum(axis=1, keepdims=True),
    }
    out["losses/input"] = logits
    for name, target in targets.items():
        out[f"losses/{name}/target"] = target
        function = getattr(torch.nn.functional, name.removeprefix("soft_"))
        for reduction in ("mean", "sum", "none"):
            tx = torch.tensor(logits, requires_grad=True)
            y = function(tx, torch.tensor(target), reduction=reduction)
            weights = rng.standard_normal(tuple(y.shape))
            y.backward(torch.tensor(weights))
            key = f"losses/{name}/{reduction}"
            out.update({f"{key}/g": weights, f"{key}/y": y.detach(), f"{key}/dx": tx.grad})


def initialisers(torch: Any, out: dict[str, Any]) -> None:
    """Mean, deviation, least and largest of 1e5 draws, and the gains."""
    torch.manual_seed(0)
    for name, (function, options) in INITS.items():
        for shape in INIT_SHAPES:
            t = getattr(torch.nn.init, function)(torch.empty(*shape, dtype=torch.float64), **options)
            moments = [t.mean(), t.std(), t.min(), t.max()]
            out[f"init/{name}/{len(shape)}"] = np.array([float(m) for m in moments])
    layer = torch.nn.Linear(100, 1000, dtype=torch.float64)
    for part, t in (("weight", layer.weight.detach()), ("bias", layer.bias.detach())):
        out[f"init/linear/{part}"] = np.array([float(m) for m in (t.mean(), t.std(), t.min(), t.max())])
    out["gains"] = np.array([torch.nn.init.calculate_gain(name) for name in GAINS])
    out["gains/leaky_relu_0.3"] = np.array(torch.nn.init.calculate_gain("leaky_relu", 0.3))


def names(torch: Any, out: dict[str, Any]) -> None:
    """The keys of a state: nested containers, and a layer that is used twice."""
    shared = torch.nn.Linear(3, 3)
    inner = torch.nn.Sequential(shared, torch.nn.Tanh(), shared)
    net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), inner, torch.nn.Linear(3, 1, bias=False))
    out["names/state"] = np.array(list(net.state_dict()))
    out["names/parameters"] = np.array([name for name, _ in net.named_parameters()])
    out["names/modules"] = np.array([name for name, _ in net.named_modules()])


def numbers(torch: Any) -> dict[str, Any]:
    """All of them, by key."""
    out: dict[str, Any] = {"torch": np.array(torch.__version__)}
    for part in (layers, losses, initialisers, names):
        part(torch, out)
    return out


if __name__ == "__main__":
    main("torch", numbers)
