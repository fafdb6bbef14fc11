"""Losses that ask for a distance, as modules; `nn.functional` has the same as functions, with sources and details."""

from __future__ import annotations

from typing import Any, ClassVar

from autograd.errors import message

from .. import functional
from ..errors import ConfigError
from .base import Loss, Options, weights


class HingeEmbeddingLoss(Loss):
    """The input where the target is 1, max(0, margin - input) where it is -1; see `functional.hinge_embedding_loss`.

    Example:
        >>> import numpy as np
        >>> float(HingeEmbeddingLoss()(np.array([0.3, 0.4]), np.array([1.0, -1.0])).round(4))
        0.45
    """

    options: ClassVar[Options] = (("margin", 1.0),)

    def __init__(self, margin: float = 1.0, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.margin = margin

    def forward(self, input: Any, target: Any) -> Any:
        """Take two of the same shape; give a scalar, or with "none" that shape."""
        return functional.hinge_embedding_loss(input, target, self.margin, reduction=self.reduction)


class MarginRankingLoss(Loss):
    """max(0, margin - target * (input1 - input2)); see `functional.margin_ranking_loss`.

    Example:
        >>> import numpy as np
        >>> float(MarginRankingLoss()(np.array([1.0, 2.0]), np.array([3.0, 1.0]), np.ones(2)))
        1.0
    """

    options: ClassVar[Options] = (("margin", 0.0),)

    def __init__(self, margin: float = 0.0, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.margin = margin

    def forward(self, input1: Any, input2: Any, target: Any) -> Any:
        """Take three of the same shape; give a scalar, or with "none" that shape."""
        return functional.margin_ranking_loss(input1, input2, target, self.margin, reduction=self.reduction)


class SoftMarginLoss(Loss):
    """log(1 + exp(-target * input)), for targets 1 and -1; see `functional.soft_margin_loss`.

    Example:
        >>> import numpy as np
        >>> float(SoftMarginLoss()(np.array([2.0, -1.0]), np.array([1.0, 1.0])).round(4))
        0.7201
    """

    def forward(self, input: Any, target: Any) -> Any:
        """Take two of the same shape; give a scalar, or with "none" that shape."""
        return functional.soft_margin_loss(input, target, reduction=self.reduction)


class MultiMarginLoss(Loss):
    """How far wrong classes come within a margin of the true one; see `functional.multi_margin_loss`.

    Example:
        >>> import numpy as np
        >>> float(MultiMarginLoss()(np.array([[0.1, 0.2, 0.4, 0.8]]), np.array([3])).round(4))
        0.325
    """

    weight: Any
    options: ClassVar[Options] = (("p", 1), ("margin", 1.0))

    def __init__(self, p: int = 1, margin: float = 1.0, weight: Any = None, reduction: str = "mean") -> None:
        super().__init__(reduction)
        if p not in (1, 2):
            raise ConfigError(message("MultiMarginLoss", f"p={p!r}", "1 or 2", "choose one of them"))
        self.p, self.margin = p, margin
        self.register_buffer("weight", weights(type(self).__name__, "weight", weight))

    def forward(self, input: Any, target: Any) -> Any:
        """Take scores (N, C) and classes (N,); give a scalar, or with "none" one loss per sample."""
        return functional.multi_margin_loss(input, target, self.p, self.margin, self.weight, reduction=self.reduction)


class TripletMarginLoss(Loss):
    """The distance to a like example should be less than that to an unlike one; see `functional.triplet_margin_loss`.

    Example:
        >>> import numpy as np
        >>> anchor, like, unlike = np.zeros((1, 2)), np.array([[0.0, 1.0]]), np.array([[3.0, 4.0]])
        >>> float(TripletMarginLoss(margin=5.0)(anchor, like, unlike).round(4))
        1.0
    """

    options: ClassVar[Options] = (("margin", 1.0), ("p", 2.0), ("eps", 1e-6), ("swap", False))

    def __init__(
        self, margin: float = 1.0, p: float = 2.0, eps: float = 1e-6, swap: bool = False, reduction: str = "mean"
    ) -> None:
        super().__init__(reduction)
        self.margin, self.p, self.eps, self.swap = margin, p, eps, swap

    def forward(self, anchor: Any, positive: Any, negative: Any) -> Any:
        """Take three (N, D) or (D,); give a scalar, or with "none" one loss per triple."""
        options = (self.margin, self.p, self.eps, self.swap)
        return functional.triplet_margin_loss(anchor, positive, negative, *options, reduction=self.reduction)


class CosineEmbeddingLoss(Loss):
    """1 - cosine similarity for like pairs, the similarity above a margin for others.

    See `functional.cosine_embedding_loss`.

    Example:
        >>> import numpy as np
        >>> a, b = np.array([[1.0, 0.0]]), np.array([[1.0, 1.0]])
        >>> float(CosineEmbeddingLoss()(a, b, np.array([1.0])).round(4))
        0.2929
    """

    options: ClassVar[Options] = (("margin", 0.0),)

    def __init__(self, margin: float = 0.0, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.margin = margin

    def forward(self, input1: Any, input2: Any, target: Any) -> Any:
        """Take (N, D), (N, D) and targets (N,), 1 or -1; give a scalar, or with "none" one loss per pair."""
        return functional.cosine_embedding_loss(input1, input2, target, self.margin, reduction=self.reduction)
