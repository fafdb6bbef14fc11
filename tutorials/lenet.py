"""A small LeNet reads handwritten digits: convolutions, two poolings, two linear layers.

    python tutorials/lenet.py

The images are 8x8, so the net is LeNet-5's plan at a smaller size (LeCun et al. 1998, "Gradient-based learning
applied to document recognition"). Each epoch sees every image moved by up to one pixel: what a digit is does not
depend on where it stands. It ends at about 99 % of a quarter of the digits,
which it has never seen, and above 98.5 % from any seed tried.

On a busy machine set OPENBLAS_NUM_THREADS=1: at these sizes a second thread waits more than it works.
"""

from __future__ import annotations

import numpy as np

import nn

EPOCHS = 30


def network() -> nn.Sequential:
    """1x8x8 images to 10 logits."""
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),  # (N, 32, 8, 8)
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.Conv2d(32, 32, 3, padding=1),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.MaxPool2d(2),  # (N, 32, 4, 4)
        nn.Conv2d(32, 64, 3, padding=1),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.MaxPool2d(2),  # (N, 64, 2, 2)
        nn.Flatten(),
        nn.Dropout(0.3),
        nn.Linear(256, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
    )


def shifted(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each image moved by up to one pixel, up or down and left or right; what comes in from outside is empty."""
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=images.min())
    moved = np.empty_like(images)
    for image, target, (down, right) in zip(padded, moved, rng.integers(0, 3, (len(images), 2)), strict=True):
        target[...] = image[:, down : down + 8, right : right + 8]
    return moved


def main(epochs: int = EPOCHS) -> float:
    """Train, print the accuracy on the way, and give the last one."""
    data = nn.data.digits().split(test=0.25, seed=0)
    scale = np.float32(16)  # pixels count from 0 to 16
    x, x_test = (part.x.reshape(-1, 1, 8, 8) / scale for part in (data.train, data.test))
    nn.manual_seed(0)
    rng = np.random.default_rng(0)
    net, loss_function = network(), nn.CrossEntropyLoss()
    optimizer = nn.optim.Adam(net.parameters(), lr=0.004)
    schedule = nn.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
    print(net)
    accuracy = 0.0
    for epoch in range(1, epochs + 1):
        net.train()
        batches = nn.data.DataLoader((shifted(x, rng), data.train.y), batch_size=64, seed=epoch - 1, drop_last=True)
        for images, digits in batches:
            optimizer.zero_grad()
            loss = loss_function(net(images), digits)
            loss.backward()
            optimizer.step()
        schedule.step()
        net.eval()
        accuracy = float(np.mean(np.argmax(net(x_test), axis=1) == data.test.y))
        if epoch % 10 == 0:
            print(f"epoch {epoch:3d}  loss {loss.item():.4f}  test accuracy {accuracy:.2%}")
    return accuracy


if __name__ == "__main__":
    main()
