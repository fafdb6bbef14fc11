"""What the output can show: its width, whether it is a terminal, whether it has colours, which letters it knows.

    screen = Screen.of(sys.stdout)
    screen.write(screen.styled("nn.Tanh()", "dim"))

Views write Unicode and ask for styles; here they become ASCII where the encoding has no better, and nothing where
escape codes are not wanted (not a terminal, NO_COLOR, TERM=dumb).
"""

from __future__ import annotations

import os
import re
import shutil
import textwrap
import unicodedata
from dataclasses import dataclass, field, replace
from typing import Literal, TextIO

from ..settings import light_ground

Style = Literal["dim", "bold", "bad", "good", "accent"]

_CODES: dict[Style, str] = {"dim": "2", "bold": "1", "bad": "31", "good": "32", "accent": "36"}
_ON_LIGHT: dict[Style, str] = {"accent": "34", "good": "38;5;22"}  # cyan and green are faint on white
_ASCII = str.maketrans(
    dict(zip("█▉▊▋▌▍▎▏░▕│├└─✗↓↑·–—−×", "########.[||`-xv^|---x", strict=True))
    | {"→": "->", "←": "<-", "…": "...", "∂": "d", "∇": "grad ", "✓": "ok", "±": "+-", "√": "sqrt ", "σ": "sigma"}
    | {"ᵀ": ".T", "●": "*"}
)
LEAST_WIDTH = 20
WIDTH_OF_A_FILE = 100
_EIGHTHS = " ▏▎▍▌▋▊▉"


@dataclass(frozen=True, slots=True)
class Screen:
    """A stream, with what it can show.

    Attributes:
        stream: where the text goes.
        terminal: whether lines can be written over: it is a terminal, and not a dumb one.
        color: whether escape codes for styles are wanted.
        fixed_width: columns, or 0 to ask the terminal each time (it may be resized).
        light: whether its ground is light.
    """

    stream: TextIO
    terminal: bool
    color: bool
    fixed_width: int = 0
    light: bool = field(default_factory=light_ground)

    @classmethod
    def of(cls, stream: TextIO) -> Screen:
        """Find out what `stream` can show, from the stream and the environment."""
        terminal = stream.isatty() and os.environ.get("TERM") != "dumb"
        return cls(stream, terminal, terminal and not os.environ.get("NO_COLOR"))

    def dressed(self, colours: Literal["dark", "light", "none"]) -> Screen:
        """The same in other colours, where it has any."""
        able = self.terminal and not os.environ.get("NO_COLOR")
        return replace(self, color=able and colours != "none", light=colours == "light")

    @property
    def width(self) -> int:
        """The columns that a line may fill, at least 20."""
        if self.fixed_width:
            return max(self.fixed_width, LEAST_WIDTH)
        if self.stream.isatty() or os.environ.get("COLUMNS"):
            return max(shutil.get_terminal_size().columns, LEAST_WIDTH)
        return WIDTH_OF_A_FILE

    @property
    def height(self) -> int:
        """The lines that a screen shows at once; 0 where there is no end to them, as in a file."""
        return shutil.get_terminal_size().lines if self.stream.isatty() and not self.fixed_width else 0

    def styled(self, text: str, style: Style) -> str:
        """`text` in a style, where there are styles."""
        code = _ON_LIGHT.get(style) if self.light else None
        return f"\x1b[{code or _CODES[style]}m{text}\x1b[0m" if self.color and text else text

    def encoded(self, text: str) -> str:
        """`text` in letters that the stream can take."""
        encoding = self.stream.encoding or "ascii"
        try:
            text.encode(encoding)
        except UnicodeEncodeError:
            return text.translate(_ASCII).encode(encoding, "backslashreplace").decode(encoding)
        return text

    def write(self, text: str, end: str = "\n") -> None:
        """Write `text` at once."""
        self.stream.write(self.encoded(text) + end)
        self.stream.flush()

    def wrapped(self, text: str, indent: str = "", first: str | None = None) -> str:
        """Break sentences at the width; in a file they stay whole, so that they can be searched for."""
        first = indent if first is None else first
        if not self.stream.isatty() and not self.fixed_width:
            return first + text
        return "\n".join(broken(text, self.width, first=first, indent=indent))

    def bar(self, share: float, width: int) -> str:
        """A bar of `width` columns, filled to `share` from 0 to 1; in eighths of a column where the encoding has them.

        Example:
            >>> import io
            >>> Screen(io.StringIO(), terminal=False, color=False).bar(0.5, 4)
            '##..'
        """
        share = min(max(share, 0.0), 1.0)
        if self.encoded("▌") != "▌":
            full = round(share * width)
            return "#" * full + "." * (width - full)
        full, part = divmod(round(share * width * 8), 8)
        text = "█" * full + (_EIGHTHS[part] if part else "")
        return text + " " * (width - len(text))


def broken(text: str, width: int, *, first: str = "", indent: str = "", most: int | None = None) -> list[str]:
    """A text as lines of at most `width` columns, and at most `most` lines; ' ...' where something is left out.

    Example:
        >>> broken("경사도가 끝까지 닿고 있습니다", 14), broken("경사도가 끝까지 닿고 있습니다", 14, most=1)
        (['경사도가', '끝까지 닿고', '있습니다'], ['경사도가 ...'])
    """
    if cells(text) == len(text):
        return textwrap.wrap(
            text, width, initial_indent=first, subsequent_indent=indent, max_lines=most, placeholder=" ..."
        )
    lines = _wide_lines(text, width, first, indent)
    if most is not None and len(lines) > most:
        *words, last = lines[most - 1].split(" ")
        while words and cells(" ".join([*words, last])) + 4 > width:
            last = words.pop()
        lines[most - 1 :] = [" ".join([*words, last]) + " ..."]
    return lines


def _wide_lines(text: str, width: int, first: str, indent: str) -> list[str]:
    """What `textwrap.wrap` does, where some letters take two columns; spaces within a line stay, as in a table."""
    lines, line, empty, gap = [], first, True, ""
    for word in re.findall(r"\s+|\S+", text):
        if word.isspace():
            gap = " " * len(word)
            continue
        if not empty and cells(line + gap + word) > width:
            lines.append(line)
            line, gap = indent, ""
        line, gap = line + gap, ""
        while cells(line + word) > width:  # longer than a line is
            fits = max(1, next(n for n in range(len(word), -1, -1) if cells(line + word[:n]) <= width))
            lines.append(line + word[:fits])
            line, word = indent, word[fits:]
        line, empty = line + word, False
    return [*lines, line] if not empty else lines


def cells(text: str) -> int:
    """The columns that `text` takes: Korean and other wide letters take two.

    Example:
        >>> cells("net"), cells("데이터")
        (3, 6)
    """
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def padded(text: str, width: int, *, right: bool = False) -> str:
    """`text` filled with spaces to `width` columns."""
    space = " " * (width - cells(text))
    return space + text if right else text + space
