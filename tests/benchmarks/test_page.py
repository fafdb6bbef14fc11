"""The page of figures: made of what was recorded, prose left alone, and the page in the docs is up to date."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import page, plots
from benchmarks.places import PAGE, PICTURES, RESULTS

SECTION = {
    "date": "2026-01-02",
    "machine": "a processor, 2 cores",
    "rounds": 15,
    "threads": 1,
    "engines": {
        "plain_numpy": {"title": "NumPy by hand", "versions": {"numpy": "2.4.0"}},
        "chainrule_eager": {"title": "chainrule eager", "versions": {"numpy": "2.4.0"}},
        "dezero_eager": {"title": "DeZero", "versions": {"numpy": "1.23.5", "dezero": "0.0.13"}},
        "jax_jit": {"title": "JAX jit", "missing": "jax is not installed"},
    },
    "figures": {
        "W1": {
            "plain_numpy": {"seconds": 0.002, "ratio": [1.0, 1.0, 1.0]},
            "chainrule_eager": {"seconds": 0.001, "ratio": [0.5, 0.45, 0.55]},
            "dezero_eager": {"failed": "its process ended with code 1: no memory"},
        }
    },
}


def test_a_part_is_replaced_and_prose_is_not() -> None:
    before = "# Title\n\n<!-- measured: steps -->\nold\n<!-- end -->\n\nprose\n\n"
    before += "<!-- measured: memory -->\nkept\n<!-- end -->\n"
    after = page.filled(before, {"steps": SECTION})
    assert "old" not in after
    assert after.startswith("# Title\n\n<!-- measured: steps -->\n\nMeasured 2026-01-02, 1 core for each engine")
    assert after.endswith("\n\nprose\n\n<!-- measured: memory -->\nkept\n<!-- end -->\n")
    assert page.filled(after, {"steps": SECTION}) == after
    assert "| NumPy by hand | 2.00 ms |" in after
    assert "| chainrule eager | 0.50 [0.45, 0.55] |" in after
    assert "| DeZero | failed |" in after
    assert "DeZero failed at W1: its process ended with code 1: no memory." in after


def test_versions_and_who_is_left_out_are_said() -> None:
    said = page.source(SECTION)
    assert "Versions: dezero 0.0.13, numpy 2.4.0." in said
    assert "DeZero runs on numpy 1.23.5." in said
    assert "JAX jit is left out: jax is not installed." in said


def test_an_unknown_part_is_named() -> None:
    with pytest.raises(
        ValueError, match="got a part 'stepps'; expected one of steps, memory, startup, keys, growth, threads"
    ):
        page.filled("<!-- measured: stepps --><!-- end -->", {})


def test_the_page_shows_what_is_recorded() -> None:
    text = PAGE.read_text("utf-8")
    assert page.filled(text, json.loads(RESULTS.read_text("utf-8"))) == text


def test_the_same_figures_give_the_same_pictures(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    recorded = {"steps": SECTION}
    drawn = []
    for _ in range(2):
        plots.draw(recorded, tmp_path)
        drawn.append((tmp_path / "performance_steps.svg").read_bytes())
    assert drawn[0] == drawn[1]
    assert not (tmp_path / "performance_growth.svg").exists()
    assert {path.name for path in PICTURES.glob("performance_*.svg")} >= {"performance_steps.svg"}


def test_recording_keeps_the_sections_that_were_not_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib")
    for name, file in (("PAGE", "docs/page.md"), ("RESULTS", "docs/results.json"), ("PICTURES", "docs")):
        monkeypatch.setattr(page, name, tmp_path / file)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/page.md").write_text(
        "<!-- measured: steps --><!-- end -->\n<!-- measured: startup --><!-- end -->\n"
    )
    start = {**SECTION, "figures": {"import numpy": {"seconds": 0.06, "above": [0.0, 0.0, 0.0]}}}
    page.record({"startup": start, "rows": {"figures": []}})
    page.record({"steps": SECTION})
    assert sorted(json.loads((tmp_path / "docs/results.json").read_text("utf-8"))) == ["startup", "steps"]
    text = (tmp_path / "docs/page.md").read_text("utf-8")
    assert "| `import numpy` | 60.0 ms |" in text
    assert "chainrule eager" in text
    assert "Wrote docs/page.md, results.json and the pictures." in capsys.readouterr().out
