"""The command that leads out of the shell: export, to a script, to PyTorch, to ONNX."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from .. import files, script
from ..arguments import File
from ..errors import FileError, UsageError, message
from ..messages import marked, tr
from ..plan import Plan
from ..registry import command
from ..results import Note
from ..session import Session
from .catalog import spelled
from .training import is_fresh

TORCH_FIRST_LINE = "# A PyTorch program, written by chainrule's `export torch`."


@command("session")
def export(
    session: Session,
    what: Annotated[str, File((".py", ".onnx")), "the script to write; or torch, or onnx"],
    file: Annotated[str | None, File((".py", ".onnx")), "after torch or onnx: the file"] = None,
    *,
    force: Annotated[bool, "write over a file that export did not write"] = False,
) -> Plan:
    """Write the session as a Python script that runs without the shell and gives the same numbers.

    `export torch FILE.py` writes the PyTorch program that makes and trains the same network, `export onnx FILE.onnx`
    the network for other programs. (A script called torch or onnx: `export torch.py`.)

    Example:
        > data iris
        > net 8 tanh
        > loss cross_entropy
        > optim adam lr=0.01
        > train 100
        > export torch net.py
        > export session.py
    """
    if what in ("torch", "onnx"):
        if file is None:
            do = marked("say `export torch net.py`") if what == "torch" else marked("say `export onnx net.onnx`")
            raise UsageError(message("export", tr("{what} and no file", what=what), "the file to write", do))
        return _torch(session, file, force=force) if what == "torch" else _onnx(session, file, force=force)
    if file is not None:
        do = tr("say `export {what}`, `export torch {file}` or `export onnx {file}`", what=what, file=file)
        raise UsageError(message("export", tr("{file} as one word too many", file=repr(file)), "one file", do))
    path = _target(what, ".py", script.FIRST_LINE, force=force)
    text = script.written(session.history, session.preloaded, session.gone)

    def report(_: object) -> Note:
        files.write("export", path, text.encode())
        told = marked("Wrote {path}, {lines} lines: run it with `python {path}`")
        return Note(tr(told, path=path, lines=text.count("\n")))

    return Plan((), report)


def _target(file: str, suffix: str, mark: str, *, force: bool) -> Path:
    """The file to write. Raises UsageError for another suffix, FileError for a file that is somebody else's."""
    path = Path(file).expanduser()
    if path.suffix != suffix:
        kind = {".py": "torch " if mark == TORCH_FIRST_LINE else "", ".onnx": "onnx "}[suffix]
        do = tr("try `export {kind}{stem}{suffix}`", kind=kind, stem=path.stem, suffix=suffix)
        raise UsageError(message("export", repr(file), tr("a name that ends in {suffix}", suffix=suffix), do))
    ours = bool(mark) and files.is_there(path) and files.read_text("export", path).startswith(mark)
    if not force and files.is_there(path) and not ours:
        got = tr("{file}, which is there and was not written by export", file=repr(file))
        raise FileError(message("export", got, "a new name", "choose one, or add --force to write over it"))
    return path


def _torch(session: Session, file: str, *, force: bool) -> Plan:
    path = _target(file, ".py", TORCH_FIRST_LINE, force=force)
    session.need("export", "net")
    name = "trainer" if is_fresh(session) else "net"

    def report(values: Sequence[Any]) -> Note:
        files.write("export", path, f"{TORCH_FIRST_LINE}\n{_usage(values[-1])}\n{values[-1]}".encode())
        if name == "trainer":
            return Note(tr("Wrote {path}: the network and its training in PyTorch", path=path))
        return Note(tr("Wrote {path}: the network in PyTorch", path=path))

    return Plan((f"nn.export.to_torch({name})",), report, script=())


def _usage(program: str) -> str:
    """A comment that says how the functions of the program are called: alone they do nothing."""
    training = re.search(r"^def train\(net, (.*)\):", program, re.MULTILINE)
    call = f"train(make_net(), {training[1]})" if training else "make_net()"
    return f"# It defines functions; a line at its end that uses them: found = {call}"


def _onnx(session: Session, file: str, *, force: bool) -> Plan:
    path = _target(file, ".onnx", "", force=force)
    session.need("export", "net", "data")
    code = f"nn.export.to_onnx(net, {spelled(str(path))}, data.train.x[:2])"
    return Plan((code,), lambda _: Note(tr("Wrote {path}, which gives what the network gives", path=path)))
