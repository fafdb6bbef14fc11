"""A graph in a sentence: what it is, and what to think of its gradient."""

from __future__ import annotations

from itertools import groupby

from .model import GraphView, Kind, Verdict

_TROUBLE = {
    Verdict.NAN: "a gradient is not finite",
    Verdict.EXPLODING: "the gradient explodes",
    Verdict.VANISHING: "the gradient vanishes",
    Verdict.ZERO: "a gradient is exactly 0",
}


def trouble(view: GraphView) -> str:
    """What is wrong with the gradients of the parameters, worst first, or nothing."""
    verdicts = {node.verdict for node in view.nodes if node.kind in (Kind.PARAMETER, Kind.MODULE)}
    return next((told for verdict, told in _TROUBLE.items() if verdict in verdicts), "")


def headline(view: GraphView) -> str:
    """A title: the widths of the network, if it is a plain one, and what is wrong with it, if anything is.

    Three or more equal widths in a row are written once: `MLP 2 → 16 ×11 → 3`.
    """
    what = "Gradient flow"
    if view.layers and all(layer.title.startswith("Linear(") for layer in view.layers):
        pairs = [layer.title[len("Linear(") :].partition(")")[0].split(", ") for layer in view.layers]
        widths = [pairs[0][0], *(outs for _, outs in pairs)]
        what = "MLP " + " → ".join(_runs(widths))
    problem = trouble(view)
    return f"{what}: {problem}" if problem else what


def _runs(widths: list[str]) -> list[str]:
    told: list[str] = []
    for width, same in groupby(widths):
        times = len(list(same))
        told += [f"{width} ×{times}"] if times > 2 else [width] * times
    return told
