"""The page on plots: its own lines draw its pictures, and what it shows of the terminal is what is drawn."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from repl import plots

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "plots.md").read_text("utf-8")


def linked() -> list[str]:
    return sorted(re.findall(r"\]\(pictures/plots/([^)]+)\)", PAGE))


def test_every_function_is_on_the_page() -> None:
    named = [name for name in plots.__all__ if name != "Plot"]
    assert [name for name in named if f"plots.{name}(" not in PAGE] == []


def test_every_picture_is_drawn_by_the_page() -> None:
    assert sorted(re.findall(r'\.save\("([^"]+)", dpi', PAGE)) == linked()


def test_the_terminal_shows_what_the_page_shows() -> None:
    assert plots.activation_function("tanh").text(width=64, height=11) in PAGE


@pytest.mark.slow
def test_the_pages_lines_draw_its_pictures(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("draw_plots", ROOT / "docs" / "draw_plots.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.draw(tmp_path / "plots") == linked()
