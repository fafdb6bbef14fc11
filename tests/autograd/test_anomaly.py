"""detect_anomaly names the op, its operands and the line at which the first NaN or infinity arose."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from autograd import Tensor, detect_anomaly, no_grad, primitive
from autograd.errors import AnomalyError


def leaf(*values: float, name: str | None = None) -> Tensor:
    return Tensor(list(values), requires_grad=True, name=name)


def test_going_forward():
    x = leaf(1.0, 0.0)
    with np.errstate(divide="ignore"), detect_anomaly(), pytest.raises(AnomalyError) as caught:
        np.log(x * 1.0)  # the line
    said = str(caught.value)
    assert "forward through 'log'" in said
    assert "1 Inf of 2 elements" in said
    assert "operand 0 (shape (2,), 0 to 1)" in said
    assert "test_anomaly.py" in said
    assert "np.log(x * 1.0)  # the line" in said


def test_going_back():
    x = leaf(4.0, 0.0, name="w")
    with detect_anomaly():
        y = np.sqrt(x).sum()  # here
        with np.errstate(divide="ignore"), pytest.raises(AnomalyError) as caught:
            y.backward()
    said = str(caught.value)
    assert "backward through 'sqrt'" in said
    assert "for w" in said
    assert "# here" in said
    assert x.grad is None


def test_a_graph_made_before_has_no_lines():
    x = leaf(0.0)
    y = np.sqrt(x * 1.0)
    with np.errstate(divide="ignore"), detect_anomaly(), pytest.raises(AnomalyError, match=r"operand 0.*outside"):
        y.backward()


def test_the_first_is_named_and_not_what_follows():
    x = leaf(np.nan, 1.0)
    with detect_anomaly():
        y = (x * 2).sum()
        y.backward()
    assert np.isfinite(x.grad.data).all()


def test_several_outputs_and_recorded_passes():
    m = Tensor(np.eye(2), requires_grad=True)
    with detect_anomaly():
        _, logdet = np.linalg.slogdet(m)
        logdet.backward(create_graph=True)
    np.testing.assert_array_equal(m.grad.data, np.eye(2))
    with detect_anomaly(), pytest.raises(AnomalyError, match="slogdet"), np.errstate(all="ignore"):
        np.linalg.slogdet(Tensor(np.zeros((2, 2)), requires_grad=True))


def test_nan_is_counted_too():
    odd = primitive(lambda x: x / x - np.inf + np.inf, vjp=lambda g, y, x: g, name="odd")
    with np.errstate(invalid="ignore"), detect_anomaly(), pytest.raises(AnomalyError, match=r"'odd'.*2 NaN of 2"):
        odd(leaf(1.0, 2.0))


def test_it_ends_with_the_block_and_does_not_switch_recording():
    x = leaf(0.0)
    with detect_anomaly(), no_grad():
        assert not (x * 2).requires_grad
    with np.errstate(divide="ignore"):
        y = np.sqrt(x)
        y.backward()
    assert np.isinf(x.grad.data).all()


def test_other_threads_are_left_alone():
    x = leaf(0.0)
    failures = []

    def other():
        try:
            with np.errstate(divide="ignore"):
                np.sqrt(x).backward()
        except AnomalyError as error:
            failures.append(error)

    with detect_anomaly():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert not failures
