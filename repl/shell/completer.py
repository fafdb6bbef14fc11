"""Offers in prompt_toolkit's menu what `repl.completion` finds."""

from __future__ import annotations

from collections.abc import Iterator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from .. import completion
from ..session import Session


class SessionCompleter(Completer):
    """The completions for a session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        """What may stand at the cursor, each with its meaning."""
        for found in completion.candidates(self._session, document.text_before_cursor):
            yield Completion(found.text, -found.length, display_meta=found.meaning)
