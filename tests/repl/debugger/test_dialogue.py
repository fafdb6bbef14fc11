"""The debugger's commands as lines: what they mean, short forms, and what is said to bad input."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Tensor
from autograd.errors import MutationError
from repl import Debugger
from repl.debugger import COMMANDS, Dialogue
from repl.errors import ReplError, UsageError
from repl.results import Check, Debugged, Gradient, HelpPage, Note, Paths, Stop, TapeView, Value


@pytest.fixture
def names() -> dict[str, Tensor]:
    return {"a": Tensor(2.0, requires_grad=True), "b": Tensor(-3.0, requires_grad=True)}


@pytest.fixture
def dialogue(names: dict[str, Tensor]) -> Dialogue:
    return Dialogue(Debugger(np.tanh(names["a"] * names["b"] + names["a"]) * 2.0, names=names))


def at(dialogue: Dialogue, *lines: str) -> int:
    """The number of the step after these lines."""
    for line in lines:
        dialogue.do(line)
    return dialogue.debugger.at + 1


@pytest.mark.parametrize(
    ("lines", "step"),
    [
        (["n"], 2), (["next"], 2), (["n 2"], 3), (["n 99"], 4), (["ne", "nex"], 3), (["s"], 2),
        (["n 3", "b"], 3), (["n 3", "back 2"], 2), (["b"], 1), (["n", "b 99"], 1),
        (["until tanh"], 2), (["until b"], 4), (["unt t1"], 4), (["until multiply"], 4),
        (["break tanh", "c"], 2), (["break tanh", "br a", "c", "cont"], 3), (["n", "", ""], 4), (["n 2", "b", ""], 1),
        (["n", "l", ""], 2), (["n", "p a", ""], 2), (["N"], 2), (["  n  "], 2),
    ],
)  # fmt: skip
def test_moving(dialogue: Dialogue, lines: list[str], step: int) -> None:
    assert at(dialogue, *lines) == step


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("", Stop), ("n", Stop), ("here", Stop), ("where", Stop), ("elements 0", Stop), ("elements", Stop),
        ("l", TapeView), ("list 2", TapeView), ("g", TapeView), ("p a", Gradient), ("p t1", Gradient),
        ("print g + 1", Value), ("w a", Paths), ("w", Paths), ("why t2", Paths), ("check", Check),
        ("break", Note), ("break tanh", Note), ("h", HelpPage),
        ("?", HelpPage), ("q", Debugged), ("exit", Debugged),
    ],
)  # fmt: skip
def test_what_comes_out(dialogue: Dialogue, line: str, kind: type) -> None:
    assert type(dialogue.do(line)) is kind


def test_an_empty_line_repeats_what_moves_and_else_shows_the_present_node(dialogue: Dialogue) -> None:
    dialogue.do("n")
    assert isinstance(dialogue.do("p a"), Gradient)
    assert isinstance(dialogue.do(""), Stop)
    assert isinstance(dialogue.do("l"), TapeView)
    assert isinstance(dialogue.do(""), TapeView)
    assert at(dialogue) == 2


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("nxt", "did you mean `next`?"),
        ("foo", "`h` lists them, `q` leaves the debugger"),
        ("a", "`p a` prints it"),
        ("g * 2 +", "expected nothing after it|expected a number"),
        ("a + b", "`p a + b` prints it"),
        ("x = 1", "`h` lists them"),
        ("n 0", "next: got '0'; expected a number, 1 or more"),
        ("n -1", "expected a number"),
        ("n two", "expected a number"),
        ("b tanh", "say `break tanh` for a break"),
        ("c tanh", "say `until tanh`"),
        ("until", "got nothing; expected an operation, a name or a module; try `until t1`"),
        ("until tnah", "did you mean tanh"),
        ("break mul", "did you mean multiply"),
        ("break nothing_like_it", "an unknown name, operation or module"),
        ("delete", "`break` lists them"),
        ("delete 7", "break 7; expected one of: none"),
        ("print", "got nothing; expected a name or an expression; try `print t3`"),
        ("why zzz", "an unknown name 'zzz'"),
        ("elements x", "expected one number for each axis"),
        ("check it", "leave it out"),
        ("p a[1]", "one number for each axis"),
    ],
)
def test_bad_input_teaches_and_changes_nothing(dialogue: Dialogue, line: str, text: str) -> None:
    dialogue.do("n")
    with pytest.raises(ReplError, match=text.replace("+", r"\+").replace("*", r"\*")):
        dialogue.do(line)
    assert not dialogue.over
    assert at(dialogue) == 2


def test_until_the_present_node_says_that_it_is_here(dialogue: Dialogue) -> None:
    with pytest.raises(ReplError, match=r"which the pass is at; .*`next` goes on"):
        dialogue.do("until loss")
    dialogue.do("n 2")
    with pytest.raises(ReplError, match="go back: `back 1`"):
        dialogue.do("until tanh")


def test_the_end_of_the_pass_leaves_gradients_once(dialogue: Dialogue, names: dict[str, Tensor]) -> None:
    dialogue.do("n 99")
    assert names["a"].grad is None
    report = dialogue.do("")
    assert isinstance(report, Debugged)
    assert report.finished
    assert dialogue.over
    a, b = 2.0, -3.0
    assert names["b"].grad.item() == pytest.approx(2 * (1 - np.tanh(a * b + a) ** 2) * a)


def test_continue_without_breaks_goes_to_the_end(dialogue: Dialogue, names: dict[str, Tensor]) -> None:
    assert dialogue.do("c").finished
    assert names["a"].grad is not None


def test_quit_leaves_nothing(dialogue: Dialogue, names: dict[str, Tensor]) -> None:
    assert not dialogue.do("q").finished
    assert dialogue.over
    assert names["a"].grad is None


def test_every_command_is_listed_with_its_letter(dialogue: Dialogue) -> None:
    page = dialogue.do("h")
    assert [usage for usage, _ in page.words] == [each.usage for each in COMMANDS.values()]
    assert ("n(ext) [N]") in dict(page.words)
    assert all(hasattr(dialogue, f"_{name}") for name in COMMANDS)
    letters = [each.short for each in COMMANDS.values() if each.short]
    assert len(set(letters)) == len(letters)


def test_completion(dialogue: Dialogue) -> None:
    assert [word for word, _, _ in dialogue.complete("un")] == ["until"]
    assert {word for word, _, _ in dialogue.complete("until ")} >= {"tanh", "a", "b", "t1", "loss"}
    assert [(word, length) for word, length, _ in dialogue.complete("w a")] == [("a", 1)]
    assert list(dialogue.complete("n ")) == []


def test_a_pass_that_fails_fails_again_and_can_be_left(names: dict[str, Tensor]) -> None:
    big = Tensor(np.ones(200_000), requires_grad=True, name="big")
    dialogue = Dialogue(Debugger((big * big).sum() * 1.0, names=names))
    big.data[:] = 0.0
    dialogue.do("n")
    for _ in range(2):
        with pytest.raises(MutationError):
            dialogue.do("n")
    assert at(dialogue) == 2
    assert not dialogue.do("q").finished


def test_usage_errors_are_usage_errors(dialogue: Dialogue) -> None:
    with pytest.raises(UsageError):
        dialogue.do("nonsense")


def test_the_ways_of_pdb_are_understood(dialogue: Dialogue) -> None:
    assert dialogue.do("pp g") == dialogue.do("!g") == dialogue.do("p g")
    assert dialogue.do("!1 + 1") == Value("2")


def test_a_letter_of_the_rule_that_is_also_a_name_in_the_graph_is_told(names: dict[str, Tensor]) -> None:
    y = np.tanh(names["a"] * 2.0)
    dialogue = Dialogue(Debugger(y * 3.0, names={**names, "y": y}))
    at(dialogue, "until a")
    told = dialogue.do("p y + 0")
    assert isinstance(told, Value)
    assert told.text.split("\n") == [
        "np.float64(4.0)",
        "(y: of the present node; `p y` alone is the y of the graph.)",
    ]
    at(dialogue, "back")
    assert dialogue.do("p y + 0") == Value(repr(np.tanh(4.0)))  # there it is the same tensor


def test_the_chosen_element_of_a_product_is_worked_out() -> None:
    a = Tensor([[1.0, 5.0], [2.0, -3.0]], requires_grad=True)
    debugger = Debugger((a @ np.array([[2.0, 4.0], [3.0, 0.5]])).sum(), names={"a": a})
    assert debugger.next().contributions[0].numbers == "1 * 2 + 1 * 4 = 6"  # the largest
    assert debugger.look_at((1, 1)).contributions[0].numbers == "1 * 3 + 1 * 0.5 = 3.5"


def test_a_letter_of_the_rule_that_names_another_tensor_here_is_another_letter() -> None:
    a, b, c = (Tensor(value, requires_grad=True) for value in (2.0, -3.0, 10.0))
    debugger = Debugger((a * b + c) ** 2, names={"a": a, "b": b, "c": c})
    power, plus, product = debugger.stop(), debugger.next(), debugger.next()
    assert [(letter, name) for letter, name, _ in power.operands] == [("u", "t2"), ("v", "2")]
    assert [each.letter for each in plus.contributions] == ["u", "v"]
    assert [(each.to, each.letter, each.formula) for each in product.contributions] == [
        ("a", "a", "g * b"),
        ("b", "b", "g * a"),
    ]
    debugger.back()
    assert debugger.print("u + v") == Value("np.float64(4.0)")
    spare = Debugger(a + b, names={"b": a, "u": b})
    assert [letter for letter, _, _ in spare.stop().operands] == ["v", "w"]
