"""A graph as lines of text: what was computed, in order, with shape, value, gradient and verdict.

    layer 1 · Linear(2, 16) + Tanh       32×16  0.481   2.1e-3  ██████▊
    ├─ x                                  32×2  0.914        –
    ├─ W₁  0.weight                       16×2   0.44   0.0107  ███████▌
    └─ b₁  0.bias                           16  0.336   0.0147  ███████▋
    loss = cross-entropy(layer 1, y)    scalar   1.15        1

Outside layers each line is one of the tape, `t1 = w * x`. Columns go one by one where there is no room for them.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from dataclasses import dataclass

from ..graphview import JUDGED, GraphView, Kind, Stats, Verdict, ViewNode, fold, headline, trouble
from ..messages import joined, marked
from . import palette
from .cards import Scale
from .labels import (
    MARKS,
    TYPED_MARKS,
    clean,
    clip,
    count,
    number,
    plain,
    shape,
    shorten,
    size_of,
    spoken,
    width,
)
from .palette import Theme
from .screen import broken

BAR = 12
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_CARDS = (Kind.PARAMETER, Kind.INPUT, Kind.LOSS)  # they stand under what uses them first
_HEADS = ("", marked("shape"), marked("value"), marked("gradient"), "", "")
_NOTHING = marked("the gradient on the loss side is 0 or not finite: nothing to judge the others against")
_BESIDE = marked("{wrong} (beside {reference} on the loss side: below {low} or above {high})")
_LABEL, _SHAPE, _VALUE, _GRADIENT, _BAR, _VERDICT = range(6)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the tree, before it is fitted to a width."""

    label: str
    shape: str = ""
    value: str = ""
    gradient: str = ""
    size: float | None = None
    verdict: Verdict = Verdict.OK


def render(
    view: GraphView,
    *,
    width: int | None = None,
    ascii_only: bool = False,
    colour: bool = False,
    limit: int = 60,
    theme: Theme = palette.DARK,
    title: str | None = None,
) -> str:
    """The tree of a graph; no line is wider than `width`, and there are at most `limit` lines from 12 on.

    Args:
        view: the whole graph.
        width: columns; the terminal's, at most 120, if left out.
        ascii_only: nothing but ASCII.
        colour: true-colour escape codes on gradients.
        limit: lines. A graph with more folds by layer, and what is then still too much is left out and counted.
        theme: where the colours come from.
        title: the first line; left out, what the graph is and what is wrong with it.
    """
    columns = max(1, width if width is not None else min(120, shutil.get_terminal_size().columns))
    lines, told = _lines(view, ascii_only), ""
    head, foot = frame(view, title if title is not None else headline(view), columns, ascii_only)
    room = max(5, limit - len(head) - len(foot) - 2)
    if len(lines) > room:
        folded = fold(view, budget=0, cards=max(4, room - 12), unfold=())
        lines, told = _lines(folded, ascii_only), folded.folded
    if len(lines) > room:
        lines = _cut(lines, room, ascii_only)
    table = _Table(lines, columns, ascii_only, colour, theme, Scale.of(view))
    body = [
        *head,
        *table.drawn(),
        *_wrapped([told] if told else [], columns, ascii_only),
        *foot,
    ]
    return "\n".join(body)


def frame(view: GraphView, title: str, columns: int, ascii_only: bool) -> tuple[list[str], list[str]]:
    """What stands above a graph as text and below it: its title and size, and the verdict."""
    return _wrapped([title, _about(view)], columns, ascii_only), _wrapped([_verdict(view)], columns, ascii_only)


def _wrapped(paragraphs: Sequence[str], columns: int, ascii_only: bool) -> list[str]:
    told = [clean(spoken(text, ascii_only).replace("\n", "; ")) for text in paragraphs]
    shown = map(plain, told) if ascii_only else told
    return [clip(line, columns, dots="") for text in shown for line in broken(text, max(columns, 8))]


def _about(view: GraphView) -> str:
    numbers = sum(node.parameters for node in view.nodes if node.kind in (Kind.PARAMETER, Kind.MODULE))
    nodes = count(view.total, "1 node", "{count} nodes")
    told = joined(", ", (nodes, count(numbers, "1 parameter", "{count} parameters")))
    return told if view.scalars else joined("; ", (told, marked("values and gradients of arrays are rms")))


def _verdict(view: GraphView) -> str:
    wrong = trouble(view)
    if view.missing:
        return joined("; ", filter(None, (view.missing, view.loss.note, view.loss.source)))
    if not 0 < view.reference < math.inf:
        return wrong or marked(_NOTHING)
    low, high = (
        number(bound * view.reference, plain=True) for bound in (view.balance.vanishing, view.balance.exploding)
    )
    if wrong not in JUDGED:
        return wrong or marked("no gradient vanishes or explodes")
    reference = number(view.reference, plain=True)
    return marked(_BESIDE, wrong=wrong, reference=reference, low=low, high=high)


def _lines(view: GraphView, ascii_only: bool) -> list[Line]:
    """One line for each layer, card and loose operation, each followed by the tensors that it is the first to use."""
    operands: dict[str, list[tuple[str, str]]] = {}
    for edge in view.edges:
        operands.setdefault(edge.head, []).append((edge.tail, _through(edge.through)))
    failed = view.loss.kind is Kind.FAILED
    root = "" if failed else operands[view.loss.id][0][0]
    names = _names(view, root, ascii_only)
    seen: set[str] = set()
    lines: list[Line] = []
    layers = {layer.id: layer for layer in view.layers if layer.number}
    for node in view.nodes:
        if node.kind in _CARDS or (node.layer in seen and node.kind is Kind.OP):
            continue
        members = [node]
        if node.layer in layers and node.kind is Kind.OP:
            seen.add(node.layer)
            members = [each for each in view.members(node.layer) if each.kind is Kind.OP]
            layer = layers[node.layer]
            label = spoken(layer.heading, ascii_only)
        elif node.kind is Kind.REST:
            label = spoken(node.label, ascii_only)
        elif node.kind is Kind.FAILED:
            called = [names[tail] + how for tail, how in operands.get(node.id, [])]
            label = f"✕ {_expression(node, called, 'stopped')}".replace("stopped = ", "")
        elif node.kind is Kind.MODULE:
            label = spoken(joined(" · ", (node.label, node.note)), ascii_only)
            label += f" ×{node.times}" if node.times > 1 else ""
        else:
            label = _expression(node, [names[tail] + how for tail, how in operands.get(node.id, [])], names[node.id])
        lines.append(_line(label, members[-1]))
        used = [tail for each in members for tail, _ in operands.get(each.id, [])]
        cards = [view.by_id[tail] for tail in dict.fromkeys(used) if tail not in seen]
        cards = [card for card in cards if card.kind in (Kind.PARAMETER, Kind.INPUT)]
        seen.update(card.id for card in cards)
        for i, card in enumerate(cards):
            branch = "└─ " if i == len(cards) - 1 else "├─ "
            whole = f"  {card.name}" if card.name != card.label else ""
            lines.append(_line(f"{branch}{spoken(card.label, ascii_only)}{whole}", card))
    return lines


def _through(moves: str) -> str:
    """What an operand goes through, as one writes it: `.T`, `[0]`."""
    return "".join(move if move.startswith("[") else f".{move}" for move in moves.split())


def _names(view: GraphView, root: str, ascii_only: bool) -> dict[str, str]:
    """What operands are called: cards by their label, layers by their number, the rest t1, t2, ... unless named."""
    names: dict[str, str] = {}
    layers = {layer.id: spoken(layer.name, ascii_only) for layer in view.layers if layer.number}
    temporary = 0
    for node in view.nodes:
        if node.id == root and node.kind is Kind.OP and node.layer not in layers:
            names[node.id] = spoken(view.loss.label, ascii_only)
        elif node.kind is Kind.OP and node.layer not in layers and not node.name:
            temporary += 1
            names[node.id] = f"t{temporary}"
        elif node.kind is Kind.OP and node.layer in layers:
            names[node.id] = layers[node.layer]
        else:
            names[node.id] = spoken(node.name if node.kind is Kind.OP else node.label, ascii_only)
    return names


def _expression(node: ViewNode, operands: list[str], name: str) -> str:
    """The line of the tape: `t1 = w * x`, `loss = cross-entropy(layer 3, y)`; a label may bring its number."""
    operands = [shorten(operand, 20) for operand in operands]
    sign, _, constant = node.label.partition(" ")
    if constant and sign.isalpha():
        told = f"{sign}({operands[0]}, {constant})"
    elif constant and constant.isalpha():
        told = f"{constant}({sign}, {operands[0]})"
    elif constant:
        told = f"{node.label} {operands[0]}" if sign[-1].isdigit() else f"{operands[0]} {node.label}"
    elif len(operands) == 2 and not sign[:1].isalpha():
        told = f"{operands[0]} {sign} {operands[1]}"
    else:
        told = f"{sign}({', '.join(operands)})"
    return f"{name} = {told}"


def _line(label: str, node: ViewNode) -> Line:
    value, gradient = node.value, node.gradient
    told = "" if not node.dtype else "–"
    if gradient is not None:
        told = f"{node.of} {size_of(gradient, plain=True)}".strip()
        if len(node.span) == 2:
            told = f"{node.of} {size_of(node.span[0], plain=True)}…{size_of(node.span[1], plain=True)}".strip()
    return Line(
        label=clean(label),
        shape=shape(node.shape) if node.dtype else "",
        value=_value(node, value),
        gradient=told,
        size=gradient.rms if gradient is not None else None,
        verdict=node.verdict,
    )


def _value(node: ViewNode, value: Stats | None) -> str:
    if value is None or value.size == 0:
        return ""
    return f"{value.low:.0f}–{value.high:.0f}" if node.classes else size_of(value, plain=True)


def _cut(lines: list[Line], room: int, ascii_only: bool) -> list[Line]:
    """The first and the last lines, and between them how many are missing."""
    head = room // 2
    tail = room - head - 1
    missing = count(len(lines) - head - tail, "… 1 line left out", "… {count} lines left out")
    return [*lines[:head], Line(spoken(missing, ascii_only)), *lines[len(lines) - tail :]]


class _Table:
    """Lines in columns that fit into a width."""

    def __init__(
        self, lines: list[Line], columns: int, ascii_only: bool, colour: bool, theme: Theme, scale: Scale
    ) -> None:
        self.lines, self.columns, self.theme, self.scale = lines, columns, theme, scale
        self.ascii_only, self.colour = ascii_only, colour
        heads = tuple(spoken(head, ascii_only) for head in _HEADS)
        self.rows = [heads, *(self.cells(line) for line in lines)]
        if all(line.shape in ("", "scalar") for line in lines):
            self.rows = [(cells[0], "", *cells[2:]) for cells in self.rows]
        self.widths = self.fitted()

    def cells(self, line: Line) -> tuple[str, ...]:
        bar = "" if not line.size else self.bar(self.scale.share(line.size))
        mark = MARKS.get(line.verdict, "")
        words = f"{mark} {spoken(marked(line.verdict.value), self.ascii_only)}" if mark else ""
        cells = (line.label, spoken(line.shape, self.ascii_only), line.value, line.gradient, bar, words)
        if not self.ascii_only:
            return cells
        label = line.label.replace("├─", "|-").replace("└─", "`-")
        words = words.replace(mark, TYPED_MARKS[mark]) if mark else ""
        return tuple(plain(cell) for cell in (label, *cells[1:_VERDICT], words))

    def bar(self, share: float) -> str:
        eighths = max(1, round(share * BAR * 8))
        if self.ascii_only:
            return "#" * max(1, round(share * BAR))
        whole, rest = divmod(eighths, 8)
        return "█" * whole + (_EIGHTHS[rest] if rest else "")

    def fitted(self) -> list[int]:
        """How wide each column is; 0 for one that is given up."""
        widths = [max(width(row[i]) for row in self.rows) for i in range(len(_HEADS))]
        wanted = widths[_LABEL]
        for given_up in (None, _VALUE, _VERDICT, _BAR, _SHAPE):
            if given_up == _VERDICT:
                widths[_VERDICT] = min(1, widths[_VERDICT])
            elif given_up is not None:
                widths[given_up] = 0
            rest = sum(w + 2 for w in widths[1:] if w)
            widths[_LABEL] = self.columns - rest
            if widths[_LABEL] >= min(wanted, 24):
                break
        widths[_LABEL] = max(0, min(widths[_LABEL], wanted))
        return widths

    def drawn(self) -> list[str]:
        return [self.row(cells, line) for cells, line in zip(self.rows, [None, *self.lines], strict=True)]

    def row(self, cells: tuple[str, ...], line: Line | None) -> str:
        dots = "..." if self.ascii_only else "…"
        told = [_padded(clip(cells[_LABEL], self.widths[_LABEL], dots=dots), self.widths[_LABEL], left=True)]
        for i in range(1, len(cells)):
            if self.widths[i]:
                cell = clip(cells[i], self.widths[i], dots="")
                told.append(_padded(cell, self.widths[i], left=i in (_BAR, _VERDICT)))
        shown = "  ".join(told).rstrip()
        shown = shown if width(shown) <= self.columns else clip(shown, self.columns, dots="")
        return self.painted(shown, line) if self.colour and line is not None else shown

    def painted(self, shown: str, line: Line) -> str:
        """The gradient, its bar and its verdict in the ramp's colour: they are the end of the line."""
        if line.size is None or line.size == 0:
            return shown
        at = self.widths[_LABEL] + sum(self.widths[i] + 2 for i in (_SHAPE, _VALUE) if self.widths[i])
        text, rest = _split(shown, at)
        shade = palette.readable(palette.colour(line.size, self.theme), self.theme)
        red, green, blue = (int(shade[i : i + 2], 16) for i in (1, 3, 5))
        return f"{text}\x1b[38;2;{red};{green};{blue}m{rest}\x1b[0m" if rest else text


def _padded(text: str, columns: int, *, left: bool) -> str:
    space = " " * max(0, columns - width(text))
    return text + space if left else space + text


def _split(text: str, at: int) -> tuple[str, str]:
    used = 0
    for i, char in enumerate(text):
        if used >= at:
            return text[:i], text[i:]
        used += width(char)
    return text, ""
