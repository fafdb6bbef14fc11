"""A recurrent network learns a paragraph by heart, letter by letter.

    python tutorials/char_gru.py

A GRU (Cho et al. 2014, arXiv:1406.1078) reads a letter at a time and says which comes next. It ends at a loss below
0.1 nats a letter, and recites the paragraph from its first letters.
"""

from __future__ import annotations

import numpy as np

import nn
from autograd import Tensor, no_grad

PARAGRAPH = (
    "The chain rule says that small changes multiply along a path and add up over all paths. "
    "Backpropagation is the chain rule with a memory: each step of the way back keeps one number for each number "
    "of the way forward, so that nothing is computed twice. That is all there is to it."
)
LETTERS = sorted(set(PARAGRAPH))
LENGTH = 40  # letters that the network sees at once
STEPS = 300


class Reader(nn.Module):
    """A letter in, its embedding, a GRU, and a logit for each letter that may follow."""

    def __init__(self, letters: int, width: int = 96) -> None:
        self.embedding = nn.Embedding(letters, 24)
        self.gru = nn.GRU(24, width, batch_first=True)
        self.out = nn.Linear(width, letters)

    def forward(self, letters: np.ndarray, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Letters (N, T) as numbers to logits (N, T, letters), and the state after them."""
        h, state = self.gru(self.embedding(letters), state)
        return self.out(h), state


def main(steps: int = STEPS) -> float:
    """Train, print the loss on the way, recite; give the loss of the last step."""
    codes = np.array([LETTERS.index(letter) for letter in PARAGRAPH])
    nn.manual_seed(0)
    rng = np.random.default_rng(0)
    net, loss_function = Reader(len(LETTERS)), nn.CrossEntropyLoss()
    optimizer = nn.optim.Adam(net.parameters(), lr=0.01)
    value = 0.0
    for step in range(1, steps + 1):
        starts = rng.integers(0, len(codes) - LENGTH, 16)
        windows = codes[starts[:, None] + np.arange(LENGTH + 1)]  # (16, 41)
        logits, _ = net(windows[:, :-1])
        # the first letters of a window could be anywhere in the text, so they are not asked for
        loss = loss_function(logits[:, 10:].reshape(-1, len(LETTERS)), windows[:, 11:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        value = loss.item()
        if step % 50 == 0:
            print(f"step {step:4d}  loss {value:.4f} nats a letter")
    print(recite(net, PARAGRAPH[:20], len(PARAGRAPH) - 20))
    return value


def recite(net: Reader, start: str, count: int) -> str:
    """`start`, and the `count` letters that the network thinks most likely after it."""
    text = start
    with no_grad():
        logits, state = net(np.array([[LETTERS.index(letter) for letter in start]]))
        for _ in range(count):
            letter = int(np.argmax(logits[0, -1]))
            text += LETTERS[letter]
            logits, state = net(np.array([[letter]]), state)
    return text


if __name__ == "__main__":
    main()
