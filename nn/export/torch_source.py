"""The same program in PyTorch: its source, for a network or for a whole training run.

print(nn.export.to_torch(net))                      # make_net()
print(nn.export.to_torch(trainer))                  # and its loss, optimiser, schedule and loop

PyTorch's own code reads like ours, so most of it is the names of layers and their options. A module of one's own, whose
`forward` is Python, is traced: what it calls becomes the forward of a class.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor
from autograd.errors import an_instance, message

from ..errors import ConfigError
from ..module import Module
from ..training import Trainer
from .torch_classes import Classes
from .torch_run import run_source
from .trace import batch_axes

Array = NDArray[Any]


def to_torch(obj: Module | Trainer, example: Any = None, *, batch_axis: int | Sequence[int | None] | None = 0) -> str:
    """The source of a PyTorch program that makes the same network, and for a Trainer trains it in the same way.

    Weights go over by file: `nn.save(net, "weights.safetensors")`, and `net.load_state_dict(load_file(...))` there. A
    run has its batches in the same order, so that it gives the same numbers, to rounding; with validation data it is
    judged on them after every epoch. Callbacks are named, and left to you.

    Args:
        obj: a network or a trainer.
        example: an input with two samples or more, or a tuple of them: needed for modules of one's own, which are run
            on it; a trainer has its data.
        batch_axis: on which axis each input has its batch, as for `to_onnx`.

    Raises:
        ConfigError: something that PyTorch has not, or a module of one's own without an example.

    Example:
        >>> import nn
        >>> print(nn.export.to_torch(nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 3, bias=False))))
        import torch
        from torch import nn
        <BLANKLINE>
        <BLANKLINE>
        def make_net():
            return nn.Sequential(
                nn.Linear(2, 16),
                nn.Tanh(),
                nn.Linear(16, 3, bias=False),
            )
    """
    given: object = obj
    if not isinstance(given, (Module, Trainer)):
        do = "pass the network, or the trainer"
        raise ConfigError(message("to_torch", an_instance(given), "a Module or a Trainer", do))
    net = obj.net if isinstance(obj, Trainer) else obj
    if example is None and isinstance(obj, Trainer):
        example = tuple(x[:4] for x in obj.loader.arrays[:-1])
    inputs = None if example is None else tuple(map(_array, example if isinstance(example, tuple) else (example,)))
    axes = None if inputs is None else batch_axes("to_torch", inputs, batch_axis)
    classes = Classes()
    made = classes.expression(net, inputs, axes, "    ")
    rest = run_source(obj) if isinstance(obj, Trainer) else ""
    wide = {param.dtype for param in net.parameters()} == {np.dtype(np.float64)}
    making = f"def make_net():\n    return {made}{'.double()' if wide else ''}"
    body = "\n\n\n".join([*classes.sources, making]) + "\n"
    return _imports(body + rest) + "\n\n" + body + rest


def _array(given: Any) -> Array:
    return given.readonly if isinstance(given, Tensor) else np.asarray(given)


def _imports(body: str) -> str:
    lines = []
    if re.search(r"\bmath\.", body):
        lines.append("import math")
    if "OrderedDict(" in body:
        lines.append("from collections import OrderedDict")
    lines += [""] if lines else []
    if re.search(r"\bnp\.", body):
        lines.append("import numpy as np")
    lines += ["import torch"]
    if re.search(r"\bF\.", body):
        lines.append("import torch.nn.functional as F")
    return "\n".join([*lines, "from torch import nn"]) + "\n"
