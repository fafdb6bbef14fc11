"""From a loss to the content of a picture: the tape and its gradients as plain nodes and edges. Nothing is drawn here.

view = look(loss)                  every operation, `linear` opened into its product and its sum
view = fold(view)                  module by module, if there are too many nodes to read
"""

from .assemble import look
from .folding import fold
from .model import Flow, GraphView, Kind, Layer, Stats, Verdict, ViewEdge, ViewNode
from .stats import EXPLODING, VANISHING
from .summary import headline, trouble

__all__ = [
    "EXPLODING",
    "VANISHING",
    "Flow",
    "GraphView",
    "Kind",
    "Layer",
    "Stats",
    "Verdict",
    "ViewEdge",
    "ViewNode",
    "fold",
    "headline",
    "look",
    "trouble",
]
