"""The rows of the table, a file per family. Importing this package fills the table.

Rules are plain NumPy, written once: they compute on arrays, record on Tensors and print on symbols.
"""

from . import assignment, composite, elementwise, index, joining, linalg, reduce, shape

families = (elementwise, reduce, shape, joining, index, assignment, linalg, composite)

__all__ = ["assignment", "composite", "elementwise", "families", "index", "joining", "linalg", "reduce", "shape"]
