"""Networks that are another in one respect: other activations, other norms, dropout, for `nn.compare`.

    CHANGES["norm"](net, "batch")           # batch norm after every layer but the last

Layers that stay are shared with the network that is given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from autograd.errors import message

from . import catalog
from .containers import Sequential
from .errors import ConfigError
from .layers import BatchNorm1d, BatchNorm2d, Conv2d, Dropout, Dropout2d, LayerNorm, Linear, Softmax
from .module import Module

NORMS = ("none", "batch", "layer")


def _is_activation(module: Module) -> bool:
    kinds = {entry.target.rpartition(".")[2] for entry in catalog.ACTIVATIONS.values()}
    return type(module).__name__ in kinds and not isinstance(module, Softmax)


def _sequential(net: Module, setting: str) -> Sequential:
    if not isinstance(net, Sequential):
        got = f"{setting} for a network of class {type(net).__name__}"
        raise ConfigError(message("compare", got, "a Sequential", "vary what is not its structure"))
    return net


def _with_activation(net: Module, name: Any) -> Module:
    kind = catalog.find(catalog.ACTIVATIONS, str(name)).load()
    return Sequential(*(kind() if _is_activation(layer) else layer for layer in _sequential(net, "activation")))


def _with_norm(net: Module, name: Any) -> Module:
    if name not in NORMS:
        raise ConfigError(message("compare", f"norm={name!r}", f"one of {', '.join(NORMS)}", "choose one of them"))
    layers = [each for each in _sequential(net, "norm") if not isinstance(each, (BatchNorm1d, BatchNorm2d, LayerNorm))]
    weighted = [place for place, layer in enumerate(layers) if isinstance(layer, (Linear, Conv2d))]
    made: list[Module] = []
    for place, layer in enumerate(layers):
        made.append(layer)
        if name != "none" and place in weighted[:-1]:
            made.append(_norm(layer, name))
    return Sequential(*made)


def _norm(layer: Module, name: str) -> Module:
    if isinstance(layer, Conv2d):
        if name == "layer":
            raise ConfigError(
                message("compare", "norm='layer' after a convolution", "'batch'", "use norm=['none', 'batch']")
            )
        return BatchNorm2d(layer.out_channels)
    assert isinstance(layer, Linear)
    return BatchNorm1d(layer.out_features) if name == "batch" else LayerNorm(layer.out_features)


def _with_dropout(net: Module, share: Any) -> Module:
    made: list[Module] = []
    for layer in _sequential(net, "drop"):
        if isinstance(layer, (Dropout, Dropout2d)):
            continue
        made.append(layer)
        if share and _is_activation(layer):
            made.append(Dropout(share))
    return Sequential(*made)


CHANGES: Mapping[str, Callable[[Module, Any], Module]] = MappingProxyType(
    {"activation": _with_activation, "norm": _with_norm, "drop": _with_dropout}
)
