"""Your own ops: a NumPy function and its rule, or a function from elsewhere and central differences.

    @primitive(vjp=lambda g, y, x: g * np.cos(x))
    def sine(x):
        return np.sin(x)

An op made here behaves as one of the table's: it records, it differentiates to any order if its rule is plain NumPy,
`gradcheck` checks it. It is not in the table, which holds what every program has.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .errors import UnsupportedError, message
from .op import GENERAL, Op, Recorder

Rules = Callable[..., Any] | Sequence[Callable[..., Any] | None]


def primitive(
    forward: Callable[..., Any] | None = None,
    *,
    vjp: Rules,
    jvp: Rules | None = None,
    name: str | None = None,
    why: str | None = None,
) -> Any:
    """Make an op of a NumPy function and its rule; a decorator, or a plain call.

    Args:
        forward: takes arrays, gives one array. The first positional arguments are the operands, one a rule.
        vjp: `rule(g, y, *operands, **options)` gives the cotangent of an operand; a sequence for several operands,
            with None for one that carries no gradient. Written in plain NumPy it can be differentiated again.
        jvp: `rule(t, y, *operands, **options)` gives the tangent of the output, for forward mode; likewise.
        name: how messages and pictures call it; the function's name.
        why: one sentence for `explain`.

    Raises:
        UnsupportedError: there are more rules than positional arguments.

    Example:
        >>> @primitive(vjp=lambda g, y, x: g * np.cos(x))
        ... def sine(x):
        ...     return np.sin(x)
        >>> from autograd import grad
        >>> float(grad(sine)(0.0)), float(grad(grad(grad(sine)))(0.0))
        (1.0, -1.0)
    """
    if forward is None:
        return lambda function: primitive(function, vjp=vjp, jvp=jvp, name=name, why=why)
    vjps, jvps = _as_rules(vjp), () if jvp is None else _as_rules(jvp)
    called = str(name or getattr(forward, "__name__", "primitive"))
    positional = _positional(forward)
    if positional is not None:
        if len(vjps) > len(positional):
            raise UnsupportedError(
                message(
                    f"primitive({called!r})",
                    f"{len(vjps)} rules",
                    f"at most one for each of its {len(positional)} positional arguments",
                    "remove the others",
                )
            )
        required = sum(parameter.default is parameter.empty for parameter in positional)
        vjps += (None,) * (required - len(vjps))
    op = Op(
        name=called,
        forward=forward,
        vjps=vjps,
        jvps=jvps,
        kind=GENERAL,
        broadcasts=True,
        why=why or said_of(forward, called),
    )
    op.__doc__ = forward.__doc__
    op.__wrapped__ = forward  # type: ignore[attr-defined]  # its signature and source are the function's
    return op


def said_of(function: Callable[..., Any], called: str) -> str:
    """The first paragraph of a function's docstring, in one line; of one that has none that it is an op.

    Example:
        >>> said_of(np.sin, "sine")  # what a function of C says begins with its signature
        'sine, an op of your own.'
    """
    text = inspect.getdoc(function) if inspect.isfunction(function) else None
    return " ".join((text or f"{called}, an op of your own.").split("\n\n")[0].split())


def finite_difference(
    forward: Callable[..., Any], *, operands: int = 1, eps: float = 1e-6, name: str | None = None
) -> Any:
    """Make an op of a function that NumPy rules do not reach, differentiated by central differences.

    Each backward pass calls the function twice for every element of every tracked operand, so keep those small.
    It can be differentiated once.

    Args:
        forward: takes arrays, gives an array; called with changed copies of its operands.
        operands: how many of its positional arguments are differentiated.
        eps: the step.
        name: how messages and pictures call it.

    Raises:
        UnsupportedError: a second derivative is asked for.

    Example:
        >>> from autograd import grad
        >>> cube = finite_difference(lambda x: np.array([float(v) ** 3 for v in x]))
        >>> grad(lambda x: cube(x).sum())(np.array([1.0, 2.0])).round(6)
        array([ 3., 12.])
    """
    called = str(name or getattr(forward, "__name__", "finite_difference"))

    def rule(which: int) -> Callable[..., Any]:
        def vjp(g: Any, y: Any, *xs: Any, **options: Any) -> Any:
            if any(isinstance(x, Recorder) for x in (g, y, *xs)):
                raise UnsupportedError(
                    message(called, "a second derivative", "one derivative of a function known by its values only",
                            "give it a rule with autograd.primitive")
                )  # fmt: skip
            return _differences(forward, g, xs, which, eps, options)

        return vjp

    return primitive(forward, vjp=[rule(i) for i in range(operands)], name=called)


def _differences(
    forward: Callable[..., Any], g: Any, xs: tuple[Any, ...], which: int, eps: float, options: dict[str, Any]
) -> Any:
    moved = np.array(xs[which], np.float64)
    found = np.zeros_like(moved)
    for place in np.ndindex(moved.shape):
        sides = []
        kept = moved[place]
        for step in (eps, -eps):
            moved[place] = kept + step
            sides.append(np.asarray(forward(*xs[:which], moved.copy(), *xs[which + 1 :], **options), np.float64))
        moved[place] = kept
        found[place] = np.sum(g * (sides[0] - sides[1])) / (2 * eps)
    return found


def _as_rules(rules: Rules) -> tuple[Callable[..., Any] | None, ...]:
    return (rules,) if callable(rules) else tuple(rules)


def _positional(forward: Callable[..., Any]) -> list[inspect.Parameter] | None:
    try:
        parameters = list(inspect.signature(forward).parameters.values())
    except (TypeError, ValueError):  # some C functions have no signature
        return None
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return None
    return [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
