"""Arguments that make no sense are refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from nn import optim
from nn.errors import ConfigError
from nn.optim import SGD, Adam
from tests.nn.optim.makers import leaf


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda w: SGD([], lr=0.1), "SGD: got params without a parameter; expected at least one"),
        (lambda w: SGD(iter(()), lr=0.1), "without a parameter"),
        (SGD, "SGD: got one tensor as params; expected an iterable"),
        (lambda w: SGD({"params": [w]}), "got one dict as params"),
        (lambda w: SGD([{"params": []}]), "got a group without parameters"),
        (lambda w: SGD([{"lr": 1.0}]), "got a group without parameters"),
        (lambda w: SGD([w.data]), "got an ndarray among params; expected tensors"),
        (lambda w: SGD([w * 2]), r"of shape \(2,\), which was computed, among params; expected leaves"),
        (lambda w: SGD([w, w]), r"got weight of shape \(2,\) twice among params"),
        (lambda w: Adam([{"params": [w]}, {"params": w}]), "twice among params"),
        (lambda w: SGD([w], lr=-1), "SGD: got lr=-1; expected a number at least 0; pass lr=0.01"),
        (lambda w: SGD([w], lr=float("nan")), "lr=nan"),
        (lambda w: SGD([w], lr=float("inf")), "lr=inf"),
        (lambda w: SGD([w], lr="fast"), "lr='fast'"),
        (lambda w: SGD([w], momentum=-0.5), "momentum=-0.5"),
        (lambda w: SGD([w], weight_decay=-1), "weight_decay=-1"),
        (lambda w: SGD([w], nesterov=True), "nesterov=True with momentum=0.0 and dampening=0.0"),
        (lambda w: SGD([w], momentum=0.9, dampening=0.1, nesterov=True), "nesterov=True"),
        (lambda w: SGD([{"params": [w], "lr": -3}]), "lr=-3"),
        (lambda w: Adam([w], lr=-1), "Adam: got lr=-1"),
        (lambda w: Adam([w], betas=(0.9, 1)), r"betas\[1\]=1; expected a number from 0 to below 1"),
        (lambda w: Adam([w], betas=(-0.1, 0.9)), r"betas\[0\]=-0.1"),
        (lambda w: Adam([w], betas=0.9), "betas=0.9; expected a pair"),
        (lambda w: Adam([w], eps=-1e-8), "eps=-1e-08"),
        (lambda w: Adam([w], weight_decay=-1), "weight_decay=-1"),
        (lambda w: optim.AdamW([w], lr=-1), "AdamW: got lr=-1"),
        (lambda w: optim.NAdam([w], betas=(1.0, 0.9)), r"NAdam: got betas\[0\]=1.0"),
        (lambda w: optim.NAdam([w], momentum_decay=-1), "NAdam: got momentum_decay=-1"),
        (lambda w: optim.RAdam([w], eps=-1), "RAdam: got eps=-1"),
        (lambda w: optim.RAdam([w], betas=(0.9,)), r"RAdam: got betas=\(0.9,\); expected a pair"),
        (lambda w: optim.Adamax([w], betas="ab"), "Adamax: got betas='ab'"),
        (lambda w: optim.Adagrad([w], initial_accumulator_value=-1), "Adagrad: got initial_accumulator_value=-1"),
        (lambda w: optim.Adagrad([w], lr_decay=-1), "Adagrad: got lr_decay=-1"),
        (lambda w: optim.RMSprop([w], alpha=1.5), "RMSprop: got alpha=1.5; expected a number from 0 to 1"),
        (lambda w: optim.RMSprop([w], momentum=-1), "RMSprop: got momentum=-1"),
        (lambda w: optim.Adadelta([w], rho=-0.1), "Adadelta: got rho=-0.1"),
        (
            lambda w: optim.Rprop([w], etas=(1.2, 0.5)),
            r"etas=\(1.2, 0.5\); expected one between 0 and 1, and one above",
        ),
        (lambda w: optim.Rprop([w], etas=(0.5, "x")), r"Rprop: got etas\[1\]='x'"),
        (lambda w: optim.Rprop([w], step_sizes=(1, 0.1)), r"step_sizes=\(1, 0.1\); expected the least one first"),
        (lambda w: optim.ASGD([w], t0=-1), "ASGD: got t0=-1"),
        (lambda w: optim.DeltaBarDelta([w], phi=1), "DeltaBarDelta: got phi=1; expected a number from 0 to below 1"),
        (lambda w: optim.DeltaBarDelta([w], theta=-1), "DeltaBarDelta: got theta=-1"),
        (lambda w: optim.DeltaBarDelta([w], gains=(2, 3)), r"gains=\(2, 3\); expected bounds below and above 1"),
        (lambda w: optim.DeltaBarDelta([w], gains=(-1, 3)), r"DeltaBarDelta: got gains\[0\]=-1"),
    ],
)
def test_arguments_that_make_no_sense_are_named(make: Any, says: str) -> None:
    weight = leaf(2, name="weight")
    array = weight.data
    with pytest.raises(ConfigError, match=says):
        make(weight)
    assert weight.data is array  # nothing was taken over
