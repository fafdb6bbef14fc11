"""Your own primitives, with rules given in HIPS autograd's form.

    @primitive
    def logsumexp(x):
        top = np.max(x)
        return top + np.log(np.sum(np.exp(x - top)))

    defvjp(logsumexp, lambda ans, x: lambda g: g * np.exp(x - ans))
    defjvp(logsumexp, lambda g, ans, x: np.sum(g * np.exp(x - ans)))

A primitive is a black box: inside it sees arrays, and may call anything. Its rules are written in plain NumPy, and so
can be differentiated again. `@primitive(vjp=...)` says the same in one piece, with rules in the table's form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import update_wrapper, wraps
from itertools import count
from typing import Any

import numpy as np

from . import custom
from .errors import UnsupportedError, message
from .op import Op
from .tensor import Tensor

__all__ = [
    "def_linear",
    "defjvp",
    "defjvp_argnum",
    "defjvp_argnums",
    "defvjp",
    "defvjp_argnum",
    "defvjp_argnums",
    "notrace_primitive",
    "primitive",
]

Maker = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class _Call:
    """The arguments of one call: at `places` the tensors, elsewhere whatever the user passed."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    places: tuple[int, ...]

    def filled(self, xs: Sequence[Any]) -> tuple[Any, ...]:
        args = list(self.args)
        for place, x in zip(self.places, xs, strict=True):
            args[place] = x
        return tuple(args)

    def written(self, tensors: Iterable[str], text: Callable[[Any], str]) -> list[str]:
        """The arguments as one writes them, given how the tensors are called."""
        texts = [text(x) for x in self.args]
        for place, name in zip(self.places, tensors, strict=True):
            texts[place] = name
        return [*texts, *(f"{name}={text(value)}" for name, value in self.kwargs.items())]


def _whole(xs: Sequence[Any]) -> _Call:
    """The call of which these are all the arguments."""
    return _Call((None,) * len(xs), {}, tuple(range(len(xs))))


class Primitive:
    """A function that is not looked into: made by `primitive`, given its rules by `defvjp` and `defjvp`."""

    def __init__(self, function: Callable[..., Any]) -> None:
        update_wrapper(self, function)
        self.function = function
        self.name = getattr(function, "__name__", "primitive")
        self.pull: Maker | None = None  # (argnums, ans, args, kwargs) -> g -> cotangents
        self.push: Maker | None = None  # (argnum, g, ans, args, kwargs) -> tangent
        self.rules: tuple[Maker, ...] = ()  # for reverse mode, as they were given
        self.op = Op(
            name=self.name,
            forward=self._forward,
            joint=self._joint,
            variadic=True,
            why=custom.said_of(function, self.name),
        )

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function; with a tensor among the positional arguments, record it."""
        for name, value in kwargs.items():
            if isinstance(value, Tensor):
                raise UnsupportedError(
                    message(self.name, f"a Tensor as {name}=", "tensors by position", "pass it without its name")
                )
        places = tuple(i for i, x in enumerate(args) if isinstance(x, Tensor))
        if not places:
            return self.function(*args, **kwargs)
        rest = tuple(None if i in places else x for i, x in enumerate(args))
        return self.op(*(args[i] for i in places), call=_Call(rest, kwargs, places))

    def _forward(self, *xs: Any, call: _Call | None = None) -> Any:
        call = call or _whole(xs)
        y = self.function(*call.filled([x[()] if x.ndim == 0 else x for x in xs]), **call.kwargs)
        if not isinstance(y, (float, np.ndarray, np.generic)):
            raise UnsupportedError(
                message(
                    self.name,
                    f"a result of type {type(y).__name__}",
                    "one array or float",
                    "make one primitive for each result, or join them in an array",
                )
            )
        return y if isinstance(y, (np.ndarray, np.generic)) else np.asarray(y)

    def _joint(self, g: Any, y: Any, *xs: Any, needs: tuple[bool, ...], call: _Call | None = None) -> list[Any]:
        call = call or _whole(xs)
        if self.pull is None:
            raise self.missing("vjp", call.places[0])
        wanted = tuple(place for place, need in zip(call.places, needs, strict=True) if need)
        shares = iter(self.pull(wanted, y, call.filled(xs), call.kwargs)(g))
        found = [next(shares) if need else None for need in needs]
        return [np.zeros(x.shape, x.dtype) if share is None else share for share, x in zip(found, xs, strict=True)]

    def forward_rule(self, t: Any, y: Any, *xs: Any, which: int, call: _Call) -> Any:
        """The tangent that one tensor adds, in the table's form."""
        assert self.push is not None  # the rule is entered with it
        tangent = self.push(call.places[which], t, y, call.filled(xs), call.kwargs)
        return np.zeros(y.shape, y.dtype) if tangent is None else tangent

    def missing(self, kind: str, argnum: int) -> UnsupportedError:
        """What is said where a rule was needed and none was given."""
        return UnsupportedError(
            message(
                f"{kind} of {self.name}",
                f"no rule for argument {argnum}",
                "one for each argument that is differentiated",
                f"give it, as def{kind}({self.name}, ..., argnums=[{argnum}])",
            )
        )


def primitive(
    forward: Callable[..., Any] | None = None,
    *,
    vjp: custom.Rules | None = None,
    jvp: custom.Rules | None = None,
    name: str | None = None,
    why: str | None = None,
) -> Any:
    """Make a primitive of a function: with its rules here, in the table's form, or to be given by `defvjp`, in HIPS's.

    Args:
        forward: takes anything, tensors by position; gives one array or float.
        vjp: `rule(g, y, *operands, **options)`, or one for each operand; everything else is as of
            `autograd.custom.primitive`. Without it the rules are given later.
        jvp: the forward rule, or one for each operand.
        name: how messages and pictures call it; the function's name.
        why: one sentence for `explain`.

    Example:
        >>> @primitive
        ... def cube(x):
        ...     return x**3
        >>> defvjp(cube, lambda ans, x: lambda g: 3 * g * x**2)
        >>> from autograd import grad
        >>> grad(cube)(2.0), grad(grad(cube))(2.0)
        (np.float64(12.0), np.float64(12.0))
    """
    if vjp is not None:
        return custom.primitive(forward, vjp=vjp, jvp=jvp, name=name, why=why)
    return primitive if forward is None else Primitive(forward)


def notrace_primitive(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function through which no gradient flows: it sees arrays and gives what it gives.

    Example:
        >>> notrace_primitive(lambda x: x.dtype)(Tensor([1.0], requires_grad=True))
        dtype('float64')
    """

    @wraps(function)
    def on_arrays(*args: Any, **kwargs: Any) -> Any:
        return function(*map(_array, args), **{name: _array(x) for name, x in kwargs.items()})

    return on_arrays


def _array(x: Any) -> Any:
    return x.detach().data[()] if isinstance(x, Tensor) else x


def defvjp(fun: Primitive, *vjpmakers: Maker | None, argnums: Sequence[int] | None = None) -> None:
    """Give a primitive's reverse rules, one for each argument: `lambda ans, *args, **kwargs: lambda g: ...`.

    Args:
        fun: made by `primitive`.
        vjpmakers: for each argument the maker of its rule, or None if its gradient is zero.
        argnums: which arguments they are for; by default the first ones.

    Example:
        >>> @primitive
        ... def scaled(name, x, factor):
        ...     return x * factor
        >>> defvjp(scaled, lambda ans, name, x, factor: lambda g: g * factor, None, argnums=[1, 2])
        >>> from autograd import grad
        >>> grad(scaled, (1, 2))("by", 2.0, 5.0)
        (np.float64(5.0), np.float64(0.0))
    """
    makers = dict(zip(count() if argnums is None else argnums, vjpmakers, strict=False))

    def pull(wanted: tuple[int, ...], ans: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        rules = [_made(fun, makers, "vjp", i, ans, args, kwargs) for i in wanted]
        return lambda g: [None if rule is None else rule(g) for rule in rules]

    fun.pull, fun.rules = pull, tuple(maker for maker in vjpmakers if maker is not None)


def _made(
    fun: Primitive, makers: dict[int, Maker | None], kind: str, argnum: int, ans: Any, args: Any, kwargs: Any
) -> Any:
    if argnum not in makers:
        raise fun.missing(kind, argnum)
    maker = makers[argnum]
    return None if maker is None else maker(ans, *args, **kwargs)


def defvjp_argnum(fun: Primitive, vjpmaker: Maker) -> None:
    """Give one maker for all arguments: `vjpmaker(argnum, ans, args, kwargs)` gives the rule of one.

    Example:
        >>> @primitive
        ... def product(*xs):
        ...     return np.prod(xs)
        >>> defvjp_argnum(product, lambda argnum, ans, args, kwargs: lambda g: g * ans / args[argnum])
        >>> from autograd import grad
        >>> grad(product, (0, 2))(2.0, 3.0, 4.0)
        (np.float64(12.0), np.float64(6.0))
    """
    fun.pull = lambda wanted, ans, args, kwargs: lambda g: [vjpmaker(i, ans, args, kwargs)(g) for i in wanted]
    fun.rules = (vjpmaker,)


def defvjp_argnums(fun: Primitive, vjpmaker: Maker) -> None:
    """Give one maker for several arguments at once, which share work: its rule gives a cotangent for each.

    Example:
        >>> @primitive
        ... def product(x, y):
        ...     return x * y
        >>> defvjp_argnums(product, lambda argnums, ans, args, kwargs: lambda g: [g * args[1 - i] for i in argnums])
        >>> from autograd import grad
        >>> grad(product, (0, 1))(2.0, 3.0)
        (np.float64(3.0), np.float64(2.0))
    """
    fun.pull, fun.rules = vjpmaker, (vjpmaker,)


def defjvp(fun: Primitive, *jvpfuns: Maker | str | None, argnums: Sequence[int] | None = None) -> None:
    """Give a primitive's forward rules, one for each argument: `lambda g, ans, *args, **kwargs: ...`.

    Args:
        fun: made by `primitive`.
        jvpfuns: for each argument its rule, None if nothing moves with it, or "same" if the primitive is linear in it.
        argnums: which arguments they are for; by default the first ones.

    Example:
        >>> @primitive
        ... def scaled(x, factor):
        ...     return x * factor
        >>> defjvp(scaled, "same", lambda g, ans, x, factor: g * x)
        >>> from autograd import jvp
        >>> jvp(scaled, (2.0, 5.0), (1.0, 10.0))
        (np.float64(10.0), np.float64(25.0))
    """
    rules = dict(zip(count() if argnums is None else argnums, jvpfuns, strict=False))

    def push(argnum: int, g: Any, ans: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if argnum not in rules:
            raise fun.missing("jvp", argnum)
        rule = rules[argnum]
        if isinstance(rule, str):
            return _through(fun, argnum, g, args, kwargs)
        return None if rule is None else rule(g, ans, *args, **kwargs)

    _set_push(fun, push)


def _through(fun: Primitive, argnum: int, g: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The primitive itself, with the tangent in the place of an argument in which it is linear."""
    return fun(*args[:argnum], g, *args[argnum + 1 :], **kwargs)


def _set_push(fun: Primitive, push: Maker) -> None:
    fun.push = push
    fun.op.jvps = (fun.forward_rule,)


def defjvp_argnum(fun: Primitive, jvpmaker: Maker) -> None:
    """Give one forward rule for all arguments: `jvpmaker(argnum, g, ans, args, kwargs)` gives the tangent.

    Example:
        >>> @primitive
        ... def product(*xs):
        ...     return np.prod(xs)
        >>> defjvp_argnum(product, lambda argnum, g, ans, args, kwargs: g * ans / args[argnum])
        >>> from autograd import jvp
        >>> jvp(product, (2.0, 3.0), (1.0, 1.0))
        (np.float64(6.0), np.float64(5.0))
    """
    _set_push(fun, jvpmaker)


def defjvp_argnums(fun: Primitive, jvpmaker: Maker) -> None:
    """Give one forward rule for several arguments: `jvpmaker(argnums, gs, ans, args, kwargs)` gives the tangent.

    It is called with one argument at a time, and what it gives is added up.
    """
    _set_push(fun, lambda argnum, g, ans, args, kwargs: jvpmaker((argnum,), (g,), ans, args, kwargs))


def def_linear(fun: Primitive) -> None:
    """Say that a primitive is linear in each argument: its forward rule is the primitive itself."""
    _set_push(fun, lambda argnum, g, ans, args, kwargs: _through(fun, argnum, g, args, kwargs))
