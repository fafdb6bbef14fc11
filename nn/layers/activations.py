"""Activations as modules, for `nn.Sequential`: ReLU and its kin. `nn.functional` has the same as functions."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from autograd import ops

from .. import functional
from ..defaults import get_default_dtype
from ..functional.checks import whole
from ..module import Parameter
from .activation import Activation

# Looked up once: the table answers by name, which takes as long as a small op.
_relu = ops.relu


class ReLU(Activation):
    """max(x, 0), element by element. The slope is 1 above 0, and 0 below and at 0.

    Example:
        >>> import numpy as np
        >>> ReLU()(np.array([-1.0, 0.0, 2.0]))
        array([0., 0., 2.])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()

    def forward(self, x: Any) -> Any:
        """Take any shape, give the same shape."""
        return _relu(x)


class ReLU6(Activation):
    """min(max(x, 0), 6): a ReLU that stops growing.

    Example:
        >>> ReLU6()(np.array([-1.0, 3.0, 9.0]))
        array([0., 3., 6.])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()

    def forward(self, x: Any) -> Any:
        """Take any shape, give the same shape."""
        return functional.relu6(x)


class LeakyReLU(Activation):
    """x where it is positive, `negative_slope` times x elsewhere: a unit that cannot die (Maas et al. 2013).

    Example:
        >>> LeakyReLU(0.1)(np.array([-1.0, 2.0]))
        array([-0.1,  2. ])
    """

    options: ClassVar[tuple[str, ...]] = ("negative_slope",)

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope = negative_slope

    def forward(self, x: Any) -> Any:
        """Take any shape, give the same shape."""
        return functional.leaky_relu(x, self.negative_slope)


class PReLU(Activation):
    """Leaky ReLU that learns its slope: `weight` has one element, or with `num_parameters` one for each channel.

    Source: He et al. 2015, arXiv:1502.01852.

    Example:
        >>> PReLU(init=0.5)(np.array([-1.0, 2.0], np.float32)).data
        array([-0.5,  2. ], dtype=float32)
    """

    options: ClassVar[tuple[str, ...]] = ("num_parameters",)

    def __init__(self, num_parameters: int = 1, init: float = 0.25, *, dtype: Any = None) -> None:
        super().__init__()
        self.num_parameters = whole("PReLU", "num_parameters", num_parameters)
        self.init = init
        dtype = get_default_dtype() if dtype is None else dtype
        self.weight = Parameter(np.full(self.num_parameters, init, dtype))

    def reset_parameters(self) -> None:
        """Begin again, at the slope `init`."""
        self.weight.assign_(np.full(self.num_parameters, self.init, self.weight.dtype))

    def forward(self, x: Any) -> Any:
        """Take (N, channels, ...) or any shape, give the same shape."""
        return functional.prelu(x, self.weight)


class ELU(Activation):
    """x where it is positive, alpha * (exp(x) - 1) elsewhere. With alpha 1 its slope has no jump at 0.

    Source: Clevert et al. 2015, arXiv:1511.07289.

    Example:
        >>> ELU()(np.array([-1.0, 2.0])).round(4)
        array([-0.6321,  2.    ])
    """

    options: ClassVar[tuple[str, ...]] = ("alpha",)

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = alpha

    def forward(self, x: Any) -> Any:
        """Take any shape, give the same shape."""
        return functional.elu(x, self.alpha)


class SELU(Activation):
    """ELU scaled so that layers keep mean 0 and variance 1 by themselves (Klambauer et al. 2017, arXiv:1706.02515).

    Example:
        >>> SELU()(np.array([-1.0, 2.0])).round(4)
        array([-1.1113,  2.1014])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()

    def forward(self, x: Any) -> Any:
        """Take any shape, give the same shape."""
        return functional.selu(x)


class CELU(Activation):
    """x where it is positive, alpha * (exp(x / alpha) - 1) elsewhere (Barron 2017, arXiv:1704.07483).

    Example:
        >>> CELU(2.0)(np.array([-1.0, 2.0])).round(4)
        array([-0.7869,  2.    ])
    """

    options: ClassVar[tuple[str, ...]] = ("alpha",)

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = alpha

    def forward(self, x: Any) -> Any:
        """Take any shape, give the same shape."""
        return functional.celu(x, self.alpha)


class GELU(Activation):
    """x times the chance that a standard normal number is below it (Hendrycks and Gimpel 2016, arXiv:1606.08415).

    `approximate` "tanh" takes a tanh for the normal distribution.

    Example:
        >>> GELU()(np.array([-1.0, 2.0])).round(4)
        array([-0.1587,  1.9545])
    """

    options: ClassVar[tuple[str, ...]] = ("approximate",)

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, x: Any) -> Any:
        """Take any shape, give the same shape."""
        return functional.gelu(x, self.approximate)


class SiLU(Activation):
    """x * sigmoid(x), also called swish (Elfwing et al. 2017, arXiv:1702.03118).

    Example:
        >>> SiLU()(np.array([-1.0, 2.0])).round(4)
        array([-0.2689,  1.7616])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()

    def forward(self, x: Any) -> Any:
        """Take any shape, give the same shape."""
        return functional.silu(x)


class Mish(Activation):
    """x * tanh(softplus(x)) (Misra 2019, arXiv:1908.08681).

    Example:
        >>> Mish()(np.array([-1.0, 2.0])).round(4)
        array([-0.3034,  1.944 ])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()

    def forward(self, x: Any) -> Any:
        """Take any shape, give the same shape."""
        return functional.mish(x)


class Softplus(Activation):
    """log(1 + exp(beta * x)) / beta: a ReLU without a corner; x itself where beta * x > threshold.

    Example:
        >>> Softplus()(np.array([-1.0, 0.0, 100.0])).round(4)
        array([  0.3133,   0.6931, 100.    ])
    """

    options: ClassVar[tuple[str, ...]] = ("beta", "threshold")

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta, self.threshold = beta, threshold

    def forward(self, x: Any) -> Any:
        """Take any shape, give the same shape."""
        return functional.softplus(x, self.beta, self.threshold)


class Hardswish(Activation):
    """x * hardsigmoid(x): SiLU made of straight pieces (Howard et al. 2019, arXiv:1905.02244).

    Example:
        >>> Hardswish()(np.array([-2.0, 1.0, 5.0])).round(4)
        array([-0.3333,  0.6667,  5.    ])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()

    def forward(self, x: Any) -> Any:
        """Take any shape, give the same shape."""
        return functional.hardswish(x)
