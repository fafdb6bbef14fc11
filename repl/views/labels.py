"""Text for pictures: numbers, shapes, and names made safe to print, whatever their owner called them."""

from __future__ import annotations

import html
import math
import unicodedata

from ..graphview import Stats, Verdict
from ..messages import marked, said

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_TYPED = str.maketrans({
    "→": "->", "×": "x", "·": "-", "∇": "grad", "–": "-", "−": "-", "…": "...", "✕": "x", "σ": "sigmoid",
    "Σ": "sum", "✗": "x", "∞": "inf",
    **{chr(0x2080 + digit): str(digit) for digit in range(10)},
})  # fmt: skip
MARKS = {Verdict.VANISHING: "▼", Verdict.EXPLODING: "▲", Verdict.ZERO: "○", Verdict.NAN: "✕",
         Verdict.CANCELLED: "○"}  # fmt: skip

TYPED_MARKS = {"▼": "v", "▲": "^", "○": "o", "✕": "x"}


def superscript(number: int) -> str:
    """A number as an exponent: -3 is ⁻³."""
    return str(number).translate(_SUPERSCRIPTS)


def number(value: float, *, plain: bool = False) -> str:
    """Three digits, and a power of ten outside 0.01 to 1000; `plain` is for terminals and copying.

    Example:
        >>> number(0.01628), number(5.71e-3), number(5.71e-3, plain=True), number(-1234567.0)
        ('0.0163', '5.7·10⁻³', '5.7e-3', '−1.2·10⁶')
        >>> number(0.0), number(math.nan), number(-math.inf)
        ('0', 'NaN', '−∞')
    """
    if math.isnan(value):
        return "NaN"
    sign = ("-" if plain else "−") if value < 0 else ""
    size = abs(value)
    if math.isinf(size):
        return sign + ("inf" if plain else "∞")
    if size == 0:
        return "0"
    # 999.7 rounds to 1e+03: decide by what will be printed.
    short = f"{size:.3g}"
    if size >= 1e-2 and "e" not in short:
        return sign + short
    digits, _, exponent = f"{size:.1e}".partition("e")
    return sign + (f"{digits}e{int(exponent)}" if plain else f"{digits}·10{superscript(int(exponent))}")


def size_of(stats: Stats, *, plain: bool = False) -> str:
    """The one number that stands for a tensor: itself if it is a scalar, else its rms."""
    return number(stats.mean if stats.scalar and math.isfinite(stats.mean) else stats.rms, plain=plain)


def shape(lengths: tuple[int, ...], *, plain: bool = False) -> str:
    """A shape in words: `32×2`, or `scalar`.

    Example:
        >>> shape((32, 2)), shape(()), shape((32, 2), plain=True)
        ('32×2', 'scalar', '32x2')
    """
    return ("x" if plain else "×").join(map(str, lengths)) or marked("scalar")


def count(things: int, one: str, many: str) -> str:
    """A number with its noun: `one` as it is, or `many` with a place for the `count`.

    Example:
        >>> count(1, "1 node", "{count} nodes"), count(1797, "1 node", "{count} nodes")
        ('1 node', '1,797 nodes')
    """
    return marked(one) if things == 1 else marked(many, count=f"{things:,}")


def spoken(text: str, ascii_only: bool) -> str:
    """A text that was `marked`, in the reader's language; where there is ASCII alone, in English."""
    return text if ascii_only else said(text)


def clean(text: str) -> str:
    r"""Text that prints as one line and says what is in it: controls become their pictures, strays become �.

    Example:
        >>> clean("a\nb\x1b[31m")
        'a␊b␛[31m'
    """
    return text if text.isprintable() else "".join(_printed(char) for char in text)


def _printed(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    # Other controls, surrogates, marks that turn the direction of what follows, and line separators.
    return "�" if unicodedata.category(char) in ("Cc", "Cs", "Cf", "Zl", "Zp") else char


def width(text: str) -> int:
    """How many columns of a terminal the text takes."""
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def clip(text: str, limit: int, *, dots: str = "…") -> str:
    """The text, with its end left out if it takes more columns than `limit`.

    Example:
        >>> clip("layer 1 · Linear(16, 16)", 18)
        'layer 1 · Linear(…'
    """
    if width(text) <= limit:
        return text
    return _fitting(_fitting(text, max(0, limit - width(dots))) + dots, limit)


def shorten(text: str, limit: int, *, dots: str = "…") -> str:
    """The text, with its middle left out if it takes more columns than `limit`.

    Example:
        >>> shorten("encoder.layers.3.attention.weight", 18)
        'encoder.…on.weight'
    """
    if width(text) <= limit:
        return text
    room = max(0, limit - width(dots))
    head = _fitting(text, room // 2)
    tail = _fitting(text[::-1], room - width(head))[::-1]
    return _fitting(head + dots + tail, limit)


def _fitting(text: str, limit: int) -> str:
    used = 0
    for i, char in enumerate(text):
        used += _columns(char)
        if used > limit:
            return text[:i]
    return text


def plain(text: str) -> str:
    r"""The text in ASCII: signs as one would type them, and everything else as its escape.

    Example:
        >>> plain("MLP 2 → 16 ×3"), plain("∇ of W₁"), plain("größe")
        ('MLP 2 -> 16 x3', 'grad of W1', 'gr\\xf6\\xdfe')
    """
    return text.translate(_TYPED).encode("ascii", "backslashreplace").decode("ascii")


def markup(text: str, limit: int = 40) -> str:
    r"""A text in Graphviz's HTML-like labels: in the reader's language, cleaned, shortened, escaped.

    Example:
        >>> print(markup('<b>"]; \\G'))
        &lt;b&gt;&quot;]; \\G
    """
    # Graphviz reads \N as the node's name even here.
    return html.escape(shorten(clean(said(text)), limit), quote=True).replace("\\", "\\\\")
