"""export torch and onnx, --json, doctor: what leaves the shell for other programs."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from nn.threads import VARIABLES
from repl import Session
from repl.plan import registered
from repl.results import Checkup
from repl.views.jsonlines import JsonLines
from repl.views.screen import Screen
from repl.views.transcript import draw

READY = ("data iris", "net 8 tanh", "optim adam lr=0.01")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_export_torch_writes_the_network_and_once_it_is_trained_its_training(shell: Any, folder: Path) -> None:
    shell.run(*READY, "export torch net.py")
    text = (folder / "net.py").read_text()
    ast.parse(text)
    assert "nn.Linear(4, 8)" in text
    assert "torch.optim" not in text
    assert text.split("\n")[1].endswith("uses them: found = make_net()")
    shell.run("train 2", "export torch net.py")
    text = (folder / "net.py").read_text()
    assert "optim.Adam" in text
    assert text.split("\n")[1].endswith("uses them: found = train(make_net(), x, y, epochs)")


def test_export_onnx_gives_what_the_network_gives(shell: Any, folder: Path) -> None:
    runtime = pytest.importorskip("onnxruntime")
    shell.run(*READY, "train 5", "export onnx net.onnx")
    x = shell["data"].test.x
    found = runtime.InferenceSession(str(folder / "net.onnx")).run(None, {"input": x})[0]
    assert np.allclose(found, shell["net"](x).detach().numpy(), atol=1e-5)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("export torch", "torch and no file"),
        ("export onnx", "onnx and no file"),
        ("export torch net.onnx", "a name that ends in .py"),
        ("export onnx net.py", "a name that ends in .onnx"),
        ("export session.py more.py", "one word too many"),
        ("export torch mine.py", "was not written by export"),
        ("export onnx mine.onnx", "was not written by export"),
    ],
)
def test_a_slip_says_what_to_do(shell: Any, folder: Path, line: str, said: str) -> None:
    for name in ("mine.py", "mine.onnx"):
        (folder / name).write_text("mine")
    shell.run(*READY)
    assert said in shell.fail(line)
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"mine.py": "mine", "mine.onnx": "mine"}


def test_a_script_may_be_called_torch(shell: Any, folder: Path) -> None:
    shell.run("x = 1", "export torch.py")
    assert "x = 1" in (folder / "torch.py").read_text()


def test_json_is_a_line_for_each_result(chainrule: Any) -> None:
    done = chainrule(
        "--json", "-c", 'data iris\nnet 8 tanh\noptim adam\n# a comment\n\ntrain 3\nfloat("nan")\nshow\ngraph'
    )
    assert done.code == 0
    found = [json.loads(line) for line in done.out.splitlines()]
    assert [each["line"] for each in found] == ["data iris", "net 8 tanh", "optim adam", "train 3", 'float("nan")',
                                                "show", "graph"]  # fmt: skip
    training = found[3]["report"]
    assert (training["type"], training["steps"]) == ("Training", 3)
    assert isinstance(training["last_loss"], float)
    assert found[5]["report"]["scores"][0]["part"] == "train"
    assert found[6]["report"]["type"] == "Drawing"


def test_json_of_a_failure(chainrule: Any) -> None:
    done = chainrule("--json", "-c", "1 / 0")
    assert done.code == 1
    (found,) = [json.loads(line) for line in done.out.splitlines()]
    assert found["failure"]["kind"] == "python"
    assert found["report"] is None


def test_what_a_line_prints_is_in_its_record(chainrule: Any) -> None:
    done = chainrule("--json", "-c", "for i in range(2): print('hello', i)\n[print('once'), 7][1]\nprint('x'); 1 / 0")
    found = [json.loads(line) for line in done.out.splitlines()]
    assert [each["printed"] for each in found] == ["hello 0\nhello 1\n", "once\n", "x\n"]
    assert found[1]["report"]["text"] == "7"
    assert found[2]["failure"]["kind"] == "python"


def test_a_word_on_the_configuration_is_no_json(chainrule: Any, tmp_path: Path) -> None:
    (tmp_path / "odd.toml").write_text("theme = 'pink'\n")
    done = chainrule("--json", "--config", "odd.toml", "-c", "1 + 1")
    assert "theme" in done.err
    assert [json.loads(line)["report"]["text"] for line in done.out.splitlines()] == ["2"]


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(name for name in registered if name not in ("quit", "exit", "live", "sweep")))
def test_every_command_has_json_with_the_same_keys(name: str, screen: Callable[..., Screen], folder: Path) -> None:
    out = screen()
    paper, session = JsonLines(out, screen()), Session()
    lines = [*registered[name].examples, f"%{name} nothing --such=thing"]  # type: ignore[attr-defined]
    for line in lines:
        paper.run(session, line)
    written = out.stream.getvalue().splitlines()  # type: ignore[attr-defined]
    found = [json.loads(line, parse_constant=pytest.fail) for line in written]
    keys = ["line", "command", "code", "report", "failure", "notes", "printed"]
    assert [list(each) for each in found] == [keys] * len(found)
    assert all((each["report"] is None) != (each["failure"] is None) or each["code"] for each in found)
    assert found[-1]["failure"]["message"]


def test_json_has_strict_numbers(chainrule: Any) -> None:
    lines = "data iris\nnet 8 relu\noptim sgd lr=1e30\ntrain 5"
    done = chainrule("--json", "-c", lines)
    for line in done.out.splitlines():
        json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert '"nan"' in done.out or '"inf"' in done.out


def test_doctor_looks_at_everything(shell: Any, screen: Callable[..., Screen]) -> None:
    report = shell.run("doctor").report
    assert isinstance(report, Checkup)
    names = [row.name for row in report.rows]
    assert {"Python", "numpy", "dot", "pygraphviz", "matplotlib", "fonts", "terminal", "threads"} <= set(names)
    assert all(row.advice for row in report.rows if not row.found)
    text = draw(report, screen(60))
    assert max(map(len, text.split("\n"))) <= 60


def test_doctor_says_how_to_get_what_is_missing(
    shell: Any, screen: Callable[..., Screen], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    report = shell.run("doctor").report
    dot = next(row for row in report.rows if row.name == "dot")
    assert dot.found == ""
    assert "install Graphviz" in dot.advice
    assert "✗ dot" in draw(report, screen())


def test_doctor_says_how_many_threads_blas_has_now(shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> str:
        return next(row.found for row in shell.run("doctor").report.rows if row.name == "threads")

    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MKL_NUM_THREADS", "7")
    for count in (1, 2):
        with nn.num_threads(count):
            assert found().endswith(f", threads: {count}")
    monkeypatch.setattr("nn.threads.adjustable", lambda: False)
    assert found().endswith(", threads: 7")
    monkeypatch.delenv("MKL_NUM_THREADS")
    assert found().endswith(", threads: all")
    for cores, said in ((1, "1 core; "), (3, "3 cores; ")):
        monkeypatch.setattr("nn.threads.cores", lambda cores=cores: cores)
        assert found().startswith(said)
