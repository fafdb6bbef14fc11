"""What the benchmarks compare computes the same thing, and nothing of the table is left out."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import ops
from benchmarks import growth, rows, steps
from benchmarks.__main__ import main
from benchmarks.by_hand import ROWS, Row
from benchmarks.engines import BASE, describe, names
from benchmarks.worker import Worker
from benchmarks.workloads import WORKLOADS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.op} {row.case}".strip())
def test_a_row_by_hand_agrees_with_the_tape(row: Row) -> None:
    by_hand, recorded = rows.contenders(row, 6)
    (y, gradients), (out, got) = by_hand(), recorded()
    assert [np.shape(y), *map(np.shape, gradients)] == [out.shape, *(tensor.shape for tensor in got)]
    assert [np.asarray(a).dtype for a in (y, *gradients)] == [out.dtype, *(tensor.dtype for tensor in got)]
    assert rows.agree((y, gradients), (out, got))


def test_rows_that_models_are_made_of_are_measured() -> None:
    measured = {row.op for row in ROWS}
    assert measured <= set(ops.table)
    assert measured >= set(
        "add subtract multiply divide power negative abs exp log sqrt tanh sigmoid maximum minimum where clip "
        "sum mean max min matmul reshape transpose swapaxes broadcast_to concatenate stack getitem setitem "
        "log_softmax logsumexp linear relu softmax_cross_entropy scatter_add split slogdet".split()
    )


def test_disagreement_is_noticed() -> None:
    by_hand, recorded = rows.contenders(ROWS[0], 6)
    y, gradients = by_hand()
    assert not rows.agree((y + 0.01, gradients), recorded())
    assert not rows.agree((y, (gradients[0], gradients[1] * 1.01)), recorded())
    assert not rows.agree((y, (gradients[0], gradients[1][:1])), recorded())


@pytest.mark.parametrize("engine", [name for name in names() if name != BASE and not describe(name).missing])
@pytest.mark.parametrize("workload", WORKLOADS)
def test_an_engine_takes_the_same_steps(engine: str, workload: str) -> None:
    with Worker(engine, workload) as contender, Worker(BASE, workload) as base:
        assert steps.disagreeing([base, contender]) == []


def test_wrong_losses_are_named() -> None:
    with Worker(BASE, "W0") as base, Worker(BASE, "W1") as other:
        other.engine = "other"
        assert steps.disagreeing([base, other]) == ["other"]


def test_a_worker_that_fails_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    with Worker(BASE, "W9") as worker, pytest.raises(RuntimeError, match="plain_numpy: its process ended"):
        worker.losses(1)
    assert "W9" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("walking", "got section walking; expected some of startup, steps, rows, growth"),
        ("--engines=abacus", "got abacus; expected some of plain_numpy, "),
        ("--ops=tangent", "got tangent; expected some of add, "),
        ("--workloads=W9", "got W9; expected some of W0, "),
    ],
)
def test_wrong_usage_is_said(argument: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([argument])
    assert said in capsys.readouterr().err


@pytest.mark.slow
def test_the_command_measures(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["rows", "steps", "--rounds=2", "--seconds=0.0001", "--ops=tanh,getitem", "--workloads=W0"]) == 0
    printed = capfd.readouterr().out
    assert "tanh" in printed
    assert "getitem, slice" in printed
    assert "100 element-wise ops on 10 numbers" in printed


def test_growth_is_measured_in_order() -> None:
    costs = [growth.chain(length) for length in (100, 1_000)]
    assert [cost.length for cost in costs] == [100, 1_000]
    assert all(cost.whole >= cost.backward > 0 for cost in costs)
