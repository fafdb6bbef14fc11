"""Containers: modules whose parts are given as a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Self, overload

from autograd.errors import message

from .errors import ConfigError
from .module import Module


class Sequential(Module):
    """Modules that are called one after the other, each on what the one before gave.

    They are named "0", "1", ...; given one dict instead, by its keys. A slice is a Sequential of the same modules.

    Raises ConfigError for anything else than modules.

    Example:
        >>> import nn
        >>> net = Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
        >>> len(net), net[-1].out_features, [name for name, _ in net.named_parameters()]
        (3, 1, ['0.weight', '0.bias', '2.weight', '2.bias'])
    """

    def __init__(self, *modules: Module | Mapping[str, Module]) -> None:
        super().__init__()
        only = modules[0] if len(modules) == 1 else None
        named = only.items() if isinstance(only, Mapping) else ((str(i), module) for i, module in enumerate(modules))
        checked = [(name, _checked(f"Sequential[{name}]", module)) for name, module in named]
        for name, module in checked:
            self.register_module(name, module)

    def forward(self, x: Any) -> Any:
        """Take what the first module takes, give what the last one gives."""
        for module in self.children():
            x = module(x)
        return x

    def __len__(self) -> int:
        return len(list(self.children()))

    def __iter__(self) -> Iterator[Module]:
        return self.children()

    @overload
    def __getitem__(self, index: slice) -> Sequential: ...
    @overload
    def __getitem__(self, index: int) -> Any: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return Sequential(dict(list(self.named_children())[index]))
        return list(self.children())[index]

    def __setitem__(self, index: int, module: Module) -> None:
        name = [name for name, _ in self.named_children()][index]
        setattr(self, name, _checked(f"Sequential[{name}]", module))

    def append(self, module: Module) -> Self:
        """Add a module at the end."""
        name = str(len(self))
        self.register_module(name, _checked(f"Sequential[{name}]", module))
        return self


def _checked(where: str, module: Any) -> Module:
    if isinstance(module, Module):
        return module
    if isinstance(module, type) and issubclass(module, Module):
        raise ConfigError(message(where, f"the class {module.__name__}", "a module", f"write {module.__name__}(...)"))
    do = "write Sequential(*layers)" if isinstance(module, (list, tuple)) else "make it a Module with a forward"
    raise ConfigError(message(where, f"a {type(module).__name__}", "a module", do))
