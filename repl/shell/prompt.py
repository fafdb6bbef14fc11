"""The prompt: editing, history and completion, around a session that knows nothing of terminals.

Enter runs what is complete and goes on to the next line of what is not; Tab completes; Ctrl-C clears the line; Ctrl-D
leaves. The history is kept in XDG_STATE_HOME.
"""

from __future__ import annotations

import importlib
import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.styles import Style

from . import completion, language
from .results import Farewell
from .session import Session
from .views.transcript import PROMPT, Transcript

GREETING = "chainrule: try `data digits`, then `help`. Any line that is no command is Python. Ctrl-D leaves."
_INDENT = "    "
_STYLE = Style.from_dict({"prompt": "ansicyan", "completion-menu.meta.completion": "italic"})


def run(session: Session, paper: Transcript) -> int:
    """Read lines and run them until the user leaves; the exit code."""
    prompt = _prompt(session)
    paper.out.write(paper.out.styled(paper.out.wrapped(GREETING), "dim"))
    _warm_up()
    while True:
        try:
            text = prompt.prompt()
        except KeyboardInterrupt:
            if session.mode is not None and not prompt.default_buffer.text:
                paper.show(session.mode.leave())
            continue
        except EOFError:
            if session.mode is None:
                return 0
            paper.show(session.mode.leave())
            continue
        code = _run_text(session, paper, text)
        if code is not None:
            return code


def _run_text(session: Session, paper: Transcript, text: str) -> int | None:
    """Run what was typed or pasted, up to the first failure; an exit code when the session is over."""
    try:
        for unit in language.units(text.split("\n"), session.is_command):
            if text.strip() and session.skips(unit):
                continue
            result = paper.run(session, unit)
            if isinstance(result.report, Farewell):
                return result.report.code
            if not result.ok:
                break
    except KeyboardInterrupt:  # while something was being shown
        paper.out.write("")
    return None


def _warm_up() -> None:
    """Load the libraries while the user reads and types: the prompt is there sooner."""

    def load() -> None:
        try:
            importlib.import_module("nn")
        except ImportError:
            return  # the first line that needs it says so

    threading.Thread(target=load, daemon=True).start()


def _prompt(session: Session) -> PromptSession[str]:
    def message() -> StyleAndTextTuples:
        return [("class:prompt", PROMPT if session.mode is None else session.mode.prompt)]

    return PromptSession(
        message,
        multiline=True,
        prompt_continuation=lambda width, line, wrapped: " " * width,
        history=_history(),
        auto_suggest=AutoSuggestFromHistory(),
        completer=_SessionCompleter(session),
        complete_while_typing=False,
        key_bindings=_keys(session),
        style=_STYLE,
        enable_open_in_editor=False,
    )


def _keys(session: Session) -> KeyBindings:
    keys = KeyBindings()

    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        on_last_line = "\n" not in buffer.document.text_after_cursor
        if on_last_line and not language.incomplete(buffer.text, session.is_command):
            buffer.validate_and_handle()
        else:
            buffer.insert_text("\n" + _indentation(buffer.document.current_line_before_cursor))

    @keys.add("escape", "enter")
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return keys


def _indentation(line: str) -> str:
    """The space with which the line after `line` begins."""
    space = line[: len(line) - len(line.lstrip())]
    return space + _INDENT if language.without_comment(line).rstrip().endswith(":") else space


def _history() -> History:
    """The lines of earlier sessions, or of this one only where no file can be kept."""
    state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    path = Path(state).expanduser() / "chainrule" / "history"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.open("a").close()
    except (OSError, RuntimeError):  # RuntimeError: there is no home
        return InMemoryHistory()
    return _KeptHistory(str(path))


class _KeptHistory(FileHistory):
    """A file of lines; when the disk is full, lines are lost but not the session."""

    def store_string(self, string: str) -> None:
        try:
            super().store_string(string)
        except OSError:
            return

    def load_history_strings(self) -> Iterable[str]:
        try:
            return list(super().load_history_strings())
        except (OSError, ValueError):
            return []


class _SessionCompleter(Completer):
    """Offers what `repl.completion` finds."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        for found in completion.candidates(self._session, document.text_before_cursor):
            yield Completion(found.text, -found.length, display_meta=found.meaning)
