"""Going back: the state is as it was, and the same steps follow again."""

from __future__ import annotations

import copy
import gc
from typing import Any

import numpy as np
import pytest

import nn
from nn.errors import ConfigError, StateError
from nn.training import snapshots
from nn.training.snapshots import Ring, Snapshot
from tests.nn.training.runs import LABELS, POINTS, everything, rich


@pytest.mark.parametrize("n", [1, 2, 3, 4, 9, 13])
@pytest.mark.parametrize("every", [1, 3, 7])
def test_back_and_on_again_is_the_unbroken_run(n: int, every: int, monkeypatch: pytest.MonkeyPatch) -> None:
    made = rich()
    monkeypatch.setattr(made._ring, "every", every)
    states = [everything(made)]
    batches: list[Any] = [None]
    for _ in range(13):
        made.run(1)
        states.append(everything(made))
        batches.append(made.batch)
    made.rewind(n)
    assert everything(made) == states[13 - n]
    assert made.step_count == 13 - n
    assert len(made.history) == 13 - n
    for ours, theirs in zip(made.batch or (), batches[13 - n] or (), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert (made.batch is None) == (n == 13)
    made.run(n)
    assert everything(made) == states[13]


def test_back_in_pieces_and_nowhere() -> None:
    made = rich()
    made.run(10)
    state = everything(made)
    made.rewind(0)
    assert everything(made) == state
    made.rewind(2)
    made.rewind()
    made.run(3)
    made.rewind(3)
    made.run(3)
    assert everything(made) == state


def test_gradients_are_forgotten_and_observers_hear_nothing() -> None:
    made = rich()
    heard: list[int] = []
    made.observers.append(lambda event: heard.append(event.step))
    made._ring.every = 4
    made.run(7)
    made.rewind(2)
    assert heard == list(range(1, 8))
    assert all(param.grad is not None for param in made.net.parameters())  # of the step that was made again
    made.rewind(1)
    assert all(param.grad is None for param in made.net.parameters())


def test_another_way_from_there() -> None:
    made = rich()
    made.run(8)
    before = everything(made)
    made.rewind(4)
    made.optimizer.param_groups[0]["lr"] = 0.5
    made.run(4)
    assert everything(made) != before
    assert [event.lr for event in made.history[4:6]] == [0.5, 0.5]


def test_a_future_that_was_given_up_is_forgotten() -> None:
    made = rich()
    made.run(8)
    made.rewind(4)
    made.optimizer.param_groups[0]["lr"] = 0.5
    states = [everything(made)]
    for _ in range(3):
        made.run(1)
        states.append(everything(made))
    made.rewind(1)
    assert everything(made) == states[2]
    made.rewind(2)
    assert everything(made) == states[0]


def test_a_change_by_hand_is_kept_where_states_are_kept() -> None:
    made = rich()
    made.run(5)
    made.net[0].weight.assign_(np.ones((8, 2), np.float32))
    made.run(3)
    made.rewind(2)
    made.run(2)
    changed = everything(made)
    other = rich()
    other.run(5)
    other.net[0].weight.assign_(np.ones((8, 2), np.float32))
    other.run(3)
    assert everything(other) == changed


def test_a_change_that_cannot_be_seen_is_said_and_nothing_is_lost() -> None:
    made = rich()
    made._ring.every = 6
    made.run(8)
    made.loader.arrays[0][:] *= 2
    made.run(3)
    state = everything(made)
    with pytest.raises(
        StateError,
        match=r"rewind: got a loss of .* where step 7 had .*: something was changed by hand, unseen; "
        r"go to step 6 at the latest, or to 11, or load a checkpoint",
    ):
        made.rewind(1)
    assert everything(made) == state
    made.run(1)
    assert made.step_count == 12


def test_how_far_back_one_can_go() -> None:
    made = rich(keep=3)
    made.run(5)
    with pytest.raises(StateError, match="got 6 steps; expected at most 5; start again from the beginning"):
        made.rewind(6)
    made.rewind(5)
    assert made.step_count == 0
    nothing = rich(keep=0)
    nothing.run(2)
    with pytest.raises(StateError, match="expected at most 0; make the trainer without keep=0"):
        nothing.rewind(1)
    for bad in (-1, 1.5, True):
        with pytest.raises(ConfigError, match="rewind: got "):
            made.rewind(bad)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="keep"):
        rich(keep=-1)


def snapshot(step: int, *, by_hand: bool = False) -> Snapshot:
    return Snapshot(step, 0, None, [], {}, None, [], None, [], by_hand)


def test_the_ring_is_bounded_in_number_and_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "BYTES", 1000)
    for nbytes, reach in ((1, 100), (10, 100), (30, 100), (400, 100), (10, 7)):
        ring = Ring(reach, nbytes)
        for step in range(1000):
            if ring.wants(step):
                ring.add(snapshot(step))
            if step >= reach:
                found = ring.newest_before(step + 1 - reach)
                assert found is not None
        assert len(ring._states) * nbytes <= max(1000, 2 * nbytes)
    assert Ring(None, 501).reach == 0
    assert Ring(None, 500).reach == 100
    assert (Ring(None, 500).every, Ring(5, 10_000).every) == (100, 5)


def test_a_large_network_keeps_no_states_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "BYTES", 100)
    made = rich()
    made.run(3)
    assert not made._ring._states
    with pytest.raises(StateError, match="states of so large a network are not kept unless asked for"):
        made.rewind(1)
    asked = rich(keep=2)
    asked.run(5)
    asked.rewind(2)
    assert asked.step_count == 3


def test_memory_does_not_grow() -> None:
    net = nn.Linear(2, 2)
    made = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.SGD(net.parameters()), (POINTS, LABELS), keep=10)
    made.run(50)
    gc.collect()
    before = sum(type(each) is np.ndarray for each in gc.get_objects()), len(made._ring._states)
    made.run(200)
    gc.collect()
    assert (sum(type(each) is np.ndarray for each in gc.get_objects()), len(made._ring._states)) == before


def test_optimisers_go_back_to_a_snapshot_with_their_options() -> None:
    for maker in (nn.optim.SGD, nn.optim.Rprop, nn.optim.ASGD):
        net = nn.Linear(2, 1)
        optimizer = maker(net.parameters(), lr=0.1)
        for value in (1.0, 2.0):
            net.weight.grad = np.full((1, 2), value, np.float32)
            optimizer.step()
        taken, state = optimizer.snapshot(), copy.deepcopy(optimizer.state_dict())
        weight = net.weight.data.copy()
        optimizer.param_groups[0].update(lr=5.0, extra=1)
        net.bias.grad = np.ones(1, np.float32)
        optimizer.step()
        optimizer.restore(taken)
        np.testing.assert_array_equal(net.weight.data, weight)
        assert net.bias.grad is None
        after = optimizer.state_dict()
        assert after["param_groups"] == state["param_groups"]
        assert list(after["state"]) == [0]
        assert {k: np.asarray(v).tolist() for k, v in after["state"][0].items()} == {
            k: np.asarray(v).tolist() for k, v in state["state"][0].items()
        }
