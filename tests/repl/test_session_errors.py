"""What goes wrong in a session: each is told in one sentence, and a command that fails changes nothing."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from repl import Session
from repl.results import Value
from repl.views.terminal import draw


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("trian 200", "trian: got an unknown command; expected a command or Python; did you mean train?"),
        ("shwo", "did you mean show?"),
        ("Train 200", "did you mean train?"),
        ("optimizer adam", "did you mean optim?"),
        ("foo bar", "`help` lists the commands"),
        ("%trian 5", "did you mean train?"),
        ("%nonsense", "that `help` lists"),
        ("%timeit net(x)", "a magic of IPython; expected a command; say `import timeit`"),
        ("%whos", "say `show`"),
        ("data digit", "did you mean digits?"),
        ("data digits tst=0.3", "did you mean test?"),
        ("help trian", "did you mean train?"),
        ("explain tanhh", "did you mean tanh?"),
        ("loss crossentropyy", "did you mean"),
    ],
)
def test_did_you_mean(shell: Any, line: str, message: str) -> None:
    assert message in shell.fail(line)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("until", "until: got a command of the debugger, which is not open; expected a command or Python; `backward`"),
        ("n", "n: got a command of the debugger"),
        ("p x.grad", "p: got a command of the debugger"),
        ("break tanh", "break: got a command of the debugger"),
        ("q", "q: got an unknown command; expected a command or Python; did you mean quit?"),
        ("h", "did you mean help?"),
        ("break", "break: got a command of the debugger"),
        ("for i in (1,): brake", "NameError"),
        ("print 3", "SyntaxError: Missing parentheses"),
        ("nn_ = c + 1", "NameError: name 'c' is not defined"),
    ],
)
def test_the_debuggers_commands_are_known_where_it_is_not_open(shell: Any, line: str, message: str) -> None:
    assert message in shell.fail(line)


def test_n_goes_on_in_a_lesson_and_is_the_users_where_they_have_one(shell: Any) -> None:
    shell.run("lesson 0")
    assert "did you mean next?" in shell.fail("n")
    shell.run("n = 3")
    assert shell.run("n").report == Value("3")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("undefined_thing", "NameError: name 'undefined_thing' is not defined"),
        ("x.y", "NameError"),
        ("for", "SyntaxError"),
        ("print 3", "SyntaxError"),
        ("1 +", "SyntaxError"),
        ("1 / 0", "ZeroDivisionError"),
        ("  1", "IndentationError"),
        ("x = '\x00'", "null bytes"),
        ("raise BaseException('all')", "BaseException"),
        ("raise GeneratorExit", "GeneratorExit"),
    ],
)
def test_errors_of_python_are_pythons(shell: Any, line: str, message: str) -> None:
    assert message in shell.fail(line)


def test_a_line_of_python_that_fails_does_what_python_does(shell: Any) -> None:
    result = shell.session.run("x = 1; y = x / 0")
    assert result.failure.kind == "python"
    assert result.failure.trace == "ZeroDivisionError: division by zero"
    assert shell["x"] == 1


def test_a_repr_that_fails_is_an_error_of_the_line(shell: Any) -> None:
    shell.run("class Bad:\n    def __repr__(self):\n        return 1 / 0")
    assert "ZeroDivisionError" in shell.fail("Bad()")


@pytest.mark.parametrize(
    "line", [f"help {'a' * 100_000}", f"explain {'ab' * 50_000}", f"train {'1' * 3_000}x", "(" * 20_000]
)
def test_what_is_very_long_is_not_told_back_in_full(shell: Any, line: str) -> None:
    failure = shell.session.run(line).failure
    assert len(failure.message) + len(failure.trace) < 10_000


def test_weights_that_are_too_large_to_square_have_a_spread_all_the_same(shell: Any) -> None:
    shell.run("data spiral", "net 8 tanh")
    report = shell.run("init normal std=1e20").report
    assert all(1e19 < float(spread) < 1e21 for spread in report.text.rpartition(": ")[2].split(", "))


def test_an_exception_that_cannot_be_told_is_told_all_the_same(shell: Any) -> None:
    shell.run("class Bad(Exception):\n    def __str__(self):\n        return 1 / 0")
    assert shell.fail("raise Bad()") == "Bad: <exception str() failed>"
    assert shell.run("6 * 7").report == Value("42")


@pytest.mark.parametrize(
    ("lines", "line", "message"),
    [
        ([], "net 16 tanh", "net: got no data to take the input from"),
        ([], "net 2 16 tanh", "net: got no data to take the output from"),
        ([], "init kaiming", "init: got no net yet; expected one; do `net 64 relu` first."),
        ([], "optim adam", "do `net 64 relu` first"),
        ([], "train 5", "train: got no data and no net and no optimizer yet; expected all of them; do `data digits`"),
        ([], "boundary", "boundary: got no data and no net yet; expected both; do `data digits` first."),
        ([], "summary", "do `net 64 relu` first"),
        ([], "flow", "do `net 64 relu` first"),
        (["data spiral"], "net", "net: got no layers; expected widths and activations; try `net 64 relu`."),
        (["data spiral"], "net 3 16 tanh", "net: got a network for 3 inputs; expected 2, as spiral has"),
        (["data spiral"], "net 16 tanh 4", "net: got 4 outputs; expected 3, the classes of spiral"),
        (["data spiral"], "net 0 tanh", "net: got the width 0; expected 1 or more"),
        (["data spiral"], "net -3", "net: got the width -3"),
        (["data spiral"], "net 16 tahn", "an unknown layer 'tahn'; expected one of the"),
        (["data spiral"], "net 16.5 tanh", "an unknown layer '16.5'"),
        (["data spiral", "net 8 tanh"], "optim adam lr=-1", "lr"),
        (["data spiral", "net 8 tanh"], "init normal std=-1", "std"),
        (["data spiral"], "data spiral n=0", "n"),
        ([], "data my.csv", "the file 'my.csv'; expected the name of a data set; read it by `data = nn.data.read_csv("),
        ([], 'record ""', "record: got an empty name; expected the name of a file; say `help record` for examples."),
        (["data spiral", "net 8 tanh"], 'save ""', "save: got an empty name"),
        ([], 'export " "', "export: got an empty name"),
        ([], "hist nothing", "hist: got an unknown kind 'nothing'; expected one of activations, weights, gradients"),
        (["data spiral"], "data spiral test=2", "test"),
        (["data spiral"], "data spiral noise=much", "noise 'much'; expected a number"),
        (
            ["data spiral", "net 8 tanh", "loss mse", "optim adam"],
            "train 5",
            "MSELoss on spiral, whose targets are classes",
        ),
        (
            ["data = [1]", "net = nn.Linear(2, 1)", "loss mse", "optim sgd"],
            "step",
            "data of type list; expected data in two",
        ),
        (["net = 5"], "flow", "flow: got net of type int; expected a network; do `%net 64 relu`, or give net another."),
        (["net = 5"], "optim adam", "optim: got net of type int"),
        (["net = 5"], "summary", "summary: got net of type int"),
        (
            ["data iris", "net 3 tanh", "loss ce", "optimizer = 3"],
            "step",
            "optimizer of type int; expected an optimizer",
        ),
        (["data iris", "net 3 tanh", "loss = 3", "optim sgd"], "step", "loss of type int; expected a loss"),
    ],
)
def test_bad_input_is_refused_in_one_sentence_and_changes_nothing(
    shell: Any, lines: list[str], line: str, message: str
) -> None:
    shell.run(*lines)
    before = dict(shell.session.namespace)
    history = list(shell.session.history)
    said = shell.fail(line)
    assert message in said
    assert "\n" not in said
    assert said.endswith((".", "?"))
    assert " got " in said
    assert " expected " in said
    changed = {name for name, value in shell.session.namespace.items() if before.get(name) is not value}
    changed -= {"last_error"}  # what went wrong, for `why`
    assert changed <= {"nn"}
    assert shell.session.history == history


def state(session: Session) -> dict[str, Any]:
    """Everything that training changes, copied."""
    names = session.namespace
    trainer = names["trainer"]
    return copy.deepcopy(
        {
            "net": names["net"].state_dict(),
            "optimizer": names["optimizer"].state_dict(),
            "steps": trainer.step_count,
            "history": [event.loss for event in trainer.history],
            "random": nn.default_generator().bit_generator.state,
        }
    )


def assert_same(a: Any, b: Any) -> None:
    if isinstance(a, dict):
        assert a.keys() == b.keys()
        for key in a:
            assert_same(a[key], b[key])
    elif isinstance(a, (list, tuple)):
        assert len(a) == len(b)
        for one, other in zip(a, b, strict=True):
            assert_same(one, other)
    else:
        assert np.array_equal(getattr(a, "data", a), getattr(b, "data", b))


FAILING_LOSS = """
class Failing(nn.Module):
    left = 10**9
    def forward(self, out, target):
        self.left -= 1
        if self.left < 0:
            raise RuntimeError("the fuse blew")
        return nn.functional.cross_entropy(out, target)
loss = Failing()"""


def test_a_training_that_fails_half_way_leaves_everything_as_it_was(shell: Any) -> None:
    shell.quick()
    shell.run(FAILING_LOSS.strip(), "train 9")
    before = state(shell.session)
    objects = {name: shell[name] for name in ("net", "loss", "optimizer", "trainer", "data")}
    weight = shell["net"][0].weight
    shell.run("loss.left = 5")
    result = shell.session.run("train 20")
    assert result.failure.kind == "library"
    assert result.failure.message == "train: RuntimeError: the fuse blew"
    assert "in forward" in result.failure.trace
    assert "training.py" not in result.failure.trace
    assert_same(state(shell.session), before)
    assert {name: shell[name] for name in objects} == objects
    assert shell["net"][0].weight is weight
    assert shell["loss"].left == 5
    shell.run("loss.left = 10**9", "train 6")
    again = [event.loss for event in shell["trainer"].history]
    whole = type(shell)()
    whole.quick()
    whole.run(FAILING_LOSS.strip(), "train 15")
    assert again == [event.loss for event in whole["trainer"].history]


def test_a_command_that_fails_after_its_first_line_unbinds_what_that_bound(shell: Any) -> None:
    shell.quick()
    shell.run(FAILING_LOSS.strip(), "loss.left = 0")
    shell.session.run("train 5")
    assert "trainer" not in shell.session.namespace
    shell.run("loss.left = 100", "train 5")


def test_a_net_that_fails_leaves_the_generator_as_it_was(shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.run("data iris", "nn.manual_seed(5)", "net 3 tanh", "nn.manual_seed(9)")
    before = nn.default_generator().bit_generator.state
    net = shell["net"]

    def fail(*_: Any) -> None:
        raise RuntimeError("no memory")

    with monkeypatch.context() as patched:
        patched.setattr(nn, "Sequential", fail)
        shell.fail("net 4 tanh")
    assert nn.default_generator().bit_generator.state == before
    assert shell["net"] is net


def test_a_training_that_leaves_the_numbers_says_so_and_warns_of_nothing(shell: Any) -> None:
    shell.quick()
    shell.run("optim sgd lr=1e38")
    report = shell.run("train 20").report  # a warning would be an error here
    assert report.trouble.startswith("step ")
    assert shell.run("flow").report.verdict == "nan"


@pytest.mark.parametrize(("line", "cure"), [("is it?", "`help`"), ("?what now", "`help`"), ("nope?", "unknown name")])
def test_a_question_mark_behind_no_name_says_what_it_is_for(shell: Any, line: str, cure: str) -> None:
    assert cure in shell.fail(line)


def test_a_trainer_of_no_use_is_replaced(shell: Any) -> None:
    shell.quick()
    shell.run("trainer = 5", "show", "train 2", "trainer = 5", "train 2 epochs batch=16")
    assert shell["trainer"].step_count == 14


WORDS = (
    "data net init loss optim step train show summary flow graph explain help export digits iris spiral 2 3 8 16 tanh "
    "relu sigmoid kaiming xavier normal std=0.1 std= =3 lr=0.1 lr=-1 lr=nan lr=inf n=50 n=-1 noise=1e3 seed=3 test=0.5 "
    "adam sgd mse ce cross_entropy epochs steps --dot x.dot a.py --force %net %train ( ) [ ] { } ' \" # = == + - * @ . "
    ", : ; \\ np nn x y = 1 for in if def f(x): return lambda None 1/0 batch=8 batch=0 none yes 한글 \x00 \ud800 net= "
    "trainer optimizer data.train.x net(data.train.x[:2]) x.grad Tensor(1.0,requires_grad=True) del"
).split(" ")


@pytest.mark.filterwarnings("ignore")  # what generated Python warns of is its own affair
@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_typed_ends_in_a_result(
    shell: Any, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, screen: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(seed)
    sensible = ["data iris", "net 4 tanh", "loss ce", "optim adam", "train 3", "show", "flow", "graph"]
    for _ in range(600):
        kind = rng.random()
        if kind < 0.2:
            line = str(rng.choice(sensible))
        elif kind < 0.9:
            line = " ".join(rng.choice(np.array(WORDS, object), rng.integers(1, 7)))
        elif kind < 0.95:
            line = bytes(rng.integers(0, 256, 40, np.uint8)).decode("latin-1")
        else:
            line = str(rng.choice(np.array(WORDS, object))) * int(rng.integers(1, 2000))
        result = shell.session.run(line)
        if result.failure is not None:
            assert result.failure.message
            assert "/repl/" not in result.failure.trace
        if result.report is not None:
            draw(result.report, screen(40))
    shell.run("%data iris", "%net 4 tanh", "%loss ce", "%optim adam", "%train 3")
    assert shell.run("6 * 7").report == Value("42")


@pytest.mark.parametrize(
    "line",
    ["flow", "graph", "backward", "check", "hist", "hist gradients", "boundary", "surface", "confusion", "plot flow"],
)
def test_a_look_at_a_network_for_other_data_says_so(shell: Any, line: str) -> None:
    shell.run("data iris", "net 8 tanh", "data moons")
    said = (
        f"{line.split(maxsplit=1)[0]}: got a network for 4 inputs; expected 2, as moons has; build another with `net`."
    )
    assert shell.fail(line) == said
