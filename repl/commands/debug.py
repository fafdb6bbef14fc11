"""The command that goes through the backward pass node by node: backward. Until it is left, the lines are its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Annotated, Any

from .. import execution
from ..arguments import Rest
from ..errors import UsageError, message
from ..messages import tr
from ..registry import command
from ..results import Debugged, Failure, Report, Result
from ..session import Entry, Plan, Point, Session
from .training import BATCH_SIZE, default_loss, is_fresh, need_a_net_or_name, need_fit

OF_THE_LAST_BATCH = "batch_loss = loss(net(trainer.batch[0]), trainer.batch[1])"
OF_THE_FIRST_SAMPLES = f"batch_loss = loss(net(data.train.x[:{BATCH_SIZE}]), data.train.y[:{BATCH_SIZE}])"


@command("inspect")
def backward(
    session: Session,
    expression: Annotated[str, Rest(), "a scalar tensor that was computed; left out, the loss of the last batch"] = "",
) -> Plan:
    """Step through the backward pass, node by node, with every number: a debugger for gradients.

    At each node you see the rule, the rule with this node's numbers, and what is added to whom. `n` goes on, `b` goes
    back, `why NAME` shows all paths to a tensor, `check` measures by finite differences, `h` lists the rest, `q`
    leaves. Without an expression it is the loss of the last batch, or before any step that of the first 32 samples.

    Nothing is changed while you look; at the end of the pass the gradients are in `.grad`, as after `.backward()`. An
    expression in brackets needs `%backward (a + b)`. In a script the following lines are the debugger's, up to `q`.

    Example:
        > x = Tensor(3.0, requires_grad=True)
        > backward x * x + x
    """
    code: tuple[str, ...]
    around = _noting_lines
    if not expression:
        need_a_net_or_name(session, "backward")
        need_fit(session, "backward", *(() if default_loss(session) else ("loss",)))
        trained = is_fresh(session) and session.namespace["trainer"].batch is not None
        name = "batch_loss"
        code = (*default_loss(session), OF_THE_LAST_BATCH if trained else OF_THE_FIRST_SAMPLES)
        around = partial(_passing, session)
    elif expression.isidentifier():
        name, code = expression, ()
    else:
        _check_expression(expression)
        name = _free_name(session, "output")
        code = (f"{name} = {expression}",)
    entered: list[Debugging] = []

    def enter(values: Sequence[Any], point: Point) -> Debugging:
        entered.append(Debugging(session, expression, name, code, point))
        return entered[0]

    return Plan(code, lambda _: entered[0].first(), around=around, enter=enter)


def _check_expression(text: str) -> None:
    try:
        compile(text, "<input>", "eval")
    except (SyntaxError, ValueError):
        do = tr("try `backward x * x`, or `backward` alone for the loss of the last batch")
        raise UsageError(message("backward", repr(text), tr("an expression of Python"), do)) from None


def _free_name(session: Session, name: str) -> str:
    """A name that is not the user's."""
    free, count = name, 1
    while free in session.namespace and session.made(free) is None:
        count += 1
        free = f"{name}_{count}"
    return free


def _noting_lines() -> AbstractContextManager[Any]:
    from autograd import record_sources

    return record_sources()


@contextmanager
def _passing(session: Session) -> Iterator[None]:
    """One more pass through the network, which the run must not notice: statistics and random state are put back."""
    from ..figures.subject import untouched

    with _noting_lines(), untouched(session.namespace["net"]):
        yield


class Debugging:
    """The mode in which lines are the debugger's. `point` is where the session returns to when the pass is left."""

    def __init__(self, session: Session, expression: str, name: str, code: tuple[str, ...], point: Point) -> None:
        from ..debugger import Debugger, Dialogue

        tensor = session.get(name)
        if tensor is None:
            raise NameError(f"name {name!r} is not defined")
        debugger = Debugger(tensor, names=session.namespace, net=_network(session))
        self._session, self._point, self._code = session, point, code
        # as in the shell, the pass of the script leaves statistics and random state alone
        self._script = code if expression else (*code[:-1], f"with untouched(net):\n    {code[-1]}")
        self._name, self._line = name, f"backward {expression}".strip()
        self._debugger = debugger
        self._dialogue = Dialogue(debugger, finish=self._finish)
        point.hold_too(debugger.leaves)

    def first(self) -> Report:
        """The first stop."""
        return self._debugger.stop()

    @property
    def prompt(self) -> str:
        """Where the pass stands."""
        return f"backward {self._debugger.at + 1:,}/{len(self._debugger):,}> "

    def complete(self, before: str) -> Iterator[tuple[str, int, str]]:
        """What may stand at the end of `before`."""
        return self._dialogue.complete(before)

    def run(self, line: str) -> Result:
        """Do what a line says; the session is given back when the pass is over."""
        at, code = self._debugger.at, ()
        try:
            report = self._dialogue.do(line)
        except KeyboardInterrupt:
            return self.leave(line)
        except BaseException as error:  # noqa: BLE001  # `print` may run anything
            self._debugger.at = at
            if self._debugger.finished:  # the last step failed: nothing of it may stay
                self._close()
            return Result(line, "backward", code, failure=_failure(error))
        if self._dialogue.over:
            self._close(keep=isinstance(report, Debugged) and report.finished)
        return Result(line, "backward", code, report)

    def leave(self, line: str = "") -> Result:
        """Give the session back as it was."""
        report = self._dialogue.leave()
        self._close()
        return Result(line, "backward", (), report)

    def _close(self, *, keep: bool = False) -> None:
        if not keep:
            self._point.put_back()
        self._session.mode = None

    def _finish(self) -> Debugged:
        """Leave the gradients by a line of Python, which the history has from then on."""
        last = f"{self._name}.backward()"
        run: Callable[[], object] = lambda: self._session.perform(Plan((last,)))  # noqa: E731
        report = self._debugger.finish(run)
        self._point.record(Entry(self._line, "backward", (*self._script, last)), self._code)
        return report


def _network(session: Session) -> Any:
    net = session.namespace.get("net")
    return net if hasattr(net, "named_parameters") else None


def _failure(error: BaseException) -> Failure:
    """What went wrong; for an expression of the user's with its own lines."""
    made = execution.command_failure("backward", error)
    if made.kind != "library" or not isinstance(error, Exception) or type(error).__module__.startswith("autograd"):
        return made
    trace = execution.trace(error, "")
    return Failure("python", execution.one_line(error), trace if "<input" in trace else execution.one_line(error))
