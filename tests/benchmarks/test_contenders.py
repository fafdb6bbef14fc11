"""What the benchmarks compare computes the same thing, and nothing of the table is left out."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from autograd import ops
from benchmarks import growth, rows, steps
from benchmarks.__main__ import main
from benchmarks.by_hand import ROWS, Row
from benchmarks.engines import BASE, BY_HAND, OURS, Engine, describe, names
from benchmarks.places import ROOT
from benchmarks.worker import START, Served, Worker, WorkerError
from benchmarks.workloads import FAMILIES, WORKLOADS, find


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


@pytest.mark.parametrize("engine", [*OURS, *BY_HAND[1:]])
@pytest.mark.parametrize("workload", [pytest.param(w, marks=pytest.mark.slow if w == "W4" else ()) for w in WORKLOADS])
def test_an_engine_takes_the_same_steps(engine: str, workload: str) -> None:
    losses = [[step() for _ in range(steps.CHECKED_STEPS)] for step in (built(BASE, workload), built(engine, workload))]
    np.testing.assert_allclose(losses[1], losses[0], rtol=steps.TOLERANCE)
    assert losses[0] != losses[0][:1] * steps.CHECKED_STEPS or workload == "W0"  # it learns, but for W0


def built(engine: str, workload: str) -> Callable[[], float]:
    step: Callable[[], float] = importlib.import_module(f"benchmarks.engines.{engine}").build(find(workload))
    return step


@pytest.mark.slow
@pytest.mark.parametrize("engine", [name for name in names() if describe(name).peer])
def test_a_peer_takes_the_same_steps(engine: str) -> None:
    if reason := describe(engine).missing:
        pytest.skip(reason)
    for workload in ("W1", "W2", "W5"):
        with Worker(engine, workload) as contender, Worker(BASE, workload) as base:
            assert steps.disagreement(base, None) == ""
            assert steps.disagreement(contender, base) == ""


def test_wrong_losses_are_seen() -> None:
    with Worker(BASE, "W0") as base, Worker(BASE, "W1") as other:
        assert steps.disagreement(base, None) == ""
        assert steps.disagreement(other, base) == steps.DIFFERS


def test_a_worker_that_fails_says_so() -> None:
    with (
        Worker(BASE, "W9") as worker,
        pytest.raises(WorkerError, match=r"plain_numpy: its process ended.*W9") as raised,
    ):
        worker.losses(1)
    assert raised.value.engine == BASE


def test_who_fails_is_left_out_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it fails at its first steps, or only while it is timed."""
    late = Engine("late", "Late", ("numpy",))
    with Worker(BASE, "W0") as worker:
        worker.losses(1)

        def fails(_: int) -> float:
            raise WorkerError("late", "it ran out of memory")

        broken = Worker(BASE, "W0")
        with broken:
            monkeypatch.setattr(broken, "time", fails)
            figures: dict[str, steps.Figures] = {}
            times = steps.together({BASE: worker, "late": broken}, figures, rounds=2, seconds=1e-4)
    assert list(times) == [BASE]
    assert figures == {"late": {"failed": "late: it ran out of memory"}}
    assert "ran out of memory" in steps.line(find("W0"), late, figures["late"])[-1]


def test_a_peer_finds_nothing_of_this_tree_but_the_benchmarks(tmp_path: Path) -> None:
    code = f"{START.rpartition('from ')[0]}import importlib.util as u; print(u.find_spec('nn'), u.find_spec('repl'))"
    ran = subprocess.run(
        [sys.executable, "-P", "-S", "-c", code.replace("import benchmarks", "pass"), str(ROOT)],
        cwd=tmp_path, env={}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ran.stdout.split() == ["None", "None"]


def test_hips_refuses_to_be_us() -> None:
    with pytest.raises(ImportError, match="expected that of HIPS"):
        importlib.import_module("benchmarks.engines.hips_autograd")


def test_a_peer_without_an_environment_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("benchmarks.engines.PEERS", tmp_path)
    assert (
        describe("torch_eager").missing
        == f"there is no environment torch in {tmp_path.name}; make bench-peers makes it"
    )


def test_what_an_engine_lacks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Engine("e", "E", ("numpy", "no_such_package")).missing == "no_such_package is not installed"
    monkeypatch.setenv("PATH", "")
    compiler = Engine("e", "E", ("numpy",), programs=(("g++", "clang++"),))
    assert compiler.missing == "it needs a program that is not on PATH: g++ or clang++"
    assert Engine("e", "E", ("numpy",)).missing == ""
    assert Engine("e", "E", ("numpy",)).versions == {"numpy": np.__version__}


def test_memory_is_that_of_the_step() -> None:
    class Workload:
        pass

    def build(_: Workload) -> Callable[[], float]:
        kept = np.ones(1_000_000)  # 8 MB, of what is held
        return lambda: float((kept + 1.0).sum())  # and 8 MB for a moment

    traced = Served(build, Workload()).traced(2)
    assert 16_000_000 <= traced < 16_500_000

    def compiling(_: Workload) -> Callable[[], float]:
        sizes = iter((2_000_000, 1, 1))  # a first step needs more than the others
        return lambda: float(np.ones(next(sizes)).sum())

    assert 16_000_000 <= Served(compiling, Workload()).traced(2) < 16_500_000


def test_resident_memory_is_that_of_the_engine() -> None:
    with Worker(BASE, "W4") as worker:
        resident = worker.memory(3)
    # parameters, gradients and Adam's two states of 1.9 million numbers in float32, at least
    assert resident is None or 4 * 7_400_000 < resident < 200_000_000


def test_growth_names_its_workloads() -> None:
    for family, each in FAMILIES.items():
        workload = find(f"{family}={each.sizes[0]}")
        assert workload.name == f"{family}={each.sizes[0]}"
    assert find("width=32").sizes == (32, 32, 10)
    assert find("depth=3").sizes == (64, 64, 64, 10)
    assert find("batch=7").batch == 7
    with pytest.raises(KeyError):
        find("height=3")


def test_growth_leaves_out_who_is_not_asked() -> None:
    engines = [describe(name) for name in (BASE, "chainrule_eager", "jax_jit")]
    found = growth.measure(engines, "chain", 2_000, threads=1, rounds=1)
    assert list(found) == [BASE, "chainrule_eager"]
    assert all(each["seconds"] > 0 for each in found.values())


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("walking", "got section walking; expected some of startup, keys, steps, memory, growth, threads, rows"),
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
    short = ["--rounds=2", "--seconds=0.0001", "--ops=tanh,getitem", "--workloads=W0,W3"]
    assert main(["rows", "steps", "memory", *short]) == 0
    printed = capfd.readouterr().out
    assert "tanh" in printed
    assert "getitem, slice" in printed
    assert printed.count("100 element-wise ops on 10 numbers") == 1  # its memory is not worth measuring
    assert printed.count("MLP 784-256-128-10 relu, batch 128") == 2


def test_growth_is_measured_in_order() -> None:
    costs = [growth.chain(length) for length in (100, 1_000)]
    assert [cost.length for cost in costs] == [100, 1_000]
    assert all(cost.whole >= cost.backward > 0 for cost in costs)
