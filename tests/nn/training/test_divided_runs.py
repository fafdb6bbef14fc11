"""Runs whose batches are divided over threads: the same bits again, hooks, errors, Ctrl-C, and when they are not."""

from __future__ import annotations

import copy
import gc
import os
import signal
import sys
import threading
import traceback
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from nn.errors import ConfigError, DataError, StateError
from nn.threads import sizing
from tests.nn.training.divided import CLASSES, NETWORKS, X, made
from tests.nn.training.runs import LABELS, POINTS, everything, repeats, rich, ways_to_14

# -- the same bits


@pytest.mark.parametrize("way", [False, True])
def test_the_same_bits_however_it_is_divided_into_calls(way: bool) -> None:
    run = partial(made, NETWORKS["mlp with dropout"][0], compile=way, optimizer=nn.optim.Adam)
    whole, *others = ways_to_14(run)
    assert whole["threads"] == 2
    for other in others:
        assert other == whole
    first = run()
    first.run(6)
    twin = first.twin()
    twin.run(8)
    assert everything(twin) == whole
    assert (first.step_count, twin.threads) == (6, 2)


@pytest.mark.parametrize("way", [False, True])
def test_the_same_bits_however_threads_take_turns(way: bool) -> None:
    runs, before = [], sys.getswitchinterval()
    try:
        for interval in (before, 1e-6, 1e-6):
            sys.setswitchinterval(interval)
            trainer = made(NETWORKS["mlp with dropout"][0], threads=4, compile=way)
            trainer.run(12)
            runs.append(everything(trainer))
    finally:
        sys.setswitchinterval(before)
    assert runs[0] == runs[1] == runs[2]
    assert trainer.threads == 4


def test_a_file_and_a_diagnosis(tmp_path: Path) -> None:
    whole = made(NETWORKS["mlp with dropout"][0])
    whole.run(6)
    trainer = made(NETWORKS["mlp with dropout"][0])
    trainer.run(3)
    before = everything(trainer)
    nn.diagnose(trainer)
    assert everything(trainer) == before
    nn.save(trainer, tmp_path / "run.npz")
    for threads in (2, "auto"):
        again = made(NETWORKS["mlp with dropout"][0], threads=threads)
        again.load_state_dict(nn.load(tmp_path / "run.npz"))
        again.run(3)
        assert everything(again) == everything(whole)


def test_another_layer_is_looked_at_again() -> None:
    trainer = made(lambda: nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 3)))
    trainer.run(2)
    assert trainer.threads == 2
    trainer.net[1] = nn.BatchNorm1d(6, affine=False, track_running_stats=False)
    trainer.run(2)
    assert trainer.why_one_thread == "BatchNorm1d '1' takes its statistics from the whole batch"
    assert (trainer.threads, trainer.threads_asked, trainer.twin().threads_asked) == (1, 2, 2)


def test_edits_by_hand_are_on_record() -> None:
    trainer = made(NETWORKS["mlp with dropout"][0])
    trainer.run(4)
    trainer.net[2].p = 0.6
    trainer.optimizer.param_groups[0]["lr"] = 0.01
    trainer.run(4)
    trainer.net[4].requires_grad_(False)
    trainer.loss = nn.CrossEntropyLoss(label_smoothing=0.2)
    trainer.run(4)
    assert repeats(trainer, 2)
    assert trainer.threads == 2


def test_a_checkpoint_brings_its_number_along() -> None:
    two, one = made(), made(threads=1)
    for trainer in (one, two):
        trainer.run(3)
    states = [copy.deepcopy(trainer.state_dict()) for trainer in (one, two)]
    old = {name: value for name, value in states[0].items() if name != "threads"}
    with pytest.raises(StateError, match="a run with threads=2 where the trainer has threads=1"):
        made(threads=1).load_state_dict(states[1])
    with pytest.raises(StateError, match="a run with threads=1 where the trainer has threads=2"):
        made().load_state_dict(old)
    for state, threads in ((states[1], 2), (states[0], 1), (old, 1)):
        trainer = made(threads="auto")
        trainer.load_state_dict(state)
        assert trainer.threads == threads
        trainer.run(2)
        assert trainer.state_dict()["threads"] == threads
    assert trainer.why_one_thread == "the run had one thread before"


# -- those who look on


def test_hooks_see_whole_batches() -> None:
    trainer = made(compile=None)
    trainer.run(2)
    seen: list[Any] = []
    with trainer.net[0].register_forward_hook(lambda module, args, out: seen.append(out.shape)):
        trainer.run(1)
    with trainer.net[2].weight.register_hook(lambda grad: seen.append(threading.current_thread().name)):
        trainer.run(1)
    trainer.run(2)
    assert seen == [(4, 6), "MainThread"]
    assert trainer._watched == {2, 3}
    assert repeats(trainer, 1)


def test_observers_and_callbacks_are_called_here() -> None:
    threads: list[Any] = []
    validation = (X[:6], CLASSES[:6])
    trainer = made(validation=validation, callbacks=[nn.EarlyStopping(patience=1)])
    trainer.observers.append(lambda event: threads.append(threading.current_thread()))
    trainer.run(epochs=3)
    assert threads == [threading.main_thread()] * 9
    assert len(trainer.epochs) == 3


# -- errors, Ctrl-C, threads


@pytest.mark.parametrize("way", [False, None])
@pytest.mark.parametrize(("bad", "weight"), [(0, None), (8, None), (8, [1.0, 2.0, 3.0])])
def test_a_step_that_fails_changes_nothing(bad: int, weight: Any, way: bool | None) -> None:
    labels = CLASSES.copy()
    labels[9 + bad] = 7  # of the second batch, in the first part or the last
    build = NETWORKS["mlp with dropout"][0]
    loader = nn.data.DataLoader((X, labels), 9, shuffle=False)
    trainer = made(build, nn.CrossEntropyLoss(weight), loader, compile=way)
    trainer.run(1)
    before, grads = everything(trainer), [param.grad for param in trainer.net.parameters()]
    for _ in range(2):
        with pytest.raises(DataError, match="class 7 at row") as caught:
            trainer.run(1)
        assert everything(trainer) == before
        assert [param.grad for param in trainer.net.parameters()] == grads
        assert "_counted" in "".join(traceback.format_tb(caught.value.__traceback__))
    assert trainer.last_error is caught.value
    labels[9 + bad] = 0
    trainer.loader.arrays[1][9 + bad] = 0
    trainer.run(2)
    assert trainer.threads == 2


def test_ctrl_c_is_between_two_steps() -> None:
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    pressed: list[int] = []

    class Pressing(nn.CrossEntropyLoss):
        def forward(self, input: Any, target: Any) -> Any:
            if trainer.step_count == 2 and not pressed:
                pressed.append(1)
                os.kill(os.getpid(), signal.SIGINT)
            return super().forward(input, target)

    whole = made()
    whole.run(6)
    trainer = made(loss=Pressing())
    try:
        with pytest.raises(KeyboardInterrupt):
            trainer.run(100)
        assert trainer.step_count == 3
        trainer.run(3)
        assert trainer.history == whole.history
    finally:
        signal.signal(signal.SIGINT, previous)


@pytest.mark.parametrize("way", [False, True])
def test_threads_come_with_the_first_step_and_go_with_the_trainer(way: bool) -> None:
    before = set(threading.enumerate())

    def begun() -> set[threading.Thread]:
        return set(threading.enumerate()) - before

    trainer = made(threads=2, compile=way)
    assert not begun()
    trainer.run(2)
    threads = begun()
    assert len(threads) == 1
    trainer.run(2)
    assert begun() == threads
    trainer.close()
    assert not begun()
    trainer.run(1)
    threads = begun()
    assert len(threads) == 1
    twin = trainer.twin()
    del trainer
    gc.collect()
    for thread in threads:
        thread.join()
    assert not begun()
    assert twin.run(1)[0].step == 6
    twin.close()
    made(threads=1).close()
    assert not begun()


# -- what is not divided


def test_small_batches_are_made_in_one_piece() -> None:
    trainer = made(threads=4, data=(X[:19], CLASSES[:19]))  # 9, 9 and 1
    trainer.run(6)
    assert trainer.threads == 4
    assert made(threads=2, data=(X[:1], CLASSES[:1])).run(2)[1].step == 2


def test_no_part_is_a_single_sample() -> None:
    class Squeezing(nn.Module):
        def __init__(self) -> None:
            self.layer = nn.Linear(5, 3)

        def forward(self, x: Any) -> Any:
            return self.layer(x).reshape(len(x), 1, 1, 3).squeeze()

    trainer = made(Squeezing, data=(X[:12], CLASSES[:12]))  # 9 and 3
    trainer.run(4)
    assert trainer.threads == 2


@pytest.mark.parametrize("threads", [0, -1, 2.0, True, "2", None, "Auto"])
def test_a_number_that_is_none(threads: Any) -> None:
    with pytest.raises(ConfigError, match=r"threads=.*; expected a whole number of at least 1, or 'auto'; pass"):
        made(threads=threads)


def test_more_threads_than_samples() -> None:
    with pytest.raises(ConfigError, match="threads=5 for batches of 9; expected at most 4; make the batches larger"):
        made(threads=5)


def test_what_is_not_divided_is_the_same_bits_as_one_thread() -> None:
    one, two = rich(), rich(threads=2)
    assert (one.why_one_thread, two.why_one_thread) == ("threads=1", "")
    for trainer in (one, two):
        nn.manual_seed(3)
        trainer.net[6].rng.bit_generator.state = np.random.default_rng(5).bit_generator.state
        trainer.run(9)
    assert (two.threads, two.why_one_thread) == (1, "BatchNorm1d '1' takes its statistics from the whole batch")
    assert {**everything(two), "threads": 1} == everything(one)
    assert repr(two).endswith("9 steps made, eager)")
    assert repr(made()).endswith("0 steps made, eager, 2 threads)")


def test_frozen_statistics_are_no_hindrance() -> None:
    trainer = made(lambda: nn.Sequential(nn.Linear(5, 6), nn.BatchNorm1d(6), nn.Linear(6, 3)))
    trainer.run(2)
    trainer.net[1].eval()
    trainer.run(2)
    assert trainer.threads == 2
    trainer.net[1].train()
    trainer.run(2)
    assert trainer.threads == 1
    assert repeats(trainer, 1)


# -- auto


def test_auto_goes_by_size_cores_and_blas(monkeypatch: pytest.MonkeyPatch) -> None:
    def why(**options: Any) -> str:
        trainer = made(threads="auto", **options)
        assert trainer.threads == trainer.state_dict()["threads"] == (1 if trainer.why_one_thread else 2)
        return trainer.why_one_thread

    assert why() == "two threads pay from 200,000,000 multiplications in a product; here are 270"
    monkeypatch.setattr(sizing, "DIVIDED", 200)
    assert why() == "two threads pay from 256 samples in a batch; here are 9"
    monkeypatch.setattr(sizing, "SAMPLES", 9)
    monkeypatch.setattr(sizing, "cores", lambda: 1)
    assert why() == "there is one core"
    monkeypatch.setattr(sizing, "cores", lambda: 2)
    monkeypatch.setattr(sizing, "limits", lambda: (1,))
    assert why() == ""
    monkeypatch.setattr(sizing, "limits", lambda: (2,))
    monkeypatch.setattr(sizing, "_TOLD", False)
    monkeypatch.setattr(sizing, "chosen", lambda: False)
    assert why() == ""
    monkeypatch.setattr(sizing, "LARGE", 270)
    assert why() == "BLAS has threads of its own for products that large"
    monkeypatch.setattr(sizing, "chosen", lambda: True)
    assert why() == "BLAS was told to have threads of its own"
    monkeypatch.setattr(sizing, "limits", lambda: ())
    for name in sizing.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert "threadpoolctl, which could change that, is not installed" in why()
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert why() == ""


def test_each_part_has_one_thread_of_blas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizing, "_TOLD", False)
    monkeypatch.setattr(sizing, "LARGE", 200)
    seen: list[int] = []

    class Counting(nn.CrossEntropyLoss):
        def forward(self, input: Any, target: Any) -> Any:
            seen.append(nn.get_num_threads())
            return super().forward(input, target)

    before = nn.threads.pool.limits()
    nn.threads.pool.limit([2] * len(before))
    try:
        for threads in (1, 2):
            made(threads=threads, loss=Counting()).run(1)
    finally:
        nn.threads.pool.limit(before)
    assert seen[0] == 2
    assert set(seen[1:]) == {1}


def test_points_of_the_other_tests() -> None:
    trainer = made(lambda: nn.Linear(2, 2), data=(POINTS, LABELS), batch_size=16)
    trainer.run(epochs=2)
    assert trainer.threads == 2
    assert trainer.evaluate((POINTS, LABELS)).accuracy is not None
