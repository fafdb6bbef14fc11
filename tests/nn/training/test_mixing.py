"""What can't be divided is named, and is then trained bit for bit as with one thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nn
from nn.errors import DataError
from tests.nn.training.divided import CLASSES, TOKENS, X, made
from tests.nn.training.runs import everything, repeats


class Around(nn.Module):
    """A layer, and a function of its output and of the module, which keeps something."""

    def __init__(self, function: Callable[[Any, Any], Any]) -> None:
        self.layer, self.function = nn.Linear(5, 3), function
        self.count, self.kept, self.array = 0, None, np.zeros(2)
        self.register_buffer("seen", np.zeros(2))

    def forward(self, x: Any) -> Any:
        return self.function(self, self.layer(x))


class Shrinking(nn.Linear):
    """A layer that makes its weights smaller whenever it is used."""

    def forward(self, x: Any) -> Any:
        self.weight.assign_(self.weight.readonly * np.float32(0.9))
        return super().forward(x)


class Drawing(nn.Dropout):
    """Dropout from a generator that can't skip."""

    def __init__(self) -> None:
        super().__init__(rng=np.random.Generator(np.random.MT19937(0)))


def around(function: Callable[[Any, Any], Any]) -> Callable[[], nn.Module]:
    return lambda: Around(function)


def mean_subtracted(module: Any, out: Any) -> Any:
    return out - out.mean(axis=0)


def counting(module: Any, out: Any) -> Any:
    module.count += 1
    return out


def keeping(module: Any, out: Any) -> Any:
    module.kept = out.detach()
    return out


def writing(module: Any, out: Any) -> Any:
    module.array[0] += 1.0
    return out


def noting(module: Any, out: Any) -> Any:
    module.seen += 1.0
    return out


def printing(module: Any, out: Any) -> Any:
    print("forward")
    return out


def drawing(module: Any, out: Any) -> Any:
    return out + nn.default_generator().normal(size=out.shape).astype(np.float32)


def drawing_elsewhere(module: Any, out: Any) -> Any:
    return out + np.random.normal(size=out.shape).astype(np.float32)  # noqa: NPY002


def nine_or_four(module: Any, out: Any) -> Any:
    if len(out) not in (9, 4):
        raise ValueError("not these")
    return out


def embedded(**options: Any) -> Callable[[], nn.Module]:
    return lambda: nn.Sequential(nn.Embedding(7, 4, **options), nn.Flatten(), nn.Linear(16, 3))


def rooted(out: Any, y: Any) -> Any:
    return np.sqrt(nn.functional.cross_entropy(out, y))


def with_a_constant(out: Any, y: Any) -> Any:
    return nn.functional.cross_entropy(out, y) + float(len(y))


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "batch norm": ({"build": lambda: nn.Sequential(nn.Linear(5, 4), nn.BatchNorm1d(4), nn.Linear(4, 3))},
                   "BatchNorm1d '1' takes its statistics from the whole batch"),
    "batch norm alone": ({"build": lambda: nn.BatchNorm1d(5, track_running_stats=False)},
                         "BatchNorm1d takes its statistics from the whole batch"),
    "a mean over samples": ({"build": around(mean_subtracted)}, "in parts the gradient of 'layer.weight' is another"),
    "a count": ({"build": around(counting)}, "the forward pass changes 'count' of 'Around'"),
    "something kept": ({"build": around(keeping)}, "the forward pass changes 'kept' of 'Around'"),
    "an array": ({"build": around(writing)}, "the forward pass changes 'array' of 'Around'"),
    "a buffer": ({"build": around(noting)}, "the forward pass changes 'seen' of 'Around'"),
    "a weight": ({"build": lambda: Shrinking(5, 3)}, "the forward pass changes 'weight' of 'Shrinking'"),
    "print": ({"build": around(printing)}, "the network or its loss prints"),
    "noise": ({"build": around(drawing)}, "the forward pass draws random numbers by itself"),
    "noise from elsewhere": ({"build": around(drawing_elsewhere)}, "the forward pass draws random numbers by itself"),
    "a size": ({"build": around(nine_or_four)}, "a part of the batch fails where the whole one does not: not these"),
    "max_norm": ({"build": embedded(max_norm=1.0), "data": (TOKENS, CLASSES)},
                 "Embedding '0' with max_norm writes to its table"),
    "frequencies": ({"build": embedded(scale_grad_by_freq=True), "data": (TOKENS, CLASSES)},
                    "Embedding '0' with scale_grad_by_freq counts in the whole batch"),
    "another generator": ({"build": lambda: nn.Sequential(nn.Linear(5, 3), Drawing())},
                          "a part of the batch fails where the whole one does not: threads: got a generator of kind"),
    "a root": ({"loss": rooted}, "in parts the gradient of '2.weight' is another"),
    "a constant": ({"loss": with_a_constant}, "the losses of the parts make "),
    "no gradient": ({"build": around(lambda _, out: out * 0.0), "loss": nn.MSELoss(), "data": (X, X[:, :3])},
                    "the gradients of the first batch are 0 or not finite"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_divided(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    options, reason = REFUSED[name]
    runs = []
    for threads in (1, 2):
        trainer = made(threads=threads, **options)
        nn.manual_seed(2)
        np.random.seed(2)  # noqa: NPY002
        trainer.run(4)
        runs.append((everything(trainer), capsys.readouterr().out))
    assert trainer.threads == 1
    assert trainer.why_one_thread.startswith(reason)
    (one, out), (two, same) = runs
    assert {**two, "threads": 1} == one
    assert same == out
    if name not in ("noise from elsewhere", "a weight"):  # which no run can go back in
        trainer.goto(1)
        trainer.goto(4)
        assert everything(trainer) == two


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_rounding_is_that_of_the_parameters(dtype: Any) -> None:
    x = np.random.default_rng(0).standard_normal((64, 300)).astype(dtype)
    build = lambda: nn.Sequential(nn.Linear(300, 40), nn.ReLU(), nn.Linear(40, 3)).to(dtype)  # noqa: E731
    trainer = made(build, data=(x, np.arange(64) % 3), batch_size=64)
    trainer.run(2)
    assert (trainer.threads, trainer.why_one_thread) == (2, "")


def test_an_error_of_the_whole_step_is_raised() -> None:
    labels = CLASSES.copy()
    labels[:] = 9
    trainer = made(data=(X, labels))
    before = everything(trainer)
    with pytest.raises(DataError, match="class 9"):
        trainer.run(1)
    assert everything(trainer) == before
    trainer.loader.arrays[1][:] = 0
    trainer.run(1)
    assert trainer.threads == 2


def test_another_loss_is_looked_at_again() -> None:
    trainer = made(loss=rooted)
    trainer.run(1)
    assert trainer.threads == 1
    trainer.loss = nn.CrossEntropyLoss()
    trainer.run(2)
    assert trainer.threads == 2
    assert repeats(trainer, 0)
