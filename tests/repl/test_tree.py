from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor
from repl.graphview import GraphView, look
from repl.views import labels, palette, tree

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


def leaf(data: object, name: str | None = None) -> Tensor:
    return Tensor(data, requires_grad=True, name=name)


def mlp_view(*widths: int, activation: type[nn.Module] = nn.Tanh, std: float = 0.5) -> GraphView:
    parts: list[nn.Module] = []
    for ins, outs in pairwise(widths):
        parts += [nn.Linear(ins, outs), activation()]
    net = nn.init.initialize_(nn.Sequential(*parts[:-1]), "normal", seed=0, std=std)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(8, widths[0])).astype(np.float32), rng.integers(0, widths[-1], 8)
    return look(nn.CrossEntropyLoss()(net(x), y), net=net)


def chain(length: int) -> GraphView:
    z = leaf(1.0, "x")
    for _ in range(length):
        z = z * 0.999
    return look(z)


def lines(view: GraphView, **options: object) -> list[str]:
    return tree.render(view, **{"width": 80, **options}).split("\n")  # type: ignore[arg-type]


def test_a_network() -> None:
    view = mlp_view(2, 16, 3)
    shown = lines(view)
    assert shown[0] == "MLP 2 → 16 → 3"
    assert shown[1] == "13 nodes, 99 parameters; values and gradients of arrays are rms"
    assert shown[2].split() == ["shape", "value", "gradient"]
    assert [line.split("  ")[0] for line in shown[3:-1]] == [
        "layer 1 · Linear(2, 16) + Tanh", "├─ x", "├─ W₁", "└─ b₁",
        "layer 2 · Linear(16, 3)", "├─ W₂", "└─ b₂",
        "loss = cross-entropy(layer 2, y)", "└─ y",
    ]  # fmt: skip
    weight = next(node for node in view.nodes if node.label == "W₁")
    assert weight.gradient is not None
    assert labels.size_of(weight.gradient, plain=True) in shown[5]
    assert "0.weight" in shown[5]
    assert shown[-2].split() == ["└─", "y", "8", "0–2", "–"]
    assert shown[-1] == "no gradient vanishes or explodes"


def test_the_tape_of_a_function() -> None:
    w, v = leaf(-3.0, "w"), leaf(np.ones((2, 2)), "v")
    a = w * 2.0
    b = 1 - a / w
    c = np.maximum(b, 0) + np.exp(b)
    out = c * np.sum(np.ones((2, 2)) @ v.T)
    told = [line.split("  ")[0] for line in lines(look(out, names={"b": b, "data": np.ones((2, 2))})) if " = " in line]
    assert told == [
        "t1 = w * 2",
        "t2 = t1 / w",
        "b = 1 - t2",
        "t3 = max(b, 0)",
        "t4 = exp(b)",
        "t5 = t3 + t4",
        "t6 = data @ v.T",
        "t7 = Σ(t6)",
        "loss = t5 * t7",
    ]


def test_a_number_on_the_left_of_a_named_operation() -> None:
    x = leaf(2.0, "x")
    assert any(line.startswith("output = max(0, x)") for line in lines(look(np.maximum(0.0, x))))


def test_outputs_of_one_operation_are_told_apart() -> None:
    first, second = np.split(leaf(np.arange(4.0), "s"), 2)
    shown = lines(look(np.sum(first * second)))
    assert any(line.startswith("t2 = t1[0] * t1[1]") for line in shown)


def test_scalars_need_no_shape() -> None:
    shown = lines(look(np.tanh(leaf(-3.0, "w") * 2.0)))
    assert shown[1] == "4 nodes, 1 parameter"
    assert shown[2].split() == ["value", "gradient"]
    assert not any("scalar" in line for line in shown)


def test_a_verdict_has_a_mark_a_word_and_a_bound() -> None:
    view = mlp_view(2, *[16] * 11, 3, activation=nn.Sigmoid, std=0.25)
    shown = lines(view, width=100)
    assert shown[0].endswith("the gradient vanishes")
    row = next(line for line in shown if "W₁ " in line)
    assert row.endswith("▼ vanishing")
    assert "▼" not in next(line for line in shown if "W₁₂" in line)
    assert f"below {labels.number(view.reference * 1e-4, plain=True)}" in " ".join(shown[-2:])


def test_bars_grow_with_the_gradient() -> None:
    view = mlp_view(2, *[16] * 11, 3, activation=nn.Sigmoid, std=0.25)
    rows = [line for line in lines(view, width=100) if re.match(r"├─ W", line)]
    bars = [line.count("█") for line in rows]
    assert bars[-1] > bars[0]
    assert all(after >= before - 1 for before, after in pairwise(bars))


def test_zero_has_no_bar() -> None:
    shown = lines(look(np.sum(leaf(np.ones(2), "x") * np.zeros(2))))
    row = next(line for line in shown if line.startswith("├─ x"))
    assert row.endswith("○ zero")
    assert not set(row) & set("█▉▊▋▌▍▎▏")


@pytest.mark.parametrize("width", [20, 21, 30, 40, 60, 80, 120])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_no_line_is_wider_than_the_terminal(width: int, ascii_only: bool) -> None:
    odd = look(np.sum(leaf(np.ones(3), "变量" * 30) * leaf(np.ones(3), "e\u0301" * 40)))
    for view in (mlp_view(2, 16, 3), mlp_view(2, *[16] * 30, 3), odd, chain(500)):
        shown = lines(view, width=width, ascii_only=ascii_only)
        assert max(map(labels.width, shown)) <= width
        assert len(shown) <= 60
        assert any(re.search(r"\d", line) for line in shown[3:-1]), "the gradient is the last to go"


@given(st.integers(1, 19))
def test_a_terminal_of_no_width_is_survived(width: int) -> None:
    assert max(map(labels.width, lines(mlp_view(2, 3), width=width))) <= width


def test_narrow_ones_give_up_value_then_words_then_bars_then_shape() -> None:
    view = mlp_view(2, *[16] * 11, 3, activation=nn.Sigmoid, std=0.25)
    shown = [lines(view, width=width, title="T") for width in (110, 70, 58, 36)]
    told = ["\n".join(line for line in each if not line[:1].islower() or line.startswith("l")) for each in shown]
    assert ["  value" in text for text in told] == [True, False, False, False]
    assert ["vanishing" in text for text in told] == [True, True, False, False]
    assert ["█" in text for text in told] == [True, True, True, False]
    assert ["shape" in text for text in told] == [True, True, True, False]
    assert all("▼" in text and "gradient" in text for text in told)


def test_ascii() -> None:
    x = leaf(np.ones(2), "größe")
    text = tree.render(look(np.sum(x * x)), width=80, ascii_only=True, title="∇ → σ")
    assert text.isascii()
    assert text.startswith("grad -> sigmoid\n")
    assert "`- gr\\xf6\\xdfe" in text
    assert "sum(t1)" in text
    assert "#" in text


def test_ascii_marks() -> None:
    view = mlp_view(2, *[16] * 11, 3, activation=nn.Sigmoid, std=0.25)
    assert any(line.endswith("v vanishing") for line in lines(view, width=100, ascii_only=True))


def test_control_codes_in_names_do_not_reach_the_terminal() -> None:
    x = leaf(np.ones(2), "a\x1b[2J\nb\r")
    shown = lines(look(np.sum(x * x), names={"y\x07": x * x}), title="t\x1b")
    assert all(line.isprintable() for line in shown)
    assert any("a␛[2J␊b␍" in line for line in shown)


def test_a_loss_side_of_zero_is_said() -> None:
    x = leaf(np.ones(2), "x")
    told = lines(look(np.mean(np.tanh(x) - np.tanh(np.ones(2))) ** 2.0))
    assert told[-1] == "a gradient is exactly 0"


def test_colour_in_a_window_of_no_width() -> None:
    view = mlp_view(2, 3)
    for columns in range(1, 20):
        painted = tree.render(view, width=columns, colour=True)
        assert ESCAPES.sub("", painted) == tree.render(view, width=columns)


def test_colour_changes_nothing_but_colour() -> None:
    view = mlp_view(2, *[16] * 11, 3, activation=nn.Sigmoid, std=0.25)
    painted = tree.render(view, width=80, colour=True)
    assert ESCAPES.sub("", painted) == tree.render(view, width=80)
    assert "\x1b" not in tree.render(view, width=80)
    weight = next(node for node in view.nodes if node.label == "W₁")
    assert weight.gradient is not None
    shade = palette.readable(palette.colour(weight.gradient.rms, palette.DARK), palette.DARK)
    red, green, blue = (int(shade[i : i + 2], 16) for i in (1, 3, 5))
    row = next(line for line in painted.split("\n") if "W₁ " in line)
    assert f"\x1b[38;2;{red};{green};{blue}m" in row
    assert row.endswith("\x1b[0m")


def test_a_long_graph_folds_and_says_so() -> None:
    shown = lines(mlp_view(2, *[8] * 99, 3))
    assert len(shown) <= 60
    assert any(line.startswith("layers 2–") and "×" in line for line in shown)
    assert any("508 nodes folded into" in line for line in shown) or any("nodes folded into" in line for line in shown)


def test_ten_thousand_operations_fit_on_a_screen() -> None:
    shown = lines(chain(10_000), limit=24)
    assert len(shown) <= 24
    assert any("10,002 nodes folded into" in line for line in shown)


def test_what_does_not_fold_is_cut_and_counted() -> None:
    leaves = [leaf(np.ones(2), f"w{i}") for i in range(12)]
    h = leaf(np.ones(2), "h")
    for _ in range(2):
        for each in leaves:
            h = np.tanh(h * each)
    shown = lines(look(np.sum(h)), limit=12)
    assert len(shown) <= 12
    assert any(re.match(r"… \d+ lines left out", line) for line in shown)
    assert shown[-3].startswith("loss = ")


def test_the_terminal_sets_the_width(monkeypatch: pytest.MonkeyPatch) -> None:
    view = mlp_view(2, 16, 3)
    monkeypatch.setenv("COLUMNS", "40")
    assert max(map(labels.width, tree.render(view).split("\n"))) <= 40
    monkeypatch.setenv("COLUMNS", "1000")
    assert max(map(labels.width, tree.render(view).split("\n"))) <= 120
