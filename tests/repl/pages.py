"""What the tests of the interactive page share: graphs to show, and a page in a real browser."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nn
from repl import graph
from repl.drawing import Graph
from repl.pages import Page

from .graphs import batch, mlp, mlp_loss


def drawn(*widths: int, activation: type[nn.Module] = nn.Tanh, **options: Any) -> Graph:
    net = mlp(*widths, activation=activation)
    return graph(mlp_loss(net, widths[0]), net=net, **options)


def trained(*widths: int, steps: int = 30, **options: Any) -> tuple[nn.Trainer, Graph]:
    net = mlp(*widths)
    optimizer = nn.optim.Adam(net.parameters(), lr=0.01)
    trainer = nn.Trainer(net, nn.CrossEntropyLoss(), optimizer, batch(widths[0], widths[-1]), batch_size=8)
    trainer.run(steps)
    return trainer, graph(mlp_loss(net, widths[0]), net=net, history=trainer.history, **options)


def content(page: Page) -> dict[str, Any]:
    """The data in a page, as its scripts read them."""
    (data,) = re.findall(r'<script type="application/json" id="content">(.*?)</script>', page.html, re.DOTALL)
    found: dict[str, Any] = json.loads(data)
    return found


@dataclass
class Opened:
    """A page in a browser, with everything that the browser complained of or asked for."""

    tab: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, context: Any, path: Path) -> Opened:
        tab = context.new_page()
        opened = cls(tab)
        tab.set_default_timeout(10_000)
        tab.on("request", lambda request: opened.requests.append(request.url))
        tab.on("console", lambda message: opened.complaints.append(message.text))
        tab.on("pageerror", lambda error: opened.complaints.append(str(error)))
        tab.goto(path.as_uri())
        return opened

    def press(self, *keys: str) -> None:
        for key in keys:
            self.tab.keyboard.press(key)

    def text(self, selector: str) -> str:
        found: str = self.tab.text_content(selector)
        return found

    def words(self) -> str:
        """Everything that can be seen, pointed at or heard now."""
        found: str = self.tab.evaluate(
            """() => {
              const inside = [...document.body.querySelectorAll("*:not(script, noscript)")];
              const names = ["title", "aria-label", "placeholder", "aria-valuetext"];
              const said = inside.flatMap((each) => names.map((name) => each.getAttribute(name) || ""));
              const shown = inside.filter((each) => !each.closest("[hidden]")).flatMap((each) => [...each.childNodes]);
              return [...shown.filter((node) => node.nodeType === 3).map((node) => node.data), ...said].join("\\n");
            }"""
        )
        return found

    def until(self, condition: str, patience: float = 20.0) -> None:
        """Wait for an expression to be true. Playwright's own way evaluates text, which the page's policy forbids."""
        end = time.monotonic() + patience
        while not self.tab.evaluate(condition):
            assert time.monotonic() < end, f"never: {condition}"
            self.tab.wait_for_timeout(15)

    def touch(self, start: list[tuple[int, int]], end: list[tuple[int, int]], moves: int = 5) -> None:
        """Put fingers down, move them evenly, lift them."""
        wire = self.tab.context.new_cdp_session(self.tab)

        def send(kind: str, share: float) -> None:
            places = [(x + (u - x) * share, y + (v - y) * share) for (x, y), (u, v) in zip(start, end, strict=True)]
            points = [] if kind == "touchEnd" else [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(places)]
            wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        send("touchStart", 0)
        for move in range(1, moves + 1):
            send("touchMove", move / moves)
        send("touchEnd", 1)
        self.tab.wait_for_timeout(30)

    def nodes(self) -> list[str]:
        """The ids of what is drawn."""
        found: list[str] = self.tab.eval_on_selector_all(".node", "all => all.map(node => node.dataset.id)")
        return found

    def chip(self, node: str) -> str:
        """What a card says of its gradient."""
        return self.text(f'[data-id="{node}"] .chip-text, [data-id="{node}"] .amount')

    @property
    def current(self) -> list[str]:
        """The nodes at which the pass is."""
        found: list[str] = self.tab.eval_on_selector_all(".node.current", "all => all.map(node => node.dataset.id)")
        return found

    @property
    def scale(self) -> float:
        return float(self.tab.eval_on_selector(".graph", "g => g.transform.baseVal.consolidate().matrix.a"))

    @property
    def place(self) -> tuple[float, float]:
        x, y = self.tab.eval_on_selector(
            ".graph", "g => { const m = g.transform.baseVal.consolidate().matrix; return [m.e, m.f]; }"
        )
        return float(x), float(y)
