"""Networks that learn: the point of it all."""

from __future__ import annotations

import gc

import numpy as np
import pytest

import nn


def fitted(net: nn.Sequential, data: nn.data.Split, epochs: int, lr: float = 0.01) -> nn.Trainer:
    trainer = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.Adam(net.parameters(), lr=lr), data.train, seed=0)
    trainer.run(epochs=epochs)
    return trainer


def test_xor_needs_a_hidden_layer() -> None:
    data = nn.data.xor(seed=0).split(test=0.25, seed=0)
    flat = fitted(nn.Sequential(nn.Linear(2, 2)), data, 40)
    deep = fitted(nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2)), data, 40)
    assert flat.evaluate(data.test).accuracy <= 0.8
    assert deep.evaluate(data.test).accuracy == 1.0


def test_equal_weights_stay_equal() -> None:
    data = nn.data.xor(seed=0).split(seed=0)
    net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2))
    nn.init.initialize_(net, "constant", val=0.5)
    fitted(net, data, 20)
    weight = net[0].weight.data
    np.testing.assert_array_equal(weight, np.broadcast_to(weight[0], weight.shape))


@pytest.mark.parametrize(
    ("make", "least"),
    [(nn.data.iris, 0.92), (nn.data.moons, 0.95), (nn.data.spiral, 0.9)],
    ids=["iris", "moons", "spiral"],
)
def test_small_sets(make: object, least: float) -> None:
    data = make(**({} if make is nn.data.iris else {"seed": 0})).split(seed=0, standardize=True)  # type: ignore[operator]
    net = nn.Sequential(
        nn.Linear(data.features, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, data.classes)
    )
    assert fitted(net, data, 60).evaluate(data.test).accuracy >= least


@pytest.mark.parametrize("seed", [0, 1])
def test_digits_to_97_percent(seed: int) -> None:
    data = nn.data.digits().split(test=0.25, seed=0, standardize=True)
    nn.manual_seed(seed)
    net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    trainer = fitted(net, data, 15)
    assert trainer.evaluate(data.test).accuracy >= 0.97
    assert trainer.evaluate(data.train).accuracy >= 0.999


def test_in_float64_too() -> None:
    nn.set_default_dtype(np.float64)
    data = nn.data.moons(seed=0).split(seed=0)
    net = nn.Sequential(nn.Linear(2, 16), nn.Sigmoid(), nn.Linear(16, 2))
    trainer = fitted(net, data, 100, lr=0.05)
    assert trainer.batch is not None
    assert {array.dtype for array in (trainer.batch[0], net[0].weight.data, net[0].weight.grad.data)} == {
        np.dtype(float)
    }
    assert trainer.evaluate(data.test).accuracy >= 0.95


def test_float32_stays_float32_all_the_way() -> None:
    data = nn.data.moons(seed=0)
    net = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 4), nn.Sigmoid(), nn.Linear(4, 2), nn.ReLU())
    loss = nn.CrossEntropyLoss()(net(data.x), data.y)
    loss.backward()
    assert loss.dtype == np.float32
    assert {param.grad.dtype for param in net.parameters()} == {np.dtype(np.float32)}


def test_a_resumed_run_is_the_unbroken_one() -> None:
    data = nn.data.moons(seed=0)

    def fresh(seed: int) -> nn.Trainer:
        nn.manual_seed(seed)
        net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2))
        return nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.Adam(net.parameters()), data, seed=3)

    whole, first, second = fresh(0), fresh(0), fresh(9)
    whole.run(25)
    first.run(10)
    second.net.load_state_dict(first.net.state_dict())
    second.optimizer.load_state_dict(first.optimizer.state_dict())
    second.step_count = first.step_count
    second.run(15)
    for name, values in whole.net.state_dict().items():
        np.testing.assert_array_equal(second.net.state_dict()[name], values)


def test_training_makes_no_garbage_for_the_collector() -> None:
    data = nn.data.moons(seed=0)
    net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2))
    trainer = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.SGD(net.parameters(), lr=0.1, momentum=0.9), data)
    trainer.run(5)
    gc.collect()
    gc.disable()
    try:
        trainer.run(50)
        assert gc.collect() == 0
    finally:
        gc.enable()
