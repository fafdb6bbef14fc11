"""The reference of the commands in the docs is what the registry has today, and leads where it says."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from repl.registry import Command

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("commands_page", DOCS / "commands.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_not_stale(reference: ModuleType) -> None:
    assert (DOCS / "commands.md").read_text("utf-8") == reference.page(), "run: python docs/commands.py"


def test_every_heading_has_an_anchor_to_itself(reference: ModuleType) -> None:
    text = (DOCS / "commands.md").read_text("utf-8")
    headings = [title.lower().replace(" ", "-") for title in re.findall(r"^##+ (.+)$", text, re.MULTILINE)]
    assert len(set(headings)) == len(headings)
    linked = re.findall(r"\]\(#([^)]+)\)", text)
    assert linked == [each.name for group in reference.GROUPS for each in reference.commands() if each.group == group]
    assert set(linked) <= set(headings)


def test_an_entry_has_all_that_help_has(reference: ModuleType) -> None:
    def greet(session: object, name: str = "you") -> None:
        """Say hello to somebody.

        Example:
            > x = 6
            > data iris
        """

    text = "\n".join(reference._entry(Command(greet, "build", ("hello", "hi"))))
    assert text.startswith("### greet\n\n```text\ngreet [NAME]\n```\n\nSay hello to somebody.\n")
    assert "Also called `hello` or `hi`." in text
    assert "- `NAME`:  (default you)" in text
    assert "> x = 6\n> data iris\n  data = nn.data.iris()" in text


def test_an_example_that_fails_stops_it(reference: ModuleType) -> None:
    with pytest.raises(SystemExit, match=r"the example `net 8` fails: net: got no data"):
        list(reference._played(["net 8"]))


def test_long_lists_of_names_are_cut(reference: ModuleType) -> None:
    names = [f"name{number}" for number in range(45)]
    assert reference._shortened(f"which: {', '.join(names)}").endswith("name39, and more, which Tab offers")
    assert reference._shortened("which: a, b") == "which: a, b"
