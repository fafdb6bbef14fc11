"""The row: everything that the engine knows about one operation, and the table that holds the rows.

A row states its NumPy forward, one vector-Jacobian rule per input and one sentence of intuition:

    TANH = elementwise("tanh", np.tanh, lambda g, y, x: g * (1 - y * y), why="...")

A rule gets the cotangent `g` of the output, the output `y` and the inputs, and gives the cotangent of one input.
It is plain NumPy: on arrays it computes, on Tensors it records (so any order of derivative follows), on symbols it
prints. Everything else (reverse, forward, explain, checking, pictures) reads rows and adds no second copy of a rule.
"""

from __future__ import annotations

import dis
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from types import FunctionType, MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from .errors import UnsupportedError, message

Rule = Callable[..., Any]

ELEMENTWISE, MULTILINEAR, GENERAL, COMPOSITE = "elementwise", "multilinear", "general", "composite"


class Recorder:
    """What an operand must be to make an op record instead of compute: Tensors and symbols are."""

    __slots__ = ()

    @staticmethod
    def bind(op: Op, xs: tuple[Any, ...], params: dict[str, Any] | None) -> Any:
        """Apply `op` to operands of which at least one is of this kind."""
        raise NotImplementedError

    @staticmethod
    def one_call(function: Callable[..., Any], xs: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """Apply a forward whose steps can't be followed to operands of which at least one is of this kind."""
        raise NotImplementedError


def as_operand(x: Any) -> Any:
    """`x` if it records, in which case it has to stay what it is; anything else as an array."""
    return x if isinstance(x, Recorder) else np.asarray(x)


class OneCall:
    """A forward that operands which write down what is done with them get as one call, not as its steps."""

    def __init__(self, name: str, function: Callable[..., Any], into: Callable[..., Any] | None = None) -> None:
        self.__qualname__ = self.__name__ = name
        self.__wrapped__, self.into = function, into  # its signature and source are the function's

    def __call__(self, *xs: Any, **params: Any) -> Any:
        """Run it, or hand it over."""
        for x in xs:
            if isinstance(x, Recorder):
                return x.one_call(self, xs, params)
        return self.__wrapped__(*xs, **params)


class Sample(NamedTuple):
    """Operands that a row is tested and explained on: shapes to draw, or arrays that stand as they are."""

    operands: tuple[Any, ...]
    params: dict[str, Any]


def sample(*operands: Any, **params: Any) -> Sample:
    """State one call for the table's test: `sample((2, 3), (3,), axis=0)`."""
    return Sample(operands, params)


@dataclass(eq=False, kw_only=True)
class Op:
    """One row of the table.

    `vjps` has one rule per operand (None where an operand cannot carry a gradient, such as a mask); a variadic op,
    whose operands are the items of a list, has one rule for all, which is told `which`. A rule may also be `joint`:
    one function that gives the cotangents of all operands, for rows whose parts share work. A busy row of one operand
    may carry a `kernel`: its rule for arrays of one axis or more, written for speed; and a row that compiled steps have
    as one call may state its forward `into` an array that lies as a result does. The table's tests compare them.
    """

    name: str
    forward: Callable[..., Any]
    vjps: tuple[Rule | None, ...] = ()
    joint: Rule | None = None
    kernel: Rule | None = None  # the only rule once more, for arrays with axes, in fewer passes
    into: Callable[..., Any] | None = None  # the forward, or its first result, with `out` to write into
    kind: str = GENERAL
    why: str
    symbol: str = ""
    numpy: tuple[Any, ...] = ()
    variadic: bool = False
    broadcasts: bool = False  # the engine sums cotangents back over the axes that NumPy stretched
    multiple: bool = False  # the forward gives a tuple; the rule gets one cotangent for each of its items
    saves: str = ""  # the forward gives (y, saved), and the rule gets `saved` under this name
    definition: Callable[..., Any] | None = None  # the same value in primitives: tests the row, opens it, any order
    jvps: tuple[Rule | None, ...] = ()  # forward mode, for rows of which it does not follow from the rest
    view: bool = False  # the same elements, looked at otherwise: the rule also puts a changed view back
    zero: bool = False  # its gradient is zero wherever it has one
    domain: tuple[float, float] = (-2.0, 2.0)
    samples: tuple[Sample, ...] = ()
    shares: Callable[..., Any] | None = field(
        default=None, init=False
    )  # the rules in lean form, made by the reverse pass
    deaf: frozenset[int] = field(init=False)  # operands without a rule: recorded as constants, whatever they are
    special: bool = field(init=False)  # not simply one array out of arrays that may carry gradients

    def __post_init__(self) -> None:
        self.symbol = self.symbol or self.name
        self.deaf = frozenset(i for i, rule in enumerate(self.vjps) if rule is None)
        self.special = bool(self.deaf or self.saves or self.multiple)

    def __repr__(self) -> str:
        return f"<op {self.name}>"

    def __call__(self, *xs: Any, **params: Any) -> Any:
        """Apply the op: arrays give arrays, a Tensor among the operands records."""
        for x in xs:
            if isinstance(x, Recorder):
                return x.bind(self, xs, params or None)
        y = self.forward(*xs, **params)
        return y[0] if self.saves else y

    def keep_whole(self) -> None:
        """Let compiled steps have the forward as one call: it fills arrays in a way that they can't follow."""
        if not isinstance(self.forward, OneCall):
            self.forward = OneCall(self.name, self.forward, self.into)

    def rule_for(self, which: int) -> Rule | None:
        """The rule for operand number `which`."""
        return self.vjps[0 if self.variadic else which]

    @cached_property
    def operands(self) -> tuple[str, ...]:
        """What the forward calls its operands: its parameters that are marked positional-only."""
        return self._names[0]

    @cached_property
    def params(self) -> tuple[str, ...]:
        """The names of its options: its other parameters, without `*items`."""
        return self._names[1]

    @cached_property
    def _names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Operands and options; read when asked for, as reading all rows would take a tenth of autograd's import."""
        if isinstance(self.forward, np.ufunc):
            return ("x", "y")[: self.forward.nin], ()
        parameters = inspect.signature(self.forward).parameters.values()
        operands = [each.name for each in parameters if each.kind is each.POSITIONAL_ONLY]
        params = [each.name for each in parameters if each.kind not in (each.POSITIONAL_ONLY, each.VAR_POSITIONAL)]
        return tuple(operands), tuple(params)

    @cached_property
    def rule_reads(self) -> tuple[frozenset[int], ...]:
        """For each operand, at the elements of which operands its rule looks, by number; -1 is the output.

        Found in the rule's bytecode; a rule that can't be read this way counts as looking at everything.
        """
        count = max(len(self.vjps), len(self.operands))
        everything = frozenset(range(-1, count))
        if self.definition is not None or self.variadic or self.joint is not None:
            return (everything,) * count
        return tuple(everything & _places_read(rule) if hasattr(rule, "__code__") else everything for rule in self.vjps)

    @cached_property
    def joint_reads(self) -> frozenset[int]:
        """What the joint rule looks at, as it stands: where a definition takes its place, that may look at more."""
        everything = frozenset(range(-1, len(self.operands)))
        if type(self.joint) is not FunctionType or self.joint.__code__.co_flags & inspect.CO_VARARGS:
            return everything
        return everything & _places_read(self.joint)

    @cached_property
    def reads(self) -> frozenset[int]:
        """The operands whose elements some rule looks at, by number; -1 is the output."""
        return frozenset().union(*self.rule_reads)

    @cached_property
    def numpy_arguments(self) -> tuple[tuple[tuple[str, Any], ...], ...]:
        """For each NumPy function that the row answers to, its arguments in NumPy's order with their defaults."""
        return tuple(_arguments(function, self) for function in self.numpy)


_OUTSIDE = ("shape", "ndim", "size", "dtype")  # what can be asked of an array without looking at its elements


def _places_read(rule: Any) -> frozenset[int]:
    names = rule.__code__.co_varnames[1 : rule.__code__.co_argcount]  # y, then the operands
    place = {name: i - 1 for i, name in enumerate(names)}
    steps = list(dis.get_instructions(rule))
    found = set()
    for step, after in zip(steps, [*steps[1:], steps[-1]], strict=True):
        loaded = step.argval if isinstance(step.argval, tuple) else (step.argval,)
        if step.opname.startswith("LOAD_") and after.argval in _OUTSIDE:
            loaded = loaded[:-1]
        if step.opname.startswith("LOAD_"):
            found |= {place[name] for name in loaded if name in place}
    return frozenset(found)


def _arguments(function: Any, op: Op) -> tuple[tuple[str, Any], ...]:
    try:
        parameters = inspect.signature(function).parameters.values()
        return tuple((parameter.name, parameter.default) for parameter in parameters)
    except (TypeError, ValueError):  # some NumPy functions are C code without a signature
        return tuple((name, None) for name in (*(("arrays",) if op.variadic else op.operands), *op.params))


class Derived(NamedTuple):
    """A NumPy function that needs no rule of its own: it is written with functions that have one.

    `function` takes NumPy's arguments by NumPy's names.
    """

    name: str
    function: Callable[..., Any]
    numpy: Callable[..., Any]
    samples: tuple[Sample, ...]
    domain: tuple[float, float]


_table: dict[str, Op] = {}
_by_function: dict[Any, tuple[Op, int]] = {}

_derived: dict[Any, Derived] = {}

table = MappingProxyType(_table)
by_function = MappingProxyType(_by_function)
derived_functions = MappingProxyType(_derived)


def register(op: Op) -> Op:
    """Enter a row in the table, under its name and under the NumPy functions that it answers to.

    Raises:
        UnsupportedError: a row of that name exists.
    """
    if op.name in _table:
        raise UnsupportedError(
            message(f"register({op.name!r})", "a name that is taken", "a new name", "rename the op or remove the first")
        )
    _table[op.name] = op
    for place, function in enumerate(op.numpy):
        _by_function[function] = (op, place)
    return op


def derived(
    numpy_function: Callable[..., Any], *samples: Sample, domain: tuple[float, float] = (-2.0, 2.0)
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate a function that does what a NumPy function does, by means of others that have rules.

    Its samples are tested as a row's are. A list operand is written as a list of shapes.
    """

    def register_it(function: Callable[..., Any]) -> Callable[..., Any]:
        entry = Derived(numpy_function.__name__, function, numpy_function, samples, domain)
        _derived[numpy_function] = entry
        return function

    return register_it


_UNARY = (sample((2, 3)), sample(()), sample((0,)))
_BINARY = (
    sample((2, 3), (2, 3)),
    sample((2, 3), (3,)),
    sample((2, 1), (1, 3)),
    sample((), (2,)),
    sample((2, 1, 2), (3, 1)),
    sample((0, 2), (2,)),
)


def elementwise(name: str, forward: Callable[..., Any], *vjps: Rule | None, **fields: Any) -> Op:
    """A row whose Jacobian is diagonal: each output element depends on one element of each input."""
    fields.setdefault("samples", _UNARY if len(vjps) == 1 else _BINARY)
    fields.setdefault("numpy", (forward,) if isinstance(forward, np.ufunc) else ())
    return register(
        Op(name=name, forward=forward, vjps=vjps, kind=ELEMENTWISE, broadcasts=len(vjps) > 1, **fields),
    )


def flat(name: str, forward: Callable[..., Any], **fields: Any) -> Op:
    """An element-wise row that is constant between its jumps: nothing flows back, which is a gradient of zeros."""
    zeros: Rule = lambda g, y, x, *rest: np.zeros(x.shape, x.dtype)  # noqa: E731  # a rule, like the others
    fields.setdefault("why", "Flat between its jumps, so nothing flows back.")
    return elementwise(name, forward, zeros, zero=True, **fields)


def multilinear(name: str, forward: Callable[..., Any], *vjps: Rule | None, **fields: Any) -> Op:
    """A row that is linear in each input: its forward mode is its own forward."""
    return register(Op(name=name, forward=forward, vjps=vjps, kind=MULTILINEAR, **fields))


def general(name: str, forward: Callable[..., Any], *vjps: Rule | None, **fields: Any) -> Op:
    """A row that is neither; its forward mode is stated as `jvps`, a rule per operand."""
    return register(Op(name=name, forward=forward, vjps=vjps, **fields))


def composite(name: str, forward: Callable[..., Any], *vjps: Rule | None, **fields: Any) -> Op:
    """A row that does in one step what its `definition` does in several."""
    return register(Op(name=name, forward=forward, vjps=vjps, kind=COMPOSITE, **fields))
