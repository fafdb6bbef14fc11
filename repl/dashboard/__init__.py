"""The dashboard: a run that trains while you watch and steer it, on the whole screen of a terminal.

    from repl.dashboard import live
    flight = live(trainer, data)        until q; the trainer is then where you left it
    flight.lines                        what was done, as Python that does the same again

`journal`, `trace`, `probes` and `pilot` train and look, without a screen; `keys` and `layout` are what a key does and
what is shown where, without a terminal; `terminal` is the terminal.
"""

from __future__ import annotations

from .flight import Flight, live, terminal_is_there
from .keys import watchable

__all__ = ["Flight", "live", "terminal_is_there", "watchable"]
