"""Settings of the whole suite: how hard Hypothesis searches, and that Ctrl-C is heard.

`dev` is quick and searches somewhere else each time. `ci`, taken when the variable CI is set, searches longer and is
reproducible: the same commit passes or fails alike. `pytest --hypothesis-profile ci` chooses by hand.
Neither has a deadline: a slow machine is not a wrong result.

A job that a shell starts with `&`, or under nohup, ignores SIGINT, and Python then leaves it so. The tests of Ctrl-C
send it to themselves and wait for what it does: for them it is heard again, wherever the suite was started.
"""

from __future__ import annotations

import os
import signal

from hypothesis import settings

settings.register_profile("dev", max_examples=30, deadline=None)
settings.register_profile("ci", max_examples=150, deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
