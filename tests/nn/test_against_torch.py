"""Every layer, activation, loss and function gives PyTorch's outputs, gradients and buffers, under PyTorch's names."""

from __future__ import annotations

import numpy as np
import pytest

import nn
import nn.functional as F
from tests.nn.reference import stored
from tests.nn.reference.cases import Case
from tests.nn.reference.comparing import Answers, answers
from tests.nn.reference.with_torch import CASES, unpacked


@pytest.fixture(scope="module")
def reference() -> dict[str, Answers]:
    return unpacked(stored.load("answers"))


def same(got: Answers, expected: Answers, rtol: float = 1e-9) -> None:
    assert list(got) == list(expected)
    for what, value in expected.items():
        assert got[what].shape == value.shape, what
        assert got[what].dtype.kind in "iu" or got[what].dtype == np.float64, what
        np.testing.assert_allclose(got[what], value, rtol=rtol, atol=1e-12, err_msg=what)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_pytorchs_answers(case: Case, reference: dict[str, Answers]) -> None:
    # PyTorch computes the slope of hardsigmoid, 1/6, in single precision
    same(answers(case), reference[case.name], 1e-6 if case.kind == "Hardsigmoid" else 1e-9)


def test_no_layer_loss_or_function_is_left_out() -> None:
    kinds = {case.kind for case in CASES}
    ours_alone = {"TransformerEncoder"}  # copies of a layer that is compared
    modules = {name for module in (nn.layers, nn.losses) for name in module.__all__} - {"Loss"}
    assert modules - kinds == ours_alone
    by_modules = set(
        "linear relu tanh sigmoid relu6 leaky_relu prelu elu selu celu gelu silu mish softplus softsign hardtanh "
        "hardsigmoid hardswish hardshrink softshrink tanhshrink logsigmoid threshold glu log_softmax softmin dropout "
        "dropout2d conv_transpose1d avg_pool1d avg_pool2d adaptive_avg_pool1d adaptive_avg_pool2d".split()
    )
    losses = {name for name in F.__all__ if name.endswith("_loss")} | {
        "cross_entropy", "binary_cross_entropy", "binary_cross_entropy_with_logits", "kl_div",
    }  # fmt: skip
    assert set(F.__all__) - kinds - losses == by_modules


def test_cases_have_names_of_their_own() -> None:
    names = [case.name for case in CASES]
    assert len(names) == len(set(names))
