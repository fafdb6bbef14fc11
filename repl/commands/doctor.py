"""The command that looks at the machine: doctor."""

from __future__ import annotations

import importlib.util
import locale
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata

from ..messages import marked, tr
from ..plan import Plan
from ..registry import command
from ..results import Checked, Checkup
from ..session import Session

# Packages beside the core: what for, and the extra that brings each.
_EXTRAS = (
    ("pygraphviz", marked("pictures without the program dot"), "render"),
    ("matplotlib", marked("plots as SVG, PNG and PDF"), "plot"),
    ("scipy", "autograd.scipy", "scipy"),
    ("onnx", "export onnx", "interop"),
    ("safetensors", marked("weights for other programs"), "interop"),
    ("threadpoolctl", marked("BLAS threads by the size of the network"), "threads"),
    ("distributed", marked("sweeps over a Dask cluster"), "sweep"),
)


@command("session")
def doctor(session: Session) -> Plan:
    """Check versions, programs, fonts, the terminal and threads: what is missing, and how to get it.

    Example:
        > doctor
    """
    return Plan((), lambda _: Checkup(tuple(_checks())))


def _checks() -> Iterator[Checked]:
    yield Checked("chainrule", _version("chainrule") or tr("from a source tree"), "", "")
    system = f"{platform.system()} {platform.machine()}"
    yield Checked("Python", tr("{version} on {system}", version=platform.python_version(), system=system), "", "")
    for name in ("numpy", "prompt_toolkit", "graphviz"):
        yield Checked(name, _version(name), tr("the core"), f"pip install {name}")
    yield _dot()
    for name, use, extra in _EXTRAS:
        found = _version(name) if importlib.util.find_spec(name) else ""
        yield Checked(name, found, tr(use), f"pip install 'chainrule[{extra}]'")
    yield _fonts()
    yield from _terminal()
    yield _threads()


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _dot() -> Checked:
    path = shutil.which("dot")
    found = ""
    if path:
        said = _asked(path, "-V")
        version = said.rpartition("version ")[2].split(" ")[0]
        found = (
            tr("{version} at {path}", version=version, path=path)
            if said
            else tr("{path}, which does not run", path=path)
        )
    advice = tr("install Graphviz, or pip install 'chainrule[render]'")
    return Checked("dot", found, tr("draws graphs"), advice)


def _asked(*words: str) -> str:
    """What a program says, on either stream; '' if it does not run."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.SubprocessError):
        return ""
    return (done.stdout + done.stderr).strip()


def _fonts() -> Checked:
    program = shutil.which("fc-match")
    found = _asked(program, "-f", "%{family}", "Helvetica") if program else ""
    advice = tr("install a font, such as the package fonts-liberation")
    return Checked(tr("fonts"), found, tr("letters in PNG pictures"), advice)


def _terminal() -> Iterator[Checked]:
    size = shutil.get_terminal_size()
    kind = os.environ.get("TERM", "")
    shown = (
        f"{size.columns}x{size.lines}, TERM={kind or tr('(not set)')}" if sys.stdout.isatty() else tr("not a terminal")
    )
    yield Checked(tr("terminal"), shown, "", "")
    encoding = getattr(sys.stdout, "encoding", "") or locale.getpreferredencoding(do_setlocale=False)
    plain = encoding.lower().replace("-", "") not in ("utf8", "utf16", "utf32")
    advice = tr("set LANG=C.UTF-8 for curves and boxes; until then they are ASCII")
    yield Checked(tr("letters"), "" if plain else encoding, tr("curves and boxes"), advice)


def _threads() -> Checked:
    import numpy as np

    from nn.threads import VARIABLES, adjustable, cores, get_num_threads

    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    told = next((os.environ[name] for name in VARIABLES if name in os.environ), tr("all"))
    chosen = str(get_num_threads()) if adjustable() else told  # without threadpoolctl as BLAS was told at the start
    names = {"blas": f"{blas['name']} {blas['version']}", "threads": chosen}
    several = tr("{cores} cores; {blas}, threads: {threads}", cores=cores(), **names)
    found = tr("1 core; {blas}, threads: {threads}", **names) if cores() == 1 else several
    return Checked(tr("threads"), found, tr("matrix products"), "")
