from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

import nn
from autograd import no_grad
from nn.errors import ConfigError, DataError, ShapeError

POINTS = np.random.default_rng(0).standard_normal((50, 2)).astype(np.float32)
LABELS = (POINTS.sum(axis=1) > 0).astype(np.int64)


def trainer(*, lr: float = 0.05, batch_size: int = 16, seed: int = 0, **options: Any) -> nn.Trainer:
    nn.manual_seed(options.pop("weights", 0))
    net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2))
    optimizer = nn.optim.Adam(net.parameters(), lr=lr)
    return nn.Trainer(net, nn.CrossEntropyLoss(), optimizer, (POINTS, LABELS), batch_size=batch_size, seed=seed)


def test_a_step_is_what_one_would_write_by_hand() -> None:
    made = trainer()
    made.net.eval()
    (event,) = made.run(1)
    hand = trainer()
    x, y = next(iter(nn.data.DataLoader((POINTS, LABELS), 16, seed=0)))
    loss = hand.loss(hand.net(x), y)
    loss.backward()
    assert (event.step, event.epoch, event.lr) == (1, 1, 0.05)
    assert made.net.training
    assert event.loss == loss.item()
    assert list(event.grad_norms) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    for name, param in hand.net.named_parameters():
        assert event.grad_norms[name] == pytest.approx(np.linalg.norm(param.grad.data), rel=1e-6)
    hand.optimizer.step()
    for name, values in hand.net.state_dict().items():
        np.testing.assert_array_equal(made.net.state_dict()[name], values)
    assert made.batch is not None
    np.testing.assert_array_equal(made.batch[0], x)
    assert not any(array.flags.writeable for array in made.batch)
    assert made.net[0].weight.grad is not None  # kept for whoever wants to look


@pytest.mark.parametrize("parts", [(13,), (1,) * 13, (5, 0, 8), (4, 4, 5)])
def test_the_same_run_bit_for_bit_however_it_is_divided(parts: tuple[int, ...]) -> None:
    whole, pieces = trainer(), trainer()
    whole.run(13)
    for n in parts:
        pieces.run(n)
    assert pieces.history == whole.history
    assert pieces.step_count == 13
    for name, values in whole.net.state_dict().items():
        np.testing.assert_array_equal(pieces.net.state_dict()[name], values)


def test_another_seed_is_another_run() -> None:
    assert trainer(seed=1).run(3) != trainer(seed=0).run(3)
    assert trainer(weights=1).run(3) != trainer(weights=0).run(3)


def test_epochs_see_every_sample_once() -> None:
    made = trainer()
    seen = []
    made.observers.append(lambda event: seen.append(made.batch[0]))
    events = made.run(epochs=2)
    assert made.steps_per_epoch == 4
    assert [event.epoch for event in events] == [1] * 4 + [2] * 4
    for epoch in (seen[:4], seen[4:]):
        np.testing.assert_array_equal(np.sort(np.concatenate(epoch), axis=0), np.sort(POINTS, axis=0))
    assert not np.array_equal(seen[0], seen[4])


def test_steps_is_an_iterator_that_can_be_left() -> None:
    made = trainer()
    steps = made.steps(10)
    assert made.step_count == 0
    assert next(steps).step == 1
    assert next(steps).step == 2
    steps.close()  # type: ignore[attr-defined]
    assert made.step_count == 2
    whole = trainer()
    whole.run(4)
    made.run(2)
    assert made.history == whole.history


def test_stop_takes_effect_between_steps() -> None:
    made = trainer()
    made.observers.append(lambda event: made.stop() if event.step == 3 else None)
    assert len(made.run(100)) == 3
    assert len(made.run(2)) == 2  # a new run begins afresh
    endless = trainer()
    for event in endless.steps():
        if event.step == 7:
            endless.stop()
    assert endless.step_count == 7


def test_observers_hear_of_every_step_after_it_is_done() -> None:
    made = trainer()
    heard: list[tuple[int, int]] = []
    made.observers.append(lambda event: heard.append((event.step, made.step_count)))
    made.run(3)
    assert heard == [(1, 1), (2, 2), (3, 3)]


def test_an_observer_may_take_itself_off() -> None:
    made = trainer()
    heard: list[str] = []

    def once(event: nn.StepEvent) -> None:
        heard.append("once")
        made.observers.remove(once)

    made.observers += [once, lambda event: heard.append("always")]
    made.run(2)
    assert heard == ["once", "always", "always"]


def test_an_observer_that_fails_leaves_the_step_whole() -> None:
    made, whole = trainer(), trainer()

    def fail(event: nn.StepEvent) -> None:
        raise RuntimeError("no")

    made.observers.append(fail)
    with pytest.raises(RuntimeError):
        made.run(5)
    made.observers.clear()
    made.run(2)
    whole.run(3)
    assert made.history == whole.history


def test_a_failing_step_changes_nothing_and_its_batch_comes_again() -> None:
    made, whole = trainer(), trainer()
    whole.run(4)
    made.run(2)
    before, loss = made.net.state_dict(), made.loss

    def refuse(out: Any, target: Any) -> Any:
        raise DataError("refused")

    made.loss = refuse
    with pytest.raises(DataError):
        made.run(1)
    made.loss = lambda out, target: out  # backward refuses: not a scalar
    with pytest.raises(Exception, match="scalar"):
        made.run(1)
    for name, values in made.net.state_dict().items():
        np.testing.assert_array_equal(values, before[name])
    assert made.step_count == 2
    made.loss = loss
    made.run(2)
    assert made.history == whole.history


def test_a_network_that_does_not_fit_the_data_is_named() -> None:
    net = nn.Linear(3, 2)
    made = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.SGD(net.parameters()), (POINTS, LABELS))
    with pytest.raises(ShapeError, match=r"Linear\(3 -> 2\): got x of shape \(32, 2\); .* set in_features=2"):
        made.run(1)
    assert made.history == []
    narrow = nn.Linear(2, 1)
    made = nn.Trainer(narrow, nn.CrossEntropyLoss(), nn.optim.SGD(narrow.parameters()), (POINTS, LABELS))
    with pytest.raises(DataError, match=r"class 1 at row \d+; expected 0\.\.0; .* more outputs than 1"):
        made.run(1)


def test_a_loss_that_is_not_finite_is_said() -> None:
    made = trainer(lr=0.1)
    made.net[2].bias.assign_([np.nan, 0.0])
    event = made.run(1)[0]
    assert math.isnan(event.loss)
    assert not event.finite
    assert event.trouble.startswith("step 1: the loss is nan, the gradient of 0.weight is nan")
    healthy = trainer().run(1)[0]
    assert healthy.finite
    assert healthy.trouble == ""
    only_gradient = dataclasses.replace(healthy, grad_norms={"w": math.inf})
    assert only_gradient.trouble == "step 1: the gradient of w is inf"


def test_a_gradient_whose_square_overflows_has_its_norm() -> None:
    made = trainer()
    made.loss = lambda out, target: (out * np.float32(1e30)).sum()
    event = made.run(1)[0]
    assert event.grad_norms["2.bias"] == pytest.approx(16e30 * math.sqrt(2), rel=1e-5)
    assert event.finite


def test_parameters_without_gradient_are_not_in_the_norms() -> None:
    made = trainer()
    made.net[0].requires_grad_(False)
    assert list(made.run(1)[0].grad_norms) == ["2.weight", "2.bias"]


def test_the_learning_rate_in_an_event_is_the_one_that_was_used() -> None:
    made = trainer()
    made.observers.append(lambda event: made.optimizer.param_groups[0].update(lr=event.lr / 2))
    assert [event.lr for event in made.run(3)] == [0.05, 0.025, 0.0125]


# arguments


@pytest.mark.parametrize(
    ("steps", "epochs", "says"),
    [
        (None, None, "neither steps nor epochs"),
        (3, 3, "got steps and epochs"),
        (-1, None, r"Trainer\.run: got -1"),
        (None, 1.5, r"Trainer\.run: got 1\.5"),
        (True, None, "got True"),
    ],
)
def test_run_wants_one_whole_number(steps: Any, epochs: Any, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        trainer().run(steps, epochs=epochs)


def test_arguments_in_the_wrong_place_are_named() -> None:
    net = nn.Linear(2, 2)
    loss, optimizer, data = nn.CrossEntropyLoss(), nn.optim.SGD(net.parameters()), (POINTS, LABELS)
    with pytest.raises(ConfigError, match="got net of type int; expected a Module; pass net, loss, optimizer and data"):
        nn.Trainer(3, loss, optimizer, data)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="got loss of type str; expected a loss"):
        nn.Trainer(net, "mse", optimizer, data)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="got optimizer of type Linear; expected an Optimizer"):
        nn.Trainer(net, loss, net, data)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="batch_size=0"):
        nn.Trainer(net, loss, optimizer, data, batch_size=0)
    with pytest.raises(ConfigError, match="train without targets"):
        nn.Trainer(net, loss, optimizer, POINTS)


# evaluation


class Moody(nn.Module):
    """Answers class 0 in training and class 1 in evaluation."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(2, 2)

    def forward(self, x: Any) -> Any:
        assert self.training == self.inner.training
        side = np.array([1.0, 0.0] if self.training else [0.0, 1.0], np.float32)
        return self.inner(x) * 0.0 + side


def test_evaluate_uses_evaluation_mode_and_puts_modes_back() -> None:
    net = Moody()
    made = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.SGD(net.parameters()), (POINTS, LABELS))
    metrics = made.evaluate((POINTS, LABELS))
    assert metrics.accuracy == pytest.approx((LABELS == 1).mean())
    assert net.training
    net.inner.eval()
    with pytest.raises(AssertionError):
        net(POINTS)
    made.evaluate((POINTS, LABELS))
    assert (net.training, net.inner.training) == (True, False)


def test_evaluate_puts_modes_back_after_an_error() -> None:
    made = trainer()
    with pytest.raises(ShapeError):
        made.evaluate((np.zeros((3, 5)), np.zeros(3, np.int64)))
    assert all(module.training for module in made.net.modules())


def test_evaluate_records_nothing_and_leaves_gradients_and_the_run_alone() -> None:
    made, whole = trainer(), trainer()
    whole.run(4)
    tracked: list[bool] = []
    loss = made.loss
    for _ in range(4):
        made.loss = loss
        made.run(1)
        made.loss = lambda out, target: tracked.append(out.requires_grad) or loss(out, target)
        gradient = made.net[0].weight.grad
        made.evaluate((POINTS, LABELS))
        assert made.net[0].weight.grad is gradient
    assert tracked == [False] * 4
    assert made.history == whole.history


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_evaluate_is_the_mean_over_all_samples_in_pieces_too(reduction: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = trainer()
    with no_grad():
        expected = nn.CrossEntropyLoss()(made.net(POINTS), LABELS).item()
    made.loss = nn.CrossEntropyLoss(reduction=reduction)
    for rows in (4096, 7):
        monkeypatch.setattr("nn.training.evaluation.EVALUATION_ROWS", rows)
        assert made.evaluate((POINTS, LABELS)).loss == pytest.approx(expected, rel=1e-5)


def test_regression_has_no_accuracy() -> None:
    net = nn.Linear(2, 1)
    target = POINTS @ np.array([[1.0], [-2.0]], np.float32)
    made = nn.Trainer(net, nn.MSELoss(), nn.optim.SGD(net.parameters(), lr=0.1), (POINTS, target))
    made.run(epochs=100)
    metrics = made.evaluate((POINTS, target))
    assert metrics.accuracy is None
    assert metrics.loss < 1e-6
    np.testing.assert_allclose(net.weight.data, [[1.0, -2.0]], atol=1e-3)


def test_a_plain_function_is_a_loss() -> None:
    made = trainer()
    made.loss = nn.functional.cross_entropy
    assert math.isfinite(made.run(2)[1].loss)
    assert made.evaluate((POINTS, LABELS)).loss > 0


def test_printing() -> None:
    made = trainer()
    made.run(2)
    assert repr(made).startswith("Trainer(Sequential, Adam, DataLoader(arrays: 50 samples")
    assert repr(made).endswith("2 steps made, compiled)")


@pytest.mark.parametrize("way", [None, False])
def test_a_loss_that_left_the_tensors_is_named(way: bool | None) -> None:
    made = trainer(compile=way)
    made.loss = lambda out, target: float(out.sum().item())
    with pytest.raises(ConfigError, match="Trainer: got a loss of type float; expected a Tensor; compute it from"):
        made.run(1)
    assert made.step_count == 0


def test_data_without_targets_cannot_be_judged() -> None:
    with pytest.raises(ConfigError, match="evaluate: got data without targets"):
        trainer().evaluate((POINTS,))
