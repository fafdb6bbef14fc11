"""Results in columns: the numbers stay what they were, and products meet large weights along."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd.compiler import ones
from autograd.rules import composite

from .two_ways import LOSSES, NETS, agree

WIDE = (32, 64, 64)  # examples, inputs, units: just large enough


@pytest.fixture
def everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turn results of small layers too, and leave them to this."""
    monkeypatch.setattr(composite, "_LARGE", 0)
    monkeypatch.setattr(ones, "MOST", 0)


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("n", [2, 7])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("net", NETS)
def test_both_ways_agree(net: str, loss: str, n: int) -> None:
    agree(NETS[net], loss, "sgd", n)


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("net", ["relu", "dropout", "layer norm", "twice", "changing"])
def test_with_an_optimiser_that_remembers(net: str) -> None:
    agree(NETS[net], "cross entropy", "adam", 7)


def compiled(n: int, inputs: int, units: int, give: Any = np.sum) -> tuple[Any, str]:
    """What a layer of ReLUs and one behind it give, and the program."""
    net = nn.Sequential(*(nn.Linear(k, units, dtype=np.float32, rng=np.random.default_rng(k)) for k in (inputs, units)))
    fast = autograd.compile(lambda x: give(net[1](np.maximum(net[0](x), 0.0))))
    x = np.random.default_rng(1).standard_normal((n, inputs)).astype(np.float32)
    result = fast(x).numpy()
    expected = give(net[1](np.maximum(net[0](x), 0.0))).detach().numpy()
    np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-6)
    assert result.flags.c_contiguous
    return result, fast.source


def products(source: str) -> list[tuple[str, str, str]]:
    """The operands and the result of each product."""
    return re.findall(r"^    dot\((\w+), (\w+), (\w+)\)$", source, re.MULTILINE)


def test_weights_are_met_along() -> None:
    first, second = products(compiled(*WIDE)[1])[:2]
    assert first[1] == "x_T"
    assert second[1] == first[2]  # the hidden values as they lie


@pytest.mark.parametrize(("n", "inputs", "units"), [(128, 64, 64), (32, 64, 63), (1, 64, 63)])
def test_where_nothing_would_be_won_they_stay(n: int, inputs: int, units: int) -> None:
    assert "x_T" not in compiled(n, inputs, units)[1]


def test_a_result_that_is_given_back_stays_as_it_lies() -> None:
    first, second = products(compiled(*WIDE, give=lambda y: y)[1])
    assert first[1] == "x_T"
    assert second[1] != first[2]
