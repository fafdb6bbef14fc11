"""Walks over a tree of modules: its parts by name, its state as arrays, and loading that state back.

Use it through `Module`: `named_modules`, `named_parameters`, `state_dict`, `load_state_dict`.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from autograd import Tensor
from autograd.errors import an_instance, message

from .errors import ConfigError, StateError

if TYPE_CHECKING:
    from .module import Module

T = TypeVar("T")


def join(path: str, name: str) -> str:
    """The dotted path of `name` inside `path`, which may be empty."""
    return f"{path}.{name}" if path else name


def walk(root: Module, prefix: str = "", remove_duplicate: bool = True) -> Iterator[tuple[str, Module]]:
    """`root` and every module inside it, each before its parts, with dotted paths."""
    seen: set[int] = set()
    stack: list[tuple[str, Module, tuple[int, ...]]] = [(prefix, root, ())]
    while stack:
        path, module, above = stack.pop()
        # a module that holds itself, or its parent, must not be entered again
        if id(module) in above or (remove_duplicate and id(module) in seen):
            continue
        seen.add(id(module))
        yield path, module
        inside = (*above, id(module))
        stack.extend((join(path, name), child, inside) for name, child in reversed(list(module.named_children())))


def named(
    root: Module, kind: type[T], prefix: str, recurse: bool = True, remove_duplicate: bool = True
) -> list[tuple[str, T]]:
    """Every attribute of that kind, of `root` and with `recurse` of the modules inside it."""
    found: list[tuple[str, T]] = []
    seen: set[int] = set()
    for path, module in walk(root, prefix, remove_duplicate) if recurse else [(prefix, root)]:
        for name, value in vars(module).items():
            if isinstance(value, kind) and not (remove_duplicate and id(value) in seen):
                seen.add(id(value))
                found.append((join(path, name), value))
    return found


def named_buffers(root: Module, prefix: str, recurse: bool = True) -> Iterator[tuple[str, Any]]:
    """Every buffer that is not None, of `root` and with `recurse` of the modules inside it."""
    for path, module in walk(root, prefix) if recurse else [(prefix, root)]:
        yield from _own_buffers(module, path, persistent_only=False)


def _own_buffers(module: Module, path: str, persistent_only: bool) -> Iterator[tuple[str, Any]]:
    own = vars(module)
    for name, persistent in own.get("_buffers", {}).items():
        if own[name] is not None and (persistent or not persistent_only):
            yield join(path, name), own[name]


def entries(root: Module, kind: type[Tensor]) -> Iterator[tuple[str, Any]]:
    """Every parameter (attribute of `kind`) and persistent buffer, under each of its names."""
    for path, module in walk(root, remove_duplicate=False):
        yield from named(module, kind, path, recurse=False)
        yield from _own_buffers(module, path, persistent_only=True)


def array_of(value: Any) -> np.ndarray[Any, Any]:
    """The array of a tensor, or `value` as an array."""
    return value.readonly if isinstance(value, Tensor) else np.asarray(value)


def load(root: Module, kind: type[Tensor], saved: Mapping[str, Any], strict: bool) -> tuple[list[str], list[str]]:
    """Write `saved` into `root`, all or nothing; give the missing and the unexpected names."""
    targets = dict(entries(root, kind))
    arrays = {name: array_of(value) for name, value in saved.items()}
    missing = [name for name in targets if name not in arrays]
    unexpected = [name for name in arrays if name not in targets]
    problems = [f"{name} missing" for name in missing] + [f"{name} unexpected" for name in unexpected] if strict else []
    writes: dict[int, tuple[Any, np.ndarray[Any, Any]]] = {}
    for name, target in targets.items():
        if name in arrays:
            problems += _misfits(name, array_of(target), arrays[name])
            _, first = writes.setdefault(id(target), (target, arrays[name]))
            if first is not arrays[name] and first.tobytes() != arrays[name].tobytes():
                problems.append(f"{name} unlike the first name of the same parameter")
    if problems:
        do = "load it into the network that it was saved from; nothing has been loaded"
        expected = f"the entries of this {type(root).__name__}"
        raise StateError(message("load_state_dict", ", ".join(problems), expected, do))
    for target, array in writes.values():
        if isinstance(target, Tensor):
            target.assign_(array)
        else:
            target[...] = array
    return missing, unexpected


def cast(root: Module, kind: type[Tensor], dtype: Any) -> None:
    """Bring parameters (attributes of `kind`), their gradients and floating buffers to a float dtype, in place."""
    wanted = _float_dtype(dtype)
    for _, param in named(root, kind, ""):
        if param.dtype != wanted:
            grad = param.grad if param.requires_grad else None
            param._data = param.readonly.astype(wanted)
            param.mark_changed()
            if grad is not None:
                param.grad = Tensor(grad.readonly.astype(wanted))
    for _, module in walk(root):
        for name, _ in _own_buffers(module, "", persistent_only=False):
            value = vars(module)[name]
            if array_of(value).dtype.kind == "f" and array_of(value).dtype != wanted:
                setattr(module, name, type(value)(array_of(value).astype(wanted)) if isinstance(value, Tensor)
                        else value.astype(wanted))  # fmt: skip


def _float_dtype(dtype: Any) -> np.dtype[Any]:
    wanted: np.dtype[Any] | None
    try:
        wanted = np.dtype(dtype)
    except TypeError:
        wanted = None
    if dtype is None or wanted is None or wanted.kind != "f":
        do = "use np.float32 or np.float64; there is no other device than the CPU"
        raise ConfigError(message("Module.to", repr(dtype), "a float dtype", do))
    return wanted


def _misfits(name: str, wanted: np.ndarray[Any, Any], given: np.ndarray[Any, Any]) -> list[str]:
    found = []
    if wanted.shape != given.shape:
        found.append(f"{name} of shape {given.shape} where {wanted.shape} is needed")
    if wanted.dtype != given.dtype:
        found.append(f"{name} of dtype {given.dtype} where {wanted.dtype} is needed")
    return found


def warn_of_strays(root: Module, param: type[Tensor], module: type[Module], found: list[tuple[str, Any]]) -> None:
    """Warn of modules and parameters in plain lists, tuples and dicts, unless they are attributes elsewhere too."""
    reached = {id(value) for _, value in found}
    for path, owner in walk(root):
        for name, value in vars(owner).items():
            items = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
            inside = [item for item in items if isinstance(item, (param, module))]
            stray = [item for item in inside if not _parameter_ids(item, param) <= reached]
            if stray:
                got = f"{an_instance(stray[0])} in the plain {type(value).__name__} {join(path, name)}"
                do = "use nn.Sequential or register_module, since what is in there is not trained"
                text = message(f"{type(root).__name__}.parameters", got, "modules and parameters as attributes", do)
                warnings.warn(text, stacklevel=4)


def _parameter_ids(item: Any, param: type[Tensor]) -> set[int]:
    if isinstance(item, param):
        return {id(item)}
    return {id(value) for _, value in named(item, param, "")}
