"""The site builds with every link leading somewhere, and every lesson runs as a notebook."""

from __future__ import annotations

import html
import importlib.util
import json
import re
import shutil
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


@pytest.fixture(scope="module")
def built(site: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("site")
        patch.setattr(site, "BUILD", folder)
        patch.setenv("NO_MKDOCS_2_WARNING", "1")
        found: Path = site.build(folder / "site")
    return found


@pytest.mark.slow
def test_the_site_builds_strictly(built: Path) -> None:
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


def test_a_console_tells_what_is_typed_from_what_comes_back(site: ModuleType) -> None:
    made = site.console('> def f(x):\n.     return "<" + x\n> f("a")\n<a\n\n. not typed\n...\n')
    typed = re.findall(r'<span class=in data-prompt="(.*?)">(.*?)</span>', made)
    assert [(html.unescape(prompt), html.unescape(words)) for prompt, words in typed] == [
        (">", "def f(x):"),
        (".", '    return "<" + x'),
        (">", 'f("a")'),
    ]
    out = [html.unescape(words) for words in re.findall(r"<span class=out>(.*?)</span>", made)]
    assert out == ["<a", "", ". not typed", "..."]
    (copied,) = re.findall('data-copy="(.*?)"', made)
    assert html.unescape(copied) == 'def f(x):\n    return "<" + x\nf("a")'
    assert "\n" not in made, "an empty line would end the block of HTML"


@pytest.mark.slow
def test_a_lesson_leads_to_the_same_in_the_other_language(built: Path) -> None:
    for path in sorted((ROOT / "tutorials" / "ko").glob("[0-9][0-9]-*.md")):
        korean = (built / "tutorials" / "ko" / f"{path.stem}.html").read_text("utf-8")
        english = (built / "tutorials" / "en" / f"{path.stem}.html").read_text("utf-8")
        assert f'href="../en/{path.stem}.html">English</a>' in korean
        assert f'href="../ko/{path.stem}.html">한국어</a>' in english
        assert '<html lang="ko"' in korean
        assert '<html lang="en"' in english


@pytest.mark.slow
def test_every_link_and_picture_of_the_site_is_there(built: Path) -> None:
    missing = set()
    for path in [built / "index.html", *built.glob("tutorials/??/*.html"), *built.glob("docs/*.html")]:
        for link in re.findall(r' (?:href|src)="?([^" >]+)', path.read_text("utf-8")):
            target = html.unescape(link).partition("#")[0]
            if target and ":" not in target and not (path.parent / target).resolve().exists():
                missing.add((path.relative_to(built).as_posix(), target))
    assert missing == set()
    assert "tutorials/lab.html#lang=en" in (built / "index.html").read_text("utf-8")
    assert (built / "tutorials" / "lab.html").read_bytes() == (ROOT / "tutorials" / "lab.html").read_bytes()


@pytest.mark.slow
def test_korean_words_can_be_searched_for(built: Path) -> None:
    index = json.loads((built / "search" / "search_index.json").read_text("utf-8"))
    places = [each["location"] for each in index["docs"] if "포화" in each["text"]]
    assert any(place.startswith("tutorials/ko/06") for place in places)


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_fit_the_screen_and_ask_nobody(built: Path, width: int) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="no package playwright: pip install playwright")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on PATH: apt-get install chromium")
    asked: list[str] = []
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": width, "height": 800})
        tab.on("request", lambda request: asked.append(request.url))
        for name in ("index", "tutorials/en/06-initialisation", "docs/gallery", "docs/concepts", "docs/performance"):
            tab.goto((built / f"{name}.html").as_uri())
            assert tab.evaluate("document.documentElement.scrollWidth") <= width, name
        tab.goto((built / "tutorials/en/06-initialisation.html").as_uri())
        prompt = "getComputedStyle(document.querySelector('.console .in'), '::before').content"
        assert ">" in tab.evaluate(prompt)
        browser.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


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
