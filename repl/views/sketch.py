"""A small graph as a drawing in text: a box for every operation and tensor, lines for what flows between them.

    ╭───────╮  ╭───────╮
    │ a   2 │  │ b  -3 │
    │ ∇  -3 │  │ ∇   2 │
    ╰───┬───╯  ╰───┬───╯
        ╰────┬─────╯
         ╭───┴───╮
         │ *  -6 │
         │ ∇   1 │
         ╰───────╯

Values flow down, gradients up. It is a layered drawing (Sugiyama, Tagawa and Toda 1981): rows by the longest path,
order in a row by where the neighbours stand, then columns that pull lines straight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ..graphview import GraphView, Kind, ViewNode
from ..messages import marked
from . import palette
from .canvas import Canvas
from .labels import MARKS, TYPED_MARKS, clean, plain, shape, shorten, size_of, spoken, width
from .palette import Theme

MOST_NODES = 15  # that are drawn so; of more there is only the tree
GAP = 2  # columns between neighbours
LABEL = 16  # columns of a name, at most
_SWEEPS = 6


@dataclass(eq=False, slots=True)
class Place:
    """Where a node stands, or a line that only passes through a row (then there is no `node`)."""

    row: int
    lines: tuple[str, ...] = ()
    node: ViewNode | None = None
    wide: int = 1
    centre: float = 0.0
    above: list[Place] = field(default_factory=list)
    below: list[Place] = field(default_factory=list)

    @property
    def left(self) -> int:
        """Its first column."""
        return int(self.centre) - self.wide // 2


def render(
    view: GraphView, *, width: int, ascii_only: bool = False, colour: bool = False, theme: Theme = palette.DARK
) -> str | None:
    """The drawing; None if the graph has more than 15 nodes, or needs more than `width` columns.

    Args:
        view: a graph that is not folded.
        width: columns.
        ascii_only: nothing but ASCII.
        colour: true-colour escape codes on gradients.
        theme: where the colours come from.
    """
    if len(view.nodes) > MOST_NODES:
        return None
    rows = _rows(view, ascii_only)
    _order(rows)
    _align(rows)
    first = min(place.left for row in rows for place in row)
    for row in rows:
        for place in row:
            place.centre -= first
    if max(place.left + place.wide for row in rows for place in row) > width:
        return None
    canvas = Canvas()
    top = 0
    for row, below in pairwise([*rows, []]):
        top = _draw_row(canvas, row, top, view, theme)
        top = _draw_lines(canvas, row, top) if below else top
    return canvas.text(ascii_only=ascii_only, colour=colour)


def _rows(view: GraphView, ascii_only: bool) -> list[list[Place]]:
    """Nodes by row, each below all that it is computed from, and lines through the rows between."""
    shown = _merged(view)
    depth: dict[str, int] = {}
    for node in view.nodes:  # operations are in the order of recording
        if node.id in shown and node.kind not in (Kind.PARAMETER, Kind.INPUT):
            depth[node.id] = 1 + max((depth.get(tail, 0) for tail in shown[node.id]), default=0)
    heads: dict[str, list[str]] = {}
    for head, tails in shown.items():
        for tail in tails:
            heads.setdefault(tail, []).append(head)
    for id, used in heads.items():
        if id not in depth:  # a card stands just above what uses it first
            depth[id] = min(depth[head] for head in used) - 1
    places = {id: _place(view.by_id[id], row, view, ascii_only) for id, row in depth.items()}
    rows: list[list[Place]] = [[] for _ in range(1 + max(depth.values()))]
    for node in view.nodes:
        if node.id in places:
            rows[depth[node.id]].append(places[node.id])
    for tail, used in heads.items():
        for head in dict.fromkeys(used):
            _join(places[tail], places[head], rows)
    return rows


def _merged(view: GraphView) -> dict[str, list[str]]:
    """What each node is computed from; the loss is the operation that gave it, so it has no box of its own."""
    tails: dict[str, list[str]] = {node.id: [] for node in view.nodes if node.kind is not Kind.LOSS}
    for edge in view.edges:
        if edge.head in tails:
            tails[edge.head].append(edge.tail)
    return tails


def _join(tail: Place, head: Place, rows: list[list[Place]]) -> None:
    last = tail
    for row in range(tail.row + 1, head.row):
        through = Place(row)
        rows[row].append(through)
        last.below.append(through)
        through.above.append(last)
        last = through
    last.below.append(head)
    head.above.append(last)


def _place(node: ViewNode, row: int, view: GraphView, ascii_only: bool) -> Place:
    lines = [plain(line) if ascii_only else line for line in _words(node, view, ascii_only)]
    inner = max(width(line.replace("\t", "")) for line in lines)
    spread = []
    for line in lines:
        left, _, right = line.partition("\t")
        spread.append(left + " " * (inner - width(left) - width(right)) + right)
    return Place(row, tuple(spread), node, inner + 4)


def _words(node: ViewNode, view: GraphView, ascii_only: bool) -> list[str]:
    """What stands in a box: name and shape, value, gradient; a tab is where the line is spread."""
    label = shorten(clean(spoken(node.label, ascii_only)), LABEL)
    used = [edge.tail for edge in view.edges if edge.head == node.id]
    if node.kind is Kind.OP and len(used) == 2 and used[0] == used[1]:
        label = spoken(marked("{label} itself", label=label), ascii_only)
    root = next((e.tail for e in view.edges if e.head == view.loss.id and view.loss.kind is Kind.LOSS), "")
    named = view.loss.label if node.id == root else node.name if node.kind is Kind.OP else ""
    called = clean(spoken(named, ascii_only))
    if called and called != label:
        label = f"{shorten(called, LABEL)} = {label}"
    if node.kind is Kind.FAILED:
        return [f"✕ {label}\t", *(f"{clean(part)}\t" for part in spoken(node.note, ascii_only).split("\n"))]
    if node.value is None or not node.value.size:
        first = [f"{label}\t"]
    elif node.value.scalar:
        first = [f"{label}  \t{size_of(node.value, plain=True)}"]
    else:
        value = f"{node.value.low:.0f}–{node.value.high:.0f}" if node.classes else size_of(node.value, plain=True)
        first = [
            f"{label}  \t{shape(node.shape)}",
            f"{spoken(marked('classes'), ascii_only) if node.classes else 'rms'}  \t{value}",
        ]
    silent = node.kind is Kind.REST or not node.dtype  # of several outputs each has its own gradient
    return first if silent else [*first, _gradient(node, view, ascii_only)]


def _gradient(node: ViewNode, view: GraphView, ascii_only: bool) -> str:
    if node.gradient is None:
        yet = view.missing and node.kind is not Kind.INPUT
        return spoken(marked("no gradient yet") if yet else marked("no gradient"), ascii_only) + "\t"
    mark = MARKS.get(node.verdict, "")
    mark = f" {TYPED_MARKS[mark] if ascii_only else mark}" if mark else ""
    return f"∇  \t{size_of(node.gradient, plain=True)}{mark}"


def _order(rows: list[list[Place]]) -> None:
    """Put each row in the order of what it is joined to, from above and from below in turn."""
    for sweep in range(_SWEEPS):
        downward = sweep % 2 == 0
        for row in rows if downward else rows[::-1]:
            beside = rows[row[0].row + (-1 if downward else 1)] if 0 < row[0].row + (not downward) < len(rows) else []
            index = {id(place): i for i, place in enumerate(beside)}
            keys = {id(place): _mean(place, index, i, downward) for i, place in enumerate(row)}
            row.sort(key=lambda place: keys[id(place)])


def _mean(place: Place, index: Mapping[int, int], own: int, downward: bool) -> float:
    joined = place.above if downward else place.below
    found = [index[id(other)] for other in joined if id(other) in index]
    return sum(found) / len(found) if found else float(own)


def _align(rows: list[list[Place]]) -> None:
    """Give every place a column: near what it is joined to, in order, and without overlap."""
    for row in rows:
        _settle(row, [0.0] * len(row))
    for sweep in range(_SWEEPS):
        for row in rows if sweep % 2 else rows[::-1]:
            wanted = []
            for place in row:
                joined = place.above if sweep % 2 and place.above else place.below or place.above
                wanted.append(sum(other.centre for other in joined) / len(joined) if joined else place.centre)
            _settle(row, wanted)


def _settle(row: Sequence[Place], wanted: Sequence[float]) -> None:
    """Move places as near to where they want to be as their order and widths allow (weighted least squares).

    Cards make way for what is computed, so that its lines are straight.
    """
    offsets = [0]
    for left, right in pairwise(row):
        offsets.append(offsets[-1] + (left.wide - left.wide // 2) + GAP + right.wide // 2)
    blocks: list[tuple[float, float, int]] = []  # (mean, weight, how many): what pushes each other moves as one
    for place, target, offset in zip(row, wanted, offsets, strict=True):
        mean, weight, count = target - offset, 1e3 if place.above else 1.0, 1
        while blocks and blocks[-1][0] > mean:
            other, much, many = blocks.pop()
            mean = (other * much + mean * weight) / (much + weight)
            weight, count = much + weight, many + count
        blocks.append((mean, weight, count))
    bases = [round(mean) for mean, _, count in blocks for _ in range(count)]
    for place, base, offset in zip(row, bases, offsets, strict=True):
        place.centre = base + offset


def _draw_row(canvas: Canvas, row: Sequence[Place], top: int, view: GraphView, theme: Theme) -> int:
    """Draw the boxes of a row, and the lines that pass between them; give the first line below."""
    height = 2 + max((len(place.lines) for place in row), default=0)
    for place in row:
        at = int(place.centre)
        if place.node is None:
            canvas.line((top, at), (top + height - 1, at))
            canvas.line((top - 1, at), (top, at))
            continue
        bottom = top + len(place.lines) + 1
        canvas.box(place.left, top, place.wide, len(place.lines) + 2)
        for i, line in enumerate(place.lines, start=1):
            canvas.write(top + i, place.left + 2, line)
        gradient = place.node.gradient
        if gradient is not None and gradient.rms > 0:
            shade = palette.readable(palette.colour(gradient.rms, theme), theme)
            canvas.paint(bottom - 1, place.left + 2, place.wide - 4, shade)
        if place.above:
            canvas.line((top - 1, at), (top, at))
        if place.below:
            canvas.line((bottom, at), (top + height - 1, at))
    return top + height


def _draw_lines(canvas: Canvas, row: Sequence[Place], top: int) -> int:
    """Draw what leads from a row to the next: a track for all lines that end at the same place."""
    heads = list(dict.fromkeys(head for place in row for head in place.below))
    spans = {
        id(head): [int(head.centre), *(int(place.centre) for place in row if head in place.below)] for head in heads
    }
    bent = [head for head in heads if len(set(spans[id(head)])) > 1]
    tracks = _tracks([spans[id(head)] for head in bent])
    last = top + max(tracks, default=0)
    track = dict(zip(map(id, bent), tracks, strict=True))
    for place in row:
        for head in place.below:
            at = top + track.get(id(head), 0)
            start, end = int(place.centre), int(head.centre)
            canvas.line((top - 1, start), (at, start))
            canvas.line((at, start), (at, end))
            canvas.line((at, end), (last + 1, end))
    for head in bent:
        columns = spans[id(head)]
        for column in range(min(columns), max(columns)):
            if column not in columns:
                canvas.cross(top + track[id(head)], column)
    return last + 1


def _tracks(spans: Sequence[Sequence[int]]) -> list[int]:
    """A line of the channel for each span, such that no two on the same line touch."""
    taken: list[list[tuple[int, int]]] = []
    found = []
    for span in spans:
        low, high = min(span), max(span)
        at = next(
            (i for i, others in enumerate(taken) if all(high + 1 < a or b + 1 < low for a, b in others)), len(taken)
        )
        if at == len(taken):
            taken.append([])
        taken[at].append((low, high))
        found.append(at)
    return found
