"""The table of vectors that are learned for words, classes, or anything that is numbered."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from autograd.errors import message

from .. import init
from ..defaults import get_default_dtype
from ..errors import ConfigError
from ..functional.checks import plain, whole
from ..functional.linear import looked_up
from ..module import Module, Parameter


class Embedding(Module):
    """A row of `weight` (num_embeddings, embedding_dim) for each number: (...) integers to (..., embedding_dim).

    Rows begin normal, with mean 0 and deviation 1; the row `padding_idx` begins at 0 and gets no gradient. With
    `max_norm`, rows that are used are shortened to that `norm_type`-norm. `scale_grad_by_freq` divides a row's
    gradient by how often it is used in a batch.

    Raises ConfigError for options that make no sense, and when called DataError for a number that is no row.

    Example:
        >>> layer = Embedding(10, 3, padding_idx=0, rng=np.random.default_rng(0))
        >>> layer(np.array([[1, 2], [4, 0]])).shape, layer(np.array([0])).data
        ((2, 2, 3), array([[0., 0., 0.]], dtype=float32))
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        *,
        rng: np.random.Generator | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.num_embeddings = whole("Embedding", "num_embeddings", num_embeddings)
        self.embedding_dim = whole("Embedding", "embedding_dim", embedding_dim)
        if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
            expected, do = f"a row from {-num_embeddings} to {num_embeddings - 1}", "choose one, or None"
            raise ConfigError(message("Embedding", f"padding_idx={padding_idx!r}", expected, do))
        self.padding_idx = None if padding_idx is None else padding_idx % num_embeddings
        self.max_norm, self.norm_type, self.scale_grad_by_freq = max_norm, norm_type, scale_grad_by_freq
        dtype = get_default_dtype() if dtype is None else dtype
        self.weight = Parameter(np.empty((num_embeddings, embedding_dim), dtype))
        self.reset_parameters(rng=rng)

    @classmethod
    def from_pretrained(cls, embeddings: Any, freeze: bool = True, **options: Any) -> Self:
        """A layer whose table is `embeddings` (count, width); frozen, unless `freeze` is False."""
        values = plain(embeddings)
        layer = cls(*values.shape, dtype=values.dtype, **options)
        layer.weight.assign_(values)
        return layer.requires_grad_(not freeze)

    def reset_parameters(self, *, rng: np.random.Generator | None = None) -> None:
        """Draw the rows again."""
        init.normal_(self.weight, rng=rng)
        if self.padding_idx is not None:
            values = np.array(self.weight.readonly)
            values[self.padding_idx] = 0
            self.weight.assign_(values)

    def forward(self, x: Any) -> Any:
        """Take integers (...), give (..., embedding_dim)."""
        where = f"Embedding({self.num_embeddings}, {self.embedding_dim})"
        options = (self.padding_idx, self.max_norm, self.norm_type, self.scale_grad_by_freq)
        return looked_up(where, x, self.weight, *options)

    def extra_repr(self) -> str:
        """Rows and width, and what is not at its default."""
        plain_values = {"padding_idx": None, "max_norm": None, "norm_type": 2.0, "scale_grad_by_freq": False}
        changed = [f"{name}={getattr(self, name)!r}" for name, p in plain_values.items() if getattr(self, name) != p]
        return ", ".join([f"{self.num_embeddings}, {self.embedding_dim}", *changed])
