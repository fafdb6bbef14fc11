"""The same training under several settings, side by side, from the same first weights and on the same batches.

found = nn.compare(trainer, {"lr": [0.1, 1.0, 5.0], "norm": ["none", "batch"]}, steps=200, test=data.test)
print(found)                            # a table, and a sentence
found.runs[0].losses                    # the loss of every step

The run itself stays where it is: each setting gets a copy of its own.
"""

from __future__ import annotations

import copy
import inspect
import itertools
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from autograd.errors import message

from . import catalog, init
from .data import DataLoader
from .defaults import default_generator, manual_seed
from .errors import ConfigError, NNError, StateError
from .module import Module
from .noise import differ
from .training import Trainer
from .training.audience import watched
from .training.evaluation import Data
from .variations import CHANGES

DIVERGED = 10.0  # a loss that ends this many times above where it began has left for good
STANDS = 0.98  # one that ends above this share of it has not moved, or up and down
FATES = ("stands still", "ends above its start", "diverges", "fails")
LEAST_TAIL = 10  # steps at the end of the curves, by which two are told apart
_TRAINED = ("batch", "init", "optim", "seed", "std")
MOST_SHOWN = 60  # letters of an error in the table


@dataclass(frozen=True, slots=True)
class Outcome:
    """One of the runs.

    Attributes:
        settings: what was set for it.
        losses: the training loss of each step; fewer than asked for if a step failed.
        loss: the mean of the last tenth of them.
        accuracy: on the test data, from 0 to 1; None without test data or classes.
        seconds: how long it took.
        error: why it ended early, or ''.
    """

    settings: Mapping[str, Any]
    losses: tuple[float, ...]
    loss: float
    accuracy: float | None
    seconds: float
    error: str = ""

    @property
    def name(self) -> str:
        """The settings in one line."""
        return " ".join(f"{key}={value}" for key, value in self.settings.items())

    @property
    def fate(self) -> str:
        """In a word or two: learns, or one of `FATES`."""
        if self.error:
            return "fails"
        first = self.losses[0]
        if not all(map(math.isfinite, self.losses)) or self.loss > DIVERGED * first:
            return "diverges"
        if self.loss > first / STANDS:
            return "ends above its start"
        return "stands still" if self.loss > STANDS * first else "learns"


@dataclass(frozen=True, repr=False, slots=True)
class Comparison:
    """All the runs, in the order of their settings."""

    runs: tuple[Outcome, ...]
    steps: int

    @property
    def groups(self) -> tuple[tuple[Outcome, ...], ...]:
        """The runs that differ in their seed alone, together; where nothing but the seed was varied, each by itself."""
        found: dict[str, list[Outcome]] = {}
        for run in self.runs:
            found.setdefault(_without_seed(run) or run.name, []).append(run)
        return tuple(map(tuple, found.values()))

    @property
    def best(self) -> Outcome | None:
        """The run that ends lowest of those that learn, in the mean over the seeds if several were tried; else None."""
        learning = [group for group in self.groups if all(run.fate == "learns" for run in group)]
        lowest = min(learning, key=_mean, default=())
        return min(lowest, key=lambda run: run.loss, default=None)

    @property
    def tied(self) -> tuple[Outcome, ...]:
        """The runs that end no higher than the best by more than the noise; none if it is clearly the best.

        With several seeds the noise is that between seeds, else that over the last steps of the curves (a tenth, and
        `LEAST_TAIL` at least), step by step where both saw the same batches: `nn.noise.margin` has the formulas.
        """
        best, groups = self.best, self.groups
        own = next((group for group in groups if best in group), ())
        rivals = [group for group in groups if best not in group and all(run.fate == "learns" for run in group)]
        return tuple(run for group in rivals if own and not _differ(own, group, self.steps) for run in group)

    @property
    def sentence(self) -> str:
        """What came out, in words."""
        best, tied = self.best, ", ".join(dict.fromkeys(_without_seed(run) or run.name for run in self.tied))
        others = {fate: [run.name for run in self.runs if run.fate == fate] for fate in FATES}
        said = [f"{', '.join(names)}: {fate}" for fate, names in others.items() if names]
        first = (
            "No setting learns" if best is None
            else f"{best.name} ends lowest, at {best.loss:.3g}" if not tied
            else f"{best.name} ends lowest, at {best.loss:.3g}, but within the noise of {tied}: more seeds, as in "
            "seed=0,1,2, or more steps would decide"
        )  # fmt: skip
        return "; ".join([first, *said]) + "."

    def __repr__(self) -> str:
        head, tied = ("setting", "loss", "accuracy", ""), self.tied
        rows = [
            (run.name, f"{run.loss:.4g}", "" if run.accuracy is None else f"{run.accuracy:.1%}",
             _shortened(run.error) or ("within the noise" if run in tied else "" if run.fate == "learns" else run.fate))
            for run in self.runs
        ]  # fmt: skip
        widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (head, *rows)]
        return "\n".join([*(line.rstrip() for line in lines), self.sentence])


def _without_seed(run: Outcome) -> str:
    return " ".join(f"{key}={value}" for key, value in run.settings.items() if key != "seed")


def _mean(group: Sequence[Outcome]) -> float:
    return float(np.mean([run.loss for run in group]))


def _differ(one: Sequence[Outcome], other: Sequence[Outcome], steps: int) -> bool:
    """Whether two settings end apart by more than chance: between seeds if there are some, else along the curves."""
    if len(one) > 1 or len(other) > 1:
        return differ([run.loss for run in one], [run.loss for run in other], paired=True)
    last = slice(-max(steps // 10, min(LEAST_TAIL, steps)), None)
    same_batches = all(one[0].settings.get(name) == other[0].settings.get(name) for name in ("batch", "seed"))
    return differ(one[0].losses[last], other[0].losses[last], paired=same_batches)


def _shortened(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 3] + "..."


def compare(
    trainer: Trainer,
    settings: Mapping[str, Iterable[Any]],
    *,
    steps: int = 200,
    test: Data | None = None,
) -> Comparison:
    """Train a copy of the network for every combination of settings, all from step 0 of the run.

    A setting is one of

    - `lr`, or any other number of the optimiser (momentum, betas, weight_decay, ...);
    - `optim`: another optimiser by its name in `nn.catalog`, with its own default rate unless `lr` is set too;
    - `init`: all weights drawn anew by a scheme of `nn.init.SCHEMES`, biases 0; `std`: the deviation of init "normal";
    - `activation`: every activation between the layers replaced; `norm`: "batch" or "layer" after every linear and
      convolution layer but the last, "none" takes all away; `drop`: dropout of that share after every activation;
    - `batch`: the samples in a batch; `seed`: other first weights and another order of the batches.

    Where a last batch would hold one sample alone it is left out in all runs, so that those with batch norm can go on.

    Args:
        trainer: the run to vary; it is afterwards as it was.
        settings: for each setting the values to try.
        steps: how far each goes.
        test: data to measure the accuracy on afterwards.

    `nn.training.watching` hears of every step.

    Raises:
        ConfigError: an unknown setting, no values, or a value that makes no sense; nothing has been trained then.
        StateError: the run is past its first step, and how it began is not on its record.

    Example:
        >>> import nn
        >>> data = nn.data.moons(seed=0)
        >>> _ = nn.manual_seed(0)
        >>> net = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2))
        >>> trainer = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.SGD(net.parameters(), lr=0.1), data)
        >>> found = compare(trainer, {"lr": [1e-5, 1.0]}, steps=100)
        >>> [run.fate for run in found.runs], found.best.settings
        (['stands still', 'learns'], mappingproxy({'lr': 1.0}))
    """
    grid = _grid(trainer, settings)
    begun = Start.of(trainer)
    random = default_generator().bit_generator.state
    try:
        made = [_varied(begun, chosen) for chosen in grid]  # all of them first: a setting that fails fails early
        runs = []
        for chosen, each in zip(grid, made, strict=True):
            default_generator().bit_generator.state = random
            runs.append(_run(watched(each), chosen, steps, test))
    finally:
        default_generator().bit_generator.state = random
    return Comparison(tuple(runs), steps)


def _grid(trainer: Trainer | Start, settings: Mapping[str, Iterable[Any]]) -> list[Mapping[str, Any]]:
    lists = {name: list(values) for name, values in settings.items()}
    numbers = _options(trainer.optimizer)
    for name, values in lists.items():
        if not values:
            raise ConfigError(message("compare", f"no values of {name}", "two or more", "list them"))
        if name not in (*CHANGES, *_TRAINED, *numbers) and "optim" not in lists:
            known = ", ".join(sorted({*CHANGES, *_TRAINED, *numbers}))
            raise ConfigError(
                message("compare", f"an unknown setting {name!r}", f"one of {known}", "choose one of them")
            )
    if not lists:
        raise ConfigError(message("compare", "no settings", "one or more", "pass {'lr': [0.01, 0.1]}"))
    return [MappingProxyType(dict(zip(lists, values, strict=True))) for values in itertools.product(*lists.values())]


@dataclass(frozen=True, slots=True)
class Start:
    """What a run is made of, as it was before its first step; it can be sent to other processes."""

    net: Module
    loss: Callable[[Any, Any], Any]
    optimizer: Any
    loader: DataLoader
    clip_norm: float | None
    clip_value: float | None

    @classmethod
    def of(cls, trainer: Trainer) -> Start:
        """Take it from a run, which goes back to its beginning and returns, bit for bit."""
        with ExitStack() as visit:
            try:
                visit.enter_context(trainer.visiting(0))
            except StateError as error:
                got = f"a run at step {trainer.step_count:,} whose beginning is not on its record"
                do = "make the trainer anew (in the shell, `reset`), and compare from its first step"
                raise StateError(message("compare", got, "one that can go back to it", do)) from error
            twin = trainer.twin()
        return cls(twin.net, twin.loss, twin.optimizer, twin.loader, twin.clip_norm, twin.clip_value)


class Variation:
    """A function of settings and a seed for `nn.sweep`: trains a run's network with them, and gives loss and accuracy.

    Settings are those of `compare`; the first weights and the order of the batches follow from the seed.

    Example:
        >>> import nn
        >>> data, net = nn.data.moons(seed=0), nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2))
        >>> trainer = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.SGD(net.parameters(), lr=0.1), data)
        >>> train = Variation(trainer, steps=50, test=data)
        >>> train(lr=1.0)["loss"] < train(lr=1e-5)["loss"]
        True
    """

    def __init__(self, trainer: Trainer, *, steps: int = 200, test: Data | None = None) -> None:
        self._start, self._steps, self._test = Start.of(trainer), steps, test

    def __call__(self, seed: int = 0, **settings: Any) -> dict[str, float]:
        """Train with these settings. Raises StateError where a step fails."""
        _grid(self._start, {name: [value] for name, value in settings.items()} or {"seed": [seed]})
        run = _run(watched(_varied(self._start, {**settings, "seed": seed})), settings, self._steps, self._test)
        if run.error:
            raise StateError(run.error)
        return {"loss": run.loss} | ({} if run.accuracy is None else {"accuracy": run.accuracy})


def _varied(begun: Start, settings: Mapping[str, Any]) -> Trainer:
    """A trainer of its own, with the settings made: those of the network first, then how it is trained."""
    rest = dict(settings)
    net = copy.deepcopy(begun.net)
    if "seed" in rest:
        manual_seed(rest["seed"])
        _draw_again(net)
    for name in ("activation", "norm", "drop"):
        if name in rest:
            net = CHANGES[name](net, rest.pop(name))
    if "init" in rest:
        options = {"std": rest.pop("std")} if "std" in rest else {}
        init.initialize_(
            net, catalog.find(catalog.INITS, str(rest.pop("init"))).name, seed=rest.get("seed", 0), **options
        )
    optimizer = _optimizer(begun, net, rest)
    batch, seed = rest.pop("batch", begun.loader.batch_size), rest.pop("seed", begun.loader.seed)
    if rest:
        got = f"the setting {', '.join(rest)} for {type(optimizer).__name__}"
        raise ConfigError(message("compare", got, f"one of {', '.join(optimizer.defaults)}", "leave it out"))
    arrays = begun.loader.arrays
    alone = batch > 1 and len(arrays[0]) % batch == 1  # a last sample by itself, of which batch norm has no variance
    loader = DataLoader(arrays, batch, seed=seed, shuffle=begun.loader.shuffle, drop_last=alone)
    return Trainer(net, begun.loss, optimizer, loader, clip_norm=begun.clip_norm, clip_value=begun.clip_value, keep=0)


def _optimizer(begun: Start, net: Module, rest: dict[str, Any]) -> Any:
    """The optimiser of the run over other parameters, or another; settings that are its own are taken out of `rest`."""
    if "optim" in rest:
        kind = catalog.find(catalog.OPTIMIZERS, str(rest.pop("optim")))
        return kind.load()(net.parameters(), **{"lr": kind.defaults["lr"]} | _taken(rest, kind.defaults))
    old = begun.optimizer
    options = _options(old)
    kept = {name: value for name, value in old.param_groups[0].items() if name in options}
    return type(old)(net.parameters(), **kept | _taken(rest, options))


def _options(optimizer: Any) -> list[str]:
    """What can be chosen of an optimiser of this kind: AdamW's decoupling, say, is part of what it is."""
    taken = inspect.signature(type(optimizer)).parameters
    return [name for name in optimizer.defaults if name in taken and name != "params"]


def _taken(rest: dict[str, Any], known: Iterable[str]) -> dict[str, Any]:
    return {name: rest.pop(name) for name in list(rest) if name in known}


def _draw_again(net: Module) -> None:
    for module in net.modules():
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()


def _run(trainer: Trainer, chosen: Mapping[str, Any], steps: int, test: Data | None) -> Outcome:
    start = time.perf_counter()
    error = ""
    with np.errstate(all="ignore"):
        try:
            trainer.run(steps)
        except (NNError, ValueError, ArithmeticError) as failure:
            error = " ".join(str(failure).split())
        losses = tuple(event.loss for event in trainer.history)
        last = losses[-max(1, steps // 10) :]
        accuracy = None if test is None or error else trainer.evaluate(test).accuracy
    loss = float(np.mean(last)) if last else math.nan
    return Outcome(chosen, losses, loss, accuracy, time.perf_counter() - start, error)
