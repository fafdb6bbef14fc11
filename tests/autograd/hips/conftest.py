"""The programs here are run by their test; they hold no tests themselves."""

from __future__ import annotations

collect_ignore = ["bayesian_neural_net.py", "gaussian_process.py", "recurrent_net.py"]
