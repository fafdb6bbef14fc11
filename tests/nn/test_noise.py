"""Whether two sets of losses differ by more than chance: against SciPy's tests, and at the ends of the number range."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from nn.noise import differ, margin, student

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("df", [1, 2, 5, 9, 10, 11, 30, 500])
def test_the_bound_is_that_of_students_t(df: int) -> None:
    assert student(df) == pytest.approx(stats.t.ppf(0.975, df), rel=1e-3)


@pytest.mark.parametrize("n", [3, 10, 40])
def test_the_margin_is_half_of_scipys_interval(n: int) -> None:
    a, b = RNG.normal(1.0, 0.3, n), RNG.normal(1.2, 0.5, n)
    low, high = stats.ttest_rel(a, b).confidence_interval()
    assert margin(a, b, paired=True) == pytest.approx((high - low) / 2, rel=2e-3)
    low, high = stats.ttest_ind(a, b, equal_var=False).confidence_interval()
    wider = margin(a, b, paired=False) / ((high - low) / 2)  # of a fraction of a degree of freedom we see nothing
    assert 0.999 < wider < (1.5 if n == 3 else 1.02)


def test_they_differ_where_scipy_says_so() -> None:
    sets = [(RNG.normal(1.0, 0.3, 20), RNG.normal(1.15, 0.3, 20)) for _ in range(50)]
    found = [(differ(a, b, paired=True), bool(stats.ttest_rel(a, b).pvalue < 0.05)) for a, b in sets]
    assert all(one == other for one, other in found)
    assert {one for one, _ in found} == {True, False}


@pytest.mark.parametrize("paired", [True, False])
@pytest.mark.parametrize("scale", [1e-150, 1e90, 1e110, 1e160, 1e300])
def test_numbers_of_any_size(scale: float, paired: bool) -> None:
    a, b = np.array([1.0, 2.0, 3.0]), np.array([0.9, 1.8, 2.9])
    found = margin(a * scale, b * scale, paired=paired)
    if scale < 1e150:
        assert found == pytest.approx(scale * margin(a, b, paired=paired))
    else:
        assert found == math.inf


def test_where_nothing_varies_and_where_nothing_can_be_told() -> None:
    for paired in (True, False):
        assert margin([1.0, 1.0], [2.0, 2.0], paired=paired) == 0.0
        assert margin([1.0, math.nan], [2.0, 2.0], paired=paired) == math.inf
        assert margin([1.0], [2.0, 2.0], paired=paired) == math.inf
