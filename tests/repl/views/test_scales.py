"""Fields of numbers read in grey and for every sight: lightness alone tells larger from smaller."""

from __future__ import annotations

import numpy as np
import pytest

from repl.views import palette, scales
from repl.views.palette import DARK, LIGHT, Theme
from tests.repl.test_palette import SIGHT, seen


def hexes(colours: np.ndarray) -> list[str]:
    return [f"#{colour:06X}" for colour in colours.tolist()]


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("stops", [scales.SEQUENTIAL, scales.GREY, scales.SIGNED])
def test_larger_is_lighter_for_every_sight(stops: tuple[str, ...], sight: str) -> None:
    lightness = [seen(colour, sight)[0] for colour in hexes(scales.colours(np.linspace(0, 1, 12), stops))]
    assert np.diff(lightness).min() > 1.5


@pytest.mark.parametrize("sight", SIGHT)
def test_below_and_above_zero_differ_in_more_than_hue(sight: str) -> None:
    low, middle, high = (seen(colour, sight)[0] for colour in hexes(scales.colours([0.0, 0.5, 1.0], scales.SIGNED)))
    assert middle - low > 25
    assert high - middle > 25


@pytest.mark.parametrize("stops", [scales.SEQUENTIAL, scales.GREY, scales.SIGNED])
def test_what_is_no_number_has_a_colour_of_its_own(stops: tuple[str, ...]) -> None:
    (odd,) = hexes(scales.colours([np.nan], stops))
    assert odd == scales.NOT_A_NUMBER
    for colour in hexes(scales.colours(np.linspace(0, 1, 30), stops)):
        assert np.linalg.norm(seen(colour, "normal") - seen(odd, "normal")) > 20


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("sight", SIGHT)
def test_the_grounds_of_two_classes_differ_where_the_network_is_sure(theme: Theme, sight: str) -> None:
    count = len(theme.series)
    grounds = hexes(scales.class_colours(np.arange(count), np.ones(count), theme))
    gaps = [np.linalg.norm(seen(a, sight) - seen(b, sight)) for i, a in enumerate(grounds) for b in grounds[:i]]
    assert min(gaps) >= 6


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_the_ground_pales_where_the_network_is_unsure(theme: Theme) -> None:
    certainty = np.linspace(0.5, 1.0, 5)
    grounds = hexes(scales.class_colours(np.zeros(5, int), certainty, theme))
    contrasts = [palette.contrast(ground, theme.ground) for ground in grounds]
    assert contrasts == sorted(contrasts)
    assert contrasts[-1] > 1.8


def test_shares_of_a_logarithm_leave_out_what_has_none() -> None:
    assert scales.unit(np.array([0.0, 1.0, 100.0]), log=True).tolist()[1:] == [0.0, 1.0]
    assert np.isnan(scales.unit(np.array([0.0, 1.0, 100.0]), log=True)[0])
    assert scales.unit(np.array([2.0, 2.0])).tolist() == [0.0, 0.0]
