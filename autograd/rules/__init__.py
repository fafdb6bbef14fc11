"""The rows of the table, a file per family. Importing this package fills the table.

Rules are plain NumPy, written once: they compute on arrays, record on Tensors and print on symbols.
"""

from . import composite, elementwise, index, linalg, reduce, shape

families = (elementwise, reduce, shape, index, linalg, composite)

__all__ = ["composite", "elementwise", "families", "index", "linalg", "reduce", "shape"]
