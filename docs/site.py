"""Builds the site of the documentation and the notebooks of the lessons: `make docs`, or `python docs/site.py`.

The pages are those of the repository, at the same places, so that what links to what is one thing: README.md is the
first page, docs/ the guide, tutorials/en and tutorials/ko the lessons. A lesson's notebook has the commands as magics.

    python docs/site.py                 the site, into build/site
    python docs/site.py --notebooks     the notebooks alone, into build/notebooks
"""

from __future__ import annotations

import argparse
import contextlib
import html
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
# The tabs and their pages of docs/, in the order in which one reads them; any other page comes after those of Guide.
TABS = {
    "Teaching": ("teachers", "teachers.ko", "gallery", "pages", "comparison"),
    "Guide": ("engine", "training", "plots", "dashboard", "debugger", "sweeps", "shell", "from-hips", "coverage"),
    "Measured": ("concepts", "performance"),
}
LAB = "tutorials/lab.html"
# What pages link to beside pages and pictures.
LINKED = (
    "LICENSE", "CHANGELOG.md", "nn/data/LICENSES.md", "tutorials/*.py", "tutorials/*.repl", "tests/concepts/*.py", LAB,
    "docs/site.css", "docs/iframe-worker.js",
)  # fmt: skip
IPYTHONS = ("hist", "load", "reset", "save", "system")
LANGUAGES = {"en": "Lessons", "ko": "강의"}
TONGUES = {"en": "English", "ko": "한국어"}


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
    for path in (BUILD / "notebooks").glob("??/*.ipynb"):
        shutil.copyfile(path, folder / "tutorials" / path.parent.name / path.name)
    (folder / "index.md").write_text(_linked_files(page(ROOT / "README.md")), "utf-8")
    for path in [*folder.glob("tutorials/??/*.md"), *folder.glob("docs/*.md")]:
        path.write_text(page(path), "utf-8")


def page(path: Path) -> str:
    """A page as MkDocs reads it: Markdown within HTML, consoles, pictures that open, a way to the other language."""
    text = path.read_text("utf-8").replace("<details>", '<details markdown="1">')
    text = text.replace("(../README.md", "(../index.md")
    text = re.sub(r"^```chainrule\n(.*?)^```$", lambda block: console(block[1]), text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"^(!\[[^\]]*\]\(([^)]+)\))$", r"[\1](\2){.picture}", text, flags=re.MULTILINE)
    title, line, rest = text.partition("\n")
    return "\n".join([title, "", _elsewhere(path), rest]) if _elsewhere(path) else title + line + rest


def console(block: str) -> str:
    """What is typed and what comes back, told apart; the button copies what is typed, without prompts."""
    typed, lines = [], []
    for line in block.splitlines():
        prompt, _, words = line.partition(" ")
        goes_on = prompt == "." and (not lines or "class=in" in lines[-1])
        if prompt == ">" or goes_on:
            typed.append(words)
            lines.append(f'<span class=in data-prompt="{html.escape(prompt)}">{html.escape(words)}</span>')
        else:
            lines.append(f"<span class=out>{html.escape(line)}</span>")
    copied = html.escape("\n".join(typed)).replace("\n", "&#10;")
    # without an empty line, at which Markdown would end the block of HTML
    return f'<div class="highlight console" data-copy="{copied}"><pre><code>{"&#10;".join(lines)}</code></pre></div>'


def _elsewhere(path: Path) -> str:
    """A line that leads from a lesson to the same in the other language, and to its notebook; empty without either."""
    home = path.parent.name
    others = {each: path.parents[1] / each / path.name for each in LANGUAGES if home in LANGUAGES and each != home}
    links = [f"[{TONGUES[each]}](../{each}/{path.name})" for each, other in others.items() if other.exists()]
    if path.with_suffix(".ipynb").exists():
        links.append(f"[Notebook]({path.stem}.ipynb){{download}}")
    return " · ".join([f"**{TONGUES[home]}**", *links]) + "\n{.tongues}\n" if links else ""


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
        "not_in_nav": "/CHANGELOG.md\n/nn/**\n/tutorials/**\n/tests/**\n/docs/**\n",
        "validation": {
            "links": {"not_found": "warn", "unrecognized_links": "info", "anchors": "warn"},
            "nav": {"not_found": "info"},  # the lab is a page without Markdown
        },
        "extra_css": ["docs/site.css"],
        "theme": {
            "name": "material",
            "font": False,  # no request to anybody
            "features": [
                "navigation.tabs", "navigation.top", "navigation.footer", "content.code.copy", "toc.integrate"
            ],
            "palette": [
                {"media": "(prefers-color-scheme: light)", "scheme": "default", "primary": "white",
                 "toggle": {"icon": "material/weather-night", "name": "Dark"}},
                {"media": "(prefers-color-scheme: dark)", "scheme": "slate", "primary": "black",
                 "toggle": {"icon": "material/weather-sunny", "name": "Light"}},
            ],
        },
        "plugins": [{"search": {"lang": ["en", "ko"]}}, "offline"],
        "extra": {"polyfills": ["docs/iframe-worker.js"]},  # in place of the one that `offline` takes from the network
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
    pages = {path.stem: path for path in sorted((source / "docs").glob("*.md"))}
    placed = {name for names in TABS.values() for name in names}
    for tab, names in TABS.items():
        shown = [name for name in names if name in pages]
        if tab == "Guide":
            shown += [name for name in pages if name not in placed]
        entries = [{_title(pages[name]): f"docs/{name}.md"} for name in shown]
        # with a mark behind it, MkDocs takes it for a link, and not for a page to be made
        yield {tab: [*entries, {"The initialisation lab": f"{LAB}#lang=en"}] if tab == "Teaching" else entries}


def _title(path: Path) -> str:
    return path.read_text("utf-8").partition("\n")[0].lstrip("# ")


def build(site: Path = BUILD / "site") -> Path:
    """Build the site, strictly: a link that leads nowhere is an error. Needs the `docs` extra."""
    source = BUILD / "pages"
    assemble(source)
    config = BUILD / "mkdocs.yml"
    config.write_text(json.dumps(settings(source, site), ensure_ascii=False, indent=1), "utf-8")  # JSON is YAML
    subprocess.run([sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-f", str(config)], check=True)
    for path in [*site.glob("tutorials/ko/*.html"), *site.glob("docs/*.ko.html")]:
        path.write_text(path.read_text("utf-8").replace('<html lang="en"', '<html lang="ko"', 1), "utf-8")
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
        # the debugger's lines, and commands whose names IPython has taken for magics of its own, go by the long way
        long = session.mode is not None or typed.line.split(" ")[0] in IPYTHONS
        failed = not session.run(typed.line).ok  # run: whether a name is a command hangs on what is bound by then
        lines.append(f"%{'chainrule ' if long else ''}{typed.line}" if command else typed.line)
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
    alone = parser.parse_args().notebooks
    print(f"The notebooks: {len(notebooks())} in {BUILD / 'notebooks'}")  # first: the site has them too
    if not alone:
        print(f"The site: {build() / 'index.html'}")
