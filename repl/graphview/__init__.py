"""From a loss to the content of a picture: the tape and its gradients as plain nodes and edges. Nothing is drawn here.

view = look(loss)                  every operation, `linear` opened into its product and its sum
view = fold(view)                  module by module, if there are too many nodes to read
view = focus(view, ids, ...)       what is round one tensor or module
view = look_at_failure(stopped(e)) what had been computed when a forward pass raised
"""

from .assemble import locate, look, look_at_failure
from .failure import stopped
from .focusing import focus, found
from .folding import fold
from .model import Flow, GraphView, Kind, Layer, Stats, Verdict, ViewEdge, ViewNode
from .summary import JUDGED, headline, trouble
from .trace import record

__all__ = [
    "JUDGED",
    "Flow",
    "GraphView",
    "Kind",
    "Layer",
    "Stats",
    "Verdict",
    "ViewEdge",
    "ViewNode",
    "focus",
    "fold",
    "found",
    "headline",
    "locate",
    "look",
    "look_at_failure",
    "record",
    "stopped",
    "trouble",
]
