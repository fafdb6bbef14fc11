"""Settings of the whole suite: how hard Hypothesis searches.

`dev` is quick and searches somewhere else each time. `ci`, taken when the variable CI is set, searches longer and is
reproducible: the same commit passes or fails alike. `pytest --hypothesis-profile ci` chooses by hand.
Neither has a deadline: a slow machine is not a wrong result.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("dev", max_examples=30, deadline=None)
settings.register_profile("ci", max_examples=150, deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")
