"""Optimisers: what a step along the gradient is.

optimizer = nn.optim.Adam(net.parameters(), lr=0.01)
optimizer.zero_grad()
loss(net(x), y).backward()
optimizer.step()
"""

from .adam import Adam
from .optimizer import Optimizer
from .sgd import SGD

__all__ = ["SGD", "Adam", "Optimizer"]
