"""Losses between numbers, as modules; `nn.functional` has the same as functions, with sources and details."""

from __future__ import annotations

from typing import Any, ClassVar

from autograd.errors import message

from .. import functional
from ..errors import ConfigError
from ..functional.checks import check_range
from .base import Loss, Options


class MSELoss(Loss):
    """The squared error (input - target)**2, for input and target of one shape; see `functional.mse_loss`.

    Example:
        >>> import numpy as np
        >>> float(MSELoss()(np.array([1.0, 2.0]), np.array([1.0, 4.0])))
        2.0
    """

    def forward(self, input: Any, target: Any) -> Any:
        """Take two of the same shape; give a scalar, or with "none" that shape."""
        return functional.mse_loss(input, target, reduction=self.reduction)


class L1Loss(Loss):
    """The absolute error |input - target|; see `functional.l1_loss`.

    Example:
        >>> import numpy as np
        >>> float(L1Loss()(np.array([1.0, 2.0]), np.array([1.0, 4.0])))
        1.0
    """

    def forward(self, input: Any, target: Any) -> Any:
        """Take two of the same shape; give a scalar, or with "none" that shape."""
        return functional.l1_loss(input, target, reduction=self.reduction)


class SmoothL1Loss(Loss):
    """Squared up to `beta`, absolute beyond; see `functional.smooth_l1_loss`.

    Example:
        >>> import numpy as np
        >>> SmoothL1Loss("none")(np.array([0.5, 3.0]), np.zeros(2))
        array([0.125, 2.5  ])
    """

    options: ClassVar[Options] = (("beta", 1.0),)

    def __init__(self, reduction: str = "mean", beta: float = 1.0) -> None:
        super().__init__(reduction)
        self.beta = check_range("SmoothL1Loss", "beta", beta, 0.0)

    def forward(self, input: Any, target: Any) -> Any:
        """Take two of the same shape; give a scalar, or with "none" that shape."""
        return functional.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(Loss):
    """Half the squared error up to `delta`, a straight line beyond; see `functional.huber_loss`.

    Example:
        >>> import numpy as np
        >>> HuberLoss("none", delta=2.0)(np.array([0.5, 3.0]), np.zeros(2))
        array([0.125, 4.   ])
    """

    options: ClassVar[Options] = (("delta", 1.0),)

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction)
        if not delta > 0:
            do = "use L1Loss for its limit"
            raise ConfigError(message("HuberLoss", f"delta={delta!r}", "a number above 0", do))
        self.delta = delta

    def forward(self, input: Any, target: Any) -> Any:
        """Take two of the same shape; give a scalar, or with "none" that shape."""
        return functional.huber_loss(input, target, reduction=self.reduction, delta=self.delta)


class PoissonNLLLoss(Loss):
    """The negative log-likelihood of counts, from the logarithm of their rate; see `functional.poisson_nll_loss`.

    Example:
        >>> import numpy as np
        >>> float(PoissonNLLLoss()(np.array([0.0, 1.0]), np.array([1.0, 2.0])).round(4))
        0.8591
    """

    options: ClassVar[Options] = (("log_input", True), ("full", False), ("eps", 1e-8))

    def __init__(
        self, log_input: bool = True, full: bool = False, *, eps: float = 1e-8, reduction: str = "mean"
    ) -> None:
        super().__init__(reduction)
        self.log_input, self.full, self.eps = log_input, full, eps

    def forward(self, input: Any, target: Any) -> Any:
        """Take two of the same shape; give a scalar, or with "none" that shape."""
        options = (self.log_input, self.full, self.eps)
        return functional.poisson_nll_loss(input, target, *options, reduction=self.reduction)


class GaussianNLLLoss(Loss):
    """The negative log-likelihood under normal distributions of learned variance; see `functional.gaussian_nll_loss`.

    Example:
        >>> import numpy as np
        >>> float(GaussianNLLLoss()(np.array([1.0, 2.0]), np.array([1.0, 4.0]), np.array([1.0, 4.0])).round(4))
        0.5966
    """

    options: ClassVar[Options] = (("full", False), ("eps", 1e-6))

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.full, self.eps = full, eps

    def forward(self, input: Any, target: Any, var: Any) -> Any:
        """Take means, targets and variances; give a scalar, or with "none" the targets' shape."""
        return functional.gaussian_nll_loss(input, target, var, self.full, self.eps, reduction=self.reduction)
