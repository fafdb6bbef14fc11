"""Activations that hold their output in a range, or make shares of it, and those that cut it down, as modules."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from autograd import ops
from autograd.errors import message

from .. import functional
from ..errors import ConfigError
from ..functional.checks import check_range
from .activation import Activation

# Looked up once: the table answers by name, which takes as long as a small op.
_tanh, _sigmoid = ops.tanh, ops.sigmoid


class Tanh(Activation):
    """The hyperbolic tangent, element by element: between -1 and 1, with slope 1 at 0.

    Example:
        >>> Tanh()(np.array([0.0, 1.0])).round(4)
        array([0.    , 0.7616])
    """

    def forward(self, x: Any) -> Any:
        """Take any shape, give the same shape."""
        return _tanh(x)


class Sigmoid(Activation):
    """1 / (1 + exp(-x)), element by element: between 0 and 1, with slope 1/4 at 0. It does not overflow.

    Example:
        >>> Sigmoid()(np.array([-1000.0, 0.0, 1.0])).round(4)
        array([0.    , 0.5   , 0.7311])
    """

    def forward(self, x: Any) -> Any:
        """Take any shape, give the same shape."""
        return _sigmoid(x)


class LogSigmoid(Activation):
    """log(sigmoid(x)), which does not overflow.

    Example:
        >>> LogSigmoid()(np.array([-1000.0, 0.0])).round(4).tolist()
        [-1000.0, -0.6931]
    """

    def forward(self, x: Any) -> Any:
        """Take any shape, give the same shape."""
        return functional.logsigmoid(x)


class Softsign(Activation):
    """x / (1 + |x|): like tanh, but slow to saturate.

    Example:
        >>> Softsign()(np.array([-1.0, 3.0]))
        array([-0.5 ,  0.75])
    """

    def forward(self, x: Any) -> Any:
        """Take any shape, give the same shape."""
        return functional.softsign(x)


class Hardtanh(Activation):
    """x held between `min_val` and `max_val`.

    Raises ConfigError unless `min_val` is below `max_val`.

    Example:
        >>> Hardtanh()(np.array([-2.0, 0.5, 2.0]))
        array([-1. ,  0.5,  1. ])
    """

    options: ClassVar[tuple[str, ...]] = ("min_val", "max_val")

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        if not min_val < max_val:
            got = f"min_val={min_val!r} and max_val={max_val!r}"
            raise ConfigError(message("Hardtanh", got, "min_val below max_val", "exchange them"))
        self.min_val, self.max_val = min_val, max_val

    def forward(self, x: Any) -> Any:
        """Take any shape, give the same shape."""
        return functional.hardtanh(x, self.min_val, self.max_val)


class Hardsigmoid(Activation):
    """min(max(x + 3, 0), 6) / 6: a sigmoid of straight lines.

    Example:
        >>> Hardsigmoid()(np.array([-4.0, 0.0, 1.5]))
        array([0.  , 0.5 , 0.75])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()

    def forward(self, x: Any) -> Any:
        """Take any shape, give the same shape."""
        return functional.hardsigmoid(x)


class Softmax(Activation):
    """exp(x / temperature) over its sum along axis `dim`: positive, and sums to 1; see `functional.softmax`.

    `nn.CrossEntropyLoss` has it inside: a network that is trained with that ends without it.

    Example:
        >>> Softmax()(np.array([1.0, 2.0, 4.0])).round(4)
        array([0.042 , 0.1142, 0.8438])
        >>> Softmax(temperature=10.0)(np.array([1.0, 2.0, 4.0])).round(4)
        array([0.2894, 0.3199, 0.3907])
    """

    options: ClassVar[tuple[str, ...]] = ("dim",)

    def __init__(self, dim: int = -1, *, temperature: float = 1.0) -> None:
        super().__init__()
        if not 0 < temperature < np.inf:
            do = "use 1 for plain softmax"
            raise ConfigError(message("Softmax", f"temperature={temperature!r}", "a number above 0", do))
        self.dim, self.temperature = dim, temperature

    def forward(self, x: Any) -> Any:
        """Take any shape with that axis, give the same shape."""
        return functional.softmax(x, self.dim, temperature=self.temperature)

    def extra_repr(self) -> str:
        """The axis, and the temperature if it is not 1."""
        return super().extra_repr() + ("" if self.temperature == 1.0 else f", temperature={self.temperature!r}")


class LogSoftmax(Activation):
    """The logarithm of softmax along axis `dim`, stable for inputs of any size; NLLLoss takes it.

    Example:
        >>> LogSoftmax()(np.array([0.0, 1e4])).tolist()
        [-10000.0, 0.0]
    """

    options: ClassVar[tuple[str, ...]] = ("dim",)

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, x: Any) -> Any:
        """Take any shape with that axis, give the same shape."""
        return functional.log_softmax(x, self.dim)


class Softmin(Activation):
    """The softmax of -x along axis `dim`: the smallest gets the largest share.

    Example:
        >>> Softmin()(np.array([1.0, 2.0])).round(4)
        array([0.7311, 0.2689])
    """

    options: ClassVar[tuple[str, ...]] = ("dim",)

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, x: Any) -> Any:
        """Take any shape with that axis, give the same shape."""
        return functional.softmin(x, self.dim)


class GLU(Activation):
    """The first half of axis `dim`, gated by the sigmoid of the second (Dauphin et al. 2016, arXiv:1612.08083).

    Example:
        >>> GLU()(np.array([[1.0, 2.0, 0.0, 100.0]]))
        array([[0.5, 2. ]])
    """

    options: ClassVar[tuple[str, ...]] = ("dim",)

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, x: Any) -> Any:
        """Take a shape that is even along that axis, give half of it."""
        return functional.glu(x, self.dim)


class Hardshrink(Activation):
    """x where it is further than `lambd` from 0, else 0.

    Example:
        >>> Hardshrink()(np.array([-1.0, 0.25, 0.75]))
        array([-1.  ,  0.  ,  0.75])
    """

    options: ClassVar[tuple[str, ...]] = ("lambd",)

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, x: Any) -> Any:
        """Take any shape, give the same shape."""
        return functional.hardshrink(x, self.lambd)


class Softshrink(Activation):
    """x moved towards 0 by `lambd`, at most to 0.

    Raises ConfigError for a negative `lambd`.

    Example:
        >>> Softshrink()(np.array([-1.0, 0.25, 0.75]))
        array([-0.5 ,  0.  ,  0.25])
    """

    options: ClassVar[tuple[str, ...]] = ("lambd",)

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = check_range("Softshrink", "lambd", lambd, 0.0)

    def forward(self, x: Any) -> Any:
        """Take any shape, give the same shape."""
        return functional.softshrink(x, self.lambd)


class Tanhshrink(Activation):
    """x - tanh(x).

    Example:
        >>> Tanhshrink()(np.array([0.0, 2.0])).round(4)
        array([0.   , 1.036])
    """

    def forward(self, x: Any) -> Any:
        """Take any shape, give the same shape."""
        return functional.tanhshrink(x)


class Threshold(Activation):
    """x where it is above `threshold`, else `value`.

    Example:
        >>> Threshold(1.0, -7.0)(np.array([0.5, 2.0]))
        array([-7.,  2.])
    """

    options: ClassVar[tuple[str, ...]] = ("threshold", "value")

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__()
        self.threshold, self.value = threshold, value

    def forward(self, x: Any) -> Any:
        """Take any shape, give the same shape."""
        return functional.threshold(x, self.threshold, self.value)
