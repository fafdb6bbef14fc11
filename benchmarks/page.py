"""docs/performance.md: its figures are written by the command that measured them, its prose by hand.

What `--record` found goes into docs/performance.json, section by section; a section that was not measured keeps what it
had. Then each part of the page between `<!-- measured: NAME -->` and `<!-- end -->` is made anew, and the pictures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from . import plots
from .engines import BASE
from .places import PAGE, PICTURES, RESULTS
from .report import bounds, duration, size
from .workloads import FAMILIES

Recorded = dict[str, Any]  # section -> {"date", "machine", "rounds", "threads", "engines", "figures"}


def record(found: Recorded) -> None:
    """Keep what was found, and write page and pictures."""
    recorded: Recorded = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    date = datetime.now(UTC).date().isoformat()
    recorded |= {section: {"date": date, **each} for section, each in found.items() if section in PARTS}
    RESULTS.write_text(json.dumps(recorded, indent=1) + "\n", "utf-8")
    PAGE.write_text(filled(PAGE.read_text("utf-8"), recorded), "utf-8")
    plots.draw(recorded, PICTURES)
    print(f"\nWrote {PAGE.relative_to(PAGE.parents[1])}, {RESULTS.name} and the pictures.")


def filled(page: str, recorded: Recorded) -> str:
    """The page with every part made of what was recorded.

    Raises:
        ValueError: a part that the page marks is not one of PARTS.
    """

    def part(match: re.Match[str]) -> str:
        name = match[2]
        if name not in PARTS:
            raise ValueError(f"{PAGE.name}: got a part {name!r}; expected one of {', '.join(PARTS)}; correct the mark")
        if name not in recorded:
            return match[0]
        section = recorded[name]
        return f"{match[1]}\n\n{source(section)}\n\n{PARTS[name](section)}\n\n{match[3]}"

    return re.sub(r"(<!-- measured: (\w+) -->).*?(<!-- end -->)", part, page, flags=re.DOTALL)


def source(section: Recorded) -> str:
    """When, where and with which versions."""
    threads = section["threads"]
    versions = {package: v for each in section["engines"].values() for package, v in each.get("versions", {}).items()}
    own = {tuple(each["versions"].items()) for each in section["engines"].values() if "versions" in each}
    several = {p for p in versions if len({dict(each)[p] for each in own if p in dict(each)}) > 1}
    listed = ", ".join(f"{package} {v}" for package, v in sorted(versions.items()) if package not in several)
    others = [
        f"{each['title']} runs on {package} {each['versions'][package]}"
        for each in section["engines"].values()
        for package in sorted(several)
        if each.get("versions", {}).get(package, "") != section["engines"][BASE]["versions"].get(package)
        and package in each.get("versions", {})
    ]
    base = [f"{p} {v}" for p, v in section["engines"][BASE]["versions"].items() if p in several]
    missing = [
        f"{each['title']} is left out: {each['missing']}" for each in section["engines"].values() if "missing" in each
    ]
    machine = section["machine"].replace("\n", "; ")
    cores = f"{threads} core{'s' * (threads != 1)} for each engine"
    text = f"Measured {section['date']}, {cores}, {section['rounds']} rounds. {machine}."
    text += f" Versions: {', '.join(sorted([*base, listed]))}." if listed or base else ""
    return " ".join([text, *(f"{sentence}." for sentence in [*others, *missing])])


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown: the first column to the left, the others to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def steps(section: Recorded) -> str:
    """Engines down, workloads across: the ratio to NumPy by hand; for that one the time."""
    figures = section["figures"]
    rows = [
        [title(section, engine), *(step_cell(row.get(engine, {}), engine == BASE) for row in figures.values())]
        for engine in engines_of(figures)
    ]
    why = failures(section, figures)
    return "\n\n".join([table(["", *figures], rows), *why])


def step_cell(found: Recorded, base: bool) -> str:
    """A time, or a ratio and its interval."""
    if "seconds" not in found:
        return "failed" if found else ""
    return duration(found["seconds"]) if base else bounds(found["ratio"])


def memory(section: Recorded) -> str:
    """Engines down, workloads across: resident memory, and the arrays alone."""
    figures = section["figures"]
    rows = []
    for engine in engines_of(figures):
        cells = [memory_cell(row.get(engine, {}), row[BASE], kind) for row in figures.values() for kind in KINDS]
        rows.append([title(section, engine), *cells])
    return table(["", *(f"{name} {kind}" for name in figures for kind in KINDS)], rows)


KINDS = ("resident", "arrays")


def memory_cell(found: Recorded, base: Recorded, kind: str) -> str:
    """Bytes, and in brackets the ratio to NumPy by hand."""
    if found.get(kind) is None:
        return ""
    return f"{size(found[kind])} ({found[kind] / base[kind]:.2f})" if base.get(kind) else size(found[kind])


def startup(section: Recorded) -> str:
    """Every command, its time, and how much that is above NumPy's import."""
    rows = [
        [f"`{name}`", duration(found["seconds"]), "" if name == "import numpy" else bounds(found["above"], 1e3)]
        for name, found in section["figures"].items()
    ]
    return table(["start", "time", "above NumPy's import, ms"], rows)


def keys(section: Recorded) -> str:
    """Kinds of keys down: the median, and what 95 % of them and all of them stay within."""
    rows = [
        [kind, *(duration(found[part]) for part in ("median", "p95", "most"))]
        for kind, found in section["figures"].items()
    ]
    return table(["key", "median", "95 % within", "slowest"], rows)


def growth(section: Recorded) -> str:
    """A table for the chain that is taken apart, and one for each family."""
    figures = dict(section["figures"])
    apart = [
        [f"{c['length']:,}", *(duration(c[part]) for part in ("forward", "backward", "freed"))]
        for c in figures.pop("apart")
    ]  # fmt: skip
    parts = [
        "A chain of operations on one number, forward, backward and freed:",
        table(["operations", "forward", "backward", "freed"], apart),
    ]
    for family, grown in figures.items():
        engines = engines_of(grown)
        rows = [
            [f"{int(n):,}", *(step_cell(row.get(engine, {}), base=True) for engine in engines)]
            for n, row in grown.items()
        ]
        heading = FAMILIES[family].title
        parts += [f"{heading[0].upper()}{heading[1:]}:", table([family, *(title(section, e) for e in engines)], rows)]
        parts += failures(section, grown)
    return "\n\n".join(parts)


def threads(section: Recorded) -> str:
    """One thread, and how many times as long more take, on a quiet machine and on a busy one: products, then steps."""
    figures = section["figures"]
    head = [cell for state in STATES for cell in (f"one thread, {state}", "{}")]
    parts = [table(["product", *(cell.format("all threads") for cell in head)], both(figures["products"]))]
    if "divided" in figures:
        auto = ["yes" if row["auto"] else "" for row in figures["divided"].values()]
        lines = [[*line, said] for line, said in zip(both(figures["divided"]), auto, strict=True)]
        parts += [
            "A training step whose batch is divided over two threads of Python, each with one BLAS thread:",
            table(["", *(cell.format("two threads") for cell in head), '`"auto"`'], lines),
        ]
    return "\n\n".join(parts)


def both(rows: Recorded) -> list[list[str]]:
    """A line for each: time and ratio in both states."""
    return [
        [name, *(cell for state in STATES for cell in (duration(row[state]["seconds"]), bounds(row[state]["ratio"])))]
        for name, row in rows.items()
    ]


STATES = ("quiet", "busy")


def engines_of(figures: Recorded) -> list[str]:
    """The engines that have figures, in their order."""
    return list(dict.fromkeys(engine for row in figures.values() for engine in row))


def failures(section: Recorded, figures: Recorded) -> list[str]:
    """A sentence for everything that failed."""
    return [
        f"{title(section, engine)} failed at {name}: {found['failed'].rstrip('.')}."
        for name, row in figures.items()
        for engine, found in row.items()
        if "failed" in found
    ]


def title(section: Recorded, engine: str) -> str:
    """The engine's name for people."""
    return str(section["engines"][engine]["title"])


PARTS: dict[str, Callable[[Recorded], str]] = {
    "steps": steps,
    "memory": memory,
    "startup": startup,
    "keys": keys,
    "growth": growth,
    "threads": threads,
}
