"""A recorded step as straight-line NumPy: see `compile`.

program         what is recorded: calls, and the memory that they read and write
traced          the array that writes down what is done with it
callers         who asks for a value
lowering        how a call is written so that it works into memory made before
opaque          rows that are one call, as their steps can't be followed
witness         how values are found that got lost on the way
reserve         addresses that stand for memory, and take none
surroundings    what a step can reach besides its arguments
contents        what that holds, to be put back
disturbance     other numbers, and the way back to what was there
liveness        which calls are needed, in which order, and where results lie
rewriting       calls that NumPy does faster when they are written otherwise
ones            small linear layers as one product, with biases as a row of the weights
columns         results of large linear layers in columns, which BLAS makes faster
turning         which results may lie with columns in one piece instead of rows
emit            the program as source
gate            what is asked at every call, as one expression
arguments       what a program is made for
recorder        a step is recorded, twice
entry           a program with its inputs and results
compiled        the function that records, and runs
"""

from .compiled import Compiled, compile, live  # noqa: A004
from .program import Recording
from .traced import Traced, active

__all__ = ["Compiled", "Recording", "Traced", "active", "compile", "live"]
