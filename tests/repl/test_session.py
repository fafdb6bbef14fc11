"""A session without a screen: what lines do to it, and that a command that fails does nothing."""

from __future__ import annotations

import copy
import importlib
import signal
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from repl import Session
from repl.results import Echo, Farewell, Note, StepRow, Steps, Training, Value
from repl.views.terminal import draw


def test_python_shows_the_value_of_an_expression_and_keeps_it(shell: Any) -> None:
    assert shell.run("x = 6", "x * 7").report == Value("42")
    assert shell["_"] == 42
    assert shell.run("None").report is None
    assert shell["_"] == 42
    assert shell.run("y = 1").report is None
    assert shell.run("'a'").report == Value("'a'")


def test_nothing_happens_on_blank_lines_and_comments(shell: Any) -> None:
    for line in ("", "   ", "# net 3"):
        result = shell.run(line)
        assert (result.code, result.report, result.command) == ((), None, "")
    assert shell.session.history == []


def test_libraries_are_there_from_the_start_and_loaded_when_mentioned(shell: Any) -> None:
    assert "np" not in shell.session.namespace
    assert shell.run("np.zeros(2).sum()").report == Value("np.float64(0.0)")
    assert shell["np"] is np
    assert "nn" not in shell.session.namespace
    assert shell.run("grad(lambda x: x * x)(3.0)").report.text.startswith("6.0") or shell["_"] == 6.0
    assert shell.run("'nn' in dir()").report == Value("True")
    assert shell["F"] is importlib.import_module("nn.functional")


def test_names_are_the_users_and_the_commands_only(shell: Any) -> None:
    shell.run("x = 1", "np", "data iris")
    assert set(shell.session.names()) == {"x", "data"}


@pytest.mark.parametrize(
    ("lines", "echoes"),
    [
        (["data iris"], ["data = nn.data.iris().split(test=0.25, seed=0, standardize=True)"]),
        (["data iris standardize=no test=0.5"], ["data = nn.data.iris().split(test=0.5, seed=0)"]),
        (
            ["data spiral n=90"],
            ["data = nn.data.spiral(n=90, noise=0.1, classes=3, seed=0).split(test=0.25, seed=0)"],
        ),
        (["loss mse"], ["loss = nn.MSELoss()"]),
        (["loss ce reduction=sum"], ['loss = nn.CrossEntropyLoss(reduction="sum")']),
    ],
)
def test_a_command_is_echoed_as_python(shell: Any, lines: list[str], echoes: list[str]) -> None:
    result = shell.run(*lines)
    assert shell.echoes == echoes
    assert result.code == tuple(echoes)


def test_all_of_it_is_echoed_as_python(shell: Any) -> None:
    shell.run("data digits")
    shell.events.clear()
    shell.run(
        "net 64 relu", "init kaiming", "init normal std=0.01 seed=3", "optim adam lr=0.01", "optim sgd momentum=0.9"
    )
    assert shell.echoes == [
        "nn.manual_seed(0)",
        "net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))",
        'nn.init.initialize_(net, "kaiming_normal", seed=0)',
        'nn.init.initialize_(net, "normal", seed=3, std=0.01)',
        "optimizer = nn.optim.Adam(net.parameters(), lr=0.01)",
        "optimizer = nn.optim.SGD(net.parameters(), lr=0.001, momentum=0.9)",
    ]


def test_a_command_does_what_its_echo_does(shell: Any) -> None:
    shell.quick()
    shell.run("init xavier", "train 7 batch=16 seed=2")
    namespace: dict[str, Any] = {"nn": nn}
    for line in shell.echoes:
        exec(line, namespace)
    assert [event.loss for event in namespace["trainer"].history] == [event.loss for event in shell["trainer"].history]


def test_steps_are_shown_one_by_one(shell: Any) -> None:
    shell.quick()
    report = shell.run("step 3").report
    assert isinstance(report, Steps)
    assert [row.step for row in report.rows] == [1, 2, 3]
    first = shell["trainer"].history[0]
    expected = float(np.sqrt(sum(norm**2 for norm in first.grad_norms.values())))
    assert report.rows[0] == StepRow(1, 1, first.loss, pytest.approx(expected))
    assert shell.run("step").report.rows[0].step == 4


def test_training_tells_how_far_it_is(shell: Any) -> None:
    shell.quick()
    report = shell.run("train 20").report
    assert isinstance(report, Training)
    assert (report.steps, report.asked, report.step, report.epoch, report.stopped) == (20, 20, 20, 5, False)
    assert (report.first_loss, report.last_loss) == (
        shell["trainer"].history[0].loss,
        shell["trainer"].history[-1].loss,
    )
    assert [event.done for event in shell.progress] == list(range(1, 21))
    assert {event.total for event in shell.progress} == {20}
    assert all(event.rate > 0 for event in shell.progress)
    assert shell.progress[-1].left == 0


def test_epochs(shell: Any) -> None:
    shell.quick()
    report = shell.run("train 3 epochs").report
    assert shell.echoes[-1] == "trainer.run(epochs=3)"
    assert (report.steps, report.asked, report.epoch) == (12, 12, 3)


def test_trainer_is_made_once_and_again_when_a_part_is_replaced(shell: Any) -> None:
    shell.quick()
    shell.run("step")
    trainer = shell["trainer"]
    shell.run("step")
    assert shell["trainer"] is trainer
    for line in (
        "loss cross_entropy",
        "optim sgd lr=0.1",
        "data iris seed=1",
        "net 5 relu",
        "train 1 batch=8",
        "train 1 seed=5",
    ):
        shell.run(line, "step")
        assert shell["trainer"] is not trainer, line
        trainer = shell["trainer"]
    assert (trainer.loader.batch_size, trainer.step_count) == (8, 2)


def test_a_new_net_gets_its_optimizer_again(shell: Any) -> None:
    shell.quick()
    shell.run("net 5 relu")
    held = {id(each) for group in shell["optimizer"].param_groups for each in group["params"]}
    assert held == {id(each) for each in shell["net"].parameters()}
    assert shell.echoes[-1] == "optimizer = nn.optim.Adam(net.parameters(), lr=0.01)"


def test_a_net_of_the_users_own_gets_the_commands_optimizer_again(shell: Any) -> None:
    shell.quick()
    shell.run("net = nn.Sequential(nn.Linear(4, 3))", "step")
    assert shell.echoes[-3] == "optimizer = nn.optim.Adam(net.parameters(), lr=0.01)"


def test_an_optimizer_of_the_users_own_over_another_net_is_refused(shell: Any) -> None:
    shell.quick()
    shell.run("optimizer = nn.optim.SGD(net.parameters(), lr=0.1)", "net 5 relu")
    assert "over another network's parameters" in shell.fail("step")


def test_init_starts_training_again(shell: Any) -> None:
    shell.quick()
    shell.run("init xavier", "step 4")
    losses = [event.loss for event in shell["trainer"].history]
    shell.run("init xavier", "step 4")
    assert [event.loss for event in shell["trainer"].history] == losses


def test_bare_name_shows_the_object_once_there_is_one(shell: Any) -> None:
    assert "no data set" in shell.fail("data")
    shell.run("data iris")
    assert shell.run("data").report.text.startswith("Split(iris")
    assert shell.run("graph, explain").report is not None
    assert shell.fail("graph").startswith("graph: got no net")  # preloaded, yet no object of the user's


def test_name_that_the_user_assigned_is_python_until_a_command_binds_it_again(shell: Any) -> None:
    shell.run("data iris", "net = 5")
    assert shell.run("net").report == Value("5")
    said = shell.fail("net 8 tanh")
    assert "a name that you assigned" in said
    assert "`%net 8 tanh`" in said
    shell.run("%net 8 tanh", "net 9 tanh")
    assert shell.run("train = 3", "train").report == Value("3")
    shell.run("del train")
    assert "no loss and no optimizer yet" in shell.fail("train 5")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("trian 200", "trian: got an unknown command; expected a command or Python; did you mean train?"),
        ("shwo", "did you mean show?"),
        ("Train 200", "did you mean train?"),
        ("optimizer adam", "did you mean optim?"),
        ("foo bar", "`help` lists the commands"),
        ("%trian 5", "did you mean train?"),
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


@pytest.mark.parametrize(("line", "code"), [("quit", 0), ("exit", 0), ("quit()", 0), ("import sys; sys.exit(3)", 3)])
def test_leaving(shell: Any, line: str, code: int) -> None:
    assert shell.run(line).report == Farewell(code)


def test_leaving_with_a_message(shell: Any) -> None:
    result = shell.session.run("raise SystemExit('no more')")
    assert result.report == Farewell(1)
    assert result.failure.message == "no more"


@pytest.mark.parametrize(
    ("lines", "line", "message"),
    [
        ([], "net 16 tanh", "net: got no data to take the input from"),
        ([], "net 2 16 tanh", "net: got no data to take the output from"),
        ([], "init kaiming", "init: got no net yet; expected one; do `net 64 relu` first."),
        ([], "optim adam", "do `net 64 relu` first"),
        ([], "train 5", "train: got no data and no net and no loss and no optimizer yet"),
        ([], "summary", "do `net 64 relu` first"),
        ([], "flow", "do `net 64 relu` first"),
        (["data spiral"], "net", "net: got no layers; expected widths and activations; try `net 64 relu`."),
        (["data spiral"], "net 3 16 tanh", "net: got a network for 3 inputs; expected 2, as spiral has"),
        (["data spiral"], "net 16 tanh 4", "net: got 4 outputs; expected 3, the classes of spiral"),
        (["data spiral"], "net 0 tanh", "net: got the width 0; expected 1 or more"),
        (["data spiral"], "net -3", "net: got the width -3"),
        (["data spiral"], "net 16 tahn", "an unknown layer 'tahn'; expected one of a width such as 64, relu, tanh"),
        (["data spiral"], "net 16.5 tanh", "an unknown layer '16.5'"),
        (["data spiral", "net 8 tanh"], "optim adam lr=-1", "lr"),
        (["data spiral", "net 8 tanh"], "init normal std=-1", "std"),
        (["data spiral"], "data spiral n=0", "n"),
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


def test_ctrl_c_stops_training_between_two_steps(shell: Any) -> None:
    shell.quick()

    def press(event: Any) -> None:
        shell.events.append(event)
        if not isinstance(event, Echo) and event.done in (5, 6):  # twice: the second changes nothing
            signal.raise_signal(signal.SIGINT)

    session = Session(listen=press)
    for line in ("data iris", "net 8 tanh", "loss cross_entropy", "optim adam lr=0.01"):
        assert session.run(line).ok
    result = session.run("train 1000")
    assert result.ok
    assert (result.report.steps, result.report.asked, result.report.stopped) == (5, 1000, True)
    assert session.namespace["trainer"].step_count == 5
    assert session.history[-1].code[1] == "trainer.run(5)"
    again = session.run("train 3").report
    assert (again.steps, again.stopped) == (3, False)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_in_a_loop_of_the_users_own_leaves_the_loop_between_two_steps(shell: Any) -> None:
    shell.quick()
    shell.run("step", "import signal", "count = 0")
    shell.run("def press(event):\n    signal.raise_signal(signal.SIGINT)", "trainer.observers.append(press)")
    result = shell.session.run("while True:\n    trainer.run(10)\n    count += 1")
    assert result.failure.kind == "interrupted"
    assert (shell["trainer"].step_count, shell["count"]) == (2, 0)
    shell.run("trainer.observers.clear()", "step")


def test_ctrl_c_elsewhere_is_an_interrupt(shell: Any) -> None:
    result = shell.session.run("import signal; x = 1; signal.raise_signal(signal.SIGINT); x = 2")
    assert result.failure.kind == "interrupted"
    assert shell["x"] == 1


def test_ctrl_c_during_a_command_that_does_not_train_undoes_it(shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.run("data iris")
    before = shell["data"]

    def press(**_: Any) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(nn.data, "spiral", press)
    result = shell.session.run("data spiral")
    assert result.failure.kind == "interrupted"
    assert shell["data"] is before


def test_a_session_in_another_thread_leaves_signals_alone() -> None:
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(Session().run("1 + 1")))
    thread.start()
    thread.join()
    assert results[0].report == Value("2")


def test_a_user_s_loop_reports_no_progress_but_runs(shell: Any) -> None:
    shell.quick()
    shell.run("step", "events = trainer.run(4)")
    assert len(shell["events"]) == 4
    assert shell["trainer"].observers == []


def test_play_stops_at_the_first_failure_and_at_quit() -> None:
    results = list(Session().play(["x = 1", "1 / 0", "x = 2"]))
    assert [result.ok for result in results] == [True, False]
    results = list(Session().play(["quit", "1 / 0"]))
    assert [result.report for result in results] == [Farewell(0)]


def test_data_that_no_longer_fits_the_net_says_so_and_training_is_refused(shell: Any) -> None:
    shell.quick()
    note = shell.run("data digits").report
    assert isinstance(note, Note)
    assert "does not fit any more" in note.text
    assert "expected 64, as digits has" in shell.fail("train 5")
    assert "does not fit" not in shell.run("data iris").report.text


def test_a_training_that_leaves_the_numbers_says_so_and_warns_of_nothing(shell: Any) -> None:
    shell.quick()
    shell.run("optim sgd lr=1e38")
    report = shell.run("train 20").report  # a warning would be an error here
    assert report.trouble.startswith("step ")
    assert shell.run("flow").report.verdict == "nan"


@pytest.mark.parametrize(("line", "cure"), [("?", "`help NAME`"), ("net?", "`help net`"), ("?net", "`help net`")])
def test_question_marks_lead_to_help(shell: Any, line: str, cure: str) -> None:
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
