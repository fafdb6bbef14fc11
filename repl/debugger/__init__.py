"""The backward pass, one node at a time: the engine's own iterator, paused.

    from repl import Debugger

    debugger = Debugger(loss, names=globals())
    print(debugger.stop())          what arrives at this node, what it hands on, by which rule
    debugger.next(3)
    debugger.why("w")               all paths by which the gradient reaches w
    debugger.finish()               leaves the gradients in .grad, as loss.backward() does

It is headless: what it gives are frozen records of `repl.results`, which the shell's `backward` draws.
"""

from .debugger import Debugger
from .dialogue import COMMANDS, Dialogue, meant

__all__ = ["COMMANDS", "Debugger", "Dialogue", "meant"]
