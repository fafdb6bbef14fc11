"""Tensors and networks as HTML tables, for notebooks: `tensor(t)`, `module(net)`.

Everything that comes from the user is escaped; colours are the notebook's own, so that both of its themes are served.
"""

from __future__ import annotations

import html
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

import nn
from autograd import Tensor

from ..messages import marked, said, tr
from .labels import clean, count, number, shape

Array = NDArray[Any]
ROWS, COLUMNS = 8, 10  # of a table; of a longer one the ends are shown
_CELL = 'style="text-align:right;font-family:monospace;padding:1px 8px"'
_LEFT = 'style="text-align:left;font-family:monospace;padding:1px 8px;white-space:pre"'
_ODD = 'style="text-align:right;font-family:monospace;padding:1px 8px;font-weight:bold;outline:1px solid #D81B60"'


def tensor(value: Tensor) -> str:
    """A tensor as a table: what it is, and its values, of a large one the corners.

    Example:
        >>> "2 × 3" in tensor(Tensor(np.zeros((2, 3)))).replace("2×3", "2 × 3")
        True
    """
    array = np.asarray(value.readonly)
    head = [f"<b>{type(value).__name__}</b>", said(shape(array.shape)), str(array.dtype)]
    if value.name:
        head.insert(1, html.escape(clean(value.name)))
    if value.requires_grad:
        operation = getattr(getattr(value.node, "op", None), "name", "")
        made_by = tr("computed by {operation}", operation=html.escape(clean(operation)))
        head.append(made_by if operation else tr("requires grad"))
    if array.size > 1 and array.dtype.kind == "f":
        head.append(_statistics(array))
    if value.grad is not None:
        grad = np.asarray(value.grad.readonly, np.float64)
        size = float(np.sqrt(np.mean(grad**2))) if grad.size else 0.0
        head.append(tr("grad rms {size}", size=number(size)))
    return f"<div><div>{' · '.join(head)}</div>{_table(array)}</div>"


def _statistics(array: Array) -> str:
    finite = array[np.isfinite(array)].astype(np.float64)
    odd = array.size - finite.size
    told = tr("nothing finite")
    if finite.size:
        told = tr("mean {mean}, std {std}", mean=number(float(finite.mean())), std=number(float(finite.std())))
    return told + (", ✕ " + tr("{count} not finite", count=odd) if odd else "")


def _table(array: Array) -> str:
    """The values as rows; of more than two axes the first table of them."""
    note = ""
    if array.ndim > 2:
        tables = math.prod(array.shape[:-2])
        note = f"<div>{tr('the first of {count} such tables', count=f'{tables:,}')}</div>" if tables > 1 else ""
        array = array[(0,) * (array.ndim - 2)] if array.size else array.reshape(0, 0)
    rows = np.atleast_2d(array)
    if not rows.size:
        return f"<div>{tr('no element')}</div>"
    lines = []
    for row in _ends(len(rows), ROWS):
        cells = [
            "…" if row is None or column is None else rows[row, column] for column in _ends(rows.shape[1], COLUMNS)
        ]
        lines.append("<tr>" + "".join(map(_cell, cells)) + "</tr>")
    return f'<table style="margin:0">{"".join(lines)}</table>{note}'


def _ends(length: int, most: int) -> list[int | None]:
    """The places to show; None stands for those that are left out."""
    if length <= most:
        return list(range(length))
    half = most // 2
    return [*range(half), None, *range(length - half, length)]


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return f"<td {_CELL}>{value}</td>"
    if isinstance(value, (np.floating, float)):
        finite = math.isfinite(value)
        return f"<td {_CELL if finite else _ODD}>{number(float(value))}</td>"
    return f"<td {_CELL}>{html.escape(str(value))}</td>"


def module(net: nn.Module) -> str:
    """A network as a table: each layer with its arguments and the number of its parameters."""
    head = "".join(f"<th {_LEFT}>{name}</th>" for name in (tr("layer"), "", tr("parameters")))
    lines = [f"<tr>{head}</tr>"]
    seen: set[int] = set()
    for path, each in net.named_modules():
        own = {id(param): param for param in each.parameters(recurse=False) if id(param) not in seen}
        seen |= set(own)
        depth = path.count(".") + 1 if path else 0
        name = f"{'  ' * depth}{path.rpartition('.')[2]}: {type(each).__name__}" if path else type(each).__name__
        size = sum(param.size for param in own.values())
        cells = [f"<td {_LEFT}>{html.escape(clean(text))}</td>" for text in (name, each.extra_repr())]
        cells.append(f"<td {_CELL}>{f'{size:,}' if size else ''}</td>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    unique = {id(param): param for param in net.parameters()}.values()
    frozen = sum(param.size for param in unique if not param.requires_grad)
    total = count(sum(param.size for param in unique), "1 parameter", "{count} parameters")
    told = marked("{total}, {frozen} of them frozen", total=total, frozen=f"{frozen:,}") if frozen else total
    return f'<div><table style="margin:0">{"".join(lines)}</table><div>{said(told)}</div></div>'
