"""Keystrokes are measured in a real shell that has its hundred names, and the page has a row for each kind of key."""

from __future__ import annotations

import pytest

from benchmarks import keys, page

# From Python 3.12 on a process with threads warns when it forks; here the child runs another program at once.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


def test_a_key_is_answered_by_what_it_changes() -> None:
    with keys.opened() as shell:
        assert 0 < shell.press("1") < keys.PATIENCE
        # Only written: a slow shell answers later than a press waits, and a quick one before it is waited for.
        shell.write(" * len([n for n in dir() if n[:6] in ('values', 'weight')])\r")
        shell.wait(f"{keys.NAMES}\r".encode())


def test_every_kind_of_key_is_a_row_of_the_page() -> None:
    found = {"a letter": {"median": 0.002, "p95": 0.01, "most": 0.05, "keys": 40}}
    text = page.PARTS["keys"]({"figures": found})
    assert text.split("\n")[-1] == "| a letter | 2.00 ms | 10.0 ms | 50.0 ms |"
