"""Rows of scipy.special, as it is used in statistics: a table of its own, entered when this module is imported.

Each row answers to SciPy's ufunc of its name. Where a function has an order or a shape that it cannot be
differentiated by, that is an option of the row, and `scipy.special.jv(2, t)` finds it by way of a derived function.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

from ..errors import UnsupportedError, message
from ..op import Op, Recorder, Rule, Sample, derived, elementwise, flat, general, sample

_TWO_BY_ROOT_PI = 2 / math.sqrt(math.pi)


def ufunc(name: str, *vjps: Rule, **fields: Any) -> Op:
    """The row of a ufunc of scipy.special."""
    return elementwise(f"special.{name}", getattr(special, name), *vjps, **fields)


def with_fixed(name: str, fixed: tuple[str, ...], rule: Rule, *samples: Sample, why: str, **fields: Any) -> Op:
    """The row of a ufunc whose first arguments have no derivative: they are options, and may not be tracked."""
    of_scipy = getattr(special, name)

    def forward(x: Any, /, **options: Any) -> Any:
        return of_scipy(*options.values(), x)

    def keyword_rule(g: Any, y: Any, x: Any, **options: Any) -> Any:
        return rule(g, y, *options.values(), x)

    calls = []
    for *options, x in (call.operands for call in samples):
        values = (value if value.ndim else value.item() for value in options)
        calls.append(sample(x, **dict(zip(fixed, values, strict=True))))
    fields.update(jvps=(keyword_rule,), why=why, samples=tuple(calls))
    row = general(f"special.{name}", forward, keyword_rule, **fields)

    @derived(of_scipy, *samples, domain=row.domain)
    def call(*args: Any) -> Any:
        *options, x = args
        return row(
            x, **{key: constant(f"special.{name}", key, value) for key, value in zip(fixed, options, strict=True)}
        )

    return row


def constant(where: str, name: str, x: Any) -> Any:
    """An argument without a derivative as an array or number.

    Raises:
        UnsupportedError: it is being tracked.
    """
    if not isinstance(x, Recorder):
        return x
    if getattr(x, "node", None) is not None:
        raise UnsupportedError(
            message(
                where,
                f"a tracked tensor as {name}",
                f"a constant, as there is no derivative with respect to {name}",
                "pass .data if no gradient is wanted",
            )
        )
    return np.asarray(x)


# The error function and the normal distribution

ERF: Op = ufunc(
    "erf",
    lambda g, y, x: g * _TWO_BY_ROOT_PI * np.exp(-x * x),
    why="The slope of an integral is what is integrated: a bell.",
)
ERFC: Op = ufunc(
    "erfc",
    lambda g, y, x: -g * _TWO_BY_ROOT_PI * np.exp(-x * x),
    why="What erf gains, its complement loses.",
)
ERFINV: Op = ufunc(
    "erfinv",
    lambda g, y, x: g / _TWO_BY_ROOT_PI * np.exp(y * y),
    domain=(-0.9, 0.9),
    why="An inverse has the inverse slope, taken at its output.",
)
ERFCINV: Op = ufunc(
    "erfcinv",
    lambda g, y, x: -g / _TWO_BY_ROOT_PI * np.exp(y * y),
    domain=(0.1, 1.9),
    why="An inverse has the inverse slope, taken at its output.",
)
_ROOT_TWO_PI = math.sqrt(2 * math.pi)
NDTR: Op = ufunc(
    "ndtr",
    lambda g, y, x: g * np.exp(-x * x / 2) / _ROOT_TWO_PI,
    why="A distribution function grows as its density says.",
)
LOG_NDTR: Op = ufunc(
    "log_ndtr",
    lambda g, y, x: g * np.exp(-x * x / 2 - y) / _ROOT_TWO_PI,
    why="Density over probability; taken from logarithms, so that it holds far out on the left.",
)
NDTRI: Op = ufunc(
    "ndtri",
    lambda g, y, x: g * _ROOT_TWO_PI * np.exp(y * y / 2),
    domain=(0.1, 0.9),
    why="An inverse has the inverse slope, taken at its output: one over the density there.",
)

# Gamma and its relatives

GAMMA: Op = ufunc("gamma", lambda g, y, x: g * y * PSI(x), domain=(0.5, 3.0), why="Its logarithm has the slope psi.")
RGAMMA: Op = ufunc(
    "rgamma", lambda g, y, x: -g * y * PSI(x), domain=(0.5, 3.0), why="One over gamma: psi the other way."
)
GAMMALN: Op = ufunc("gammaln", lambda g, y, x: g * PSI(x), domain=(0.5, 3.0), why="Psi is defined as its slope.")
GAMMASGN: Op = flat("special.gammasgn", special.gammasgn, domain=(0.5, 3.0))
PSI: Op = ufunc(
    "psi", lambda g, y, x: g * POLYGAMMA(x, n=1), domain=(0.5, 3.0), why="Its slope is the first polygamma."
)
POLYGAMMA: Op = general(
    "special.polygamma",
    lambda x, /, n: special.polygamma(n, x).astype(x.dtype),  # SciPy makes float64 of float32
    lambda g, y, x, n: g * POLYGAMMA(x, n=n + 1),
    jvps=(lambda t, y, x, n: t * POLYGAMMA(x, n=n + 1),),
    domain=(0.5, 3.0),
    samples=(sample((2, 3), n=1), sample((), n=2)),
    why="Each polygamma is the slope of the one before.",
)
BETA: Op = ufunc(
    "beta",
    lambda g, y, a, b: g * y * (PSI(a) - PSI(a + b)),
    lambda g, y, a, b: g * y * (PSI(b) - PSI(a + b)),
    domain=(0.5, 3.0),
    why="The slopes of its logarithm, times itself.",
)
BETALN: Op = ufunc(
    "betaln",
    lambda g, y, a, b: g * (PSI(a) - PSI(a + b)),
    lambda g, y, a, b: g * (PSI(b) - PSI(a + b)),
    domain=(0.5, 3.0),
    why="gammaln(a) + gammaln(b) - gammaln(a + b), term by term.",
)
_SHAPES = (sample(np.array(2), (2, 3)), sample(np.array([1, 3]), (2,)), sample(np.array([[1], [2]]), (2,)))
GAMMAINC: Op = with_fixed(
    "gammainc",
    ("a",),
    lambda g, y, a, x: g * np.exp((a - 1) * np.log(x) - x - special.gammaln(a)),
    *_SHAPES,
    domain=(0.5, 3.0),
    why="It is the distribution function of a gamma variable, and grows as its density says.",
)
GAMMAINCC: Op = with_fixed(
    "gammaincc",
    ("a",),
    lambda g, y, a, x: -g * np.exp((a - 1) * np.log(x) - x - special.gammaln(a)),
    *_SHAPES,
    domain=(0.5, 3.0),
    why="What gammainc gains, its complement loses.",
)
BETAINC: Op = with_fixed(
    "betainc",
    ("a", "b"),
    lambda g, y, a, b, x: g * np.exp((a - 1) * np.log(x) + (b - 1) * np.log1p(-x) - special.betaln(a, b)),
    sample(np.array(2), np.array(3), (2, 3)),
    sample(np.array([1, 2]), np.array(3), (2,)),
    domain=(0.1, 0.9),
    why="It is the distribution function of a beta variable, and grows as its density says.",
)


def _student(x: Any, df: Any) -> Any:
    """The density of Student's t, for the rule below."""
    log_norm = special.betaln(df / 2, 0.5) + 0.5 * np.log(df)
    return np.exp(-(df + 1) / 2 * np.log1p(x * x / df) - log_norm)


STDTR: Op = with_fixed(
    "stdtr",
    ("df",),
    lambda g, y, df, x: g * _student(x, df),
    *_SHAPES,
    why="Student's distribution function grows as its density says.",
)

# Logistic functions and entropies

EXPIT: Op = ufunc("expit", lambda g, y, x: g * y * (1 - y), why="Steepest, 1/4, at 0; flat where it is sure of itself.")
LOG_EXPIT: Op = ufunc(
    "log_expit", lambda g, y, x: g * EXPIT(-x), why="The slope is the probability of the other answer."
)
LOGIT: Op = ufunc("logit", lambda g, y, x: g / (x * (1 - x)), domain=(0.1, 0.9), why="The inverse slope of expit.")


def _unless_zero(x: Any, y: Any) -> Any:
    """A quotient that is 0 where x is 0: there the function is 0 whatever y is."""
    zero = x == 0
    return np.where(zero, 0, x / np.where(zero, 1, y))


XLOGY: Op = ufunc(
    "xlogy",
    lambda g, y, a, b: g * np.log(b),
    lambda g, y, a, b: g * _unless_zero(a, b),
    domain=(0.5, 2.0),
    why="A product of a and log(b); where a is 0, b does not matter.",
)
XLOG1PY: Op = ufunc(
    "xlog1py",
    lambda g, y, a, b: g * np.log1p(b),
    lambda g, y, a, b: g * _unless_zero(a, 1 + b),
    domain=(0.5, 2.0),
    why="A product of a and log(1 + b); where a is 0, b does not matter.",
)
ENTR: Op = ufunc("entr", lambda g, y, x: -g * (np.log(x) + 1), domain=(0.2, 2.0), why="The slope of -x log x.")
REL_ENTR: Op = ufunc(
    "rel_entr",
    lambda g, y, a, b: g * (np.log(a / b) + 1),
    lambda g, y, a, b: -g * a / b,
    domain=(0.5, 2.0),
    why="The slopes of a log(a / b).",
)
KL_DIV: Op = ufunc(
    "kl_div",
    lambda g, y, a, b: g * np.log(a / b),
    lambda g, y, a, b: g * (1 - a / b),
    domain=(0.5, 2.0),
    why="The slopes of a log(a / b) - a + b: both are 0 where a equals b.",
)

# Bessel functions

_ORDERS = (sample(np.array(2), (2, 3)), sample(np.array([0, 1]), (2,)))
_NEIGHBOURS = "The slope is half the difference of the neighbouring orders."


def _bessel(name: str, rule: Callable[..., Any], why: str = _NEIGHBOURS) -> Op:
    return with_fixed(name, ("v",), rule, *_ORDERS, domain=(0.5, 3.0), why=why)


JV: Op = _bessel("jv", lambda g, y, v, x: g * (JV(x, v=v - 1) - JV(x, v=v + 1)) / 2)
YV: Op = _bessel("yv", lambda g, y, v, x: g * (YV(x, v=v - 1) - YV(x, v=v + 1)) / 2)
YN: Op = _bessel("yn", lambda g, y, v, x: g * (YV(x, v=v - 1) - YV(x, v=v + 1)) / 2)
_SUM = "The slope is half the sum of the neighbouring orders."
IV: Op = _bessel("iv", lambda g, y, v, x: g * (IV(x, v=v - 1) + IV(x, v=v + 1)) / 2, _SUM)
IVE: Op = _bessel(
    "ive",
    lambda g, y, v, x: g * ((IVE(x, v=v - 1) + IVE(x, v=v + 1)) / 2 - np.sign(x) * y),
    "As iv, less what the factor exp(-|x|) takes away.",
)
_POSITIVE = (0.5, 3.0)
J0: Op = ufunc("j0", lambda g, y, x: -g * J1(x), domain=_POSITIVE, why="The slope of j0 is -j1.")
J1: Op = ufunc("j1", lambda g, y, x: g * (J0(x) - JV(x, v=2)) / 2, domain=_POSITIVE, why=_NEIGHBOURS)
Y0: Op = ufunc("y0", lambda g, y, x: -g * Y1(x), domain=_POSITIVE, why="The slope of y0 is -y1.")
Y1: Op = ufunc("y1", lambda g, y, x: g * (Y0(x) - YV(x, v=2)) / 2, domain=_POSITIVE, why=_NEIGHBOURS)
I0: Op = ufunc("i0", lambda g, y, x: g * I1(x), domain=_POSITIVE, why="The slope of i0 is i1.")
I1: Op = ufunc("i1", lambda g, y, x: g * (I0(x) + IV(x, v=2)) / 2, domain=_POSITIVE, why=_SUM)
