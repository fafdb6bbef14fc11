from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor
from nn.diagnosis import Balance
from repl.graphview import GraphView, focus, fold, look
from repl.views import cards, dot, labels, palette

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    '"]; node [color=red',
    "<b>&amp;</b>",
    "a\x00b\x1b[31m\nc",
    "\\N\\",
    "\\G\\L",
    "x" * 300,
    "\ud800\u202e",
    "größe 变量",
    "",
    "  ",
]

needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="no program dot")


def mlp_view(*widths: int, activation: type[nn.Module] = nn.Tanh, std: float = 0.5) -> GraphView:
    parts: list[nn.Module] = []
    for ins, outs in pairwise(widths):
        parts += [nn.Linear(ins, outs), activation()]
    net = nn.init.initialize_(nn.Sequential(*parts[:-1]), "normal", seed=0, std=std)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(8, widths[0])).astype(np.float32), rng.integers(0, widths[-1], 8)
    return look(nn.CrossEntropyLoss()(net(x), y), net=net)


def drawn(view: GraphView, **options: Any) -> str:
    return dot.source(view, title="T", **options)


def statement(text: str, start: str) -> str:
    found = [line.strip() for line in text.splitlines() if line.strip().startswith(start)]
    assert len(found) == 1, (start, found)
    return found[0]


def svg_of(text: str) -> ET.Element:
    picture, advice = dot.render(text, "svg", title="A title", description="What it is")
    assert picture is not None, advice
    return ET.fromstring(picture)


# -- the rules of the picture


def test_the_data_path_is_a_straight_line() -> None:
    text = drawn(mlp_view(2, 16, 8, 3))
    for line in text.splitlines():
        if "->" in line:
            spine = "leaf" not in line and "input1" not in line
            assert ("weight=40" in line) is spine, line
    assert "group=spine" in statement(text, "op4 [")
    assert "group=spine" not in statement(text, "leaf0 [")
    assert re.search(r"rank=same\s+leaf0\s+op0\s", text)


def test_up_to_four_layers_go_from_left_to_right() -> None:
    assert "rankdir=LR" in drawn(mlp_view(2, 4, 4, 4, 3))
    assert "rankdir=TB" in drawn(mlp_view(2, 4, 4, 4, 4, 3))
    assert "rankdir=TB" in drawn(fold(mlp_view(2, *[4] * 11, 3)))


def test_arrows_point_backwards_and_carry_the_gradient() -> None:
    view = mlp_view(2, 16, 8, 3)
    text = drawn(view)
    edge = next(e for e in view.edges if (e.tail, e.head) == ("op2", "op3"))
    assert edge.gradient is not None
    line = statement(text, "op2 -> op3")
    assert "dir=back" in line
    assert palette.colour(edge.gradient.rms, palette.LIGHT) in line
    assert f"penwidth={palette.penwidth(edge.gradient.rms):.2f}" in line
    assert "8×16" in line
    assert f"∇ {labels.size_of(edge.gradient)}" in line
    assert "style=solid" in line


def test_data_hangs_on_a_dashed_grey_edge() -> None:
    line = statement(drawn(mlp_view(2, 8, 3)), "input1 -> ")
    assert "style=dashed" in line
    assert palette.LIGHT.line in line
    assert "dir=back" not in line


def test_the_seed_is_neutral() -> None:
    line = statement(drawn(mlp_view(2, 8, 3)), "op5 -> loss")
    assert palette.LIGHT.muted in line
    assert "penwidth=1.6" in line
    card = statement(drawn(mlp_view(2, 8, 3)), "loss [")
    assert "∇ 1<" in card
    assert palette.LIGHT.loss_card in card


def test_never_colour_alone() -> None:
    vanishing = drawn(fold(mlp_view(2, *[16] * 11, 3, activation=nn.Sigmoid, std=0.25)))
    assert "▼" in statement(vanishing, "card_layer1 [")
    assert "style=dashed" in statement(vanishing, "card_layer1 -> ")
    exploding = drawn(fold(mlp_view(2, *[16] * 11, 3, activation=nn.ReLU, std=2.2)))
    assert "▲" in statement(exploding, "card_layer1 [")
    assert "style=solid" in statement(exploding, "card_layer1 -> ")


def test_zero_is_a_ring_and_nan_a_cross() -> None:
    x = Tensor(np.array([1.0, 2.0]), requires_grad=True, name="x")
    text = drawn(look(np.sum(x * np.zeros(2))))
    assert "○" in statement(text, "leaf0 [")
    assert "arrowtail=odot" in statement(text, "leaf0 -> ")
    z = Tensor(np.zeros(2), requires_grad=True, name="z")
    with np.errstate(divide="ignore"):
        text = drawn(look(np.sum(np.sqrt(z))))
    assert "∇ ∞ ✕" in statement(text, "leaf0 [")


def test_a_layer_is_a_cluster_with_its_title() -> None:
    text = drawn(mlp_view(2, 16, 8, 3))
    assert "subgraph cluster_layer1" in text
    assert "layer 1 · Linear(2, 16) + Tanh" in text
    assert "⊟" not in text


def test_a_folded_card_says_what_it_stands_for() -> None:
    card = statement(drawn(fold(mlp_view(2, *[16] * 11, 3))), "card_layer2 [")
    assert "⊞ layer 2" in card
    assert "16→16 tanh · 272 params" in card
    assert "∇W " in card
    many = statement(drawn(fold(mlp_view(2, *[4] * 99, 3))), "card_layer2 [")
    assert re.search(r"layers 2–\d+ ×\d", many)
    assert "…" in many


def test_scalars_show_themselves() -> None:
    w, b = Tensor(-3.0, requires_grad=True, name="w"), Tensor(2.0, requires_grad=True, name="b")
    text = drawn(look(np.tanh(w * 2.0 + b)))
    assert "−3" in statement(text, "leaf0 [")
    assert "value" in statement(text, "leaf0 [")
    assert "rms" not in statement(text, "leaf0 [").split("label=")[1].split("tooltip")[0]
    assert "−6" in statement(text, "op0 -> op1")
    assert "∗ 2" in statement(text, "op0 [")


def test_the_legend_gives_the_bounds_in_numbers() -> None:
    view = mlp_view(2, 8, 3)
    text = drawn(view)
    assert f"▼ vanishing below {labels.number(1e-4 * view.reference).removeprefix('1.0·')}" in text
    assert f"exploding above {labels.number(1e3 * view.reference).removeprefix('1.0·')} ▲" in text
    assert "vanishing below" not in cards.legend(palette.LIGHT, 0.0, Balance())


def test_themes() -> None:
    view = mlp_view(2, 8, 3)
    dark = drawn(view, theme=palette.DARK)
    assert 'bgcolor="#12171D"' in dark
    assert palette.LIGHT.ground not in dark.replace("#FFFFFF", "", dark.count('COLOR="#FFFFFF"'))
    assert 'bgcolor="#FFFFFF"' in drawn(view)


def test_a_parameter_used_twice_says_on_each_arrow_what_it_adds() -> None:
    a = Tensor(np.ones(2), requires_grad=True, name="a")
    text = drawn(look(np.sum(a * a)))
    lines = [line for line in text.splitlines() if "leaf0 -> op0" in line]
    assert len(lines) == 2
    assert all("∇ 1" in line for line in lines)
    assert "∇ 2" in statement(text, "leaf0 [")


def test_two_cards_for_one_operation_stand_on_both_sides() -> None:
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())
    view = look(np.mean(net(np.ones((1, 1, 4, 4), np.float32)) ** 2), net=net)
    text = drawn(view)
    weight, bias = statement(text, "leaf0 -> op0"), statement(text, "op0 -> leaf1")
    assert "dir=back" in weight
    assert "dir=forward" in bias, "the arrow points at the card all the same"
    same = [edge for edge in view.edges if edge.tail == "leaf1"]
    assert same[0].gradient is not None
    assert palette.colour(same[0].gradient.rms, palette.LIGHT) in bias


@needs_dot
def test_two_cards_on_both_sides_in_the_picture() -> None:
    net = nn.Sequential(nn.Conv2d(1, 2, 3), *[nn.ReLU() for _ in range(20)])
    text = drawn(look(np.mean(net(np.ones((1, 1, 4, 4), np.float32)) ** 2), net=net))
    assert "rankdir=TB" in text
    plain = subprocess.run(["dot", "-Tplain"], input=text.encode(), capture_output=True, check=True).stdout.decode()
    across = {row.split()[1]: float(row.split()[2]) for row in plain.splitlines() if row.startswith("node ")}
    assert across["leaf0"] < across["op0"] < across["leaf1"]


def test_without_a_gradient_arrows_point_forward_and_there_is_no_legend() -> None:
    x = Tensor(np.ones((2, 3)), requires_grad=True, name="x")
    text = drawn(look(np.tanh(x) * 2.0))
    line = statement(text, "op0 -> op1")
    assert "dir=" not in line
    assert palette.LIGHT.muted in line
    assert "2×3" in line
    assert "∇" not in text
    assert "vanishing" not in text


def test_the_rest_of_a_graph_is_words() -> None:
    view = mlp_view(2, 16, 8, 3)
    cut = focus(view, {"op3"}, depth=1, on="op3")
    text = drawn(cut)
    before = statement(text, "before [")
    assert "shape=plaintext" in before
    assert "nodes before" in before
    assert "∇" in statement(text, "before -> op2")
    assert "penwidth=1.6" in statement(text, "after -> loss")


def test_a_branch_that_begins_with_two_cards_has_both_before_it() -> None:
    p, q, r = (Tensor(2.0, requires_grad=True, name=name) for name in "pqr")
    text = drawn(look(np.tanh(p) + q * r))
    assert not re.search(r"rank=same\s+leaf[12]", text)


# -- names are text


@pytest.mark.parametrize("name", HOSTILE)
@needs_dot
def test_a_name_is_text_whatever_is_in_it(name: str) -> None:
    x = Tensor(np.ones(2), requires_grad=True, name=name)
    root = svg_of(dot.source(look(np.sum(x * x), names={name: x}), title=name, lines=[name]))
    words = [node.text or "" for node in root.iter(f"{SVG}text")]
    shown = labels.shorten(labels.clean(name), 24).strip()
    # in the title, under it, and in the card
    assert not shown or words.count(shown) == (3 if len(name) <= 24 else 1), words
    assert len([each for each in root.iter(f"{SVG}g") if each.get("class") == "node"]) == 4


@needs_dot
@pytest.mark.parametrize("name", HOSTILE)
def test_a_pointer_reads_the_whole_name(name: str) -> None:
    x = Tensor(np.ones(2), requires_grad=True)
    y = x * x
    root = svg_of(drawn(look(np.sum(y), names={name: y})))
    told = [a.get("{http://www.w3.org/1999/xlink}title", "") for a in root.iter(f"{SVG}a")]
    expected = f"{labels.clean(name)} multiply" if name.strip() else "multiply"
    assert any(title.split("\n")[0].strip() == expected.strip() for title in told), told


@pytest.mark.parametrize("name", HOSTILE)
def test_clean_text_is_one_line_and_can_be_encoded(name: str) -> None:
    text = labels.clean(name)
    assert text.isprintable()
    assert text.encode("utf-8").decode("utf-8") == text
    assert labels.width(labels.shorten(text, 10)) <= 10
    assert labels.width(labels.clip(text, 10)) <= 10
    assert labels.plain(text).isascii()


@pytest.mark.parametrize(
    ("value", "told", "plain"),
    [
        (0.01, "0.01", "0.01"),
        (0.00999, "0.01", "0.01"),
        (999.4, "999", "999"),
        (999.9, "1.0·10³", "1.0e3"),
        (-0.5, "−0.5", "-0.5"),
        (float("inf"), "∞", "inf"),
        (5e-324, "4.9·10⁻³²⁴", "4.9e-324"),
    ],
)
def test_numbers(value: float, told: str, plain: str) -> None:
    if value == 0.00999:
        told, plain = "1.0·10⁻²", "1.0e-2"
    assert labels.number(value) == told
    assert labels.number(value, plain=True) == plain


# -- the same input, the same bytes


def test_the_same_view_gives_the_same_text() -> None:
    assert drawn(mlp_view(2, 8, 3)) == drawn(mlp_view(2, 8, 3))


def test_another_process_gives_the_same_text() -> None:
    program = (
        "import sys; sys.path.insert(0, 'tests/repl'); from test_dot import *; "
        "sys.stdout.buffer.write((drawn(mlp_view(2, 8, 3)) + drawn(fold(mlp_view(2, *[4] * 40, 3)))).encode())"
    )
    texts = [
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert texts[0] == texts[1]
    assert b"digraph" in texts[0]


@needs_dot
@pytest.mark.parametrize("kind", ["svg", "png", "pdf"])
def test_the_same_text_gives_the_same_picture(kind: str) -> None:
    text = drawn(mlp_view(2, 8, 3))
    first, second = dot.render(text, kind).picture, dot.render(text, kind).picture
    assert first is not None
    assert first == second
    assert first.startswith({"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}[kind])


def test_a_page_has_no_time_of_day() -> None:
    page = dot._finished(b"/CreationDate (D:20261124070342Z)", "pdf", "", "")
    assert page == b"/CreationDate (D:20000101000000Z)"


def test_graphviz_is_imported_when_a_picture_is_drawn() -> None:
    program = "import repl.views.dot, repl.drawing, sys; assert 'graphviz' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
