"""Pictures of a graph: DOT, and what Graphviz makes of it.

    text = source(view, title="MLP 2 → 16 → 3", lines=[...], theme=palette.LIGHT)
    picture, advice = render(text, "svg")

The data path is one straight line; parameters hang on it; arrows point backwards, and their colour and width are the
gradient. `dot` on PATH draws it, else pygraphviz, which carries its own Graphviz, else nobody: then there is advice.
"""

from __future__ import annotations

import html
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from ..graphview import Flow, GraphView, Kind, Layer, Verdict, ViewEdge, ViewNode
from ..messages import joined, language, marked, said
from . import cards, palette
from .fonts import SAMPLES, families
from .labels import clean, markup, shorten
from .palette import Theme

_WIDE_LAYERS = 4  # layers side by side, as far as a screen is wide
_WIDE_STEPS = 14
_STRAIGHT = "40"  # the weight that keeps the spine a straight line
NO_FONTS = marked(
    "no fonts were found, so letters are empty boxes: install some (as fonts-dejavu-core), or save as .svg"
)
ADVICE = marked("for a picture install Graphviz (the program dot), or run: pip install 'chainrule[render]'")


_Drawer = Callable[[str, str], tuple[bytes | None, str]]


class Rendered(NamedTuple):
    """A picture, or None; and one line of advice: how to get one, or what it lacks."""

    picture: bytes | None
    advice: str


def source(
    view: GraphView, *, title: str, lines: Sequence[str] = (), theme: Theme = palette.LIGHT, dpi: int | None = None
) -> str:
    """The graph as DOT. The same view gives the same text.

    `lines` stand under the title; `dpi` is for bitmaps.
    """
    import graphviz

    wide, font = is_wide(view), ",".join(families())
    graph = graphviz.Digraph("gradient_flow")
    graph.attr(
        "graph",
        rankdir="LR" if wide else "TB",
        bgcolor=theme.ground,
        fontname=font,
        fontcolor=theme.ink,
        labelloc="t",
        labeljust="l",
        label=f"<{cards.heading(title, lines, theme, view)}>",
        tooltip=_plain(said(title)),
        pad="0.35",
        nodesep="0.28" if wide else "0.35",
        ranksep="0.30" if wide else "0.22",
        splines="spline",
        outputorder="edgesfirst",
        **({"dpi": str(dpi)} if dpi else {}),
    )
    graph.attr("node", shape="plain", fontname=font, fontsize="11", fontcolor=theme.ink)
    graph.attr("edge", fontname=font, fontsize="9", color=theme.line, fontcolor=theme.muted)
    _Drawing(view, theme, wide, graph).draw()
    return str(graph.source)


def render(text: str, kind: str, *, title: str = "", description: str = "") -> Rendered:
    """Draw DOT as "svg", "png" or "pdf". Whatever is missing or fails is said in `advice`; nothing is raised.

    `title` and `description` are what a screen reader reads of an SVG.
    """
    failures = []
    for draw in (_draw_with_program, _draw_with_wheel):
        picture, failure = draw(text, kind)
        if picture:
            advice = "" if kind == "svg" or _has_fonts(draw) else NO_FONTS
            return Rendered(_finished(picture, kind, title, description), advice)
        failures.append(failure)
    return Rendered(None, joined("; ", filter(None, (*failures, ADVICE))))


_NOWHERE = "\u0378"  # no letter, and none to come before Unicode says so: every font draws a box for it


def _letters(draw: _Drawer, *texts: str) -> list[str]:
    """How wide each text is drawn."""
    boxes = " ".join(f'{name} [label="{text}"]' for name, text in zip("abcd", texts, strict=False))
    drawn, _ = draw(f'digraph {{ node [shape=plain fontname="{",".join(families())}"] {boxes} }}', "plain")
    return [line.split()[4] for line in (drawn or b"").decode().splitlines() if line.startswith("node ")]


def _has_fonts(draw: _Drawer) -> bool:
    """Whether letters are drawn as letters: without fonts each is the same empty box, and nothing else says so."""
    wide, narrow = _letters(draw, "WWWWWWWW", "iiiiiiii") or ("", " ")
    return wide != narrow


def speakable(kind: str) -> bool:
    """Whether a picture can have the letters of the session's language: an SVG is drawn where it is looked at."""
    sample = SAMPLES.get(language(), "")
    if kind == "svg" or not sample:
        return True
    found = [_letters(draw, sample, _NOWHERE * len(sample)) for draw in (_draw_with_program, _draw_with_wheel)]
    told, box = next(filter(None, found), ("", " "))
    return told != box


def _draw_with_program(text: str, kind: str) -> tuple[bytes | None, str]:
    import graphviz

    try:
        return graphviz.pipe("dot", kind, text.encode(), quiet=True), ""
    except graphviz.ExecutableNotFound:
        return None, marked("no program dot on PATH")
    except (graphviz.CalledProcessError, OSError) as error:
        why = getattr(error, "stderr", b"") or str(error).encode()
        return None, marked("dot failed: {why}", why=clean(" ".join(why.decode(errors="replace").split()))[:200])


def _draw_with_wheel(text: str, kind: str) -> tuple[bytes | None, str]:
    try:
        import pygraphviz
    except ImportError:
        return None, marked("no package pygraphviz")
    try:
        with _quiet():
            return bytes(pygraphviz.AGraph(string=text).draw(format=kind, prog="dot")), ""
    except (ValueError, OSError) as error:
        return None, marked("pygraphviz failed: {why}", why=clean(" ".join(str(error).split()))[:200])


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what C libraries write to stderr off the screen: fontconfig complains where no fonts are set up."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _finished(picture: bytes, kind: str, title: str, description: str) -> bytes:
    if kind == "svg":
        # Pages scale a picture that has a viewBox and no fixed size; screen readers want a title of the whole.
        tongue = "" if language() == "en" else f'lang="{language()}" '
        look = f'{tongue}style="max-width:100%;height:auto"'
        told = f'<title id="title">{_xml(title)}</title><desc id="desc">{_xml(description)}</desc>'
        text = picture.decode()
        text = re.sub(
            r"<svg ([^>]*)>",
            lambda tag: f'<svg role="img" aria-labelledby="title desc" {look} {tag[1]}>\n{told}',
            text,
            count=1,
        )
        return text.encode()
    if kind == "pdf":
        # No time of day: the same input gives the same bytes. The length stays, for the file's table of offsets.
        return re.sub(rb"(/CreationDate \(D:)\d{14}", rb"\g<1>20000101000000", picture)
    return picture


def _xml(text: str) -> str:
    return html.escape(clean(text), quote=False)


def is_wide(view: GraphView) -> bool:
    """Whether the data path goes from left to right: up to four layers, none of them folded."""
    steps = sum(node.spine and node.kind is Kind.OP for node in view.nodes)
    folded = any(node.kind is Kind.MODULE for node in view.nodes)
    return not folded and len(view.layers) <= _WIDE_LAYERS and steps <= _WIDE_STEPS


def _plain(text: str) -> str:
    """Text for an attribute that is not a label: nothing in it is an escape, an entity or markup."""
    import graphviz

    # Graphviz unescapes a tooltip twice: doubled here and once more by escape, \N stays what it is.
    lines = [clean(line).replace("&", "&amp;").replace("\\", "\\\\") for line in text.split("\n")]
    return graphviz.escape("\n".join(lines))  # type: ignore[no-any-return]


_TURNED = {"arrowtail": "arrowhead", "headlabel": "taillabel"}


def _turned(look: dict[str, str]) -> dict[str, str]:
    """The look of an arrow that is stated from its other end."""
    turned = {_TURNED.get(name, name): value for name, value in look.items()}
    return turned | {"dir": "forward" if look.get("dir") == "back" else "back"}


class _Drawing:
    """One view on its way into a graph of the graphviz package."""

    def __init__(self, view: GraphView, theme: Theme, wide: bool, graph: Any) -> None:
        self.view, self.theme, self.wide, self.graph = view, theme, wide, graph
        self.scale = cards.Scale.of(view)
        self.room = cards.rooms(view)
        self.folded = {node.layer for node in view.nodes if node.kind is Kind.MODULE}
        self.open_layer = {node.id: "" if node.layer in self.folded else node.layer for node in view.nodes}
        self.opposite: set[str] = set()  # cards that stand on the other side of their operation
        self.users: dict[str, list[ViewEdge]] = {}
        self.operands: dict[str, list[str]] = {}
        self.inside: dict[str, list[ViewEdge]] = {}  # by the layer that both ends are in
        for edge in view.edges:
            tail, head = self.open_layer[edge.tail], self.open_layer[edge.head]
            self.inside.setdefault(tail if tail == head else "", []).append(edge)
            self.users.setdefault(edge.tail, []).append(edge)
            self.operands.setdefault(edge.head, []).append(edge.tail)

    def draw(self) -> None:
        start = [node for node in self.view.nodes if node.spine and node.kind in (Kind.INPUT, Kind.PARAMETER)]
        for node in start:
            self.node(self.graph, node)
        for layer in self.view.layers:
            members = self.view.members(layer.id)
            if members and layer.id not in self.folded:
                self.cluster(layer, members)
        rest = [node for node in self.view.nodes if node not in start and not self.open_layer[node.id]]
        for node in rest:
            self.node(self.graph, node)
        self.ranks(self.graph, rest)
        self.edges(self.graph, "")

    def cluster(self, layer: Layer, members: list[ViewNode]) -> None:
        """An open layer: a quiet box round its nodes."""
        theme = self.theme
        title = said(layer.title) if self.wide else shorten(said(layer.summary), 20)
        sign = "⊟ " if self.folded else ""  # where some layers are folded, the open one says that it can be
        name = f"{said(layer.name)} · {markup(title)}" if layer.number else markup(layer.title)
        text = cards.font(sign + name, size=11, colour=theme.muted)
        with self.graph.subgraph(name=f"cluster_{layer.id}") as box:
            box.attr(
                style="rounded,filled",
                fillcolor=theme.cluster,
                color=theme.cluster_line,
                penwidth="1",
                margin="12",
                labeljust="l",
                labelloc="t" if self.wide else "b",
                label=f"<{text}>",
                tooltip=_plain(said(layer.title)),
            )
            for node in members:
                self.node(box, node)
            self.ranks(box, members)
            self.edges(box, layer.id)

    def node(self, into: Any, node: ViewNode) -> None:
        theme = self.theme
        look = {"tooltip": _plain(cards.about(node))} | ({"group": "spine"} if node.spine else {})
        if node.kind is Kind.OP:
            look |= {"shape": "box", "style": "filled,rounded", "fillcolor": theme.ink, "color": theme.ink}
            look |= {"margin": "0.11,0.03", "width": "0.36", "height": "0.32"}
            label = cards.operation(node, theme)
        elif node.kind is Kind.MODULE:
            label = cards.module(node, theme, self.scale, room=self.room)
        elif node.kind is Kind.FAILED:
            label = cards.failed(node, theme)
        elif node.kind is Kind.REST:
            label = cards.font(markup(node.label), size=11, colour=theme.muted)
            look |= {"shape": "plaintext", "margin": "0.12,0.05"}
        else:
            label = cards.tensor(node, theme, yet=bool(self.view.missing))
        into.node(node.id, f"<{label}>", **look)

    def ranks(self, into: Any, nodes: Sequence[ViewNode]) -> None:
        """A card stands beside the operation that it is for; one that is shared stands where there is room.

        Of two cards for the same operation one stands on each side, so that no arrow goes round a card.
        """
        here = {node.id for node in nodes}
        beside: Counter[str] = Counter()
        for node in nodes:
            heads = {edge.head for edge in self.users.get(node.id, [])}
            hangs = node.kind in (Kind.PARAMETER, Kind.INPUT) and not node.spine and len(heads) == 1
            if hangs and heads <= here and not self.begins(*heads):
                (head,) = heads
                beside[head] += 1
                if beside[head] % 2 == 0 and len(self.users[node.id]) == 1:
                    self.opposite.add(node.id)
                with into.subgraph() as rank:
                    rank.attr(rank="same")
                    rank.node(node.id)
                    rank.node(head)

    def begins(self, head: str) -> bool:
        """Whether an operation off the path is where one begins: its operands are cards only, and stand before it."""
        tails = [self.view.by_id[tail] for tail in self.operands[head]]
        return all(tail.kind in (Kind.PARAMETER, Kind.INPUT) and not tail.spine for tail in tails)

    def edges(self, into: Any, layer: str) -> None:
        """The arrows inside an open layer, or those that are in none (for "")."""
        for edge in self.inside.get(layer, ()):
            look = self.arrow(edge)
            if edge.tail in self.opposite:  # Graphviz puts the tail of an edge first, whichever way it points
                into.edge(edge.head, edge.tail, **_turned(look))
            else:
                into.edge(edge.tail, edge.head, **look)

    def arrow(self, edge: ViewEdge) -> dict[str, str]:
        theme = self.theme
        look = {"weight": _STRAIGHT if edge.spine else "1"}
        if edge.flow is Flow.NOTHING:
            return look | {"color": theme.line, "penwidth": "1.2", "arrowsize": "0.6", "style": "dashed"}
        if edge.flow is Flow.VALUE:
            look |= {"color": theme.muted, "penwidth": "1.6", "arrowsize": "0.65"}
            return look | ({"label": f"<{cards.edge(edge, theme, beside=not self.wide)}>"} if self.told(edge) else {})
        look["dir"] = "back"
        if edge.flow is Flow.SEED:
            return look | {"color": theme.muted, "penwidth": "1.6", "arrowsize": "0.65"}
        assert edge.gradient is not None
        width = palette.penwidth(edge.gradient.rms)
        look |= {
            "color": palette.colour(edge.gradient.rms, theme),
            "penwidth": f"{width:.2f}",
            "arrowsize": f"{0.5 + 0.05 * width:.2f}",
            "style": "dashed" if edge.verdict is Verdict.VANISHING else "solid",
        }
        if edge.verdict in (Verdict.ZERO, Verdict.CANCELLED):
            look["arrowtail"] = "odot"
        if edge.through:
            # At the operation's end, beside the arrow: the operand is used transposed, reshaped, ...
            text = cards.font(markup(edge.through), size=8, colour=theme.muted)
            look |= {"headlabel": f"<{text}>", "labeldistance": "1.6", "labelangle": "40"}
        if self.told(edge):
            look["label"] = f"<{cards.edge(edge, theme, beside=not self.wide)}>"
        return look

    def told(self, edge: ViewEdge) -> bool:
        """Whether an arrow has words on it: not when the card at its end says the same."""
        tail = self.view.by_id[edge.tail]
        if self.view.by_id[edge.head].kind is Kind.LOSS and edge.flow is Flow.VALUE:
            return False
        return tail.kind in (Kind.OP, Kind.MODULE, Kind.REST) or len(self.users[edge.tail]) > 1
