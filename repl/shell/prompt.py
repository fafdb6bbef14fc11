"""The prompt: editing, history and completion, around a session that knows nothing of terminals.

Enter runs what is complete and goes on to the next line of what is not; Tab completes; Ctrl-R searches the history, Up
goes through the lines that begin as this one does; Ctrl-X Ctrl-E opens $EDITOR; Ctrl-C clears the line; Ctrl-D leaves.
"""

from __future__ import annotations

import importlib
import threading

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory, DynamicAutoSuggest
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding.vi_state import InputMode
from prompt_toolkit.layout.processors import HighlightMatchingBracketProcessor, TabsProcessor
from prompt_toolkit.shortcuts import clear

from .. import language
from ..messages import marked, tr
from ..results import Cleared, Farewell
from ..session import Session
from ..views.transcript import PROMPT, Transcript
from . import history, keys, themes, toolbar
from .completer import SessionCompleter
from .highlighting import SessionLexer

GREETING = marked("chainrule: new here? Type `lesson 0`. Lost? `help`. Any other line is Python.")
# Seconds after Escape in which more bytes make it another key, and more keys a sequence. In vi it is a key by itself.
WAITS = {EditingMode.EMACS: (0.5, 1.0), EditingMode.VI: (0.02, 0.1)}
_VI_MODES = {InputMode.NAVIGATION: "vi: normal", InputMode.REPLACE: "vi: replace"}


def run(session: Session, paper: Transcript) -> int:
    """Read lines and run them until the user leaves; the exit code."""
    shell = _Shell(session, paper)
    paper.out.write(paper.out.styled(paper.out.wrapped(tr(GREETING)), "dim"))
    _warm_up()
    while True:
        try:
            text = shell.read()
        except KeyboardInterrupt:
            if session.mode is not None and not shell.typed:
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
    if not text.strip() and session.walk is not None and session.mode is None:
        paper.out.write(
            paper.out.styled(tr("`next` goes on with lesson {number}", number=session.walk.lesson.number), "dim")
        )
        return None
    try:
        for unit in language.units(text.split("\n"), session.is_command):
            if text.strip() and session.skips(unit):
                continue
            result = paper.run(session, unit)
            if isinstance(result.report, Farewell):
                return result.report.code
            if isinstance(result.report, Cleared):
                clear()
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


class _Shell:
    """prompt_toolkit's prompt, which follows the session's settings from line to line."""

    def __init__(self, session: Session, paper: Transcript) -> None:
        self._session, self._paper = session, paper
        self._lines = history.Lines()
        self._prompt: PromptSession[str] = PromptSession(
            self._message,
            multiline=True,
            prompt_continuation=lambda width, line, wrapped: " " * width,
            history=self._lines.of_the_session,
            auto_suggest=DynamicAutoSuggest(lambda: AutoSuggestFromHistory() if session.settings.suggestions else None),
            enable_history_search=True,
            completer=SessionCompleter(session),
            complete_while_typing=False,
            lexer=SessionLexer(session),
            input_processors=[HighlightMatchingBracketProcessor(chars="[](){}"), TabsProcessor(tabstop=4)],
            key_bindings=keys.bindings(session),
            enable_open_in_editor=True,
            tempfile_suffix=".py",
        )

    @property
    def typed(self) -> str:
        """What stood on the line when it was left."""
        return self._prompt.default_buffer.text

    def read(self) -> str:
        """Ask for a line, or several that belong together."""
        settings, colours = self._session.settings, self._session.settings.colours
        self._paper.dress(colours)
        prompt = self._prompt
        prompt.default_buffer.history = self._lines.of(self._session)
        prompt.editing_mode = EditingMode.VI if settings.vi else EditingMode.EMACS
        prompt.app.ttimeoutlen, prompt.app.timeoutlen = WAITS[prompt.editing_mode]
        prompt.bottom_toolbar = self._toolbar if settings.toolbar else None
        prompt.style, prompt.color_depth = themes.style(colours), themes.depth(colours)
        return prompt.prompt()

    def _message(self) -> StyleAndTextTuples:
        return [("class:prompt", PROMPT if self._session.mode is None else self._session.mode.prompt)]

    def _toolbar(self) -> StyleAndTextTuples:
        screen, app = self._paper.out, self._prompt.app
        vi = _VI_MODES.get(app.vi_state.input_mode, "vi: insert") if app.editing_mode == EditingMode.VI else ""
        shown: StyleAndTextTuples = [("", " ")]
        for style, text in toolbar.line(self._session, screen.width, vi=vi):
            shown += [(f"class:bottom-toolbar.{style}" if style else "", screen.encoded(text)), ("", "  ")]
        return shown
