"""What stands in the boxes of a picture, in Graphviz's HTML-like labels: cards, chips, bars, the legend.

Every function gives a string for one label; `dot` puts them into a graph. Sizes are in points.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from nn.diagnosis import Balance

from ..graphview import GraphView, Kind, Stats, Verdict, ViewEdge, ViewNode
from ..messages import said, tr
from . import palette
from .labels import (
    MARKS,
    clean,
    count,
    markup,
    number,
    shape,
    shorten,
    size_of,
    superscript,
    width,
)
from .palette import Theme
from .screen import broken

_PLAIN = 'BORDER="0" CELLBORDER="0" CELLSPACING="0"'
_GAP = '<TR><TD HEIGHT="2" CELLPADDING="0"></TD></TR>'
_SIGNS = {"*": "∗", "-": "−", "**": "∗∗"}
BAR = 150


@dataclass(frozen=True, slots=True)
class Scale:
    """What the bars of folded cards span, in log10: the ramp's range, and further if the graph goes further."""

    low: float = -9.0
    high: float = 3.0

    @classmethod
    def of(cls, view: GraphView) -> Scale:
        """A scale on which no card's bar is full before the largest, nor empty before the smallest."""
        sizes = [stats.rms for node in view.nodes for stats in (node.gradient, *node.span) if stats is not None]
        places = [math.log10(size) for size in sizes if 0 < size < math.inf]
        return cls(min([-9, *map(math.floor, places)]), max([3, *map(math.ceil, places)]))

    def share(self, size: float) -> float:
        """How much of the bar a gradient fills, from 0 to 1.

        Example:
            >>> Scale(-9, 3).share(1e-3), Scale(-9, 3).share(0.0), Scale(-9, 3).share(math.inf)
            (0.5, 0.0, 1.0)
        """
        if not math.isfinite(size):
            return 1.0
        if size == 0:
            return 0.0
        return min(1.0, max(0.0, (math.log10(size) - self.low) / (self.high - self.low)))


def font(text: str, *, size: float, colour: str, bold: bool = False) -> str:
    """A run of text, which must be escaped already. Graphviz refuses an empty one."""
    text = text.strip() or "&#160;"
    return f'<FONT POINT-SIZE="{size:g}" COLOR="{colour}">{f"<B>{text}</B>" if bold else text}</FONT>'


def chip_text(gradient: Stats, verdict: Verdict, of: str = "") -> str:
    """`∇ 0.0434`, with the verdict's mark."""
    mark = MARKS.get(verdict, "")
    return f"∇{of} {size_of(gradient)}" + (f" {mark}" if mark else "")


def tensor(node: ViewNode, theme: Theme, *, yet: bool = False) -> str:
    """The card of a parameter, of data, or of the loss: name, shape, value, gradient (or none, or none `yet`)."""
    loss = node.kind is Kind.LOSS
    ground = {Kind.PARAMETER: theme.card, Kind.LOSS: theme.loss_card}.get(node.kind, theme.input_card)
    colour = theme.muted if loss else palette.colour(node.gradient.rms, theme) if node.gradient else theme.line
    what, value = _value(node)
    rows = [
        _pair(
            font(markup(node.label, 24), size=12, colour=theme.ink, bold=True),
            font(said(shape(node.shape)), size=9, colour=theme.muted),
        ),
        _pair(font(what, size=9, colour=theme.muted), font(value, size=10, colour=theme.ink)),
        _GAP,
        f'<TR><TD COLSPAN="3">{_bottom(node, colour, theme, yet)}</TD></TR>',
    ]
    return _framed(f'<TABLE {_PLAIN} CELLPADDING="1">{"".join(rows)}</TABLE>', colour, ground)


def _framed(inside: str, line: str, ground: str) -> str:
    """A rounded card. Graphviz sets text a little high in its line: the inset is larger above than below."""
    return (
        f'<TABLE BORDER="1" COLOR="{line}" BGCOLOR="{ground}" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0" '
        f'STYLE="ROUNDED"><TR><TD HEIGHT="5"></TD></TR><TR><TD>'
        f'<TABLE {_PLAIN} CELLPADDING="0"><TR><TD WIDTH="6"></TD><TD>{inside}</TD><TD WIDTH="6"></TD></TR></TABLE>'
        '</TD></TR><TR><TD HEIGHT="5"></TD></TR></TABLE>'
    )


def operation(node: ViewNode, theme: Theme) -> str:
    """The sign in an operation's box; `*` and `-` are set as the signs that stand in the middle of a line."""
    sign = markup(" ".join(_SIGNS.get(word, word) for word in node.label.split(" ")), 24)
    text = font(sign, size=12, colour=theme.ground, bold=True)
    return f'<TABLE {_PLAIN} CELLPADDING="0"><TR><TD HEIGHT="3"></TD></TR><TR><TD>{text}</TD></TR></TABLE>'


def _pair(left: str, right: str) -> str:
    return f'<TR><TD ALIGN="LEFT">{left}</TD><TD WIDTH="4"></TD><TD ALIGN="RIGHT">{right}</TD></TR>'


def _value(node: ViewNode) -> tuple[str, str]:
    value = node.value
    if value is None or value.size == 0:
        return tr("empty"), ""
    if node.classes:
        return tr("classes"), f"{value.low:.0f}–{value.high:.0f}"
    return (tr("value") if value.scalar else "rms"), size_of(value)


def _bottom(node: ViewNode, colour: str, theme: Theme, yet: bool) -> str:
    if node.gradient is None:
        told = tr("no gradient yet") if yet and node.kind is not Kind.INPUT else tr("no gradient")
        return font(told, size=9, colour=theme.muted)
    text = font(chip_text(node.gradient, node.verdict), size=10, colour=palette.ink_on(colour), bold=True)
    return (
        f'<TABLE {_PLAIN} CELLPADDING="0" STYLE="ROUNDED" BGCOLOR="{colour}"><TR><TD HEIGHT="4"></TD></TR>'
        f'<TR><TD WIDTH="58" ALIGN="CENTER">&#160;{text}&#160;</TD></TR><TR><TD HEIGHT="1"></TD></TR></TABLE>'
    )


def failed(node: ViewNode, theme: Theme) -> str:
    """The card of the operation at which a forward pass stopped: a cross, what it got and what it expected."""
    red = theme.ramp[-1][1]
    name = font(f"✕ {markup(node.label, 40)}", size=13, colour=palette.readable(red, theme, theme.card), bold=True)
    words = [part for line in said(node.note).split("\n") for part in broken(clean(line), 56)]
    lines = [font(markup(part, 60), size=10, colour=theme.ink) for part in words]
    if node.source:
        lines.append(font(markup(PurePath(node.source.split(": ", 1)[0]).name, 60), size=9, colour=theme.muted))
    rows = "".join(f'<TR><TD ALIGN="LEFT">{line}</TD></TR>' for line in [name, *lines])
    return _framed(f'<TABLE {_PLAIN} CELLPADDING="2">{rows}</TABLE>', red, theme.card)


def rooms(view: GraphView) -> tuple[int, int]:
    """Widths in points for the words at the left and at the right of folded cards, so that all are of one size."""
    cards = [node for node in view.nodes if node.kind is Kind.MODULE]
    longest = max((width(_contents(node)) for node in cards), default=0)
    return min(240, max(136, round(4.8 * longest))), 170 if any(node.span for node in cards) else 100


def _contents(node: ViewNode) -> str:
    numbers = said(count(node.parameters, "1 param", "{count} params")) if node.parameters else ""
    return " · ".join(filter(None, [shorten(clean(said(node.note)), 34), numbers]))


def module(node: ViewNode, theme: Theme, scale: Scale, *, room: tuple[int, int]) -> str:
    """The card of a folded layer: what it is, a bar on the log scale, the gradient of its weights."""
    gradient = node.gradient
    size = gradient.rms if gradient else 0.0
    colour = palette.colour(size, theme)
    times = f" ×{node.times}" if node.times > 1 else ""
    name = (
        font(f"⊞ {markup(node.label, 28)}{times}", size=11, colour=theme.ink, bold=True)
        + '<BR ALIGN="LEFT"/>'
        + font(markup(_contents(node), 60), size=9, colour=theme.muted)
        + '<BR ALIGN="LEFT"/>'
    )
    text = chip_text(gradient, node.verdict, markup(node.of, 8)) if gradient else tr("no gradient")
    if len(node.span) == 2:
        text = f"∇{markup(node.of, 8)} {size_of(node.span[0])} … {size_of(node.span[1])} {MARKS.get(node.verdict, '')}"
    told = font(text.strip(), size=10, colour=palette.readable(colour, theme, theme.card), bold=True)
    return (
        f'<TABLE BORDER="1" COLOR="{theme.line}" BGCOLOR="{theme.card}" CELLBORDER="0" CELLSPACING="0" CELLPADDING="5" '
        f'STYLE="ROUNDED"><TR><TD ALIGN="LEFT" WIDTH="{room[0]}">{name}</TD>'
        f"<TD>{_bar(scale.share(size), colour, theme)}</TD>"
        f'<TD ALIGN="RIGHT" WIDTH="{room[1]}">{told}</TD></TR></TABLE>'
    )


def _bar(share: float, colour: str, theme: Theme) -> str:
    filled = min(BAR, max(4, round(BAR * share)))
    cells = [(colour, filled), (theme.cluster_line, BAR - filled)]
    drawn = "".join(
        f'<TD BGCOLOR="{shade}" WIDTH="{wide}" HEIGHT="10" FIXEDSIZE="TRUE"></TD>' for shade, wide in cells if wide
    )
    return f'<TABLE {_PLAIN} CELLPADDING="0"><TR>{drawn}</TR></TABLE>'


def edge(arrow: ViewEdge, theme: Theme, *, beside: bool) -> str:
    """The words on an arrow: shape (or the value, of a scalar) over the gradient in bold."""
    top = said(shape(arrow.shape)) if arrow.value is None or not arrow.value.scalar else size_of(arrow.value)
    if arrow.name:
        top = f"{markup(arrow.name, 20)} {'=' if arrow.value is not None and arrow.value.scalar else '·'} {top}"
    rows = font(top, size=8.5, colour=theme.muted)
    told = ""
    if arrow.gradient is not None:
        colour = palette.readable(palette.colour(arrow.gradient.rms, theme), theme)
        told = font(chip_text(arrow.gradient, arrow.verdict), size=9, colour=colour, bold=True)
    gap = '<TD ROWSPAN="2" WIDTH="8"></TD>' if beside else ""
    padding = 1 if beside else 3
    return (
        f'<TABLE {_PLAIN} CELLPADDING="{padding}"><TR>{gap}<TD CELLPADDING="0">{rows}</TD></TR>'
        f"<TR><TD>{told or font('', size=3, colour=theme.muted)}</TD></TR></TABLE>"
    )


def legend(theme: Theme, reference: float, balance: Balance) -> str:
    """The ramp, decade by decade, with what its ends mean: `reference` is the gradient on the loss side."""
    places = range(-8, 4)
    cells = "".join(
        f'<TD BGCOLOR="{palette.colour(10.0**place, theme)}" WIDTH="27" HEIGHT="9" FIXEDSIZE="TRUE"></TD>'
        for place in places
    )
    ticks = "".join(
        f'<TD WIDTH="27" FIXEDSIZE="TRUE" HEIGHT="12">'
        f"{font('10' + superscript(place), size=8, colour=theme.muted) if place % 2 == 0 else ''}</TD>"
        for place in places
    )
    low, high = tr("▼ vanishing"), tr("exploding ▲")
    if 0 < reference < math.inf:
        shares = (balance.vanishing, balance.exploding)
        bounds = [number(bound * reference).removeprefix("1.0·") for bound in shares]
        low, high = tr("▼ vanishing below {bound}", bound=bounds[0]), tr("exploding above {bound} ▲", bound=bounds[1])
    head = (
        f'<TD COLSPAN="5" ALIGN="LEFT">{font(low, size=9, colour=theme.muted)}</TD>'
        f'<TD COLSPAN="2" ALIGN="CENTER">{font(tr("gradient ∇"), size=9, colour=theme.ink, bold=True)}</TD>'
        f'<TD COLSPAN="5" ALIGN="RIGHT">{font(high, size=9, colour=theme.muted)}</TD>'
    )
    return f'<TABLE {_PLAIN} CELLPADDING="1"><TR>{head}</TR><TR>{cells}</TR><TR>{ticks}</TR></TABLE>'


def heading(title: str, lines: Sequence[str], theme: Theme, view: GraphView) -> str:
    """What stands above a picture: its title, a sentence or two, and the legend; none without a gradient."""
    name = font(markup(title, 80), size=18, colour=theme.ink, bold=True)
    told = "".join(
        f'<TR><TD ALIGN="LEFT">{font(markup(line, 120), size=11, colour=theme.muted)}</TD></TR>' for line in lines
    )
    return (
        f'<TABLE {_PLAIN} CELLPADDING="2">'
        f'<TR><TD ALIGN="LEFT">{name}</TD></TR>{told}'
        f'{_key(theme, view)}<TR><TD HEIGHT="10"></TD></TR></TABLE>'
    )


def _key(theme: Theme, view: GraphView) -> str:
    if view.missing:
        return ""
    return (
        f'<TR><TD HEIGHT="2"></TD></TR><TR><TD ALIGN="LEFT"><TABLE {_PLAIN} CELLPADDING="0"><TR>'
        '<TD ALIGN="LEFT" FIXEDSIZE="TRUE" WIDTH="350" HEIGHT="40">'
        f"{legend(theme, view.reference, view.balance)}</TD><TD></TD></TR></TABLE></TD></TR>"
    )


def about(node: ViewNode) -> str:
    """What a pointer that rests on a node reads: everything there is to know, in plain lines."""
    parts = [" ".join(filter(None, [clean(said(node.name)) if node.name != node.label else "", node.op]))]
    if node.dtype:
        parts.append(f"{said(shape(node.shape))} {node.dtype}")
    for what, stats in ((tr("value"), node.value), (tr("gradient"), node.gradient)):
        if stats is not None and stats.size:
            parts.append(f"{what}: {_spread(stats)}")
    parts += [said(node.note), node.rule, tr(node.why), clean(node.source)]
    if node.path:
        parts.insert(1, tr("in {path}", path=clean(node.path)))
    if node.verdict is Verdict.CANCELLED:
        parts.append(tr("The sum that this gradient is cancels: what follows takes away any shift."))
    return "\n".join(filter(None, parts)) or clean(said(node.label))


def _spread(stats: Stats) -> str:
    if stats.scalar:
        return size_of(stats)
    numbers = {name: number(getattr(stats, name)) for name in ("rms", "mean", "low", "high")}
    told = [tr("rms {rms}, mean {mean}, from {low} to {high}", **numbers)]
    if stats.zeros:
        told.append(tr("{share} zeros", share=f"{stats.zeros:.0%}"))
    if stats.nans or stats.infs:
        told += [tr("{count} NaN", count=stats.nans), tr("{count} infinite", count=stats.infs)]
    return ", ".join(told)
