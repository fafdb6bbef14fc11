"""What a line may go on with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nn import catalog
from repl.completion import candidates


def texts(shell: Any, line: str) -> list[str]:
    return [found.text for found in candidates(shell.session, line)]


def test_commands_come_first_with_what_they_do(shell: Any) -> None:
    found = candidates(shell.session, "da")
    assert (found[0].text, found[0].length) == ("data", 2)
    assert found[0].meaning.startswith("Load data")
    assert texts(shell, "")[:5] == ["data", "net", "init", "loss", "optim"]
    assert texts(shell, "%tr")[0] == "train"
    assert texts(shell, "  tr")[0] == "train"


def starting(text: str) -> list[str]:
    """The activations of the catalog that begin so; every one can be a word of `net`."""
    return [name for name in catalog.ACTIVATIONS if name.startswith(text)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("data ", ["digits", "iris", "health", "xor", "moons", "circles", "spiral", "blobs"]),
        ("data sp", ["spiral"]),
        ("data spiral n", ["n=", "noise="]),
        ("data spiral n=3 n", ["noise="]),
        ("data spiral standardize=", []),
        ("net 64 rel", starting("rel")),
        ("net 64 relu s", [*starting("s"), "seed="]),
        ("init kai", ["kaiming_normal", "kaiming_uniform"]),
        ("optim adam l", ["lr="]),
        ("train 5 ", ["steps", "epochs", "batch=", "seed=", "threads=", "most="]),
        ("graph --s", ["--svg"]),
        ("graph theme=", ["light", "dark"]),
        ("help expl", ["explain"]),
        ("set the", ["theme"]),
        ("set theme ", ["auto", "dark", "light", "none", "--keep"]),
        ("set vi o", ["on", "off"]),
        ("lesson 3", ["3"]),
        ("data sprial", ["spiral"]),
        ("optim adm", ["adam", "adamax", "adamw"]),
        ("explain softmax_c", ["softmax_cross_entropy"]),
        ("%net 64 ta", starting("ta")),
        ("step ", []),
    ],
)
def test_the_words_of_commands(shell: Any, line: str, expected: list[str]) -> None:
    assert texts(shell, line) == expected


def test_words_are_offered_though_the_name_alone_would_show_an_object(shell: Any) -> None:
    shell.run("data iris", "net 8 tanh")
    assert "spiral" in texts(shell, "data ")
    assert texts(shell, "net ")[:3] == ["relu", "tanh", "sigmoid"]
    assert texts(shell, "data.tr") == ["train"]


def test_names(shell: Any) -> None:
    shell.run("weights = 3", "_hidden = 4")
    assert texts(shell, "weig") == ["weights"]
    assert texts(shell, "y = weig") == ["weights"]
    assert "print" in texts(shell, "pri")
    assert "while" in texts(shell, "whi")
    assert "nn" in texts(shell, "x = n")
    assert "_hidden" in texts(shell, "_h")
    assert "_hidden" not in texts(shell, "x = ")
    shell.run("net = 5")
    assert texts(shell, "net 6")[:1] == []  # Python now


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("nn.optim.Ad", "Adam"),
        ("x = nn.Lin", "Linear"),
        ("np.linalg.nor", "norm"),
        ("str.uppe", "upper"),
        ("thing.real", "real"),
    ],
)
def test_attributes(shell: Any, line: str, expected: str) -> None:
    shell.run("thing = 3")
    assert expected in texts(shell, line)


def test_attributes_that_fail_offer_nothing(shell: Any) -> None:
    shell.run("class Bad:\n    @property\n    def x(self):\n        raise RuntimeError\nbad = Bad()")
    assert texts(shell, "bad.x.") == []
    assert texts(shell, "nothing.") == []
    assert "__class__" not in texts(shell, "bad.")
    assert "__class__" in texts(shell, "bad.__cl")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("freeze ", ["0", "0.weight", "0.bias", "2", "2.weight", "2.bias"]),
        ("freeze 0 2.w", ["2.weight"]),
        ("unfreeze ", []),
        ("graph focus=2", ["2", "2.weight", "2.bias"]),
        ("graph --focus ta", ["target"]),
        ("graph ta", ["target"]),
        ("plot drift ", ["0", "1", "2"]),
        ("plot activation tanh", ["tanh", "tanhshrink"]),
        ("unwatch ", ["1"]),
        ("look tar", ["target"]),
        ("tar", ["target"]),
        ("??tar", ["target"]),
        ("!tar", []),
        ("net[0].we", ["weight"]),
        ("net[0].weight.sha", ["shape"]),
        ("net[", ["0", "1", "2"]),
        ("shelf[", ["'first'", "'second'", "3"]),
        ("shelf['f", ["first'"]),
        ('x = shelf["f', ['first"']),
        ("shelf['first'].uppe", ["upper"]),
        ("net.state_dict()['", []),
        ("nn.Linear(3, 4, bi", ["bias=", "bin"]),
        ("nn.Linear(3, dt", ["dtype="]),
        ("# net.", []),
        ("print('net.", []),
        ("net.paramters", ["parameters", "get_parameter"]),
        ("nn.optim.adm", ["Adam", "AdamW", "Adamax", "adam", "adamax"]),
        ("for i in ran", ["range"]),
        ("x = (net[0]\n  .wei", ["weight"]),
    ],
)
def test_what_the_session_has(shell: Any, line: str, expected: list[str]) -> None:
    shell.run("data iris", "net 8 tanh", "target = Tensor([1.0, 2.0])", "watch 1 + 1")
    shell.run("shelf = {'first': 'a', 'second': 2, 3: None}")
    options = () if "(" in line else ("=",)
    assert [text for text in texts(shell, line) if not text.startswith("--") and not text.endswith(options)] == expected


def test_frozen_layers_and_answers(shell: Any) -> None:
    shell.run("data iris", "net 8 tanh", "freeze 0")
    assert texts(shell, "unfreeze ") == ["0.weight", "0.bias"]
    assert texts(shell, "answer ") == []
    shell.run("lesson 3")
    while shell.session.walk.question is None:
        shell.run("next")
    assert texts(shell, "answer ")[:2] == ["a", "b"]


def test_meanings_stand_beside(shell: Any) -> None:
    shell.run("data iris", "net 8 tanh", "x = Tensor([1.0, 2.0])")
    assert [found.meaning for found in candidates(shell.session, "net[0].wei")] == ["Parameter (8, 4)"]
    assert next(found for found in candidates(shell.session, "x")).meaning == "Tensor (2,)"
    assert next(found.meaning for found in candidates(shell.session, "net[")).startswith("Linear(4 -> 8")


def test_nothing_is_recorded_or_computed(shell: Any) -> None:
    shell.run("ran = []", "class A:\n    @property\n    def b(self):\n        ran.append(1)\n        return self")
    shell.run("a = A()")
    assert texts(shell, "a.b.") == []
    assert texts(shell, "a.") == ["b"]
    assert shell["ran"] == []


def test_files(shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.py", "a.svg", "a.txt"):
        (tmp_path / name).touch()
    assert texts(shell, "export ") == ["a.py", "--force"]
    assert texts(shell, "graph --svg a") == ["a.svg"]
    assert texts(shell, "open('a.t") == ["a.txt"]


def test_the_last_line_of_a_block_counts(shell: Any) -> None:
    assert "pass" in texts(shell, "def f():\n    pas")


def test_a_hundred_names_are_fast_enough_to_be_found(shell: Any) -> None:
    shell.run(*[f"name_{number} = {number}" for number in range(100)])
    assert len(texts(shell, "name_")) == 100
