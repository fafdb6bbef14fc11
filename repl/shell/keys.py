"""The keys beside those of Emacs or vi: Enter runs what is complete, a paste waits to be run, a block is indented."""

from __future__ import annotations

from prompt_toolkit.application import get_app
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import Condition, emacs_mode, has_focus, has_selection, vi_insert_mode
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys

from .. import language
from ..session import Session
from .pasting import cleaned

_INDENT = "    "


def bindings(session: Session) -> KeyBindings:
    """The keys of a session's prompt."""
    keys = KeyBindings()
    editing = has_focus(DEFAULT_BUFFER)  # and not searching the history

    @keys.add("enter", filter=editing)
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state is not None and buffer.complete_state.current_completion is not None:
            buffer.complete_state = None  # takes what was chosen; the next Enter runs the line
            return
        on_last_line = "\n" not in buffer.document.text_after_cursor
        if on_last_line and not language.incomplete(buffer.text, session.is_command):
            buffer.validate_and_handle()
        else:
            buffer.insert_text("\n" + indentation(buffer.document.current_line_before_cursor))

    @keys.add("escape", "enter", filter=editing)
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    in_indent = Condition(lambda: indented(get_app().current_buffer.document.current_line_before_cursor))

    @keys.add("backspace", filter=editing & in_indent & ~has_selection & (emacs_mode | vi_insert_mode))
    def _(event: KeyPressEvent) -> None:
        before = event.current_buffer.document.current_line_before_cursor
        event.current_buffer.delete_before_cursor(outwards(before))

    @keys.add(Keys.BracketedPaste)
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text(cleaned(event.data))

    return keys


def indented(before: str) -> bool:
    """Whether there is nothing but space before the cursor, and a step of indentation or more."""
    return len(before) >= len(_INDENT) and not before.strip(" ")


def outwards(before: str) -> int:
    """How many spaces to take away, so that the line begins one step of indentation further left.

    Example:
        >>> outwards(" " * 8), outwards(" " * 6)
        (4, 2)
    """
    return len(before) % len(_INDENT) or len(_INDENT)


def indentation(line: str) -> str:
    """The space with which the line after `line` begins: a tab deeper where tabs are used."""
    space = line[: len(line) - len(line.lstrip())]
    deeper = "\t" if space.startswith("\t") else _INDENT
    code = language.without_comment(line).strip()
    if code.endswith(":"):
        return space + deeper
    if code.split(maxsplit=1)[:1] in (["return"], ["pass"], ["break"], ["continue"], ["raise"]):
        return space.removesuffix(deeper)
    return space
