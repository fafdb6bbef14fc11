from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor
from autograd.errors import GraphError
from repl import graph
from repl.drawing import Graph, Saved
from repl.errors import FileError, ReplError, UsageError
from repl.views import dot

ROOT = Path(__file__).parents[2]

needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="no program dot")


def loss_of(net: nn.Module) -> Tensor:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(8, 2)).astype(np.float32), rng.integers(0, 3, 8)
    loss: Tensor = nn.CrossEntropyLoss()(net(x), y)
    return loss


def net_of() -> nn.Sequential:
    nn.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 3))


def inside(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def drawing() -> Graph:
    net = net_of()
    return graph(loss_of(net), net=net)


@pytest.fixture
def no_graphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "pygraphviz", None)


@needs_dot
@pytest.mark.parametrize(
    ("name", "begins"), [("a.svg", b"<?xml"), ("a.PNG", b"\x89PNG"), ("a.pdf", b"%PDF"), ("a.dot", b"digraph")]
)
def test_the_suffix_says_how(drawing: Graph, tmp_path: Path, name: str, begins: bytes) -> None:
    saved = drawing.save(tmp_path / name)
    assert saved == Saved(tmp_path / name)
    assert str(saved) == str(tmp_path / name)
    assert Path(saved).read_bytes().startswith(begins)
    assert inside(tmp_path) == [name], "nothing is left beside it"


@needs_dot
def test_dpi_is_for_bitmaps(drawing: Graph, tmp_path: Path) -> None:
    def width(dpi: int) -> int:
        content = Path(drawing.save(tmp_path / "a.png", dpi=dpi)).read_bytes()
        return int(struct.unpack(">I", content[16:20])[0])

    assert width(200) == pytest.approx(2 * width(100), rel=0.01)
    assert drawing.save(tmp_path / "a.svg", dpi=50).path.read_bytes() == drawing.svg.encode()  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["flow.bmp", "flow", "flow.svg.txt", ".svg", ""])
def test_another_suffix_names_the_known_ones(drawing: Graph, tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"ends in \.svg, \.png, \.pdf, \.dot or \.html; choose one of them\.$"):
        drawing.save(tmp_path / name if name else "")
    assert inside(tmp_path) == []


@pytest.mark.parametrize("dpi", [0, -1, 19, 1201])
def test_dpi_has_a_range(drawing: Graph, tmp_path: Path, dpi: int) -> None:
    with pytest.raises(UsageError, match=rf"graph: got dpi={dpi}; expected 20 to 1200"):
        drawing.save(tmp_path / "a.png", dpi=dpi)


def test_a_folder_is_not_a_file(drawing: Graph, tmp_path: Path) -> None:
    (tmp_path / "flow.svg").mkdir()
    (tmp_path / "flow.dot").mkdir()
    for name in ("flow.svg", "flow.dot"):
        with pytest.raises(
            FileError, match=r"flow\.\w+', which cannot be written \(.*(folder|directory).*\); expected a file"
        ):
            drawing.save(tmp_path / name)
    assert inside(tmp_path) == ["flow.dot", "flow.svg"]


@pytest.mark.parametrize("name", ["missing/flow.dot", "file/flow.dot", "x" * 300 + ".dot", "a\0b.dot"])
def test_a_file_that_cannot_be_written_is_named(drawing: Graph, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(FileError, match="graph: got ") as caught:
        drawing.save(f"{tmp_path}/{name}")
    assert Path(name).name.replace("\0", "\\x00") in str(caught.value)
    assert inside(tmp_path) == ["file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_read_only(drawing: Graph, tmp_path: Path) -> None:
    (tmp_path / "flow.dot").write_text("old")
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(FileError, match=r"flow\.dot"):
            drawing.save(tmp_path / "flow.dot")
    finally:
        tmp_path.chmod(0o755)
    assert (tmp_path / "flow.dot").read_text() == "old"


def test_a_write_that_fails_half_way_leaves_the_old_file(
    drawing: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "flow.dot").write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(FileError, match="no space left on device"):
        drawing.save(tmp_path / "flow.dot")
    assert (tmp_path / "flow.dot").read_text() == "old"
    assert inside(tmp_path) == ["flow.dot"]


def test_names_and_homes(drawing: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    saved = drawing.save("~/größe 变量.dot")
    assert saved.path == tmp_path / "größe 变量.dot"
    assert saved.path.read_text("utf-8") == drawing.dot


def test_without_graphviz_there_is_a_dot_file_and_advice(drawing: Graph, tmp_path: Path, no_graphviz: None) -> None:
    saved = drawing.save(tmp_path / "flow.svg")
    assert saved.path == tmp_path / "flow.dot"
    assert saved.path.read_text("utf-8") == drawing.dot
    assert saved.advice.startswith("wrote flow.dot, not flow.svg: no program dot on PATH; no package pygraphviz; ")
    assert "\n" not in saved.advice
    assert str(saved) == f"{saved.path}\n{saved.advice}"
    assert drawing.svg is None
    assert list(drawing._repr_mimebundle_()) == ["text/plain"]
    assert "loss = cross-entropy(layer 2, y)" in str(drawing)


def test_a_picture_that_lacks_something_is_written_and_said(
    drawing: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dot, "render", lambda *_, **__: dot.Rendered(b"PNG", dot.NO_FONTS))
    saved = drawing.save(tmp_path / "flow.png")
    assert saved == Saved(tmp_path / "flow.png", dot.NO_FONTS)
    assert saved.path.read_bytes() == b"PNG"


def test_a_script_without_graphviz_ends_well(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['pygraphviz'] = None\n"
        "from autograd import Tensor; from repl import graph; import numpy as np\n"
        "g = graph(np.tanh(Tensor(2.0, requires_grad=True, name='w') * 3.0)); print(g); print(g.save('flow.svg'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PATH": "", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert inside(tmp_path) == ["flow.dot"]
    assert "│ w         2 │" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("wrote flow.dot, not flow.svg")


@needs_dot
def test_a_notebook_gets_picture_and_text(drawing: Graph) -> None:
    bundle = drawing._repr_mimebundle_(include=None, exclude=None)
    assert set(bundle) == {"text/plain", "image/svg+xml"}
    root = ET.fromstring(bundle["image/svg+xml"])
    assert root[0].text == "MLP 2 → 8 → 3"
    assert root[1].text == (
        "Computation graph of loss, 13 nodes, with values and gradients; no gradient vanishes or explodes."
    )


def test_a_graph_prints_as_its_tree(drawing: Graph) -> None:
    assert str(drawing) == repr(drawing) == drawing.tree()
    assert drawing.tree(width=100).startswith("MLP 2 → 8 → 3\n")
    assert max(map(len, drawing.tree(width=30).split("\n"))) <= 30


def test_options_reach_the_picture() -> None:
    net = net_of()
    made = graph(loss_of(net), net=net, title="Mine", theme="dark", opened=())
    assert "<B>Mine</B>" in made.dot
    assert "#12171D" in made.dot
    assert "linear" in made.dot
    assert str(made).startswith("Mine\n")
    assert graph(loss_of(net), opened="all").dot.count("log_softmax") > 0


def test_a_picture_says_where_its_gradient_starts() -> None:
    e = Tensor(2.0, requires_grad=True) ** 2
    assert "flowing back from e<" in graph(e, names={"e": e}).dot
    assert "flowing back from the loss<" in graph(loss_of(net_of())).dot


def test_a_picture_that_folds_says_what() -> None:
    net = net_of()
    made = graph(loss_of(net), net=net, budget=5, unfold=2)
    assert "13 nodes folded into" in made.dot
    assert "layer 2 unfolded" in made.dot
    assert "cluster_layer2" in made.dot
    assert "⊞ layer 1" in made.dot
    assert "⊞ layer 1" in graph(loss_of(net), budget=5, unfold=["2"]).dot


def test_the_title_is_what_the_network_is() -> None:
    class Pair(nn.Module):
        def __init__(self) -> None:
            self.one = nn.Linear(2, 3)
            self.other = nn.Linear(2, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.one(x) + self.other(x)  # type: ignore[no-any-return]

    net = Pair()
    assert graph(loss_of(net), net=net).title == "Pair"
    assert graph(loss_of(net)).title == "Gradient flow"
    assert graph(loss_of(net), title="").title == ""


def test_what_is_wrong_is_said_before_anything_is_drawn() -> None:
    net = net_of()
    loss = loss_of(net)
    with pytest.raises(ValueError, match=r"^theme: got 'pink'; expected \"light\" or \"dark\""):
        graph(loss, theme="pink")
    loss.backward()
    with pytest.raises(GraphError, match="freed by backward"):
        graph(loss)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"opened": "lienar"},
            r"^graph: got opened='lienar'; expected composite operations \(.*linear.*relu.*\), .* or \"all\";",
        ),
        ({"opened": ["linear", "add"]}, r"^graph: got opened='add'; expected composite"),
        ({"unfold": 3}, r"^graph: got unfold='3'; expected the number of a layer \(1 to 2\) or its module path;"),
        ({"unfold": ["0", "7.a"]}, r"^graph: got unfold='7\.a'"),
    ],
)
def test_options_that_name_nothing(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        graph(loss_of(net_of()), **options)


def test_errors_belong_to_the_shells_tree() -> None:
    assert issubclass(UsageError, ReplError)
    assert issubclass(FileError, OSError)


def test_drawing_leaves_the_graph_as_it_was(drawing: Graph) -> None:
    net = net_of()
    loss = loss_of(net)
    first = graph(loss, net=net)
    assert graph(loss, net=net).dot == first.dot
    loss.backward()
    assert all(parameter.grad is not None for parameter in net.parameters())
