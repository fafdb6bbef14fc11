"""Schedules, checkpoints, modes, failures and other optimisers' calls between compiled steps, as between eager ones."""

from __future__ import annotations

import copy
import cProfile

import numpy as np
import pytest

import autograd
import nn
from tests.nn.compiling import CLASSES, CLOSE, batches, pair


def test_schedules_and_options_between_steps():
    (fast, net, optimizer), (slow, twin, other) = pair()
    schedules = [nn.optim.lr_scheduler.StepLR(each, step_size=2, gamma=0.5) for each in (optimizer, other)]
    x, t = batches(8, 5, targets=CLASSES)[0]
    for i in range(8):
        if i == 5:
            for each in (optimizer, other):
                each.param_groups[0]["weight_decay"] = 0.1  # a term that was not there: another program
        assert fast(x, t).item() == pytest.approx(slow(x, t).item(), rel=1e-5)
        for schedule in schedules:
            schedule.step()
    assert optimizer.param_groups[0]["lr"] == other.param_groups[0]["lr"] == 0.1 / 16
    np.testing.assert_allclose(net[0].weight.data, twin[0].weight.data, **CLOSE)


def test_a_checkpoint_that_is_loaded_between_two_steps_is_seen():
    (fast, net, optimizer), _ = pair(lambda p: nn.optim.Adam(p, lr=0.1))
    x, t = batches(8, 5, targets=CLASSES)[0]
    fast(x, t)
    saved = net.state_dict(), optimizer.state_dict()
    first = [fast(x, t).item() for _ in range(3)]
    net.load_state_dict(saved[0])
    optimizer.load_state_dict(saved[1])
    assert [fast(x, t).item() for _ in range(3)] == first
    assert optimizer.state_dict()["state"][0]["step"] == 4


def test_a_bad_batch_fails_as_ever_and_changes_nothing():
    (fast, net, optimizer), (slow, *_) = pair(between=(lambda: nn.BatchNorm1d(6), nn.Tanh))
    x, t = batches(8, 5, targets=CLASSES)[0]
    fast(x, t), slow(x, t)
    before, state = net.state_dict(), optimizer.state_dict()
    for wrong in ((x, t + 5), (x[:, :4], t), (x, t[:4])):
        with pytest.raises(nn.errors.NNError) as compiled:
            fast(*wrong)
        with pytest.raises(nn.errors.NNError) as eager:
            slow(*wrong)
        assert str(compiled.value) == str(eager.value)
    for name, value in net.state_dict().items():
        np.testing.assert_array_equal(value, before[name])
    np.testing.assert_array_equal(
        optimizer.state_dict()["state"][0]["momentum_buffer"], state["state"][0]["momentum_buffer"]
    )
    assert fast(x, t).item() == pytest.approx(slow(x, t).item(), rel=1e-5)


class Peeking(nn.Module):
    def forward(self, x):
        return x if float(np.asarray(x).sum()) > 0 else -x


def everything(net, optimizer):
    """All that a step could change, as bytes: parameters, buffers, gradients, the optimiser's memory, the generator."""
    grads = [param.grad.data if param.grad is not None else np.zeros(0) for param in net.parameters()]
    memory = [value for entry in optimizer.state_dict()["state"].values() for value in entry.values()]
    arrays = [*net.state_dict().values(), *grads, *map(np.asarray, memory)]
    return [array.tobytes() for array in arrays], nn.defaults.default_generator().bit_generator.state


def test_what_is_recorded_anew_and_what_fails_leaves_everything_as_it_was():
    between = (lambda: nn.BatchNorm1d(6), nn.Tanh, lambda: nn.Dropout(0.3))
    # biases before a batch norm have no gradient but rounding errors, of which Adam makes whole steps
    (fast, net, optimizer), (slow, twin, _) = pair(lambda p: nn.optim.Adam(p, lr=0.05), between, bias=False)
    x, t = batches(8, 5, targets=CLASSES)[0]

    def step(x, t):
        state = nn.defaults.default_generator().bit_generator.state
        found = fast(x, t).item()
        nn.defaults.default_generator().bit_generator.state = state
        assert found == pytest.approx(slow(x, t).item(), rel=1e-4)

    def fails(kind, *batch):
        before = everything(net, optimizer)
        with pytest.raises(kind):
            fast(*batch)
        assert everything(net, optimizer) == before

    fails(nn.errors.NNError, x[:, :4], t)  # at the very first call
    step(x, t)
    first = fast.source
    step(x[:5], t[:5])  # an unseen shape
    fails(nn.errors.NNError, x[:3, :4], t[:3])
    fails(nn.errors.NNError, x[:1], t[:1])  # no variance of one: it fails amid the forward pass
    tanh, net[2], twin[2] = net[2], nn.ReLU(), nn.ReLU()  # another structure
    step(x, t)
    assert fast.source != first
    net[2] = Peeking()  # one that can't be recorded
    fails(autograd.errors.UnsupportedError, x, t)
    net[2] = nn.Linear(7, 6)  # and one that does not fit
    fails(nn.errors.NNError, x, t)
    net[2], twin[2] = tanh, nn.Tanh()
    step(x, t)
    assert fast.source == first
    for name, value in net.state_dict().items():
        np.testing.assert_allclose(value, twin.state_dict()[name], **CLOSE)


def test_modes_are_part_of_the_program():
    (fast, net, _), (slow, twin, _) = pair(between=(lambda: nn.BatchNorm1d(6), lambda: nn.Dropout(0.5)))
    x, t = batches(8, 5, targets=CLASSES)[0]
    for mode in (False, True, False):
        net.train(mode)
        twin.train(mode)
        nn.manual_seed(1)
        first = fast(x, t).item()
        nn.manual_seed(1)
        assert first == pytest.approx(slow(x, t).item(), rel=1e-5)


def test_the_default_generator_may_be_started_again():
    (fast, *_), _ = pair(lambda p: nn.optim.SGD(p, lr=0.0), between=(lambda: nn.Dropout(0.5),))
    x, t = batches(8, 5, targets=CLASSES)[0]
    losses = []
    for _ in range(3):
        nn.manual_seed(5)
        losses.append([fast(x, t).item() for _ in range(2)])
    assert losses[0] == losses[1] == losses[2]
    assert losses[0][0] != losses[0][1]


def test_a_schedule_inside_a_step_is_refused_and_taken_back():
    _, (step, _, optimizer) = pair()
    schedule = nn.optim.lr_scheduler.StepLR(optimizer, step_size=1)

    @autograd.compile
    def scheduled(x, t):
        loss = step(x, t)
        schedule.step()
        return loss

    with pytest.raises(autograd.errors.UnsupportedError, match="side effect"):
        scheduled(*batches(8, 5, targets=CLASSES)[0])
    assert optimizer.param_groups[0]["lr"] == 0.1
    assert optimizer.state_dict()["state"] == {}


def test_parameters_that_are_added_later_are_trained():
    w, late = (nn.Parameter(np.ones(2, np.float32), name=name) for name in ("w", "late"))
    optimizer = nn.optim.SGD([w], lr=0.1)

    @autograd.compile
    def step(x):
        optimizer.zero_grad()
        late.grad = None
        loss = ((w + late) * x).sum()
        loss.backward()
        optimizer.step()
        return loss

    x = np.ones(2, np.float32)
    step(x)
    assert late.data.tolist() == [1.0, 1.0]
    optimizer.add_param_group({"params": [late], "lr": 0.5})
    step(x)
    assert late.data.tolist() == [0.5, 0.5]


def test_parameters_that_only_the_optimiser_knows():
    nn.manual_seed(0)
    optimizer = nn.optim.Adam([nn.Parameter(np.ones(2, np.float32))], lr=0.5)

    @autograd.compile
    def step(x):
        optimizer.zero_grad()
        loss = (optimizer.param_groups[0]["params"][0] * x).sum()
        loss.backward()
        optimizer.step()
        return loss

    assert [step(np.ones(2, np.float32)).item() for _ in range(3)] == pytest.approx([2.0, 1.0, 0.0], abs=1e-5)


def test_steps_that_were_made_apart_get_another_program():
    first, second = (nn.Parameter(np.ones(2, np.float32), name=name) for name in ("first", "second"))
    optimizer = nn.optim.Adam([first, second], lr=0.1)

    @autograd.compile
    def step(x):
        optimizer.zero_grad()
        loss = ((first + second) * x).sum()
        loss.backward()
        optimizer.step()
        return loss

    x = np.ones(2, np.float32)
    step(x)
    optimizer.zero_grad()
    (second * 2.0).sum().backward()
    optimizer.step()  # of the second alone
    step(x)
    assert [entry["step"] for entry in optimizer.state_dict()["state"].values()] == [2, 3]


CLIPPINGS = {
    "value": lambda params: nn.utils.clip_grad_value_(params, 0.01),
    "norm": lambda params: nn.utils.clip_grad_norm_(params, 0.5),
    "norm that is seldom reached": lambda params: nn.utils.clip_grad_norm_(params, 1.2),
    "1-norm": lambda params: nn.utils.clip_grad_norm_(params, 0.5, 1.0),
    "largest": lambda params: nn.utils.clip_grad_norm_(params, 0.05, float("inf")),
}


def clipping(net, optimizer, clip, scale=1.0):
    loss = nn.CrossEntropyLoss()

    def step(x, t):
        optimizer.zero_grad()
        value = loss(net(x), t) * scale
        value.backward()
        norm = clip(list(net.parameters()))
        optimizer.step()
        return value, value if norm is None else norm

    return step


@pytest.mark.parametrize("clip", CLIPPINGS.values(), ids=CLIPPINGS)
@pytest.mark.parametrize("scale", [1.0, 1e-25, 1e25])
def test_gradients_are_clipped_in_a_step(clip, scale):
    (_, net, optimizer), (_, twin, other) = pair(between=(lambda: nn.BatchNorm1d(6), nn.Tanh))
    fast, slow = autograd.compile(clipping(net, optimizer, clip, scale)), clipping(twin, other, clip, scale)
    x, t = batches(8, 5, targets=CLASSES)[0]
    for _ in range(3):
        found, expected = fast(x, t), slow(x, t)
        for a, b in zip(found, expected, strict=True):
            assert a.dtype == b.dtype
            np.testing.assert_allclose(a.data, b.data, rtol=1e-5)
    np.testing.assert_allclose(net[0].weight.data, twin[0].weight.data, **CLOSE)


def test_a_norm_that_is_not_finite_cannot_be_refused_in_a_compiled_step():
    _, (_, net, optimizer) = pair()
    fast = autograd.compile(
        clipping(net, optimizer, lambda p: nn.utils.clip_grad_norm_(p, 1.0, error_if_nonfinite=True))
    )
    with pytest.raises(autograd.errors.UnsupportedError, match=r"float|clip"):
        fast(*batches(8, 5, targets=CLASSES)[0])


def test_a_copy_records_for_itself():
    (fast, *_), _ = pair()
    x, t = batches(8, 5, targets=CLASSES)[0]
    fast(x, t)
    again = copy.copy(fast)
    with pytest.raises(autograd.errors.GraphError):
        _ = again.source
    again(x, t)
    assert "linear" in again.source


def test_eager_steps_between_compiled_ones():
    (fast, net, optimizer), (slow, twin, _) = pair(lambda p: nn.optim.Adam(p, lr=0.05))
    plain = fast.__wrapped__
    x, t = batches(8, 5, targets=CLASSES)[0]
    for i in range(6):
        step = plain if i % 3 == 1 else fast
        assert step(x, t).item() == pytest.approx(slow(x, t).item(), rel=1e-5)
    assert optimizer.state_dict()["state"][0]["step"] == 6
    np.testing.assert_allclose(net[0].weight.data, twin[0].weight.data, **CLOSE)


def test_gradients_made_where_the_optimiser_wants_them():
    (fast, *_), _ = pair()
    fast(*batches(8, 5, targets=CLASSES)[0])
    update = fast.source.split("# SGD.step")[1]
    assert "copyto" not in update
    assert "[...] =" not in update
    assert "out=" not in update


def test_what_one_step_keeps_whole_another_can_follow() -> None:
    before = {name: op.forward for name, op in autograd.ops.table.items()}
    layer = nn.LSTMCell(3, 2)
    run = autograd.compile(lambda x: (layer(x)[0] ** 2).sum())
    run(np.ones((4, 3), np.float32))
    assert "lstm" in run.source
    assert {name: op.forward for name, op in autograd.ops.table.items()} == before


@pytest.mark.parametrize("width", [4, 160], ids=["biases in the weights", "columns"])
def test_twice_as_many_layers_take_twice_the_calls_to_compile(width):
    def calls(layers):
        nn.manual_seed(0)
        net = nn.Sequential(*[nn.Sequential(nn.Linear(width, width), nn.ReLU()) for _ in range(layers)])
        ((x, t),) = batches(8, width, targets=CLASSES, count=1)
        trainer = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.Adam(net.parameters()), (x, t), compile=True)
        with cProfile.Profile(builtins=False) as profile:
            trainer.run(1)
        return sum(entry.callcount for entry in profile.getstats())

    calls(2)  # what is made once
    few, more, most = map(calls, (10, 20, 40))
    assert (most - more) / (more - few) == pytest.approx(2, abs=0.02)
