"""What happens at the end of an epoch: validation, schedules, early stopping, progress; and clipping in between."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest

import nn
from nn.errors import ConfigError, StateError
from nn.optim import lr_scheduler
from tests.nn.training.runs import LABELS, OTHERS, POINTS, VALIDATION, everything, rich


def plain(**options: Any) -> nn.Trainer:
    nn.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2))
    optimizer = options.pop("optimizer", nn.optim.SGD)(net.parameters(), lr=0.1)
    make = options.pop("scheduler", None)
    scheduler = make(optimizer) if make else None
    settings: dict[str, Any] = {"batch_size": 16, "scheduler": scheduler}
    return nn.Trainer(net, nn.CrossEntropyLoss(), optimizer, (POINTS, LABELS), **{**settings, **options})


def test_an_epoch_has_the_mean_loss_and_the_validation() -> None:
    made = plain(validation=VALIDATION)
    made.run(epochs=2)
    made.run(3)
    first, second = made.epochs
    assert (first.epoch, first.step, second.epoch, second.step) == (1, 4, 2, 8)
    assert first.loss == pytest.approx(np.mean([event.loss for event in made.history[:4]]))
    assert second.validation is not None
    assert second.validation.accuracy is not None
    made.rewind(3)
    assert made.evaluate(VALIDATION) == second.validation
    assert plain().run(epochs=1)
    without = plain()
    without.run(epochs=1)
    assert without.epochs[0].validation is None


def test_validation_changes_nothing_of_the_run() -> None:
    with_it, without = plain(validation=VALIDATION), plain()
    with_it.run(epochs=3)
    without.run(epochs=3)
    assert with_it.history == without.history


def test_an_epoch_that_could_not_end_ends_later() -> None:
    whole = rich()
    whole.run(9)
    expected = everything(whole)
    made = rich()
    made.validation = (np.zeros((3, 5)), np.zeros(3, np.int64))
    with pytest.raises(nn.errors.ShapeError):
        made.run(9)
    assert (made.step_count, len(made.epochs)) == (4, 0)
    made.validation = VALIDATION
    made.run(5)
    assert everything(made) == expected


# schedules


def rates(made: nn.Trainer, **asked: Any) -> list[float]:
    return [round(event.lr, 6) for event in made.run(**asked)]


def test_a_schedule_is_stepped_after_every_epoch() -> None:
    made = plain(scheduler=lambda o: lr_scheduler.StepLR(o, 1, gamma=0.5))
    assert rates(made, epochs=3) == [0.1] * 4 + [0.05] * 4 + [0.025] * 4
    assert [event.lr for event in made.epochs] == [0.1, 0.05, 0.025]


def test_or_after_every_step() -> None:
    assert rates(plain(scheduler=lambda o: lr_scheduler.StepLR(o, 1, gamma=0.5), scheduler_every="step"), steps=3) == [
        0.1, 0.05, 0.025,
    ]  # fmt: skip
    one_cycle = plain(scheduler=lambda o: lr_scheduler.OneCycleLR(o, 1.0, total_steps=8))
    assert rates(one_cycle, epochs=2) == [
        round(lr, 6) for lr in lr_scheduler.preview(lambda o: lr_scheduler.OneCycleLR(o, 1.0, total_steps=8), 8)
    ]
    warm = plain(
        scheduler=lambda o: lr_scheduler.ChainedScheduler([lr_scheduler.CyclicLR(o, 0.1, 0.5, step_size_up=2)]),
    )
    assert rates(warm, steps=4) == [0.1, 0.3, 0.5, 0.3]


def test_a_plateau_is_told_the_validation_loss_accuracy_or_training_loss() -> None:
    told: list[float] = []

    class Watched(lr_scheduler.ReduceLROnPlateau):
        def step(self, metrics: Any) -> None:
            told.append(metrics)
            super().step(metrics)

    made = plain(scheduler=Watched, validation=VALIDATION)
    made.run(epochs=2)
    assert told == [event.validation.loss for event in made.epochs if event.validation]
    told.clear()
    best = plain(scheduler=lambda o: Watched(o, mode="max"), validation=VALIDATION)
    best.run(epochs=1)
    assert told == [event.validation.accuracy for event in best.epochs if event.validation]
    told.clear()
    alone = plain(scheduler=Watched)
    alone.run(epochs=1)
    assert told == [alone.epochs[0].loss]


def test_a_plateau_lowers_the_rate() -> None:
    made = plain(scheduler=lambda o: lr_scheduler.ReduceLROnPlateau(o, "min", 0.5, 0, 9.0, "abs"))
    assert rates(made, epochs=3) == [0.1] * 8 + [0.05] * 4


# clipping


def test_gradients_are_clipped_and_events_tell_their_norms_before() -> None:
    free, clipped = plain(), plain(clip_norm=0.1)
    before = clipped.net.state_dict()
    event = clipped.run(1)[0]
    assert event.grad_norms == free.run(1)[0].grad_norms
    moved = np.concatenate([(clipped.net.state_dict()[name] - values).ravel() for name, values in before.items()])
    assert np.linalg.norm(moved) == pytest.approx(0.1 * 0.1, rel=1e-4)  # the rate times the bound
    by_value = plain(clip_value=0.01)
    by_value.run(1)
    assert max(abs(param.grad.data).max() for param in by_value.net.parameters()) == pytest.approx(0.01)


def test_a_wide_bound_changes_nothing() -> None:
    free, bounded = plain(), plain(clip_norm=1e6, clip_value=1e6)
    free.run(5)
    bounded.run(5)
    assert everything(free) == everything(bounded)


# early stopping


def test_stopping_early_gives_back_the_best_weights() -> None:
    noisy = nn.data.moons(n=80, noise=0.5, seed=2).split(test=0.25, validation=0.25, seed=0)
    nn.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 2))
    stopping = nn.EarlyStopping(patience=4)
    made = nn.Trainer(
        net, nn.CrossEntropyLoss(), nn.optim.Adam(net.parameters(), lr=0.02), noisy.train, validation=noisy.validation,
        callbacks=[stopping],
    )  # fmt: skip
    made.run(epochs=300)
    losses = [event.validation.loss for event in made.epochs if event.validation]
    best = int(np.argmin(losses))
    assert stopping.best_epoch == best + 1
    assert stopping.stopped_epoch == len(made.epochs) == best + 1 + 5
    assert stopping.best == losses[best]
    assert made.evaluate(noisy.validation).loss == pytest.approx(losses[best], rel=1e-6)
    assert losses[-1] > losses[best]
    assert made.epochs[-1].loss < made.epochs[best].loss  # the training loss goes on falling


def test_stopping_by_accuracy_with_a_threshold_and_without_going_back() -> None:
    stopping = nn.EarlyStopping(patience=0, threshold=1.0, measure="accuracy", restore_best=False)
    made = plain(validation=VALIDATION, callbacks=[stopping])
    made.run(epochs=50)
    assert (len(made.epochs), stopping.best_epoch, stopping.stopped_epoch) == (2, 1, 2)
    with pytest.raises(StateError, match="no best weights"):
        stopping.restore(made.net)


def test_what_cannot_be_measured_is_said() -> None:
    made = plain(callbacks=[nn.EarlyStopping()])
    with pytest.raises(StateError, match=r"got a trainer without validation data; .* pass validation="):
        made.run(epochs=1)
    net = nn.Linear(2, 1)
    targets = POINTS[:, :1]
    regression = nn.Trainer(
        net, nn.MSELoss(), nn.optim.SGD(net.parameters()), (POINTS, targets), validation=(POINTS, targets),
        callbacks=[nn.EarlyStopping(measure="accuracy")],
    )  # fmt: skip
    with pytest.raises(StateError, match=r"targets that have no accuracy; .* pass measure='loss'"):
        regression.run(epochs=1)


# callbacks


def test_callbacks_hear_of_steps_and_epochs_in_order() -> None:
    heard: list[Any] = []

    class Listening(nn.Callback):
        def after_step(self, trainer: nn.Trainer, event: nn.StepEvent) -> None:
            heard.append(event.step)

        def after_epoch(self, trainer: nn.Trainer, event: nn.EpochEvent) -> None:
            heard.append(f"epoch {event.epoch}")
            if event.epoch == 2:
                trainer.stop()

    made = plain(callbacks=[Listening()])
    made.run(100)
    assert heard == [1, 2, 3, 4, "epoch 1", 5, 6, 7, 8, "epoch 2"]
    made._ring.every = 5
    made.rewind(2)
    assert len(heard) == 10  # it remembers nothing, so it is told nothing


def test_progress_prints_a_line_an_epoch() -> None:
    file = io.StringIO()
    made = plain(validation=VALIDATION, callbacks=[nn.Progress(2, file=file)])
    made.run(epochs=5)
    lines = file.getvalue().splitlines()
    assert [line.split()[1] for line in lines] == ["2", "4"]
    assert "validation" in lines[0]
    assert "accuracy" in lines[0]
    other = io.StringIO()
    plain(callbacks=[nn.Progress(file=other)]).run(epochs=1)
    assert other.getvalue().startswith("epoch   1  step     4  loss 0.")
    assert "validation" not in other.getvalue()


# a loader of one's own, and arguments


def test_a_loader_brings_its_own_settings() -> None:
    loader = nn.data.DataLoader((POINTS, LABELS), 10, seed=3, augment=nn.data.Noise(0.1))
    nn.manual_seed(0)
    net = nn.Linear(2, 2)
    made = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.SGD(net.parameters()), loader)
    assert made.steps_per_epoch == 5
    made.run(7)
    assert not np.isin(made.batch[0], POINTS).any()  # type: ignore[index]
    made.rewind(3)
    made.run(3)
    assert made.loader is loader


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"scheduler": lambda o: 3}, "scheduler of type int; expected a schedule"),
        ({"scheduler": lambda o: lr_scheduler.StepLR(nn.optim.SGD(nn.Linear(1, 1).parameters()), 1)}, "of another"),
        ({"scheduler_every": "day"}, "scheduler_every='day'"),
        ({"scheduler": lr_scheduler.ReduceLROnPlateau, "scheduler_every": "step"}, "ReduceLROnPlateau after every"),
        ({"clip_norm": 0}, "clip_norm=0; expected a number above 0"),
        ({"clip_value": "x"}, "clip_value='x'"),
        ({"callbacks": 3}, "callbacks of type int"),
        ({"callbacks": [print]}, r"a builtin_function_or_method among callbacks; .* trainer\.observers"),
    ],
)  # fmt: skip
def test_options_that_make_no_sense_are_named(options: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        plain(**options)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: nn.EarlyStopping(-1), "patience=-1"),
        (lambda: nn.EarlyStopping(threshold=-1), "threshold=-1"),
        (lambda: nn.EarlyStopping(measure="f1"), "measure='f1'; expected 'loss' or 'accuracy'"),
        (lambda: nn.Progress(0), "every=0"),
    ],
)
def test_callbacks_name_what_makes_no_sense(make: Any, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        make()


# prediction


def test_predictions_and_confusion() -> None:
    made = plain()
    made.run(epochs=30)
    out = made.predict(OTHERS)
    assert out.shape == (30, 2)
    assert type(out) is np.ndarray
    found = made.confusion(VALIDATION)
    assert found.table.sum() == 30
    assert found.accuracy == made.evaluate(VALIDATION).accuracy
    iris = nn.data.iris()
    net = nn.Linear(4, 3)
    named = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.SGD(net.parameters()), iris).confusion(iris)
    assert named.names == ("setosa", "versicolor", "virginica")


@pytest.mark.parametrize("loss", [nn.BCEWithLogitsLoss(), nn.BCELoss()])
def test_one_output_for_two_classes(loss: Any) -> None:
    net = nn.Sequential(nn.Linear(2, 1)) if isinstance(loss, nn.BCEWithLogitsLoss) else None
    net = net or nn.Sequential(nn.Linear(2, 1), nn.Sigmoid())
    target = LABELS[:, None].astype(np.float32)
    made = nn.Trainer(net, loss, nn.optim.Adam(net.parameters(), lr=0.1), (POINTS, target), batch_size=50)
    made.run(200)
    accuracy = made.evaluate((POINTS, target)).accuracy
    assert accuracy is not None
    assert accuracy > 0.95
    assert made.confusion((POINTS, target)).accuracy == accuracy


def test_classes_along_a_sequence() -> None:
    x = np.random.default_rng(0).standard_normal((20, 5, 3)).astype(np.float32)
    target = x.argmax(axis=2)  # (N, T)

    class Last(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(3, 3)

        def forward(self, x: Any) -> Any:
            return self.layer(x)

    def loss(out: Any, target: Any) -> Any:
        return nn.functional.cross_entropy(out.reshape(-1, 3), target.reshape(-1))

    net = Last()
    made = nn.Trainer(net, loss, nn.optim.Adam(net.parameters(), lr=0.1), (x, target))
    made.run(200)
    metrics = made.evaluate((x, target))
    assert metrics.accuracy is not None
    assert metrics.accuracy > 0.9
    assert metrics.perplexity == pytest.approx(np.exp(metrics.loss))
    with pytest.raises(nn.errors.ShapeError, match=r"Trainer\.confusion: got outputs \(20, 5, 3\)"):
        made.confusion((x, target))


def test_an_epoch_without_a_number_is_the_best_of_none() -> None:
    stopping = nn.EarlyStopping(patience=1)
    made = plain(callbacks=[stopping])
    stopped: list[int] = []
    made.stop = lambda: stopped.append(len(stopped))  # type: ignore[method-assign]
    for epoch, loss in enumerate([float("nan"), 1.0, 0.5, float("nan"), 0.7], 1):
        stopping.after_epoch(made, nn.EpochEvent(epoch, epoch, 0.0, 0.1, nn.Metrics(loss, None)))
    assert (stopping.best, stopping.best_epoch) == (0.5, 3)
    assert len(stopped) == 1
