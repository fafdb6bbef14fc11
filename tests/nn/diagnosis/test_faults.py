"""Each finding on a network made to have the fault, silence on the cured one, and an experiment that confirms it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

import nn
from nn.diagnosis import Race
from nn.errors import ShapeError
from tests.nn.diagnosis.makers import DIGITS, dense, initialised, normed, overfitted, trainer

SGD = nn.optim.SGD


class Case(NamedTuple):
    finding: str
    faulty: Any
    cured: Any
    steps: int = 5
    cured_steps: int | None = None


def deep(
    scheme: str, std: float = 1.0, *, width: int = 64, activation: Any = nn.Tanh, lr: float = 0.1, layers: int = 10
) -> Any:
    net = dense(64, *[width] * layers, 10, activation=activation)
    initialised(net, scheme, **({"std": std} if scheme == "normal" else {}))
    return trainer(net, DIGITS.train, lr, optimizer=SGD)


def spiral(lr: float, activation: Any = nn.ReLU) -> Any:
    return trainer(dense(2, 50, 50, 3, activation=activation), nn.data.spiral(seed=0), lr, optimizer=SGD)


def digits(lr: float, optimizer: Any = SGD, last: tuple[nn.Module, ...] = (), **options: Any) -> Any:
    return trainer(dense(64, 64, 10, activation=nn.ReLU, last=last), DIGITS.train, lr, optimizer=optimizer, **options)


def xor(scheme: str, **options: Any) -> Any:
    return trainer(initialised(dense(2, 8, 2), scheme, **options), nn.data.xor(seed=0))


def health(standardize: bool) -> Any:
    data = nn.data.health()
    return trainer(dense(9, 8, 2), data.split(standardize=True).train if standardize else data)


def iris(standardize: bool) -> Any:
    data = nn.data.iris()
    return trainer(dense(4, 8, 3), data.split(standardize=True).train if standardize else data)


def two_classes(sigmoid: bool) -> Any:
    net = dense(2, 16, 1, last=(nn.Sigmoid(),) if sigmoid else ())
    moons = nn.data.moons(seed=0)
    return trainer(net, (moons.x, moons.y[:, None] * 1.0), loss=nn.BCEWithLogitsLoss())


def batch_normed(frozen: bool) -> Any:
    net = initialised(normed(), "normal", std=1.0)
    net[1].train(not frozen)
    net[5].train(not frozen)
    return trainer(net, DIGITS.train, 0.1, optimizer=SGD)


class Widening(nn.Module):
    def __init__(self, scale: Any) -> None:
        super().__init__()
        self.hidden, self.out, self.scale = nn.Linear(2, 8), nn.Linear(8, 2), scale

    def forward(self, x: Any) -> Any:
        return self.out(np.tanh(self.hidden(x)) * self.scale)


def widening(dtype: Any) -> Any:
    nn.manual_seed(0)
    return trainer(Widening(np.full(8, 1.0, dtype)), nn.data.moons(seed=0))


def mixed(dtype: Any) -> Any:
    net = dense(2, 8, 2)
    net[2].bias = nn.Parameter(np.zeros(2, dtype))
    return trainer(net, nn.data.moons(seed=0))


CASES = {
    "small weights": Case("vanishing gradients", lambda: deep("normal", 0.01), lambda: deep("xavier_uniform")),
    "small weights before relu": Case(
        "vanishing gradients",
        lambda: deep("normal", 0.01, activation=nn.ReLU),
        lambda: deep("kaiming_normal", activation=nn.ReLU, lr=0.01),
    ),
    "deep sigmoids": Case(
        "vanishing gradients",
        lambda: deep("xavier_uniform", activation=nn.Sigmoid),
        lambda: deep("xavier_uniform", activation=nn.Sigmoid, layers=1),
    ),
    "large weights": Case(
        "exploding gradients",
        lambda: deep("normal", 2.0, width=100, lr=1e-4),
        lambda: deep("xavier_uniform", width=100),
    ),
    "large weights at the ends": Case(
        "saturated units", lambda: deep("normal", 1.0, width=100, lr=1e-3), lambda: deep("xavier_uniform", width=100)
    ),
    "relus that died": Case("dead units", lambda: spiral(5.0), lambda: spiral(0.5), 300),
    "copies": Case("symmetric units", lambda: xor("constant", val=0.5), lambda: xor("xavier_uniform"), 100),
    "nothing": Case("symmetric units", lambda: xor("zeros"), lambda: xor("xavier_uniform"), 100),
    "meters and kilograms": Case("unscaled features", lambda: health(False), lambda: health(True), 20),
    "all positive": Case("all-positive features", lambda: iris(False), lambda: iris(True), 100),
    "all positive too": Case("all-positive features", lambda: health(False), lambda: health(True), 20),
    "far too fast": Case("learning rate too large", lambda: digits(100.0), lambda: digits(0.1), 3),
    "too fast": Case("learning rate too large", lambda: spiral(10.0, nn.Tanh), lambda: spiral(0.5, nn.Tanh), 60),
    "too fast by adam": Case(
        "learning rate too large", lambda: digits(1.0, nn.optim.Adam), lambda: digits(0.01, nn.optim.Adam), 60
    ),
    "too slow": Case("learning rate too small", lambda: digits(1e-5), lambda: digits(0.1), 60),
    "too slow by adam": Case(
        "learning rate too small", lambda: digits(1e-7, nn.optim.Adam), lambda: digits(0.001, nn.optim.Adam), 60
    ),
    "slow": Case("too slow", lambda: digits(0.001), lambda: digits(0.1), 60),
    "slow by adam": Case("too slow", lambda: digits(1e-5, nn.optim.Adam), lambda: digits(0.001, nn.optim.Adam), 60),
    "softmax twice": Case(
        "softmax twice",
        lambda: digits(0.01, nn.optim.Adam, (nn.Softmax(dim=1),)),
        lambda: digits(0.01, nn.optim.Adam, (nn.LogSoftmax(dim=1),), loss=nn.NLLLoss()),
    ),
    "sigmoid twice": Case("sigmoid twice", lambda: two_classes(True), lambda: two_classes(False), 20),
    "frozen statistics": Case("batch norm in the wrong mode", lambda: batch_normed(True), lambda: batch_normed(False)),
    "by heart": Case("overfitting", overfitted, lambda: trainer(dense(2, 8, 2), nn.data.moons(seed=0)), 0),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_fault_is_found_the_cured_network_is_not_accused_and_the_experiment_confirms_it(case: Case) -> None:
    sick, well = case.faulty(), case.cured()
    with np.errstate(all="ignore"):
        sick.run(case.steps)
        well.run(case.steps)
        found = nn.diagnose(sick)
    assert case.finding in found.names
    assert case.finding not in nn.diagnose(well).names
    finding = found[case.finding]
    assert finding.sentence.endswith(".")
    assert finding.evidence
    race = eval(finding.experiment, {"nn": nn, "trainer": sick})
    assert isinstance(race, Race)
    assert race.confirmed, f"{finding!r}\n{race!r}"


@pytest.mark.parametrize(("make", "where"), [(widening, ""), (mixed, "2.bias")], ids=["array", "parameter"])
def test_float64_is_found_where_it_begins(make: Any, where: str) -> None:
    found = nn.diagnose(make(np.float64))
    finding = found["float64 creeping in"]
    assert finding.where == where
    assert finding.evidence == {"network": "float32", "found": "float64"}
    dtypes = eval(finding.experiment, {"nn": nn, "trainer": make(np.float64)})
    assert "float64" in dtypes.values()
    if make is widening:
        assert list(dtypes.items())[1:3] == [("tanh", "float32"), ("multiply", "float64")]
    assert "float64 creeping in" not in nn.diagnose(make(np.float32)).names


@pytest.mark.parametrize(
    ("last", "given"), [((), "gets logits"), ((nn.Softmax(dim=1),), "gets probabilities")], ids=["logits", "softmax"]
)
def test_what_is_no_logarithm_of_probabilities(last: Any, given: str) -> None:
    sick = digits(0.01, nn.optim.Adam, last, loss=nn.NLLLoss())
    finding = nn.diagnose(sick)["no log-probabilities"]
    assert given in finding.sentence
    sums = eval(finding.experiment, {"np": np, "trainer": sick})
    assert finding.evidence["least sum"] <= sums.min() <= sums.max() <= finding.evidence["largest sum"]
    assert sums.min() > 1.01 or sums.max() < 0.99 or sums.std() > 0.01
    well = digits(0.01, nn.optim.Adam, (nn.LogSoftmax(dim=1),), loss=nn.NLLLoss())
    assert not nn.diagnose(well)


def growing(scale: float) -> Any:
    """Eight layers of relus; with a scale above 1 each makes what goes through larger, and all gradients alike."""
    net = initialised(dense(64, *[64] * 8, 10, activation=nn.ReLU), "kaiming_normal")
    for module in net.modules():
        if isinstance(module, nn.Linear):
            module.weight.assign_(module.weight.readonly * scale)
    return trainer(net, DIGITS.train, 1e-3 if scale == 1.0 else 1e-12, optimizer=SGD)


def test_a_network_that_makes_all_larger() -> None:
    finding = nn.diagnose(growing(3.0))["exploding gradients"]
    assert finding.evidence["output over input"] > 1e3
    assert eval(finding.experiment, {"nn": nn, "trainer": growing(3.0)}).confirmed
    assert not nn.diagnose(growing(1.0))


def test_numbers_that_are_not_finite() -> None:
    sick = digits(1e6)
    with np.errstate(all="ignore"):
        sick.run(20)
        found = nn.diagnose(sick)
    assert found.names[0] == "numbers that are not finite"
    assert "step" in found[0].sentence
    race = eval(found[0].experiment, {"nn": nn, "trainer": sick})
    assert not np.isfinite(race.as_it_is)


# errors from the start


def failing(x: Any, y: Any, net: Any = None, **options: Any) -> Any:
    return trainer(net or dense(2, 8, 2), (x, y), **options)


ZEROS = np.zeros((40, 2))


@pytest.mark.parametrize(
    ("make", "finding", "says", "experiment"),
    [
        (lambda: failing(ZEROS, np.arange(40) % 3), "labels out of range", r"0 to 2, .* outputs for 0\.\.1", [0, 1, 2]),
        (lambda: failing(ZEROS, np.arange(40) % 2 + 1), "labels out of range", "go from 1 to 2", [1, 2]),
        (lambda: failing(ZEROS, np.arange(40)[:, None] % 2), "a one-column target", r"target\[:, 0\]", (40, 1)),
        (
            lambda: failing(ZEROS, np.zeros(40), dense(2, 8, 1), loss=nn.MSELoss()),
            "a one-column target",
            r"target\[:, None\] makes them alike",
            (40,),
        ),
    ],
)  # fmt: skip
def test_errors_are_explained(make: Any, finding: str, says: str, experiment: Any) -> None:
    sick = make()
    found = nn.diagnose(sick)  # before any step
    assert found.names == (finding,)
    with pytest.raises(nn.errors.NNError):
        sick.run(1)
    found = nn.diagnose(sick)
    assert found.names == (finding,)
    assert __import__("re").search(says, found[0].sentence)
    seen = eval(found[0].experiment, {"nn": nn, "np": np, "trainer": sick})
    assert np.asarray(seen).tolist() == list(experiment)


def test_batch_norm_on_one_sample_is_explained() -> None:
    rng = np.random.default_rng(0)
    net = nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.Linear(8, 2))
    sick = failing(rng.standard_normal((33, 2)), np.arange(33) % 2, net)
    with pytest.raises(nn.errors.ShapeError):
        sick.run(2)
    found = nn.diagnose(sick)
    assert found.names == ("batch norm on one sample",)
    assert "33 samples in batches of 32 leave 1 for the last" in found[0].sentence
    assert eval(found[0].experiment, {"trainer": sick}) == 1
    sick.rewind(0)
    well = failing(rng.standard_normal((34, 2)), np.arange(34) % 2, net)
    well.run(2)
    assert "batch norm on one sample" not in nn.diagnose(well).names


def test_other_errors_are_given_as_they_are() -> None:
    found = nn.diagnose(failing(np.zeros((40, 3)), np.arange(40) % 2))
    assert found.names == ("an error",)
    assert "Linear(2 -> 8)" in found[0].sentence
    given = nn.diagnose(trainer(dense(2, 8, 2), nn.data.moons(seed=0)), error=KeyError("mine"))
    assert given.names == ("an error",)


# a loop of one's own


@pytest.mark.parametrize("forgets", [False, True])
def test_gradients_that_are_left_behind(forgets: bool) -> None:
    data, net = nn.data.moons(seed=0), dense(2, 8, 2)
    loss, optimizer = nn.CrossEntropyLoss(), nn.optim.Adam(net.parameters(), lr=0.01)

    def step() -> None:
        if not forgets:
            optimizer.zero_grad()
        loss(net(data.x[:32]), data.y[:32]).backward()
        optimizer.step()

    for _ in range(5):
        step()
    before = {name: array.tobytes() for name, array in net.state_dict().items()}
    grads = [param.grad for param in net.parameters()]
    found = nn.diagnosis.diagnose_parts(net, loss, optimizer, data, step=step)
    assert ("missing zero_grad" in found.names) == forgets
    assert {name: array.tobytes() for name, array in net.state_dict().items()} == before
    assert all(param.grad is grad for param, grad in zip(net.parameters(), grads, strict=True))
    if forgets:
        names = {"nn": nn, "step": step, "net": net, "optimizer": optimizer}
        assert not eval(found["missing zero_grad"].experiment, names).clean


@pytest.mark.parametrize("training", [False, True])
def test_a_loop_in_evaluation_mode(training: bool) -> None:
    net = normed()
    loss, optimizer = nn.CrossEntropyLoss(), nn.optim.SGD(net.parameters(), lr=0.1)
    net.train(training)

    def step() -> None:
        optimizer.zero_grad()
        loss(net(DIGITS.train.x[:32]), DIGITS.train.y[:32]).backward()
        optimizer.step()

    found = nn.diagnosis.diagnose_parts(net, loss, optimizer, DIGITS.train, step=step)
    assert ("batch norm in the wrong mode" in found.names) == (not training)
    assert net.training == training


def test_statistics_that_have_never_moved() -> None:
    made = batch_normed(True)
    made.run(3)
    made.net.train()
    found = nn.diagnose(made)
    assert "has never been in training mode" in found["batch norm in the wrong mode"].sentence


def test_a_rate_is_not_blamed_where_the_first_layers_get_next_to_nothing() -> None:
    net = dense(2, *[16] * 5, 3, activation=nn.Sigmoid)
    sick = trainer(net, nn.data.spiral(n=225, noise=0.05, seed=0), 0.05, optimizer=SGD)
    sick.run(100)
    found = nn.diagnose(sick)
    assert found.names == ("vanishing gradients",)
    finding = found["vanishing gradients"]
    assert 1e-4 < finding.evidence["ratio"] < 1e-3
    assert "tanh, which is four times as steep as sigmoid" in finding.sentence


def test_overfitting_is_seen_on_test_data_without_validation_data() -> None:
    data = nn.data.moons(n=200, noise=0.4, seed=0).split(test=0.25, seed=0)
    made = trainer(dense(2, 128, 128, 2, activation=nn.ReLU), data.train)
    made.run(30)
    assert nn.diagnose(made, test=data.test).names == ()
    made.run(1500)
    assert "overfitting" not in nn.diagnose(made).names  # nobody has told it of other data
    finding = nn.diagnose(made, test=data.test)["overfitting"]
    assert float(finding.evidence["training accuracy"]) > 0.95
    race = eval(finding.experiment, {"nn": nn, "trainer": made, "data": data})
    assert race.measure == "test loss"
    assert race.confirmed, repr(race)


def test_other_numbers_that_are_lost_beside_a_huge_one_are_no_copies() -> None:
    made = trainer(dense(2, 8, 2), nn.data.moons(seed=0))
    assert "symmetric units" not in nn.diagnose(made).names
    made.net[0].weight.data[0, 0] = 1e20
    assert "symmetric units" not in nn.diagnose(made).names
    made.net[0].weight.data[...] = np.nan
    assert "symmetric units" not in nn.diagnose(made).names


def test_batch_norm_on_one_sample_of_another_trainer() -> None:
    made = trainer(nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)), nn.data.moons(seed=0))
    with pytest.raises(ShapeError) as raised:
        made.net(np.ones((1, 2), np.float32))
    (finding,) = nn.diagnose(made, error=raised.value)
    assert finding.sentence.startswith("A batch of one sample has no variance to divide by. Use larger batches")
