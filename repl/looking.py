"""Finds what an expression refers to without running it: no call, no property, nothing that could do something.

    found = find("net[0].weight", session.get)      the parameter itself
    names(found)                                    its attributes, each with what it is
    find("x.grad", session.get).kind                what a property gives is known by its annotation only: Tensor

So completion may look at real objects as often as it likes: a property of the user's is not computed, `tensor.data` is
not marked as taken, nothing is put on the tape.
"""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
import re
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

NOTHING: Any = object()
LONGEST = 60  # characters of a meaning
_OURS = frozenset(("autograd", "nn", "repl", "numpy", "builtins", "collections"))  # what they index is only read
_READ_ONLY = (types.GetSetDescriptorType, types.MemberDescriptorType)  # fields of C and of __slots__
_FUNCTIONS = (
    types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.MethodDescriptorType,
    types.WrapperDescriptorType, types.ClassMethodDescriptorType,
)  # fmt: skip


def builtin(name: str) -> Any:
    """The object that Python itself gives this name, or NOTHING."""
    return vars(builtins).get(name, NOTHING)


@dataclass(frozen=True, slots=True)
class Found:
    """An object, or, where only its class is known, NOTHING and the class."""

    value: Any
    kind: type

    @classmethod
    def of(cls, value: Any) -> Found:
        """An object that is there."""
        return cls(value, type(value))


def find(expression: str, get: Callable[[str], Any]) -> Found | None:
    """What `expression` refers to; None if that cannot be told. `get` gives the object of a name, or NOTHING.

    Example:
        >>> find("shelf['a'][0]", {"shelf": {"a": [7]}}.get).value
        7
    """
    try:
        return _found(ast.parse(f"({expression})", mode="eval").body, get)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _found(node: ast.expr, get: Callable[[str], Any]) -> Found | None:
    match node:
        case ast.Name(id=name):
            value = get(name)
            return None if value is NOTHING else Found.of(value)
        case ast.Attribute(value=inner, attr=name):
            owner = _found(inner, get)
            return None if owner is None else attribute(owner, name)
        case ast.Subscript(value=inner, slice=index):
            owner = _found(inner, get)
            return None if owner is None else _item(owner, index, get)
        case ast.Call(func=inner):
            function = _found(inner, get)
            return None if function is None else _given_by(function.value, function.kind)
        case ast.Constant(value=value):
            return Found.of(value)
        case ast.List() | ast.ListComp():
            return Found(NOTHING, list)
        case ast.Dict() | ast.DictComp():
            return Found(NOTHING, dict)
        case ast.JoinedStr():
            return Found(NOTHING, str)
    return None


def attribute(owner: Found, name: str) -> Found | None:
    """The attribute of that name, as far as it can be told without computing it."""
    value = owner.value
    if isinstance(value, types.ModuleType):
        return _in_module(value, name)
    member = inspect.getattr_static(owner.kind if value is NOTHING else value, name, NOTHING)
    if member is NOTHING:
        return None
    if isinstance(member, (property, functools.cached_property)):
        function = member.fget if isinstance(member, property) else member.func
        return _returned(function, owner.kind)
    if isinstance(member, _READ_ONLY):
        return None if value is NOTHING else Found.of(getattr(value, name, None))
    if isinstance(member, (staticmethod, classmethod)):
        return Found.of(member.__func__)
    return (
        None if hasattr(type(member), "__get__") and not isinstance(member, (type, *_FUNCTIONS)) else Found.of(member)
    )


def _in_module(module: types.ModuleType, name: str) -> Found | None:
    if name in vars(module):
        return Found.of(vars(module)[name])
    if not _is_ours(module.__name__):
        return None
    try:
        return Found.of(getattr(module, name))  # ours and NumPy's import some of their parts when asked for
    except (AttributeError, ImportError):
        return None


def _is_ours(module: object) -> bool:
    return isinstance(module, str) and module.partition(".")[0] in _OURS


def _item(owner: Found, index: ast.expr, get: Callable[[str], Any]) -> Found | None:
    getter = inspect.getattr_static(owner.kind, "__getitem__", None)
    if isinstance(index, ast.Slice) or hasattr(owner.kind, "__array_ufunc__"):
        return Found(NOTHING, owner.kind)  # a part of a list is a list; indexing a tensor would be recorded
    try:
        key = ast.literal_eval(index)
    except ValueError:
        found = _found(index, get)
        key = NOTHING if found is None else found.value
    of_our_own = _is_ours(getattr(getter, "__module__", None)) or _is_ours(owner.kind.__module__)
    if owner.value is NOTHING or not of_our_own or not isinstance(key, (int, str, float, tuple)):
        return None
    try:
        return Found.of(owner.value[key])
    except Exception:  # noqa: BLE001  # no such key: there is nothing to find
        return None


def _given_by(function: Any, kind: type) -> Found | None:
    """What a call gives: by the class that is called, or by the annotation of the function."""
    if isinstance(function, type):
        return Found(NOTHING, function)
    return _returned(function, kind)


def _returned(function: Any, owner: type) -> Found | None:
    """The class that a function's annotation names first; its text is looked up, and never evaluated."""
    annotation = getattr(function, "__annotations__", {}).get("return")
    if isinstance(annotation, type):
        return Found(NOTHING, annotation)
    match = re.match(r"[A-Za-z_][\w.]*", annotation) if isinstance(annotation, str) else None
    if match is None:
        return None
    if match[0] == "Self":
        return Found(NOTHING, owner)
    scope = {**vars(builtins), **getattr(function, "__globals__", {})}
    first, *rest = match[0].split(".")
    found = scope.get(first)
    for name in rest:
        found = vars(found).get(name) if isinstance(found, types.ModuleType) else None
    if isinstance(found, types.GenericAlias):  # as NumPy's NDArray
        found = found.__origin__
    return Found(NOTHING, found) if isinstance(found, type) else None


# -- what there is to choose from


def names(found: Found, start: str = "") -> dict[str, str]:
    """The attributes, with what each is; those with an underscore only if `start` has one."""
    value = found.value
    listed = _listed(value if value is not NOTHING else found.kind)
    return {
        name: _member_meaning(found, name)
        for name in listed
        if name.startswith("_") <= start.startswith("_") and (name.startswith(start) or not start.startswith("_"))
    }


def _listed(value: Any) -> Iterable[str]:
    """`dir(value)`, unless the user's own code would say what is in it."""
    if isinstance(value, types.ModuleType) and not _is_ours(value.__name__):
        return sorted(vars(value))
    of = inspect.getattr_static(type(value), "__dir__", None)
    if isinstance(of, types.FunctionType) and not _is_ours(of.__module__):
        return sorted({*object.__dir__(value)})
    return dir(value)


def _member_meaning(found: Found, name: str) -> str:
    if isinstance(found.value, types.ModuleType):
        member = vars(found.value).get(name, NOTHING)
    else:
        member = inspect.getattr_static(found.kind if found.value is NOTHING else found.value, name, NOTHING)
    if isinstance(member, (property, functools.cached_property)):
        return first_sentence(member.__doc__)
    if isinstance(member, _READ_ONLY):
        return first_sentence(member.__doc__)
    if isinstance(member, (staticmethod, classmethod)):
        member = member.__func__
    return "" if member is NOTHING else meaning(member)


def meaning(value: Any) -> str:
    """An object in a few words, without calling anything of the user's.

    Example:
        >>> meaning(3), meaning([1, 2]), meaning(len)
        ('3', 'list of 2', 'Return the number of items in a container')
    """
    if isinstance(value, (types.ModuleType, type, *_FUNCTIONS)) or type(value).__name__ in ("ufunc", "function"):
        return first_sentence(
            inspect.getattr_static(value, "__doc__", None) if isinstance(value, type) else value.__doc__
        )
    if value is None or type(value) in (bool, int, float, complex, str):
        return _clipped(repr(value))
    if type(value) in (list, tuple, dict, set):
        return f"{type(value).__name__} of {len(value)}"
    kind = type(value)
    if _is_ours(kind.__module__) and hasattr(kind, "__array_ufunc__"):
        return f"{kind.__name__} {getattr(value, 'shape', '')}"
    about = inspect.getattr_static(kind, "extra_repr", None)
    if isinstance(about, types.FunctionType) and _is_ours(about.__module__):
        return _clipped(f"{kind.__name__}({value.extra_repr()})".removesuffix("()"))
    return kind.__name__


def first_sentence(text: object) -> str:
    """The first line of a docstring that is words: NumPy's begin with the signature."""
    if not isinstance(text, str):
        return ""
    lines = (line.strip() for line in text.split("\n"))
    return _clipped(next((line for line in lines if line and not re.match(r"[\w.]+\(.*", line)), "").rstrip(".:"))


def _clipped(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def keys(found: Found) -> dict[str, str]:
    """What may stand in the brackets behind it, as one would write it: keys of a dict, places of a list or network."""
    value, kind = found.value, found.kind
    if value is NOTHING:
        return {}
    if isinstance(value, Mapping) and _is_ours(
        getattr(inspect.getattr_static(kind, "__iter__"), "__module__", "builtins")
    ):
        return {repr(key): meaning(item) for key, item in value.items() if isinstance(key, (str, int))}
    ordered = isinstance(value, (list, tuple)) or hasattr(kind, "named_children")
    if not ordered or hasattr(kind, "__array_ufunc__") or not _is_ours(
        getattr(inspect.getattr_static(kind, "__getitem__", None), "__module__", None) or kind.__module__
    ):  # fmt: skip
        return {}
    return {str(place): meaning(item) for place, item in enumerate(value)} if len(value) <= 100 else {}


def parameters(found: Found) -> dict[str, str]:
    """What may be given to a function by name, as `name=`, with its default."""
    function = found.value
    forward = inspect.getattr_static(found.kind, "forward", None)  # calling a module calls that
    if isinstance(forward, types.FunctionType):
        function = forward
    if not isinstance(function, (type, *_FUNCTIONS)):
        return {}
    try:
        given = inspect.signature(function).parameters
    except (TypeError, ValueError):  # some of NumPy's have none
        return {}
    by_position = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return {
        f"{name}=": "" if each.default is inspect.Parameter.empty else f"default {_clipped(repr(each.default))}"
        for name, each in given.items()
        if each.kind not in by_position and name != "self"
    }
