"""The page for those who come from HIPS autograd: its examples run, and the names that it lists are there."""

from __future__ import annotations

import doctest
import re
from importlib import import_module
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[3] / "docs" / "from-hips.md"
TEXT = PAGE.read_text("utf-8")
ROWS = re.findall(r"^\| (`autograd[^|]*) \| (`[^|]*) \|$", TEXT, re.MULTILINE)


def test_its_examples_give_what_it_shows():
    text = re.sub(r"^```.*\n", "", TEXT, flags=re.MULTILINE)
    example = doctest.DocTestParser().get_doctest(text, {}, PAGE.name, str(PAGE), 0)
    flags = doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL
    ran = doctest.DocTestRunner(optionflags=flags).run(example)
    assert ran.attempted > 15
    assert ran.failed == 0


@pytest.mark.parametrize(("module", "names"), [row for row in ROWS if "," not in row[0]])
def test_the_names_it_lists_are_there(module, names):
    if "scipy" in module:
        pytest.importorskip("scipy", reason="SciPy is an extra")
    home = import_module(module.strip("` "))
    listed = re.findall(r"`(\.?[\w.]+)`", names)
    assert listed
    for name in listed:
        if name.startswith("."):
            import_module(f"{home.__name__}{name}".removesuffix(".flatten_func"))
        elif home.__name__ != "autograd.misc" or name == "flatten":
            assert hasattr(home, name), f"{home.__name__}.{name}"


def test_every_file_it_links_exists():
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert "://" in target or (PAGE.parent / target).exists(), target
