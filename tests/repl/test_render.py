"""What makes pictures of DOT: the program, the wheel, or nobody; what is missing is said."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import types
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from repl.graphview import look
from repl.views import dot
from tests.repl.graphs import mlp, mlp_loss

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"
TEXT = dot.source(look(mlp_loss(mlp(2, 8, 3))), title="T")

needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="no program dot")


def svg_of(text: str) -> ET.Element:
    picture, advice = dot.render(text, "svg", title="A title", description="What it is")
    assert picture is not None, advice
    return ET.fromstring(picture)


@needs_dot
def test_svg_scales_and_can_be_read_aloud() -> None:
    root = svg_of(TEXT)
    assert root.get("viewBox")
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "title desc"
    assert root[0].tag == f"{SVG}title"
    assert (root[0].text, root[1].text) == ("A title", "What it is")


@needs_dot
def test_the_spine_is_straight_in_the_picture() -> None:
    plain = subprocess.run(
        ["dot", "-Tplain"],
        input=dot.source(look(mlp_loss(mlp(2, 16, 8, 3))), title="T").encode(),
        capture_output=True,
        check=True,
    )
    rows = [line.split() for line in plain.stdout.decode().splitlines() if line.startswith("node ")]
    heights = {row[1]: float(row[3]) for row in rows}
    spine = [heights[name] for name in heights if name.startswith(("op", "loss", "input0"))]
    assert len(spine) == 11
    assert max(spine) - min(spine) < 0.02


def test_without_dot_the_wheel_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    class AGraph:
        def __init__(self, string: str) -> None:
            assert string.startswith("digraph")

        def draw(self, *, format: str, prog: str) -> bytes:
            assert prog == "dot"
            return b'<svg width="1pt"></svg>' if format == "svg" else b"PNG"

    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "pygraphviz", types.SimpleNamespace(AGraph=AGraph))
    picture, advice = dot.render(TEXT, "svg", title="<T>")
    assert picture is not None
    assert b"&lt;T&gt;" in picture
    assert advice == ""
    assert dot.render("digraph {}", "png") == (b"PNG", "")


def test_the_real_wheel_draws_too(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pygraphviz")
    monkeypatch.setenv("PATH", "")
    root = svg_of(TEXT)
    assert root.get("viewBox")


def test_without_anything_there_is_one_line_of_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    picture, advice = dot.render(TEXT, "svg")
    assert picture is None
    assert "\n" not in advice
    assert "no program dot on PATH" in advice
    assert "pip install 'chainrule[render]'" in advice


@pytest.mark.parametrize("wheel", [False, True])
def test_missing_fonts_are_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, wheel: bool) -> None:
    if wheel:
        pytest.importorskip("pygraphviz")
    elif shutil.which("dot") is None:
        pytest.skip("no program dot")
    program = (
        "import os, sys\n"
        "from repl.views import dot\n"
        f"os.environ['PATH'] = '' if {wheel} else os.environ['PATH']\n"
        "for kind in ('png', 'pdf', 'svg'): print(kind, dot.render('digraph {a}', kind).advice)\n"
    )
    empty = tmp_path / "fonts.conf"
    empty.write_text('<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>')
    for config, advice in ((str(empty), dot.NO_FONTS), ("", "")):
        env = {**os.environ, "PYTHONPATH": str(ROOT), **({"FONTCONFIG_FILE": config} if config else {})}
        told = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True)
        assert told.stdout.split("\n")[:3] == [f"png {advice}", f"pdf {advice}", "svg "]


def test_a_dot_that_fails_is_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "dot"
    program.write_text("#!/bin/sh\necho 'Format: \"svg\" not recognized' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    picture, advice = dot.render("digraph {}", "svg")
    assert picture is None
    assert 'dot failed: Format: "svg" not recognized' in advice


def test_a_wheel_that_fails_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    class AGraph:
        def __init__(self, string: str) -> None:
            raise ValueError("bad\nlayout")

    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "pygraphviz", types.SimpleNamespace(AGraph=AGraph))
    assert "pygraphviz failed: bad layout" in dot.render("digraph {}", "svg").advice
