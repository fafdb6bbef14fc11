"""The statistics of the benchmarks, and the clock's handling, on numbers that are known."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.measure import Estimate, calls_for, difference, interleave, interval, ratio


@pytest.mark.parametrize(("n", "rank"), [(6, 1), (8, 1), (9, 2), (15, 4), (25, 8), (100, 40)])
def test_the_interval_takes_the_ranks_of_the_sign_test(n: int, rank: int) -> None:
    # Ranks as in Conover, Practical Nonparametric Statistics, table A3, for at least 95 %.
    assert interval(range(1, n + 1)) == Estimate((n + 1) / 2, rank, n + 1 - rank)


def test_few_values_give_all_of_them_as_interval() -> None:
    assert interval([3.0, 1.0, 2.0]) == Estimate(2.0, 1.0, 3.0)
    assert interval([4.0]) == Estimate(4.0, 4.0, 4.0)


def test_the_interval_holds_the_median_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    true = np.log(2)  # the median of the exponential distribution, which is far from normal
    estimates = [interval(list(rng.exponential(size=15))) for _ in range(2000)]
    assert 0.95 <= np.mean([low <= true <= high for _, low, high in estimates]) <= 0.98


def test_ratios_and_differences_are_taken_within_rounds() -> None:
    base = [1.0, 10.0, 100.0]  # the machine slows down tenfold each round, for both alike
    assert ratio([2.0, 20.0, 200.0], base) == Estimate(2.0, 2.0, 2.0)
    assert difference([2.0, 11.0, 101.0], base) == Estimate(1.0, 1.0, 1.0)
    with pytest.raises(ValueError, match="longer"):
        ratio([1.0], base)


@pytest.mark.parametrize("cost", [1e-7, 1e-3, 5.0])
def test_samples_get_about_the_length_asked_for(cost: float) -> None:
    calls = calls_for(lambda count: count * cost, 0.02)
    assert calls == max(1, round(0.02 / cost))


def test_a_clock_that_stands_still_does_not_stop_the_search() -> None:
    assert calls_for(lambda count: 0.0 if count < 8 else count * 1e-3, 0.02) == 20


def test_every_round_starts_with_another_contender() -> None:
    asked: list[str] = []

    def contender(name: str) -> float:
        asked.append(name)
        return 1.0

    samplers = {name: (lambda _, name=name: contender(name)) for name in "abc"}
    times = interleave(samplers, rounds=4, seconds=1.0)
    assert times == {name: [1.0] * 4 for name in "abc"}
    rounds = ["".join(asked[i : i + 3]) for i in range(3, len(asked), 3)]  # the first three chose the number of calls
    assert rounds == ["abc", "bca", "cab", "abc"]
