"""Draw the pictures of dashboard.md: `python docs/draw_dashboard.py`.

Each is the screen of a run that is steered by the orders below instead of by keys, so the same versions give the same
bytes, and a picture that changed shows in the diff.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nn
from repl.dashboard.flight import described
from repl.dashboard.keys import View
from repl.dashboard.layout import Facts, Sheets, compose
from repl.dashboard.pilot import Pilot, Wishes
from repl.dashboard.probes import Probes
from repl.dashboard.svg import document
from repl.views.palette import DARK, LIGHT, Theme
from repl.views.plot import Pen

PICTURES = Path(__file__).resolve().parent / "pictures" / "dashboard"


@dataclass(frozen=True)
class Shot:
    """A picture: of which run, after which orders, of which size, in which colours."""

    trainer: Any
    data: Any
    orders: tuple[tuple[Any, ...], ...]
    size: tuple[int, int] = (120, 40)
    theme: Theme = DARK


def run_of(data: Any, net: Any, lr: float) -> Any:
    """A run of Adam."""
    optimizer = nn.optim.Adam(net.parameters(), lr=lr)
    return nn.Trainer(net, nn.CrossEntropyLoss(), optimizer, data.train, batch_size=32, seed=0)


def steps(count: int) -> tuple[tuple[Any, ...], ...]:
    """So many steps, one order each."""
    return (("step",),) * count


def shots() -> dict[str, Shot]:
    """The pictures of the page by name."""
    spiral = nn.data.spiral(n=300, seed=0).split(test=0.25, seed=0)
    digits = nn.data.digits().split(test=0.25, seed=0, standardize=True)
    nn.manual_seed(0)
    small = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 3))
    wide = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))
    deep = [layer for width in (2, *[16] * 7) for layer in (nn.Linear(width, 16), nn.Sigmoid())]
    back = (*steps(400), ("back", 100), ("back", 100), ("rate", 1.5), ("rate", 1.5), *steps(120))
    return {
        "spiral": Shot(run_of(spiral, small, 0.01), spiral, back),
        "digits": Shot(run_of(digits, wide, 0.003), digits, steps(150), (100, 30), LIGHT),
        "vanishing": Shot(run_of(spiral, nn.Sequential(*deep, nn.Linear(16, 3)), 0.01), spiral, steps(60), (80, 24)),
    }


def drawn(shot: Shot) -> str:
    """The screen as SVG."""
    pilot = Pilot(shot.trainer, shot.data, paused=True)
    pen = Pen(24, theme=shot.theme)
    names = tuple(name for _, name in View().panels(Probes(shot.trainer, shot.data).views))
    for order in (*shot.orders, ("look", Wishes(names))):
        pilot.order(*order)
    pilot.start()
    pilot.end()
    facts = Facts(described(shot.trainer.net), shot.data.name, 0)
    grid = compose(pilot.scene, View(), facts, pen, shot.size, Sheets())
    return document(grid, pen, f"chainrule live, step {pilot.scene.step:,}")


if __name__ == "__main__":
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, shot in shots().items():
        (PICTURES / f"{name}.svg").write_text(drawn(shot), "utf-8")
        print(f"{name}.svg")
