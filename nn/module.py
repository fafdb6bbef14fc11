"""The building block: a `Module` holds parameters and other modules, and says how input becomes output.

    class Net(nn.Module):
        def __init__(self):
            self.hidden = nn.Linear(2, 16)
            self.scale = nn.Parameter([1.0])

        def forward(self, x):
            return np.tanh(self.hidden(x)) * self.scale

What is assigned to an attribute is a part of the module: nothing else has to be declared, and the attribute's name is
its name in `state_dict`. Parts are read off the instance when they are asked for, so replacing and deleting one works
as it does on any object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Self

import numpy as np

from autograd import Tensor
from autograd.errors import an_instance, message
from autograd.hooks import Handle
from autograd.tape import enter_scope, leave_scope

from . import report, state
from .defaults import get_default_dtype
from .errors import ConfigError, StateError


class Parameter(Tensor):
    """A tensor that a module learns: a leaf that needs a gradient.

    `data` is an array or a tensor, whose dtype is kept, or numbers, which become the default dtype.

    Example:
        >>> Parameter([1.0, 2.0]).dtype
        dtype('float32')
    """

    __slots__ = ()

    def __init__(self, data: Any, requires_grad: bool = True, *, name: str | None = None) -> None:
        if isinstance(data, Tensor):
            data = data.readonly
        elif not isinstance(data, (np.ndarray, np.generic)):
            data = np.asarray(data, get_default_dtype())
        super().__init__(data, requires_grad=requires_grad, name=name)


Hook = Callable[..., Any]


class IncompatibleKeys(NamedTuple):
    """What `load_state_dict(strict=False)` found and passed over."""

    missing_keys: list[str]
    unexpected_keys: list[str]


def _no_forward(self: Module, *_: Any, **__: Any) -> Any:
    kind = type(self).__name__
    raise StateError(message(f"{kind}.forward", "a call", "a method forward", f"define forward(self, x) in {kind}"))


class Module:
    """A part of a network: parameters, buffers, modules inside it, and a `forward`.

    `super().__init__()` may be called first, as PyTorch demands, and may be left out.
    A list or dict of modules is not searched: its parameters would not be trained, and `parameters()` warns of them.

    Example:
        >>> class Double(Module):
        ...     def forward(self, x):
        ...         return 2 * x
        >>> Double()(3)
        6
    """

    training: bool = True
    forward: Callable[..., Any] = _no_forward
    _name: str = ""
    # before forward, and after; each with whether it is given the arguments by name too
    _hooks: tuple[dict[int, tuple[Hook, bool]], dict[int, tuple[Hook, bool]]] | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run `forward`; what it records is marked with this module's name and class, so that pictures can group it."""
        run = self.forward if self._hooks is None else self._hooked
        if not self._name:  # the whole network: paths begin with its parts
            return run(*args, **kwargs)
        token = enter_scope(self._name, type(self).__name__)
        try:
            return run(*args, **kwargs)
        finally:
            leave_scope(token)

    def _hooked(self, *args: Any, **kwargs: Any) -> Any:
        before, after = self._hooks or ({}, {})
        for hook, named in list(before.values()):  # a copy: a hook may take itself away
            changed = hook(self, args, kwargs) if named else hook(self, args)
            if changed is not None and named:
                args, kwargs = changed
            elif changed is not None:
                args = changed if isinstance(changed, tuple) else (changed,)
        output = self.forward(*args, **kwargs)
        for hook, named in list(after.values()):
            changed = hook(self, args, kwargs, output) if named else hook(self, args, output)
            output = output if changed is None else changed
        return output

    def called(self, name: str) -> None:
        """Take the name that pictures group by, which is that of the attribute that this module is."""
        object.__setattr__(self, "_name", name)

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, Module):
            value.called(name)
        elif isinstance(value, Parameter):
            value.name = value.name or name
        elif value is not None and isinstance(vars(self).get(name), Parameter):
            # the new value would not be trained any more, without a word
            raise StateError(
                message(
                    f"{type(self).__name__}.{name}",
                    f"{an_instance(value)} in place of a parameter",
                    "a Parameter or None",
                    f"wrap it in nn.Parameter, or write into the old one with .{name}.assign_",
                )
            )
        elif value is not None and name in vars(self).get("_buffers", ()) and not isinstance(value, Tensor):
            value = np.asarray(value)
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        vars(self).get("_buffers", {}).pop(name, None)

    def __repr__(self) -> str:
        return report.tree(self)

    def extra_repr(self) -> str:
        """What stands in the brackets of this module's line in the printed tree."""
        return ""

    # -- making parts under computed names

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Make `param` the attribute `name`: `setattr` for names that are computed."""
        self._check_name("register_parameter", name)
        setattr(self, name, param)

    def register_module(self, name: str, module: Module | None) -> None:
        """Make `module` the attribute `name`: `setattr` for names that are computed."""
        self._check_name("register_module", name)
        setattr(self, name, module)

    add_module = register_module

    def register_buffer(self, name: str, tensor: Any, persistent: bool = True) -> None:
        """Make `tensor`, or an array, a buffer: saved with the parameters, and not trained.

        With `persistent=False` it is left out of `state_dict`.
        """
        self._check_name("register_buffer", name)
        setattr(self, name, tensor)
        vars(self).setdefault("_buffers", {})[name] = persistent

    def _check_name(self, where: str, name: str) -> None:
        if not name or "." in name:
            raise ConfigError(
                message(f"{type(self).__name__}.{where}", f"the name {name!r}", "a name without dots", "choose another")
            )

    # -- walking over the parts

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules that are attributes of this one, in the order in which they were assigned."""
        return iter([(name, part) for name, part in vars(self).items() if isinstance(part, Module)])

    def children(self) -> Iterator[Module]:
        """The modules that are attributes of this one."""
        return iter([part for part in vars(self).values() if isinstance(part, Module)])

    def named_modules(self, prefix: str = "", *, remove_duplicate: bool = True) -> Iterator[tuple[str, Module]]:
        """This module and all inside it, each before its parts, as (dotted path, module).

        A module that is reached on two ways comes once, or with `remove_duplicate=False` under each of its names.
        """
        return state.walk(self, prefix, remove_duplicate)

    def modules(self) -> Iterator[Module]:
        """This module and all inside it, each once."""
        return (module for _, module in self.named_modules())

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, *, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Every parameter as (dotted name, parameter); one that is shared comes once, under its first name.

        Warns of parameters that sit in a plain list, tuple or dict, where nothing finds them.
        """
        found = state.named(self, Parameter, prefix, recurse, remove_duplicate)
        if recurse:
            state.warn_of_strays(self, Parameter, Module, found)
        return iter(found)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Every parameter once: what an optimiser is given."""
        return (param for _, param in self.named_parameters(recurse=recurse))

    def named_buffers(self, prefix: str = "", recurse: bool = True) -> Iterator[tuple[str, Any]]:
        """Every buffer as (dotted name, array or tensor)."""
        return state.named_buffers(self, prefix, recurse)

    def buffers(self, recurse: bool = True) -> Iterator[Any]:
        """Every buffer."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def get_submodule(self, target: str) -> Module:
        """The module at a dotted path, such as "encoder.0"; this one itself at "".

        Raises ConfigError when there is none.
        """
        found = dict(self.named_modules(remove_duplicate=False))
        if target not in found:
            raise self._absent("get_submodule", target, found)
        return found[target]

    def get_parameter(self, target: str) -> Parameter:
        """The parameter under a name of `state_dict`, such as "0.weight". Raises ConfigError when there is none."""
        found = dict(self.named_parameters(remove_duplicate=False))
        if target not in found:
            raise self._absent("get_parameter", target, found)
        return found[target]

    def get_buffer(self, target: str) -> Any:
        """The buffer under a name such as "1.running_mean". Raises ConfigError when there is none."""
        found = dict(self.named_buffers())
        if target not in found:
            raise self._absent("get_buffer", target, found)
        return found[target]

    def _absent(self, where: str, target: str, found: Mapping[str, Any]) -> ConfigError:
        from difflib import get_close_matches  # only for a message

        close = get_close_matches(target, found, 1)
        do = f"try {close[0]!r}" if close else "see print(net)"
        where, got = f"{type(self).__name__}.{where}", repr(target)
        return ConfigError(message(where, got, "the name of one that is there", do))

    # -- acting on all of them

    def train(self, mode: bool = True) -> Self:
        """Put this module and all inside it into training mode, or with False into evaluation mode."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Put this module and all inside it into evaluation mode."""
        return self.train(False)

    def apply(self, fn: Callable[[Module], Any]) -> Self:
        """Call `fn` on every module inside this one, parts first, and then on this one."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget all gradients: each parameter's `grad` becomes None, or zeros with `set_to_none=False`."""
        for param in self.parameters():
            if param.requires_grad and param.grad is not None:
                param.grad = None if set_to_none else Tensor(np.zeros(param.shape, param.dtype))

    def to(self, dtype: Any) -> Self:
        """Bring all parameters, gradients and floating buffers to a NumPy float dtype, in place; give the module.

        An optimiser made before holds state of the old dtype: make it afterwards.

        Raises ConfigError for what is no float dtype.

        Example:
            >>> import nn
            >>> nn.Linear(2, 3).to(np.float64).weight.dtype
            dtype('float64')
        """
        state.cast(self, Parameter, dtype)
        return self

    def float(self) -> Self:
        """Bring all parameters and floating buffers to float32, in place."""
        return self.to(np.float32)

    def double(self) -> Self:
        """Bring all parameters and floating buffers to float64, in place."""
        return self.to(np.float64)

    def half(self) -> Self:
        """Bring all parameters and floating buffers to float16, in place. It saves space; NumPy is slow with it."""
        return self.to(np.float16)

    def register_forward_pre_hook(self, hook: Hook, *, with_kwargs: bool = False) -> Handle:
        """Call `hook(module, args)` before every `forward`; what it gives, unless None, takes the arguments' place.

        With `with_kwargs` it is `hook(module, args, kwargs)`, and gives a pair of both.
        The handle's `remove()` takes it away again, as does the end of a `with`.
        """
        return Handle(self._own_hooks()[0], (hook, with_kwargs))

    def register_forward_hook(self, hook: Hook, *, with_kwargs: bool = False) -> Handle:
        """Call `hook(module, args, output)` after every `forward`; what it gives, unless None, replaces the output.

        With `with_kwargs` it is `hook(module, args, kwargs, output)`.

        Example:
            >>> import nn
            >>> layer = nn.ReLU()
            >>> with layer.register_forward_hook(lambda module, args, output: print(args[0], "to", output)):
            ...     _ = layer(np.array([-1.0, 2.0]))
            [-1.  2.] to [0. 2.]
        """
        return Handle(self._own_hooks()[1], (hook, with_kwargs))

    def _own_hooks(self) -> tuple[dict[int, tuple[Hook, bool]], dict[int, tuple[Hook, bool]]]:
        if self._hooks is None:
            self._hooks = ({}, {})
        return self._hooks

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Freeze the parameters with False, and free them again with True."""
        for param in self.parameters():
            param.requires_grad = requires_grad
        return self

    # -- saving and loading

    def state_dict(self) -> dict[str, np.ndarray[Any, Any]]:
        """A copy of every parameter and persistent buffer, as arrays under PyTorch's names.

        A copy, unlike PyTorch's: later training does not change it. A shared parameter is listed under each name.

        Example:
            >>> import nn
            >>> list(nn.Sequential(nn.Linear(2, 3), nn.Tanh()).state_dict())
            ['0.weight', '0.bias']
        """
        return {name: np.array(state.array_of(value)) for name, value in state.entries(self, Parameter)}

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True) -> IncompatibleKeys:
        """Write saved values into the parameters and buffers.

        `state_dict` maps names to arrays or tensors of the same shapes and dtypes. With `strict=False`
        missing and unexpected names are passed over and returned.

        Raises StateError, which lists everything that does not fit; then nothing is loaded.
        """
        missing, unexpected = state.load(self, Parameter, state_dict, strict)
        return IncompatibleKeys(missing, unexpected)
