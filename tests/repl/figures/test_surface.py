from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nn
from repl.errors import UsageError
from repl.figures import descent, surface
from repl.figures.subject import subject
from tests.repl.runs import run

X = np.array([[1.0, 0.0], [0.0, 2.0]])
Y = np.array([[1.0], [1.0]])


def bowl() -> nn.Linear:
    """The loss ((w1 - 1)^2 + (2 w2 - 1)^2) / 2, from (3, 2)."""
    net = nn.Linear(2, 1, bias=False).double()
    net.weight.assign_([[3.0, 2.0]])
    return net


def loss_at(a: Any, b: Any) -> Any:
    return ((a - 1) ** 2 + (2 * b - 1) ** 2) / 2


BOTH = ("weight[0, 0]", "weight[0, 1]")


def test_two_parameters_are_the_axes() -> None:
    figure = surface.loss_surface(bowl(), (X, Y), nn.MSELoss(), parameters=BOTH, span=2.0, grid=5)
    assert figure.a.tolist() == [1, 2, 3, 4, 5]
    assert figure.b.tolist() == [0, 1, 2, 3, 4]
    assert np.allclose(figure.loss, loss_at(figure.a[None, :], figure.b[:, None]))
    assert (figure.a_label, figure.b_label) == BOTH
    assert figure.centre == (3.0, 2.0)


def test_a_way_is_gradient_descent_by_hand() -> None:
    figure = surface.loss_surface(
        bowl(), (X, Y), nn.MSELoss(), parameters=BOTH, optimizers={"sgd": 0.1}, steps=3, grid=3
    )
    a, b, by_hand = 3.0, 2.0, [(3.0, 2.0)]
    for _ in range(3):
        a, b = a - 0.1 * (a - 1), b - 0.1 * 2 * (2 * b - 1)
        by_hand.append((a, b))
    (path,) = figure.paths
    assert np.allclose(np.column_stack((path.a, path.b)), by_hand)
    assert np.allclose(path.loss, loss_at(path.a, path.b))


def test_other_parameters_stay_where_they_are() -> None:
    trainer = run()
    names = ("0.weight[0, 0]", "0.weight[1, 1]")
    land = descent.Landscape("loss_surface", subject("loss_surface", trainer))
    places = [descent.place_of("loss_surface", land, name) for name in names]
    (way,) = descent.walk("loss_surface", land, ("adam",), 4, places)
    moved = np.flatnonzero(way.points[-1] != way.points[0])
    assert moved.tolist() == sorted(places)


def test_optimisers_agree_with_training_by_hand() -> None:
    net, twin = bowl(), bowl()
    optimizer = nn.optim.Adam(twin.parameters(), lr=0.05)
    for _ in range(4):
        optimizer.zero_grad()
        nn.MSELoss()(twin(X), Y).backward()
        optimizer.step()
    land = descent.Landscape("loss_surface", subject("loss_surface", net, (X, Y), nn.MSELoss(), targets=True))
    (way,) = descent.walk("loss_surface", land, {"adam": 0.05}, 4, None)
    assert np.array_equal(way.points[-1], twin.weight.readonly.ravel())


def test_random_directions_are_as_long_as_the_weights_filter_by_filter() -> None:
    net = nn.Sequential(nn.Conv2d(1, 3, 3), nn.Flatten(), nn.Linear(12, 2))
    found = subject("loss_surface", net, (np.ones((2, 1, 4, 4), np.float32), np.array([0, 1])), nn.CrossEntropyLoss())
    land = descent.Landscape("loss_surface", found)
    direction = land.direction(np.random.default_rng(0))
    kernels = direction[:27].reshape(3, -1)
    assert np.allclose(np.linalg.norm(kernels, axis=1), np.linalg.norm(net[0].weight.readonly.reshape(3, -1), axis=1))
    assert not direction[27:30].any()  # the biases


def test_the_centre_of_a_random_plane_is_the_loss_of_the_network() -> None:
    trainer = run()
    figure = surface.loss_surface(trainer, grid=5)
    x, y = trainer.loader.arrays
    assert figure.loss[2, 2] == pytest.approx(float(trainer.loss(trainer.net(x), y).item()), rel=1e-5)
    assert np.array_equal(figure.loss, surface.loss_surface(trainer, grid=5).loss)
    assert not np.array_equal(figure.loss, surface.loss_surface(trainer, grid=5, seed=1).loss)


def test_two_weights_leave_nothing_outside_the_plane_of_the_ways() -> None:
    figure = surface.loss_surface(bowl(), (X, Y), nn.MSELoss(), optimizers=("sgd", "momentum", "adam"), steps=9, grid=4)
    assert figure.notes[0] == "The plane holds 100% of the ways' variance."
    for path in figure.paths:
        assert path.a.min() > figure.a[0]
        assert path.a.max() < figure.a[-1]


def test_the_plane_of_the_ways_shows_the_loss_at_their_places() -> None:
    options: dict[str, Any] = {"optimizers": {"sgd": 0.1}, "steps": 6, "grid": 81}
    figure = surface.loss_surface(bowl(), (X, Y), nn.MSELoss(), **options)
    (path,) = figure.paths
    column, row = np.abs(figure.a - path.a[3]).argmin(), np.abs(figure.b - path.b[3]).argmin()
    assert figure.loss[row, column] == pytest.approx(path.loss[3], abs=0.15)


def test_a_rate_that_is_too_large_ends_the_way_and_is_told() -> None:
    figure = surface.loss_surface(
        bowl(), (X, Y), nn.MSELoss(), parameters=BOTH, optimizers={"sgd": 1e200}, steps=9, grid=3
    )
    (path,) = figure.paths
    assert 1 <= len(path.a) < 10
    assert np.isfinite(path.a).all()


def test_an_optimiser_may_be_given_as_a_function() -> None:
    made = {"mine": lambda parameters: nn.optim.SGD(parameters, lr=0.1)}
    figure = surface.loss_surface(bowl(), (X, Y), nn.MSELoss(), parameters=BOTH, optimizers=made, steps=2, grid=3)
    assert figure.paths[0].name == "mine"


def test_the_network_stays_where_it_is() -> None:
    net = bowl()
    surface.loss_surface(net, (X, Y), nn.MSELoss(), optimizers=("sgd", "adam"), steps=3, grid=3)
    assert net.weight.readonly.tolist() == [[3.0, 2.0]]
    assert net.weight.grad is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"optimizers": ("sdg",)}, r"did you mean sgd\?"),
        ({"optimizers": {"sgd": -1}}, "sgd with -1; expected a number above 0"),
        ({"directions": "pca"}, 'directions="pca" and no optimizers'),
        ({"directions": "spiral"}, 'expected "random" or "pca"'),
        ({"parameters": BOTH, "directions": "random"}, "expected one of the two"),
        ({"parameters": (BOTH[0], BOTH[0])}, "two different ones"),
        ({"parameters": "weight"}, "two different ones"),
        ({"parameters": ("weight", BOTH[1])}, r'write "weight\[0\]"'),
        ({"parameters": ("bias[0]", BOTH[1])}, "unknown parameter 'bias'"),
        ({"parameters": ("weight[0]", BOTH[1])}, r"in a parameter of shape \(1, 2\)"),
        ({"parameters": ("weight[0, 2]", BOTH[1])}, "choose a place inside"),
        ({"grid": 1}, "a grid of 2 to 400"),
        ({"span": float("nan")}, "a span above 0"),
        ({"optimizers": ("sgd",), "steps": 1}, "take more steps"),
    ],
)
def test_refusals_teach(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        surface.loss_surface(bowl(), (X, Y), nn.MSELoss(), **options)


def test_of_a_way_through_many_parameters_not_every_step_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    options: dict[str, Any] = {"parameters": BOTH, "optimizers": {"sgd": 0.1}, "steps": 10, "grid": 3}
    whole = surface.loss_surface(bowl(), (X, Y), nn.MSELoss(), **options).paths[0]
    monkeypatch.setattr(descent, "BYTES", 40)  # two places of 16 bytes
    thin = surface.loss_surface(bowl(), (X, Y), nn.MSELoss(), **options).paths[0]
    assert np.array_equal(thin.a, whole.a[[0, 4, 8, 10]])
    assert np.array_equal(thin.loss, np.array(whole.loss)[[0, 4, 8, 10]])
