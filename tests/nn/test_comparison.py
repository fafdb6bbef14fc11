"""nn.compare: each setting does what it says, all start alike, and the run itself stays where it is."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import nn
from nn import noise
from nn.comparison import Comparison, Outcome
from nn.errors import ConfigError, StateError

DATA = nn.data.spiral(n=129, seed=0).split(test=32 / 129, seed=0)  # 97 to train on: one is left alone by batches of 32


def trainer(*layers: nn.Module, lr: float = 0.1, steps: int = 0) -> nn.Trainer:
    nn.manual_seed(0)
    net = nn.Sequential(*(layers or (nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 3))))
    made = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.SGD(net.parameters(), lr=lr), DATA.train)
    if steps:
        made.run(steps)
    return made


def compare(made: nn.Trainer, steps: int = 6, **settings: Any) -> nn.Comparison:
    return nn.compare(made, settings, steps=steps, test=DATA.test)


def test_the_present_setting_gives_the_run_itself_from_its_first_step() -> None:
    made = trainer(steps=4)
    (run,) = compare(made, steps=4, lr=[0.1]).runs
    # the last batch of each epoch is left out, so the first steps are the same
    assert run.losses[:3] == tuple(event.loss for event in made.history[:3])


def test_the_run_stays_where_it_is() -> None:
    made = trainer(steps=5)
    state = {name: value.copy() for name, value in made.net.state_dict().items()}
    random = nn.default_generator().bit_generator.state
    compare(made, init=["he", "xavier"], drop=[0.0, 0.5], seed=[1, 2])
    assert made.step_count == 5
    assert all(np.array_equal(state[name], value) for name, value in made.net.state_dict().items())
    assert nn.default_generator().bit_generator.state == random
    again = trainer(steps=5)
    assert [event.loss for event in made.run(5)] == [event.loss for event in again.run(5)]


def test_every_combination_is_a_run_and_comparing_twice_gives_the_same() -> None:
    made = trainer()
    first, second = (compare(made, lr=[0.1, 1.0], norm=["none", "batch"]) for _ in range(2))
    assert [dict(run.settings) for run in first.runs] == [
        {"lr": lr, "norm": norm} for lr in (0.1, 1.0) for norm in ("none", "batch")
    ]
    assert [run.losses for run in first.runs] == [run.losses for run in second.runs]
    assert len({run.losses for run in first.runs}) == 4
    assert all(len(run.losses) == 6 and run.accuracy is not None for run in first.runs)


@pytest.mark.parametrize(
    "settings",
    [{"lr": 0.5}, {"momentum": 0.9}, {"weight_decay": 0.1}, {"optim": "adam"}, {"init": "he"}, {"activation": "relu"},
     {"norm": "batch"}, {"norm": "layer"}, {"drop": 0.5}, {"batch": 8}, {"seed": 3}, {"init": "normal", "std": 0.3}],
)  # fmt: skip
def test_each_setting_is_what_one_would_write_by_hand(settings: dict[str, Any]) -> None:
    (run,) = compare(trainer(), **{name: [value] for name, value in settings.items()}).runs
    assert run.losses == by_hand(**settings)
    (plain,) = compare(trainer(), lr=[0.1]).runs
    assert run.losses != plain.losses


def by_hand(**settings: Any) -> tuple[float, ...]:
    """The same training written out."""
    kept = trainer()
    net = kept.net
    assert isinstance(net, nn.Sequential)
    if "seed" in settings:
        nn.manual_seed(settings["seed"])
        net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 3))
    one, _, two, _, three = net
    act = nn.ReLU if "activation" in settings else nn.Tanh
    norm = {"batch": nn.BatchNorm1d, "layer": nn.LayerNorm}.get(settings.get("norm", ""))
    after = [norm(8)] if norm else []
    more = [nn.Dropout(settings["drop"])] if "drop" in settings else []
    again = [norm(8)] if norm else []
    net = nn.Sequential(one, *after, act(), *more, two, *again, act(), *more, three)
    if settings.get("init") == "he":
        nn.init.initialize_(net, "kaiming_normal", seed=0)
    if settings.get("init") == "normal":
        nn.init.initialize_(net, "normal", seed=0, std=settings["std"])
    options = {name: settings[name] for name in ("lr", "momentum", "weight_decay") if name in settings}
    if settings.get("optim") == "adam":
        optimizer: nn.optim.Optimizer = nn.optim.Adam(net.parameters())
    else:
        optimizer = nn.optim.SGD(net.parameters(), **{"lr": 0.1} | options)
    batch = settings.get("batch", 32)
    loader = nn.data.DataLoader(DATA.train, batch, seed=settings.get("seed", 0), drop_last=True)
    if "seed" in settings:
        kept = trainer()  # dropout and the like draw from where the run stood
    made = nn.Trainer(net, nn.CrossEntropyLoss(), optimizer, loader)
    return tuple(event.loss for event in made.run(6))


def test_norm_none_takes_norms_away_and_drop_0_dropout() -> None:
    layers = (nn.Linear(2, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Dropout(0.5), nn.Linear(8, 3))
    (bare,) = compare(trainer(*layers), norm=["none"], drop=[0.0]).runs
    nn.manual_seed(0)
    plain = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 3))
    plain.load_state_dict({name.replace("4.", "2."): value for name, value in trainer(*layers).net.state_dict().items()
                           if name.startswith(("0.", "4."))})  # fmt: skip
    loader = nn.data.DataLoader(DATA.train, 32, drop_last=True)
    made = nn.Trainer(plain, nn.CrossEntropyLoss(), nn.optim.SGD(plain.parameters(), lr=0.1), loader)
    assert bare.losses == tuple(event.loss for event in made.run(6))


def test_what_became_of_each_is_said() -> None:
    found = compare(trainer(), steps=60, lr=[1e-6, 1.0, 1e6])
    assert [run.fate for run in found.runs] == ["stands still", "learns", "diverges"]
    assert found.best is found.runs[1]
    assert found.sentence.startswith("lr=1.0 ends lowest, at 0.")
    assert "lr=1e-06: stands still; lr=1000000.0: diverges." in found.sentence
    assert len(repr(found).splitlines()) == 5


def test_a_run_that_fails_is_a_row_and_the_rest_go_on() -> None:
    made = trainer(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, 3))
    found = compare(made, batch=[1, 32])
    assert [run.fate for run in found.runs] == ["fails", "learns"]
    assert "in training mode" in found.runs[0].error
    assert found.runs[0].accuracy is None
    assert "batch=1: fails" in found.sentence
    assert max(map(len, repr(found).splitlines()[:-1])) < 120


def test_whoever_watches_hears_every_step() -> None:
    heard: list[tuple[int, float]] = []
    with nn.training.watching(lambda event: heard.append((event.step, event.loss))):
        found = compare(trainer(), steps=3, lr=[0.1, 1.0])
        nn.diagnosis.race(trainer(), nn.diagnosis.rate_times(2.0), steps=2)
    compare(trainer(), steps=3, lr=[0.1])
    assert heard[:6] == [(step, loss) for run in found.runs for step, loss in enumerate(run.losses, 1)]
    assert [step for step, _ in heard[6:]] == [1, 2, 1, 2]


def test_whoever_watches_may_end_it() -> None:
    made = trainer(steps=2)

    def enough(event: nn.StepEvent) -> None:
        raise KeyboardInterrupt

    with nn.training.watching(enough), pytest.raises(KeyboardInterrupt):
        compare(made, lr=[0.1])
    assert made.step_count == 2


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "no settings"),
        ({"lr": []}, "no values of lr"),
        ({"rate": [1]}, "an unknown setting 'rate'"),
        ({"init": ["hee"]}, "hee"),
        ({"optim": ["adamm"]}, "adamm"),
        ({"optim": ["adam"], "dampening": [0.1]}, "dampening for Adam"),
        ({"activation": ["rello"]}, "rello"),
        ({"norm": ["bach"]}, "norm='bach'"),
        ({"lr": [0.1, -1.0]}, "lr"),
        ({"batch": [0]}, "batch_size"),
    ],
)
def test_a_slip_is_said_before_anything_is_trained(settings: dict[str, Any], said: str) -> None:
    heard: list[Any] = []
    with nn.training.watching(heard.append), pytest.raises((ConfigError, ValueError), match=said):
        nn.compare(trainer(), settings, steps=3)
    assert heard == []


def test_a_network_of_ones_own_has_no_layers_to_replace() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(2, 3)

        def forward(self, x: Any) -> Any:
            return self.layer(x)

    net = Net()
    made = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.SGD(net.parameters(), lr=0.1), DATA.train)
    assert len(compare(made, lr=[0.1, 0.2]).runs) == 2
    with pytest.raises(ConfigError, match="a network of class Net"):
        compare(made, norm=["batch"])


def test_a_variation_can_be_sent_to_other_processes_and_gives_the_same() -> None:
    vary = nn.comparison.Variation(trainer(steps=3), steps=6, test=DATA.test)
    sent = pickle.loads(pickle.dumps(vary))
    for settings in ({"lr": 0.5}, {"norm": "batch"}, {"optim": "adam", "seed": 3}):
        assert sent(**settings) == vary(**settings)
    assert vary(lr=0.5, seed=0) != vary(lr=0.5, seed=1)
    found = nn.compare(trainer(), {"lr": [0.5], "seed": [2]}, steps=6, test=DATA.test)
    assert vary(lr=0.5, seed=2) == {"loss": found.runs[0].loss, "accuracy": found.runs[0].accuracy}


def test_a_variation_that_fails_says_why() -> None:
    made = trainer(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, 3))
    vary = nn.comparison.Variation(made, steps=3)
    with pytest.raises(StateError, match="in training mode"):
        vary(batch=1)
    with pytest.raises(ConfigError, match="an unknown setting 'rate'"):
        vary(rate=1)
    assert set(vary()) == {"loss"}


def test_what_was_done_by_hand_after_going_back_is_not_lost() -> None:
    made = trainer(steps=5)
    made.rewind(2)
    made.net[0].weight.data[...] *= 0.5
    before = made.net[0].weight.readonly.copy()
    compare(made, lr=[0.1])
    assert np.array_equal(made.net[0].weight.readonly, before)


def test_an_optimiser_whose_decay_is_part_of_what_it_is() -> None:
    net = trainer().net
    made = nn.Trainer(net, nn.CrossEntropyLoss(), nn.optim.AdamW(net.parameters(), lr=0.01), DATA.train)
    assert [run.error for run in compare(made, steps=2, lr=[0.01, 0.1]).runs] == ["", ""]
    with pytest.raises(ConfigError, match="decoupled_weight_decay"):
        compare(made, decoupled_weight_decay=[True])


def test_a_run_whose_beginning_is_not_on_record_says_how_to_begin() -> None:
    made, saved = trainer(steps=3), trainer(steps=5).state_dict()
    made.load_state_dict(saved)
    with pytest.raises(StateError, match=r"got a run at step 5 whose beginning .*in the shell, `reset`"):
        compare(made, lr=[0.1])
    assert made.step_count == 5


# -- what differs by no more than the noise


def outcome(losses: Any, **settings: Any) -> Outcome:
    tail = losses[-max(1, len(losses) // 10) :]
    return Outcome(settings, tuple(losses), float(np.mean(tail)), None, 0.0)


def falling(end: float, noise: float, seed: int) -> list[float]:
    bumps = np.random.default_rng(seed).normal(0.0, noise, 100)
    return list(end + np.exp(-np.arange(100) / 10) + bumps)


def test_what_is_lowest_by_chance_is_said_to_be_so() -> None:
    found = Comparison((outcome(falling(0.51, 0.1, 0), batch=8), outcome(falling(0.5, 0.1, 1), batch=16)), 100)
    lower = min(found.runs, key=lambda run: run.loss)
    assert found.best is lower
    assert [run is not lower for run in found.tied] == [True]
    assert "but within the noise of batch=" in found.sentence
    assert "more seeds, as in seed=0,1,2, or more steps would decide." in found.sentence
    assert repr(found).count("within the noise") == 2  # the row, and the sentence
    apart = Comparison((outcome(falling(0.9, 0.1, 0), batch=8), outcome(falling(0.5, 0.1, 1), batch=16)), 100)
    assert (apart.tied, apart.sentence) == ((), f"batch=16 ends lowest, at {apart.runs[1].loss:.3g}.")


def test_the_noise_of_the_same_batches_is_in_both() -> None:
    losses = falling(0.5, 0.1, 0)
    lower = [loss - 0.02 for loss in losses]
    assert Comparison((outcome(losses, lr=0.1), outcome(lower, lr=0.2)), 100).tied == ()
    assert len(Comparison((outcome(losses, batch=8), outcome(lower, batch=16)), 100).tied) == 1


def test_seeds_beside_other_settings_are_repeats() -> None:
    ends = {0.1: (0.50, 0.60, 0.70), 0.2: (0.45, 0.54, 0.66), 0.3: (0.40, 0.90, 0.50)}
    runs = tuple(
        outcome([1.0, end, end], lr=lr, seed=seed) for lr, each in ends.items() for seed, end in enumerate(each)
    )
    found = Comparison(runs, 3)
    assert [len(group) for group in found.groups] == [3, 3, 3]
    assert found.best is runs[3]  # not the run that ends lowest of all, which is 0.4
    assert [run.settings["lr"] for run in found.tied] == [0.3] * 3  # 0.1 is higher with every seed
    assert "within the noise of lr=0.3:" in found.sentence
    alone = Comparison(tuple(outcome([1.0, end, end], seed=seed) for seed, end in enumerate((0.5, 0.6))), 3)
    assert [len(group) for group in alone.groups] == [1, 1]


def test_bounds_of_chance_are_those_of_tables() -> None:
    stats = pytest.importorskip("scipy.stats")

    for df in (1, 2, 5, 10, 11, 20, 100):
        assert noise.student(df) == pytest.approx(stats.t.ppf(0.975, df), rel=2e-3)
    rng = np.random.default_rng(0)
    a, b = rng.normal(0, 1, 12), rng.normal(0.5, 3, 30)
    within = [noise.differ(a, b, paired=False), noise.differ(a, b[:12], paired=True)]
    assert within == [stats.ttest_ind(a, b, equal_var=False).pvalue < 0.05, stats.ttest_rel(a, b[:12]).pvalue < 0.05]
    low, high = stats.ttest_ind(a, b, equal_var=False).confidence_interval()
    assert noise.margin(a, b, paired=False) == pytest.approx((high - low) / 2, rel=5e-3)
    assert noise.margin([1.0, np.inf], [1.0, 2.0], paired=True) == np.inf
