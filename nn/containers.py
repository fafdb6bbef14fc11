"""Containers: modules, or parameters, given as a list or a dict.

    Sequential(a, b, c)      called one after the other
    ModuleList([a, b])       a list, for a forward of your own
    ModuleDict({"a": a})     a dict
    ParameterList([w, v])    a list of parameters

A plain list or dict is not searched for parts: what is in it would not be trained.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self, overload

import numpy as np

from autograd import Tensor
from autograd.errors import an_instance, message

from .errors import ConfigError
from .module import Module, Parameter


class _Listed(Module):
    """What Sequential and ModuleList share: modules in an order, under the names "0", "1", ..."""

    def __len__(self) -> int:
        return len(list(self.children()))

    def __iter__(self) -> Iterator[Module]:
        return self.children()

    def __contains__(self, module: object) -> bool:
        return any(part is module for part in self.children())

    @overload
    def __getitem__(self, index: slice) -> Self: ...
    @overload
    def __getitem__(self, index: int) -> Any: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return self._part(list(self.named_children())[index])
        return list(self.children())[index]

    def _part(self, named: list[tuple[str, Module]]) -> Any:
        raise NotImplementedError

    def __setitem__(self, index: int, module: Module) -> None:
        name = [name for name, _ in self.named_children()][index]
        setattr(self, name, self._checked(name, module))

    def __delitem__(self, index: int | slice) -> None:
        kept = list(self.children())
        del kept[index]
        self._refill(kept)

    def append(self, module: Module) -> Self:
        """Add a module at the end."""
        name = str(len(self))
        self.register_module(name, self._checked(name, module))
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add several modules at the end, or none of them if one is not a module."""
        start = len(self)
        for name, module in [(str(i), self._checked(str(i), m)) for i, m in enumerate(modules, start)]:
            self.register_module(name, module)
        return self

    def insert(self, index: int, module: Module) -> Self:
        """Put a module before number `index`; those after it are renumbered."""
        modules = list(self.children())
        modules.insert(index, self._checked(str(index), module))
        self._refill(modules)
        return self

    def __add__(self, other: Iterable[Module]) -> Any:
        if not isinstance(other, _Listed):
            return NotImplemented
        return self._part([(str(i), module) for i, module in enumerate([*self, *other])])

    def pop(self, index: int = -1) -> Any:
        """Take a module out and give it; those after it are renumbered."""
        module = self[index]
        del self[index]
        return module

    def _refill(self, modules: list[Module]) -> None:
        for name, _ in list(self.named_children()):
            delattr(self, name)
        for i, module in enumerate(modules):
            self.register_module(str(i), module)

    def _checked(self, name: str, module: Any) -> Module:
        return checked(f"{type(self).__name__}[{name}]", module, type(self).__name__)


class Sequential(_Listed):
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
        for name, module in [(name, self._checked(name, module)) for name, module in named]:
            self.register_module(name, module)

    def forward(self, x: Any) -> Any:
        """Take what the first module takes, give what the last one gives."""
        for module in self.children():
            x = module(x)
        return x

    def _part(self, named: list[tuple[str, Module]]) -> Any:
        return Sequential(dict(named))


class _Grouped(Module):
    """A container that is not called itself: its parts' names in pictures begin with its own."""

    def called(self, name: str) -> None:
        """Take a name, and hand it on to the parts."""
        super().called(name)
        for key, part in self.named_children():
            part.called(f"{name}.{key}")

    def register_module(self, name: str, module: Module | None) -> None:
        """Make `module` a part under that name."""
        super().register_module(name, module)
        if module is not None and self._name:
            module.called(f"{self._name}.{name}")


class ModuleList(_Grouped, _Listed):
    """A list of modules, whose parameters are found; how they are called is the business of the `forward` around it.

    Raises ConfigError for anything else than modules.

    Example:
        >>> import nn
        >>> layers = ModuleList(nn.Linear(n, n + 1) for n in (2, 3))
        >>> [layer.out_features for layer in layers.append(nn.Linear(4, 1))], list(layers.state_dict())[:2]
        ([3, 4, 1], ['0.weight', '0.bias'])
    """

    def __init__(self, modules: Iterable[Module] = ()) -> None:
        super().__init__()
        self.extend(modules)

    def _part(self, named: list[tuple[str, Module]]) -> Any:
        return ModuleList(module for _, module in named)


class ModuleDict(_Grouped):
    """A dict of modules, whose parameters are found; keys are names without dots.

    Raises ConfigError for anything else than modules, and for a key that is the name of a method.

    Example:
        >>> import nn
        >>> heads = ModuleDict({"mean": nn.Linear(4, 1), "spread": nn.Linear(4, 1)})
        >>> list(heads), heads["mean"].out_features, "mean" in heads, len(heads)
        (['mean', 'spread'], 1, True, 2)
    """

    def __init__(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]] = ()) -> None:
        super().__init__()
        self.update(modules)

    def __len__(self) -> int:
        return len(list(self.children()))

    def __iter__(self) -> Iterator[str]:
        return self.keys()

    def __contains__(self, key: object) -> bool:
        return key in dict(self.named_children())

    def __getitem__(self, key: str) -> Any:
        return dict(self.named_children())[key]

    def __setitem__(self, key: str, module: Module) -> None:
        self.update({key: module})

    def __delitem__(self, key: str) -> None:
        self.pop(key)

    def keys(self) -> Iterator[str]:
        """The names."""
        return (name for name, _ in self.named_children())

    def values(self) -> Iterator[Module]:
        """The modules."""
        return self.children()

    def items(self) -> Iterator[tuple[str, Module]]:
        """Names and modules."""
        return self.named_children()

    def pop(self, key: str) -> Module:
        """Take a module out and give it."""
        module: Module = self[key]
        delattr(self, key)
        return module

    def clear(self) -> None:
        """Take all modules out."""
        for key in list(self.keys()):
            delattr(self, key)

    def update(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]]) -> None:
        """Add modules, and replace those whose name is there, or none if one is not a module."""
        items = modules.items() if isinstance(modules, Mapping) else modules
        found = [(key, checked(f"ModuleDict[{key!r}]", module, "ModuleDict")) for key, module in items]
        for key, _ in found:
            self._check_name("ModuleDict", key)
            if hasattr(type(self), key):
                got, do = f"the key {key!r}, which is a method's name", "choose another"
                raise ConfigError(message("ModuleDict", got, "another name", do))
        for key, module in found:
            self.register_module(key, module)


class ParameterList(Module):
    """A list of parameters; arrays and tensors become parameters.

    Example:
        >>> weights = ParameterList([np.zeros((2, 3)), np.zeros(3)])
        >>> len(weights), weights[1].shape, list(weights.state_dict())
        (2, (3,), ['0', '1'])
    """

    def __init__(self, values: Iterable[Any] = ()) -> None:
        super().__init__()
        self.extend(values)

    def _all(self) -> list[Parameter]:
        return [value for value in vars(self).values() if isinstance(value, Parameter)]

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self._all())

    @overload
    def __getitem__(self, index: slice) -> ParameterList: ...
    @overload
    def __getitem__(self, index: int) -> Parameter: ...
    def __getitem__(self, index: int | slice) -> Any:
        found = self._all()[index]
        return ParameterList(found) if isinstance(found, list) else found

    def __setitem__(self, index: int, value: Any) -> None:
        setattr(self, str(range(len(self))[index]), self._made(str(index), value))

    def append(self, value: Any) -> Self:
        """Add a parameter at the end."""
        return self.extend([value])

    def extend(self, values: Iterable[Any]) -> Self:
        """Add several parameters at the end, or none of them if one cannot be one."""
        start = len(self)
        for name, param in [(str(i), self._made(str(i), value)) for i, value in enumerate(values, start)]:
            self.register_parameter(name, param)
        return self

    @staticmethod
    def _made(name: str, value: Any) -> Parameter:
        if isinstance(value, Parameter):
            return value
        if isinstance(value, (Tensor, np.ndarray)):
            return Parameter(value)
        do = "wrap it in np.asarray, or in nn.Parameter"
        raise ConfigError(message(f"ParameterList[{name}]", an_instance(value), "a parameter or an array", do))


def checked(where: str, module: Any, container: str) -> Module:
    """`module`, if it is one, else ConfigError with what was probably meant."""
    if isinstance(module, Module):
        return module
    if isinstance(module, type) and issubclass(module, Module):
        raise ConfigError(message(where, f"the class {module.__name__}", "a module", f"write {module.__name__}(...)"))
    do = f"write {container}(*layers)" if isinstance(module, (list, tuple)) else "make it a Module with a forward"
    raise ConfigError(message(where, an_instance(module), "a module", do))
