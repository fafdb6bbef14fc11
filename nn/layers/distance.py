"""How alike two batches of vectors are, as layers: for siamese networks and their losses."""

from __future__ import annotations

from typing import Any

from .. import functional
from ..module import Module


class CosineSimilarity(Module):
    """The cosine of the angle between two vectors, along axis `dim`; lengths are held at `eps`.

    Example:
        >>> import numpy as np
        >>> CosineSimilarity()(np.array([[3.0, 4.0]]), np.array([[4.0, 3.0]]))
        array([0.96])
    """

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim, self.eps = dim, eps

    def forward(self, x1: Any, x2: Any) -> Any:
        """Take two of a shape, (N, D), give (N,)."""
        return functional.cosine_similarity(x1, x2, self.dim, self.eps)


class PairwiseDistance(Module):
    """The `p`-norm of the difference of two vectors, to which `eps` is added so that it has a slope at 0.

    Example:
        >>> import numpy as np
        >>> PairwiseDistance()(np.array([[3.0, 4.0]]), np.array([[0.0, 0.0]])).round(4)
        array([5.])
    """

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm, self.eps, self.keepdim = p, eps, keepdim

    def forward(self, x1: Any, x2: Any) -> Any:
        """Take two of a shape, (N, D), give (N,), or with keepdim (N, 1)."""
        return functional.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)
