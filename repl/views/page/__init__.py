"""The interactive page: one HTML file that needs no network, with the graph, its numbers and its backward pass.

    text = html([Run(title=..., film=play(loss), folds=outline(view))], title="MLP 2 → 16 → 3")

The scripts and the style beside this file are put into the page as they are; they are written to be read there too.
Their words are English, in calls of `tr` and `marked` as in Python; those of another language go with the data.
"""

from __future__ import annotations

import base64
import hashlib
import html as markup
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from ...messages import catalog, language
from .. import fonts, palette
from .content import Run, content, text

__all__ = ["Run", "html", "joined", "sealed", "style", "vocabulary"]

# One script in the page, in this order: each file uses what stands in those before it.
SCRIPTS = (
    "format.js", "run.js", "layout.js", "drawing.js", "minimap.js", "stage.js", "panel.js", "training.js", "words.js",
    "search.js", "page.js",
)  # fmt: skip


def html(runs: Sequence[Run], *, title: str, theme: str = "auto") -> str:
    """The page for one run, or for two side by side.

    Args:
        runs: what to show.
        title: of the page.
        theme: "light", "dark", or "auto" for what the reader's system has.
    """
    data = content(runs, title=title, theme=theme)
    words = _words()
    if words:
        data["words"] = words
    template = _IN_TEMPLATE.sub(lambda found: markup.escape(words.get(found[1], found[1])), _asset("page.html"))
    return sealed(template, data, script=joined(SCRIPTS), style=style(), title=title, theme=theme)


_IN_TEMPLATE = re.compile(r"\[\[(.+?)\]\]")  # words in page.html
_LITERAL = r'"(?:[^"\\]|\\.)*"'
_CALL = re.compile(rf"\b(?:tr|marked)\(\s*({_LITERAL}(?:\s*\+\s*{_LITERAL})*)")
_COUNT = re.compile(r'\bcount\([^"]*?"(\w+)"\)')


@cache
def vocabulary() -> frozenset[str]:
    """The words of the page, in English, as the catalogue of another language has them.

    Example:
        >>> {"Zoom in", "1 stop", "{count} stops", "nothing is called so"} <= vocabulary()
        True
    """
    scripts = joined(SCRIPTS)
    found = {"".join(map(json.loads, re.findall(_LITERAL, call[1]))) for call in _CALL.finditer(scripts)}
    for noun in _COUNT.findall(scripts):
        found |= {f"1 {noun}", f"{{count}} {noun}s"}
    return frozenset(found | set(_IN_TEMPLATE.findall(_asset("page.html"))))


def _words() -> dict[str, str]:
    """The words of the page in the reader's language by the English ones; none where that is English."""
    if language() == "en":
        return {}
    known = {**catalog(language()), **catalog(language(), "page")}
    return {each: known[each] for each in sorted(vocabulary()) if each in known}


def sealed(template: str, data: Mapping[str, Any], *, script: str, style: str, title: str, theme: str) -> str:
    """One file from a template, with places such as `{{title}}` for each part, and for a `{{policy}}`.

    Its policy lets it load nothing, and run this script and this style only.

    Raises:
        ValueError: a number in `data` is not finite; such go as text.
    """
    strict = '"use strict";\n' + script
    policy = "; ".join([
        "default-src 'none'",
        f"script-src {_digest(strict)}",
        f"style-src {_digest(style)}",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ])  # fmt: skip
    text_of_data = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    parts = {
        "title": markup.escape(text(title)),
        "policy": markup.escape(policy, quote=False),
        "theme": theme,
        "language": language(),
        "style": style,
        "script": strict,
        # No name can end the element that the data stand in.
        "data": text_of_data.replace("<", "\\u003c"),
    }
    # In one go over the template, so that nothing in the data is taken for a place to fill.
    return re.sub(r"\{\{(\w+)\}\}", lambda place: parts[place[1]], template)


def _digest(source: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"


@cache
def _asset(name: str) -> str:
    return files(__name__).joinpath(name).read_text("utf-8")


def joined(names: Sequence[str]) -> str:
    """These scripts as one."""
    return "\n".join(_asset(name) for name in names)


def style() -> str:
    """The style, after the fonts and the colours of both themes: the pictures' own."""
    grounds = [f":root {{ --font: {', '.join(fonts.families())}; }}"]
    for theme in palette.THEMES.values():
        names = ("ground", "ink", "muted", "line", "card", "input_card", "loss_card", "cluster", "cluster_line")
        colours = " ".join(f"--{name.replace('_', '-')}: {getattr(theme, name)};" for name in names)
        grounds.append(f':root[data-theme="{theme.name}"] {{ color-scheme: {theme.name}; {colours} }}')
    return "\n".join(grounds) + "\n" + _asset("page.css")
