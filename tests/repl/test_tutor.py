"""why and check: findings with evidence and a cure, experiments beside the run, gradients that are checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from autograd import primitive
from repl.results import Counterfactual, Findings, GradientCheck
from repl.views.screen import Screen
from repl.views.transcript import draw

VANISHING = ("data spiral", "net " + "16 sigmoid " * 5, "init alexnet", "optim sgd lr=0.1")


def findings(shell: Any, line: str = "why") -> Findings:
    report = shell.run(line).report
    assert isinstance(report, Findings)
    return report


def test_why_names_what_is_wrong_with_evidence(shell: Any) -> None:
    shell.run(*VANISHING, "train 5")
    (row,) = findings(shell).rows
    assert (row.number, row.name, row.where) == (1, "vanishing gradients", "0.weight")
    assert float(dict(row.evidence)["ratio"]) < 1e-8
    assert findings(shell).looked == "step 5"


def test_why_before_the_first_step_makes_the_trainer(shell: Any) -> None:
    shell.run(*VANISHING)
    assert findings(shell).looked == "the run before its first step"
    assert shell["trainer"].step_count == 0


def test_a_healthy_run_has_no_finding(shell: Any, screen: Callable[..., Screen]) -> None:
    shell.run("data iris", "net 16 tanh", "optim adam lr=0.01", "train 50")
    report = findings(shell)
    assert report.rows == ()
    assert draw(report, screen()).startswith("✓ Nothing stands out")
    assert "no finding to try" in shell.fail("why --try")


def test_the_experiment_runs_beside_the_run(shell: Any) -> None:
    shell.run(*VANISHING, "train 5")
    before = {name: value.copy() for name, value in shell["net"].state_dict().items()}
    report = shell.run("why --try").report
    assert isinstance(report, Counterfactual)
    assert report.confirmed
    assert report.clear
    assert report.averaged == 10
    assert report.changed < 0.9 * report.as_it_is
    assert len(report.losses) == len(report.losses_changed) == report.steps
    assert shell["trainer"].step_count == 5
    assert all((before[name] == value).all() for name, value in shell["net"].state_dict().items())


def test_a_cure_that_works_slowly_is_waited_for(shell: Any) -> None:
    shell.run("data spiral", "net 16 tanh", "optim sgd lr=0.001", "train 100")
    assert [row.name for row in findings(shell).rows] == ["too slow"]
    report = shell.run("why --try").report
    assert (report.confirmed, report.steps) == (True, 200)
    assert len(report.losses) == len(report.losses_changed) == 200


def test_a_difference_that_chance_makes_is_called_so(screen: Callable[..., Screen]) -> None:
    losses, others = (1.0, 0.5) * 50, (0.4, 1.0) * 50
    report = Counterfactual(
        "vanishing gradients", "rate_times(10)", 100, "training loss", 0.75, 0.7, False, False, False, 10, (0.26, 0.32),
        losses, others, (),
    )  # fmt: skip
    told = draw(report, screen(width=200)).split("\n")
    assert told[-2].startswith("After 100 more steps: training loss 0.75 ± 0.3 as it is, 0.7 ± 0.3 with that change.")
    assert "(Means over the last 10 steps ± their spread.)" in told[-2]
    assert told[-1].startswith("✗ Not decided within 100 steps: the two differ by no more than chance does")
    gaining = draw(replace(report, clear=True), screen(width=200)).split("\n")
    assert gaining[-1].startswith("✗ Not decided within 100 steps: with that change the loss gains on the other")
    settled = draw(replace(report, clear=True, decided=True, averaged=0, spreads=(0.0, 0.0)), screen(width=200)).split(
        "\n"
    )
    assert settled[-2] == "After 100 more steps: training loss 0.75 as it is, 0.7 with that change."
    assert settled[-1].startswith("✗ Not confirmed")


@pytest.mark.parametrize(
    ("lines", "name", "cure"),
    [
        (VANISHING, "vanishing gradients", ("net " + "16 tanh " * 5).strip()),
        (("data iris standardize=no", "net 8 tanh", "optim adam lr=0.01"), "all-positive features",
         "data iris standardize=yes"),
        (("data spiral", "net 16 tanh", "optim sgd lr=1e-7", "train 40"), "learning rate too small", "lr "),
        (("data digits", "net 32 tanh", "optim sgd lr=0.001", "train 80"), "too slow", "lr 0.01"),
        (("data spiral", "net 16 relu 16 relu", "init constant val=0.5", "optim adam lr=0.01"), "symmetric units",
         "init "),
    ],
)  # fmt: skip
def test_the_cure_is_a_command_that_cures(shell: Any, lines: tuple[str, ...], name: str, cure: str) -> None:
    shell.run(*lines, "train 5")
    row = next(row for row in findings(shell).rows if row.name == name)
    assert row.cure[-1].startswith(cure) or row.cure[0].startswith(cure)
    shell.run(*row.cure, "train 5")
    assert name not in [row.name for row in findings(shell).rows]


def test_one_finding_by_its_number(shell: Any) -> None:
    shell.run(*VANISHING, "train 5")
    assert [row.number for row in findings(shell, "why 1").rows] == [1]
    assert "finding 2; expected 1 to 1" in shell.fail("why 2")
    assert "finding 2; expected 1 to 1" in shell.fail("why 2 --try")
    assert "1 or more" in shell.fail("why 0")


def test_what_why_needs(shell: Any) -> None:
    assert "data digits" in shell.fail("why")
    shell.run("data iris", "net 8 tanh", "optim adam")
    assert "say `why` first" in shell.fail("why --try")


def test_an_error_is_explained(shell: Any) -> None:
    shell.run("data spiral n=300", "net 16 bn tanh", "loss cross_entropy", "optim adam")
    shell.run("trainer = nn.Trainer(net, loss, optimizer, data.train)")  # one's own: its last batch has one sample
    shell.fail("train 20")
    (row,) = findings(shell).rows
    assert row.name == "batch norm on one sample"
    assert row.cure == ()


def test_check_of_a_right_network(shell: Any, screen: Callable[..., Screen]) -> None:
    shell.run("data iris", "net 8 tanh")
    report = shell.run("check 4").report
    assert isinstance(report, GradientCheck)
    assert [row.parameter for row in report.rows] == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert all(row.right for row in report.rows)
    assert "✓ Backpropagation is right: 15 elements" in draw(report, screen())


def test_check_of_many_parameters_measures_fewer_elements_of_each(shell: Any) -> None:
    shell.run("data iris", "net" + " 4 tanh" * 30)
    report = shell.run("check").report
    assert isinstance(report, GradientCheck)
    assert max(row.elements for row in report.rows) <= 8
    assert shell.echoes[-1].endswith("elements=8)")


def test_check_of_a_rule_that_is_wrong(shell: Any, screen: Callable[..., Screen]) -> None:
    import nn

    wrong = primitive(vjp=lambda g, y, x: 2 * g, name="wrong")(lambda x: x * 1.0)

    class Wrong(nn.Module):
        def forward(self, x: Any) -> Any:
            return wrong(x)

    shell.run("data iris")
    shell.session.namespace["net"] = nn.Sequential(nn.Linear(4, 5), Wrong(), nn.Linear(5, 3))
    text = draw(shell.run("check").report, screen())
    assert "disagree in 0.weight, 0.bias: a rule there is wrong" in " ".join(text.split())


@pytest.mark.parametrize("width", [20, 40, 80])
def test_no_line_is_longer_than_the_screen(shell: Any, screen: Callable[..., Screen], width: int) -> None:
    shell.run(*VANISHING, "train 5")
    for line in ("why", "why --try", "check 2"):
        for drawn in draw(shell.run(line).report, screen(width)).split("\n"):
            assert len(drawn) <= width, drawn
