"""A picture of a loss: what was computed, from what, and how the gradient flows back.

    from repl import graph

    g = graph(loss)
    print(g)                    the tree, as text; a small graph as a drawing too
    g.save("flow.svg")          or .png, .pdf, .dot; .html is a page on which the pass can be stepped through
    g                           in a notebook: the picture

    graph(loss, focus="2.weight")   what is round one tensor; graph(loss, level="module") a card for each layer
    graph(error)                    where a forward pass stopped, from the exception that it raised

The record must still be there: draw before `backward()`, or call `backward(retain_graph=True)`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import nn
from autograd import Tensor, ops, record_sources
from autograd.tape import walk
from nn.diagnosis import Balance
from nn.training import StepEvent

from . import files
from .errors import UsageError, message
from .graphview import GraphView, fold, found, headline, locate, look_at_failure, record, stopped, trouble
from .graphview import focus as focused
from .graphview.folding import BUDGET
from .graphview.playback import Film, play
from .messages import marked, said, speaking, tr
from .pages import page
from .views import dot, fonts, palette, sketch, tree
from .views.dot import Rendered
from .views.palette import Theme

LEVELS = ("op", "opened", "module")
SUFFIXES = (".svg", ".png", ".pdf", ".dot", ".html")
_THE = {"loss": marked("the loss"), "output": marked("the output")}
INSTEAD = marked("wrote {instead}, not {target}: {advice}")


@dataclass(frozen=True, slots=True)
class Saved:
    """What `Graph.save` wrote; if not what was asked for, `advice` in one line, and the graph to print instead."""

    path: Path
    advice: str = ""
    instead: Graph | None = None

    def __str__(self) -> str:
        return f"{self.path}\n{said(self.advice)}" if self.advice else str(self.path)

    def __fspath__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, repr=False)
class Graph:
    """A graph that can be printed, saved and shown. `view` is all of it, `drawn` what a picture has room for.

    `film` runs the backward pass once more, for a page; `history` are the steps of training that came before.
    """

    view: GraphView
    drawn: GraphView
    title: str
    theme: Theme
    film: Callable[[Collection[str]], Film] | None = None
    history: Sequence[StepEvent] = ()
    level: str = "op"

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__

    def text(self, *, width: int | None = None, ascii_only: bool = False, colour: bool = False, limit: int = 60) -> str:
        """The graph as text: a function of a few steps as a drawing, a network or anything larger as a tree.

        The arguments are those of `tree`.
        """
        columns = width if width is not None else min(120, shutil.get_terminal_size().columns)
        numbered = any(layer.number for layer in self.view.layers)
        drawn = None if numbered else self.sketch(width=columns, ascii_only=ascii_only, colour=colour)
        if drawn is None or drawn.count("\n") + 3 > limit:
            return self.tree(width=columns, ascii_only=ascii_only, colour=colour, limit=limit)
        head, foot = tree.frame(self.view, self.title, columns, ascii_only)
        return "\n".join([*head, drawn, *foot])

    def sketch(self, *, width: int = 80, ascii_only: bool = False, colour: bool = False) -> str | None:
        """The graph as boxes and lines, values flowing down; None beyond 15 nodes, or where `width` is not enough.

        Example:
            >>> from autograd import Tensor
            >>> w, x = Tensor(-3.0, requires_grad=True, name="w"), Tensor(2.0, requires_grad=True, name="x")
            >>> print(graph(w * x).sketch(ascii_only=True))
            +---------+  +----------+
            | w    -3 |  | x      2 |
            | grad  2 |  | grad  -3 |
            +----+----+  +-----+----+
                 +------+------+
               +--------+-------+
               | output = *  -6 |
               | grad         1 |
               +----------------+
        """
        return sketch.render(self.view, width=width, ascii_only=ascii_only, colour=colour, theme=self.theme)

    def tree(self, *, width: int | None = None, ascii_only: bool = False, colour: bool = False, limit: int = 60) -> str:
        """The graph as lines of text, none wider than `width` columns (20 or more; the terminal's if left out).

        At level "module" it has one line for each layer.

        Args:
            width: columns.
            ascii_only: no character beyond ASCII.
            colour: with the escape codes of a terminal that shows true colour.
            limit: lines; what is left out is said.
        """
        return tree.render(
            self.drawn if self.level == "module" else self.view,
            width=width,
            ascii_only=ascii_only,
            colour=colour,
            limit=limit,
            theme=self.theme,
            title=self.title,
        )

    @property
    def dot(self) -> str:
        """The picture as DOT, Graphviz's language, with words in the reader's own."""
        return self._dot(None)

    def _dot(self, dpi: int | None) -> str:
        return dot.source(self.drawn, title=self.title, lines=self._lines(), theme=self.theme, dpi=dpi)

    def _lines(self) -> list[str]:
        folded = said(self.drawn.folded)
        if self.drawn.missing:
            told = [said(self.drawn.missing), folded, tr("cards and arrows show the values only")]
            return list(filter(None, told))
        if not folded:
            flowing = tr("arrows show the gradient flowing back from {source}", source=self._source())
            return [f"{tr('forward values in the cards')}; {flowing}"]
        told = [folded, tr("colour, width and dashes all carry log₁₀ of the rms gradient")]
        return told if len(self.drawn.folded) > 50 else ["; ".join(told)]

    def _source(self) -> str:
        """Where the gradient starts: the loss, or a tensor by the name that it was given."""
        what = self.view.loss.label
        return tr(_THE[what]) if what in _THE else what

    def _described(self) -> str:
        wrong = self.view.missing or trouble(self.view) or marked("no gradient vanishes or explodes")
        return tr(
            "Computation graph of {what}, {count} nodes, with values and gradients; {wrong}.",
            what=self.view.loss.label,
            count=self.view.total,
            wrong=wrong,
        )

    @property
    def svg(self) -> str | None:
        """The picture as SVG; None where nothing can draw it."""
        picture = self._rendered("svg", None).picture
        return picture.decode() if picture else None

    def _rendered(self, kind: str, dpi: int | None) -> Rendered:
        if not dot.speakable(kind):
            with speaking("en"):
                picture, advice = self._rendered(kind, dpi)
            return Rendered(picture, advice or (fonts.LACKING if picture else ""))
        return dot.render(self._dot(dpi), kind, title=said(self.title), description=self._described())

    def save(self, path: str | os.PathLike[str], *, dpi: int = 144) -> Saved:
        """Write the picture to a file; the suffix says how: .svg, .png, .pdf, .dot, or .html for an interactive page.

        Where there is no Graphviz, the DOT file is written instead, and `advice` says how to get the picture.

        Args:
            path: the file; its folder must exist. A file that is there is replaced, once the new one is whole.
            dpi: dots per inch of a PNG, 20 to 1200.

        Raises:
            UsageError: another suffix, or a `dpi` out of range.
            FileError: the file cannot be written; what was there is left as it was.
            GraphError: a page, after `backward()` has freed the record.
        """
        target = files.picture("graph", path, SUFFIXES)
        if not 20 <= dpi <= 1200:
            raise UsageError(message("graph", f"dpi={dpi}", "20 to 1200 dots per inch", "try dpi=144"))
        kind = target.suffix.lower()[1:]
        if kind in ("dot", "html"):
            files.write("graph", target, (self.dot if kind == "dot" else page(self).html).encode())
            return Saved(target)
        picture, advice = self._rendered(kind, dpi if kind == "png" else None)
        if picture is not None:
            files.write("graph", target, picture)
            return Saved(target, advice)
        instead = target.with_suffix(".dot")
        files.write("graph", instead, self.dot.encode())
        return Saved(instead, marked(INSTEAD, instead=instead.name, target=target.name, advice=advice), self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        bundle = {"text/plain": self.text(width=100)}
        if picture := self.svg:
            bundle["image/svg+xml"] = picture
        return bundle


def graph(
    loss: Any,
    *,
    net: nn.Module | None = None,
    title: str | None = None,
    theme: str = "light",
    names: Mapping[str, object] | None = None,
    level: str = "op",
    opened: str | Collection[str] = ("linear",),
    unfold: str | int | Collection[str | int] | None = None,
    budget: int = BUDGET,
    focus: Tensor | nn.Module | str | int | None = None,
    depth: int = 2,
    gradient: Any = None,
    history: Sequence[StepEvent] = (),
) -> Graph:
    """The computation graph of a loss, with every value and every gradient.

    The gradients are this loss's own, found by running the engine's backward pass once more; no `.grad` is touched.

    Args:
        loss: a tracked tensor on which `backward()` was not called yet. Or a function without arguments that gives one:
            nodes then know the line of the program that made them. Or an exception of a forward pass: what had been
            computed is drawn, and the operation that failed, with what it got and what it expected.
        net: the network; its parameters are then called as in `named_parameters()`.
        title: what stands above the picture; left out, what the network is, and what is wrong with its gradient.
        theme: "light" or "dark".
        names: variables by name, such as `locals()`, after which tensors and data are called.
        level: "op", every operation; "opened", composite operations as their steps too; "module", a card each layer.
        opened: at level "op", composite operations to draw as their steps, by name or by the path of their module;
            "all" opens every one, () none.
        unfold: layers that stay open in a picture that folds, by number or module path.
        budget: how many nodes are drawn before layers fold.
        focus: draw only what is round this: a tensor, a module, or the name, path or number of one.
        depth: how many arrows away from `focus`, in either direction; 0 or more.
        gradient: where the backward pass starts, of the tensor's shape. A tensor with more than one element has none
            without it: its picture then shows values only.
        history: the steps of the training run before, as `trainer.history` has them: a page plays them over time, and
            where their loss stands still, a gradient counts as vanishing sooner, as in `nn.diagnose`.

    Raises:
        GraphError: `loss` is not tracked, its record was freed by `backward()`, or the exception is not an operation's.
        UsageError: `opened` names no composite operation, `unfold` no layer, `focus` nothing in the graph; `level` is
            none of the three, or `depth` negative.
        ValueError: there is no such theme.

    Example:
        >>> import numpy as np
        >>> from autograd import Tensor
        >>> w, b = Tensor(-3.0, requires_grad=True, name="w"), Tensor(6.9, requires_grad=True, name="b")
        >>> print(graph(np.tanh(w * 2 + b)).tree(width=60, ascii_only=True))
        Gradient flow
        6 nodes, 2 parameters
                           value  gradient
        t1 = w * 2            -6     0.487  #########
        `- w                  -3     0.974  #########
        t2 = t1 + b          0.9     0.487  #########
        `- b                 6.9     0.487  #########
        output = tanh(t2)  0.716         1  #########
        no gradient vanishes or explodes
    """
    look_of = palette.named(theme)
    places: dict[object, str] = {}
    film = None
    _check_level(level, depth)
    if isinstance(loss, BaseException):
        view = look_at_failure(stopped(loss), net=net, names=names)
    else:
        loss = _computed(loss)
        steps = _composites(opened, level, loss)
        trace = record(loss, opened=steps, gradient=gradient)
        view, places = locate(trace, net=net, names=names, balance=Balance.of(history))
        if not trace.missing:
            film = partial(_film, loss, net, names, steps, gradient)
    # A Sequential says less by its class than by its widths.
    name = "" if net is None or isinstance(net, nn.Sequential) else type(net).__name__
    told = headline(view, name) if title is None else title
    if focus is not None:
        here, called = found(focus, view, places, net)
        view = focused(view, here, depth=depth, on=called)
    layers = None if unfold is None else _layers(unfold, view)
    drawn = fold(view, budget=0, unfold=layers or ()) if level == "module" else fold(view, budget=budget, unfold=layers)
    return Graph(view, drawn, told, look_of, film, tuple(history), level)


def _film(
    loss: Any,
    net: nn.Module | None,
    names: Mapping[str, object] | None,
    opened: Collection[str],
    gradient: Any,
    shown: Collection[str],
) -> Film:
    return play(loss, net=net, names=names, opened=opened, gradient=gradient, shown=shown)


def _check_level(level: str, depth: int) -> None:
    if level not in LEVELS:
        known = ", ".join(f'"{each}"' for each in LEVELS)
        raise UsageError(message("graph", f"level={level!r}", tr("one of {known}", known=known), "choose one of them"))
    if depth < 0:
        raise UsageError(message("graph", f"depth={depth}", "0 or more arrows", "try depth=2"))


def _computed(loss: Any) -> Any:
    """The loss itself, or what the function gives that makes it; then nodes know their lines."""
    if not callable(loss) or isinstance(loss, (Tensor, nn.Module)):
        return loss
    with record_sources():
        return loss()


def _composites(opened: str | Collection[str], level: str, loss: Any) -> Collection[str]:
    if level == "opened":
        return ("all",)
    wanted = (opened,) if isinstance(opened, str) else opened
    known = sorted(op.name for op in ops.table.values() if op.definition is not None)
    unknown = [name for name in wanted if name not in known and name != "all"]
    if unknown:
        paths = {node.scope.path for node in walk(getattr(loss, "node", None))}
        for name in unknown:
            if not any(path == name or path.startswith(f"{name}.") for path in paths):
                expected = tr('composite operations ({known}), the path of a module, or "all"', known=", ".join(known))
                raise UsageError(
                    message("graph", f"opened={name!r}", expected, "choose among them, or leave opened out")
                )
    return wanted


def _layers(unfold: str | int | Collection[str | int], view: GraphView) -> list[str]:
    wanted = [str(each) for each in ((unfold,) if isinstance(unfold, (str, int)) else unfold)]
    known = {str(layer.number) for layer in view.layers} | {layer.path for layer in view.layers}
    for name in wanted:
        if name not in known:
            there = tr("1 to {found}", found=len(view.layers)) if view.layers else tr("none in this graph")
            expected = tr("the number of a layer ({there}) or its module path", there=there)
            raise UsageError(message("graph", f"unfold={name!r}", expected, "look at the tree, print(graph(loss))"))
    return wanted
