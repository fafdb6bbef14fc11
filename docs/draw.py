"""Draw the pictures of the README and of the gallery, and write the gallery: `python docs/draw.py`.

Each function below is a picture: its name is the file's, its docstring says how to read it, and its code is shown
beside it. The same versions give the same bytes, so a picture that changed shows in the diff. What is drawn is noted
in `pictures/drawn.txt`, where a test compares it with what the code draws today.
"""

from __future__ import annotations

import hashlib
import inspect
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

import nn
from autograd import Tensor
from repl import graph
from repl.drawing import Graph

HERE = Path(__file__).resolve().parent
PICTURES = HERE / "pictures"
GALLERY = HERE / "gallery.md"
DRAWN = PICTURES / "drawn.txt"
Maker = Callable[[], Graph]
_IMPORTS = {
    "pairwise": "from itertools import pairwise",
    "np": "import numpy as np",
    "nn": "import nn",
    "Tensor": "from autograd import Tensor",
    "graph": "from repl import graph",
}


@dataclass(frozen=True)
class Picture:
    """One picture of the gallery: a heading, the function that draws it, and the resolution that keeps it small."""

    heading: str
    make: Maker
    dpi: int
    as_text: bool

    @property
    def name(self) -> str:
        """The name of the file, without its suffix."""
        return self.make.__name__

    @property
    def told(self) -> str:
        """How to read it."""
        return inspect.cleandoc(self.make.__doc__ or "")

    @property
    def code(self) -> str:
        """The Python that makes it, as one would type it."""
        source = textwrap.dedent(inspect.getsource(self.make))
        body = textwrap.dedent(source.split('"""\n', 1)[1].replace("return graph(", "graph("))
        used = [line for name, line in _IMPORTS.items() if re.search(rf"\b{name}\b", body)]
        return "\n".join(used) + "\n\n" + body.rstrip()


gallery: list[Picture] = []


def picture(heading: str, *, dpi: int = 72, as_text: bool = False) -> Callable[[Maker], Maker]:
    """Enter a function into the gallery; `as_text` shows what a terminal prints too."""

    def enter(make: Maker) -> Maker:
        gallery.append(Picture(heading, make, dpi, as_text))
        return make

    return enter


@picture("One neuron, by hand", dpi=110, as_text=True)
def neuron() -> Graph:
    """Scalars show themselves, so that every number can be checked with pencil and paper.

    From the right: the output is 0.707, so `tanh` passes 1 - 0.707² = 0.5 on; a sum hands it to both of its terms; a
    product hands each factor the other one: w gets 0.5 · 2, and x, were it no constant, would get 0.5 · (-3).
    """
    x = Tensor(2.0, name="x")
    w = Tensor(-3.0, requires_grad=True, name="w")
    b = Tensor(6.8814, requires_grad=True, name="b")
    return graph(np.tanh(w * x + b), title="One neuron, by hand")


@picture("A multilayer perceptron", dpi=110)
def mlp() -> Graph:
    """The data go from left to right; arrows point back, and their colour and width are the size of the gradient.

    Values are in the cards and on the arrows. A number stands with every colour.
    """
    data = nn.data.spiral(n=96, seed=0)
    nn.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 8), nn.Tanh(), nn.Linear(8, 3))
    return graph(nn.CrossEntropyLoss()(net(data.x), data.y), net=net)


@picture("A gradient that vanishes", dpi=90)
def vanish() -> Graph:
    """Twelve layers of sigmoids, a card each: every layer takes about nine tenths of the gradient away.

    Below a ten thousandth of what leaves the loss, arrows are dashed and numbers have the mark ▼. The layer where that
    begins stays open.
    """
    nn.manual_seed(0)
    layers = []
    for inputs, outputs in pairwise([2, *[16] * 11, 3]):
        layers += [nn.Linear(inputs, outputs), nn.Sigmoid()]
    net = nn.Sequential(*layers[:-1])
    data = nn.data.spiral(n=96, seed=0)
    loss = nn.CrossEntropyLoss()(net(data.x), data.y)
    return graph(loss, net=net, title="Twelve layers of sigmoids: the gradient vanishes")


@picture("A gradient that explodes")
def explode() -> Graph:
    """Weights six times too large, with ReLU, on a dark ground: the gradient grows from layer to layer.

    Colour and width saturate; the number and the mark ▲ do not.
    """
    layers = []
    for inputs, outputs in pairwise([2, *[16] * 11, 3]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    net = nn.init.initialize_(nn.Sequential(*layers[:-1]), "normal", seed=0, std=2.0)
    data = nn.data.spiral(n=96, seed=0)
    loss = nn.CrossEntropyLoss()(net(data.x), data.y)
    return graph(loss, net=net, theme="dark", title="Weights six times too large: the gradient explodes")


@picture("LeNet with batch norm, folded")
def lenet() -> Graph:
    """A card for each layer: `level="module"`. Healthy: all bars are alike.

    The biases of the convolutions get nothing but rounding, as batch norm takes any shift away; that is not called
    vanishing.
    """
    nn.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )  # fmt: skip
    rng = np.random.default_rng(0)
    images, digits = rng.normal(size=(8, 1, 28, 28)).astype(np.float32), rng.integers(0, 10, 8)
    return graph(nn.CrossEntropyLoss()(net(images), digits), net=net, level="module", title="LeNet with batch norm")


@picture("Batch norm, opened")
def batch_norm() -> Graph:
    """One layer as its steps, `opened="1"`, the rest whole: mean, variance, division, scale and shift.

    Two arrows from `/` and two into the first mean show why the gradient of a batch norm is not that of a scaling:
    mean and variance move with the batch. The bias before it is marked ○: its gradient cancels.
    """
    nn.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))
    data = nn.data.spiral(n=96, seed=0)
    loss = nn.CrossEntropyLoss()(net(data.x), data.y)
    return graph(loss, net=net, opened="1", title="Batch norm, opened")


@picture("A transformer, folded")
def transformer() -> Graph:
    """Two blocks of attention and two-layer network, each added to the stream that passes beside it.

    A sum hands its gradient on unchanged, so the stream carries the same gradient past all blocks.
    """
    nn.manual_seed(0)
    blocks = [nn.TransformerEncoderLayer(32, 4, 64, dropout=0.0, batch_first=True, norm_first=True) for _ in range(2)]
    net = nn.Sequential(nn.Embedding(20, 32), *blocks, nn.Linear(32, 20))
    letters = np.random.default_rng(0).integers(0, 20, (8, 17))
    logits = net(letters[:, :-1]).reshape(-1, 20)
    return graph(
        nn.CrossEntropyLoss()(logits, letters[:, 1:].reshape(-1)), net=net, title="A transformer of two layers"
    )


@picture("A residual network")
def residual() -> Graph:
    """What goes round a layer is drawn round it; where two arrows end, the gradients add."""

    class Residual(nn.Module):
        def __init__(self):
            self.into = nn.Linear(2, 16)
            self.blocks = nn.ModuleList([nn.Linear(16, 16), nn.Linear(16, 16)])
            self.out = nn.Linear(16, 3)

        def forward(self, x):
            h = self.into(x)
            for block in self.blocks:
                h = h + np.tanh(block(h))
            return self.out(h)

    nn.manual_seed(0)
    net = Residual()
    data = nn.data.spiral(n=96, seed=0)
    return graph(nn.CrossEntropyLoss()(net(data.x), data.y), net=net, title="Two residual blocks")


@picture("A recurrent cell, four steps")
def recurrent() -> Graph:
    """The same U and W at every step: each arrow is what one step adds, and the card has the sum.

    Early steps add less: the gradient has come a longer way.
    """
    rng = np.random.default_rng(0)
    x = [Tensor(rng.normal(size=(4, 3)), name=f"x{t}") for t in range(4)]
    U = Tensor(0.5 * rng.normal(size=(3, 8)), requires_grad=True, name="U")
    W = Tensor(0.3 * rng.normal(size=(8, 8)), requires_grad=True, name="W")
    h = np.tanh(x[0] @ U)
    for t in range(1, 4):
        h = np.tanh(x[t] @ U + h @ W)
    names = {f"x{t}": x[t] for t in range(4)}
    return graph(np.mean(h**2), names=names, title="h = tanh(x U + h W), four times")


@picture("What is round one tensor", dpi=90)
def focus() -> Graph:
    """`focus="12.weight", depth=3` of the twelve sigmoids: any part of any graph, with all its numbers."""
    nn.manual_seed(0)
    layers = []
    for inputs, outputs in pairwise([2, *[16] * 11, 3]):
        layers += [nn.Linear(inputs, outputs), nn.Sigmoid()]
    net = nn.Sequential(*layers[:-1])
    data = nn.data.spiral(n=96, seed=0)
    loss = nn.CrossEntropyLoss()(net(data.x), data.y)
    return graph(loss, net=net, focus="12.weight", depth=3, title="Round the weight of the seventh layer")


@picture("A forward pass that failed", dpi=90)
def failed() -> Graph:
    """`graph(error)`: what had been computed, and the operation that stopped, with what it got and expected."""
    nn.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(8, 3))
    try:
        net(np.ones((32, 2), np.float32))
    except ValueError as error:
        return graph(error, net=net)


@picture("A second derivative", dpi=90)
def second_derivative() -> Graph:
    """The backward pass of tanh(w x), itself recorded, and how its result moves with w and x.

    What the pass did is in the box: 1 - y², times the seed, times w.
    """
    w = Tensor(0.7, requires_grad=True, name="w")
    x = Tensor(1.5, requires_grad=True, name="x")
    np.tanh(w * x).backward(create_graph=True)
    return graph(x.grad, title="The slope of tanh(w x), and its own gradient")


def fingerprint(made: Graph) -> str:
    """What a picture shows, but for its numbers and colours: they may differ in the last digit between machines."""
    text = re.sub(r"[^\s<>\"]*draw\.py:\S*", "", made.dot)  # where this file lies
    text = re.sub(r"#[0-9A-Fa-f]{6}", "#", text)
    text = re.sub(r"penwidth=\S+|arrowsize=\S+|WIDTH=\"\d+\"", "", text)
    text = re.sub(r"[−-]?\d[\d.]*(·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?", "0", text)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def page(made: dict[str, Graph]) -> str:
    """The gallery in Markdown."""
    told = (
        "Made by `python docs/draw.py`. Each picture is one call of `graph`, and `.save` with .svg, .png, .pdf, .dot "
        "or .html writes it. In the shell the same is the command `graph`."
    )
    parts = ["# Gallery", told]
    for each in gallery:
        parts += [f"## {each.heading}", f"![{each.heading}](pictures/{each.name}.png)", each.told]
        parts.append(f"```py\n{each.code}\n```")
        if each.as_text:
            parts.append("In a terminal:")
            parts.append(f"```text\n{made[each.name].text(width=80)}\n```")
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Draw everything."""
    PICTURES.mkdir(exist_ok=True)
    made = {each.name: each.make() for each in gallery}
    for each in gallery:
        saved = made[each.name].save(PICTURES / f"{each.name}.png", dpi=each.dpi)
        print(saved)
    GALLERY.write_text(page(made), "utf-8")
    DRAWN.write_text("".join(f"{name} {fingerprint(each)}\n" for name, each in made.items()), "utf-8")


if __name__ == "__main__":
    main()
