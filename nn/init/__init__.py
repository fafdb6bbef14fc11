"""How weights begin: each function fills a tensor in place and returns it.

    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    nn.init.initialize_(net, "xavier_uniform", seed=0)      # every weight of a network, biases to 0

Layers begin as PyTorch's do; these are for other beginnings. `rng` is nn's default generator if not given.
"""

from .fans import calculate_fans, calculate_gain
from .filling import (
    alexnet_,
    constant_,
    kaiming_normal_,
    kaiming_uniform_,
    lecun_normal_,
    lecun_uniform_,
    normal_,
    ones_,
    trunc_normal_,
    uniform_,
    xavier_normal_,
    xavier_uniform_,
    zeros_,
)
from .matrices import eye_, orthogonal_, sparse_
from .schemes import SCHEMES, initialize_

__all__ = [
    "SCHEMES",
    "alexnet_",
    "calculate_fans",
    "calculate_gain",
    "constant_",
    "eye_",
    "initialize_",
    "kaiming_normal_",
    "kaiming_uniform_",
    "lecun_normal_",
    "lecun_uniform_",
    "normal_",
    "ones_",
    "orthogonal_",
    "sparse_",
    "trunc_normal_",
    "uniform_",
    "xavier_normal_",
    "xavier_uniform_",
    "zeros_",
]
