"""Small graphs as drawings in text: where boxes stand, how lines join, what is refused."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor
from repl import graph
from repl.graphview import GraphView, look, look_at_failure, stopped
from repl.views import labels, sketch
from repl.views.canvas import Canvas
from tests.repl.graphs import leaf

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


def product_and_sum() -> GraphView:
    a, b, c = leaf(2.0, "a"), leaf(-3.0, "b"), leaf(10.0, "c")
    return look(a * b + c)


def drawn(view: GraphView, width: int = 100, *, ascii_only: bool = False) -> str:
    text = sketch.render(view, width=width, ascii_only=ascii_only)
    assert text is not None
    return text


def test_a_product_and_a_sum() -> None:
    assert drawn(product_and_sum()) == (
        "╭───────╮  ╭───────╮\n"
        "│ a   2 │  │ b  -3 │\n"
        "│ ∇  -3 │  │ ∇   2 │\n"
        "╰───┬───╯  ╰───┬───╯\n"
        "    ╰────┬─────╯\n"
        "     ╭───┴───╮  ╭───────╮\n"
        "     │ *  -6 │  │ c  10 │\n"
        "     │ ∇   1 │  │ ∇   1 │\n"
        "     ╰───┬───╯  ╰───┬───╯\n"
        "         ╰────┬─────╯\n"
        "      ╭───────┴───────╮\n"
        "      │ output = +  4 │\n"
        "      │ ∇           1 │\n"
        "      ╰───────────────╯"
    )


def test_in_ascii() -> None:
    text = drawn(product_and_sum(), ascii_only=True)
    assert text.isascii()
    assert "| grad  -3 |" in text
    assert text.count("+") > 20


def test_arrays_have_shape_and_rms() -> None:
    text = drawn(look(np.sum(leaf(np.ones((2, 3)), "W") @ np.ones((3, 2)))))
    assert "│ W  2×3 │" in text
    assert "│ rms  1 │" in text
    assert "│ no gradient │" in text


def test_one_operand_twice_is_said() -> None:
    x = leaf(3.0, "x")
    assert "* itself  9" in drawn(look(x * x))


def test_a_branch_passes_beside_the_spine() -> None:
    x = leaf(3.0, "x")
    text = drawn(look(np.tanh(np.exp(x)) + x))
    rows = text.split("\n")
    inside = [row for row in rows if "│ exp" in row or "│ tanh" in row]
    assert all(row.count("│") == 3 for row in inside), "the box, and the line that passes it"


def test_lines_that_cross_are_not_joined() -> None:
    a = leaf(0.5, "a")
    text = drawn(look(np.tanh(a) + a + a))
    assert text.count("─│─") == 1
    assert "┼" not in text
    canvas = Canvas()
    canvas.line((1, 0), (1, 4))
    canvas.line((0, 2), (2, 2))
    assert canvas.text() == "  ╷\n╶─┼─╴\n  ╵"
    canvas.cross(1, 2)
    assert canvas.text() == "  ╷\n╶─│─╴\n  ╵"
    canvas.cross(1, 1)
    assert canvas.text() == "  ╷\n╶─│─╴\n  ╵", "where nothing goes down there is nothing to cross"


def test_a_failure_says_what_it_got() -> None:
    try:
        np.tanh(leaf(np.ones((2, 3)), "a")) @ np.ones((4, 5))
    except ValueError as error:
        text = drawn(look_at_failure(stopped(error)))
    assert "│ ✕ @" in text
    assert "│ got (2, 3) and (4, 5)" in text
    assert "│ expected inner sizes that agree: 3 and 4 do not │" in text
    assert "no gradient yet" in text


def test_an_operation_with_several_outputs_has_no_gradient_of_its_own() -> None:
    first, second = np.split(leaf(np.arange(4.0), "x"), [1])
    text = drawn(look(np.sum(first) * np.sum(second)))
    assert "│ split │" in text
    assert "no gradient" not in text


@pytest.mark.parametrize("columns", [20, 21, 30, 79])
def test_no_line_is_wider_than_the_screen(columns: int) -> None:
    a, b = leaf(2.0, "a"), leaf(-3.0, "b")
    for loss in (a * b + a, np.tanh(a), np.sum(leaf(np.ones((20, 30)), "weights") @ np.ones((30, 4)))):
        for ascii_only in (False, True):
            text = graph(loss).text(width=columns, ascii_only=ascii_only)
            assert max(map(labels.width, text.split("\n"))) <= columns


def test_what_does_not_fit_is_left_to_the_tree() -> None:
    view = product_and_sum()
    wide = max(map(len, drawn(view).split("\n")))
    assert drawn(view, wide) == drawn(view)
    assert sketch.render(view, width=wide - 1) is None
    z = x = leaf(1.0, "x")
    for _ in range(13):
        z = z * 0.5
    assert sketch.render(look(z), width=100) is not None
    assert sketch.render(look(z * x), width=100) is None, "sixteen nodes"
    assert "t3 = " in graph(z * x).text(width=100)
    assert graph(z).text(width=100, limit=40).count("\n") < 40


def test_colour_changes_no_letter() -> None:
    view = product_and_sum()
    painted = sketch.render(view, width=100, colour=True)
    assert painted is not None
    assert "\x1b[38;2;" in painted
    assert [row.rstrip() for row in ESCAPES.sub("", painted).split("\n")] == drawn(view).split("\n")
    for row in painted.split("\n"):
        assert row.count("\x1b[38") <= row.count("\x1b[0m") + 1
        assert not row.endswith("m") or row.endswith("\x1b[0m")


def test_text_chooses_the_drawing_for_functions_and_the_tree_for_networks() -> None:
    x = leaf(3.0, "x")
    assert "╭" in str(graph(x * 2))
    assert str(graph(x * 2)).startswith("Gradient flow\n3 nodes, 1 parameter\n")
    assert str(graph(x * 2)).endswith("no gradient vanishes or explodes")
    assert "╭" not in graph(x * 2).text(width=10)


@pytest.mark.parametrize("name", ['"]; node', "a\x1b[31mb\n\tc", "变量", "é\u0301", "x" * 200])
def test_any_name_keeps_the_boxes_straight(name: str) -> None:
    x = Tensor(2.0, requires_grad=True, name=name)
    rows = drawn(look(x * 3)).split("\n")
    assert "\x1b" not in "".join(rows)
    box = [labels.width(row.rstrip()) for row in rows[:4]]
    assert len(set(box)) == 1
    assert labels.width(max(rows, key=labels.width)) < 40


@given(st.lists(st.sampled_from(["add", "multiply", "subtract", "tanh", "exp"]), min_size=1, max_size=7), st.data())
def test_any_small_graph_has_boxes_that_do_not_overlap(ops: list[str], data: st.DataObject) -> None:
    made = [leaf(0.5, "a"), leaf(-0.25, "b")]
    for name in ops:
        function = getattr(np, name)
        operands = [made[data.draw(st.integers(0, len(made) - 1))] for _ in range(function.nin)]
        made.append(function(*operands))
    view = look(made[-1])
    text = sketch.render(view, width=400)
    assert text is not None
    boxes = sum(node.kind.value != "loss" for node in view.nodes)
    assert text.count("╭") + text.count("╰") + text.count("╮") + text.count("╯") >= 4 * boxes
    assert len(re.findall(r"∇ +-?[\d.]", text)) == boxes
