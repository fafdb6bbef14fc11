"""Draw the same three networks with torchviz, torchview, TorchLens, torchvista and chainrule, for docs/comparison.md.

    pip install torch torchviz torchview torchlens torchvista playwright
    python docs/compare_pictures.py [FOLDER]

The networks are PyTorch's; chainrule's have the same layers, weights and data. torchvista draws in a browser: its page
is opened in Chromium and a picture taken of it. Every tool is used as its own documentation shows it; TorchLens, which
can colour by gradient if asked, is drawn both ways.
"""

from __future__ import annotations

import functools
import shutil
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torchlens
import torchview
import torchvista
import torchviz
from playwright.sync_api import sync_playwright

import nn
from autograd import Tensor
from repl import graph

PACKAGES = ("torchviz", "torchview", "torchlens", "torchvista", "torch")
HERE = Path(__file__).resolve().parent
# Dots per inch at which each can be read and stays small.
DPI = {"torchviz": 48, "torchview": 84, "torchlens": 48}
TOLD = {
    "mlp": ("Twelve layers of sigmoids: the gradient vanishes", "op"),
    "lenet": ("LeNet with batch norm", "module"),
    "transformer": ("A transformer of two layers", "op"),
}
HEIGHT = 1400  # of a page
Network = tuple[Any, Any, torch.Tensor, torch.Tensor]  # PyTorch's, ours, inputs and classes


def mlp() -> Network:
    """Twelve layers of sigmoids, in which the gradient vanishes."""
    theirs, ours = [], []
    for inputs, outputs in pairwise([2, *[16] * 11, 3]):
        theirs += [torch.nn.Linear(inputs, outputs), torch.nn.Sigmoid()]
        ours += [nn.Linear(inputs, outputs), nn.Sigmoid()]
    x = torch.randn(32, 2)
    return torch.nn.Sequential(*theirs[:-1]), nn.Sequential(*ours[:-1]), x, torch.randint(0, 3, (32,))


def _lenet(layers: Any) -> Any:
    return layers.Sequential(
        layers.Conv2d(1, 6, 5, padding=2), layers.BatchNorm2d(6), layers.ReLU(), layers.MaxPool2d(2),
        layers.Conv2d(6, 16, 5), layers.BatchNorm2d(16), layers.ReLU(), layers.MaxPool2d(2), layers.Flatten(),
        layers.Linear(400, 120), layers.ReLU(), layers.Linear(120, 84), layers.ReLU(), layers.Linear(84, 10),
    )  # fmt: skip


def lenet() -> Network:
    """LeNet with batch norm: healthy, but for biases that batch norm makes pointless."""
    return _lenet(torch.nn), _lenet(nn), torch.randn(8, 1, 28, 28), torch.randint(0, 10, (8,))


def _transformer(layers: Any) -> Any:
    blocks = [
        layers.TransformerEncoderLayer(32, 4, 64, dropout=0.0, batch_first=True, norm_first=True) for _ in range(2)
    ]
    return layers.Sequential(layers.Embedding(20, 32), *blocks, layers.Linear(32, 20))


def transformer() -> Network:
    """An embedding, two layers of a transformer, and logits."""
    return _transformer(torch.nn), _transformer(nn), torch.randint(0, 20, (8, 16)), torch.randint(0, 20, (8, 16))


def _loss(logits: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.cross_entropy(logits.flatten(0, -2), classes.flatten())


def by_torchviz(name: str, net: Any, x: torch.Tensor, y: torch.Tensor, folder: Path) -> None:
    """The graph of autograd's own nodes, with the parameters named."""
    drawn = torchviz.make_dot(_loss(net(x), y), params=dict(net.named_parameters()))
    _render(drawn, folder / f"{name}_torchviz.png", DPI["torchviz"])


def by_torchview(name: str, net: Any, x: torch.Tensor, _: torch.Tensor, folder: Path) -> None:
    """Modules and functions with the shapes that go in and out, nested as in the program."""
    drawn = torchview.draw_graph(net, input_data=x, expand_nested=True, device="cpu").visual_graph
    _render(drawn, folder / f"{name}_torchview.png", DPI["torchview"])


def by_torchlens(name: str, net: Any, x: torch.Tensor, y: torch.Tensor, folder: Path, *, gradients: bool) -> None:
    """Every operation with its shape and parameters; with `gradients`, coloured by the norm of each one."""
    trace = torchlens.trace(net, x, capture=torchlens.options.CaptureOptions(save_grads=gradients))
    options: dict[str, Any] = {}
    if gradients:
        trace.log_backward(_loss(trace[trace.output_layers[0]].out, y))
        options = {"color_by": "grad_norm", "node_overlay": "grad_norm", "show_legend": True}
    if name == "transformer":
        options["collapse"] = "auto"
    target = folder / f"{name}_torchlens{'_gradients' if gradients else ''}"
    trace.draw(
        vis_outpath=str(target),
        vis_fileformat="png",
        vis_save_only=True,
        dpi=DPI["torchlens"] - (10 if name == "transformer" else 0),
        direction="topdown",
        **options,
    )


def by_torchvista(name: str, net: Any, x: torch.Tensor, _: torch.Tensor, folder: Path) -> None:
    """A page for the browser, as it opens."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "page.html"
        torchvista.trace_model(
            net, x, collapse_modules_after_depth=3, height=HEIGHT, export_format="html", export_path=str(path)
        )
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 560, "height": HEIGHT + 16})
            page.goto(path.as_uri())
            page.wait_for_timeout(4000)
            page.screenshot(path=str(folder / f"{name}_torchvista.png"))
            browser.close()


def by_chainrule(name: str, theirs: Any, ours: Any, x: torch.Tensor, y: torch.Tensor, folder: Path) -> None:
    """The loss, with every value and gradient."""
    ours.load_state_dict({key: value.numpy() for key, value in theirs.state_dict().items()})
    logits: Tensor = ours(x.numpy())
    if logits.ndim > 2:
        logits = logits.reshape(-1, logits.shape[-1])
    loss = nn.CrossEntropyLoss()(logits, y.numpy().reshape(-1))
    title, level = TOLD[name]
    graph(loss, net=ours, level=level, title=title).save(folder / f"{name}_chainrule.png", dpi=62)


def _render(drawn: Any, path: Path, dpi: int) -> None:
    drawn.graph_attr.update(dpi=str(dpi))
    path.write_bytes(drawn.pipe(format="png"))


def main(folder: Path) -> None:
    """Draw all of it, and say what was used and what failed."""
    folder.mkdir(exist_ok=True, parents=True)
    print(", ".join(f"{name} {version(name)}" for name in PACKAGES), "NumPy", np.__version__)
    tools: dict[str, Callable[..., None]] = {
        "torchviz": by_torchviz,
        "torchview": by_torchview,
        "torchlens": functools.partial(by_torchlens, gradients=False),
        "torchlens with gradients": functools.partial(by_torchlens, gradients=True),
        "torchvista": by_torchvista,
    }
    for make in (mlp, lenet, transformer):
        name = make.__name__
        torch.manual_seed(0)
        theirs, ours, x, y = make()
        by_chainrule(name, theirs, ours, x, y, folder)
        for tool, draw in tools.items():
            try:
                draw(name, theirs, x, y, folder)
            except Exception as error:  # noqa: BLE001  # one that fails should not hide the others
                print(f"{name} with {tool}: {type(error).__name__}: {error}", file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "pictures" / "comparison")
