"""How many threads matrix products use: `nn.get_num_threads`, `nn.set_num_threads`, `with nn.num_threads(1)`.

`Workers` are threads of Python, with which a trainer divides its batches: `nn.Trainer(..., threads=2)`.
"""

from .pool import adjustable, get_num_threads, limited, num_threads, set_num_threads
from .sizing import VARIABLES, against_two, cores, in_weights, suited
from .workers import Workers

__all__ = [
    "VARIABLES",
    "Workers",
    "adjustable",
    "against_two",
    "cores",
    "get_num_threads",
    "in_weights",
    "limited",
    "num_threads",
    "set_num_threads",
    "suited",
]
