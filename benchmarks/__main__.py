"""`python -m benchmarks`: the command line, and one process for each section.

A section runs in a process of its own, so that the variables that limit BLAS to one thread are set before NumPy loads.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterable

from . import by_hand, engines, workloads
from .worker import ROOT, environment

SECTIONS = ("startup", "steps", "rows", "growth")
INNER = "--in-this-process"
OPTIONS = ("rounds", "seconds", "engines", "workloads", "ops")


def names_among(known: Iterable[str]) -> Callable[[str], str]:
    """A type for argparse: names with commas between them, each one of `known`."""
    allowed = list(dict.fromkeys(known))

    def names(text: str) -> str:
        if unknown := [name for name in text.split(",") if name not in allowed]:
            raise argparse.ArgumentTypeError(f"got {', '.join(unknown)}; expected some of {', '.join(allowed)}")
        return text

    return names


def parser() -> argparse.ArgumentParser:
    """The arguments; the processes of the sections get them too."""
    ops = [row.op for row in by_hand.ROWS]
    arguments = argparse.ArgumentParser(prog="python -m benchmarks", description="Speed beside hand-written NumPy.")
    arguments.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)} (default: all)")
    arguments.add_argument("--rounds", type=int, default=15, metavar="N", help="interleaved rounds (default: 15)")
    arguments.add_argument("--seconds", type=float, default=0.02, metavar="S", help="a sample's length (default: 0.02)")
    for option, known, what in (
        ("engines", engines.names(), "the engines for steps"),
        ("workloads", workloads.WORKLOADS, "the workloads for steps"),
        ("ops", ops, "the ops for rows"),
    ):
        arguments.add_argument(
            f"--{option}",
            type=names_among(known),
            default=",".join(dict.fromkeys(known)),
            metavar="A,B",
            help=f"{what} (default: all)",
        )
    arguments.add_argument("--plot", metavar="FILE", help="draw growth into this file; needs matplotlib")
    arguments.add_argument(INNER, dest="inner", action="store_true", help=argparse.SUPPRESS)
    return arguments


def main(argv: list[str]) -> int:
    """Run the sections; 1 when a contender computes something else than the yardstick, 2 for wrong usage."""
    arguments = parser()
    options = arguments.parse_args(argv)
    if unknown := [section for section in options.sections if section not in SECTIONS]:
        arguments.error(f"got section {unknown[0]}; expected some of {', '.join(SECTIONS)}")
    if options.inner:
        return run_section(options.sections[0], options)
    same = [f"--{option}={getattr(options, option)}" for option in OPTIONS]
    same += [f"--plot={options.plot}"] if options.plot else []
    codes = [
        subprocess.run(
            [sys.executable, "-m", "benchmarks", section, INNER, *same], cwd=ROOT, env=environment(), check=False
        ).returncode
        for section in options.sections or SECTIONS
    ]
    return max(codes)


def run_section(section: str, options: argparse.Namespace) -> int:
    """Measure and print one section."""
    from . import growth, report, rows, startup, steps

    print(f"\n{section}: {options.rounds} interleaved rounds\n{report.machine()}\n", flush=True)
    how = {"rounds": options.rounds, "seconds": options.seconds}
    if section == "startup":
        agreed = startup.run(rounds=options.rounds)
    elif section == "rows":
        agreed = rows.run(options.ops.split(","), **how)
    elif section == "growth":
        agreed = growth.run(rounds=options.rounds, plot=options.plot)
    else:
        agreed = steps.run(usable(options.engines.split(",")), options.workloads.split(","), **how)
    return 0 if agreed else 1


def usable(chosen: list[str]) -> list[engines.Engine]:
    """The chosen engines whose packages are installed, the yardstick first; say which are left out."""
    found = []
    for engine in map(engines.describe, [engines.BASE, *(name for name in chosen if name != engines.BASE)]):
        if engine.missing:
            print(f"{engine.title} is left out: {', '.join(engine.missing)} is not installed.")
        else:
            found.append(engine)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
