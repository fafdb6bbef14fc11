"""Memory that is freed after one step serves the next one.

A step takes and frees some megabytes again and again. The C library on Linux hands freed memory of that size back to
the system, and taking it anew costs as much as computing with it: for a small convolutional network more than half of
a step. It learns from what is freed, though: once one large block was, up to twice as much stays with the process.
"""

from __future__ import annotations

import numpy as np

LEARNED = 31 << 20  # bytes: glibc learns from blocks of up to 32 MiB


def keep_freed_memory() -> None:
    """Let the C library learn that large blocks come and go; 62 MiB at most stay with the process when freed.

    The block is never touched, so it takes no memory itself. A setting by `MALLOC_TRIM_THRESHOLD_` or
    `MALLOC_MMAP_THRESHOLD_` in the environment goes first. Elsewhere than on glibc nothing changes.
    """
    np.empty(LEARNED, np.uint8)
