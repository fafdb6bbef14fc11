r"""What becomes of a text that is pasted: line ends, indentation and prompts are put right, and nothing runs yet.

cleaned("    x = 1\r\n    y = 2\r\n")        'x = 1\ny = 2'
cleaned("> data iris\n  data = ...\n> net 8")  'data iris\nnet 8'
"""

from __future__ import annotations

import re
import textwrap

_PROMPT = re.compile(r"(?:> |>>> |In \[\d+\]: )")
_GOES_ON = re.compile(r"(?:\.\.\. ?|\. |\s+\.\.\.: )")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")  # all but tab and line feed: an escape code could act by itself


def cleaned(text: str) -> str:
    r"""The lines to run: of a transcript, which begins with a prompt, what was typed; tabs stay.

    Example:
        >>> cleaned(">>> def f(x):\n...     return x\n>>> f(2)\n2\n")
        'def f(x):\n    return x\nf(2)'
        >>> cleaned("if x:\n\ty = 1\n")
        'if x:\n\ty = 1\n'
    """
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if "\n" not in text.rstrip("\n") and not _PROMPT.match(text):
        return text  # a piece of a line
    if _PROMPT.match(text.lstrip()):
        return "\n".join(_typed(textwrap.dedent(text).split("\n")))
    first = next((line for line in text.split("\n") if line.strip()), "")
    return textwrap.dedent(text) if first[:1].isspace() else text


def _typed(lines: list[str]) -> list[str]:
    """What stands behind the prompts; what came out is left out."""
    found: list[str] = []
    for line in lines:
        if (prompt := _PROMPT.match(line)) or (found and (prompt := _GOES_ON.match(line))):
            found.append(line[prompt.end() :])
    return found
