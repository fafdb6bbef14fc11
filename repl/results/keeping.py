"""What the commands show that keep a session, and look at the machine it runs on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recovered:
    """The lines of a session that was lost, which whoever shows this then runs; `when` it ended."""

    lines: tuple[str, ...]
    when: str


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing that chainrule uses: what was found, '' if nothing, and what to do about it if it is missing."""

    name: str
    found: str
    use: str
    advice: str


@dataclass(frozen=True, slots=True)
class Checkup:
    """The machine as chainrule sees it."""

    rows: tuple[Checked, ...]
