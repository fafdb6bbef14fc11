"""Functions that join arrays, by means of concatenate and stack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..op import derived, sample


@derived(np.hstack, sample([(2, 3), (2, 1)]), sample([(2,), (3,)]), sample([(), ()]))
def hstack(tup: Sequence[Any]) -> Any:
    """Side by side: along the second axis, or the first of vectors."""
    parts = [np.atleast_1d(part) for part in tup]
    return np.concatenate(parts, axis=0 if parts[0].ndim == 1 else 1)


@derived(np.atleast_1d, sample(()), sample((2, 3)))
def atleast_1d(*arys: Any) -> Any:
    """At least one axis."""
    found = tuple(x if np.ndim(x) else np.reshape(x, (1,)) for x in arys)
    return found[0] if len(found) == 1 else found
