"""A graph, or two side by side, as an interactive page: one HTML file that needs no network.

    from repl import graph, page

    graph(loss, net=net).save("flow.html")                      the same as page(graph(loss, net=net)).save(...)
    graph(loss, net=net, history=trainer.history)               with the training run before it, to play over time
    page(graph(a, title="sigmoid"), graph(b, title="ReLU"))     two runs, stepped together

The backward pass is run again when the page is made: the record must still be there then.
"""

from __future__ import annotations

import html
import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from . import files
from .errors import FileError, UsageError, message
from .graphview import GraphView
from .graphview.outline import outline
from .graphview.playback import Film
from .messages import joined, said, tr
from .views import page as view
from .views.page.content import Event
from .views.palette import Theme

SUFFIXES = (".html", ".htm")


class Pictured(Protocol):
    """What a page needs of a graph; `film` runs its backward pass, in detail for the nodes whose ids it is given."""

    @property
    def view(self) -> GraphView: ...  # noqa: D102
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def theme(self) -> Theme: ...  # noqa: D102
    @property
    def film(self) -> Callable[[Collection[str]], Film] | None: ...  # noqa: D102
    @property
    def history(self) -> Sequence[Event]: ...  # noqa: D102


@dataclass(frozen=True, repr=False)
class Page:
    """One or two graphs as a page. `html` is the whole file; a notebook shows it in a frame of its own."""

    graphs: tuple[Pictured, ...]
    title: str
    theme: str

    def __repr__(self) -> str:
        size = len(self.html.encode()) // 1024
        return f"<page {said(self.title)!r}, {size} KB: save it as .html and open it in a browser>"

    @cached_property  # while the record is there
    def _runs(self) -> list[view.Run]:
        return [_run(graph) for graph in self.graphs]

    @property
    def html(self) -> str:
        """The file's text, in the language of the moment."""
        return view.html(self._runs, title=self.title, theme=self.theme)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the file, whose name ends in .html; the path that was written.

        Raises:
            UsageError: another suffix.
            FileError: the file cannot be written; what was there is left as it was.
        """
        target = Path(path).expanduser()
        if "\0" in str(target):
            raise FileError(
                message(
                    "page",
                    tr("{target}, a name with a NUL in it", target=repr(str(target))),
                    "a file name",
                    "choose another",
                )
            )
        if target.suffix.lower() not in SUFFIXES:
            expected = "a name that ends in .html"
            raise UsageError(
                message("page", tr("the file {path}", path=repr(str(path))), expected, "call it page.html")
            )
        files.write("page", target, self.html.encode())
        return target

    def _repr_html_(self) -> str:
        return f'<iframe srcdoc="{html.escape(self.html)}" width="100%" height="640" style="border:0"></iframe>'


def page(*graphs: Pictured, title: str | None = None, theme: str | None = None) -> Page:
    """An interactive page of one graph, or of two side by side that are stepped together.

    Args:
        graphs: one or two, as `graph` makes them.
        title: of the page; left out, the graphs' own.
        theme: "light", "dark", or "auto" for what the reader's system has; left out, dark if the first graph is.

    Raises:
        UsageError: no graph, or more than two; another theme.

    Example:
        >>> from autograd import Tensor
        >>> from repl import graph
        >>> w = Tensor(2.0, requires_grad=True, name="w")
        >>> made = page(graph(w * w, title="square"), graph(w * w * w, title="cube"))
        >>> made.title
        'square, cube'
        >>> made.html.count("https://") + made.html.count("src=")
        0
    """
    if not 1 <= len(graphs) <= 2:
        raise UsageError(
            message(
                "page", tr("{graphs} graphs", graphs=len(graphs)), "one, or two to compare", "make a page of each pair"
            )
        )
    chosen = theme or ("dark" if graphs[0].theme.name == "dark" else "auto")
    if chosen not in ("light", "dark", "auto"):
        raise UsageError(message("page", f"theme={theme!r}", '"light", "dark" or "auto"', "choose one of them"))
    told = joined(", ", dict.fromkeys(graph.title for graph in graphs)) if title is None else title
    return Page(graphs, told, chosen)


def _run(graph: Pictured) -> view.Run:
    folds = outline(graph.view)
    given = {member for fold in folds for member in fold.members}
    film = graph.film(given) if graph.film is not None else None
    return view.Run(title=graph.title, view=graph.view, folds=folds, film=film, history=graph.history)
