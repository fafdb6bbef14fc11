"""Objects are put back as they were: the same objects, with the state that they had."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np

import nn
from repl.snapshot import Snapshot


class Thing:
    def __init__(self, **attributes: Any) -> None:
        vars(self).update(attributes)


class Slotted:
    __slots__ = ("__private", "a", "b")

    def __init__(self) -> None:
        self.a = np.zeros(2)
        self.__private = [1]

    @property
    def private(self) -> list[int]:
        return self.__private


@dataclass(frozen=True)
class Frozen:
    array: Any


def test_everything_that_can_change_is_put_back() -> None:
    thing = Thing(
        array=np.arange(3.0),
        rows=[1, [2, 3]],
        names={"a": {"b": [1]}},
        seen={1},
        last=deque([1, 2]),
        pair=([1], 2),
        count=5,
    )
    thing.itself = thing
    array, inner = thing.array, thing.rows[1]
    before = Snapshot([thing])
    thing.array += 1
    thing.rows.append(4)
    inner.clear()
    thing.names["a"]["b"].append(2)
    thing.names["c"] = 1
    thing.seen.add(2)
    thing.last.append(3)
    thing.pair[0].append(9)
    thing.count = 6
    thing.new = 7
    thing.array = None
    before.restore()
    assert thing.array is array
    assert array.tolist() == [0, 1, 2]
    assert thing.rows == [1, [2, 3]]
    assert thing.rows[1] is inner
    assert thing.names == {"a": {"b": [1]}}
    assert thing.seen == {1}
    assert list(thing.last) == [1, 2]
    assert thing.pair == ([1], 2)
    assert thing.count == 5
    assert not hasattr(thing, "new")


def test_slots() -> None:
    thing = Slotted()
    before = Snapshot([thing])
    thing.a[:] = 5
    array, thing.a, thing.b = thing.a, None, 3
    thing.private.append(2)
    before.restore()
    assert thing.a is array
    assert array.tolist() == [0, 0]
    assert thing.private == [1]
    assert not hasattr(thing, "b")


def test_random_state() -> None:
    rng = np.random.default_rng(0)
    rng.normal()
    before = Snapshot([{"rng": rng}])
    first = rng.normal(size=3)
    before.restore()
    assert rng.normal(size=3).tolist() == first.tolist()


def test_views_of_one_array_stay_views() -> None:
    whole = np.zeros(4)
    thing = Thing(a=whole[:2], b=whole[2:], whole=whole)
    before = Snapshot([thing])
    thing.a[:] = 1
    thing.whole[3] = 2
    before.restore()
    assert whole.tolist() == [0, 0, 0, 0]
    thing.a[0] = 7
    assert whole[0] == 7


def test_what_cannot_change_is_left_alone() -> None:
    sealed = np.zeros(2)
    sealed.flags.writeable = False
    frozen = Frozen(np.zeros(2))
    before = Snapshot([sealed, frozen, int, len, 3, "text", None])
    frozen.array[0] = 1
    before.restore()
    assert frozen.array[0] == 1


def test_a_running_generator_is_dropped() -> None:
    thing = Thing(batches=iter(range(3)), running=(n for n in range(3)))
    before = Snapshot([thing])
    next(thing.running)
    before.restore()
    assert thing.running is None


def test_a_chain_of_ten_thousand_objects() -> None:
    first = Thing(next=None, n=0)
    for n in range(10_000):
        first = Thing(next=first, n=n)
    before = Snapshot([first])
    first.next.n = -1
    before.restore()
    assert first.next.n == 9_998


def test_the_memory_of_a_compiled_step_is_not_kept_and_training_goes_on_the_same() -> None:
    data = nn.data.moons(n=64, seed=0)
    nn.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 2))
    optimizer = nn.optim.Adam(net.parameters(), lr=0.01)
    trainer = nn.Trainer(net, nn.CrossEntropyLoss(), optimizer, data)
    trainer.run(20)
    assert trainer.compiled
    held = Snapshot([trainer])
    parameters = sum(each.nbytes for each in net.parameters())
    assert parameters < held.nbytes < 10 * parameters
    losses = [event.loss for event in trainer.run(10)]
    held.restore()
    assert [event.loss for event in trainer.run(10)] == losses
