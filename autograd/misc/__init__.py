"""What goes with gradients in HIPS's namespace: trees as vectors, small optimisers, fixed points.

from autograd.misc.optimizers import adam
from autograd.misc import flatten
"""

from __future__ import annotations

from .flatten import flatten

__all__ = ["flatten"]
