"""Runs all experiments and writes their figures into docs/concepts.md: `python -m tests.concepts`."""

from __future__ import annotations

import time

from . import page
from .experiment import EXPERIMENTS

found: dict[int, str] = {}
for row, each in sorted(EXPERIMENTS.items()):
    start = time.perf_counter()
    found[row] = each.run()
    print(f"{row:>2}  {time.perf_counter() - start:5.1f} s  {each.name}: {found[row]}", flush=True)
page.write(found)
