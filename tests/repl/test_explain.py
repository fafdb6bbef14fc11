"""explain: operations, layers, losses, optimisers, and the learner's own ops."""

from __future__ import annotations

from typing import Any

import pytest

from autograd import explain, ops
from repl.commands.explain import _names as explained
from repl.completion import candidates
from repl.results import Rule
from repl.views.terminal import draw


def test_explain_prints_the_rule_and_the_intuition(shell: Any) -> None:
    report = shell.run("explain tanh").report
    assert isinstance(report, Rule)
    assert (report.formula, report.why) == ("y = tanh(x)\ndL/dx = g * (1 - y * y)", ops.table["tanh"].why)
    assert report.about.startswith("The hyperbolic tangent")
    assert report.more == "plot activation tanh"
    assert shell.run("explain softmax").report.more == "", "which looks at all outputs: no curve shows it"
    assert shell.echoes == ['explain("tanh")', 'explain("softmax")']


def test_explain_says_where_it_is_in_the_session(shell: Any) -> None:
    shell.run("data iris", "net 8 bn tanh 8 tanh", "loss cross_entropy", "optim adam")
    assert shell.run("explain tanh").report.here == ("net[2]", "net[4]")
    assert shell.run("explain bn").report.here == ("net[1]",)
    assert shell.run("explain adam").report.here == ("optimizer",)
    assert shell.run("explain cross_entropy").report.here == ("loss",)
    assert shell.run("explain sgd").report.here == ()


def test_explain_of_what_is_no_operation_reads_its_documentation(shell: Any) -> None:
    report = shell.run("explain adam").report
    assert shell.echoes == ["nn.optim.Adam.__doc__"]
    assert report.formula == ""
    assert report.about.startswith("p -= lr * m'")
    assert "Args" not in report.about
    assert report.source.startswith("Kingma and Ba 2014, arXiv:1412.6980")


def test_everything_that_can_be_named_can_be_explained(shell: Any) -> None:
    names = explained()
    assert {"tanh", "matmul", "adam", "conv2d", "cross_entropy", "kaiming_normal", "dropout"} <= set(names)
    for name in names:
        report = shell.run(f"explain {name}").report
        assert report.formula or report.about, name


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("linear", "linear"),
        ("Linear", "linear"),
        ("cross_entropy", "cross_entropy"),
        ("CrossEntropyLoss", "cross_entropy"),
        ("NAdam", "nadam"),
        ("he", "kaiming_normal"),
        ("logistic", "sigmoid"),
        ("ReLU", "relu"),
        ("@", "matmul"),
        ("+", "add"),
        ("-", "subtract"),
    ],
)
def test_explain_knows_symbols_and_the_names_of_nn(shell: Any, word: str, name: str) -> None:
    assert shell.run(f"explain {word}").report.name == name


@pytest.mark.parametrize("name", [name for name in ops.table if name != "output"])
def test_every_operation_can_be_explained(shell: Any, name: str) -> None:
    report = shell.run(f"explain {name}").report
    assert report.formula
    assert report.why
    assert report.why not in report.formula
    assert report.formula.splitlines()[0] in explain(name)


# -- ops of the learner's own

SINE = """@autograd.primitive(vjp=lambda g, y, x: g * np.cos(x))
def sine(x):
    'The sine, of my own.

    Args:
        x: anything.
    '
    return np.sin(x)
"""


def test_explain_of_an_op_of_ones_own(shell: Any, screen: Any) -> None:
    shell.run("import autograd", SINE.replace("'", '"""'), "x = Tensor([1.0], requires_grad=True)", "z = sine(x).sum()")
    report = shell.run("explain sine").report
    assert isinstance(report, Rule)
    assert shell.echoes[-1] == "explain(sine)"
    assert (report.formula, report.why) == ("y = sin(x)\ndL/dx = g * cos(x)", "The sine, of my own.")
    assert report.code.startswith("@autograd.primitive(vjp=lambda g, y, x: g * np.cos(x))\ndef sine(x):")
    assert report.here == ("z",)
    shown = draw(report, screen()).split("\n")
    assert shown[:4] == ["y = sin(x)", "dL/dx = g * cos(x)", "The sine, of my own.", "As it was written:"]
    assert shown[-1] == "Here: z"


def test_an_op_of_ones_own_in_a_layer_is_found_there(shell: Any) -> None:
    shell.run("import autograd", SINE.replace("'", '"""'))
    shell.run("class Wave(nn.Module):\n    def forward(self, x):\n        return sine(x)\n")
    shell.run("data iris", "net = nn.Sequential(nn.Linear(4, 3), Wave())")
    assert shell.run("explain sine").report.here == ("net[1]",)


def test_explain_of_a_primitive_in_hips_form_shows_the_rules_that_it_was_given(shell: Any) -> None:
    shell.run("from autograd.extend import primitive, defvjp")
    shell.run("@primitive\ndef tanh(x):\n    return np.tanh(x)\n")
    shell.run("defvjp(tanh, lambda ans, x: lambda g: g * (1 - ans**2))")
    report = shell.run("explain tanh").report  # the learner's own comes before the table's
    assert report.formula == "y = tanh(x)\ndL/dx = g * (1 - y ** 2)"
    assert report.code == "defvjp(tanh, lambda ans, x: lambda g: g * (1 - ans**2))"


def test_a_rule_without_source_is_explained_without(shell: Any) -> None:
    shell.run("from autograd import primitive", "exec('op = primitive(np.exp, vjp=lambda g, y, x: g * y)')")
    report = shell.run("explain op").report
    assert (report.formula, report.code) == ("y = exp(x)\ndL/dx = g * y", "")


def test_explain_says_which_tensors_an_operation_had_a_part_in(shell: Any) -> None:
    shell.run("w = Tensor(3.0, requires_grad=True)", "loss = w * w", "other = w + 1")
    assert shell.run("explain multiply").report.here == ("loss",)


def test_ops_of_ones_own_are_offered(shell: Any) -> None:
    shell.run("from autograd import primitive", "own = primitive(np.exp, vjp=lambda g, y, x: g * y, why='Grows.')")
    assert ("own", "Grows") in [(each.text, each.meaning) for each in candidates(shell.session, "explain ow")]
