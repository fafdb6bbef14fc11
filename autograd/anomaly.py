"""Where did the first NaN come from? `detect_anomaly` stops at the op that made it, and shows the line.

    with detect_anomaly():
        loss = model(x)        # stops here, if going forward made the first NaN or Inf
        loss.backward()        # or here, if going back did

Each result is looked at, and each node remembers the line that made it, so it is slow: switch it on to search.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from .errors import AnomalyError, message
from .hooks import on_step
from .op import Op
from .reverse import Step
from .sources import note_source, source_of
from .tape import Leaf, Node, Scope, current_scope, in_scope


@contextmanager
def detect_anomaly() -> Iterator[None]:
    """Stop with an `AnomalyError` at the first op that makes a NaN or an infinity, for the time of a `with`.

    Raises:
        AnomalyError: names the op, its operands, and the line of the user's program.

    Example:
        >>> import numpy as np
        >>> import autograd
        >>> x = autograd.Tensor([1.0, 0.0], requires_grad=True)
        >>> with np.errstate(divide="ignore"), autograd.detect_anomaly():
        ...     np.log(x)
        Traceback (most recent call last):
        autograd.errors.AnomalyError: ...
    """
    here = current_scope()
    with in_scope(Scope(here.name, here.parent, here.kind, here.recording, checked_node)), on_step(check_step):
        yield


def checked_node(  # called in place of Node
    seq: int, op: Op, inputs: tuple[Any, ...], values: tuple[Any, ...], params: Any, out: Any, scope: Scope
) -> Node:
    """Make a node as usual, after a look at what came out."""
    node = Node(seq, op, inputs, values, params, out, scope)
    line = note_source(node)
    if not all(map(_finite, out if op.multiple else (out,))) and all(map(_finite, values)):
        raise AnomalyError(
            message(
                f"forward through {op.name!r}",
                f"{_described(out)} from {_operands(node)}, at {line}",
                "finite numbers",
                f"look at the operands: {op.why}",
            )
        )
    return node


def check_step(step: Step) -> None:
    """Refuse a step of the backward pass that makes a NaN or an infinity out of finite numbers.

    Raises:
        AnomalyError: names the op, the input that it goes to, and the line that recorded the op.
    """
    node = step.node
    if current_scope().maker is not checked_node:
        return  # a pass in another thread
    for i, share in step.contributions:
        array = getattr(share, "_data", share)
        if not isinstance(array, np.ndarray | np.generic) or _finite(array):
            continue
        place = node.inputs[i]
        made = source_of(node, unknown="a line outside detect_anomaly")
        name = place.name if isinstance(place, Node | Leaf) else None
        raise AnomalyError(
            message(
                f"backward through {node.op.name!r}",
                f"{_described(array)} for {name or f'operand {i}'}, from {_operands(node)}, recorded at {made}",
                "finite numbers",
                f"look at the operands: {node.op.why}",
            )
        )


def _finite(x: Any) -> bool:
    array = np.asarray(x) if x is not None else np.zeros(0)
    return array.dtype.kind != "f" or bool(np.isfinite(array).all())


def _described(x: Any) -> str:
    parts = x if isinstance(x, tuple) else (x,)
    flat = np.concatenate([np.ravel(part) for part in parts])
    nans, infs = int(np.isnan(flat).sum()), int(np.isinf(flat).sum())
    said = [f"{count} {word}" for count, word in ((nans, "NaN"), (infs, "Inf")) if count]
    return f"{' and '.join(said)} of {flat.size} elements"


def _operands(node: Node) -> str:
    return ", ".join(
        f"operand {i} (shape {np.shape(value)}, {np.min(value):.4g} to {np.max(value):.4g})"
        for i, value in enumerate(node.values or ())
        if isinstance(value, np.ndarray | np.generic | float | int) and np.size(value)
    )
