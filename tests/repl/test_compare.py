"""compare and sweep: runs under several settings, side by side, from the same first weights."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from repl.commands.compare import _spaced
from repl.results import Comparing, Swept
from repl.views.progress import Meter
from repl.views.screen import Screen
from repl.views.transcript import draw
from tests.repl.test_script import exported

READY = ("data spiral", "net 8 tanh 8 tanh", "optim sgd lr=0.1")


def test_it_is_a_spelling_of_nn_compare(shell: Any) -> None:
    shell.run(*READY)
    report = shell.run("compare net.norm=none,batch lr=0.1,1 steps=4").report
    assert isinstance(report, Comparing)
    assert shell.echoes[-1] == (
        'comparison = nn.compare(trainer, {"norm": ["none", "batch"], "lr": [0.1, 1]}, steps=4, test=data.test)'
    )
    assert [row.name for row in report.rows] == [
        f"norm={norm} lr={lr}" for norm in ("none", "batch") for lr in (0.1, 1)
    ]
    assert all(len(row.losses) == 4 and row.accuracy is not None for row in report.rows)
    assert sum(row.best for row in report.rows) <= 1
    assert shell["comparison"].steps == 4


def test_the_run_stays_where_it_is(shell: Any) -> None:
    shell.run(*READY, "train 7")
    before = {name: value.copy() for name, value in shell["net"].state_dict().items()}
    shell.run("compare init=alexnet,he steps=3")
    assert shell["trainer"].step_count == 7
    assert all((before[name] == value).all() for name, value in shell["net"].state_dict().items())


def test_progress_goes_over_all_runs(shell: Any) -> None:
    shell.run(*READY, "compare lr=0.1,1,2 steps=4")
    assert [(event.done, event.total) for event in shell.progress] == [(done, 12) for done in range(1, 13)]


def test_ctrl_c_ends_it_between_two_steps(shell: Any) -> None:
    shell.run(*READY, "train 2")
    tell = shell.session.observer._tell

    def press(event: Any) -> None:
        tell(event)
        if len(shell.progress) == 5:
            signal.raise_signal(signal.SIGINT)

    shell.session.observer._tell = press
    assert "interrupted; nothing was changed" in shell.fail("compare lr=0.1,1 steps=50")
    assert len(shell.progress) < 10
    assert "comparison" not in shell.session.namespace


def test_the_picture(shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    report = shell.run(*READY, "compare lr=0.1,1 steps=4 --svg lr").report
    assert isinstance(report, Comparing)
    assert report.path == "lr.svg"
    picture = (tmp_path / "lr.svg").read_text()
    assert "<svg" in picture
    assert "log scale" not in picture
    shell.run("compare lr=0.1,1000 steps=20 --svg far")
    assert "log scale" in (tmp_path / "far.svg").read_text()  # as it is drawn in the terminal


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("compare", "nothing to vary"),
        ("compare lr", "the name, = and the values"),
        ("compare lr=", "the name, = and the values"),
        ("compare depth=1,2", "an unknown setting 'depth'"),
        ("compare net.norm=bach", "norm='bach'"),
        ("compare lr=0.1 steps=0", "1 or more"),
        ("compare init=hee", "hee"),
    ],
)
def test_a_slip_says_what_to_do(shell: Any, line: str, said: str) -> None:
    shell.run(*READY)
    assert said in shell.fail(line)


def test_what_it_needs(shell: Any) -> None:
    assert "data digits" in shell.fail("compare lr=0.1")


@pytest.mark.parametrize("width", [20, 40, 80])
def test_it_is_drawn_within_the_screen(shell: Any, screen: Callable[..., Screen], width: int) -> None:
    text = draw(shell.run(*READY, "compare lr=1e-7,1,1e9 steps=45").report, screen(width))
    assert max(map(len, text.split("\n"))) <= width
    assert "diverges" in text
    assert "smoothed" not in text


def test_a_sweep_is_a_spelling_of_nn_sweep(shell: Any, screen: Callable[..., Screen]) -> None:
    shell.run(*READY)
    report = shell.run("sweep lr=0.01,1 net.norm=none,batch steps=10 repeats=2").report
    assert isinstance(report, Swept)
    assert shell.echoes[-1] == (
        "found = nn.sweep(nn.comparison.Variation(trainer, steps=10, test=data.test), "
        '{"lr": [0.01, 1], "norm": ["none", "batch"]}, repeats=2, metric="loss")'
    )
    assert report.columns == ("lr", "norm", "loss", "accuracy", "seed", "")
    assert len(report.rows) == 8
    losses = [float(row[2]) for row in report.rows]
    assert losses == sorted(losses)
    assert report.failed == 0
    assert shell["trainer"].step_count == 0
    assert "accuracy" in draw(report, screen())


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("lr=1e-4..1", "nn.sweeping.loguniform(0.0001, 1)"),
        ("net.drop=0..0.5", "nn.sweeping.uniform(0, 0.5)"),
        ("batch=8..64", "nn.sweeping.integers(8, 64)"),
        ("lr=0.1,1", "[0.1, 1]"),
        ("init=he", '["he"]'),
    ],
)
def test_what_is_tried_of_a_setting(word: str, written: str) -> None:
    name, text = _spaced(word)
    assert (name, text) == (word.partition("=")[0].removeprefix("net."), written)


def test_a_sweep_is_kept_in_a_file(shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shell.run(*READY, "sweep lr=0.1 steps=5 file=rows.jsonl")
    assert (tmp_path / "rows.jsonl").exists()
    assert len(shell.run("sweep lr=0.1,1 steps=5 file=rows.jsonl").report.rows) == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("sweep", "nothing to vary"),
        ("sweep lr=0.1..1", "a range without runs="),
        ("sweep lr=1..0.1 runs=2", "a range from less to more"),
        ("sweep lr=1..x runs=2", "a range from less to more"),
    ],
)
def test_a_slip_in_a_sweep_says_what_to_do(shell: Any, line: str, said: str) -> None:
    shell.run(*READY)
    assert said in shell.fail(line)


def test_a_script_compares_and_sweeps_without_a_guard(shell: Any, tmp_path: Path) -> None:
    shell.run(*READY, "compare lr=0.1,1 steps=5", "sweep lr=0.1,1 steps=5", "train 3")
    printed = exported(shell, tmp_path)
    assert str(shell["comparison"]) in printed
    for row in shell["found"]:
        assert f"{row.metrics['loss']:.4g}" in printed
    assert f"step 3: loss {shell['trainer'].history[-1].loss}" in printed


def test_a_network_of_a_class_that_was_typed_in_is_swept_in_this_process(shell: Any) -> None:
    shell.run("data spiral", "class Own(nn.Sequential): pass", "net = Own(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 3))")
    report = shell.run("optim sgd lr=0.1", "sweep lr=0.1,1 steps=5").report
    assert (len(report.rows), report.failed) == (2, 0)
    assert shell.echoes[-1].endswith(", workers=0)")


def test_a_sweep_tells_how_far_it_is(shell: Any, screen: Callable[..., Screen]) -> None:
    shell.run("data spiral", "class Own(nn.Sequential): pass", "net = Own(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 3))")
    shell.run("optim sgd lr=0.1", "sweep lr=0.1,1,2 steps=3")
    assert [(each.done, each.total, each.unit) for each in shell.progress] == [(n, 3, "run") for n in range(4)]
    meter = Meter(screen(60, terminal=True))
    assert "run 0/3" in meter.line(shell.progress[0])
    assert "nan" not in meter.line(shell.progress[0])
    assert re.search(r"run 2/3  loss \d\.\d+ +[\d.]+ s left", meter.line(shell.progress[2]))


def test_a_tie_is_marked_and_no_run_is_called_the_best(shell: Any, screen: Any) -> None:
    shell.run("data spiral", "net 16 tanh", "optim sgd lr=0.1")
    report = shell.run("compare batch=31,32 steps=30").report
    assert sorted((row.best, row.tied) for row in report.rows) == [(False, True), (True, False)]
    drawn = draw(report, screen(200))
    assert "within the noise" in drawn.partition("ends lowest")[0]
    assert " best" not in drawn
    assert "more steps would decide." in drawn
