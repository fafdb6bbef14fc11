"""The page on the dashboard: its keys are those that there are, and its pictures are drawn by its script."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from repl.dashboard.keys import HELP

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "dashboard.md").read_text("utf-8")


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Any:
    spec = importlib.util.spec_from_file_location("draw_dashboard", DOCS / "draw_dashboard.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "draw_dashboard", module)
    spec.loader.exec_module(module)
    return module


def test_every_key_is_on_the_page() -> None:
    table = PAGE[PAGE.index("| key |") : PAGE.index("What `watch EXPR`")]
    rows = [line.split("|")[1] for line in table.splitlines()[2:] if line]
    named = {key for row in rows for key in re.findall(r"[^\s`,]+", row)}
    wanted = {key for keys, _ in HELP for key in keys.split()} - {"1-4"} | {"1", "4", "-", "Ctrl-C"}
    assert {key.strip("-") or "-" for key in named} == wanted


@pytest.mark.slow
def test_the_script_draws_the_pictures(script: Any) -> None:
    linked = set(re.findall(r"\]\(pictures/dashboard/(\w+)\.svg\)", PAGE))
    shots = script.shots()
    assert set(shots) == linked
    for name, shot in shots.items():
        before = (script.PICTURES / f"{name}.svg").read_text("utf-8")
        shape = re.compile(r'viewBox="[^"]*"|<text[^>]*>[a-z0-9 ]{4,}')  # numbers may differ on another processor
        assert shape.findall(script.drawn(shot))[:3] == shape.findall(before)[:3]
