"""chainrule in a notebook: `%load_ext repl` shows tensors and networks as tables, and makes the commands magics.

    %load_ext repl
    %data spiral n=300
    %net 16 tanh 16 tanh
    %train 200
    %curve                          the picture, in the notebook
    net[0].weight                   a table
    %chainrule backward             any command, also those whose names IPython has itself, such as debug
    %%chainrule                     and several lines of the shell's language, commands or Python

Commands and cells work on the same objects: `net` made by `%net` is `net` in the next cell, and the other way round.
What a command does is echoed as Python, as in the shell. A command that fails ends the cell with one sentence.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from . import commands, language  # noqa: F401  # a session has the commands that have been registered
from .errors import ReplError
from .plan import registered
from .registry import Command
from .results import Drawing, Farewell, Plotted, Result
from .session import Session
from .views import rich
from .views.screen import Screen
from .views.transcript import Transcript

WIDTH = 100
_LEAVING = ("quit", "exit")  # a notebook is left otherwise


class CommandError(ReplError):
    """A command failed. IPython prints what `_render_traceback_` gives, in a traceback's place."""

    def __init__(self, message: str, trace: str = "") -> None:
        super().__init__(message)
        self.trace = trace

    def _render_traceback_(self) -> Sequence[str]:
        return (self.trace or str(self)).split("\n")


class Notebook:
    """The commands in a notebook: a session that works in the notebook's own namespace.

    Args:
        namespace: where the cells' names are.
        display: shows an object, such as a picture in the middle of a cell.
    """

    def __init__(self, namespace: dict[str, Any], display: Callable[[Any], None]) -> None:
        self._display = display
        self.session = Session(namespace=namespace, listen=self._listen)
        self._paper: Transcript | None = None

    def command(self, name: str) -> Callable[[str], Any]:
        """The line magic for a command."""

        def magic(line: str) -> Any:
            """Run the command on the words of the line."""
            # A mode, such as the debugger, has words of its own, and reads them as they are.
            text = f"{name} {line}".strip()
            return self._run(text if self.session.mode is not None else f"%{text}")

        found = registered[name]
        if isinstance(found, Command):  # what `%name?` shows
            magic.__doc__ = f"%{found.usage}\n\n{found.page().text}"
        return magic

    def lines(self, line: str, cell: str | None = None) -> Any:
        """`%chainrule COMMAND ...`, which gives what it shows; or `%%chainrule` with commands and Python below."""
        if cell is None:
            return self._run(line if self.session.mode is not None or not line.strip() else f"%{line.lstrip('% ')}")
        for unit in language.units(cell.split("\n"), self.session.is_command):
            if not self.session.skips(unit) and (shown := self._run(unit)) is not None:
                self._display(shown)
        return None

    def _run(self, line: str) -> Any:
        """Run a line; what the notebook shows as a picture is given back, all else is printed."""
        # The streams are looked up each time: a notebook has others for every cell.
        self._paper = Transcript(Screen(sys.stdout, terminal=False, color=False, fixed_width=WIDTH),
                                 Screen(sys.stderr, terminal=False, color=False, fixed_width=WIDTH))  # fmt: skip
        result = self.session.run(line)
        if result.failure is not None:
            raise CommandError(result.failure.message, result.failure.trace)
        picture = _picture(result)
        if picture is None and not isinstance(result.report, Farewell):
            self._paper.show(result)
        return picture

    def _listen(self, event: Any) -> None:
        if self._paper is not None:
            self._paper.listen(event)


def _picture(result: Result) -> Any:
    """The plot or graph that came out, if it is to be shown."""
    report = result.report
    if isinstance(report, Plotted):
        return report.plot
    if isinstance(report, Drawing) and not report.path:
        return report.graph
    return None


_loaded: dict[int, tuple[Notebook, list[str]]] = {}


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext repl` calls: register displays and magics with a running IPython."""
    import nn
    from autograd import Tensor

    formatter = shell.display_formatter.formatters["text/html"]
    formatter.for_type(Tensor, rich.tensor)
    formatter.for_type(nn.Module, rich.module)

    def display(shown: Any) -> None:
        shell.display_pub.publish(*shell.display_formatter.format(shown))

    notebook = Notebook(shell.user_ns, display)
    taken = shell.magics_manager.magics
    names = [name for name in registered if name not in _LEAVING and name not in taken["line"]]
    for name in names:
        shell.register_magic_function(notebook.command(name), "line", name)
    shell.register_magic_function(notebook.lines, "line_cell", "chainrule")
    _loaded[id(shell)] = (notebook, names)


def unload_ipython_extension(shell: Any) -> None:
    """What `%unload_ext repl` calls: take all of it away again; the objects stay."""
    import nn
    from autograd import Tensor

    formatter = shell.display_formatter.formatters["text/html"]
    formatter.pop(Tensor, None)
    formatter.pop(nn.Module, None)
    _, names = _loaded.pop(id(shell), (None, []))
    for name in names:
        shell.magics_manager.magics["line"].pop(name, None)
    for kind in ("line", "cell") if names else ():
        shell.magics_manager.magics[kind].pop("chainrule", None)
