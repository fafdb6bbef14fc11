"""What a page knows: one or two runs as plain data, ready for JSON. How it looks is up to the scripts.

Numbers keep six digits. What is not a number is text ("NaN", "Infinity"), as JSON has no sign for it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Protocol

import numpy as np

from ...graphview import Flow, GraphView, Kind, Stats, Verdict, ViewEdge, ViewNode
from ...graphview.histograms import Histogram
from ...graphview.outline import Fold
from ...graphview.playback import Film, Moment, Share
from ...messages import said, tr
from .. import palette
from ..labels import MARKS, clean, shorten

RECORDED = 160  # steps of a training run that a page keeps
_LONGEST = 200  # characters of a name
_ALIGNED = 600  # stops up to which two passes are laid side by side step by step
_HEIGHTS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Event(Protocol):
    """A step of training, as a trainer records it."""

    @property
    def step(self) -> int: ...  # noqa: D102
    @property
    def loss(self) -> float: ...  # noqa: D102
    @property
    def grad_norms(self) -> Mapping[str, float]: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One graph to show: its title, its backward pass, what can be folded, and the training steps before it.

    Without a `film` there is no pass to play.
    """

    title: str
    view: GraphView
    folds: Sequence[Fold]
    film: Film | None = None
    history: Sequence[Event] = ()


def content(runs: Sequence[Run], *, title: str, theme: str) -> dict[str, Any]:
    """Everything that the scripts read."""
    return {
        "title": text(title),
        "theme": theme,
        "runs": [_run(run) for run in runs],
        "ticks": _ticks([_merged(run) for run in runs]),
        "marks": {verdict.value: mark for verdict, mark in MARKS.items()},
        "ramps": {name: [list(stop) for stop in each.ramp] for name, each in palette.THEMES.items()},
    }


def text(words: str) -> str:
    """A name, or what was `marked` in the reader's language, in one line and of bounded length."""
    return shorten(clean(said(words)), _LONGEST)


def number(x: float) -> float | str:
    """A number with six digits, or the text that JavaScript reads as what it is.

    Example:
        >>> number(1 / 3), number(math.inf), number(math.nan)
        (0.333333, 'Infinity', 'NaN')
    """
    if math.isnan(x):
        return "NaN"
    if math.isinf(x):
        return "Infinity" if x > 0 else "-Infinity"
    return float(f"{x:.6g}")


def _stats(stats: Stats | None) -> list[Any] | None:
    if stats is None:
        return None
    measured = [number(x) for x in (stats.rms, stats.mean, stats.low, stats.high, stats.zeros)]
    return [stats.size, *measured, stats.nans, stats.infs]


def _bars(bars: Histogram | None) -> list[Any] | None:
    """A histogram as its ends and one digit a bar, of the highest; a bar that is not empty is never 0."""
    if bars is None:
        return None
    top = max(bars.counts)
    heights = "".join(_HEIGHTS[-(-count * 35 // top)] for count in bars.counts)
    return [number(bars.low), number(bars.high), heights]


def _filled(entry: dict[str, Any]) -> dict[str, Any]:
    """Without what says nothing."""
    return {key: value for key, value in entry.items() if value not in (None, "", False, 0, []) or key == "id"}


def _run(run: Run) -> dict[str, Any]:
    view, film = run.view, run.film
    home = _home(run.folds)
    given = {node.id for node in view.nodes} - set(home)
    return {
        "title": text(run.title),
        "missing": text(view.missing),
        "folded": text(view.folded),
        "total": view.total,
        "reference": number(view.reference),
        "balance": {"vanishing": view.balance.vanishing, "exploding": view.balance.exploding},
        "nodes": [_node(node, film) for node in view.nodes if node.id in given],
        "edges": _edges(view, home),
        "folds": [_fold(fold) for fold in run.folds],
        "layers": len(view.layers),
        "moments": [_moment(moment, count, home, view) for moment, count in _merged(run)],
        "steps": film.moments[-1].number if film and film.moments else 0,
        "rules": {op: {"formulas": found, "why": _why(view, op)} for op, found in film.rules.items()} if film else {},
        "history": _history(run),
    }


def _home(folds: Sequence[Fold]) -> dict[str, str]:
    """For each node that is not given by itself, the outermost sealed fold that it is in."""
    found: dict[str, str] = {}
    for fold in folds:
        for node in fold.hidden:
            found.setdefault(node, fold.id)
    return found


def _node(node: ViewNode, film: Film | None) -> dict[str, Any]:
    return _filled({
        "id": node.id,
        "kind": node.kind.value,
        "label": text(node.label),
        "name": text(node.name),
        "op": node.op,
        "shape": list(node.shape) if node.shape else None,
        "dtype": node.dtype,
        "value": _stats(node.value),
        "gradient": _stats(node.gradient),
        "bars": _bars(film.values.get(node.id)) if film else None,
        "gradient_bars": _bars(film.gradients.get(node.id)) if film else None,
        "path": text(node.path),
        "notes": [text(line) for line in said(node.note).split("\n") if line],
        "source": text(node.source),
        "cancelled": node.verdict is Verdict.CANCELLED,
        "spine": node.spine,
        "classes": node.classes,
        "parameters": node.parameters,
    })  # fmt: skip


def _fold(fold: Fold) -> dict[str, Any]:
    return _filled({
        "id": fold.id,
        "label": text(fold.label),
        "note": text(fold.note),
        "members": list(fold.members),
        "open": fold.open,
        "nodes": fold.nodes,
        "parameters": fold.parameters,
        "shape": list(fold.shape) if fold.shape else None,
        "value": _stats(fold.value),
        "gradient": _stats(fold.gradient),
        "of": fold.of,
        "ends": [_stats(stats) for stats in fold.ends],
        "spine": fold.spine,
    })  # fmt: skip


def _edges(view: GraphView, home: Mapping[str, str]) -> list[dict[str, Any]]:
    """The edges between what is given; of several between the same two sealed folds, the one on the spine."""
    found: dict[tuple[str, str], ViewEdge] = {}
    inner: list[dict[str, Any]] = []
    for edge in view.edges:
        tail, head = home.get(edge.tail, edge.tail), home.get(edge.head, edge.head)
        if (tail, head) == (edge.tail, edge.head):
            inner.append(_edge(edge, tail, head))
        elif tail != head and (edge.spine or (tail, head) not in found):
            found[tail, head] = edge
    return inner + [_edge(edge, tail, head) for (tail, head), edge in found.items()]


def _edge(edge: ViewEdge, tail: str, head: str) -> dict[str, Any]:
    return _filled({
        "tail": tail,
        "head": head,
        "shape": list(edge.shape) if edge.shape else None,
        "gradient": _stats(edge.gradient),
        "flow": "" if edge.flow is Flow.GRADIENT else edge.flow.value,
        "spine": edge.spine,
        "cancelled": edge.verdict is Verdict.CANCELLED,
        "through": text(edge.through),
        "name": text(edge.name),
    })  # fmt: skip


def _merged(run: Run) -> list[tuple[Moment, int]]:
    """The moments, each with how many stops it stands for: neighbours inside one sealed fold are taken as one.

    Of a part of a graph, those at what is shown.
    """
    home = _home(run.folds)
    found: list[tuple[Moment, int]] = []
    for moment in run.film.moments if run.film else ():
        if moment.node not in run.view.by_id:
            continue
        inside = home.get(moment.node)
        if found and inside is not None and home.get(found[-1][0].node) == inside:
            found[-1] = moment, found[-1][1] + 1
        else:
            found.append((moment, 1))
    return found


def _moment(moment: Moment, count: int, home: Mapping[str, str], view: GraphView) -> dict[str, Any]:
    return _filled({
        "number": moment.number,
        "node": home.get(moment.node, moment.node),
        "op": moment.op,
        "inside": moment.composite,
        "gradient": _stats(moment.gradient),
        "shares": [_share(share, home) for share in moment.shares if share.to in view.by_id],
        "stops": count if count > 1 else 0,
    })  # fmt: skip


def _share(share: Share, home: Mapping[str, str]) -> dict[str, Any]:
    worked = share.worked
    entry = {
        "to": home.get(share.to, share.to),
        "operand": share.operand,
        "gradient": _stats(share.gradient),
        "running": _stats(share.running),
    }
    if worked is not None:
        entry |= {
            "index": list(worked.index) or None,
            "element": number(worked.value),
            "text": worked.text,
            "terms": worked.terms if worked.terms > 1 else None,
            "upstream": None if worked.upstream is None else number(worked.upstream),
            "slope": None if worked.slope is None else number(worked.slope),
        }
    return {key: value for key, value in entry.items() if value is not None and value != ""}


def _why(view: GraphView, op: str) -> str:
    return next((tr(node.why) for node in view.nodes if node.op == op), "")


def _ticks(passes: Sequence[Sequence[tuple[Moment, int]]]) -> list[list[int]]:
    """After each press of "next", how many moments each run has done.

    Two passes with the same operations go step by step; where one has more, such as those of a batch norm, the other
    one waits. Very long ones go in proportion.
    """
    if len(passes) == 1:
        return [[i + 1] for i in range(len(passes[0]))]
    left, right = ([moment.op for moment, _ in each] for each in passes)
    if max(len(left), len(right)) > _ALIGNED:
        most = max(len(left), len(right))
        return [[-(-len(side) * (i + 1) // most) for side in (left, right)] for i in range(most)]
    ticks: list[list[int]] = []
    for _, a, to_a, b, to_b in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        ticks += [[min(a + i + 1, to_a), min(b + i + 1, to_b)] for i in range(max(to_a - a, to_b - b))]
    return ticks


def _history(run: Run) -> dict[str, Any] | None:
    """The recorded steps, evenly thinned: the loss, and the rms gradient of each parameter of the graph."""
    events = run.history
    if not events:
        return None
    places = np.unique(np.linspace(0, len(events) - 1, min(RECORDED, len(events))).round().astype(int))
    kept = [events[i] for i in places]
    known = {node.name: node for node in run.view.nodes if node.kind is Kind.PARAMETER}
    names = [name for name in known if any(name in event.grad_norms for event in kept)]
    roots = {name: math.sqrt(max(1, math.prod(known[name].shape))) for name in names}
    rms = [
        [number(event.grad_norms[name] / roots[name]) if name in event.grad_norms else None for name in names]
        for event in kept
    ]
    return {
        "recorded": len(events),
        "steps": [event.step for event in kept],
        "loss": [number(event.loss) for event in kept],
        "names": [text(name) for name in names],
        "nodes": [known[name].id for name in names],
        "rms": rms,
    }
