"""Explain: the rules of the table, run on symbols, print themselves.

    >>> print(explain("tanh"))
    y = tanh(x)
    dL/dx = g * (1 - y * y)
    The slope is 1 at 0 and dies where the output nears -1 or 1: a saturated unit passes nothing on.

A symbol is a name with an example value beside it. It speaks NumPy's protocols as a Tensor does, so a rule that is
run on symbols leaves its own formula behind: what is printed cannot differ from what the engine computes.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from .arraylike import ArrayLike
from .errors import UnsupportedError, message
from .op import Op, table
from .rules import elementwise, index, shape

# How tightly each binds. A matrix product binds less than *, so that a * (b @ c) keeps its brackets.
_INFIX = {"add": 1, "subtract": 1, "matmul": 1.5, "multiply": 2, "divide": 2, "power": 4}
_PREFIX = 3
_ATOM = 5
_COMPARISON = 0
_COMPARED = {
    np.less: "<", np.less_equal: "<=", np.greater: ">", np.greater_equal: ">=", np.equal: "==", np.not_equal: "!=",
    np.bitwise_and: "&",
}  # fmt: skip
_METHODS = ("sum", "mean", "reshape", "astype", "transpose", "swapaxes")


class Shape(tuple[int, ...]):
    """A shape that knows whose it is."""

    text: str

    def __new__(cls, shape_: tuple[int, ...], text: str) -> Shape:  # noqa: D102
        made = super().__new__(cls, shape_)
        made.text = text
        return made

    def __repr__(self) -> str:
        return self.text


class Sym(ArrayLike):
    """A name, or a formula of names, and an example of its value."""

    __slots__ = ("level", "text", "value")

    def __init__(self, text: str, value: Any, level: float = _ATOM) -> None:
        self.text, self.value, self.level = text, value, level

    def __repr__(self) -> str:
        return self.text

    @staticmethod
    def bind(op: Op, xs: tuple[Any, ...], params: dict[str, Any] | None) -> Any:
        """Apply the op to the example values, and to the texts."""
        value = op.forward(*map(_value, xs), **{k: _value(v) for k, v in (params or {}).items()})
        value = value[0] if op.saves else value
        return _written(op, xs, params or {}, value)

    @classmethod
    def constant(cls, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Sym:
        """A comparison is written as one, anything else that has no derivative as a call."""
        if function in _COMPARED:
            a, b = args
            return Sym(
                f"{_held(a, 1)} {_COMPARED[function]} {_held(b, 1)}", function(_value(a), _value(b)), _COMPARISON
            )
        return Sym(f"{function.__name__}({', '.join(map(_text, args))})", function(*map(_value, args), **kwargs))

    @property
    def shape(self) -> Shape:
        """The example's shape, under the symbol's name."""
        return Shape(self.value.shape, f"{_tight(self)}.shape")

    @property
    def size(self) -> Sym:
        """The number of elements, as a symbol."""
        return Sym(f"{_tight(self)}.size", self.value.size)

    @property
    def ndim(self) -> int:
        """The example's number of axes."""
        return int(self.value.ndim)

    @property
    def dtype(self) -> Any:
        """The example's dtype."""
        return self.value.dtype

    def __len__(self) -> int:
        return len(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)


def _value(x: Any) -> Any:
    if isinstance(x, Sym):
        return x.value
    return type(x)(map(_value, x)) if type(x) in (tuple, list) else x


def _text(x: Any) -> str:
    if isinstance(x, float):
        return f"{x:g}"
    if isinstance(x, np.ndarray):
        same = f"{x.flat[0]:g}" if x.size and (x == x.flat[0]).all() else "…"
        return "ones" if x.ndim and same == "1" else same if x.size == 1 or same == "0" else "…"
    return str(np.dtype(x)) if isinstance(x, (np.dtype, type)) else repr(x)


def _index_text(key: Any) -> str:
    parts = key if isinstance(key, tuple) else (key,)
    return ", ".join("..." if part is Ellipsis else _slice_text(part) for part in parts)


def _slice_text(part: Any) -> str:
    if not isinstance(part, slice):
        return _text(part)
    ends = ["" if end is None else str(end) for end in (part.start, part.stop)]
    return ":".join(ends if part.step is None else [*ends, str(part.step)])


def _held(x: Any, level: float) -> str:
    """The text of an operand, in brackets if it binds less tightly than `level`."""
    text = _text(x)
    return f"({text})" if isinstance(x, Sym) and x.level < level else text


def _tight(x: Sym) -> str:
    return _held(x, _ATOM)


def _written(op: Op, xs: tuple[Any, ...], params: dict[str, Any], value: Any) -> Any:
    if op.multiple:
        text = _call_text(op, xs, params)
        return tuple(Sym(f"{text}[{i}]", part) for i, part in enumerate(value))
    if table.get(op.name) is not op:  # of the user's own, whatever its name
        return Sym(_call_text(op, xs, params), value)
    if op.name in _INFIX:
        level = _INFIX[op.name]
        right = level + (op.name not in ("add", "multiply"))  # a - (b - c) keeps its brackets, a + b + c needs none
        return Sym(f"{_held(xs[0], level)} {op.symbol} {_held(xs[1], right)}", value, level)
    if op is elementwise.NEGATIVE:
        return Sym(f"-{_held(xs[0], _PREFIX)}", value, _PREFIX)
    if (op is shape.TRANSPOSE and not params) or (op is shape.SWAPAXES and set(params.values()) == {-1, -2}):
        return Sym(f"{_tight(xs[0])}ᵀ", value)
    if op.name in _METHODS:
        return Sym(f"{_tight(xs[0])}.{op.name}({_options_text(params)})", value)
    if op is index.GETITEM:
        return Sym(f"{_tight(xs[0])}[{_index_text(params['index'])}]", value)
    return Sym(_call_text(op, xs, params), value)


def _call_text(op: Op, xs: tuple[Any, ...], params: dict[str, Any]) -> str:
    call: Any = params.get("call")
    if hasattr(call, "written"):  # with the arguments that are no tensors too
        return f"{op.name}({', '.join(call.written(map(_text, xs), _text))})"
    operands = [f"[{', '.join(map(_text, xs))}]"] if op.variadic else list(map(_text, xs))
    if params and op is not index.ONE_HOT:  # there the number of classes and the dtype say nothing new
        operands.append(_options_text(params))
    return f"{op.name}({', '.join(operands)})"


def _options_text(params: dict[str, Any]) -> str:
    plain = {"shape", "dtype", "axis1", "axis2", "axes", "subscripts"}  # what one writes without its name
    return ", ".join(_text(value) if name in plain else f"{name}={_text(value)}" for name, value in params.items())


def formulas(op: Op) -> dict[str, str]:
    """The rule of each operand that can carry a gradient, as text, by the operand's name."""
    values, params = drawn(op)
    names = operand_names(op, len(values))
    xs = [Sym(name, value) for name, value in zip(names, values, strict=True)]
    y = op.forward(*values, **params)
    y, saved = y if op.saves else (y, None)
    g: Any = tuple(Sym(f"g{i}", part) for i, part in enumerate(y)) if op.multiple else Sym("g", y)
    out: Any = tuple(Sym(f"y{i}", part) for i, part in enumerate(y)) if op.multiple else Sym("y", y)
    found = rules_on(op, xs, params, g, out, saved)
    return {names[i]: text for i, text in found.items()}


def rules_on(op: Op, xs: list[Sym], params: dict[str, Any], g: Any, y: Any, saved: Any) -> dict[int, str]:
    """The rule of each operand that can carry a gradient, run on these symbols, as text, by the operand's number.

    Args:
        op: the row.
        xs: the operands.
        params: its options.
        g: the cotangent; of an op with several outputs a tuple with one for each.
        y: the output, or a tuple.
        saved: what the forward pass saved for the rule, if the row says so.

    Example:
        >>> two, three = Sym("2", np.array(2.0)), Sym("3", np.array(3.0))
        >>> rules_on(table["multiply"], [two, three], {}, Sym("1", np.array(1.0)), Sym("6", np.array(6.0)), None)
        {0: '1 * 3', 1: '1 * 2'}
    """
    options = {**params, op.saves: _named(op.saves, saved)} if op.saves else dict(params)
    found = {}
    for i in range(len(xs)):
        rule = op.rule_for(i)
        if rule is not None:
            found[i] = _text(rule(g, y, *xs, **({**options, "which": i} if op.variadic else options)))
    return found


def call_text(op: Op, xs: list[Sym], params: dict[str, Any], value: Any) -> str:
    """One application of an op as one writes it, with the names that its operands have.

    Example:
        >>> call_text(table["add"], [Sym("w", 2.0), Sym("b", 1.0)], {}, 3.0)
        'w + b'
    """
    return _call_text(op, tuple(xs), params) if op.multiple else _text(_written(op, tuple(xs), params, value))


def _named(name: str, saved: Any) -> Any:
    """What a forward pass saved, under its name; the fields of a named tuple under theirs."""
    if isinstance(saved, tuple):
        fields: tuple[str, ...] = getattr(saved, "_fields", ())
        return type(saved)._make(map(Sym, fields, saved))  # type: ignore[attr-defined]
    return Sym(name, saved)


def drawn(op: Op, seed: int = 0) -> tuple[list[Any], dict[str, Any]]:
    """The operands and options of the row's first sample."""
    first = op.samples[0]
    rng = np.random.default_rng(seed)
    return [x if isinstance(x, np.ndarray) else rng.uniform(*op.domain, size=x) for x in first.operands], first.params


def operand_names(op: Op, count: int) -> list[str]:
    """What the rules of a row call its operands."""
    if op.variadic:
        return [f"x{i}" for i in range(count)]
    rule = next((rule for rule in op.vjps if rule is not None), None)
    if rule is None:
        return list(op.operands)[:count]
    return list(inspect.signature(rule).parameters)[2 : 2 + count]


def definition_text(op: Op) -> str:
    """What the op computes, as text: its definition in primitives if it has one."""
    values, params = drawn(op)
    names = operand_names(op, len(values))
    xs = [Sym(name, value) for name, value in zip(names, values, strict=True)]
    if op.definition is not None:
        return str(op.definition(*xs, **params))
    made = _written(op, tuple(xs), params, op.forward(*values, **params))
    return f"{op.name}({', '.join(names)})" if isinstance(made, tuple) else str(made)


_SHAPES: tuple[tuple[int, ...], ...] = ((3,), (), (3, 3))  # of the examples that a function of the user's is tried with


def own_formulas(op: object, row: Op) -> tuple[str, dict[str, str]]:
    """What an op of the user's computes, and the rule of each argument: those that can be run on symbols, if any.

    Args:
        op: the op, or the primitive around it, whose arguments have names.
        row: the op itself.
    """
    function = inspect.unwrap(op if hasattr(op, "__wrapped__") else row.forward)  # type: ignore[arg-type]
    names = _arguments(function) or ["x"]
    best: tuple[str, dict[str, str]] = "", {}
    for shape_ in _SHAPES:
        values = [np.random.default_rng(i).uniform(0.5, 1.5, shape_) for i in range(len(names))]
        try:
            y = np.asarray(function(*values))
        except Exception:  # noqa: BLE001  # it is the user's, and may want other shapes
            continue
        xs = [Sym(name, value) for name, value in zip(names, values, strict=True)]
        rules = {name: text for i, name in enumerate(names) if (text := _own_rule(row, i, xs, y))}
        if len(rules) > len(best[1]):
            best = _own_text(function, row, xs), rules
    return best


def _arguments(function: Any) -> list[str]:
    try:
        given = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some C functions have no signature
        return []
    plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [each.name for each in given if each.kind in plain and each.default is each.empty]


def _own_text(function: Any, row: Op, xs: list[Sym]) -> str:
    try:
        made = function(*xs)
    except Exception:  # noqa: BLE001  # a loop over elements, a call into C: no symbol comes through
        made = None
    return made.text if isinstance(made, Sym) else f"{row.name}({', '.join(x.text for x in xs)})"


def _own_rule(row: Op, which: int, xs: list[Sym], y: Any) -> str:
    """The rule of one argument as text; '' where it has none, or none that a symbol comes through."""
    g, out = Sym("g", y), Sym("y", y)
    try:
        if row.joint is not None:
            found = row.joint(g, out, *xs, needs=tuple(i == which for i in range(len(xs))))[which]
        else:
            rule = row.vjps[which] if which < len(row.vjps) else None
            found = None if rule is None else rule(g, out, *xs)
    except Exception:  # noqa: BLE001
        return ""
    return "" if found is None else _text(found)


def _row(op: object) -> Op:
    """The row that is meant."""
    name = op if isinstance(op, str) else getattr(op, "__name__", "")
    own = getattr(op, "op", None)  # of a primitive whose rules were given by defvjp
    row = next((row for row in (op, own) if isinstance(row, Op)), None)
    row = row or table.get(name) or getattr(getattr(op, "node", None), "op", None)
    if not isinstance(row, Op):
        got = f"the name {name!r}" if name else f"an object of type {type(op).__name__} that no op has made"
        raise UnsupportedError(message("explain", got, "an op of the table", "see autograd.ops.table for their names"))
    return row


def explain(op: object) -> str:
    """What an op computes, its rule for each operand, and why: lines of text.

    Of an op of your own the rules are printed as far as they can be run on symbols; what calls no NumPy cannot.

    Args:
        op: a row, its name, the NumPy function of that name, an op of your own, or a tensor, which means the op that
            made it.

    Raises:
        UnsupportedError: the table has no such row.

    Example:
        >>> print(explain("multiply"))
        y = a * b
        dL/da = g * b
        dL/db = g * a
        Each factor gets the gradient scaled by the other factor.
        (A cotangent is summed over the axes along which its operand was stretched.)
    """
    row = _row(op)
    defined, rules = (definition_text(row), formulas(row)) if row.samples else own_formulas(op, row)
    lines = [f"y = {defined}"] if defined else []
    lines += [f"dL/d{name} = {text}" for name, text in rules.items()]
    lines.append(row.why)
    if row.broadcasts and (row.samples or len(rules) > 1):
        lines.append("(A cotangent is summed over the axes along which its operand was stretched.)")
    return "\n".join(lines)
