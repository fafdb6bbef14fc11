"""The gallery in the docs shows what the code draws today, and its pictures are there and small."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from repl.drawing import Graph
from repl.graphview import Kind, Verdict

DOCS = Path(__file__).resolve().parents[2] / "docs"
REDO = "run `python docs/draw.py`, and look at the pictures that changed"


@pytest.fixture(scope="module")
def draw() -> ModuleType:
    spec = importlib.util.spec_from_file_location("draw", DOCS / "draw.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["draw"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def made(draw: ModuleType) -> dict[str, Graph]:
    return {each.name: each.make() for each in draw.gallery}


def test_the_page_is_what_the_code_writes(draw: ModuleType, made: dict[str, Graph]) -> None:
    assert draw.GALLERY.read_text("utf-8") == draw.page(made), REDO


def test_the_pictures_show_what_the_code_draws(draw: ModuleType, made: dict[str, Graph]) -> None:
    noted = dict(line.split() for line in draw.DRAWN.read_text("utf-8").splitlines())
    assert noted == {name: draw.fingerprint(each) for name, each in made.items()}, REDO


def test_a_fingerprint_sees_what_is_drawn_and_no_last_digits(draw: ModuleType, made: dict[str, Graph]) -> None:
    from autograd import Tensor
    from repl import graph

    def of(value: float, name: str) -> str:
        return str(draw.fingerprint(graph(Tensor(value, requires_grad=True, name=name) * 2.0, title="T")))

    assert of(3.0, "x") == of(3.123, "x")
    assert of(3.0, "x") != of(3.0, "y")
    assert len({draw.fingerprint(each) for each in made.values()}) == len(made)


def test_pictures_are_there_and_small(draw: ModuleType) -> None:
    for each in draw.gallery:
        content = (draw.PICTURES / f"{each.name}.png").read_bytes()
        assert content.startswith(b"\x89PNG")
        assert len(content) < 250_000, each.name


def test_the_pictures_of_other_tools_are_small_and_all_shown() -> None:
    page = (DOCS / "comparison.md").read_text("utf-8")
    pictures = sorted((DOCS / "pictures" / "comparison").glob("*.png"))
    assert len(pictures) == 18
    for picture in pictures:
        assert picture.stat().st_size < 250_000, picture.name
        assert f"(pictures/comparison/{picture.name})" in page


def test_they_show_what_they_say(made: dict[str, Graph]) -> None:
    verdicts = {name: {node.verdict for node in each.view.nodes} for name, each in made.items()}
    assert Verdict.VANISHING in verdicts["vanish"]
    assert Verdict.EXPLODING in verdicts["explode"]
    assert verdicts["lenet"] <= {Verdict.OK, Verdict.CANCELLED}
    assert "sqrt" in [node.label for node in made["batch_norm"].view.nodes]
    assert "MultiheadAttention" in {layer.title for layer in made["transformer"].view.layers}
    assert made["failed"].view.loss.kind is Kind.FAILED
    assert [layer.number for layer in made["second_derivative"].view.layers] == [0]
    assert made["focus"].drawn.folded.startswith("9 of 63 nodes")
