"""Losses between what a model says of classes and what is true, as modules; `nn.functional` has the functions.

With `base=2` they speak in bits.
"""

from __future__ import annotations

from typing import Any, ClassVar

from autograd.errors import message

from .. import functional
from ..errors import ConfigError
from ..functional.checks import check_range
from .base import LogLoss, Options, weights


class CrossEntropyLoss(LogLoss):
    """The negative log-likelihood, in nats, of the true classes; see `functional.cross_entropy`.

    It takes logits (N, C), and integer classes (N,) or probabilities (N, C). Softmax is part of it. `weight` (C,)
    counts some classes more, `ignore_index` is a class that does not count, `label_smoothing` softens the targets.

    Example:
        >>> import numpy as np
        >>> logits = np.array([[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]])
        >>> round(float(CrossEntropyLoss()(logits, np.array([0, 2]))), 4)
        1.2395
        >>> round(float(CrossEntropyLoss(base=2)(logits, np.array([0, 2]))), 4)    # the same in bits
        1.7883
    """

    weight: Any
    options: ClassVar[Options] = (("ignore_index", -100), ("label_smoothing", 0.0), ("base", None))

    def __init__(
        self,
        weight: Any = None,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
        *,
        base: float | None = None,
    ) -> None:
        super().__init__(reduction, base=base)
        self.register_buffer("weight", weights(type(self).__name__, "weight", weight))
        self.ignore_index = ignore_index
        self.label_smoothing = check_range("CrossEntropyLoss", "label_smoothing", label_smoothing, 0.0, 1.0)

    def forward(self, input: Any, target: Any) -> Any:
        """Take logits and targets; give a scalar, or with "none" one loss per sample."""
        return functional.cross_entropy(
            input, target, self.weight, ignore_index=self.ignore_index, reduction=self.reduction,
            label_smoothing=self.label_smoothing, base=self.base,
        )  # fmt: skip


class NLLLoss(LogLoss):
    """Minus the log-probability of the true classes, which LogSoftmax gives; see `functional.nll_loss`.

    Example:
        >>> import numpy as np
        >>> float(NLLLoss(base=2)(np.log(np.array([[0.5, 0.25, 0.25]])), np.array([0])))
        1.0
    """

    weight: Any
    options: ClassVar[Options] = (("ignore_index", -100), ("base", None))

    def __init__(
        self, weight: Any = None, ignore_index: int = -100, reduction: str = "mean", *, base: float | None = None
    ) -> None:
        super().__init__(reduction, base=base)
        self.register_buffer("weight", weights(type(self).__name__, "weight", weight))
        self.ignore_index = ignore_index

    def forward(self, input: Any, target: Any) -> Any:
        """Take log-probabilities and classes; give a scalar, or with "none" one loss per sample."""
        return functional.nll_loss(
            input, target, self.weight, ignore_index=self.ignore_index, reduction=self.reduction, base=self.base
        )


class BCELoss(LogLoss):
    """Binary cross-entropy of probabilities; see `functional.binary_cross_entropy`.

    Example:
        >>> import numpy as np
        >>> BCELoss(reduction="none", base=2)(np.array([0.98, 0.0001]), np.ones(2)).round(4)
        array([ 0.0291, 13.2877])
    """

    weight: Any

    def __init__(self, weight: Any = None, reduction: str = "mean", *, base: float | None = None) -> None:
        super().__init__(reduction, base=base)
        self.register_buffer("weight", weights(type(self).__name__, "weight", weight))

    def forward(self, input: Any, target: Any) -> Any:
        """Take probabilities and targets of one shape; give a scalar, or with "none" that shape."""
        return functional.binary_cross_entropy(input, target, self.weight, reduction=self.reduction, base=self.base)


class BCEWithLogitsLoss(LogLoss):
    """Binary cross-entropy of sigmoid(input); see `functional.binary_cross_entropy_with_logits`.

    Example:
        >>> import numpy as np
        >>> float(BCEWithLogitsLoss()(np.array([0.0, 100.0]), np.array([1.0, 1.0])).round(4))
        0.3466
    """

    weight: Any
    pos_weight: Any

    def __init__(
        self, weight: Any = None, reduction: str = "mean", pos_weight: Any = None, *, base: float | None = None
    ) -> None:
        super().__init__(reduction, base=base)
        self.register_buffer("weight", weights(type(self).__name__, "weight", weight))
        self.register_buffer("pos_weight", weights(type(self).__name__, "pos_weight", pos_weight))

    def forward(self, input: Any, target: Any) -> Any:
        """Take logits and targets of one shape; give a scalar, or with "none" that shape."""
        return functional.binary_cross_entropy_with_logits(
            input, target, self.weight, reduction=self.reduction, pos_weight=self.pos_weight, base=self.base
        )


class KLDivLoss(LogLoss):
    """The Kullback-Leibler divergence from log-probabilities to probabilities; see `functional.kl_div`.

    Example:
        >>> import numpy as np
        >>> q, p = np.array([[0.25, 0.75]]), np.array([[0.5, 0.5]])
        >>> float(KLDivLoss("batchmean", base=2)(np.log(q), p).round(4))
        0.2075
    """

    options: ClassVar[Options] = (("log_target", False), ("base", None))

    def __init__(self, reduction: str = "mean", log_target: bool = False, *, base: float | None = None) -> None:
        super().__init__(reduction, base=base)
        self.log_target = log_target

    def _check_reduction(self, reduction: str) -> None:
        if reduction not in ("mean", "batchmean", "sum", "none"):
            expected = "'mean', 'batchmean', 'sum' or 'none'"
            raise ConfigError(message("KLDivLoss", f"reduction={reduction!r}", expected, "choose one of them"))

    def forward(self, input: Any, target: Any) -> Any:
        """Take log-probabilities and probabilities of one shape; give a scalar, or with "none" that shape."""
        return functional.kl_div(input, target, reduction=self.reduction, log_target=self.log_target, base=self.base)
