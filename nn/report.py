"""A network as text: the tree of its modules, with the shape and number of its parameters. It is what `repr` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from autograd import Tensor

if TYPE_CHECKING:
    from .module import Module


class Count(NamedTuple):
    """How many numbers a module learns: in all, and those that are not frozen."""

    total: int
    trainable: int


def count_parameters(module: Module) -> Count:
    """Count the elements of all parameters, each parameter once.

    Example:
        >>> import nn
        >>> count_parameters(nn.Linear(64, 10))
        Count(total=650, trainable=650)
    """
    params = list(module.parameters())
    return Count(sum(p.size for p in params), sum(p.size for p in params if p.requires_grad))


class _Line(NamedTuple):
    left: str
    shapes: str = ""
    size: str = ""


def tree(root: Module) -> str:
    """The tree of `root`: a line for each module, then the totals.

    Example:
        >>> import nn
        >>> print(tree(nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 3, bias=False))))
        Sequential(
          (0): Linear(2 -> 16)              weight (16, 2), bias (16,)  48
          (1): Tanh()
          (2): Linear(16 -> 3, bias=False)  weight (3, 16)              48
        )
        96 parameters, all trainable, float32
    """
    params = list(root.parameters())
    lines = _lines(root, "", "", {id(param) for param in params}, set())
    left = max(len(line.left) for line in lines)
    middle = max(len(line.shapes) for line in lines)
    right = max(len(line.size) for line in lines)
    text = [f"{line.left:{left}}  {line.shapes:{middle}}  {line.size:>{right}}".rstrip() for line in lines]
    return "\n".join([*text, _totals(params)])


def _lines(module: Module, name: str, indent: str, unshown: set[int], seen: set[int]) -> list[_Line]:
    """The lines of `module` and its parts; `unshown` are the parameters that no line has shown yet."""
    label = f"{indent}({name}): {type(module).__name__}" if name else f"{indent}{type(module).__name__}"
    if id(module) in seen:
        return [_Line(f"{label}(...)", "shown above")]
    seen.add(id(module))
    shapes, size = [], 0
    for key, value in vars(module).items():
        if isinstance(value, Tensor) and id(value) in unshown:
            unshown.discard(id(value))
            size += value.size
            shapes.append(f"{key} {value.shape}" + ("" if value.requires_grad else " frozen"))
        elif isinstance(value, Tensor) and value.requires_grad:
            shapes.append(f"{key} {value.shape} shared")
    children = list(module.named_children())
    start = f"{label}({module.extra_repr()}" + ("" if children else ")")
    lines = [_Line(start, ", ".join(shapes), f"{size:,}" if size else "")]
    for key, child in children:
        lines += _lines(child, key, indent + "  ", unshown, seen)
    return [*lines, _Line(f"{indent})")] if children else lines


def _totals(params: list[Any]) -> str:
    total = sum(param.size for param in params)
    trainable = sum(param.size for param in params if param.requires_grad)
    if not total:
        return "no parameters"
    dtypes = sorted({str(param.dtype) for param in params})
    noun = "parameter" if total == 1 else "parameters"
    share = "all trainable" if trainable == total else f"{trainable:,} trainable"
    return f"{total:,} {noun}, {share}, {' and '.join(dtypes)}"
