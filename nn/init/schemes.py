"""A scheme by name, for every weight of a network at once."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np

from autograd.errors import message

from ..errors import ConfigError
from ..module import Module
from . import filling, matrices
from .filling import generator, zeros_

M = TypeVar("M", bound=Module)

SCHEMES: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "xavier_uniform": filling.xavier_uniform_,
        "xavier_normal": filling.xavier_normal_,
        "kaiming_uniform": filling.kaiming_uniform_,
        "kaiming_normal": filling.kaiming_normal_,
        "lecun_uniform": filling.lecun_uniform_,
        "lecun_normal": filling.lecun_normal_,
        "orthogonal": matrices.orthogonal_,
        "alexnet": filling.alexnet_,
        "normal": filling.normal_,
        "trunc_normal": filling.trunc_normal_,
        "uniform": filling.uniform_,
        "constant": filling.constant_,
        "zeros": filling.zeros_,
        "ones": filling.ones_,
        "eye": matrices.eye_,
        "sparse": matrices.sparse_,
    }
)


def initialize_(
    net: M, scheme: str, *, seed: int | None = None, rng: np.random.Generator | None = None, **options: Any
) -> M:
    """Fill every weight of `net` by one scheme, and its biases with 0; return `net`.

    Weights are the parameters of two dimensions or more, biases those whose name begins or ends with "bias"; any
    other parameter stays. `scheme` is a key of `SCHEMES`, `options` go to its function, such as `std=0.01`.
    Without `seed` and `rng` the numbers come from nn's default generator.

    Raises ConfigError for an unknown scheme or option, or both `seed` and `rng`, and ShapeError when a weight's shape
    does not suit the scheme; then nothing has been filled.

    Example:
        >>> import nn
        >>> net = initialize_(nn.Linear(2, 2), "xavier_uniform", seed=0)
        >>> net.weight.data.round(3), net.bias.data
        (array([[ 0.335, -0.564],
               [-1.124, -1.184]], dtype=float32), array([0., 0.], dtype=float32))
    """
    fill = _scheme(scheme, options)
    if seed is not None and rng is not None:
        raise ConfigError(message("initialize_", "both seed and rng", "one of them", "leave one out"))
    if "rng" in inspect.signature(fill).parameters:
        options["rng"] = np.random.default_rng(seed) if seed is not None else generator(rng)
    params = list(net.named_parameters())
    before = [param.readonly.copy() for _, param in params]
    try:
        for name, param in params:
            if param.ndim >= 2:
                fill(param, **options)
            elif name.rpartition(".")[2].startswith("bias") or name.endswith("bias"):
                zeros_(param)
    except Exception:  # a scheme that a later weight's shape does not suit
        for (_, param), values in zip(params, before, strict=True):
            param.assign_(values)
        raise
    return net


def _scheme(scheme: str, options: dict[str, Any]) -> Callable[..., Any]:
    fill = SCHEMES.get(scheme)
    if fill is None:
        from difflib import get_close_matches  # only for a message

        near = get_close_matches(str(scheme), SCHEMES, 1)
        do = f"did you mean {near[0]!r}" if near else "choose one of them"
        raise ConfigError(message("initialize_", f"the scheme {scheme!r}", f"one of {', '.join(SCHEMES)}", do))
    parameters = inspect.signature(fill).parameters
    known = [name for name in parameters if name not in ("tensor", "rng")]
    wrong = [name for name in options if name not in known]
    required = [name for name in known if parameters[name].default is inspect.Parameter.empty and name not in options]
    if required:
        do = f"pass {required[0]}=0.5"
        raise ConfigError(message(f"initialize_({scheme!r})", f"no {required[0]}", "a number for it", do))
    if wrong:
        expected = f"only {', '.join(known)}" if known else "no option"
        raise ConfigError(message(f"initialize_({scheme!r})", f"the option {wrong[0]!r}", expected, "leave it out"))
    return fill
