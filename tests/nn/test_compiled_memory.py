"""What a compiled step needs at most, its first call included, is about what an eager one needs."""

from __future__ import annotations

import gc
import tracemalloc

import numpy as np
import pytest

import autograd
import nn


def convolutions(rng):
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1, rng=rng), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Dropout(0.3), nn.Linear(8 * 256, 10, rng=rng),
    )  # fmt: skip
    return net, rng.normal(size=(32, 3, 32, 32))


def attention(rng):
    class Reader(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.TransformerEncoderLayer(64, 4, 128, batch_first=True)
            self.last = nn.Linear(64, 10, rng=rng)

        def forward(self, x):
            return self.last(self.layer(x).mean(1))

    return Reader(), rng.normal(size=(16, 48, 64))


def normalised(rng):
    net = nn.Sequential(
        nn.Linear(256, 300, rng=rng), nn.BatchNorm1d(300), nn.GELU(), nn.Linear(300, 300, rng=rng), nn.LayerNorm(300),
        nn.Tanh(), nn.Linear(300, 10, rng=rng),
    )  # fmt: skip
    return net, rng.normal(size=(256, 256))


def recurrent(kind):
    def make(rng):
        class Reader(nn.Module):
            def __init__(self):
                super().__init__()
                self.layer = kind(32, 64, batch_first=True)
                self.last = nn.Linear(64, 10, rng=rng)

            def forward(self, x):
                return self.last(self.layer(x)[0][:, -1])

        return Reader(), rng.normal(size=(96, 24, 32))

    return make


def highest(make, compiled):
    """The most bytes at once of three training steps, beyond what was there before the first."""
    nn.manual_seed(0)
    rng = np.random.default_rng(0)
    net, x = make(rng)
    optimizer, loss_function = nn.optim.AdamW(net.parameters()), nn.CrossEntropyLoss()
    x, target = x.astype(np.float32), rng.integers(0, 10, len(x))

    def step(x, target):
        optimizer.zero_grad()
        loss = loss_function(net(x), target)
        loss.backward()
        optimizer.step()

    run = autograd.compile(step) if compiled else step
    gc.collect()
    tracemalloc.start()
    try:
        for _ in range(3):
            run(x, target)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("make", [convolutions, attention, normalised])
def test_the_highest_point_of_compiled_steps(make):
    eager, compiled = highest(make, False), highest(make, True)
    assert compiled < 1.3 * eager, f"{compiled / eager:.2f} of {eager / 1e6:.1f} MB"


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_recurrent_rows_which_are_one_call_let_go_of_what_they_do_not_look_at(kind):
    eager, compiled = (highest(recurrent(kind), way) for way in (False, True))
    assert compiled < 1.1 * eager, f"{compiled / eager:.2f} of {eager / 1e6:.1f} MB"
