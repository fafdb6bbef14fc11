"""The shell, usable without a terminal too: a headless session, pictures of gradient flow, and plots.

    from repl import Session, graph, plots
    Session().run("data spiral")
    graph(loss).save("flow.svg")
    plots.loss_curve(trainer).save("loss.svg")

Importing it costs next to nothing: what is asked for is imported then, after a check that the `autograd` beside it is
chainrule's own.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import plots
    from .debugger import Debugger
    from .drawing import graph
    from .figures.subject import untouched
    from .pages import page
    from .session import Session
    from .stepping import debug

__all__ = ["Debugger", "Session", "debug", "graph", "page", "plots", "untouched"]

_HOMES = {
    "load_ipython_extension": "notebook",
    "unload_ipython_extension": "notebook",
    "Debugger": "debugger",
    "Session": "session",
    "debug": "stepping",
    "graph": "drawing",
    "page": "pages",
    "plots": "",
    "untouched": "figures.subject",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import neighbour

    neighbour.check()
    if name == "Session":
        importlib.import_module(".commands", __name__)  # a session has the commands that have been registered
    if name == "plots":
        return importlib.import_module(".plots", __name__)
    return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
