"""Draw the pictures of plots.md: `python docs/draw_plots.py` runs the page's own lines.

The same versions give the same bytes, so a picture that changed shows in the diff.
"""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
PICTURES = HERE / "pictures" / "plots"


def code() -> str:
    """The lines of the page that draw."""
    (found,) = re.findall(r"^```py\n(.*?)^```", (HERE / "plots.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return str(found)


def draw(folder: Path) -> list[str]:
    """Run them in a folder; the names of the pictures that they left there."""
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.chdir(folder):
        exec(compile(code(), "plots.md", "exec"), {"__name__": "plots"})
    return sorted(path.name for path in folder.iterdir())


if __name__ == "__main__":
    print("\n".join(draw(PICTURES)))
