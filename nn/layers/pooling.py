"""Pooling over one or two spatial axes, as modules; `nn.functional` has the same as functions."""

from __future__ import annotations

from typing import Any, ClassVar

from ..functional.pooling import adaptive, average, largest, window
from ..module import Module


class _Pool(Module):
    """What the pools share: their options, checked when they are made."""

    axes: ClassVar[int] = 1

    def _set(self, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool) -> None:
        window(type(self).__name__, self.axes, kernel_size, stride, padding, dilation)
        self.kernel_size, self.padding, self.ceil_mode = kernel_size, padding, ceil_mode
        self.stride = kernel_size if stride is None else stride

    @property
    def _where(self) -> str:
        return f"{type(self).__name__}({self.extra_repr()})"

    def extra_repr(self) -> str:
        """The kernel, and what is not at its default."""
        parts = [str(self.kernel_size)]
        plain = {"stride": self.kernel_size, "padding": 0, "dilation": 1, "ceil_mode": False}
        for name, default in plain.items():
            value = getattr(self, name, default)
            if value != default:
                parts.append(f"{name}={value!r}")
        return ", ".join(parts)


class _MaxPool(_Pool):
    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self._set(kernel_size, stride, padding, dilation, ceil_mode)
        self.dilation, self.return_indices = dilation, return_indices

    def forward(self, x: Any) -> Any:
        """Take (N, C, ...), give the largest of each window; the N may be left out."""
        options = (self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode, self.return_indices)
        return largest(self._where, self.axes, x, *options)


class MaxPool1d(_MaxPool):
    """The largest of each window of `kernel_size` along the last axis; `stride` is the kernel's size if not given.

    Example:
        >>> import numpy as np
        >>> MaxPool1d(2)(np.array([[[1.0, 3.0, 2.0, 5.0]]]))
        array([[[3., 5.]]])
    """


class MaxPool2d(_MaxPool):
    """The largest of each window over the last two axes; see `functional.max_pool2d`.

    Example:
        >>> import numpy as np
        >>> MaxPool2d(2)(np.arange(16.0).reshape(1, 1, 4, 4))
        array([[[[ 5.,  7.],
                 [13., 15.]]]])
    """

    axes = 2


class AvgPool1d(_Pool):
    """The average of each window of `kernel_size` along the last axis; `stride` is the kernel's size if not given.

    Example:
        >>> import numpy as np
        >>> AvgPool1d(2)(np.array([[[1.0, 3.0, 2.0, 6.0]]]))
        array([[[2., 4.]]])
    """

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self._set(kernel_size, stride, padding, 1, ceil_mode)
        self.count_include_pad = count_include_pad

    def forward(self, x: Any) -> Any:
        """Take (N, C, L), give the average of each window; the N may be left out."""
        options = (self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad)
        return average(self._where, 1, x, *options, None)


class AvgPool2d(_Pool):
    """The average of each window over the last two axes; see `functional.avg_pool2d`.

    Example:
        >>> import numpy as np
        >>> AvgPool2d(2)(np.arange(16.0).reshape(1, 1, 4, 4))
        array([[[[ 2.5,  4.5],
                 [10.5, 12.5]]]])
    """

    axes = 2

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self._set(kernel_size, stride, padding, 1, ceil_mode)
        self.count_include_pad, self.divisor_override = count_include_pad, divisor_override

    def forward(self, x: Any) -> Any:
        """Take (N, C, H, W), give the average of each window; the N may be left out."""
        options = (self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad)
        return average(self._where, 2, x, *options, self.divisor_override)


class AdaptiveAvgPool1d(Module):
    """The averages of `output_size` windows that cover the last axis evenly, whatever its length.

    Example:
        >>> import numpy as np
        >>> AdaptiveAvgPool1d(2)(np.arange(6.0).reshape(1, 1, 6))
        array([[[1., 4.]]])
    """

    def __init__(self, output_size: Any) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, x: Any) -> Any:
        """Take (N, C, L), give (N, C, output_size); the N may be left out."""
        return adaptive(f"AdaptiveAvgPool1d({self.output_size})", 1, x, self.output_size)

    def extra_repr(self) -> str:
        """The size that it gives."""
        return str(self.output_size)


class AdaptiveAvgPool2d(Module):
    """The averages of windows that cover the last two axes evenly; see `functional.adaptive_avg_pool2d`.

    Example:
        >>> import numpy as np
        >>> AdaptiveAvgPool2d(1)(np.arange(12.0).reshape(1, 1, 3, 4))
        array([[[[5.5]]]])
    """

    def __init__(self, output_size: Any) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, x: Any) -> Any:
        """Take (N, C, H, W), give (N, C, *output_size); the N may be left out."""
        return adaptive(f"AdaptiveAvgPool2d({self.output_size})", 2, x, self.output_size)

    def extra_repr(self) -> str:
        """The size that it gives."""
        return str(self.output_size)
