"""One training under many settings, spread over processes, or over the machines of a Dask or MPI cluster.

    found = nn.sweep(train, {"lr": [0.1, 0.01], "width": [16, 64]}, metric="accuracy", mode="max", file="sweep.jsonl")
    found = nn.sweep(train, {"lr": nn.sweeping.loguniform(1e-4, 1.0)}, runs=20, seed=0)
    print(found)                        # a row for each run, best first

docs/sweeps.md shows it by example.
"""

from .audience import following
from .distributions import Distribution, choice, integers, loguniform, uniform
from .results import Results, Row
from .searching import sweep

__all__ = ["Distribution", "Results", "Row", "choice", "following", "integers", "loguniform", "sweep", "uniform"]
