"""Writes beginnings.npz: how PyTorch's layers and initialisers begin, `python -m tests.nn.reference.beginnings`.

It needs torch 2.13; the tests need only the file. For each parameter there are mean, deviation, least and largest of
about 1e5 draws, in float64. With `--check` it writes nothing, and says whether the file still has PyTorch's shapes of
numbers; the draws themselves follow PyTorch's generator from seed 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.nn.reference.stored import main

Made = tuple[str, tuple[Any, ...], dict[str, Any]]
LAYERS: dict[str, Made] = {
    "linear": ("Linear", (100, 1000), {}),
    "bilinear": ("Bilinear", (25, 8, 500), {}),
    "conv1d": ("Conv1d", (50, 400, 5), {}),
    "conv2d": ("Conv2d", (20, 100, (5, 10)), {}),
    "conv2d groups": ("Conv2d", (40, 100, 10), {"groups": 4}),
    "conv_transpose1d": ("ConvTranspose1d", (200, 100, 5), {}),
    "conv_transpose2d": ("ConvTranspose2d", (50, 40, (5, 10)), {}),
    "conv_transpose2d groups": ("ConvTranspose2d", (100, 40, 10), {"groups": 4}),
    "embedding": ("Embedding", (1000, 100), {}),
    "embedding padding": ("Embedding", (1000, 100), {"padding_idx": 3}),
    "rnn": ("RNN", (250, 300), {"num_layers": 2}),
    "lstm": ("LSTM", (150, 170), {"bidirectional": True}),
    "gru": ("GRU", (200, 180), {}),
    "rnn cell": ("RNNCell", (250, 300), {}),
    "lstm cell": ("LSTMCell", (150, 170), {}),
    "gru cell": ("GRUCell", (200, 180), {}),
    "attention": ("MultiheadAttention", (200, 4), {}),
    "attention apart": ("MultiheadAttention", (300, 3), {"kdim": 330, "vdim": 350, "add_bias_kv": True}),
    "encoder": ("TransformerEncoderLayer", (200, 4, 500), {}),
    "prelu": ("PReLU", (7,), {}),
    "batch_norm1d": ("BatchNorm1d", (5,), {}),
    "batch_norm2d": ("BatchNorm2d", (5,), {}),
    "layer_norm": ("LayerNorm", ((3, 2),), {}),
    "group_norm": ("GroupNorm", (2, 4), {}),
    "instance_norm": ("InstanceNorm2d", (4,), {"affine": True, "track_running_stats": True}),
    "rms_norm": ("RMSNorm", (4,), {}),
}
INITS: dict[str, tuple[str, dict[str, Any]]] = {
    "trunc_normal": ("trunc_normal_", {}),
    "trunc_normal narrow": ("trunc_normal_", {"mean": 0.5, "std": 2.0, "a": 0.0, "b": 1.0}),
    "trunc_normal tail": ("trunc_normal_", {"std": 0.5, "a": 1.0, "b": 9.0}),
    "trunc_normal wide": ("trunc_normal_", {"std": 0.02}),
    "orthogonal": ("orthogonal_", {"gain": 1.5}),
    "sparse": ("sparse_", {"sparsity": 0.3, "std": 0.5}),
    "eye": ("eye_", {}),
}
SHAPE = (250, 400)


def moments(values: np.ndarray) -> np.ndarray:
    """Mean, deviation, least and largest."""
    return np.array([values.mean(), values.std(), values.min(), values.max()])


def numbers(torch: Any) -> dict[str, Any]:
    """The moments of every parameter and buffer, and the shares of zeros."""
    torch.manual_seed(0)
    found: dict[str, Any] = {}
    for name, (kind, args, options) in LAYERS.items():
        layer = getattr(torch.nn, kind)(*args, **options).double()
        for part, value in layer.state_dict().items():
            found[f"{name}/{part}"] = moments(value.numpy().astype(float))
    for name, (function, options) in INITS.items():
        values = getattr(torch.nn.init, function)(torch.empty(*SHAPE, dtype=torch.float64), **options).numpy()
        found[f"{name}/moments"] = moments(values)
        found[f"{name}/zeros"] = np.unique((values == 0).sum(axis=0)) if "tail" not in name else np.array([0])
    return found


if __name__ == "__main__":
    main("beginnings", numbers)
