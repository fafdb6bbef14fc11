"""Neural networks on top of `autograd`, under PyTorch's names.

net = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2))
optimizer = nn.optim.Adam(net.parameters(), lr=0.01)
trainer = nn.Trainer(net, nn.CrossEntropyLoss(), optimizer, nn.data.moons())
trainer.run(epochs=20)
"""

from . import _neighbour as _neighbour  # first: it refuses another package named autograd
from . import catalog, data, errors, functional, init, optim, utils
from .containers import Sequential
from .defaults import default_generator, get_default_dtype, manual_seed, set_default_dtype
from .layers import Linear, ReLU, Sigmoid, Tanh
from .losses import CrossEntropyLoss, MSELoss
from .module import Module, Parameter
from .training import Metrics, StepEvent, Trainer

__all__ = [
    "CrossEntropyLoss",
    "Linear",
    "MSELoss",
    "Metrics",
    "Module",
    "Parameter",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "StepEvent",
    "Tanh",
    "Trainer",
    "catalog",
    "data",
    "default_generator",
    "errors",
    "functional",
    "get_default_dtype",
    "init",
    "manual_seed",
    "optim",
    "set_default_dtype",
    "utils",
]
