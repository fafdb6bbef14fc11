"""A session without a screen: the objects that have been made, what has been run, and how one line changes them.

    session = Session()                     # from repl import Session
    session.run("data spiral").ok           # True
    session.run("1 + 1").report             # Value(text='2')

A command becomes a `Plan`, lines of Python that are run in the same namespace as what the user types. A command that
fails leaves everything as it was; a line of the user's own Python does what Python does.
"""

from __future__ import annotations

import builtins
import importlib
import keyword
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from . import execution, language, watching
from .errors import ReplError, StateError, closest, message, unknown_magic
from .messages import marked, tr
from .observer import Observer
from .plan import PARTS, Entry, Mode, Plan, Runnable, registered
from .points import Point, Since
from .results import Echo, Event, Failure, Farewell, Picture, Plotted, Result, Value
from .settings import Settings
from .slips import Slips
from .taking_back import Changes, Line

if TYPE_CHECKING:
    from .journal import Journal
    from .lessons.walk import Walk
    from .recording import Recording

__all__ = ["PARTS", "PRELOADED", "Entry", "Mode", "Plan", "Point", "Session", "registered"]

PRELOADED = {
    "np": "numpy",
    "nn": "nn",
    "F": "nn.functional",
    "autograd": "autograd",
    **{name: f"autograd:{name}" for name in ("Tensor", "grad", "value_and_grad", "gradcheck", "no_grad", "explain")},
    "graph": "repl:graph",
    "plots": "repl:plots",
    "untouched": "repl:untouched",
}
"""Names that are there from the start, as `module` or `module:attribute`. Each is imported when first mentioned."""

_MARKS = {"data": ("train", marked("data in two parts")), "net": ("named_parameters", marked("a network")),
          "loss": ("__call__", marked("a loss")), "optimizer": ("param_groups", marked("an optimizer"))}  # fmt: skip


class Session:
    """The state of a shell, and `run`, which takes one line (or one block) and gives a `Result`.

    Args:
        commands: the commands by name; by default those in `repl.commands`.
        listen: called with each `Echo` and `Progress` while a line runs.
        namespace: where to work, such as a notebook's names; its own if left out.
        settings: what the user chose about the shell.

    Attributes:
        namespace: the objects by name.
        history: the lines that ran.
        walk: the lesson that is being read, or None.
        slips: the notes on classic slips.
        recording: the page that is being written, or None.
        journal: where lines are kept against a crash, or None.
        mode: what reads the lines in the session's place, such as the debugger, or None.
        gone: names that were taken back.
        watches: expressions that are evaluated after every training step, compiled.

    Example:
        >>> Session().run("x = 6; x * 7").report
        Value(text='42')
    """

    def __init__(
        self,
        commands: Mapping[str, Runnable] | None = None,
        *,
        listen: Callable[[Event], None] | None = None,
        namespace: dict[str, Any] | None = None,
        settings: Settings | None = None,
    ) -> None:
        self.commands = registered if commands is None else commands
        own: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
        self.namespace = own if namespace is None else namespace
        self.history: list[Entry] = []
        self.failed = False  # whether the line before this one did
        self.mode: Mode | None = None
        self.watches: dict[str, Any] = {}
        self.observer = Observer(listen or (lambda _: None), lambda: watching.values(self.watches, self.namespace))
        self._tell = listen or (lambda _: None)
        self._waiting = dict(PRELOADED)
        self._given: dict[str, Any] = {}
        self._made: dict[str, tuple[str, Any]] = {}
        self._changes = Changes()
        self.gone: set[str] = set()
        self._count = 0
        self.walk: Walk | None = None
        self.settings = settings or Settings()
        self.slips = Slips(told=self.settings.notes)
        self.recording: Recording | None = None
        self.journal: Journal | None = None

    @property
    def preloaded(self) -> Mapping[str, str]:
        """The names that are there from the start, as `module` or `module:attribute`."""
        return PRELOADED

    # -- reading

    def parse(self, line: str) -> language.Command | language.Python | None:
        """Tell whether `line` is a command or Python, as things stand now."""
        bound = {
            name
            for name in self.commands
            if name in self.namespace and self.namespace[name] is not self._given.get(name, execution.NOTHING)
        }
        own = {name for name in bound if self.made(name) is None}
        return language.parse(line, self.commands, bound=bound, own=own)

    def is_command(self, line: str) -> bool:
        """Whether `line` is a command, as things stand now; a mode has nothing but commands."""
        return self.mode is not None or isinstance(self.parse(line), language.Command)

    def play(self, lines: Iterable[str]) -> Iterator[Result]:
        """Run a script line by line, up to the first failure or the end of the session."""
        for unit in language.units(lines, self.is_command):
            if self.skips(unit):
                continue
            result = self.run(unit)
            yield result
            if not result.ok or isinstance(result.report, Farewell):
                return

    def skips(self, unit: str) -> bool:
        """Whether a script's line means nothing, where at a prompt it would do the last command of a mode again."""
        return self.mode is not None and not language.without_comment(unit).strip()

    def run(self, line: str) -> Result:
        """Run one command, or one statement or block of Python. Errors are in the result, and are not raised."""
        if self.mode is not None:
            return self.mode.run(language.without_comment(line))
        parsed = self.parse(line)
        if parsed is None:
            return Result(line)
        if isinstance(parsed, language.Python):
            result = self._run_python(parsed.source)
        else:
            result = self._run_command(line, parsed)
        self.failed = not result.ok
        return result

    # -- the objects

    def get(self, name: str) -> Any:
        """The object called `name`, or None; preloaded names are loaded."""
        self.load(name)
        return self.namespace.get(name)

    def need(self, where: str, *names: str) -> list[Any]:
        """The objects called `names`; StateError, with the command to run, when one is not there or of no use."""
        missing = [name for name in names if self.namespace.get(name) is None]
        if missing:
            missing.sort(key=[*PARTS, *missing].index)  # the order in which they can be made
            first = PARTS.get(missing[0], missing[0])
            named = tr(" and no ").join(missing)
            wanted = ("one", marked("both"), marked("all of them"))[min(len(missing), 3) - 1]
            raise StateError(
                message(where, tr("no {named} yet", named=named), wanted, tr("do `{first}` first", first=first))
            )
        for name in names:
            mark, kind = _MARKS.get(name, ("__class__", ""))
            value = self.namespace[name]
            if not hasattr(value, mark):
                do = tr("do `%{parts}`, or give {name} another", parts=PARTS[name], name=name)
                raise StateError(
                    message(where, tr("{name} of type {value}", name=name, value=type(value).__name__), kind, do)
                )
        return [self.namespace[name] for name in names]

    def made(self, name: str) -> str | None:
        """The line of Python by which a command made what `name` is bound to; None if the user bound it."""
        source, value = self._made.get(name, ("", execution.NOTHING))
        return source if name in self.namespace and self.namespace[name] is value else None

    def names(self) -> dict[str, Any]:
        """The user's names and the commands' objects, without what was there from the start."""
        return {
            name: value
            for name, value in self.namespace.items()
            if not name.startswith("_") and value is not self._given.get(name, execution.NOTHING)
        }

    def load(self, source: str) -> None:
        """Import those preloaded names that `source` mentions, or all of them if it looks at the namespace itself."""
        words = set(re.findall(r"\w+", source)) if self._waiting else set()
        everything = not words.isdisjoint(("globals", "locals", "vars", "dir"))
        for name in [name for name in self._waiting if everything or name in words]:
            module, _, attribute = self._waiting.pop(name).partition(":")
            if name in self.namespace:  # a notebook's own
                continue
            loaded = importlib.import_module(module)
            value = getattr(loaded, attribute) if attribute else loaded
            self._given[name] = self.namespace[name] = value

    # -- running

    def _evaluate(self, source: str, steps: int = 0, *, loops: bool = False) -> Any:
        self._count += 1
        self.load(source)
        with self.observer.watching(self.namespace, steps, loops=loops):
            return execution.run(source, self.namespace, f"<input {self._count}>")

    def _run_python(self, source: str) -> Result:
        line = source
        if keyword.iskeyword(source.split(maxsplit=1)[0]) or not source[0].isspace():
            source = source.rstrip()
        since = Since(self, source) if self._changes.newest is not None else None
        try:
            value = self._evaluate(source)
            self.observer.raise_if_stopped()
            report = None
            if value is not execution.NOTHING and value is not None:
                report = Plotted(value) if isinstance(value, Picture) else Value(execution.shown(value))
                self.namespace["_"] = value
        except SystemExit as leave:
            return self._farewell(line, leave)
        except BaseException as error:  # noqa: BLE001  # the user's code may raise anything
            return Result(line, code=(source,), failure=self._python_failure(line, source, error, since))
        self._keep(Entry(line, "", (source,), shown=report is not None), since)
        return Result(line, code=(source,), report=report)

    def _keep(self, entry: Entry, since: Since | None) -> None:
        """Write a line of Python into the history; if it changed what the last command did, it goes when that goes.

        So does one that failed, which might not fail without the command.
        """
        self.history.append(entry)
        if since is not None and self._changes.newest is not None and (entry.error or since.changed()):
            self._changes.newest.since.append(Line(entry, since.names()))

    def _farewell(self, line: str, leave: SystemExit) -> Result:
        if leave.code is None or isinstance(leave.code, int):
            return Result(line, code=(line,), report=Farewell(leave.code or 0))
        return Result(line, code=(line,), report=Farewell(1), failure=Failure("python", str(leave.code)))

    def _python_failure(self, line: str, source: str, error: BaseException, since: Since | None) -> Failure:
        if isinstance(error, KeyboardInterrupt):
            self._keep(Entry(line, "", (source,), error="KeyboardInterrupt"), since)
            return Failure("interrupted", "interrupted")
        if advice := self._advice(line, error):
            return Failure("usage", advice)
        if execution.has_run(error) and not source.strip().isidentifier():  # a name alone changes nothing
            self._keep(Entry(line, "", (source,), error=type(error).__name__), since)
        self._remember(error)
        return Failure("python", execution.one_line(error), execution.trace(error, source))

    def _remember(self, error: BaseException) -> None:
        """Bind an error of the libraries or of the user's code to `last_error`, as Python's own shell keeps it."""
        if not isinstance(error, (ReplError, KeyboardInterrupt)):
            self._given["last_error"] = self.namespace["last_error"] = error

    def _advice(self, line: str, error: BaseException) -> str:
        """What to say when the line looks like a command that was misspelt, or that is hidden by a name."""
        if line.strip().startswith("?") or line.strip().endswith("?"):
            got = "a question mark behind more than a name"
            return message("?", got, "a name, as in `net[0]?`", "say `help` for the commands")
        word, _, rest = line.strip().partition(" ")
        if word in self.commands and isinstance(error, NameError) and error.name == word:
            return message(word, tr("Python that calls {word}", word=repr(word)), "a command, or a name that is bound",
                           tr("say `%{line}` for the command", line=line.strip()))  # fmt: skip
        looks = isinstance(language.parse(line, {word}), language.Command)
        if not looks or not isinstance(error, (SyntaxError, NameError)):
            return ""
        if word in self.commands and isinstance(error, SyntaxError):
            own = tr("Python, since `{word}` is a name that you assigned", word=word)
            do = tr("say `%{word} {rest}` for the command", word=word, rest=rest)
            return message(word, "Python that does not parse", own, do)
        if word in self.namespace or hasattr(builtins, word):
            return ""
        if advice := self._advice_on_debugger(word):
            return advice
        if keyword.iskeyword(word):
            return ""
        near = closest(word, self.commands)
        if isinstance(error, SyntaxError) or (near and not rest):
            cure = tr("did you mean {near}?", near=near) if near else "`help` lists the commands"
            return message(word, "an unknown command", "a command or Python", cure)
        return ""

    def _advice_on_debugger(self, word: str) -> str:
        """What to say to `n`, `until t3` or `break tanh` where no debugger is open to read them."""
        from .debugger import meant  # here, for it brings NumPy

        name = meant(word) if "backward" in self.commands else ""
        if not name:
            return ""
        here = name in ("quit", "help") or (name == "next" and self.walk is not None)
        cure = tr("did you mean {near}?", near=name) if here else "`backward` opens it, `backward y` on your own y"
        got = "an unknown command" if here else "a command of the debugger, which is not open"
        return message(word, got, "a command or Python", cure)

    def _run_command(self, line: str, call: language.Command) -> Result:
        point = Point(self)
        code: tuple[str, ...] = ()
        try:
            command = self.commands.get(call.name)
            if command is None:
                raise ReplError(unknown_magic(call.name, self.commands))
            plan = command.plan(self, call.text)
            code = plan.code
            if code or plan.holds or plan.enter is not None:
                point.hold(plan.holds)
            values = self.perform(plan)
            if plan.enter is not None:
                self.mode = plan.enter(values, point)
            report, remarks = plan.report(values), plan.remarks()
        except BaseException as error:  # noqa: BLE001  # whatever it is, the session must stay whole
            self.mode = None
            point.put_back()
            self._remember(error)
            return Result(line, call.name, code, failure=execution.command_failure(call.name, error))
        if plan.enter is None:
            script = self._script(plan)
            point.record(Entry(line, call.name, script), code)
        notes = self.slips.look(self.namespace.get("trainer")) if plan.steps or plan.trains else ()
        return Result(line, call.name, code, report, notes=(*remarks, *notes))

    def _script(self, plan: Plan) -> tuple[str, ...]:
        """What an exported script has for a command that ran."""
        script = plan.written()
        if self.observer.stopped and plan.steps:
            # a script cannot be interrupted at the same moment: it takes as many steps as were done
            done = f"trainer.run({self.observer.done})"
            script = tuple(done if source == plan.code[-1] else source for source in script)
        return tuple(map(self._settled, script))

    def _settled(self, source: str) -> str:
        """A line that makes a trainer with the number of threads that "auto" took: elsewhere it might take another."""
        auto = 'threads="auto"'
        if not source.startswith("trainer = ") or auto not in source:
            return source
        return source.replace(auto, f"threads={self.namespace['trainer'].state_dict()['threads']}")

    def perform(self, plan: Plan) -> list[Any]:
        """Echo and run the lines of a plan, and give their values."""
        values = []
        with warnings.catch_warnings(), plan.around():
            # NumPy's words on overflow name lines of ours; reports say in the learner's terms what is not a number.
            warnings.simplefilter("ignore", RuntimeWarning)
            for number, source in enumerate(plan.code, 1):
                last = number == len(plan.code)
                self._tell(Echo(source))
                try:
                    values.append(self._evaluate(source, plan.steps if last else 0, loops=plan.loops and last))
                except KeyboardInterrupt:
                    if not (plan.loops and last and self.observer.done):
                        raise
                    values.append(execution.NOTHING)
        return values

    def take_back(self) -> list[Entry]:
        """Take the last command back: its objects, its place in the history, and the Python that changed them since.

        The lines that are taken back, the command first; none if there is nothing to take back.
        """
        if self._changes.newest is None:
            return []
        change = self._changes.take(self.namespace)
        gone: list[Entry] = change.entries
        self.gone |= {name for name in change.bound if name not in self.namespace}
        self.history = [each for each in self.history if not any(each is other for other in gone)]
        return gone
