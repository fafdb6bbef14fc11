"""The commands: importing this package registers all of them. Each is one decorated function.

A file with a new command has to be named here; `help` lists commands in this order.
"""

from . import build, train, steer, inspect, graph, plots, debug, explain, tutor, compare, lesson, session  # noqa: F401, I001  # the order is help's
