"""The commands that keep a session: save, load, record, recover."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from .. import files, journal
from ..arguments import File
from ..errors import FileError, StateError, UsageError, message
from ..messages import marked, tr
from ..plan import Entry, Plan
from ..recording import Recording
from ..registry import command
from ..results import Note, Recovered
from ..session import Session
from .catalog import spelled
from .training import fresh, is_fresh

STARTS = "# What made this run, without its training: `chainrule -i FILE` goes on from here."
_BUILDS = ("data", "net", "loss", "optim")


@command("session")
def save(
    session: Session,
    file: Annotated[str, File((".npz", ".safetensors")), "where to"],
) -> Plan:
    """Keep the run in a file: network, optimiser, place in the data, random state, history. A script goes beside it.

    `save run` writes run.npz, and run.repl with the lines that made data, network and optimiser, to read and to go on
    from: `chainrule -i run.repl`. A name that ends in .safetensors keeps the weights alone, for other programs.

    Example:
        > data iris
        > net 8 tanh
        > optim adam lr=0.01
        > train 50
        > save run
    """
    path = Path(file).expanduser()
    if path.suffix == ".safetensors":
        session.need("save", "net")
        return Plan(
            (f"nn.save(net, {spelled(str(path))})",), lambda _: Note(tr("Wrote the weights to {path}", path=path))
        )
    if path.suffix != ".npz":
        path = path.with_name(f"{path.name}.npz")
    if not is_fresh(session):
        session.need("save", "net")
        told = tr("Wrote the network's state to {path}", path=path)
        return Plan((f"nn.save(net, {spelled(str(path))})",), lambda _: Note(told))
    beside = path.with_suffix(".repl")
    ours = files.is_there(beside) and files.read_text("save", beside).startswith(STARTS)
    if files.is_there(beside) and not ours:
        got = tr("{beside}, which is there and was not written by save", beside=repr(str(beside)))
        raise FileError(message("save", got, "a new name", "choose one"))

    def report(_: object) -> Note:
        files.write("save", beside, _recipe(session, path).encode())
        told = marked("Wrote {path} and {beside}: `load {path}` here, or `chainrule -i {beside}` later")
        return Note(tr(told, path=path, beside=beside))

    return Plan((f"nn.save(trainer, {spelled(str(path))})",), report)


def _recipe(session: Session, path: Path) -> str:
    """The lines that make the parts of the run again, the trainer as it was made, and the file that has its state."""
    lines = [STARTS]
    trainer = ""
    for entry in session.history:
        if _makes_parts(entry):
            lines.append(entry.line.strip())
        elif not entry.command:
            lines += [f"# {line}" for line in entry.line.split("\n")]
        for source in () if entry.command in _BUILDS else entry.code:
            lines += [source] if source.startswith("loss = ") else []  # chosen by a command that needed one
            trainer = source if source.startswith("trainer = ") else trainer
    return "\n".join([*lines, trainer, f"load {path.name}", ""])


def _makes_parts(entry: Entry) -> bool:
    """Whether a line makes something that the run needs: a command that builds, or Python that defines."""
    if entry.command:
        return entry.command in _BUILDS
    words = entry.line.replace("(", " ").replace(".", " ").split()
    return not entry.error and "trainer" not in words and not entry.shown


@command("session")
def load(session: Session, file: Annotated[str, File((".npz", ".safetensors")), "what `save` wrote"]) -> Plan:
    """Go on from what `save` kept: the run with all that it needs, or weights. Nothing in the file is ever executed.

    The network has to be the same: its lines stand in the script that `save` wrote beside the file.

    Example:
        > data iris
        > net 8 tanh
        > optim adam lr=0.01
        > train 50
        > save run
        > train 50
        > load run.npz
    """
    path = Path(file).expanduser()
    if not path.suffix and files.is_there(path.with_name(f"{path.name}.npz")):
        path = path.with_name(f"{path.name}.npz")
    state = _read(path)
    run = isinstance(state, dict) and {"step", "loader", "optimizer"} <= set(state)
    making = _making(session, state) if run else ()
    if not run:
        session.need("load", "net")
    target = "trainer" if run else "net"
    code = (*making, f"{target}.load_state_dict(nn.load({spelled(str(path))}))")

    def report(_: object) -> Note:
        if not run:
            return Note(tr("The network has the weights of {path}", path=path))
        trainer: Any = session.namespace["trainer"]
        step = f"{trainer.step_count:,}"
        return Note(tr("The run is at step {step} again, as in {path}", step=step, path=path))

    return Plan(code, report)


def _making(session: Session, state: Mapping[str, Any]) -> tuple[str, ...]:
    """The lines that make a trainer as the one that was saved; none if it is there, or was made by hand."""
    if is_fresh(session) and session.made("trainer") is None:
        return ()
    saved = state["loader"] if isinstance(state["loader"], Mapping) else {}
    # "auto" takes the number that the run had
    asked = getattr(session.namespace.get("trainer"), "threads_asked", 1)
    threads = None if asked == "auto" else state.get("threads", 1)
    return fresh(session, "load", batch=saved.get("batch_size"), seed=saved.get("seed"), threads=threads)


def _read(path: Path) -> Any:
    """The state in a file, to see what it is of. Raises FileError."""
    import nn

    if not files.is_there(path):
        got = tr("{path}, which is not there", path=repr(str(path)))
        raise FileError(message("load", got, "a file that `save` wrote", "check the name"))
    return nn.load(path)


@command("session")
def record(
    session: Session,
    file: Annotated[str | None, File((".md",)), "the page to write; left out, what is being recorded"] = None,
    *,
    stop: Annotated[bool, "end the recording"] = False,
) -> Plan:
    """Record what is typed and shown from now on as a page of Markdown, with the pictures; `record --stop` ends it.

    Example:
        > record session.md
        > data iris
        > net 8 tanh
        > record --stop
    """
    present = session.recording
    if stop and present is None:
        raise StateError(message("record", "--stop", "a recording that runs", "say `record session.md` first"))
    if file is None and not stop:
        nothing = tr("Nothing is recorded: `record session.md` begins")
        text = tr("Recording to {path}", path=present.path) if present else nothing
        return Plan((), lambda _: Note(text))
    if stop:

        def end(_: object) -> Note:
            session.recording = None
            return Note(tr("Wrote {path}", path=present.path) if present else "")

        return Plan((), end)
    path = Path(str(file)).expanduser()
    if path.suffix != ".md":
        path = path.with_name(f"{path.name}.md")
    if present is not None:
        got = tr("{path}, while {path2} is being written", path=path, path2=present.path)
        raise UsageError(message("record", got, "one page at a time", "say `record --stop` first"))
    if files.is_there(path):
        raise FileError(
            message("record", tr("{path}, which is there", path=repr(str(path))), "a new name", "choose one")
        )

    def begin(_: object) -> Note:
        session.recording = Recording(path)
        return Note(tr("Recording to {path}; `record --stop` ends it", path=path))

    return Plan((), begin)


@command("session")
def recover(
    session: Session,
    what: Annotated[Literal["run", "forget"], "run its lines again, or forget them"] = "run",
) -> Plan:
    """Run the lines of a session that ended without being left: a crash, a closed window, a lost connection.

    Example:
        > recover forget
    """
    lost = journal.lost()

    def report(_: object) -> Recovered | Note:
        if not lost:
            return Note(tr("No session was lost"))
        for each in lost:
            each.forget()
        last = lost[-1]
        if what == "forget":
            many = tr("Forgot {count} sessions", count=len(lost))
            return Note(many if len(lost) > 1 else tr("Forgot 1 session"))
        return Recovered(last.lines, last.when)

    return Plan((), report)
