"""What is around a step holds what it held, however the recording ends; and a step that needs copies gets them."""

from __future__ import annotations

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor, errors, no_grad
from autograd.compiler.contents import Contents, unlocked
from autograd.compiler.disturbance import DISTURBED, Disturbance


def odd_numbers(size=40_000):
    """Numbers that arithmetic would not bring back: with zeros of both signs, and a NaN that carries a message."""
    x = np.random.default_rng(0).normal(size=size).astype(np.float32)
    x[:6] = 0.0, -0.0, np.inf, -np.inf, 1e-42, 0.013
    x.view(np.uint32)[6] = 0x7FC12345
    return x


@pytest.mark.parametrize("copied", [False, True])
def test_disturbed_written_and_put_back(copied):
    gaps = np.lib.stride_tricks.as_strided(np.zeros(3000), (50, 20), (480, 16))  # owns memory that has gaps
    arrays = [odd_numbers(), np.arange(20), np.zeros((3, 4)), gaps]
    before = [array.tobytes() for array in arrays]
    contents = Contents(arrays, [], copied=copied)
    contents.disturb(DISTURBED)
    assert all(array.tobytes() != content for array, content in zip(arrays, before, strict=True))
    contents.before_write(arrays[1], arrays[1][3:], update=False)
    arrays[1][3:] = 0
    contents.before_write(arrays[1], arrays[1][4:], update=False)
    arrays[1][4:] = 1
    contents.before_write(arrays[2], arrays[2][0], update=True)
    contents.before_write(arrays[2], arrays[2][:1, 1:], update=True)
    arrays[2][0] = 5.0  # and here an optimiser's step fails
    contents.restore()
    assert [array.tobytes() for array in arrays] == before


def test_locked_arrays_are_unlocked_and_windows_stay_windows():
    x = np.arange(6.0)
    contents = Contents([x], [], copied=False)
    locked = contents.locked(x)
    with pytest.raises(ValueError, match="read-only"):
        locked[0] = 1.0
    for part in (locked, locked[1:], locked.reshape(2, 3).T):
        assert unlocked(part, x).flags.writeable
        assert np.shares_memory(unlocked(part, x), x)
    windows = np.lib.stride_tricks.sliding_window_view(locked, 3)
    assert np.array_equal(unlocked(windows, x), windows)
    assert Contents([x], [], copied=True).locked(x) is x


def test_what_an_optimiser_writes_is_taken_back_and_known_to_be():
    x = odd_numbers()
    before = x.tobytes()
    contents = Contents([x], [], copied=False)
    contents.before_write(x, x[:10], update=True)
    x[:10] = 1
    contents.before_write(x, x[5:15], update=True)
    x[5:15] = 2
    contents.take_back()
    assert x.tobytes() == before
    assert contents.stale == {id(x)}


def test_an_interruption_leaves_nothing_half_done(monkeypatch):
    x = odd_numbers(100_000)
    before = x.tobytes()
    there, calls = Disturbance.there, []

    def interrupted(self, block):
        calls.append(block)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return there(self, block)

    contents = Contents([x], [], copied=False)
    monkeypatch.setattr(Disturbance, "there", interrupted)
    with pytest.raises(KeyboardInterrupt):
        contents.disturb(DISTURBED)
    assert x.tobytes() != before
    contents.restore()
    assert x.tobytes() == before


def trained(seed=0):
    """A network, an optimiser with state in two large blocks and more, and a step that trains it."""
    rng = np.random.default_rng(seed)
    net = nn.Sequential(nn.Linear(30, 300, rng=rng), nn.Tanh(), nn.Linear(300, 300, rng=rng))
    optimizer = nn.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)

    def step(x):
        optimizer.zero_grad()
        loss = (net(x) ** 2).mean()
        loss.backward()
        optimizer.step()
        return loss

    return net, optimizer, step


def held(net, optimizer):
    flat = optimizer._buckets[0][0]
    return [array.tobytes() for array in (flat.flat, *flat.state.values())], list(flat.steps)


X = np.random.default_rng(1).normal(size=(8, 30)).astype(np.float32)


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_step_that_fails_around_its_update_leaves_parameters_and_state(where):
    net, optimizer, step = trained()
    step(X)

    def failing(x):
        if where == "before":
            raise KeyError(where)
        step(x)
        raise KeyError(where)

    before = held(net, optimizer)
    with pytest.raises(KeyError, match=where):
        autograd.compile(failing)(X)
    assert held(net, optimizer) == before


def test_what_comes_after_an_update_sees_what_it_made():
    net, _, step = trained()
    twin, _, other = trained()

    def more(net, step):
        return lambda x: (step(x), net(x).mean(), net[0].weight * 1.0)

    fast = autograd.compile(more(net, step))
    for _ in range(3):
        for expected, got in zip(more(twin, other)(X), fast(X), strict=True):
            np.testing.assert_allclose(got.readonly, expected.readonly, rtol=1e-4, atol=1e-6)


def test_what_can_only_be_computed_after_an_update():
    w = Tensor(np.zeros((2, 2)), requires_grad=True)
    optimizer = nn.optim.SGD([w], lr=1.0)

    def step(x):
        optimizer.zero_grad()
        loss = (w * x).sum()
        loss.backward()
        optimizer.step()
        return np.linalg.inv(w.detach())  # of zeros there is none

    x = np.array([[1.0, 2.0], [3.0, 5.0]])
    np.testing.assert_allclose(autograd.compile(step)(x).readonly, np.linalg.inv(-x), rtol=1e-12)


def test_two_players_each_with_an_optimiser_in_one_step():
    def game():
        (net, optimizer, _), (judge, teacher, _) = trained(0), trained(5)

        def step(x):
            teacher.zero_grad()
            judged = (judge(x) ** 2).mean() - judge(net(x).detach()[:, :30]).mean()
            judged.backward()
            teacher.step()
            optimizer.zero_grad()
            fooled = judge(net(x)[:, :30]).mean()  # by what the judge has just learned
            fooled.backward()
            optimizer.step()
            teacher.zero_grad()
            return judged, fooled

        return step

    eager, fast = game(), autograd.compile(game())
    for _ in range(3):
        for expected, got in zip(eager(X), fast(X), strict=True):
            assert got.item() == pytest.approx(expected.item(), rel=1e-4)


def test_a_write_that_is_not_seen_is_refused_and_undone():
    numbers = odd_numbers(12).astype(np.float64)
    w, table = Tensor(numbers[:4].copy(), requires_grad=True), numbers.copy()

    def by_another_way(x):
        with no_grad():
            np.asarray(w.data)[...] = 7.0
        return x * w

    def by_a_function(x):
        np.putmask(table, np.arange(12) > 3, 7.0)
        return x + table[:4]

    def on_other_numbers(x):
        return by_another_way(x) if np.asarray(x)[0] != 1.0 else x * w

    before = w.data.tobytes(), table.tobytes()
    for step in (by_another_way, by_a_function, on_other_numbers):
        with pytest.raises(errors.UnsupportedError, match="not recorded"):
            autograd.compile(step)(np.ones(4))
        assert (w.data.tobytes(), table.tobytes()) == before

    fixed = np.zeros(4)
    fixed.flags.writeable = False

    def wrong_by_itself(x):
        fixed[...] = x
        return x * w

    with pytest.raises(ValueError, match="read-only"):
        autograd.compile(wrong_by_itself)(np.ones(4))


def test_an_array_that_is_also_where_no_other_can_be_put():
    table = odd_numbers(50)
    pair = (table, 1)

    def failing(x):
        pair[0][2:4] = 5.0
        raise KeyError(x * table[:5])

    before = table.tobytes()
    with pytest.raises(KeyError):
        autograd.compile(failing)(np.ones(5, np.float32))
    assert table.tobytes() == before
