"""What is drawn lies where it should, as often as it should."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nn.errors import ConfigError
from nn.sweeping import Distribution, choice, integers, loguniform, uniform


def drawn(distribution: Distribution, n: int = 4000) -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.array([distribution.rvs(random_state=rng) for _ in range(n)])


def test_uniform_and_loguniform_fill_their_intervals_evenly() -> None:
    for values in (drawn(uniform(2.0, 4.0)) / 2.0 - 1.0, np.log10(drawn(loguniform(1e-4, 1.0))) / 4 + 1):
        assert values.min() >= 0.0
        assert values.max() <= 1.0
        np.testing.assert_allclose(np.quantile(values, [0.25, 0.5, 0.75]), [0.25, 0.5, 0.75], atol=0.03)


def test_integers_have_both_ends() -> None:
    values = drawn(integers(1, 3))
    assert np.bincount(values)[1:].min() > 1200
    logarithmic = drawn(integers(1, 100, log=True))
    assert (logarithmic.min(), logarithmic.max()) == (1, 100)
    assert 0.4 < np.mean(logarithmic <= 10) < 0.65


def test_choice_gives_the_things_themselves() -> None:
    assert set(drawn(choice(["relu", "tanh"]), 20)) == {"relu", "tanh"}


def test_they_print_as_they_are_written() -> None:
    written = [
        "uniform(0, 0.5)",
        "loguniform(0.001, 1.0)",
        "integers(1, 3)",
        "integers(1, 9, log=True)",
        "choice([1, 2])",
    ]
    names = {"uniform": uniform, "loguniform": loguniform, "integers": integers, "choice": choice}
    assert [repr(eval(text, names)) for text in written] == written


@pytest.mark.slow  # scipy.stats takes seconds to import
def test_scipys_distributions_are_distributions() -> None:
    stats = pytest.importorskip("scipy.stats")
    assert isinstance(stats.loguniform(1e-3, 1.0), Distribution)
    assert drawn(stats.loguniform(1e-3, 1.0), 10).min() >= 1e-3


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: uniform(1, 1), "uniform: got (1, 1); expected finite low < high"),
        (lambda: uniform("a", 1), "expected finite low < high"),
        (lambda: uniform(0, float("inf")), "expected finite low < high"),
        (lambda: loguniform(0, 1), "got low=0; expected a number above 0"),
        (lambda: integers(1.5, 3), "got low=1.5; expected a whole number"),
        (lambda: integers(0, 3, log=True), "expected at least 1"),
        (lambda: choice([]), "got no values"),
    ],
)
def test_what_makes_no_sense_is_named(make: Any, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        make()
    assert said in str(raised.value)
