"""Time several things against each other, and say how sure the ratio is.

times = interleave({"numpy": f, "chainrule": g}, rounds=15)
ratio(times["chainrule"], times["numpy"])      # Estimate(median=1.31, low=1.28, high=1.36)
"""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

Sampler = Callable[[int], float]  # runs the thing that many times, gives seconds for all of them


class Estimate(NamedTuple):
    """A median and the interval in which it lies with 95 % confidence."""

    median: float
    low: float
    high: float


def interval(values: Sequence[float]) -> Estimate:
    """Estimate the median of what `values` were drawn from.

    The interval runs between two of the values themselves, chosen by the binomial distribution (the sign test turned
    round), so it assumes no distribution. Fewer than six values can't give 95 %: then it spans them all.

    Example:
        >>> interval([float(n) for n in range(1, 16)])
        Estimate(median=8.0, low=4.0, high=12.0)
    """
    ordered, n = sorted(values), len(values)
    outside, rank = 0.0, 0  # the chance that the median is beyond the rank-th value from either end
    while rank < n // 2:
        outside += 2 * math.comb(n, rank) / 2**n
        if outside > 0.05:
            break
        rank += 1
    rank = max(rank - 1, 0)
    return Estimate(statistics.median(ordered), ordered[rank], ordered[n - 1 - rank])


def ratio(times: Sequence[float], base: Sequence[float]) -> Estimate:
    """How many times as long as `base`, round by round."""
    return interval([t / b for t, b in zip(times, base, strict=True)])


def difference(times: Sequence[float], base: Sequence[float]) -> Estimate:
    """How much longer than `base`, round by round, in the unit of both."""
    return interval([t - b for t, b in zip(times, base, strict=True)])


def sampler(step: Callable[[], object]) -> Sampler:
    """Make a function that times `step` a number of times in a row."""

    def sample(calls: int) -> float:
        gc.collect()  # what one contender left behind is not charged to the next; the collector stays on, as in use
        repeat = range(calls)
        start = time.perf_counter()
        for _ in repeat:
            step()
        return time.perf_counter() - start

    return sample


def calls_for(sample: Sampler, seconds: float) -> int:
    """How many calls make a sample of about that length, so that the clock's grain and the loop don't count."""
    calls = 1
    while True:
        took = sample(calls)
        if took >= seconds / 2:
            return max(1, round(calls * seconds / took))
        calls *= 2 if took <= 0 else min(10, max(2, math.ceil(seconds / took)))


def interleave(samplers: Mapping[str, Sampler], *, rounds: int, seconds: float) -> dict[str, list[float]]:
    """Seconds per call for every contender and round; each round starts with another contender."""
    calls = {name: calls_for(sample, seconds) for name, sample in samplers.items()}
    order = list(samplers)
    times: dict[str, list[float]] = {name: [] for name in order}
    for _ in range(rounds):
        for name in order:
            times[name].append(samplers[name](calls[name]) / calls[name])
        order.append(order.pop(0))
    return times
