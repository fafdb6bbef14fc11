"""autograd.scipy.signal.convolve: SciPy's values in every mode, their sums over other axes, gradients."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import gradcheck
from autograd.errors import ShapeError, UnsupportedError

scipy_signal = pytest.importorskip("scipy.signal", reason="SciPy is an extra")
signal = pytest.importorskip("autograd.scipy.signal", reason="SciPy is an extra")

RNG = np.random.default_rng(0)
MODES = ["full", "valid", "same"]


def test_its_names_are_scipys():
    for name in scipy_signal.__all__:
        assert (getattr(signal, name) is getattr(scipy_signal, name)) == (name != "convolve"), name
    assert dir(signal) == sorted(scipy_signal.__all__)
    with pytest.raises(AttributeError):
        _ = signal.no_such_function


LONGER = [((5,), (3,)), ((5,), (4,)), ((4, 5), (2, 3))]
SHORTER = [(b, a) for a, b in LONGER]


@pytest.mark.parametrize(
    ("shapes", "mode"),
    [*((shapes, mode) for shapes in LONGER for mode in MODES), *((s, m) for s in SHORTER for m in ("full", "valid"))],
)
def test_along_all_axes_it_is_scipys(shapes, mode):
    a, b = (RNG.normal(size=shape) for shape in shapes)
    expected = scipy_signal.convolve(a, b, mode, method="direct")
    np.testing.assert_allclose(signal.convolve(a, b, mode=mode), expected, rtol=1e-12, atol=1e-12)
    assert gradcheck(lambda a, b: signal.convolve(a, b, mode=mode), a, b, order=2)


@pytest.mark.parametrize("mode", MODES)
def test_over_channels_and_filters(mode):
    images, filters = RNG.normal(size=(2, 3, 5, 4)), RNG.normal(size=(3, 4, 2, 3))
    options = {"axes": ([2, 3], [2, -1]), "dot_axes": ([1], [-4]), "mode": mode}
    found = signal.convolve(images, filters, **options)
    expected = [
        [sum(scipy_signal.convolve(image[c], filters[c, k], mode, method="direct") for c in range(3)) for k in range(4)]
        for image in images
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    assert gradcheck(lambda a, b: signal.convolve(a, b, **options), images, filters)


@pytest.mark.parametrize("mode", MODES)
def test_axes_that_are_left_are_paired_with_each_other(mode):
    a, b = RNG.normal(size=(2, 5)), RNG.normal(size=(3, 4, 3))
    found = signal.convolve(a, b, axes=([1], [0]), mode=mode)
    for i in range(2):
        for j in range(4):
            for k in range(3):
                expected = np.convolve(a[i], b[:, j, k], mode)
                np.testing.assert_allclose(found[i, j, k], expected, rtol=1e-12, atol=1e-12)
    if mode == "valid":
        turned = signal.convolve(b, a, axes=([0], [1]), mode=mode)
        np.testing.assert_allclose(turned, np.moveaxis(found, 0, 2), rtol=1e-12)


def test_what_is_refused():
    a, b = np.ones((3, 5)), np.ones((5, 3))
    with pytest.raises(ShapeError, match=r"lengths \[3, 5\] and \[5, 3\]"):
        signal.convolve(a, b, mode="valid")
    with pytest.raises(UnsupportedError, match="mode='circular'"):
        signal.convolve(a, b, mode="circular")
