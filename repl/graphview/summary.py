"""A graph in a sentence: what it is, and what to think of its gradient."""

from __future__ import annotations

from itertools import groupby, pairwise

from ..messages import joined, marked
from .model import GraphView, Kind, Verdict

_TROUBLE = {
    Verdict.NAN: marked("a gradient is not finite"),
    Verdict.EXPLODING: marked("the gradient explodes"),
    Verdict.VANISHING: marked("the gradient vanishes"),
    Verdict.ZERO: marked("a gradient is exactly 0"),
}
JUDGED = (_TROUBLE[Verdict.VANISHING], _TROUBLE[Verdict.EXPLODING])  # beside the loss side, within bounds


def trouble(view: GraphView) -> str:
    """What is wrong with values, or with the gradients of parameters, worst first; or nothing."""
    values = [node.value for node in view.nodes if node.value is not None]
    # Who masks with infinities means them, and then scores that were masked have some.
    masked = any(node.kind is Kind.INPUT and node.value is not None and node.value.infs for node in view.nodes)
    if any(value.nans or (value.infs and not masked) for value in values):
        return marked("a value is not finite")
    verdicts = {node.verdict for node in view.nodes if node.kind in (Kind.PARAMETER, Kind.MODULE)}
    return next((told for verdict, told in _TROUBLE.items() if verdict in verdicts), "")


def headline(view: GraphView, name: str = "") -> str:
    """A title: the widths of the network if it is a plain one, else its name, and what is wrong with it.

    Three or more equal widths in a row of a deep one are written once: `MLP 2 → 16 ×11 → 3`.
    """
    if view.loss.kind is Kind.FAILED:
        return marked("{what} stopped at {place}", what=name or marked("The forward pass"), place=view.loss.label)
    widths = _widths(view)
    what = f"MLP {' → '.join(_runs(widths))}" if widths else name or marked("Gradient flow")
    problem = trouble(view)
    return joined(": ", (what, problem)) if problem else what


def _widths(view: GraphView) -> list[str]:
    """The widths of a chain of linear layers; none if that is not all that there is before the loss."""
    pairs = [layer.title[len("Linear(") :].partition(")")[0].split(", ") for layer in view.layers]
    loose = [node for node in view.nodes if node.kind is Kind.OP and not node.layer and node.id not in view.loss_side]
    if loose or not all(layer.title.startswith("Linear(") for layer in view.layers) or not pairs:
        return []
    fits = all(outs == ins for (_, outs), (ins, _) in pairwise(pairs))
    return [pairs[0][0], *(outs for _, outs in pairs)] if fits else []


def _runs(widths: list[str]) -> list[str]:
    told: list[str] = []
    for width, same in groupby(widths):
        times = len(list(same))
        told += [f"{width} ×{times}"] if times > 2 and len(widths) > 5 else [width] * times
    return told
