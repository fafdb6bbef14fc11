"""Recurrent layers over sequences: RNN, LSTM and GRU, and their cells, which do one step.

    output, h_n = nn.GRU(8, 16, batch_first=True)(x)        x (N, T, 8), output (N, T, 16), h_n (1, N, 16)

The parameters are called weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, as in PyTorch; l1 is the second layer,
and _reverse the direction from the end to the beginning. The gates lie in them in PyTorch's order.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from autograd import ops
from autograd.errors import message

from .. import functional, init
from ..defaults import get_default_dtype
from ..errors import ConfigError, ShapeError
from ..functional.checks import array, check_range, whole
from ..module import Module, Parameter

# Looked up once: the table answers by name, which takes as long as a small op.
_linear, _rnn, _lstm, _gru = ops.linear, ops.rnn, ops.lstm, ops.gru


class _Recurrent(Module):
    """What layers and cells share."""

    gates: ClassVar[int] = 1
    states: ClassVar[int] = 1  # hidden, and for an LSTM the cell
    nonlinearity: str = "tanh"

    def _size(self, input_size: int, hidden_size: int, bias: bool) -> None:
        kind = type(self).__name__
        self.input_size = whole(kind, "input_size", input_size)
        self.hidden_size = whole(kind, "hidden_size", hidden_size)
        self.bias = bool(bias)

    def _add_parameters(self, inputs: int, suffix: str, dtype: Any) -> None:
        dtype = get_default_dtype() if dtype is None else dtype
        rows, hidden = self.gates * self.hidden_size, self.hidden_size
        shapes: dict[str, tuple[int, ...]] = {"weight_ih": (rows, inputs), "weight_hh": (rows, hidden)}
        if self.bias:
            shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
        for name, shape in shapes.items():
            self.register_parameter(name + suffix, Parameter(np.empty(shape, dtype)))

    def reset_parameters(self, *, rng: np.random.Generator | None = None) -> None:
        """Draw everything again, evenly from -1/sqrt(hidden_size) to 1/sqrt(hidden_size)."""
        bound = 1.0 / self.hidden_size**0.5
        for param in self.parameters(recurse=False):
            init.uniform_(param, -bound, bound, rng=rng)

    def _set_nonlinearity(self, nonlinearity: str) -> None:
        if nonlinearity not in ("tanh", "relu"):
            got = f"nonlinearity={nonlinearity!r}"
            raise ConfigError(message(type(self).__name__, got, "'tanh' or 'relu'", "choose one of them"))
        self.nonlinearity = nonlinearity

    def _run(self, x: Any, states: tuple[Any, ...], suffix: str) -> tuple[Any, tuple[Any, ...]]:
        """Through x (T, N, input) from the first states (N, H): the hidden states (T, N, H), and the last states."""
        w_ih, w_hh = getattr(self, f"weight_ih{suffix}"), getattr(self, f"weight_hh{suffix}")
        b_ih, b_hh = (getattr(self, f"bias_{name}{suffix}") if self.bias else None for name in ("ih", "hh"))
        given = _linear(x, w_ih) if b_ih is None else _linear(x, w_ih, b_ih)  # (T, N, gates * H)
        operands = (given, *states, w_hh) if b_hh is None else (given, *states, w_hh, b_hh)
        y = self._step(*operands)
        if self.states == 1:
            return y, (y[-1],)
        hidden = y[..., : self.hidden_size]
        return hidden, (hidden[-1], y[-1, :, self.hidden_size :])

    def _step(self, *operands: Any) -> Any:
        raise NotImplementedError

    @property
    def _where(self) -> str:
        return f"{type(self).__name__}({self.input_size} -> {self.hidden_size})"

    def _starting(self, hx: Any, shape: tuple[int, ...], dtype: Any) -> tuple[Any, ...]:
        """The first states, zeros if not given; checked."""
        if hx is None:
            return (np.zeros(shape, dtype),) * self.states
        given = tuple(map(array, hx)) if self.states == 2 else (array(hx),)
        if len(given) != self.states:
            raise ShapeError(message(self._where, f"{len(given)} states", "a pair (h_0, c_0)", "pass both"))
        for state in given:
            if tuple(state.shape) != shape:
                got, do = f"a first state of shape {tuple(state.shape)}", "give one row for each layer and example"
                raise ShapeError(message(self._where, got, str(shape), do))
        return given


class _RNNKind(_Recurrent):
    def _step(self, *operands: Any) -> Any:
        return _rnn(*operands, relu=True) if self.nonlinearity == "relu" else _rnn(*operands)


class _LSTMKind(_Recurrent):
    gates, states = 4, 2

    def _step(self, *operands: Any) -> Any:
        return _lstm(*operands)


class _GRUKind(_Recurrent):
    gates = 3

    def _step(self, *operands: Any) -> Any:
        return _gru(*operands)


class _Layers(_Recurrent):
    """Several layers of cells, in one direction or both."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        *,
        rng: np.random.Generator | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self._size(input_size, hidden_size, bias)
        self._build(num_layers, batch_first, dropout, bidirectional, rng, dtype)

    def _build(
        self, num_layers: int, batch_first: bool, dropout: float, bidirectional: bool, rng: Any, dtype: Any
    ) -> None:
        kind = type(self).__name__
        self.num_layers = whole(kind, "num_layers", num_layers)
        self.batch_first, self.bidirectional = batch_first, bidirectional
        self.dropout = check_range(kind, "dropout", dropout, 0.0, 1.0)
        self.rng = rng
        self._suffixes = ("", "_reverse") if bidirectional else ("",)
        for layer in range(self.num_layers):
            inputs = self.input_size if layer == 0 else self.hidden_size * len(self._suffixes)
            for suffix in self._suffixes:
                self._add_parameters(inputs, f"_l{layer}{suffix}", dtype)
        self.reset_parameters(rng=rng)

    def forward(self, x: Any, hx: Any = None) -> Any:
        """Take (T, N, input_size), or (N, T, input_size) with batch_first, or (T, input_size).

        Give the hidden states of the last layer at all times, (T, N, H), or with two directions (T, N, 2 H) side by
        side, and the last states of each layer, (num_layers * directions, N, H): for an LSTM a pair of them.
        """
        self._check_input(x)
        single = x.ndim == 2
        if single:
            x = x[:, None]
            hx = None if hx is None else tuple(s[:, None] for s in hx) if self.states == 2 else hx[:, None]
        elif self.batch_first:
            x = x.swapaxes(0, 1)
        count = self.num_layers * len(self._suffixes)
        first = self._starting(hx, (count, x.shape[1], self.hidden_size), x.dtype)
        x, last = self._through(x, first)
        ends = tuple(np.stack(states) for states in zip(*last, strict=True))
        if single:
            x, ends = x[:, 0], tuple(state[:, 0] for state in ends)
        elif self.batch_first:
            x = x.swapaxes(0, 1)
        return x, ends if self.states == 2 else ends[0]

    def _through(self, x: Any, first: tuple[Any, ...]) -> tuple[Any, list[tuple[Any, ...]]]:
        last = []
        for layer in range(self.num_layers):
            sides = []
            for i, suffix in enumerate(self._suffixes):
                place = layer * len(self._suffixes) + i
                states = tuple(state[place] for state in first)
                y, ends = self._run(x[::-1] if suffix else x, states, f"_l{layer}{suffix}")
                sides.append(y[::-1] if suffix else y)
                last.append(ends)
            x = sides[0] if len(sides) == 1 else np.concatenate(sides, axis=-1)
            if self.dropout and layer < self.num_layers - 1:
                x = functional.dropout(x, self.dropout, self.training, rng=self.rng)
        return x, last

    def _check_input(self, x: Any) -> None:
        shape = getattr(x, "shape", None)
        if shape is None or len(shape) not in (2, 3) or shape[-1] != self.input_size:
            got = f"x of type {type(x).__name__}" if shape is None else f"x of shape {tuple(shape)}"
            expected = f"({'N, T' if self.batch_first else 'T, N'}, {self.input_size})"
            do = "reshape the input" if shape is None or not len(shape) else f"set input_size={shape[-1]} or reshape it"
            raise ShapeError(message(self._where, got, expected, do))
        if not shape[1 if self.batch_first and len(shape) == 3 else 0]:
            raise ShapeError(message(self._where, f"x of shape {tuple(shape)}", "one step or more", "give a sequence"))

    def extra_repr(self) -> str:
        """The widths, and what is not at its default."""
        plain = {"num_layers": 1, "nonlinearity": "tanh", "bias": True, "batch_first": False, "dropout": 0.0,
                 "bidirectional": False}  # fmt: skip
        changed = [f"{name}={getattr(self, name)!r}" for name, p in plain.items() if getattr(self, name) != p]
        return ", ".join([f"{self.input_size} -> {self.hidden_size}", *changed])


class RNN(_RNNKind, _Layers):
    """h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh), with `nonlinearity` "relu" max(0, ...).

    x is (T, N, input_size), with `batch_first` (N, T, input_size). `num_layers` stack, each on the hidden states of
    the one before, with `dropout` between them; `bidirectional` adds a second one that reads from the end.

    Source: Elman 1990, "Finding structure in time".

    Raises ConfigError for options that make no sense, and when called ShapeError for an x or a state that does not fit.

    Example:
        >>> layer = RNN(3, 5, num_layers=2, rng=np.random.default_rng(0))
        >>> output, h_n = layer(np.zeros((7, 2, 3), np.float32))
        >>> output.shape, h_n.shape, list(layer.state_dict())[:2]
        ((7, 2, 5), (2, 2, 5), ['weight_ih_l0', 'weight_hh_l0'])
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        *,
        rng: np.random.Generator | None = None,
        dtype: Any = None,
    ) -> None:
        self._set_nonlinearity(nonlinearity)
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, rng=rng, dtype=dtype
        )


class LSTM(_LSTMKind, _Layers):
    """Long short-term memory: a cell c that gates i, f and o write, keep and read; h = o * tanh(c).

    Shapes and options are those of `RNN`. States are pairs (h, c): `output, (h_n, c_n) = lstm(x, (h_0, c_0))`.
    PyTorch's proj_size is not there.

    Source: Hochreiter and Schmidhuber 1997, "Long short-term memory"; with the forget gate of Gers et al. 2000.

    Example:
        >>> output, (h_n, c_n) = LSTM(3, 5, rng=np.random.default_rng(0))(np.zeros((7, 2, 3), np.float32))
        >>> output.shape, h_n.shape, c_n.shape
        ((7, 2, 5), (1, 2, 5), (1, 2, 5))
    """


class GRU(_GRUKind, _Layers):
    """Gated recurrent unit: h_t = (1 - z) * n + z * h_(t-1), with n = tanh(W x + r * (W h)).

    Shapes and options are those of `RNN`.

    Source: Cho et al. 2014, arXiv:1406.1078, with the reset gate after the product, as in cuDNN and PyTorch.

    Example:
        >>> output, h_n = GRU(3, 5, bidirectional=True, rng=np.random.default_rng(0))(np.zeros((7, 2, 3), np.float32))
        >>> output.shape, h_n.shape
        ((7, 2, 10), (2, 2, 5))
    """


class _Cell(_Recurrent):
    """One step of one layer."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        *,
        rng: np.random.Generator | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self._size(input_size, hidden_size, bias)
        self._add_parameters(self.input_size, "", dtype)
        self.reset_parameters(rng=rng)

    def forward(self, x: Any, hx: Any = None) -> Any:
        """Take (N, input_size) or (input_size,) and the state before; give the next, for an LSTM a pair."""
        if not hasattr(x, "shape") or x.ndim not in (1, 2) or x.shape[-1] != self.input_size:
            got = f"x of shape {tuple(x.shape)}" if hasattr(x, "shape") else f"x of type {type(x).__name__}"
            raise ShapeError(message(self._where, got, f"(N, {self.input_size})", "give one step of each example"))
        single = x.ndim == 1
        if single:
            x = x[None]
            hx = None if hx is None else tuple(s[None] for s in hx) if self.states == 2 else hx[None]
        states = self._starting(hx, (x.shape[0], self.hidden_size), x.dtype)
        _, ends = self._run(x[None], states, "")
        if single:
            ends = tuple(state[0] for state in ends)
        return ends if self.states == 2 else ends[0]

    def extra_repr(self) -> str:
        """The widths, and what is not at its default."""
        changed = [f"nonlinearity={self.nonlinearity!r}"] * (self.nonlinearity != "tanh")
        changed += ["bias=False"] * (not self.bias)
        return ", ".join([f"{self.input_size} -> {self.hidden_size}", *changed])


class RNNCell(_RNNKind, _Cell):
    """One step of an `RNN`: h' = tanh(W_ih x + b_ih + W_hh h + b_hh).

    Example:
        >>> RNNCell(3, 5, rng=np.random.default_rng(0))(np.zeros((2, 3), np.float32)).shape
        (2, 5)
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        *,
        rng: np.random.Generator | None = None,
        dtype: Any = None,
    ) -> None:
        self._set_nonlinearity(nonlinearity)
        super().__init__(input_size, hidden_size, bias, rng=rng, dtype=dtype)


class LSTMCell(_LSTMKind, _Cell):
    """One step of an `LSTM`: (h', c') = cell(x, (h, c)).

    Example:
        >>> h, c = LSTMCell(3, 5, rng=np.random.default_rng(0))(np.zeros((2, 3), np.float32))
        >>> h.shape, c.shape
        ((2, 5), (2, 5))
    """


class GRUCell(_GRUKind, _Cell):
    """One step of a `GRU`: h' = cell(x, h).

    Example:
        >>> GRUCell(3, 5, rng=np.random.default_rng(0))(np.zeros((2, 3), np.float32)).shape
        (2, 5)
    """
