"""Going to any step that was made, back and forth: the state there is what it was, bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nn
from nn.errors import ConfigError, ShapeError, StateError
from nn.training import snapshots
from nn.training.snapshots import Keyframes, Ring
from tests.nn.training.runs import LABELS, POINTS, everything, plain, rich
from tests.nn.training.test_rewind import snapshot


def walk(made: nn.Trainer, steps: int, by_hand: dict[int, Callable[[nn.Trainer], Any]] | None = None) -> list[Any]:
    """Make steps one by one, with what is done by hand after some; give the state after each of them."""
    states = []
    for step in range(made.step_count, made.step_count + steps):
        made.run(1)
        if by_hand and step + 1 in by_hand:
            by_hand[step + 1](made)
        states.append(whole(made))
    return states


def whole(made: nn.Trainer) -> Any:
    """All that has to be the same again, also what no checkpoint holds."""
    flags = [param.requires_grad for param in made.net.parameters()]
    simple = [getattr(module, name, None) for module in made.net.modules() for name in ("training", "p", "momentum")]
    return everything(made), flags, simple, made.clip_norm, plain(made.batch)


def freeze(made: nn.Trainer) -> None:
    made.net[0].requires_grad_(False)


def faster(made: nn.Trainer) -> None:
    made.optimizer.param_groups[0].update(lr=0.2, weight_decay=0.0)


def overwrite(made: nn.Trainer) -> None:
    made.net[4].weight.data[2] = 1.0


def statistics(made: nn.Trainer) -> None:
    made.net[1].running_mean[...] = 3.0


def fix_statistics(made: nn.Trainer) -> None:
    made.net[1].eval()


def drop_more(made: nn.Trainer) -> None:
    made.net[3].p = 0.6


def draw(made: nn.Trainer) -> None:
    nn.manual_seed(77)


def unclip(made: nn.Trainer) -> None:
    made.clip_norm = None


def other_loss(made: nn.Trainer) -> None:
    made.loss = nn.CrossEntropyLoss(label_smoothing=0.2)


def other_data(made: nn.Trainer) -> None:
    made.loader.arrays = (made.loader.arrays[0] * 2, made.loader.arrays[1])


def other_schedule(made: nn.Trainer) -> None:
    made.scheduler = nn.optim.lr_scheduler.ExponentialLR(made.optimizer, 0.7)


def step_by_hand(made: nn.Trainer) -> None:
    made.optimizer.zero_grad()
    made.loss(made.net(POINTS), LABELS).backward()
    made.optimizer.step()


CHANGES = [
    freeze, faster, overwrite, statistics, fix_statistics, drop_more, draw, unclip, other_loss, other_data,
    other_schedule, step_by_hand,
]  # fmt: skip


@pytest.mark.parametrize("way", [None, False])
@pytest.mark.parametrize(("keep", "every"), [(2, 1), (100, 5)])
def test_everywhere_and_back_again(way: bool | None, keep: int, every: int, monkeypatch: pytest.MonkeyPatch) -> None:
    made = rich(keep=keep, compile=way)
    monkeypatch.setattr(made._ring, "every", every)
    states = [whole(made), *walk(made, 45)]
    for target in (44, 45, 0, 1, 45, 23, 22, 37, 3, 4, 45):
        made.goto(target)
        assert whole(made) == states[target], target
    made.goto(10)
    assert walk(made, 35) == states[11:]


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_done_by_hand_is_part_of_the_record(change: Callable[[nn.Trainer], Any]) -> None:
    untouched = walk(rich(keep=2), 30)
    made = rich(keep=2)
    states = [whole(made), *walk(made, 30, {11: change})]
    assert untouched[-1] != states[30]
    for target in (9, 13, 11, 10, 12, 30, 0, 25):
        made.goto(target)
        assert whole(made) == states[target], target


@pytest.mark.parametrize("change", CHANGES)
def test_steps_that_are_made_again_change_by_hand_what_was_changed_there(change: Callable[[nn.Trainer], Any]) -> None:
    made = rich(keep=2)
    states = [whole(made), *walk(made, 30, {11: change, 24: faster})]
    made.goto(7)
    assert [whole(made), *walk(made, 23)] == states[7:]  # also one step after the other
    made.goto(10)
    made.run(20)
    assert whole(made) == states[30]
    made.goto(3)
    made.optimizer.param_groups[0]["lr"] = 0.7  # another way: then nothing of the old one comes back
    made.run(27)
    assert made.optimizer.param_groups[0]["weight_decay"] != 0.0


def test_many_changes_in_one_run_one_upon_another() -> None:
    by_hand = dict(zip(range(3, 30, 2), [*CHANGES, freeze, faster], strict=False))
    made = rich(keep=1)
    states = [whole(made), *walk(made, 40, by_hand)]
    for target in (39, 1, *range(2, 40, 3), 40, 0):
        made.goto(target)
        assert whole(made) == states[target], target


def test_what_observers_and_callbacks_do_counts_as_done_by_hand() -> None:
    class Warm(nn.Callback):
        def after_epoch(self, trainer: nn.Trainer, event: nn.EpochEvent) -> None:
            trainer.optimizer.param_groups[0]["lr"] *= 1.5

    made = rich(keep=2, callbacks=[Warm(), nn.EarlyStopping(patience=0)])
    made.observers.append(lambda event: drop_more(made) if event.step == 8 else None)  # the end of an epoch
    states = [whole(made), *walk(made, 40)]
    for target in (6, 40, 8, 7, 9, 20, 31):
        made.goto(target)
        assert whole(made) == states[target], target


def test_a_change_at_the_end_of_the_record_is_kept_when_one_goes_away_and_comes_back() -> None:
    for change in CHANGES[:3]:
        made = rich()
        made.run(6)
        change(made)
        here = everything(made), [param.requires_grad for param in made.net.parameters()]
        made.goto(2)
        made.goto(6)
        assert (everything(made), [param.requires_grad for param in made.net.parameters()]) == here


@pytest.mark.parametrize("change", CHANGES)
def test_another_way_gives_up_what_came_after(change: Callable[[nn.Trainer], Any]) -> None:
    other = rich(keep=2)
    walk(other, 14, {14: change})
    other.run(3)
    wanted = whole(other)
    made = rich(keep=2)  # which begins with the same random state
    made.run(30)
    made.goto(14)
    change(made)
    made.run(3)
    assert whole(made) == wanted
    with pytest.raises(StateError, match=r"goto: got step 18; expected 0 to 17, the steps that were made; make it by"):
        made.goto(18)
    made.goto(13)
    made.goto(17)
    assert whole(made) == wanted


def test_the_same_way_again_gives_up_nothing() -> None:
    made = rich()
    states = [whole(made), *walk(made, 20)]
    made.goto(5)
    made.run(4)
    made.goto(18)
    assert whole(made) == states[18]
    assert len(made.epochs) == 18 // made.steps_per_epoch


def test_another_way_that_nobody_saw_begin_gives_up_what_came_after_too() -> None:
    made = rich()
    made.run(20)
    made.goto(6)
    made.loader.arrays[0][:] *= 2
    made.run(2)
    with pytest.raises(StateError, match="goto: got step 9; expected 0 to 8"):
        made.goto(9)
    assert [event.step for event in made.history] == list(range(1, 9))


def test_a_change_that_no_step_follows_is_lost_on_the_way_to_later_steps() -> None:
    made = rich()
    states = [whole(made), *walk(made, 20)]
    made.goto(5)
    faster(made)
    freeze(made)
    made.goto(20)
    assert whole(made) == states[20]


def test_a_parameter_that_the_optimiser_does_not_hold_is_put_back_too() -> None:
    net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 2))
    made = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.SGD(net[2].parameters(), lr=0.1), (POINTS, LABELS))
    states = [whole(made), *walk(made, 20, {7: lambda made: made.net[0].weight.assign_(np.ones((3, 2), np.float32))})]
    for target in (3, 8, 0, 20, 7):
        made.goto(target)
        assert whole(made) == states[target]


def test_parameters_that_are_added_end_the_record() -> None:
    net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 2))
    made = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.SGD(net[2].parameters(), lr=0.1), (POINTS, LABELS))
    made.run(5)
    made.optimizer.add_param_group({"params": list(net[0].parameters()), "lr": 0.01})
    states = [whole(made), *walk(made, 5)]
    with pytest.raises(
        StateError, match=r"goto: got step 4; expected 5 to 10; .* \(there the optimiser was given other parameters\)"
    ):
        made.goto(4)
    made.goto(5)
    assert whole(made) == states[0]
    made.goto(8)
    assert whole(made) == states[3]


def test_where_a_checkpoint_was_loaded_the_record_begins() -> None:
    first = rich()
    first.run(7)
    saved = first.state_dict()
    made = rich()
    made.run(3)
    made.load_state_dict(saved)
    made.run(5)
    with pytest.raises(StateError, match=r"goto: got step 6; expected 7 to 12; .*\(that is where its record begins\)"):
        made.goto(6)
    with pytest.raises(StateError, match=r"rewind: got 6 steps; expected at most 5; go to step 7 at the earliest"):
        made.rewind(6)
    made.goto(7)
    assert everything(made) == plain(saved)


def test_what_cannot_be_gone_to_changes_nothing() -> None:
    made = rich()
    made.run(4)
    before = whole(made)
    for bad in (-1, 1.5, True, "3"):
        with pytest.raises(ConfigError, match="goto: got "):
            made.goto(bad)  # type: ignore[arg-type]
    with pytest.raises(StateError, match=r"got step 9; expected 0 to 4, .*; make them by run\(5\) from step 4"):
        made.goto(9)
    assert whole(made) == before
    nothing = rich(keep=0)
    nothing.run(2)
    with pytest.raises(StateError, match="got step 1; expected step 2, as no states are kept; make the trainer"):
        nothing.goto(1)


def test_an_observer_that_fails_and_a_ctrl_c_leave_the_record_whole() -> None:
    made = rich()

    def fail(event: nn.StepEvent) -> None:
        if event.step == 6:
            faster(made)
            raise RuntimeError("no")

    made.observers.append(fail)
    with pytest.raises(RuntimeError):
        made.run(10)
    made.observers.clear()
    states = walk(made, 9)
    made.goto(3)
    made.goto(14)
    assert whole(made) == states[7]


def test_the_end_of_an_epoch_that_failed_is_made_up_for() -> None:
    made = rich(keep=2)
    made.run(3)
    good, made.validation = made.validation, (POINTS[:, :1], LABELS)
    with pytest.raises(ShapeError):
        made.run(1)
    made.goto(2)
    made.goto(4)
    assert made.epochs == []
    made.validation = good
    states = walk(made, 9)
    made.goto(1)
    made.goto(11)
    assert whole(made) == states[6]
    assert len(made.epochs) == 2


def test_a_loss_that_is_no_number_is_the_same_again() -> None:
    net = nn.Linear(2, 2)
    made = nn.Trainer(
        net, nn.CrossEntropyLoss(), nn.optim.SGD(net.parameters(), lr=1e38), (POINTS * 1e9, LABELS), keep=2
    )
    with np.errstate(all="ignore"):
        states = [whole(made), *walk(made, 8)]
        assert not made.history[-1].finite
        made.goto(3)
        made.goto(7)
    assert repr(whole(made)) == repr(states[7])


def test_keyframes_are_bounded_and_the_way_from_the_nearest_is_a_share_of_its_age() -> None:
    ring = Ring(100, 1000)
    for step in range(200_000):
        ring.add(snapshot(step))
    kept = [each.step for each in ring._older.states]
    assert (len(kept), kept[0]) == (snapshots.KEYFRAMES, 0)
    for low, high in zip(kept, [*kept[1:], 200_000 - 101], strict=True):
        assert high - low <= max(0.25 * (200_000 - low), 2 * snapshots.STRIDE)


def test_states_made_by_hand_are_not_left_out_and_the_record_begins_later_instead() -> None:
    keyframes = Keyframes(snapshots.OLDER_BYTES // 5)
    for step in (0, 20, 21, 40, 41, 60, 80):
        keyframes.add(snapshot(step, by_hand=step in (21, 41)))
    assert [each.step for each in keyframes.states] == [0, 21, 41, 60, 80]
    for step in (81, 82, 100):
        keyframes.add(snapshot(step, by_hand=True))
    assert [each.step for each in keyframes.states] == [41, 81, 82, 100] or len(keyframes.states) == 5
    assert all(step in [each.step for each in keyframes.states] for step in (41, 81, 82, 100))
    alone = Keyframes(snapshots.OLDER_BYTES)
    for step in (0, 20, 40):
        alone.add(snapshot(step))
    assert [each.step for each in alone.states] == [0]
    alone.add(snapshot(50, by_hand=True))
    assert [each.step for each in alone.states] == [50]


def test_edits_do_not_grow_the_record_by_states() -> None:
    made = rich(keep=5)
    made.observers.append(lambda event: made.optimizer.param_groups[0].update(lr=0.1 / event.step))
    states = [whole(made), *walk(made, 200)]
    assert len(made._ring._all()) < 40
    assert all(len(edit) == 1 and random is None for edit, random in made._edits.values())
    made.goto(100)
    assert whole(made) == states[100]


def test_a_twin_has_a_record_of_its_own() -> None:
    made = rich()
    made.run(6)
    made.goto(4)
    twin = made.twin()
    before = whole(made)
    with pytest.raises(StateError, match="goto: got step 6; expected 0 to 4"):
        twin.goto(6)
    faster(twin)
    twin.run(3)
    twin.goto(5)
    assert twin.optimizer.param_groups[0]["lr"] == 0.2
    assert whole(made)[1:] == before[1:]
    made.goto(6)
    assert made.step_count == 6


@pytest.mark.parametrize("edit", [overwrite, statistics, freeze, faster], ids=lambda edit: edit.__name__)
@pytest.mark.parametrize("back", [0, 3])
def test_a_visit_to_another_step_leaves_what_was_just_done_by_hand(edit: Callable[..., None], back: int) -> None:
    made = rich()
    made.run(9)
    made.rewind(back)
    edit(made)
    before = whole(made)
    with made.visiting(2):
        assert made.step_count == 2
    assert whole(made) == before
    states = walk(made, 4)
    twin = rich()
    twin.run(9)
    twin.rewind(back)
    edit(twin)
    assert walk(twin, 4) == states
