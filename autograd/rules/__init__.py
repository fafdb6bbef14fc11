"""The rows of the table, a file per family. Importing this package fills the table.

Rules are plain NumPy, written once: they compute on arrays, record on Tensors and print on symbols.
"""

from . import composite, elementwise, index, joining, linalg, reduce, shape

families = (elementwise, reduce, shape, joining, index, linalg, composite)

__all__ = ["composite", "elementwise", "families", "index", "joining", "linalg", "reduce", "shape"]
