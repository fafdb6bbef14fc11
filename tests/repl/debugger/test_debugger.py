"""The debugger of the backward pass: every number is the engine's, and nothing is changed by looking."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor, explain, primitive
from autograd.reverse import steps
from repl import Debugger
from repl.errors import StateError, UsageError
from repl.results import Gradient, Stop, Value


def scalars() -> tuple[dict[str, Tensor], Tensor]:
    a, b = Tensor(2.0, requires_grad=True), Tensor(-3.0, requires_grad=True)
    c = Tensor([1.0, 2.0], requires_grad=True)
    return {"a": a, "b": b, "c": c}, (np.tanh(a * b + a * c)).sum() / 3


def network(batch: int = 8) -> tuple[nn.Module, Tensor]:
    data = nn.data.iris().split(test=0.25, seed=0, standardize=True)
    nn.manual_seed(0)
    net = nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.BatchNorm1d(6), nn.Linear(6, 3))
    return net, nn.CrossEntropyLoss()(net(data.train.x[:batch]), data.train.y[:batch])


def all_stops(debugger: Debugger) -> list[Stop]:
    return [debugger.stop(), *(debugger.next() for _ in range(len(debugger) - 1))]


def test_it_is_the_engines_own_pass_in_its_order() -> None:
    names, loss = scalars()
    debugger = Debugger(loss, names=names)
    watched = list(steps(loss))
    assert [stop.op for stop in all_stops(debugger)] == [step.node.op.name for step in watched]
    assert len(debugger) == len(watched)


def test_stops_have_the_gradient_that_backward_leaves() -> None:
    names, loss = scalars()
    last = {each.to: each.after for stop in all_stops(Debugger(loss, names=names)) for each in stop.contributions}
    loss.backward()
    for name in ("a", "b"):
        assert last[name].value == names[name].grad.item()
    assert last["c"].rms == pytest.approx(float(np.sqrt((names["c"].grad.readonly ** 2).mean())), rel=1e-15)


def test_the_running_sum_and_how_many_are_to_come() -> None:
    names, loss = scalars()
    to_a = [each for stop in all_stops(Debugger(loss, names=names)) for each in stop.contributions if each.to == "a"]
    assert [(each.arrived, each.expected) for each in to_a] == [(1, 2), (2, 2)]
    assert to_a[0].before is None
    assert to_a[1].before == to_a[0].after
    assert to_a[1].after.value == to_a[0].added.value + to_a[1].added.value


def test_an_operand_used_twice_gets_both_shares_one_after_the_other() -> None:
    x = Tensor(3.0, requires_grad=True)
    (stop,) = all_stops(Debugger(x * x, names={"x": x}))
    first, second = stop.contributions
    assert (first.before, first.after.value, second.before.value, second.after.value) == (None, 3.0, 3.0, 6.0)


def test_the_rule_is_what_explain_prints_and_the_numbers_are_this_nodes() -> None:
    x = Tensor(0.5, requires_grad=True)
    stop = Debugger(np.tanh(x), names={"x": x}).stop()
    assert stop.rule[0] in explain("tanh").splitlines()
    (each,) = stop.contributions
    assert each.formula == "g * (1 - y * y)"
    assert each.numbers == "1 * (1 - 0.462117 * 0.462117) = 0.786448"
    assert each.local.value == each.added.value == 1 - np.tanh(0.5) ** 2


def test_where_broadcasting_was_undone() -> None:
    w, b = Tensor(np.ones((4, 3)), requires_grad=True), Tensor(np.ones(3), requires_grad=True)
    s = Tensor(2.0, requires_grad=True)
    loss = ((w + b) * s).sum()
    found = {
        each.to: (each.undone, each.added.shape)
        for stop in all_stops(Debugger(loss, names={"w": w, "b": b, "s": s}))
        for each in stop.contributions
    }
    assert found["b"] == ("(4, 3) → (3,), summed over axis 0", (3,))
    assert found["s"] == ("(4, 3) → (), summed over axes 0, 1", ())
    assert found["w"] == ("", (4, 3))


def test_broadcasting_in_a_matrix_product_is_undone_too() -> None:
    a, b = Tensor(np.ones((5, 2, 3)), requires_grad=True), Tensor(np.ones((3, 4)), requires_grad=True)
    debugger = Debugger((a @ b).sum(), names={"a": a, "b": b})
    found = {each.to: each.undone for each in debugger.next().contributions}
    assert found["a"] == ""
    assert found["b"] in ("", "(5, 3, 4) → (3, 4), summed over axis 0")


def test_elements_are_chosen_or_those_with_the_largest_gradient() -> None:
    x = Tensor(np.array([[0.1, 2.0], [-3.0, 0.5]]), requires_grad=True)
    debugger = Debugger((x * x).sum(), names={"x": x})
    debugger.next()
    assert debugger.stop().contributions[0].at == "[0, 0]"  # all ones: the first
    stop = debugger.look_at((1, 0))
    assert stop.contributions[0].numbers == "1 * -3 = -3"
    assert stop.operands[0][2].element == -3.0
    assert debugger.look_at((7, 7)).contributions[0].at == "[0, 0]"  # it has no such element


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda x: nn.functional.linear(x, Tensor([[2.0, 3.0]])).sum(), "1 * 3 = 3"),
        (lambda x: (x @ np.array([[2.0], [3.0]])).sum(), "1 * 3 = 3"),
    ],
)
def test_a_product_is_worked_out(make: Any, text: str) -> None:
    x = Tensor([[1.0, 5.0]], requires_grad=True)
    debugger = Debugger(make(x), names={"x": x})
    assert debugger.next().contributions[0].numbers == text


@pytest.mark.parametrize(
    ("activation", "numbers"),
    [
        (nn.functional.relu, "where(2 > 0, 1, 0) = 1"),
        (nn.functional.gelu, ""),
        (nn.functional.softplus, None),
    ],
)
def test_activations_are_worked_out_element_by_element(activation: Any, numbers: str | None) -> None:
    x = Tensor([0.5, 2.0, -1.0], requires_grad=True)
    debugger = Debugger(activation(x).sum(), names={"x": x})
    debugger.next()
    debugger.look_at((1,))
    (each,) = debugger.stop().contributions
    assert each.local.shape == (3,)
    assert each.local_of == ""
    x.grad = None
    activation(x).sum().backward()
    assert each.local.element == pytest.approx(x.grad.readonly[1])
    assert numbers is None or each.numbers == numbers


@pytest.mark.parametrize(("value", "numbers"), [(3.0, "1 / 1 = 1"), ([3.0, 5.0], "1 / 2 = 0.5")])
def test_a_number_is_not_asked_for_its_size(value: Any, numbers: str) -> None:
    x = Tensor(value, requires_grad=True)
    assert Debugger(x.mean()).next().contributions[0].numbers == numbers


def test_softmax_is_no_operation_on_elements() -> None:
    x = Tensor([0.5, 2.0, -1.0], requires_grad=True)
    debugger = Debugger((nn.functional.softmax(x, dim=0) * np.array([1.0, 2.0, 3.0])).sum(), names={"x": x})
    (each,) = debugger.until("softmax").contributions
    y = np.exp([0.5, 2.0, -1.0]) / np.exp([0.5, 2.0, -1.0]).sum()
    row = y * (np.eye(3)[2] - y[2])  # of the Jacobian: how the last output moves
    assert (each.local_of, each.local.at) == ("[2]", "[2]")
    assert each.local.element == pytest.approx(row[2])
    assert each.local.low == pytest.approx(row.min())


def test_going_back_shows_the_same_numbers() -> None:
    net, loss = network()
    debugger = Debugger(loss, net=net)
    forth = all_stops(debugger)
    back = [debugger.stop(), *(debugger.back() for _ in range(len(debugger) - 1))]
    assert back == forth[::-1]
    assert debugger.back(5) == forth[0]
    assert debugger.next(100) == forth[-1]


def test_until_stops_at_an_operation_a_name_a_module_and_a_leaf() -> None:
    net, loss = network()
    debugger = Debugger(loss, net=net)
    assert debugger.until("tanh").op == "tanh"
    debugger.back(99)
    assert debugger.until("2").module == "2 BatchNorm1d"
    assert any(each.to == "0.weight" for each in debugger.until("0.weight").contributions)
    with pytest.raises(StateError, match="has passed"):
        debugger.until("tanh")
    with pytest.raises(UsageError, match="did you mean tanh"):
        debugger.until("tahn")


def test_breaks_stop_go_and_go_ends_when_there_are_none() -> None:
    names, loss = scalars()
    debugger = Debugger(loss, names=names)
    number, ahead = debugger.break_at("multiply")
    assert ahead == 2
    assert [debugger.go().op, debugger.go().op, debugger.go()] == ["multiply", "multiply", None]
    debugger.back(99)
    assert debugger.delete(number) == "multiply"
    assert debugger.go() is None
    with pytest.raises(UsageError, match="none"):
        debugger.delete(number)


def test_print_knows_places_letters_and_the_names_around() -> None:
    names, loss = scalars()
    debugger = Debugger(loss, names={**names, "np": np})
    debugger.until("tanh")
    found = debugger.print("t3[1]")
    assert isinstance(found, Gradient)
    assert (found.value.element, found.arrived, found.expected) == (-2.0, 1, 1)
    assert debugger.print("np.round(g * (1 - y * y), 9).tolist()") == Value("[0.000446984, 0.023550275]")
    assert debugger.print("a").gradient is None
    assert "characters left out" in debugger.print("'long' * 10_000").text
    with pytest.raises(NameError):
        debugger.print("nothing")
    with pytest.raises(UsageError, match="one number for each axis"):
        debugger.print("t3[1, 2]")
    with pytest.raises(ValueError, match="read-only"):
        debugger.print("x.fill(0)")


def test_shares_of_all_paths_add_up_to_the_gradient() -> None:
    names, loss = scalars()
    found = Debugger(loss, names=names).why("a")
    assert (found.count, len(found.rows), found.merged) == (2, 2, False)
    assert sum(row.share.value for row in found.rows) == pytest.approx(found.gradient.value, rel=1e-12)
    assert sum(row.part for row in found.rows) == pytest.approx(1.0)
    loss.backward()
    assert found.gradient.value == names["a"].grad.item()


def test_why_says_how_each_path_runs() -> None:
    a, b = Tensor(2.0, requires_grad=True), Tensor(3.0, requires_grad=True)
    found = Debugger(a * b + a, names={"a": a, "b": b}).why("a")
    assert [(row.through, row.share.value) for row in found.rows] == [
        (("loss", "t1", "a"), 3.0),
        (("loss", "a"), 1.0),
    ]


def test_why_of_one_element() -> None:
    x = Tensor([1.0, 2.0, 3.0], requires_grad=True)
    debugger = Debugger((x * x * 0.5 + x).sum(), names={"x": x})
    found = debugger.why("x[2]")
    assert found.gradient.element == pytest.approx(4.0)
    assert [row.share.element for row in found.rows] == pytest.approx([1.5, 1.5, 1.0])
    with pytest.raises(UsageError, match="one number for each axis"):
        debugger.why("x[2, 0]")


def test_a_gradient_of_zero_has_no_parts() -> None:
    x = Tensor(0.0, requires_grad=True)
    found = Debugger(x * x, names={"x": x}).why("x")
    assert [(row.share.value, row.part) for row in found.rows] == [(0.0, None), (0.0, None)]


def test_very_many_paths_are_counted_exactly_and_taken_together() -> None:
    x = Tensor(0.5, requires_grad=True)
    y = x * 1.0
    for _ in range(200):
        y = y * 0.25 + y * 0.75
    debugger = Debugger(y + 2.0 * x, names={"x": x})
    found = debugger.why("x")
    assert found.count == 2**200 + 1
    assert found.merged
    assert sorted(row.paths for row in found.rows) == [1, 2**200]
    assert sum(row.share.value for row in found.rows) == pytest.approx(found.gradient.value)


def test_more_paths_than_lines_end_in_one_line_for_the_rest() -> None:
    x = Tensor(0.5, requires_grad=True)
    y = sum(x * float(i) for i in range(1, 41))
    found = Debugger(y, names={"x": x}).why("x")
    assert (found.count, len(found.rows), found.rows[-1].through) == (40, 13, ())
    assert found.rows[-1].paths == 28
    assert sum(row.share.value for row in found.rows) == pytest.approx(820.0)


@pytest.mark.parametrize("make", [lambda: (network()[1], network()[0]), lambda: (scalars()[1], None)])
def test_check_agrees_at_every_node(make: Any) -> None:
    loss, net = make()
    debugger = Debugger(loss, net=net)
    for at in range(len(debugger)):
        found = debugger.check()
        assert found.rows
        assert all(row.agrees for row in found.rows), (at, found)
        debugger.next()


def test_check_finds_a_wrong_rule() -> None:
    @primitive(vjp=lambda g, y, x: g * 3.0 * x)
    def wrong_square_of_the_debugger(x: Any) -> Any:
        return x * x

    x = Tensor(3.0, requires_grad=True)
    upstream, share = Debugger(wrong_square_of_the_debugger(x), names={"x": x}).check().rows
    assert upstream.agrees
    assert not share.agrees
    assert (share.engine, share.measured) == (9.0, pytest.approx(6.0))


def test_list_and_graph_show_where_the_pass_stands() -> None:
    names, loss = scalars()
    debugger = Debugger(loss, names=names)
    debugger.break_at("tanh")
    debugger.next(1)
    ahead = debugger.list(3)
    assert [row.state for row in ahead.rows] == ["here", "ahead", "ahead"]
    assert [row.mark for row in ahead.rows] == [False, True, False]
    assert (ahead.above, ahead.below) == (1, 2)
    tape = debugger.graph()
    assert [row.number for row in tape.rows] == [6, 5, 4, 3, 2, 1]
    assert [row.gradient is None for row in tape.rows] == [True] * 4 + [False] * 2
    assert len(debugger.graph(1).rows) == 3


def test_nothing_is_changed_until_the_pass_is_finished() -> None:
    names, loss = scalars()
    debugger = Debugger(loss, names=names)
    all_stops(debugger)
    debugger.why("a"), debugger.check(), debugger.print("g")
    assert all(each.grad is None for each in names.values())
    report = debugger.finish()
    assert {name for name, _ in report.gradients} == {"a", "b", "c"}
    twin, again = scalars()
    again.backward()
    assert all(np.array_equal(names[name].grad.readonly, twin[name].grad.readonly) for name in names)


def test_finishing_adds_to_what_is_there_and_says_so() -> None:
    a = Tensor(2.0, requires_grad=True)
    a.grad = Tensor(10.0)
    report = Debugger(a * a, names={"a": a}).finish()
    assert a.grad.item() == 14.0
    assert "net.zero_grad() clears them" in report.text


def test_a_pass_that_is_over_is_over() -> None:
    names, loss = scalars()
    debugger = Debugger(loss, names=names)
    assert "loss = t5 / 3" in repr(debugger)
    debugger.finish()
    before = names["a"].grad.item()
    for do in (debugger.stop, debugger.finish, debugger.next, debugger.check, lambda: debugger.print("g")):
        with pytest.raises(StateError, match="over"):
            do()
    assert names["a"].grad.item() == before
    assert repr(debugger) == "Debugger(over after 6 steps)"


def test_hooks_run_at_the_end_only_and_are_announced() -> None:
    a = Tensor(2.0, requires_grad=True)
    seen: list[float] = []
    a.register_hook(lambda g: seen.append(float(g)))
    debugger = Debugger(a * a, names={"a": a})
    assert "hooks" in debugger.stop().note
    assert not seen
    debugger.finish()
    assert seen == [4.0]


@pytest.mark.parametrize(
    ("thing", "text"),
    [
        (lambda: 3.0, "got a float; expected a scalar tensor"),
        (lambda: Tensor(3.0), "no gradient leads to"),
        (lambda: Tensor(3.0, requires_grad=True), "a leaf"),
        (lambda: Tensor([1.0, 2.0], requires_grad=True) * 2, r"shape \(2,\); expected one element"),
    ],
)
def test_what_cannot_be_stepped_through_is_refused(thing: Any, text: str) -> None:
    with pytest.raises(StateError, match=text):
        Debugger(thing())


def test_several_outputs_are_stepped_through() -> None:
    x = Tensor(np.arange(6.0), requires_grad=True)
    first, second = np.split(x, 2)
    debugger = Debugger((first * second).sum(), names={"x": x})
    stops = all_stops(debugger)
    split = next(stop for stop in stops if stop.op == "split")
    assert [letter for letter, _ in split.upstream] == ["g0", "g1"]
    for _ in stops:
        debugger.check(), debugger.graph()
        debugger.back()
    found = debugger.why("x")
    assert found.count == 2
    assert sum(row.part for row in found.rows) == pytest.approx(1.0)


def test_results_are_frozen_and_ready_for_json() -> None:
    net, loss = network()
    debugger = Debugger(loss, net=net)
    for report in (debugger.stop(), debugger.why("0.weight"), debugger.check(), debugger.graph(), debugger.print("t1")):
        text = json.dumps(dataclasses.asdict(report))
        assert json.loads(text)
        with pytest.raises(dataclasses.FrozenInstanceError):
            object.__getattribute__(report, "__setattr__")(dataclasses.fields(report)[0].name, "x")
