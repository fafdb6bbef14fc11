"""What the distributions share: a row for a standard density, and moving it by a location and a scale."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...op import Op, Rule, elementwise


def log_density(name: str, forward: Callable[..., Any], *vjps: Rule, **fields: Any) -> Op:
    """The row of the logarithm of a standard density: SciPy's own value, with its slopes."""
    return elementwise(name, forward, *vjps, **fields)


def like(y: Any, *xs: Any) -> Any:
    """A value with the dtype of what it was made from: SciPy makes float64 of everything."""
    return y.astype(np.result_type(*xs))


def standard(x: Any, loc: Any, scale: Any) -> Any:
    """How many scales x is from the location; x itself where they are 0 and 1."""
    moved = x - loc if _moves(loc, 0) else x
    scaled = moved / scale if _moves(scale, 1) else moved
    return scaled if hasattr(scaled, "dtype") else np.asarray(scaled)


def spread(log_density: Any, scale: Any) -> Any:
    """The logarithm of a density that was stretched by a scale: it falls as the width grows."""
    return log_density - np.log(scale) if _moves(scale, 1) else log_density


def _moves(value: Any, neutral: int) -> bool:
    return not (isinstance(value, (int, float)) and value == neutral)
