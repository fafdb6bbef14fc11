"""The commands: importing this package registers all of them. Each is one decorated function.

A file with a new command has to be named here; `help` lists commands in this order.
"""

from importlib import import_module

for _name in (
    *("build", "train", "live", "steer", "inspect", "graph", "plots", "debug"),
    *("explain", "tutor", "compare", "lesson", "keep", "export", "session", "look", "settings", "doctor"),
):
    import_module(f"{__name__}.{_name}")
