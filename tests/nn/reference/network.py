"""Writes torch_network.safetensors and .npz: a network of PyTorch's, and what it gives.

`python -m tests.nn.reference.network` needs torch 2.13 and safetensors in an environment of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).with_name("torch_network.safetensors")


def network(torch: Any) -> Any:
    """A small convolutional network whose running statistics have moved."""
    torch.manual_seed(0)
    net = torch.nn.Sequential(
        torch.nn.Conv2d(1, 3, 3), torch.nn.BatchNorm2d(3), torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.Flatten(),
        torch.nn.Linear(27, 4),
    )  # fmt: skip
    net(torch.randn(5, 1, 8, 8))
    return net


def main() -> None:
    """Make the files."""
    import torch
    from safetensors.torch import save_file

    net = network(torch)
    save_file(net.state_dict(), FILE)
    x = torch.randn(2, 1, 8, 8)
    np.savez_compressed(FILE.with_suffix(".npz"), x=x.numpy(), y=net.eval()(x).detach().numpy())


if __name__ == "__main__":
    main()
