"""Notebooks: magics and displays with a stand-in for IPython's shell, and a notebook that is really run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import nn
import repl
from autograd import Tensor
from repl import messages, notebook
from repl.notebook import CommandError
from repl.plots import Plot
from repl.views import rich

ROOT = Path(__file__).resolve().parents[2]


class Formatter(dict[type, Callable[[Any], str]]):
    """Displays by type, as IPython keeps them."""

    def for_type(self, kind: type, function: Callable[[Any], str]) -> None:
        self[kind] = function


class Shell:
    """As much of IPython's shell as an extension sees."""

    def __init__(self) -> None:
        self.user_ns: dict[str, Any] = {"In": [""], "graph": "mine"}
        self.html = Formatter()
        self.display_formatter = SimpleNamespace(formatters={"text/html": self.html}, format=lambda shown: (shown, {}))
        self.display_pub = SimpleNamespace(publish=lambda data, metadata: self.shown.append(data))
        self.magics_manager = SimpleNamespace(magics={"line": {"debug": "IPython's own"}, "cell": {}})
        self.shown: list[Any] = []

    def register_magic_function(self, function: Callable[..., Any], kind: str, name: str) -> None:
        for each in kind.split("_"):
            self.magics_manager.magics[each][name] = function

    def magic(self, name: str, line: str = "") -> Any:
        return self.magics_manager.magics["line"][name](line)

    def cell(self, text: str) -> Any:
        return self.magics_manager.magics["cell"]["chainrule"]("", text)


@pytest.fixture
def shell() -> Shell:
    made = Shell()
    notebook.load_ipython_extension(made)
    return made


def test_the_package_is_the_extension() -> None:
    assert repl.load_ipython_extension is notebook.load_ipython_extension
    assert repl.unload_ipython_extension is notebook.unload_ipython_extension


def test_commands_work_on_the_cells_names(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.magic("data", "moons n=40")
    shell.magic("net", "4 tanh")
    assert isinstance(shell.user_ns["net"], nn.Sequential)
    shell.user_ns["net"] = nn.Linear(2, 2)
    shell.magic("optim", "adam lr=0.1")
    shell.magic("train", "3")
    assert shell.user_ns["trainer"].net is shell.user_ns["net"]
    out = capsys.readouterr().out
    assert "  net = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 2))\n" in out
    assert "Step 3, epoch" in out
    assert "\x1b" not in out


def test_a_picture_is_the_value_of_the_cell(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    plot = shell.magic("plot", "activation tanh")
    assert isinstance(plot, Plot)
    assert capsys.readouterr().out.strip() == 'plots.activation_function("tanh")'
    assert "slope" in (shell.magics_manager.magics["line"]["plot"].__doc__ or "")
    assert shell.magic("explain", "tanh") is None
    assert "dL/dx" in capsys.readouterr().out


def test_a_name_of_the_notebooks_own_is_left_alone(shell: Shell) -> None:
    assert shell.cell("graph") is None
    assert shell.user_ns["graph"] == "mine"


def test_what_ipython_calls_by_that_name_stays_its_own(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    assert shell.magics_manager.magics["line"]["debug"] == "IPython's own"
    assert not {"quit", "exit"} & set(shell.magics_manager.magics["line"])
    shell.magic("chainrule", "help")
    assert "Any other line is Python" in capsys.readouterr().out


def test_a_cell_of_commands_and_python(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    assert shell.cell("plot activation relu\nx = 6 * 7\nx\nplot activation tanh\n# done\n") is None
    assert shell.user_ns["x"] == 42
    assert "42" in capsys.readouterr().out
    assert [plot.title[:4] for plot in shell.shown] == ["ReLU", "Tanh"]


def test_a_command_that_fails_ends_the_cell_with_one_sentence(shell: Shell) -> None:
    with pytest.raises(CommandError, match="train: got no data and no net") as caught:
        shell.magic("train", "5")
    assert caught.value._render_traceback_() == [str(caught.value)]
    assert "trainer" not in shell.user_ns
    assert shell.user_ns["In"] == [""]
    with pytest.raises(CommandError) as caught:
        shell.cell("def f():\n    return 1 / 0\n\nf()\nx = 1")
    assert caught.value._render_traceback_()[-1] == "ZeroDivisionError: division by zero"
    assert "x" not in shell.user_ns


def test_the_debugger_reads_its_own_words(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.cell("data moons n=40\nnet 4 tanh\nloss cross_entropy")
    capsys.readouterr()
    shell.magic("backward")
    shell.magic("chainrule", "next")
    shell.magic("chainrule", "quit")
    assert len(capsys.readouterr().out.split("\n")) > 4


def test_unloading_takes_everything_away(shell: Shell) -> None:
    shell.magic("data", "moons n=40")
    notebook.unload_ipython_extension(shell)
    assert shell.html == {}
    assert shell.magics_manager.magics == {"line": {"debug": "IPython's own"}, "cell": {}}
    assert "data" in shell.user_ns


def test_displays_are_for_tensors_and_modules(shell: Shell) -> None:
    assert shell.html[Tensor] is rich.tensor
    assert shell.html[nn.Module] is rich.module


def test_tables_are_in_the_language_of_the_session() -> None:
    messages.use("ko")
    weight = Tensor(np.ones((2, 3)), requires_grad=True)
    assert "경사도를 구함 · 평균 1, 표준편차 0" in rich.tensor(weight)
    assert "tanh의 결과" in rich.tensor(np.tanh(weight))
    assert "스칼라" in rich.tensor(Tensor(1.0))
    assert "이런 표 4개 가운데 첫째" in rich.tensor(Tensor(np.ones((4, 2, 2))))
    net = nn.Sequential(nn.Linear(2, 3))
    assert "<div>매개변수 9개</div>" in rich.module(net)
    net.requires_grad_(False)
    assert "매개변수 9개, 그 가운데 9개는 고정됨" in rich.module(net)


def test_a_tensor_is_a_table() -> None:
    x = Tensor(np.arange(6.0).reshape(2, 3), requires_grad=True, name="<x>")
    (x * 2).sum().backward()
    text = rich.tensor(x)
    assert text.count("<tr>") == 2
    assert text.count("<td") == 6
    assert "&lt;x&gt;" in text
    assert "2×3 · float64 · requires grad · mean 2.5, std 1.71 · grad rms 2" in text
    assert "computed by multiply" in rich.tensor(x * 2) or "computed by mul" in rich.tensor(x * 2)


def test_of_a_large_tensor_the_corners_are_shown() -> None:
    text = rich.tensor(Tensor(np.arange(10_000.0).reshape(2, 50, 100)))
    assert text.count("<tr>") == 9
    assert text.count("<td") == 99
    assert ">0</td>" in text
    assert ">5.0·10³</td>" in text
    assert "the first of 2 such tables" in text
    assert len(text) < 20_000


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (3.5, ">3.5</td>"),
        ([], "no element"),
        ([1, 2], ">2</td>"),
        ([np.nan, np.inf], "2 not finite"),
        ([True], ">True<"),
    ],
)
def test_tensors_of_every_kind(value: Any, shown: str) -> None:
    assert shown in rich.tensor(Tensor(np.array(value)))


def test_a_network_is_a_table_of_layers() -> None:
    net = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Sequential(nn.Linear(4, 3)))
    net[0].requires_grad_(False)
    text = rich.module(net)
    assert text.count("<tr>") == 6
    assert ">12</td>" in text
    assert ">15</td>" in text
    assert "27 parameters, 12 of them frozen" in text


def test_a_shared_parameter_is_counted_once() -> None:
    layer = nn.Linear(2, 2)
    assert "6 parameters<" in rich.module(nn.Sequential(layer, layer))


@pytest.mark.slow
def test_a_notebook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    sources = [
        "%load_ext repl",
        "%data spiral n=60\n%net 8 tanh\n%optim adam lr=0.02\n%train 20",
        "%curve",
        "net",
        "net[0].weight",
        "%graph",
        "%%chainrule\nhist\nboundary",
        "%net 5 16 tanh",
    ]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    client = nbclient.NotebookClient(
        book, timeout=300, kernel_name="python3", allow_errors=True, resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    cells = [cell.outputs for cell in book.cells]
    kinds = [[key for output in cell if "data" in output for key in output.data] for cell in cells]
    assert cells[0] == []
    assert "20 steps in" in "".join(output.text for output in cells[1])
    for place in (2, 5):
        assert {"image/svg+xml", "text/plain"} <= set(kinds[place])
    assert set(kinds[3]) == set(kinds[4]) == {"text/html", "text/plain"}
    assert kinds[6].count("image/svg+xml") == 2
    (error,) = (output for output in cells[7] if output.output_type == "error")
    assert error.ename == "CommandError"
    assert error.traceback == [error.evalue]
    assert "got a network for 5 inputs" in error.evalue
