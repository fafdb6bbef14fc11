"""`python -m benchmarks`: the command line, and one process for each section.

A section runs in a process of its own, so that the variables that limit BLAS to one thread are set before NumPy loads.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from . import by_hand, engines, workloads
from .places import ROOT
from .worker import environment

SECTIONS = ("startup", "keys", "steps", "memory", "growth", "threads", "rows")
INNER = "--in-this-process"
OPTIONS = ("rounds", "seconds", "threads", "engines", "workloads", "families", "ops")


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
    ours = [*engines.BY_HAND, *engines.OURS]
    arguments = argparse.ArgumentParser(prog="python -m benchmarks", description="Speed beside NumPy and peers.")
    arguments.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)} (default: all)")
    arguments.add_argument("--rounds", type=int, default=15, metavar="N", help="interleaved rounds (default: 15)")
    arguments.add_argument("--seconds", type=float, default=0.02, metavar="S", help="a sample's length (default: 0.02)")
    arguments.add_argument("--threads", type=int, default=1, metavar="N", help="cores for each engine (default: 1)")
    for option, known, chosen, what in (
        ("engines", engines.names(), ours, "the engines (default: NumPy by hand and this project)"),
        ("workloads", workloads.WORKLOADS, None, "the workloads for steps and memory (default: all)"),
        ("families", workloads.FAMILIES, None, "what grows (default: all)"),
        ("ops", [row.op for row in by_hand.ROWS], None, "the ops for rows (default: all)"),
    ):
        default = ",".join(dict.fromkeys(chosen or known))
        arguments.add_argument(f"--{option}", type=names_among(known), default=default, metavar="A,B", help=what)
    arguments.add_argument("--peers", action="store_true", help="with every peer that has an environment")
    arguments.add_argument("--record", action="store_true", help="write docs/performance.md and its pictures")
    arguments.add_argument("--into", help=argparse.SUPPRESS)  # where a section's process leaves its figures
    arguments.add_argument(INNER, dest="inner", action="store_true", help=argparse.SUPPRESS)
    return arguments


def main(argv: list[str]) -> int:
    """Run the sections; 1 when a contender computes something else than the yardstick, 2 for wrong usage."""
    arguments = parser()
    options = arguments.parse_args(argv)
    if unknown := [section for section in options.sections if section not in SECTIONS]:
        arguments.error(f"got section {unknown[0]}; expected some of {', '.join(SECTIONS)}")
    if options.peers:
        options.engines = ",".join(engines.names())
    if options.inner:
        return run_section(options.sections[0], options)
    same = [f"--{option}={getattr(options, option)}" for option in OPTIONS]
    found, codes = {}, []
    with tempfile.TemporaryDirectory() as folder:
        for section in options.sections or SECTIONS:
            into = Path(folder) / f"{section}.json"
            command = [sys.executable, "-m", "benchmarks", section, INNER, f"--into={into}", *same]
            variables = environment(options.threads)
            codes.append(subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode)
            if into.exists():
                found[section] = json.loads(into.read_text("utf-8"))
    if options.record:
        from . import page

        page.record(found)
    return max(codes)


def run_section(section: str, options: argparse.Namespace) -> int:
    """Measure and print one section; leave its figures where the command wants them."""
    from . import growth, keys, memory, report, rows, startup, steps, threads

    print(f"\n{section}: {options.rounds} interleaved rounds\n{report.machine()}\n", flush=True)
    rounds, cores, chosen = options.rounds, options.threads, usable(options.engines.split(","))
    if section == "startup":
        done = startup.run(chosen, rounds=rounds)
    elif section == "keys":
        done = keys.run(rounds=rounds)
    elif section == "rows":
        done = rows.run(options.ops.split(","), rounds=rounds, seconds=options.seconds)
    elif section == "threads":
        done = threads.run(rounds=min(rounds, 7))
    elif section == "growth":
        done = growth.run(chosen, options.families.split(","), threads=cores, rounds=min(rounds, 7))
    elif section == "memory":
        done = memory.run(chosen, options.workloads.split(","), threads=cores)
    else:
        names = options.workloads.split(",")
        done = steps.run(chosen, names, threads=cores, rounds=rounds, seconds=options.seconds)
    if options.into:
        about = {"machine": report.machine(), "rounds": rounds, "threads": cores, "engines": described(options)}
        Path(options.into).write_text(json.dumps({**about, "figures": done.data}), "utf-8")
    return 0 if done.agreed else 1


def usable(chosen: list[str]) -> list[engines.Engine]:
    """The chosen engines that can run here, the yardstick first; say which are left out."""
    found = []
    for engine in map(engines.describe, [engines.BASE, *(name for name in chosen if name != engines.BASE)]):
        if reason := engine.missing:
            print(f"{engine.title} is left out: {reason}.")
        else:
            found.append(engine)
    return found


def described(options: argparse.Namespace) -> dict[str, dict[str, object]]:
    """Every chosen engine: its title, and its versions or why it is left out."""
    found: dict[str, dict[str, object]] = {}
    for engine in map(engines.describe, dict.fromkeys([engines.BASE, *options.engines.split(",")])):
        reason = engine.missing
        found[engine.name] = {"title": engine.title} | (
            {"missing": reason} if reason else {"versions": engine.versions}
        )
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
