"""How many threads matrix products use: set, put back, and one for small training steps unless the user has chosen."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import nn
from nn.errors import ConfigError, StateError
from nn.threads import pool, sizing, suited

ROOT = Path(__file__).resolve().parents[2]
SMALL, LARGE = 128 * 784 * 256, 2048**3


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As in a process that began with two threads, and nobody has said anything."""
    before = pool.limits()
    pool.limit([2] * len(before))
    monkeypatch.setattr(sizing, "_TOLD", False)
    monkeypatch.setattr(pool._Choice, "made", False)
    yield
    pool.limit(before)


@pytest.mark.usefixtures("two")
def test_a_number_is_set_and_put_back() -> None:
    with nn.num_threads(1):
        assert nn.get_num_threads() == 1
        with pytest.raises(KeyError), nn.num_threads(2):
            raise KeyError(nn.get_num_threads())
        assert nn.get_num_threads() == 1
    assert nn.get_num_threads() == 2
    assert not pool.chosen()
    nn.set_num_threads(1)
    assert nn.get_num_threads() == 1
    assert pool.chosen()


@pytest.mark.parametrize("n", [0, -1, 1.0, True, None, "2"])
def test_what_is_no_number_is_named(n: Any) -> None:
    before = nn.get_num_threads()
    with pytest.raises(ConfigError, match=r"set_num_threads: got .*expected a whole number of at least 1"):
        nn.set_num_threads(n)
    assert nn.get_num_threads() == before


@pytest.mark.usefixtures("two")
def test_small_steps_have_one_thread_and_large_ones_all() -> None:
    with suited(SMALL):
        assert nn.get_num_threads() == 1
    with suited(LARGE):
        assert nn.get_num_threads() == 2
    assert nn.get_num_threads() == 2


@pytest.mark.usefixtures("two")
def test_what_the_user_has_chosen_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    with nn.num_threads(2), suited(SMALL):
        assert nn.get_num_threads() == 2
    monkeypatch.setattr(sizing, "_TOLD", True)
    with suited(SMALL):
        assert nn.get_num_threads() == 2


@pytest.mark.usefixtures("two")
def test_nested_steps_put_it_back_at_the_outermost() -> None:
    with suited(SMALL):
        with suited(SMALL):
            assert nn.get_num_threads() == 1
        assert nn.get_num_threads() == 1
    assert nn.get_num_threads() == 2


@pytest.mark.usefixtures("two")
def test_other_threads_of_python_leave_nothing_behind() -> None:
    """Whichever thread may set the number: threadpoolctl lets the first one keep it."""
    both = threading.Barrier(2)

    def step() -> None:
        with suited(SMALL):
            both.wait()

    others = [threading.Thread(target=step) for _ in range(2)]
    for other in others:
        other.start()
    for other in others:
        other.join()
    assert nn.get_num_threads() == 2


@pytest.mark.usefixtures("two")
def test_a_second_thread_that_may_not_set_it_is_told() -> None:
    nn.set_num_threads(2)
    told: list[Exception] = []

    def set_it() -> None:
        try:
            nn.set_num_threads(1)
        except StateError as error:
            told.append(error)

    other = threading.Thread(target=set_it)
    other.start()
    other.join()
    assert (nn.get_num_threads() == 1) != bool(told)  # it took, as with threadpoolctl before 3.8, or it is said


@pytest.mark.usefixtures("two")
def test_a_trainer_steps_and_rewinds_on_one_thread() -> None:
    seen: list[int] = []

    class Counting(nn.Module):
        def forward(self, x: Any) -> Any:
            seen.append(nn.get_num_threads())
            return x

    net = nn.Sequential(nn.Linear(2, 2), Counting())
    optimizer = nn.optim.SGD(net.parameters(), lr=0.1)
    trainer = nn.Trainer(net, nn.CrossEntropyLoss(), optimizer, nn.data.moons(n=64, seed=0), compile=False)
    trainer.run(2)
    list(trainer.steps(1))
    trainer.rewind(2)
    trainer.evaluate(nn.data.moons(n=64, seed=1))
    assert set(seen) == {1}
    assert nn.get_num_threads() == 2
    with nn.num_threads(2):
        trainer.run(1)
    assert seen[-1] == 2


def test_without_threadpoolctl_training_goes_on_and_the_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_pools", lambda: ())
    with suited(SMALL):
        pass
    assert not nn.threads.adjustable()
    for call in (nn.get_num_threads, lambda: nn.set_num_threads(1), nn.num_threads(1).__enter__):
        with pytest.raises(StateError, match=r'threadpoolctl; run pip install "chainrule\[threads\]"'):
            call()


def test_importing_nn_does_not_look_for_it() -> None:
    code = "import sys, nn; assert 'threadpoolctl' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_a_variable_is_a_choice() -> None:
    code = "from nn.threads import sizing; assert sizing._TOLD"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, env={"OMP_NUM_THREADS": "2"})
