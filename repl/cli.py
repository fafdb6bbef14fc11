"""The command `chainrule`: the shell, a script, a line of code, or a pipe.

    chainrule                    the shell, at a terminal; a pipe otherwise
    chainrule FILE               run a script, showing each line as it would be typed
    chainrule -i FILE            the same, then the shell with everything that it made
    chainrule -c "data iris"     run these lines
    chainrule -                  run what comes in on a pipe

Matrix products run on one thread, since at teaching sizes a second one costs more than it brings, and far more while
the machine is busy; OPENBLAS_NUM_THREADS=2, or nn.set_num_threads(2) at the prompt, chooses otherwise.

Exit code 0: success; 1: a line failed, and nothing after it ran; 2: wrong arguments; 130: stopped by Ctrl-C.
"""

from __future__ import annotations

import argparse
import codecs
import os
import signal
import sys
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from . import files, journal, language, messages, neighbour, settings
from .errors import FileError
from .messages import LANGUAGES, marked, tr
from .results import Failure, Farewell, Result, Training
from .session import Session
from .views.jsonlines import JsonLines
from .views.screen import Screen
from .views.transcript import PROMPT, Transcript

INTERRUPTED = 130
Paper = Transcript | JsonLines


def main(argv: Sequence[str] | None = None) -> int:
    """Run `chainrule` with these arguments, by default the process's own; give its exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    if {"-h", "--help"} & set(given):
        words = [word for each in given for word in each.split("=")]
        _speak(next((lang for name, lang in pairwise(words) if name == "--lang"), "auto"), Screen.of(sys.stdout))
    try:
        options = _parser().parse_args(given)
    except SystemExit as leave:  # --help, --version, or wrong arguments, which have been printed
        return int(leave.code or 0)
    for stream in (sys.stdout, sys.stderr):
        _never_fails(stream)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when NumPy is loaded, which is later
    if argv is None and hasattr(signal, "SIGPIPE") and not sys.stdout.isatty():
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # a reader that has seen enough, such as `head`, ends us quietly
    try:
        return _run(options)
    except KeyboardInterrupt:
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chainrule",
        description=tr("Build a network, step its training, and see its gradients flow."),
        epilog=tr("Without a file it opens the shell, or reads lines from a pipe. There, `help` lists the commands."),
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("file", nargs="?", metavar="FILE", help=tr("a script of commands and Python; - for a pipe"))
    what.add_argument("-c", dest="code", metavar="CODE", help=tr("run these lines instead"))
    parser.add_argument("-i", dest="stay", action="store_true", help=tr("open the shell afterwards"))
    parser.add_argument("-q", "--quiet", action="store_true", help=tr("print results only, not what was run"))
    parser.add_argument("--json", action="store_true", help=tr("print each result as a line of JSON"))
    parser.add_argument("--lang", choices=("auto", *LANGUAGES), help=tr("the language of messages and lessons"))
    parser.add_argument("--theme", choices=settings.values("theme"), help=tr("the colours of the shell"))
    config = tr("read the settings here, instead of the user's config.toml")
    parser.add_argument("--config", metavar="FILE", help=config)
    parser.add_argument("--version", action=_Version)
    return parser


class _Version(argparse.Action):
    """Prints the versions; looked up only then, for it takes as long as half the start."""

    def __init__(self, option_strings: Sequence[str], dest: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help=tr("print the version and leave"))

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            found = version("chainrule")
        except PackageNotFoundError:
            found = "(not installed)"
        print(f"chainrule {found}, Python {sys.version.split()[0]}, NumPy {version('numpy')}")
        parser.exit()


def _never_fails(stream: object) -> None:
    """Let a letter that the encoding does not have be written as its number, whoever prints it."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")


def _run(options: argparse.Namespace) -> int:
    out, err = Screen.of(sys.stdout), Screen.of(sys.stderr)
    paper = JsonLines(out, err) if options.json else Transcript(out, err, code=not options.quiet)
    try:
        neighbour.check()
    except ImportError as error:
        paper.show(Result("", failure=Failure("library", str(error))))
        return 1
    from . import commands  # noqa: F401  # a session has the commands that have been registered

    session = Session(listen=paper.listen, settings=_settings(options, paper))
    _find_modules(options.file)
    code: int | None = None
    if options.code is not None:
        code = _play(session, paper, _letters(options.code).split("\n"))
    elif options.file not in (None, "-"):
        code = _play_file(session, paper, Path(options.file), typed=not options.quiet)
    elif not sys.stdin.isatty():
        return _play(session, paper, _standard_input(), where=tr("line"))
    if code is not None and not (options.stay and sys.stdin.isatty() and code in (0, 1)):
        return code
    return _interact(session, paper)


def _settings(options: argparse.Namespace, paper: Paper) -> settings.Settings:
    """What the user chose, in the file and in the command line, which wins; the language is spoken from now on."""
    _speak(options.lang or "auto", paper.out)  # what is wrong with the file is told in it
    if options.config:
        os.environ["CHAINRULE_CONFIG"] = str(Path(options.config).expanduser().absolute())
    try:
        found, complaints = settings.read(settings.location(), needed=bool(options.config))
    except RuntimeError:  # there is no home
        found, complaints = settings.Settings(), ()
    for name in ("lang", "theme"):
        if getattr(options, name):
            found = settings.changed(found, name, getattr(options, name))
    _speak(found.lang, paper.out)
    paper.dress(found.colours)
    for complaint in complaints:
        paper.err.write(paper.err.styled(paper.err.wrapped(complaint), "bad"))
    return found


def _speak(lang: str, out: Screen) -> None:
    """Speak a language from now on, "auto" for the locale's; a stream without letters for it goes on in English."""
    if lang in settings.values("lang") and out.encoded("가") == "가":
        messages.use(settings.changed(settings.Settings(), "lang", lang).language)


def _find_modules(file: str | None) -> None:
    """Let Python find modules beside the script, or in this folder; after all others, so that none is hidden."""
    folder = str(Path(file).parent) if file not in (None, "-") else ""
    if folder not in sys.path:
        sys.path.append(folder)


def _standard_input() -> Iterable[str]:
    if hasattr(sys.stdin, "reconfigure"):
        plain = codecs.lookup(sys.stdin.encoding).name == "ascii"  # LANG=C: whatever is not ASCII will be UTF-8
        # a line of garbage fails by itself, when its turn comes
        sys.stdin.reconfigure(encoding="utf-8" if plain else None, errors="surrogateescape")
    return sys.stdin


def _letters(argument: str) -> str:
    """An argument as it was typed: under LANG=C Python has kept the bytes of what is not ASCII, which are UTF-8."""
    return os.fsencode(argument).decode("utf-8", "surrogateescape")


def _play_file(session: Session, paper: Paper, path: Path, *, typed: bool) -> int:
    try:
        text = files.read_text("chainrule", path)
    except FileError as error:
        paper.show(Result("", failure=Failure("file", str(error))))
        return 1
    return _play(session, paper, text.splitlines(), where=f"{path}, {tr('line')}", typed=typed)


def _play(session: Session, paper: Paper, lines: Iterable[str], *, where: str = "", typed: bool = False) -> int:
    """Run a script up to its first failure; the exit code."""
    number = 1
    for unit in language.units(lines, session.is_command):
        if typed:
            paper.typed(unit, _prompt(session))
        if session.skips(unit):
            number += 1
            continue
        result = paper.run(session, unit, f"{where} {number}: " if where else "")
        number += unit.count("\n") + 1
        if isinstance(result.report, Farewell):
            return result.report.code
        if isinstance(result.report, Training) and result.report.stopped:
            return INTERRUPTED
        if result.failure is not None:
            return INTERRUPTED if result.failure.kind == "interrupted" else 1
    return 0


def _prompt(session: Session) -> str:
    return PROMPT if session.mode is None else session.mode.prompt


def _interact(session: Session, paper: Paper) -> int:
    """Run the shell: with editing where the terminal can do it, else line by line."""
    if lost := journal.lost():
        told = marked("A session ended without being left (lines: {count}): `recover` runs it again.")
        said = tr(told, count=len(lost[-1].lines))
        paper.out.write(paper.out.styled(paper.out.wrapped(said), "dim"))
    session.journal = journal.Journal.begin()
    if not paper.out.terminal or isinstance(paper, JsonLines):
        code = _plain(session, paper)
    else:
        from . import shell

        code = shell.run(session, paper)
    session.journal.end()
    return code


def _plain(session: Session, paper: Paper) -> int:
    """A shell without editing: for TERM=dumb, and for output that goes to a file."""
    unit = ""
    while True:
        try:
            line = input(" " * len(PROMPT) if unit else _prompt(session))
            unit = f"{unit}\n{line}" if unit else line
            if language.incomplete(unit, session.is_command):
                continue
            typed, unit = unit, ""
            result = paper.run(session, typed)
        except EOFError:
            paper.out.write("")
            if session.mode is None:
                return 0
            paper.show(session.mode.leave())
            continue
        except KeyboardInterrupt:  # wherever it falls: only the line is given up
            unit = ""
            paper.out.write("")
            if session.mode is not None:
                paper.show(session.mode.leave())
            continue
        if isinstance(result.report, Farewell):
            return result.report.code
