from __future__ import annotations

import numpy as np
import pytest

import nn
from repl.errors import UsageError
from repl.figures.boundary import decision_boundary
from tests.repl.runs import run


def hand_made() -> nn.Linear:
    """Class 1 where the first feature is above 0."""
    net = nn.Linear(2, 2)
    net.weight.assign_([[-1.0, 0.0], [1.0, 0.0]])
    net.bias.assign_([0.0, 0.0])
    return net


def test_the_ground_is_what_the_network_says() -> None:
    figure = decision_boundary(hand_made(), nn.data.moons(n=40, seed=0), resolution=9)
    assert np.array_equal(figure.classes, np.tile(figure.x > 0, (9, 1)))
    assert np.allclose(figure.certainty, 1 / (1 + np.exp(-2 * np.abs(figure.x)))[None, :], atol=1e-6)


def test_rows_are_the_second_feature_from_low_to_high() -> None:
    net = hand_made()
    net.weight.assign_([[0.0, -1.0], [0.0, 1.0]])
    figure = decision_boundary(net, nn.data.moons(n=40, seed=0), resolution=9)
    assert np.array_equal(figure.classes[:, 0], figure.y > 0)
    assert figure.y[0] < figure.y[-1]


def test_all_samples_lie_inside_and_keep_their_class() -> None:
    data = nn.data.moons(n=40, seed=0)
    figure = decision_boundary(hand_made(), data, resolution=5)
    assert np.array_equal(figure.points, data.x)
    assert np.array_equal(figure.labels, data.y)
    assert figure.points[:, 0].min() > figure.x[0]
    assert figure.points[:, 1].max() < figure.y[-1]
    assert figure.names == data.class_names


@pytest.mark.parametrize(("loss", "cut"), [(nn.BCEWithLogitsLoss(), 0.0), (nn.BCELoss(), 0.5), (None, 0.0)])
def test_one_output_turns_where_its_loss_says(loss: nn.Module | None, cut: float) -> None:
    net = nn.Linear(2, 1)
    net.weight.assign_([[1.0, 0.0]])
    net.bias.assign_([0.0])
    figure = decision_boundary(net, nn.data.moons(n=40, seed=0), loss, resolution=9)
    assert np.array_equal(figure.classes[0], figure.x > cut)


def test_further_features_stay_at_their_mean() -> None:
    data = nn.data.iris()
    nn.manual_seed(0)
    net = nn.Linear(4, 3)
    figure = decision_boundary(net, data, features=(2, 3), resolution=4)
    place = data.x.mean(axis=0)
    place[2], place[3] = figure.x[1], figure.y[2]
    assert figure.classes[2, 1] == net(place[None]).readonly.argmax()
    assert "the other 2 features stay at their mean" in figure.notes[0]
    assert (figure.x_label, figure.y_label) == data.feature_names[2:]


def test_features_that_are_the_same_in_all_samples_are_passed_over() -> None:
    x = np.random.default_rng(0).normal(size=(20, 4))
    x[:, [0, 2]] = 0
    labels = np.arange(20) % 3
    assert decision_boundary(nn.Linear(4, 3), (x, labels), resolution=4).x_label == "x2"
    assert decision_boundary(nn.Linear(4, 3), (x, labels), resolution=4).y_label == "x4"
    x[:, 3] = 0
    axes = decision_boundary(nn.Linear(4, 3), (x, labels), resolution=4)
    assert (axes.x_label, axes.y_label) == ("x2", "x1")
    assert decision_boundary(nn.Linear(4, 3), (0 * x, labels), resolution=4).x_label == "x1"


def test_where_the_output_is_no_number_the_ground_says_so() -> None:
    net = hand_made()
    net.weight.assign_(np.full((2, 2), np.nan))
    figure = decision_boundary(net, nn.data.moons(n=40, seed=0), resolution=4)
    assert np.isnan(figure.certainty).all()
    assert figure.notes == ("On 100% of the ground, marked x, the output is not a number.",)


def test_a_trainer_brings_everything() -> None:
    trainer = run()
    assert np.array_equal(decision_boundary(trainer, resolution=4).points, trainer.loader.arrays[0])


def test_of_many_samples_the_first_are_shown() -> None:
    figure = decision_boundary(hand_made(), nn.data.moons(n=1200, seed=0), resolution=4)
    assert len(figure.points) == 1000
    assert figure.notes == ("The first 1,000 of 1,200 samples are shown.",)


def test_refusals_teach() -> None:
    net = hand_made()
    with pytest.raises(UsageError, match=r"inputs of shape .* with two features or more; try data spiral, or moons"):
        decision_boundary(nn.Linear(1, 2), (np.ones((3, 1)), np.array([0, 1, 0])))
    with pytest.raises(UsageError, match="got targets that are numbers; expected classes"):
        decision_boundary(net, (np.ones((3, 2)), np.ones(3)))
    with pytest.raises(UsageError, match=r"got features=\(0, 2\); expected two different ones from 0 to 1"):
        decision_boundary(net, nn.data.moons(n=10, seed=0), features=(0, 2))
    with pytest.raises(UsageError, match="resolution=1"):
        decision_boundary(net, nn.data.moons(n=10, seed=0), resolution=1)
    with pytest.raises(UsageError, match="got outputs of shape"):
        decision_boundary(nn.Unflatten(1, (1, 2)), nn.data.moons(n=10, seed=0), resolution=2)
