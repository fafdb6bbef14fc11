"""The commands that plot: the Python that they stand for, what they show, what they write, what they refuse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from repl.plots import Plot
from repl.results import Plotted, Value


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("hist", "plots.activation_histograms(net, data.train)"),
        ("hist weights", "plots.weight_histograms(net)"),
        ("hist gradients", "plots.gradient_histograms(net, data.train, loss)"),
        ("confusion", "plots.confusion(net, data.test)"),
        ("confusion train theme=dark", 'plots.confusion(net, data.train, theme="dark")'),
        ("weights", "plots.weight_images(net)"),
        ("weights 3", "plots.weight_images(net, count=3)"),
        ("boundary", "plots.decision_boundary(net, data.train)"),
        ("boundary test", "plots.decision_boundary(net, data.test)"),
        ("surface", "plots.loss_surface(net, data.train, loss)"),
        (
            "surface sgd steps=3",
            'plots.loss_surface(net, data.train, loss, optimizers=("sgd",), steps=3)',
        ),
        (
            "surface sgd adam=0.05 steps=3 seed=2",
            'plots.loss_surface(net, data.train, loss, optimizers={"sgd": None, "adam": 0.05}, steps=3, seed=2)',
        ),
        (
            "surface adam=0.1 steps=3 x=0.weight[0,0] y=0.bias[1]",
            (
                'plots.loss_surface(net, data.train, loss, optimizers={"adam": 0.1}, steps=3, '
                'parameters=("0.weight[0,0]", "0.bias[1]"))'
            ),
        ),
        ("surface directions=random", 'plots.loss_surface(net, data.train, loss, directions="random")'),
        ("plot activation elu", 'plots.activation_function("elu")'),
        ("plot flow", "plots.gradient_flow(net, data.train, loss)"),
        ("plot drift steps=3", "plots.input_drift(trainer, steps=3)"),
        ("plot drift 1 steps=3", 'plots.input_drift(trainer, "1", steps=3)'),
    ],
)
def test_a_command_is_a_spelling_of_python(shell: Any, line: str, code: str) -> None:
    shell.quick()
    report = shell.run(line).report
    assert isinstance(report, Plotted)
    assert isinstance(report.plot, Plot)
    assert shell.echoes[-1] == code
    again = shell.run(code).report
    assert isinstance(again, Plotted)
    assert again.plot is not None
    assert again.plot.text(width=60) == report.plot.text(width=60)


def test_curve_is_of_the_run_or_of_those_that_are_named(shell: Any) -> None:
    shell.quick()
    shell.run("train 3", "curve")
    assert shell.echoes[-1] == "plots.loss_curve(trainer)"
    shell.run("first = trainer.history", "curve --log")
    assert shell.echoes[-1] == "plots.loss_curve(trainer, log=True)"
    shell.run("curve first trainer")
    assert shell.echoes[-1] == 'plots.loss_curve({"first": first, "trainer": trainer})'


def test_images_of_the_data_and_what_the_net_takes_them_for(shell: Any) -> None:
    shell.run("data digits", "plot images")
    assert shell.echoes[-1] == "plots.images(data)"
    shell.run("net 8 relu", "plot images")
    assert shell.echoes[-1] == "plots.images(data, net)"


def test_a_loss_for_one_output_is_passed_on(shell: Any) -> None:
    shell.run("data moons", "net = nn.Linear(2, 1)", "loss bce_with_logits", "boundary")
    assert shell.echoes[-1] == "plots.decision_boundary(net, data.train, loss)"


def test_a_loss_that_nobody_chose_is_made(shell: Any) -> None:
    shell.run("data moons", "net 4 tanh", "plot flow")
    assert shell.echoes[-2:] == ["loss = nn.CrossEntropyLoss()", "plots.gradient_flow(net, data.train, loss)"]


@pytest.mark.parametrize(
    ("line", "file"),
    [
        ("hist --svg h.svg", "h.svg"),
        ("hist svg=h", "h.svg"),
        ("confusion --png 'a b.PNG'", "a b.PNG"),
        ("plot activation tanh --svg deep/t.svg", "deep/t.svg"),
    ],
)
def test_a_picture_is_written_and_named(
    shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, file: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deep").mkdir()
    shell.quick()
    report = shell.run(line).report
    assert report == Plotted(None, file)
    assert (tmp_path / file).stat().st_size > 1000


def test_an_exported_session_has_the_pictures_that_were_written_and_no_others(
    shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shell.quick()
    shell.run("hist", "confusion --svg c.svg", "export s.py")
    script = (tmp_path / "s.py").read_text("utf-8")
    assert "from repl import plots" in script
    assert 'plots.confusion(net, data.test).save("c.svg")' in script
    assert "activation_histograms" not in script


def test_python_that_gives_a_plot_shows_it(shell: Any) -> None:
    assert isinstance(shell.run("plots.loss_curve([1.0, 2.0])").report, Plotted)
    assert isinstance(shell.run("plots").report, Value)


def test_a_plot_does_not_disturb_the_run(shell: Any) -> None:
    shell.quick()
    shell.run("train 3")
    before = [param.readonly.copy() for param in shell["net"].parameters()]
    shell.run("hist gradients", "boundary", "surface sgd steps=3", "plot drift steps=3", "confusion", "curve")
    after = [param.readonly for param in shell["net"].parameters()]
    assert all(map(np.array_equal, before, after))
    assert shell["trainer"].step_count == 3


@pytest.mark.parametrize(
    ("lines", "line", "message"),
    [
        ([], "curve", "curve: got no step of training yet; expected one or more; do `train 200` first."),
        (["data iris"], "curve trainr", "unknown run 'trainr'"),
        ([], "hist", "hist: got no data and no net yet; expected both; do `data digits` first."),
        (["data iris", "net 4 tanh"], "hist wieghts", "did you mean weights?"),
        (["data iris", "net 4 tanh"], "surface sdg", "did you mean sgd?"),
        (["data iris", "net 4 tanh"], "surface sgd=0.1 sgd=1", "each optimiser once"),
        (["data iris", "net 4 tanh"], "surface sgd=fast", "sgd with the learning rate 'fast'; expected a number"),
        (["data iris", "net 4 tanh"], "surface x=0.weight[0,0]", "got one axis; expected x and y, or neither"),
        (["data iris", "net 4 tanh"], "surface x=0.weight[9,9] y=0.bias[0]", "choose a place inside"),
        (["data iris", "net 4 tanh"], "hist --svg a --png b", "2 files; expected one at a time"),
        (["data iris"], "plot images", "images: got samples of shape (4,)"),
        ([], "plot activation", "try `plot activation tanh`"),
        ([], "plot activation tahn", "did you mean tanh?"),
        ([], "plot flow net", "got 'net' after flow"),
        (["data iris", "net 4 tanh"], "plot drift", "no optimizer yet"),
        (["data iris", "net 4 tanh", "optim adam"], "plot drift 7", "unknown layer '7'"),
    ],
)
def test_refusals_teach(shell: Any, lines: list[str], line: str, message: str) -> None:
    shell.run(*lines)
    names = set(shell.session.namespace)
    assert message in shell.fail(line)
    assert set(shell.session.namespace) - names <= {"nn", "plots", "last_error"}
