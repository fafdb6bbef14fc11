"""How much work a step is told to have: kernels count at every place where they are used; the look leaves no trace."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nn
from nn.threads import sizing
from nn.training.work import largest_product
from tests.nn.training.runs import everything

CLASSES = np.arange(12) % 3
IMAGES = np.random.default_rng(0).standard_normal((12, 2, 9, 9)).astype(np.float32)
LINES = IMAGES[:, :, 0]


def loader(x: Any) -> nn.data.DataLoader:
    return nn.data.DataLoader((x, CLASSES), 6)


@pytest.mark.parametrize(
    ("build", "x", "expected"),
    [
        (lambda: nn.Conv2d(2, 4, 3), IMAGES, (6 * 49 * 4 * 2 * 9, 6 * 49)),
        (lambda: nn.Conv2d(2, 4, 3, stride=2, padding=1), IMAGES, (6 * 25 * 4 * 2 * 9, 6 * 25)),
        (lambda: nn.Conv2d(2, 4, 3, groups=2), IMAGES, (6 * 49 * 2 * 1 * 9, 6 * 49)),
        (lambda: nn.Conv1d(2, 4, 3), LINES, (6 * 7 * 4 * 2 * 3, 6 * 7)),
        (lambda: nn.ConvTranspose2d(2, 4, 3, stride=2), IMAGES, (6 * 81 * 4 * 2 * 9, 6 * 81)),
        (lambda: nn.Sequential(nn.MaxPool2d(3), nn.Conv2d(2, 1, 3), nn.Flatten(), nn.Linear(1, 50)), IMAGES, (300, 6)),
        (lambda: nn.Sequential(nn.Conv2d(2, 4, 3), nn.Linear(3, 3)), IMAGES, (6 * 4 * 2 * 9, 6)),
        (lambda: nn.Sequential(nn.Conv2d(5, 4, 3)), IMAGES, (6 * 4 * 5 * 9, 6)),
    ],
    ids=["2d", "stride", "groups", "1d", "transposed", "a linear layer is larger", "fails later", "fails at once"],
)  # fmt: skip
def test_a_kernel_counts_wherever_it_is_used(build: Callable[[], nn.Module], x: Any, expected: tuple[int, int]) -> None:
    # of a network that fails only the weights are seen
    assert largest_product(build(), loader(x)) == expected


class Noisy(nn.Module):
    """A convolution beside which numbers are drawn and written, whatever the mode."""

    def __init__(self) -> None:
        self.layer, self.out = nn.Conv2d(2, 3, 3), nn.Linear(3, 3)
        self.register_buffer("seen", np.zeros(1))

    def forward(self, x: Any) -> Any:
        self.seen += 1
        nn.default_generator().random()
        return self.out(self.layer(x).mean(axis=(2, 3)))


def run(threads: Any) -> nn.Trainer:
    nn.manual_seed(0)
    net = Noisy()
    net.layer.eval()
    optimizer = nn.optim.SGD(net.parameters(), lr=0.1)
    return nn.Trainer(net, nn.CrossEntropyLoss(), optimizer, loader(IMAGES), threads=threads)


def test_looking_leaves_no_trace() -> None:
    plain, looked = run(1), run("auto")
    assert everything(plain) == everything(looked)
    assert [module.training for module in looked.net.modules()] == [True, False, True]
    assert not any(any(module._hooks or ()) for module in looked.net.modules())
    plain.run(3)
    looked.run(3)
    assert everything(plain) == everything(looked)


def test_who_does_not_look_copies_nothing() -> None:
    net = nn.Linear(2, 3)
    net.register_buffer("large", np.zeros(1 << 20))
    parts = net, nn.CrossEntropyLoss(), nn.optim.SGD(net.parameters(), lr=0.1), (IMAGES[:, 0, 0, :2], CLASSES)

    def peak(threads: Any) -> int:
        tracemalloc.start()
        try:
            nn.Trainer(*parts, threads=threads)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(1) < 1 << 20 < peak("auto")


def test_hooks_of_others_see_nothing_of_it() -> None:
    net, seen = Noisy(), []
    with net.layer.register_forward_hook(lambda module, args, out: seen.append(out.shape)):
        assert largest_product(net, loader(IMAGES)) == (6 * 54, 6)
    assert seen == []


def test_auto_divides_a_convolution(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizing, "cores", lambda: 2)
    monkeypatch.setattr(sizing, "limits", lambda: (1,))
    work = 6 * 49 * 3 * 2 * 9
    monkeypatch.setattr(sizing, "DIVIDED", work)
    assert run("auto").threads == 2
    monkeypatch.setattr(sizing, "DIVIDED", work + 1)
    assert (
        run("auto").why_one_thread == f"two threads pay from {work + 1:,} multiplications in a product; here are 15,876"
    )
