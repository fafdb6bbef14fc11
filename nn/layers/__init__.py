"""The layers, a file per family; `nn` exports them all."""

from .activations import ReLU, Sigmoid, Tanh
from .linear import Linear

__all__ = ["Linear", "ReLU", "Sigmoid", "Tanh"]
