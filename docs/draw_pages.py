"""Make the interactive pages that the docs link to, and pictures of them: `python docs/draw_pages.py`.

The pictures are taken with a Chromium on PATH, through the package playwright; without, the pages alone are written.
"""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import nn
from autograd import Tensor
from repl import graph, page
from repl.drawing import Graph
from repl.pages import Page

HERE = Path(__file__).resolve().parent / "pictures"


def chain(widths: list[int], activation: type[nn.Module], *, norm: bool = False) -> nn.Sequential:
    """Linear layers with an activation between them, and with batch norm before it."""
    nn.manual_seed(0)
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        layers += [nn.Linear(inputs, outputs), *([nn.BatchNorm1d(outputs)] if norm else []), activation()]
    return nn.Sequential(*layers[: -2 if norm else -1])


def trained(net: nn.Module, *, steps: int, rate: float, title: str | None = None) -> Graph:
    """The graph of a network on the spiral, after so many steps of training."""
    data = nn.data.spiral(n=96, seed=0)
    loss = nn.CrossEntropyLoss()
    trainer = nn.Trainer(net, loss, nn.optim.Adam(net.parameters(), lr=rate), (data.x, data.y), batch_size=32, seed=0)
    trainer.run(steps)
    value: Tensor = loss(net(data.x), data.y)
    return graph(value, net=net, title=title, history=trainer.history)


def pages() -> dict[str, Page]:
    """The pages by the names of their files."""
    sigmoid, relu = chain([2, *[16] * 7, 3], nn.Sigmoid), chain([2, *[16] * 7, 3], nn.ReLU)
    plain, normed = chain([2, 16, 3], nn.Tanh), chain([2, 16, 3], nn.Tanh, norm=True)
    return {
        "page_mlp": page(trained(chain([2, 16, 8, 3], nn.Tanh), steps=300, rate=0.03)),
        "page_vanish": page(
            trained(chain([2, *[16] * 11, 3], nn.Sigmoid), steps=60, rate=0.01),
            title="Twelve layers of sigmoids: the gradient vanishes",
        ),
        "page_compare": page(
            trained(sigmoid, steps=100, rate=0.01, title="Sigmoid"),
            trained(relu, steps=100, rate=0.01, title="ReLU"),
            title="Eight layers: sigmoid beside ReLU",
        ),
        "page_norm": page(
            trained(plain, steps=100, rate=0.01, title="without batch norm"),
            trained(normed, steps=100, rate=0.01, title="with batch norm"),
            title="A network without and with batch norm",
        ),
    }


# What is pressed before a picture is taken, and the size of the window.
SHOTS = {
    "page_mlp": (("Home", *["ArrowRight"] * 6), (1280, 640)),
    "page_compare": (("[", "m", *["ArrowRight"] * 40), (1280, 860)),
}


def photograph(chromium: str) -> None:
    """Pictures of the pages as a reader meets them."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, (keys, (width, height)) in SHOTS.items():
            tab = browser.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
            tab.goto((HERE / f"{name}.html").as_uri())
            for key in keys:
                tab.keyboard.press(key)
            tab.screenshot(path=HERE / f"{name}.png")
            print(HERE / f"{name}.png")
        browser.close()


def main() -> None:
    """Write the pages, and take their pictures if there is a browser."""
    HERE.mkdir(exist_ok=True)
    for name, made in pages().items():
        print(made.save(HERE / f"{name}.html"), f"{len(made.html.encode()) // 1024} KB")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is not None:
        photograph(chromium)


if __name__ == "__main__":
    main()
