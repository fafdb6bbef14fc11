"""The rows of the table, a file per family. Importing this package fills the table.

Rules are plain NumPy, written once: they compute on arrays, record on Tensors and print on symbols.
"""

from . import (
    arranging,
    assignment,
    composite,
    elementwise,
    index,
    joining,
    linalg,
    matrices,
    ordering,
    padding,
    reduce,
    selection,
    shape,
)

families = (
    elementwise,
    reduce,
    shape,
    arranging,
    joining,
    padding,
    index,
    selection,
    ordering,
    assignment,
    matrices,
    linalg,
    composite,
)

__all__ = [
    "arranging",
    "assignment",
    "composite",
    "elementwise",
    "families",
    "index",
    "joining",
    "linalg",
    "matrices",
    "ordering",
    "padding",
    "reduce",
    "selection",
    "shape",
]
