"""Rows of autograd's table as one writes them by hand: forward, then the chain rule on paper, in NumPy."""

from __future__ import annotations

from . import elementwise, places, products, reductions
from .row import ROWS, Row

__all__ = ["ROWS", "Row", "elementwise", "places", "products", "reductions"]
