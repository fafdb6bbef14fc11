"""What the activation modules share."""

from __future__ import annotations

from typing import Any, ClassVar

from ..module import Module


class Activation(Module):
    """A function of one array, as a module; its options are attributes.

    `inplace`, which some take for PyTorch's sake, changes nothing: the result is a new array either way.
    """

    options: ClassVar[tuple[str, ...]] = ()

    def extra_repr(self) -> str:
        """The options."""
        return ", ".join(f"{name}={getattr(self, name)!r}" for name in self.options)

    def forward(self, x: Any) -> Any:
        """Take any shape, give the same shape."""
        raise NotImplementedError
