"""A transformer of two layers learns a paragraph by heart, letter by letter.

    python tutorials/transformer.py

Each place looks back at the letters before it (Vaswani et al. 2017, arXiv:1706.03762); a mask hides those to come.
It ends at a loss below 0.1 nats a letter.
"""

from __future__ import annotations

import numpy as np

import nn
from autograd import Tensor

PARAGRAPH = (
    "Attention is a weighted mean. Each place asks a question, every place before it offers a key, and where the two "
    "agree the value behind the key is taken. The gradient flows back through the same weights, so a place that was "
    "looked at is a place that learns."
)
LETTERS = sorted(set(PARAGRAPH))
LENGTH = 48
STEPS = 300


class Writer(nn.Module):
    """Letters and places, two transformer layers that look back only, and a logit for each letter that may follow."""

    def __init__(self, letters: int, width: int = 64) -> None:
        self.letters = nn.Embedding(letters, width)
        self.places = nn.Embedding(LENGTH, width)
        self.blocks = nn.ModuleList(
            nn.TransformerEncoderLayer(width, 4, 128, dropout=0.0, batch_first=True, norm_first=True) for _ in range(2)
        )
        self.out = nn.Linear(width, letters)
        self.mask = np.triu(np.full((LENGTH, LENGTH), -np.inf, np.float32), 1)  # (to, from): nothing from later places

    def forward(self, letters: np.ndarray) -> Tensor:
        """Letters (N, T) as numbers to logits (N, T, letters)."""
        length = letters.shape[1]
        h = self.letters(letters) + self.places(np.arange(length))
        for block in self.blocks:
            h = block(h, src_mask=self.mask[:length, :length])
        return self.out(h)


def main(steps: int = STEPS) -> float:
    """Train, print the loss on the way, and give the last one."""
    codes = np.array([LETTERS.index(letter) for letter in PARAGRAPH])
    nn.manual_seed(0)
    rng = np.random.default_rng(0)
    net, loss_function = Writer(len(LETTERS)), nn.CrossEntropyLoss()
    optimizer = nn.optim.AdamW(net.parameters(), lr=0.003)
    schedule = nn.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps)
    value = 0.0
    for step in range(1, steps + 1):
        starts = rng.integers(0, len(codes) - LENGTH, 16)
        windows = codes[starts[:, None] + np.arange(LENGTH + 1)]  # (16, 49)
        logits = net(windows[:, :-1])
        # the first letters of a window could be anywhere in the text, so they are not asked for
        loss = loss_function(logits[:, 10:].reshape(-1, len(LETTERS)), windows[:, 11:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        value = loss.item()
        if step % 50 == 0:
            print(f"step {step:4d}  loss {value:.4f} nats a letter")
    return value


if __name__ == "__main__":
    main()
