"""The adversarial cases of nn, 23 to 30: one test for each, with its number in the name."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor
from autograd.errors import AnomalyError
from nn.errors import ConfigError, DataError, ShapeError


def test_23_cross_entropy_far_out_and_wrong_targets() -> None:
    logits = Tensor([[1e4, 0.0]], requires_grad=True)
    loss = nn.functional.cross_entropy(logits, np.array([1]))
    loss.backward()
    assert loss.item() == 10_000.0
    assert logits.grad is not None
    assert logits.grad.data.tolist() == [[1.0, -1.0]]
    three = np.zeros((2, 3))
    with pytest.raises(DataError, match=r"class 3 .*; expected 0\.\.2"):
        nn.functional.cross_entropy(three, np.array([0, 3]))
    with pytest.raises(DataError, match="float64"):
        nn.functional.cross_entropy(three, np.array([0.0, 1.0]))
    probabilities = np.full((2, 3), 1 / 3)
    assert float(nn.functional.cross_entropy(three, probabilities)) == pytest.approx(np.log(3))


def test_24_binary_cross_entropy_at_0_and_1() -> None:
    for p, t in ((0.0, 1.0), (1.0, 0.0)):
        probability = Tensor([p], requires_grad=True)
        loss = nn.functional.binary_cross_entropy(probability, np.array([t]))
        loss.backward()
        assert loss.item() == 100.0
        assert probability.grad is not None
        assert np.isfinite(probability.grad.data).all()


def test_25_batch_norm_on_one_sample() -> None:
    layer = nn.BatchNorm1d(3)
    before = layer.state_dict()
    with pytest.raises(ShapeError, match=r"BatchNorm1d.*\(1, 3\)"):
        layer(np.ones((1, 3), np.float32))
    for name, array in layer.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    assert layer.eval()(np.ones((1, 3), np.float32)).shape == (1, 3)


def test_26_a_width_that_does_not_fit() -> None:
    with pytest.raises(ShapeError, match=r"Linear\(3 -> 2\): got x of shape \(5, 4\); expected \(N, 3\)"):
        nn.Linear(3, 2)(np.ones((5, 4), np.float32))


def test_27_a_parameter_shared_by_two_layers() -> None:
    nn.set_default_dtype(np.float64)
    first, second = nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False)
    second.weight = first.weight
    net = nn.Sequential(first, nn.Tanh(), second)
    x = np.array([[0.3, -0.7]])
    apart = [Tensor(first.weight.data, requires_grad=True) for _ in range(2)]
    (np.tanh(x @ apart[0].T) @ apart[1].T).sum().backward()
    net(x).sum().backward()
    total = apart[0].grad.data + apart[1].grad.data  # type: ignore[union-attr]
    np.testing.assert_allclose(first.weight.grad.data, total, rtol=1e-12)
    before = first.weight.data.copy()
    nn.optim.SGD(net.parameters(), lr=0.1).step()
    np.testing.assert_allclose(first.weight.data, before - 0.1 * total, rtol=1e-12)
    assert list(net.state_dict()) == ["0.weight", "2.weight"]
    assert second.weight is first.weight


@pytest.mark.parametrize("name", sorted(set(nn.optim.__all__) - {"Optimizer", "lr_scheduler"}))
def test_28_optimisers_over_nothing_non_leaves_and_wrong_options(name: str) -> None:
    make: Any = getattr(nn.optim, name)
    weight = Tensor([1.0], requires_grad=True)
    with pytest.raises(ValueError, match=f"{name}: got params without a parameter"):
        make([])
    with pytest.raises(ValueError, match="which was computed, among params; expected leaves"):
        make([weight * 2])
    with pytest.raises(ValueError, match="lr=-1"):
        make([weight], lr=-1)
    if "betas" in make([weight]).defaults:
        with pytest.raises(ValueError, match=r"betas\[0\]=1"):
            make([weight], betas=(1, 0.9))
        with pytest.raises(ValueError, match="betas=1"):
            make([weight], betas=1)


def test_28_a_gradient_of_nan_is_said_and_anomaly_mode_names_the_parameter() -> None:
    net = nn.Linear(2, 2)
    trainer = nn.Trainer(net, lambda out, target: np.sqrt(out * 0.0).sum(), nn.optim.SGD(net.parameters()),
                         (np.ones((4, 2)), np.zeros(4, np.int64)))  # fmt: skip
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (event,) = trainer.run(1)
    assert "the gradient of weight is nan" in event.trouble
    assert np.isnan(net.weight.data).all()  # as in PyTorch
    named = nn.Parameter([1.0, 0.0], name="scale")
    with np.errstate(all="ignore"), autograd.detect_anomaly(), pytest.raises(AnomalyError, match="for scale"):
        np.sqrt(named).sum().backward()


def test_29_dropout_of_everything_and_the_same_seed() -> None:
    x = Tensor(np.full((4, 5), 3.0), requires_grad=True)
    layer = nn.Dropout(1.0)
    out = layer(x)
    out.sum().backward()
    assert x.grad is not None
    assert not out.data.any()
    assert not x.grad.data.any()
    np.testing.assert_array_equal(layer.eval()(x).data, x.data)
    runs = []
    for _ in range(2):
        nn.manual_seed(3)
        net = nn.Sequential(nn.Linear(2, 16), nn.Dropout(0.5), nn.Linear(16, 2))
        data = nn.data.moons(n=64, seed=0)
        trainer = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.Adam(net.parameters(), lr=0.01), data, seed=1)
        runs.append((trainer.run(20), {name: array.tobytes() for name, array in net.state_dict().items()}))
    assert runs[0] == runs[1]


def test_30_modules_in_a_plain_list_are_warned_of() -> None:
    class Listed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = [nn.Linear(2, 2), nn.Linear(2, 2)]

    with pytest.warns(UserWarning, match="got a Linear in the plain list layers; .* what is in there is not trained"):
        assert list(Listed().parameters()) == []
    with pytest.warns(UserWarning, match="plain list"), pytest.raises(ConfigError, match="params without a parameter"):
        nn.optim.SGD(Listed().parameters())
    assert len(list(nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2)]).parameters())) == 4
