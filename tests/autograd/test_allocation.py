"""Memory that is freed is not handed back to the system at each step: that took half of the time of some steps."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import resource
import numpy as np
{first}
def step():
    kept = [np.ones(1 << 18) for _ in range(4)]  # 8 MiB
for _ in range(3):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def pages_taken(first):
    """How many pages of memory the steps took from the system, after `first`."""
    run = [sys.executable, "-c", PROGRAM.format(first=first)]
    return int(subprocess.run(run, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is another")
def test_memory_that_is_freed_serves_the_next_step():
    assert pages_taken("import autograd") < 200
    assert pages_taken("") > 2000  # or the system does so by itself, and the module is not needed
