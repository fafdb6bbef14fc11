"""Builds the site of the documentation and the notebooks of the lessons: `make docs`, or `python docs/site.py`.

The pages are those of the repository, at the same places, so that what links to what is one thing: README.md is the
first page, docs/ the guide, tutorials/en and tutorials/ko the lessons. A lesson's notebook has the commands as magics.

    python docs/site.py                 the site, into build/site
    python docs/site.py --notebooks     the notebooks alone, into build/notebooks
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the tree's own packages, wherever this is started

from repl import Session  # noqa: E402
from repl.lessons import cells, library  # noqa: E402
from repl.session import PRELOADED  # noqa: E402

BUILD = ROOT / "build"
# Pages of docs/ in the order in which one reads them; any other comes after these.
ORDER = ("engine", "training", "plots", "gallery", "pages", "debugger", "sweeps", "concepts", "performance", "coverage")
# What pages link to beside pages and pictures.
LINKED = ("LICENSE", "CHANGELOG.md", "nn/data/LICENSES.md", "tutorials/*.py", "tutorials/*.repl", "tests/concepts/*.py")
LANGUAGES = {"en": "Lessons", "ko": "강의"}


def assemble(folder: Path) -> None:
    """Lay out the sources of the site in `folder`, as they lie in the repository."""
    shutil.rmtree(folder, ignore_errors=True)
    copied = ["docs/**/*.md", "docs/pictures/**/*", "tutorials/**/*.md", "tutorials/pictures/**/*", *LINKED]
    for pattern in copied:
        for path in ROOT.glob(pattern):
            if path.is_file():
                target = folder / path.relative_to(ROOT)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
    (folder / "index.md").write_text(_linked_files(page(ROOT / "README.md")), "utf-8")
    for path in (folder / "tutorials").glob("??/*.md"):
        path.write_text(page(path), "utf-8")


def page(path: Path) -> str:
    """A page with what MkDocs needs to read Markdown within HTML, and the lessons' blocks as a console."""
    text = path.read_text("utf-8").replace("<details>", '<details markdown="1">')
    return text.replace("```chainrule", "```text")


def _linked_files(text: str) -> str:
    """README links folders, which a site has no page for: they become their names."""
    return re.sub(r"\[([^\]]+)\]\([\w/]+/\)", r"\1", text)


def settings(source: Path, site: Path) -> dict[str, Any]:
    """The configuration of MkDocs."""
    return {
        "site_name": "chainrule",
        "site_description": "Autodiff you can see: an engine over NumPy, a neural-network library, and a shell",
        "docs_dir": str(source),
        "site_dir": str(site),
        "use_directory_urls": False,  # works from a folder, without a server
        "nav": list(_navigation(source)),
        "exclude_docs": "CHANGELOG.md\nnn/\n",
        "not_in_nav": "/tutorials/**\n/tests/**\n/docs/**\n",
        "validation": {"links": {"not_found": "warn", "unrecognized_links": "info", "anchors": "warn"}},
        "theme": {
            "name": "material",
            "font": False,  # no request to anybody
            "features": ["navigation.tabs", "navigation.top", "content.code.copy", "toc.follow"],
            "palette": [
                {"media": "(prefers-color-scheme: light)", "scheme": "default", "primary": "white",
                 "toggle": {"icon": "material/weather-night", "name": "Dark"}},
                {"media": "(prefers-color-scheme: dark)", "scheme": "slate", "primary": "black",
                 "toggle": {"icon": "material/weather-sunny", "name": "Light"}},
            ],
        },
        "plugins": ["search"],
        "markdown_extensions": ["tables", "md_in_html", "attr_list", "pymdownx.highlight", "pymdownx.superfences"],
    }  # fmt: skip


def _navigation(source: Path) -> Iterator[dict[str, Any]]:
    yield {"Home": "index.md"}
    for language, name in LANGUAGES.items():
        entries = [
            {f"{entry.number}. {entry.title}": f"tutorials/{language}/{entry.path.name}"}
            for entry in library.listed(language)
            if entry.path.parent.name == language
        ]
        extra = sorted((source / "tutorials" / language).glob("[a-z]*.md"))
        entries += [{_title(path): path.relative_to(source).as_posix()} for path in extra]
        if entries:
            yield {name: entries}
    pages = {path.stem: path for path in (source / "docs").glob("*.md")}
    ordered = [name for name in ORDER if name in pages] + sorted(set(pages) - set(ORDER))
    yield {"Guide": [{_title(pages[name]): f"docs/{name}.md"} for name in ordered]}


def _title(path: Path) -> str:
    return path.read_text("utf-8").partition("\n")[0].lstrip("# ")


def build(site: Path = BUILD / "site") -> Path:
    """Build the site, strictly: a link that leads nowhere is an error. Needs the `docs` extra."""
    source = BUILD / "pages"
    assemble(source)
    config = BUILD / "mkdocs.yml"
    config.write_text(json.dumps(settings(source, site), ensure_ascii=False, indent=1), "utf-8")  # JSON is YAML
    subprocess.run([sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-f", str(config)], check=True)
    return site


def notebook(lesson: cells.Lesson, text: str) -> str:
    """A lesson as the text of a notebook: `text` is its Markdown. Needs jupytext."""
    import jupytext

    session = Session()
    blocks = iter([cell for cell in lesson.cells if isinstance(cell, cells.Run)])
    text = text.replace("```sh\n", "```\n")  # to be read, and not to be run in a notebook
    # the Python for a file would only do the same again, under names of its own
    text = re.sub(r"```python\n.*?```\n+(?:```text\n.*?```\n+)?", "", text, flags=re.DOTALL)
    with TemporaryDirectory() as folder, contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()):
        body = re.sub(r"```chainrule\n.*?```", lambda _: _magics(session, next(blocks)), text, flags=re.DOTALL)
    head, _, rest = body.partition("\n")
    made = jupytext.reads(f"{head}\n\n{_cell(['%load_ext repl', *_imports()])}\n{rest}", fmt="md")
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    found: str = jupytext.writes(made, fmt="ipynb")
    return found


def _imports() -> Iterator[str]:
    """The names that the shell has from the start, as a notebook gets them."""
    for name, source in PRELOADED.items():
        module, _, attribute = source.partition(":")
        yield (
            f"from {module} import {attribute}"
            if attribute
            else f"import {module} as {name}".removesuffix(f" as {module}")
        )


def _magics(session: Session, block: cells.Run) -> str:
    """The lines of a block as a notebook has them, a cell for each output: commands as magics, Python as it is."""
    made: list[str] = []
    lines: list[str] = []
    for typed in block.typed:
        command = session.is_command(typed.line) and not typed.line.startswith("%")
        failed = not session.run(typed.line).ok  # run: whether a name is a command hangs on what is bound by then
        lines.append(f"%{typed.line}" if command else typed.line)
        if typed.output or command or failed:
            made.append(_cell(lines, ' tags=["raises-exception"]' if failed else ""))
            lines = []
    return "\n\n".join([*made, _cell(lines)] if lines else made)


def _cell(lines: Iterable[str], options: str = "") -> str:
    return "\n".join([f"```python{options}", *lines, "```"])


def notebooks(folder: Path = BUILD / "notebooks") -> list[Path]:
    """Write the notebook of every lesson, in each language."""
    written = []
    for language in LANGUAGES:
        for entry in library.listed(language):
            if entry.path.parent.name == language:
                lesson = library.find("site", entry.number, language)
                target = folder / language / f"{entry.path.stem}.ipynb"
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(notebook(lesson, entry.path.read_text("utf-8")), "utf-8")
                written.append(target)
    return written


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Build the site and the notebooks.")
    parser.add_argument("--notebooks", action="store_true", help="the notebooks alone")
    if not parser.parse_args().notebooks:
        print(f"The site: {build() / 'index.html'}")
    print(f"The notebooks: {len(notebooks())} in {BUILD / 'notebooks'}")
