from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pytest

from repl.views import palette
from repl.views.labels import number
from repl.views.palette import DARK, LIGHT, Theme

# Machado, Oliveira, Fernandes 2009, "A Physiologically-based Model for Simulation of Color Vision Deficiency",
# severity 1.0, on linear RGB.
SIGHT = {
    "normal": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def seen(colour: str, sight: str) -> np.ndarray:
    """CIELAB of a colour as that sight has it."""
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(SIGHT[sight] @ linear, 0, 1) / WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def nearest(theme: Theme, sight: str) -> tuple[float, float]:
    """The smallest difference (CIE76) of two gradients two decades apart, and log10 of the smaller of them."""
    decades = np.arange(-9.0, 1.01, 0.05)
    ends = [(palette.colour(10.0**x, theme), palette.colour(10.0 ** (x + 2), theme)) for x in decades]
    gaps = [float(np.linalg.norm(seen(one, sight) - seen(other, sight))) for one, other in ends]
    worst = int(np.argmin(gaps))
    return gaps[worst], float(decades[worst])


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("sight", SIGHT)
def test_two_decades_apart_is_told_apart_by_every_sight(theme: Theme, sight: str) -> None:
    gap, place = nearest(theme, sight)
    assert gap >= 9, f"10^{place:.2f} and 10^{place + 2:.2f}"


@pytest.mark.parametrize(
    ("sight", "low", "high"),
    [("protan", "#ED0807", "#206505"), ("deutan", "#CA4E26", "#4B9208"), ("tritan", "#10DACE", "#3BE533")],
)
def test_a_ramp_that_only_one_sight_confuses_is_found_out(sight: str, low: str, high: str) -> None:
    bad = dataclasses.replace(LIGHT, ramp=((-9.0, low), (3.0, high)))
    assert nearest(bad, "normal")[0] >= 9
    assert nearest(bad, sight)[0] < 1


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("sight", SIGHT)
def test_what_the_colour_says_is_said_by_width_and_number_too(theme: Theme, sight: str) -> None:
    """Wherever two decades differ in colour they differ in width, as long as it does not saturate, and in print."""
    for place in np.arange(-9.0, -0.5, 0.5):
        small, large = 10.0**place, 10.0 ** (place + 2)
        assert palette.penwidth(large) - palette.penwidth(small) >= 0.6
        assert number(small) != number(large)
        assert np.linalg.norm(seen(palette.colour(small, theme), sight) - seen(palette.colour(large, theme), sight)) > 0


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_the_ramp_passes_through_its_stops_and_is_flat_beyond(theme: Theme) -> None:
    for place, stop in theme.ramp:
        assert palette.colour(10.0**place, theme) == stop
    assert palette.colour(1e-300, theme) == theme.ramp[0][1]
    assert palette.colour(1e300, theme) == theme.ramp[-1][1]


def test_between_two_stops_colour_is_linear_in_rgb() -> None:
    assert palette.colour(10.0**-8, LIGHT) == palette.mix("#9CCBEB", "#56A5DC", 0.5) == "#79B8E4"


def test_colour_and_width_read_the_size_not_the_sign() -> None:
    assert palette.colour(-0.5, LIGHT) == palette.colour(0.5, LIGHT)
    assert palette.penwidth(-0.5) == palette.penwidth(0.5)


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_drawn_at_the_hot_end(odd: float) -> None:
    assert palette.colour(odd, LIGHT) == LIGHT.ramp[-1][1]
    assert palette.penwidth(odd) == 6.5


def test_zero_has_no_colour_of_its_own() -> None:
    assert palette.colour(0.0, DARK) == DARK.line
    assert palette.penwidth(0.0) == 1.0


def test_width_grows_with_every_decade_until_it_saturates() -> None:
    widths = [palette.penwidth(10.0**place) for place in range(-9, 4)]
    assert widths == sorted(widths)
    assert widths[0] == 1.0
    assert widths[-1] == 6.5
    assert all(b - a == pytest.approx(0.6) for a, b in itertools.pairwise(widths[1:10]))


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_numbers_can_be_read_at_every_decade(theme: Theme) -> None:
    for place in np.arange(-10, 4.01, 0.25):
        arrow = palette.colour(10.0**place, theme)
        assert palette.contrast(palette.readable(arrow, theme), theme.ground) >= 4.5
        assert palette.contrast(palette.readable(arrow, theme, theme.card), theme.card) >= 4.5
        assert palette.contrast(palette.ink_on(arrow), arrow) >= 4.2, f"chip at 10^{place}"


def test_an_unknown_theme_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r'^theme: got \'blue\'; expected "light" or "dark"; choose one of them\.$'):
        palette.named("blue")


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("sight", SIGHT)
def test_any_two_series_are_told_apart_by_every_sight(theme: Theme, sight: str) -> None:
    for one, other in itertools.combinations(theme.series, 2):
        assert np.linalg.norm(seen(one, sight) - seen(other, sight)) >= 9, (one, other)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_lines_of_every_series_are_seen_on_the_ground(theme: Theme) -> None:
    assert min(palette.contrast(hue, theme.ground) for hue in theme.series) >= 3
