"""The shell at a terminal: `run(session, paper)` reads lines, and runs them until the user leaves.

`prompt` reads and runs; `keys`, `pasting`, `history`, `completer`, `highlighting`, `toolbar` and `themes` are what it
is made of. Nothing else in chainrule knows prompt_toolkit.
"""

from .prompt import run

__all__ = ["run"]
