"""Hold the coverage that `make check` measured against each package's floor, and print both.

Statements and branches count apart: many covered statements can't hide branches that no test takes.
Exits 1 when a package is under its floor.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

import coverage

ROOT = Path(__file__).resolve().parent.parent
FLOORS = {"autograd": 98.0, "nn": 90.0, "repl": 90.0}
KINDS = {"statements": ("covered_lines", "num_statements"), "branches": ("covered_branches", "num_branches")}


def totals(report: Path) -> dict[str, Counter[str]]:
    """Add up each package's counts from coverage's report by file."""
    by_package: dict[str, Counter[str]] = {package: Counter() for package in FLOORS}
    for path, entry in json.loads(report.read_text("utf-8"))["files"].items():
        package = (ROOT / path).relative_to(ROOT).parts[0]
        by_package[package].update({key: entry["summary"][key] for pair in KINDS.values() for key in pair})
    return by_package


def main() -> int:
    """Print a line for each package and kind; return the exit code."""
    measured = coverage.Coverage()
    measured.load()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        measured.json_report(outfile=str(report))
        counts = totals(report)
    short = False
    for package, floor in FLOORS.items():
        for kind, (covered, total) in KINDS.items():
            share = 100.0 * counts[package][covered] / max(counts[package][total], 1)
            short |= share < floor
            verdict = f"UNDER the floor of {floor:.0f} %" if share < floor else f"floor {floor:.0f} %"
            print(f"coverage  {package:<9} {kind:<11} {share:6.2f} %  {verdict}")
    return int(short)


if __name__ == "__main__":
    sys.exit(main())
