"""Plots as a library: printing, saving, notebooks, and what they say when something is missing."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

import repl
from repl import messages, plots
from repl.errors import FileError, StateError, UsageError
from repl.views import palette
from tests.repl.runs import run

PLOT = plots.loss_curve([3.0, 2.0, 2.5])
ROOT = Path(__file__).resolve().parents[2]


def test_a_plot_prints_itself_with_its_sentence() -> None:
    assert str(PLOT) == repr(PLOT) == PLOT.text()
    assert PLOT.title in str(PLOT)
    assert PLOT.reading.split()[0] in str(PLOT)
    assert max(map(len, str(PLOT).split("\n"))) <= 80


def test_a_notebook_gets_a_picture_and_text() -> None:
    bundle = PLOT._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "image/svg+xml"}
    assert bundle["image/svg+xml"].startswith("<?xml")
    assert PLOT.title in bundle["text/plain"]


def test_the_suffix_says_how(tmp_path: Path) -> None:
    assert PLOT.save(tmp_path / "a.svg").read_bytes().startswith(b"<?xml")
    assert PLOT.save(str(tmp_path / "a.png")).read_bytes().startswith(b"\x89PNG")


def test_what_cannot_be_written_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a\.jpg'; expected a name that ends in \.svg, \.png or \.pdf"):
        PLOT.save(tmp_path / "a.jpg")
    with pytest.raises(UsageError, match="got dpi=5; expected 20 to 1200"):
        PLOT.save(tmp_path / "a.png", dpi=5)
    with pytest.raises(FileError, match="which cannot be written"):
        PLOT.save(tmp_path / "nowhere" / "a.svg")
    with pytest.raises(FileError, match="a name with a NUL"):
        PLOT.save("a\0.svg")
    assert list(tmp_path.iterdir()) == []


def test_without_matplotlib_the_terminal_still_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert PLOT.title in str(PLOT)
    assert set(PLOT._repr_mimebundle_()) == {"text/plain"}
    with pytest.raises(StateError, match=r"got no matplotlib; .* pip install 'chainrule\[plot\]', or print the plot"):
        PLOT.save(tmp_path / "a.svg")
    assert list(tmp_path.iterdir()) == []


def test_a_plot_that_is_drawn_again_follows_the_language() -> None:
    plot = plots.loss_curve([3.0, 2.0], [3.0, 1.0])
    for language, title, name in [
        ("en", "Loss over", "run 2"),
        ("ko", "훈련 단계", "실행 2"),
        ("en", "Loss over", "run 2"),
    ]:
        messages.use(language)
        assert plot.title.startswith(title)
        assert title in plot.text()
        assert name in plot.text()
        assert title in plot.svg


def test_matplotlib_is_not_loaded_to_draw_in_a_terminal() -> None:
    code = "import sys; from repl import plots; print(plots.loss_curve([1.0, 2.0])); print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "False"


def test_themes_are_light_and_dark() -> None:
    assert plots.loss_curve([1.0], theme="dark").theme is palette.DARK
    with pytest.raises(ValueError, match='expected "light" or "dark"'):
        plots.loss_curve([1.0], theme="blue")


def test_the_package_brings_them() -> None:
    assert repl.plots is plots
    assert "plots" in dir(repl)
    assert set(plots.__all__) <= set(dir(plots))


@pytest.mark.parametrize("name", [name for name in plots.__all__ if name.islower()])
def test_every_function_says_what_its_arguments_are(name: str) -> None:
    doc = getattr(plots, name).__doc__
    assert "Args:" in doc
    assert "theme: " in doc


def test_a_run_and_its_parts_give_the_same() -> None:
    trainer = run()
    by_parts = plots.gradient_flow(trainer.net, trainer.loader.arrays, trainer.loss)
    assert by_parts.text() == plots.gradient_flow(trainer).text()
