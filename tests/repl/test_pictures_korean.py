"""Pictures of graphs under `lang=ko`: every word in them is Korean, and in English where no font has the letters."""

from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest

import nn
from repl import graph, messages, page
from repl.drawing import Graph
from repl.views.fonts import LACKING, OTHERS
from tests.repl.graphs import leaf, mlp, mlp_loss
from tests.repl.leftover import english
from tests.repl.pages import drawn

SVG = "{http://www.w3.org/2000/svg}"
# Names that stay: operations, layers, what numbers are of, types, the program's own variables.
KNOWN = (
    "MLP Linear Tanh tanh sigmoid BatchNorm1d ReLU relu batch_norm cross-entropy sum rms NaN log float32 float64 int64",
    "Sigmoid bias weight linear add matmul multiply softmax_cross_entropy dlogits dweight dbias target",
    "rate deviation",  # letters of a rule
)
needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="no program dot")


def deep() -> Graph:
    net = mlp(2, *[16] * 12, 3, activation=nn.Sigmoid)
    return graph(mlp_loss(net), net=net)


def with_norm() -> Graph:
    nn.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))
    return graph(mlp_loss(net), net=net)


def long() -> Graph:
    x = leaf(np.ones(3), "x")
    for _ in range(90):
        x = x * 1.01
    return graph(x.sum())


def stopped() -> Graph:
    net = mlp(2, 8, 3)
    with pytest.raises(ValueError, match="Linear") as caught:
        net(np.ones((4, 5), np.float32))
    return graph(caught.value, net=net)


def mismatched() -> Graph:
    with pytest.raises(ValueError, match="broadcast") as caught:
        leaf(np.ones(3), "x") * leaf(np.ones(4), "y")
    return graph(caught.value)


GRAPHS: dict[str, Callable[[], Graph]] = {
    "mlp": lambda: drawn(2, 16, 3),
    "deep": deep,
    "norm": with_norm,
    "modules": lambda: drawn(2, 16, 16, 3, level="module"),
    "focus": lambda: drawn(2, 16, 16, 3, focus="2.weight", depth=1),
    "long": long,
    "stopped": stopped,
    "values": lambda: graph(np.tanh(leaf(np.ones((2, 3)), "x") * 2)),
    "zeros": lambda: graph((leaf(np.zeros((2, 2))) * leaf(np.array([np.nan, 1.0]))).sum()),
    "nothing": lambda: graph((leaf(np.ones((0, 3)), "x") * 2).sum()),
}


def words(picture: str) -> str:
    """Everything in an SVG that can be read: labels, what a pointer reads, its title and description."""
    root = ET.fromstring(picture)
    own = re.compile(r"(op|leaf|input|card_|loss|cluster_|before|after)[\w/:.]*(->\w+)?$|gradient_flow$")  # Graphviz's
    told = [each.text or "" for tag in ("text", "title", "desc") for each in root.iter(SVG + tag)]
    told += [value for each in root.iter() for name, value in each.attrib.items() if name.endswith("}title")]
    return "\n".join(line for text in told if not own.match(text) for line in text.split("\n") if ".py:" not in line)


def test_what_is_drawn_again_follows_the_language() -> None:
    made = drawn(2, 16, 3)
    shown = page(made)
    english = ("en", "no gradient", "loss")
    for language, word, title in (english, ("ko", "경사도 없음", "손실"), english):
        messages.use(language)
        assert word in made.dot
        assert title in made.text()
        assert f'lang="{language}"' in shown.html
        if made.svg is not None:
            assert word in made.svg


def test_a_title_that_was_given_is_nobodys_to_translate() -> None:
    made = drawn(2, 16, 3, title="the gradient vanishes")
    messages.use("ko")
    assert made.text().startswith("the gradient vanishes\n")
    assert ">the gradient vanishes<" in made.dot
    assert page(made).title == "the gradient vanishes"


@needs_dot
@pytest.mark.parametrize("name", GRAPHS)
def test_no_english_is_left(name: str) -> None:
    messages.use("ko")
    picture = GRAPHS[name]().svg
    assert picture is not None
    told = words(picture)
    assert re.search("[가-힣]", told)
    assert english(told, KNOWN) == []
    root = ET.fromstring(picture)
    assert root.get("lang") == "ko"
    fonts = {each.get("font-family", "") for each in root.iter(f"{SVG}text")}
    assert all(family in each for each in fonts for family in OTHERS["ko"])


@needs_dot
def test_what_is_under_the_pointer_is_korean() -> None:
    messages.use("ko")
    picture = with_norm().svg
    assert picture is not None
    told = words(picture)
    assert re.search(r"값: rms [\d.]+, 평균 [\d.]+, \S+ ~ \S+", told)
    assert "0.bias" in told
    assert "dL/d" in told
    assert "더하면 상쇄되는 합입니다" in told


@pytest.mark.parametrize("width", [30, 60, 80])
def test_no_word_below_a_tree_is_cut(width: int) -> None:
    messages.use("ko")
    told = "".join(stopped().text(width=width).split())
    assert "순전파가여기서멈췄습니다;받은것:모양이(4,5)인x;기대한것:(N,2);" in told


def test_the_words_of_a_failure_are_korean() -> None:
    messages.use("ko")
    for made in (stopped(), mismatched()):
        for text in (made.dot, made.text(width=100)):
            assert "받은 것: " in text
            assert "기대한 것: " in text
    assert "모양이 (4, 5)인 x" in stopped().dot
    assert "3 ≠ 4" in mismatched().dot


def test_names_of_the_users_stay() -> None:
    messages.use("ko")
    text = graph((leaf(2.0, "value") * leaf(3.0, "gradient")).sum()).dot
    assert ">value<" in text
    assert ">gradient<" in text


@pytest.fixture
def only_latin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which the fonts that come with matplotlib are all that there are."""
    fonts = Path(mpl.get_data_path()) / "fonts" / "ttf"
    config = tmp_path / "fonts.conf"
    config.write_text(f"<fontconfig><dir>{fonts}</dir><cachedir>{tmp_path}</cachedir></fontconfig>", "utf-8")
    monkeypatch.setenv("FONTCONFIG_FILE", str(config))


@needs_dot
@pytest.mark.usefixtures("only_latin")
def test_without_a_font_a_bitmap_is_english_and_says_so(tmp_path: Path) -> None:
    made = drawn(2, 4, 3)
    plain = made.save(tmp_path / "en.png").path.read_bytes()
    messages.use("ko")
    saved = drawn(2, 4, 3).save(tmp_path / "ko.png")
    assert saved.path.read_bytes() == plain
    assert saved.advice == LACKING
    svg = drawn(2, 4, 3).save(tmp_path / "ko.svg")
    assert svg.advice == ""
    assert "경사도" in svg.path.read_text("utf-8")


@needs_dot
def test_with_a_font_a_bitmap_is_korean(tmp_path: Path) -> None:
    made = drawn(2, 4, 3)
    plain = made.save(tmp_path / "en.png").path.read_bytes()
    messages.use("ko")
    saved = drawn(2, 4, 3).save(tmp_path / "ko.png")
    if saved.advice:
        pytest.skip("no font with Korean letters: apt-get install fonts-noto-cjk")
    assert saved.path.read_bytes() != plain


@needs_dot
def test_the_language_is_that_of_the_session(shell: Any, tmp_path: Path) -> None:
    shell.run("data iris", "net 8 tanh", "optim adam lr=0.01", "set lang ko", f"graph --svg {tmp_path / 'ko.svg'}")
    shell.run("set lang en", f"graph --svg {tmp_path / 'en.svg'}")
    assert "경사도" in (tmp_path / "ko.svg").read_text("utf-8")
    assert not re.search("[가-힣]", (tmp_path / "en.svg").read_text("utf-8"))
