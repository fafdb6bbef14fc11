"""Programs that nn.export.to_torch writes, run in PyTorch: `python -m tests.nn.reference.programs`.

It needs torch 2.13. For each network: the same names and shapes of parameters, and with the same weights the same
outputs, in training and in evaluation mode. For each run: the same loss at every step of three epochs.
"""

from __future__ import annotations

import sys
import traceback
import warnings
from typing import Any

import numpy as np

import nn
from tests.nn.export.forwards import FORWARDS
from tests.nn.export.networks import ACTIVATIONS, NETWORKS, arrays, draw

X = draw(50, 4)
Y = (X.sum(axis=1) > 0).astype(np.int64)


def run(
    optimizer: Any, scheduler: Any = None, loss: Any = None, data: Any = None, net: Any = None, **options: Any
) -> Any:
    nn.manual_seed(0)
    net = net or nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, 2))
    made = optimizer(net)
    schedule = scheduler(nn.optim.lr_scheduler, made) if scheduler else None
    settings = {"batch_size": 16, "seed": 3, "scheduler": schedule, **options}
    return nn.Trainer(net, loss or nn.CrossEntropyLoss(), made, data or (X, Y), **settings)


RUNS: dict[str, Any] = {
    "adam": lambda: run(lambda n: nn.optim.Adam(n.parameters(), lr=0.01)),
    "clipping": lambda: run(
        lambda n: nn.optim.SGD(n.parameters(), lr=0.1, momentum=0.9, nesterov=True),
        lambda s, o: s.StepLR(o, 2, gamma=0.5), clip_norm=0.1, clip_value=0.05,
    ),
    "one cycle": lambda: run(
        lambda n: nn.optim.AdamW(n.parameters()), lambda s, o: s.OneCycleLR(o, 0.1, total_steps=30)
    ),
    "cyclic": lambda: run(
        lambda n: nn.optim.SGD(n.parameters()),
        lambda s, o: s.CyclicLR(o, 0.01, 0.1, step_size_up=4, mode="triangular2"),
    ),
    "plateau": lambda: run(
        lambda n: nn.optim.RMSprop(n.parameters(), centered=True),
        lambda s, o: s.ReduceLROnPlateau(o, factor=0.5, patience=0, min_lr=0.001),
    ),
    "sequential": lambda: run(
        lambda n: nn.optim.NAdam(n.parameters()),
        lambda s, o: s.SequentialLR(o, [s.LinearLR(o, total_iters=2), s.CosineAnnealingLR(o, 5)], [2]),
    ),
    "chained": lambda: run(
        lambda n: nn.optim.Adagrad(n.parameters()),
        lambda s, o: s.ChainedScheduler([s.ConstantLR(o), s.ExponentialLR(o, 0.9)]),
    ),
    "groups": lambda: run(
        lambda n: nn.optim.Adam(
            [{"params": [n[0].weight]}, {"params": [n[0].bias, n[3].weight], "lr": 0.05, "betas": (0.5, 0.9)}]
        )
    ),
    "some parameters": lambda: run(lambda n: nn.optim.Adamax([n[3].weight], lr=0.1)),
    "bits": lambda: run(
        lambda n: nn.optim.RAdam(n.parameters()), loss=nn.CrossEntropyLoss(base=2, label_smoothing=0.1)
    ),
    "class weights": lambda: run(
        lambda n: nn.optim.Adam(n.parameters()), loss=nn.CrossEntropyLoss(weight=np.array([1.0, 2.0], np.float32))
    ),
    "a function": lambda: run(lambda n: nn.optim.Adam(n.parameters()), loss=nn.functional.cross_entropy),
    "numbers to predict": lambda: run(
        lambda n: nn.optim.Rprop(n.parameters()), loss=nn.MSELoss(), data=(X, X[:, :1]), net=nn.Linear(4, 1)
    ),
    "validation": lambda: run(
        lambda n: nn.optim.SGD(n.parameters(), lr=0.5),
        lambda s, o: s.ReduceLROnPlateau(o, "max", factor=0.5, patience=0), validation=(X[:20], Y[:20]),
    ),
    "validation of two classes": lambda: run(
        lambda n: nn.optim.SGD(n.parameters(), lr=0.5), lambda s, o: s.ReduceLROnPlateau(o, factor=0.5, patience=0),
        loss=nn.BCEWithLogitsLoss(), data=(X, Y[:, None].astype(np.float32)), net=nn.Linear(4, 1),
        validation=(X[:20], Y[:20, None].astype(np.float32)),
    ),
    "validation of numbers": lambda: run(
        lambda n: nn.optim.SGD(n.parameters(), lr=0.001), loss=nn.MSELoss(reduction="sum"), data=(X, X[:, :1]),
        net=nn.Linear(4, 1), validation=(X[:20], X[:20, :1]),
    ),
    "two inputs": lambda: run(
        lambda n: nn.optim.Adam(n.parameters()), data=nn.data.TensorDataset(X, X[:, :2], Y), net=nn.Bilinear(4, 2, 2),
        validation=nn.data.TensorDataset(X[:9], X[:9, :2], Y[:9]),
    ),
    "in order": lambda: run(
        lambda n: nn.optim.Adam(n.parameters()), data=nn.data.DataLoader((X, Y), 12, shuffle=False, drop_last=True)
    ),
}  # fmt: skip


def program(source: str) -> dict[str, Any]:
    """What a program defines."""
    names: dict[str, Any] = {}
    exec(compile(source, "program", "exec"), names)
    return names


def loaded(torch: Any, net: nn.Module, theirs: Any) -> Any:
    """The network of the program with the weights of ours."""
    state = {name: torch.from_numpy(np.array(value)) for name, value in net.state_dict().items()}
    theirs.load_state_dict(state)
    return theirs


def check_network(torch: Any, net: nn.Module, example: Any, axes: Any = 0) -> None:
    """Raise AssertionError unless the program's network gives what ours gives."""
    theirs = loaded(torch, net, program(nn.export.to_torch(net, example, batch_axis=axes))["make_net"]())
    inputs = example if isinstance(example, tuple) else (example,)
    for mode in (True, False):
        net.train(mode)
        theirs.train(mode)
        ours = arrays(net(*inputs))
        found = [each.detach().numpy() for each in flat(theirs(*[torch.from_numpy(np.array(each)) for each in inputs]))]
        for a, b in zip(ours, found, strict=True):
            np.testing.assert_allclose(b, a, rtol=1e-4, atol=1e-5)


def flat(output: Any) -> list[Any]:
    """The tensors of an output."""
    return [output] if hasattr(output, "detach") else [each for part in output for each in flat(part)]


def check_run(torch: Any, trainer: Any) -> None:
    """Raise AssertionError unless the program's run has the losses of ours."""
    names = program(nn.export.to_torch(trainer))
    net = loaded(torch, trainer.net, names["make_net"]())
    validation = trainer.validation
    judging = () if validation is None else nn.data.DataLoader(validation, shuffle=False).arrays
    theirs = names["train"](net, *trainer.loader.arrays, *judging, 3)
    ours = [event.loss for event in trainer.run(epochs=3)]
    if validation is not None:
        theirs, found = theirs
        for (loss, accuracy), event in zip(found, trainer.epochs, strict=True):
            np.testing.assert_allclose(loss, event.validation.loss, rtol=1e-3, atol=1e-4)
            assert accuracy == event.validation.accuracy
    np.testing.assert_allclose(theirs, ours, rtol=1e-3, atol=1e-4)


def main() -> int:
    """Run all of them; give the exit code."""
    import torch

    warnings.simplefilter("ignore")
    wrong = 0
    checks = [(name, lambda make=make: check_network(torch, *make())) for name, make in (NETWORKS | FORWARDS).items()]
    checks += [(name, lambda make=make: check_network(torch, make(), draw(6, 4))) for name, make in ACTIVATIONS.items()]
    checks += [(name, lambda make=make: check_run(torch, make())) for name, make in RUNS.items()]
    for name, check in checks:
        nn.manual_seed(0)
        try:
            check()
        except Exception:  # noqa: BLE001  # whatever goes wrong is to be seen
            wrong += 1
            print(f"  {name}: {traceback.format_exc(limit=-1)}")
    print(f"programs of to_torch: {len(checks)}, {wrong} differ")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
