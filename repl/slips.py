"""Quiet notes on classic slips: softmax twice, features on scales of their own, batch norm in the wrong mode.

After the first steps of a new trainer `nn.diagnose` has a look. What is a slip in how things were put together is told
in a sentence, each once in a session; `notes off` ends it. What only shows as training goes on is for `why`.
"""

from __future__ import annotations

from typing import Any

from .messages import marked, retold, tr

SLIPS = {
    "softmax twice": marked("softmax before a loss that has one"),
    "sigmoid twice": marked("sigmoid before a loss that has one"),
    "unscaled features": marked("features on very different scales"),
    "all-positive features": marked("features that are never negative"),
    "batch norm in the wrong mode": marked("batch norm in evaluation mode while it is trained"),
    "float64 creeping in": marked("float64 in a float32 network"),
    "symmetric units": marked("units that are copies of one another"),
}
"""The findings that are told, and what each is."""


class Slips:
    """What was told, and what is not to be told.

    Args:
        told: whether any are to be told.

    Attributes:
        off: the slips that the user does not want to hear of.
    """

    def __init__(self, *, told: bool = True) -> None:
        self.off: set[str] = set() if told else set(SLIPS)
        self._told: set[str] = set()
        self._seen: object = None  # the trainer that was looked at last

    def look(self, trainer: Any) -> tuple[str, ...]:
        """Sentences on the slips of a trainer that has not been looked at; each kind once."""
        waiting = set(SLIPS) - self.off - self._told
        if trainer is None or trainer is self._seen or not waiting:
            return ()
        self._seen = trainer
        import nn

        found = [finding for finding in nn.diagnose(trainer) if finding.name in waiting]
        self._told.update(finding.name for finding in found)
        more = tr("(`why` shows more, `notes off` hides these.)")
        return tuple(f"{retold(finding.sentence)} {more}" for finding in found)
