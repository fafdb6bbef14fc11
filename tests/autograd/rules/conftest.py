"""What the tests of the rules share: a call on tensors is held against the same call on arrays."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor, gradcheck


def _outputs(y) -> list:
    return list(y) if isinstance(y, (list, tuple)) else [y]


def _joined(y):
    """All float results in one vector."""
    parts = [part.reshape(-1) for part in map(_array_or_tensor, _outputs(y)) if part.dtype.kind == "f"]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _array_or_tensor(x):
    return x if isinstance(x, Tensor) else np.asarray(x)


def _same(ours, reference, rtol: float) -> None:
    assert type(ours) is type(reference) or not isinstance(reference, (list, tuple))
    for a, b in zip(_outputs(ours), _outputs(reference), strict=True):
        data = _array_or_tensor(a.data if isinstance(a, Tensor) else a)
        assert (data.shape, data.dtype) == (np.shape(b), np.asarray(b).dtype)
        np.testing.assert_allclose(data, b, rtol=rtol, atol=rtol)


@pytest.fixture
def agree():
    """Check a call: the results of NumPy in shape, dtype and value, in float64 and float32, tracked and not, and
    their gradients to second order."""

    def check(call, *shapes) -> None:
        rng = np.random.default_rng(5)
        arrays = [x if isinstance(x, np.ndarray) else rng.uniform(-2.0, 2.0, size=x) for x in shapes]
        for dtype, rtol in ((np.float64, 1e-14), (np.float32, 1e-6)):
            points = [x.astype(dtype) for x in arrays]
            reference = call(*points)
            tracked = call(*(Tensor(x, requires_grad=True) for x in points))
            _same(tracked, reference, rtol)
            _same(call(*map(Tensor, points)), reference, rtol)
            assert any(isinstance(y, Tensor) and y.requires_grad for y in _outputs(tracked))
        assert gradcheck(lambda *xs: _joined(call(*xs)), *arrays, order=2, eps=1e-5, rtol=1e-4, atol=1e-5)

    return check
