"""scipy.linalg with gradients: triangular systems, Sylvester's equation, the square root and exponential of a matrix.

Every other name is SciPy's own, and refuses a tensor. What NumPy has too (solve, inv, cholesky, ...) is in
`numpy.linalg`, for tensors as well.

>>> import numpy as np
>>> from autograd import grad
>>> grad(lambda a: np.sum(sqrtm(a)))(np.diag([4.0, 9.0])).round(3)
array([[0.25 , 0.2  ],
       [0.2  , 0.167]])
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg

from ..errors import ShapeError, UnsupportedError, message
from ..op import Op, general, sample

__all__ = []
__all__ += scipy.linalg.__all__


def __getattr__(name: str) -> Any:
    return getattr(scipy.linalg, name)


def __dir__() -> list[str]:
    return __all__


def _t(x: Any) -> Any:
    return x.swapaxes(-1, -2)


_FLIPPED = {0: 1, 1: 0}


def _triangular_matrix_rule(g: Any, y: Any, a: Any, b: Any, **options: Any) -> Any:
    gb = SOLVE_TRIANGULAR(a, g, **{**options, "trans": _FLIPPED[options["trans"]]})
    outer = gb[:, None] * y if b.ndim == 1 else gb @ _t(y)
    outer = _t(outer) if options["trans"] else outer
    diagonal = 1 if options["unit_diagonal"] else 0
    return -np.tril(outer, -diagonal) if options["lower"] else -np.triu(outer, diagonal)


def _triangular_jvp(t: Any, y: Any, a: Any, b: Any, **options: Any) -> Any:
    diagonal = 1 if options["unit_diagonal"] else 0
    t = np.tril(t, -diagonal) if options["lower"] else np.triu(t, diagonal)
    return SOLVE_TRIANGULAR(a, -(_t(t) if options["trans"] else t) @ y, **options)


_LOWER = np.array([[2.0, 0.3, -0.2], [0.5, 1.5, 0.1], [-0.4, 0.7, 1.8]])
SOLVE_TRIANGULAR: Op = general(
    "linalg.solve_triangular",
    lambda a, b, /, trans=0, lower=False, unit_diagonal=False: scipy.linalg.solve_triangular(
        a, b, trans=trans, lower=lower, unit_diagonal=unit_diagonal
    ),
    _triangular_matrix_rule,
    lambda g, y, a, b, **options: SOLVE_TRIANGULAR(a, g, **{**options, "trans": _FLIPPED[options["trans"]]}),
    jvps=(_triangular_jvp, lambda t, y, a, b, **options: SOLVE_TRIANGULAR(a, t, **options)),
    samples=(
        sample(_LOWER, (3,), trans=0, lower=True, unit_diagonal=False),
        sample(_LOWER, (3, 2), trans=1, lower=True, unit_diagonal=False),
        sample(_LOWER, (3, 2), trans=0, lower=False, unit_diagonal=True),
        sample(_LOWER, (3,), trans=1, lower=False, unit_diagonal=True),
    ),
    why="The gradient is solved for with the transposed triangle; of the matrix only the triangle that is read moves.",
)


def solve_triangular(
    a: Any, b: Any, trans: int | str = 0, lower: bool = False, unit_diagonal: bool = False, **options: Any
) -> Any:
    """Solve `a @ x = b` for a triangular matrix; of `a` only that triangle is read.

    Args:
        a: of shape (M, M).
        b: of shape (M,) or (M, N).
        trans: 0 or "N" as it is, 1 or "T" transposed; "C" is "T" for real numbers.
        lower: the lower triangle, not the upper.
        unit_diagonal: take the diagonal to be ones.
        options: SciPy's `overwrite_b` and `check_finite`, which change no result.

    Example:
        >>> solve_triangular(np.array([[2.0, 0.0], [1.0, 1.0]]), np.array([4.0, 3.0]), lower=True)
        array([2., 1.])
    """
    number = {"N": 0, "T": 1, "C": 1, 2: 1}.get(trans, trans)
    return SOLVE_TRIANGULAR(a, b, trans=number, lower=lower, unit_diagonal=unit_diagonal)


SOLVE_SYLVESTER: Op = general(
    "linalg.solve_sylvester",
    lambda a, b, q, /: scipy.linalg.solve_sylvester(a, b, q),
    lambda g, y, a, b, q: -SOLVE_SYLVESTER(_t(a), _t(b), g) @ _t(y),
    lambda g, y, a, b, q: -_t(y) @ SOLVE_SYLVESTER(_t(a), _t(b), g),
    lambda g, y, a, b, q: SOLVE_SYLVESTER(_t(a), _t(b), g),
    jvps=(
        lambda t, y, a, b, q: -SOLVE_SYLVESTER(a, b, t @ y),
        lambda t, y, a, b, q: -SOLVE_SYLVESTER(a, b, y @ t),
        lambda t, y, a, b, q: SOLVE_SYLVESTER(a, b, t),
    ),
    samples=(sample(_LOWER, np.array([[1.0, 0.2], [0.3, 2.0]]), (3, 2)),),
    why="Linear in q; its adjoint is the same equation with both matrices transposed.",
)


def solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    """Solve `a @ x + x @ b = q`.

    Example:
        >>> solve_sylvester(np.eye(2), np.eye(2), np.array([[2.0, 4.0], [6.0, 8.0]]))
        array([[1., 2.],
               [3., 4.]])
    """
    return SOLVE_SYLVESTER(a, b, q)


def _real_root(x: Any, /) -> Any:
    y = scipy.linalg.sqrtm(x)
    if np.iscomplexobj(y):
        raise UnsupportedError(
            message("sqrtm", "a matrix whose root is complex", "no negative eigenvalue", "check how it was made")
        )
    return y


SQRTM: Op = general(
    "linalg.sqrtm",
    _real_root,
    lambda g, y, x: SOLVE_SYLVESTER(_t(y), _t(y), g),
    jvps=(lambda t, y, x: SOLVE_SYLVESTER(y, y, t),),
    samples=(sample(np.array([[4.0, 0.3], [0.5, 2.0]])),),
    why="From y @ y = x: dy @ y + y @ dy = dx, which is Sylvester's equation.",
)


def sqrtm(a: Any) -> Any:
    """The square root of a matrix without eigenvalues on the negative axis: `y @ y` is the matrix.

    Raises:
        UnsupportedError: the root is complex.

    Example:
        >>> sqrtm(np.diag([4.0, 9.0]))
        array([[2., 0.],
               [0., 3.]])
    """
    return SQRTM(a)


def _off_diagonal_block(x: Any, t: Any) -> Any:
    """The derivative of expm along t stands in the corner of expm of a block matrix (Najfeld and Havel, 1995)."""
    n = x.shape[0]
    zeros = np.zeros((n, n), x.dtype)
    return EXPM(np.concatenate([np.concatenate([x, t], axis=1), np.concatenate([zeros, x], axis=1)]))[:n, n:]


EXPM: Op = general(
    "linalg.expm",
    lambda x, /: scipy.linalg.expm(x),
    lambda g, y, x: _off_diagonal_block(_t(x), g),
    jvps=(lambda t, y, x: _off_diagonal_block(x, t),),
    samples=(sample(np.array([[0.4, 0.3], [-0.5, 0.2]])),),
    why="Its derivative is another exponential, of a matrix twice as large.",
)


def expm(a: Any) -> Any:
    """The exponential of a square matrix.

    Raises:
        ShapeError: it is not one square matrix.

    Example:
        >>> expm(np.array([[0.0, 1.0], [0.0, 0.0]]))
        array([[1., 1.],
               [0., 1.]])
    """
    if np.ndim(a) != 2 or np.shape(a)[0] != np.shape(a)[1]:
        raise ShapeError(message("expm", f"shape {np.shape(a)}", "a square matrix", "call it for one matrix at a time"))
    return EXPM(a)
