from __future__ import annotations

import numpy as np
import pytest

import nn
from repl.errors import UsageError
from repl.figures import tables
from tests.repl.runs import pictures, run


def test_confusion_is_what_the_trainer_counts() -> None:
    trainer = run()
    trainer.run(20)
    data = nn.data.spiral(n=90, noise=0.1, seed=0)
    figure = tables.confusion(trainer, data)
    assert np.array_equal(figure.table, trainer.confusion(data).table)
    assert figure.names == data.class_names
    assert f"{trainer.evaluate(data).accuracy:.1%} right" in figure.title


def test_confusion_names_the_most_frequent_mistake() -> None:
    counted = nn.training.confusion_matrix([0, 1, 1, 1, 0], [0, 0, 0, 1, 1], names=["cat", "dog"])
    assert tables.confusion(counted).notes == ("Most frequent mistake: cat taken for dog, 2 times.",)
    assert tables.confusion(nn.training.confusion_matrix([0, 1], [0, 1])).notes == ()


def test_confusion_of_one_output_asks_the_loss() -> None:
    net = nn.Linear(1, 1)
    net.weight.assign_([[1.0]])
    net.bias.assign_([0.0])
    data = nn.data.Dataset([[-1.0], [0.2], [2.0], [3.0]], [0, 0, 1, 0])
    assert tables.confusion(net, data, nn.BCEWithLogitsLoss()).table.tolist() == [[1, 2], [0, 1]]
    assert tables.confusion(net, data, nn.BCELoss()).table.tolist() == [[2, 1], [0, 1]]
    with pytest.raises(UsageError, match="use it with a classifier"):
        tables.confusion(net, data)


def test_images_say_what_the_network_takes_them_for() -> None:
    net = nn.Linear(16, 2)
    nn.init.zeros_(net.weight)
    net.bias.assign_([1.0, 0.0])
    figure = tables.images(pictures(), net, count=3)
    assert [(image.caption, image.wrong) for image in figure.images] == [
        ("vase", False),
        ("vase ✗ 데이터", True),
        ("vase", False),
    ]
    assert "1 of 3 wrong" in figure.title
    assert np.array_equal(figure.images[1].pixels, pictures().x[1].reshape(4, 4))


def test_images_without_a_network_have_their_class() -> None:
    assert [image.caption for image in tables.images(pictures(), start=4).images] == ["vase", "데이터"]


def test_images_of_a_split_are_drawn_as_they_were_before() -> None:
    data = nn.data.digits()
    plain, scaled = data.split(seed=0), data.split(seed=0, standardize=True)
    figure = tables.images(scaled, count=5)
    assert [np.abs(image.pixels - raw.reshape(8, 8)).max() < 1e-4 for image, raw in
            zip(figure.images, plain.test.x, strict=False)] == [True] * 5  # fmt: skip


def test_weights_are_laid_out_as_the_input_is() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(16, 3))
    figure = tables.weight_images(net)
    assert figure.signed
    assert figure.low == -figure.high
    assert np.array_equal(figure.images[2].pixels, net[1].weight.readonly[2].reshape(4, 4))


def test_kernels_are_pictures_already() -> None:
    net = nn.Conv2d(2, 3, 5)
    figure = tables.weight_images(net, count=4)
    assert np.array_equal(figure.images[3].pixels, net.weight.readonly[1, 1])
    assert figure.notes == ("2 more are not shown.",)


def test_weights_that_make_no_square_are_a_row_or_what_is_asked_for() -> None:
    assert tables.weight_images(nn.Linear(6, 1)).images[0].pixels.shape == (1, 6)
    assert tables.weight_images(nn.Linear(6, 1), shape=(2, 3)).images[0].pixels.shape == (2, 3)


def test_refusals_teach() -> None:
    with pytest.raises(UsageError, match=r"got samples of shape \(2,\); .* try data digits"):
        tables.images(nn.data.moons(n=10, seed=0))
    with pytest.raises(UsageError, match="got start=9"):
        tables.images(pictures(), start=9)
    with pytest.raises(UsageError, match="got a Tanh without a weight of two axes"):
        tables.weight_images(nn.Tanh())
    with pytest.raises(UsageError, match=r"got shape=\(2, 2\) for 6 weights"):
        tables.weight_images(nn.Linear(6, 1), shape=(2, 2))
    with pytest.raises(UsageError, match="got a str; expected a network or a Trainer"):
        tables.images(pictures(), "net")
