"""What of the packages is collected for its docstrings' examples: without SciPy, everything but what needs it."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("scipy") else ["autograd/scipy/*"]
