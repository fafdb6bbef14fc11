"""Functions for sweeps to run: other processes import this module, so they are not among the tests."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np

import nn


def parabola(x: float, y: float = 0.0) -> float:
    return (x - 1) ** 2 + y


def noise(width: int, seed: int) -> dict[str, float]:
    """From the seed that it gets, and from nn's generator."""
    drawn = np.random.default_rng(seed).random()
    return {"given": drawn, "own": float(nn.Linear(width, 1).weight.detach().numpy().sum())}


def unlucky(x: int) -> dict[str, float]:
    if x == 13:
        raise ValueError("thirteen")
    if x == 666:
        os._exit(3)
    return {"squared": x * x, "threads": nn.get_num_threads()}


def counted(x: int, folder: str) -> float:
    """Leaves a file each time it is called."""
    Path(folder, f"{x}-{time.time_ns()}").touch()
    return float(x)


def slow(x: int, folder: str) -> float:
    counted(x, folder)
    time.sleep(0.0 if x < 2 else 20.0)
    Path(folder, f"{x}-done").touch()
    return float(x)
