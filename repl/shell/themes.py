"""The colours of the prompt: `style("dark")`, `style("light")`, and `style("none")`, which is bold and reverse only."""

from __future__ import annotations

from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style

# What is told apart: {part: (dark, light)}. Each can be read on its ground: 4.5 to 1 and more, as WCAG 2.1 asks.
_COLOURS = {
    "prompt": ("#3CCFB4", "#00786B"),
    "command": ("#5FB4F0 bold", "#0F6CB4 bold"),
    "option": ("#C3D24B", "#6B5A00"),
    "keyword": ("#FF9FB2", "#9B0F2E"),
    "builtin": ("#5FB4F0", "#0F6CB4"),
    "string": ("#A5D6A7", "#33691E"),
    "number": ("#F5B740", "#A34A00"),
    "comment": ("#93A0AE italic", "#66717E italic"),
    "escape": ("#FF7F45 bold", "#C4320A bold"),
    "open": ("underline", "underline"),
    "auto-suggestion": ("#7D8A98", "#737E8A"),
    "matching-bracket.cursor": ("bold underline", "bold underline"),
    "matching-bracket.other": ("bold underline", "bold underline"),
    "bottom-toolbar": ("noreverse bg:#222C37 #C4CDD6", "noreverse bg:#E4EAF1 #3A4653"),
    "bottom-toolbar.strong": ("#F5B740", "#8A4A00"),
    "bottom-toolbar.bad": ("#FF8FA3 bold", "#9B0F2E bold"),
    "completion-menu": ("bg:#222C37 #E6EBF0", "bg:#EEF3F8 #1F2933"),
    "completion-menu.completion.current": ("noreverse bg:#0F6CB4 #FFFFFF", "noreverse bg:#0F6CB4 #FFFFFF"),
    "completion-menu.meta.completion": ("bg:#2B3541 #A9B5C1 italic", "bg:#DDE3EA #4A5663 italic"),
    "completion-menu.meta.completion.current": ("bg:#0B4F86 #FFFFFF italic", "bg:#0B4F86 #FFFFFF italic"),
}
_PLAIN = {
    "command": "bold",
    "open": "underline",
    "matching-bracket.cursor": "bold underline",
    "matching-bracket.other": "bold underline",
    "bottom-toolbar": "reverse",
    "completion-menu.completion.current": "reverse",
    "completion-menu.meta.completion": "italic",
}


def style(colours: str) -> Style:
    """The style for a ground, dark or light, or for no colours at all."""
    if colours == "none":
        return Style.from_dict(_PLAIN)
    place = 0 if colours == "dark" else 1
    return Style.from_dict({part: both[place] for part, both in _COLOURS.items()})


def depth(colours: str) -> ColorDepth | None:
    """How many colours may be written: none, or as many as the terminal has (None)."""
    return ColorDepth.DEPTH_1_BIT if colours == "none" else None
