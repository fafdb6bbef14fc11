"""Write the reference of the shell's commands: `python docs/commands.py` makes docs/commands.md anew.

Everything in it is what the registry has, from the commands' own signatures and docstrings, as `help NAME` shows it.
The examples are run, in an empty folder, and below each command stands the Python that it stands for.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the tree's own packages, wherever this is started

import repl.commands  # noqa: E402, F401  # registers them
from repl import Session  # noqa: E402
from repl.commands.session import TOPICS  # noqa: E402
from repl.dashboard import keys as dashboard  # noqa: E402
from repl.debugger import dialogue as debugger  # noqa: E402
from repl.registry import GROUPS, Command  # noqa: E402
from repl.results import Echo, Event  # noqa: E402
from repl.session import registered  # noqa: E402

PAGE = ROOT / "docs" / "commands.md"
MOST_PYTHON = 8  # lines that one command stands for; the reference shows no more

MOST_NAMES = 40  # of the words that may stand somewhere; of more, the beginning is shown

# Headings that no command has for its name: `### train` has the anchor #train to itself.
GROUP = {
    "build": ("Building", "From data to something that can be trained."),
    "train": ("Training", "Steps, forth and back in time, and what can be changed between them."),
    "inspect": ("Looking inside", "Every number that was computed: as text, a plot, a picture, or one at a time."),
    "learn": ("Learning why", "Find out what is wrong, try it out, and read the lessons."),
    "session": ("The session", "Keep it, take it home, set it up, ask for help."),
}
HEAD = """\
# Commands

<!-- Written by `python docs/commands.py` from the commands themselves; change their docstrings, not this page. -->

Every command of the shell, as `help NAME` shows it there. A line is a command if its first word is one of these names;
any other line is Python, on the same objects. Words in capitals are yours to fill in, what stands in brackets can be
left out, `...` means as many as you like, and `a|b` one of the two. `--name` and `name=value` stand anywhere on the
line; `--name value` is another way to write the latter.

The examples run from top to bottom in a new session. Below a command stands, indented, the Python that it stands for,
which the shell shows too and which `export` writes into a script.
"""


def commands() -> list[Command]:
    """Every command once, under its own name, in the order in which `help` lists them."""
    return [each for name, each in registered.items() if isinstance(each, Command) and name == each.name]


def page() -> str:
    """The whole page."""
    made = [HEAD, *_contents()]
    for group in GROUPS:
        title, about = GROUP[group]
        made += [f"## {title}", "", about, ""]
        for command in commands():
            if command.group == group:
                made += [*_entry(command), ""]
    made += [*_modes(), "## Topics", ""]
    for name, (summary, text) in TOPICS.items():
        made += [f"### help {name}", "", f"{summary[0].upper()}{summary[1:]}.", "", text, ""]
    return "\n".join(made).rstrip("\n") + "\n"


def _contents() -> Iterator[str]:
    """The commands of each group in one line, as links."""
    for group in GROUPS:
        links = [f"[`{each.name}`](#{each.name})" for each in commands() if each.group == group]
        yield f"- {GROUP[group][0]}: {', '.join(links)}"
    yield ""


def _entry(command: Command) -> Iterator[str]:
    help_page = command.page()
    yield from (f"### {command.name}", "", "```text", help_page.usage, "```", "", help_page.text)
    if command.aliases:
        names = " or ".join(f"`{alias}`" for alias in command.aliases)
        yield from ("", f"Also called {names}.")
    if rows := (*help_page.words, *help_page.options):
        yield ""
        yield from (f"- `{name}`: {_shortened(meaning)}" for name, meaning in rows)
    yield from ("", "```text", *_played(command.examples), "```")


def _shortened(meaning: str) -> str:
    """A meaning whose list of names is not longer than one reads; in the shell, Tab offers all."""
    about, colon, names = meaning.rpartition(": ")
    found = names.split(", ")
    if not colon or len(found) <= MOST_NAMES:
        return meaning
    return f"{about}: {', '.join(found[:MOST_NAMES])}, and more, which Tab offers"


def _modes() -> Iterator[str]:
    """What the debugger and the dashboard understand while they are open."""
    yield from ("## In the debugger", "")
    yield from ("Between `backward` and `q` the lines are [the debugger's](debugger.md). An empty line repeats.", "")
    yield from (f"- `{each.usage}`: {each.summary}" for each in debugger.COMMANDS.values())
    yield from ("", "## Keys of the dashboard", "", "While `live` has the screen:", "")
    yield from (f"- `{'` `'.join(keys.split())}`: {what}" for keys, what in dashboard.HELP)
    yield ""


def _played(lines: Iterable[str]) -> Iterator[str]:
    """Lines of a new session with the Python that each stands for, indented; what they print is left out."""
    heard: list[Event] = []
    session = Session(listen=heard.append)
    with _somewhere_else(), contextlib.redirect_stdout(io.StringIO()):
        for line in lines:
            heard.clear()
            result = session.run(line)
            if result.failure is not None:
                raise SystemExit(f"the example `{line}` fails: {result.failure.message}")
            yield f"> {line}"
            python = [row for event in heard if isinstance(event, Echo) for row in event.code.split("\n")]
            yield from (f"  {row}" for row in python[:MOST_PYTHON])
            if len(python) > MOST_PYTHON:
                yield f"  ... and {len(python) - MOST_PYTHON} lines more"


@contextlib.contextmanager
def _somewhere_else() -> Iterator[None]:
    """A folder of its own, for the files that examples write, and for what the shell keeps between sessions."""
    with TemporaryDirectory() as folder, contextlib.chdir(folder):
        kept = dict.fromkeys(("XDG_STATE_HOME", "XDG_CONFIG_HOME"), folder)
        with mock.patch.dict(os.environ, kept):
            yield


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    print(f"Wrote {PAGE.relative_to(ROOT)}: {len(commands())} commands")
