"""Plain text: a header that says where the numbers come from, and tables."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import threadpoolctl


@dataclass(frozen=True)
class Section:
    """What a section of the benchmarks found: figures that go into JSON, and whether all contenders agreed."""

    data: Any
    agreed: bool = True


def machine() -> str:
    """One paragraph: processor, Python, NumPy, the BLAS kernel that runs and its threads."""
    pools = [pool for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]
    blas = "; ".join(
        f"{pool['internal_api']} {pool['version']}, kernel {pool.get('architecture', 'unknown')}, "
        f"{pool['num_threads']} thread{'s' * (pool['num_threads'] != 1)}"
        for pool in pools
    )
    chosen = os.environ.get("OPENBLAS_CORETYPE")
    note = f" (OPENBLAS_CORETYPE={chosen} is set)" if chosen else ""
    return (
        f"{_processor()}, {os.cpu_count()} cores; Python {platform.python_version()}, NumPy {np.__version__}\n"
        f"BLAS: {blas or 'unknown'}{note}"
    )


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def duration(seconds: float) -> str:
    """Three figures and a unit.

    Example:
        >>> duration(0.00000123), duration(0.0456)
        ('1.23 us', '45.6 ms')
    """
    for unit, scale in (("s", 1.0), ("ms", 1e3), ("us", 1e6)):
        if seconds * scale >= 1.0:
            return f"{_three_figures(seconds * scale)} {unit}"
    return f"{_three_figures(seconds * 1e6)} us"


def _three_figures(value: float) -> str:
    return f"{value:.2f}" if abs(value) < 9.995 else f"{value:.1f}" if abs(value) < 99.95 else f"{value:.0f}"


def size(count: float) -> str:
    """Bytes with three figures and a unit.

    Example:
        >>> size(9087), size(48_202_254)
        ('9.09 kB', '48.2 MB')
    """
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= scale:
            return f"{_three_figures(count / scale)} {unit}"
    return f"{count:.0f} B"


def bounds(estimate: Sequence[float], scale: float = 1.0) -> str:
    """A median with its interval: `1.31 [1.28, 1.36]`."""
    median, low, high = (_three_figures(value * scale) for value in estimate)
    return f"{median} [{low}, {high}]"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1) -> str:
    """Columns of text: the first `left` columns to the left, numbers to the right.

    Example:
        >>> print(table(["op", "time"], [["add", "1.00 us"], ["tanh", "12.0 us"]]))
        op       time
        ----  -------
        add   1.00 us
        tanh  12.0 us
    """
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        padded = (
            cell.ljust(width) if column < left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return "  ".join(padded).rstrip()

    return "\n".join([line(head), line(["-" * width for width in widths]), *map(line, rows)])
