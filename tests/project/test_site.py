"""The site builds with every link leading somewhere, and every lesson runs as a notebook."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def site() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_site", ROOT / "docs" / "site.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_the_site_builds_strictly(site: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "BUILD", tmp_path)
    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")
    built = site.build(tmp_path / "site")
    first = (built / "index.html").read_text("utf-8")
    assert "Autodiff you can see" in first
    pages = {path.relative_to(built).as_posix() for path in built.rglob("*.html")}
    for source in [*ROOT.glob("docs/*.md"), *ROOT.glob("tutorials/??/*.md")]:
        assert source.relative_to(ROOT).with_suffix(".html").as_posix() in pages
    # nothing is fetched from anywhere: it works on a machine without a network
    fetched = re.compile(
        r"""<(?:script|link|img)[^>]+(?:src|href)=["']?https?://[^>]*rel=["']?(?:stylesheet|preload)"""
    )
    assert not fetched.search(first)


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", sorted((ROOT / "tutorials").glob("??/[0-9][0-9]-*.md")), ids=lambda p: f"{p.parent.name}-{p.stem}"
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # a lesson may leave a file to Python
def test_a_lesson_runs_as_a_notebook(
    site: ModuleType, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import nbformat
    from nbclient import NotebookClient

    from repl.lessons import library

    lesson = library.find("test", int(path.name[:2]), path.parent.name)
    made = nbformat.reads(site.notebook(lesson, path.read_text("utf-8")), as_version=4)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    NotebookClient(made, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    magics = [cell for cell in made.cells if cell.cell_type == "code" and cell.source.startswith("%")]
    assert len(magics) > 1
