"""Draws figures with matplotlib: SVG, PNG and PDF in the colours of the palette, the same bytes for the same figure.

    rendered(figure, "svg", palette.LIGHT, 144)

It is imported when a figure is saved, and never before: most sessions draw none. No setting of matplotlib's is touched,
so that a notebook's own plots keep their style; only fonts that it has not noticed yet are made known to it.
"""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.figure import Figure as Canvas

from ...figures import Bars, Boundary, Confusion, Curves, Figure, Histograms, Images, Surface, told
from ...messages import language, speaking, tr
from ..fonts import LACKING, SAMPLES
from ..labels import clean
from ..palette import Theme
from ..screen import broken, cells
from .charts import draw_bars, draw_curves, draw_histograms
from .fields import draw_boundary, draw_surface
from .tables import draw_confusion, draw_images

WIDTH = 7.2  # inches
LINE = 0.2  # inches that a line of text takes
_LETTERS = 100  # that a line of the sentence has
# Families with letters that DejaVu lacks; those that are installed are asked when a letter is missing.
_FAMILIES = (
    "Noto Sans CJK JP",
    "Noto Sans CJK KR",
    "Noto Sans CJK SC",
    "NanumGothic",
    "Malgun Gothic",
    "Apple SD Gothic Neo",
)
_FILES = ("notosanscjk", "nanumgothic", "malgun", "applesdgothicneo")  # how their files begin


def rendered(figure: Figure, kind: str, theme: Theme, dpi: int) -> bytes:
    """The picture as bytes: kind "svg", "png" or "pdf"; `dpi` is for PNG."""
    if lacking():
        with speaking("en"):
            return rendered(figure, kind, theme, dpi)
    shown = told(figure)
    with _style(theme):
        return _bytes(_canvas(shown, theme), kind, shown, dpi)


def lacking() -> str:
    """What to say where no installed font has the letters of the session's language: figures are then in English."""
    return tr(LACKING) if language() in SAMPLES and not _families() else ""


@contextmanager
def _style(theme: Theme) -> Iterator[None]:
    """The palette as matplotlib's settings, for as long as a figure is drawn."""
    settings: Any = {
        **dict(mpl.rcParamsDefault),
        "figure.facecolor": theme.ground,
        "savefig.facecolor": theme.ground,
        "axes.facecolor": theme.ground,
        "axes.edgecolor": theme.line,
        "axes.labelcolor": theme.muted,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.labelsize": 9,
        "text.color": theme.ink,
        "text.parse_math": False,  # a name may hold a dollar
        "xtick.color": theme.line,
        "ytick.color": theme.line,
        "xtick.labelcolor": theme.muted,
        "ytick.labelcolor": theme.muted,
        "xtick.labelsize": 8.5,
        "ytick.labelsize": 8.5,
        "grid.color": theme.cluster_line,
        "grid.linewidth": 0.6,
        "legend.frameon": False,
        "legend.fontsize": 8.5,
        "font.family": ["DejaVu Sans", *_families()],
        "font.size": 9,
        "svg.hashsalt": "chainrule",  # or else names of parts would be drawn at random
        "pdf.fonttype": 42,
        "axes.unicode_minus": True,
    }
    settings.pop("backend", None)
    level = logging.getLogger("matplotlib.font_manager").level
    with mpl.rc_context(settings), warnings.catch_warnings():
        # A letter that no font has is drawn as a box, which says so better than a warning about fonts.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
        try:
            yield
        finally:
            logging.getLogger("matplotlib.font_manager").setLevel(level)


@cache
def _families() -> tuple[str, ...]:
    """Those of the families that are installed.

    The list of fonts that matplotlib keeps may be older than they are: if it has none, they are looked for.
    """
    if not set(_FAMILIES) & set(font_manager.get_font_names()):
        for path in font_manager.findSystemFonts():
            if Path(path).name.lower().startswith(_FILES):
                with suppress(OSError, RuntimeError):  # a file that cannot be read is no font
                    font_manager.fontManager.addfont(path)
    names = set(font_manager.get_font_names())
    return tuple(family for family in _FAMILIES if family in names)


def _columns(text: str) -> int:
    """How many columns a line of this text has: a letter that takes two of them is drawn about 1.55 wide."""
    columns = cells(text)
    return round(_LETTERS * columns / max(columns - 0.45 * sum(cells(letter) == 2 for letter in text), 1))


def _canvas(figure: Figure, theme: Theme) -> Canvas:
    """Title above, drawing in the middle, notes and the sentence below."""
    told = [clean(text) for text in (*figure.notes, figure.reading)]
    foot = [line for text in told for line in broken(text, _columns(text))]
    height = _height(figure)
    whole = height + 0.5 + LINE * len(foot) + 0.15
    canvas = Canvas(figsize=(WIDTH, whole))
    canvas.text(0.3 / WIDTH, 1 - 0.22 / whole, clean(figure.title), size=11.5, weight="bold", va="center")
    for number, line in enumerate(foot):
        place = (LINE * (len(foot) - number) - 0.02) / whole
        canvas.text(0.3 / WIDTH, place, line, size=8.5, color=theme.muted, va="center")
    area = (0.0, (LINE * len(foot) + 0.1) / whole, 1.0, 1 - 0.42 / whole)
    _draw(figure, canvas, theme, area)
    return canvas


def _height(figure: Figure) -> float:
    """Inches for the drawing itself."""
    match figure:
        case Bars():
            return 0.75 + 0.27 * max(len(figure.bars), 2)
        case Histograms():
            return 0.7 + 0.55 * max(len(figure.rows), 2)
        case Boundary() | Surface():
            return 5.0
        case Confusion():
            return 1.0 + 0.36 * max(len(figure.names), 3)
        case Images():
            height, width = figure.images[0].pixels.shape
            across = min(len(figure.images), 8 if width <= 2 * height else 2)
            each = (WIDTH - 0.6) / across
            return float(0.45 + -(-len(figure.images) // across) * (min(each * height / width, each) + 0.28))
        case _:
            return 3.4


def _draw(figure: Figure, canvas: Canvas, theme: Theme, area: tuple[float, float, float, float]) -> None:
    match figure:
        case Curves():
            draw_curves(figure, canvas, theme, area)
        case Bars():
            draw_bars(figure, canvas, theme, area)
        case Histograms():
            draw_histograms(figure, canvas, theme, area)
        case Boundary():
            draw_boundary(figure, canvas, theme, area)
        case Surface():
            draw_surface(figure, canvas, theme, area)
        case Confusion():
            draw_confusion(figure, canvas, theme, area)
        case Images():
            draw_images(figure, canvas, theme, area)


def _bytes(canvas: Canvas, kind: str, figure: Figure, dpi: int) -> bytes:
    """The file, without the time and the versions that matplotlib would put in."""
    about: dict[str, Any] = {
        "svg": {"Date": None, "Creator": None, "Title": figure.title, "Description": figure.reading},
        "pdf": {"CreationDate": None, "Creator": None, "Producer": None, "Title": figure.title},
        "png": {"Software": None, "Title": figure.title, "Description": figure.reading},
    }
    out = io.BytesIO()
    canvas.savefig(out, format=kind, dpi=dpi if kind == "png" else 72, metadata=about[kind])
    return out.getvalue()
