"""What an expression refers to, found without running anything of it."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Tensor
from repl import looking
from repl.looking import NOTHING, Found, find


class Guarded:
    """An object of which nothing may be computed."""

    kept = 3

    def __init__(self) -> None:
        self.own = [1, 2]
        self.ran: list[str] = []

    @property
    def touched(self) -> int:
        """Computed each time."""
        self.ran.append("touched")
        return 1

    @functools.cached_property
    def cached(self) -> str:
        self.ran.append("cached")
        return ""

    def __getattr__(self, name: str) -> Any:
        self.ran.append(name)
        raise AttributeError(name)

    def __getitem__(self, key: Any) -> Any:
        self.ran.append(str(key))
        return self

    def __dir__(self) -> list[str]:
        self.ran.append("dir")
        return []

    def __len__(self) -> int:
        self.ran.append("len")
        return 2

    def __iter__(self) -> Any:
        self.ran.append("iter")
        return iter(())

    def method(self) -> dict[str, int]:
        self.ran.append("method")
        return {}

    def again(self) -> Guarded:
        return self


THINGS: dict[str, Any] = {
    "np": np,
    "nn": nn,
    "net": nn.Sequential(nn.Linear(2, 3), nn.Tanh()),
    "x": Tensor([1.0, 2.0], requires_grad=True),
    "array": np.zeros((2, 3)),
    "shelf": {"a": [7, "b"], 3: "three"},
    "i": 1,
    "Guarded": Guarded,
}


def get(name: str) -> Any:
    return THINGS.get(name, NOTHING)


def test_objects() -> None:
    net = THINGS["net"]
    found = {
        "i": 1,
        "shelf['a'][0]": 7,
        "shelf[3]": "three",
        "shelf['a'][i]": "b",
        "shelf['a'][-1]": "b",
        "net[0]": net[0],
        "net[i]": net[1],
        "net[0].weight": net[0].weight,
        "net[0].in_features": 2,
        "np.pi": np.pi,
        "nn.optim.Adam": nn.optim.Adam,
        "array.shape": (2, 3),
    }
    for expression, value in found.items():
        assert find(expression, get).value is value or find(expression, get).value == value, expression  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("x.data", np.ndarray),
        ("x.grad", Tensor),
        ("x[0]", Tensor),
        ("x.sum", type(Tensor.sum)),
        ("'a'.upper", type(str.upper)),
        ("nn.Linear(2, 3)", nn.Linear),
        ("Guarded()", Guarded),
        ("Guarded().method()", dict),
        ("Guarded().again()", Guarded),
        ("array[0]", np.ndarray),
        ("[1, 2]", list),
        ("{}", dict),
        ("f'{i}'", str),
        ("shelf['a'][:1]", list),
    ],
)
def test_what_is_not_computed_has_a_class(expression: str, kind: type) -> None:
    found = find(expression, get)
    assert found is not None
    assert found.kind is kind


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "nothing",
        "net[9]",
        "net[0].nothing",
        "i +",
        "i + 1",
        "shelf['z']",
        "i.real.x.y",
        "lambda: 1",
        "net[0](",
        "(" * 300,
        "np.nope",
    ],
)
def test_what_cannot_be_told(expression: str) -> None:
    assert find(expression, get) is None


def test_nothing_of_the_users_runs() -> None:
    thing = THINGS["thing"] = Guarded()
    for expression in (
        "thing.touched",
        "thing.cached",
        "thing.nothing",
        "thing[0]",
        "thing['a']",
        "thing.method()",
        "thing.touched.x",
    ):
        find(expression, get)
    found = Found.of(thing)
    assert {"touched", "cached", "own", "kept", "method"} <= set(looking.names(found))
    assert looking.names(found)["touched"] == "Computed each time"
    looking.keys(found)
    looking.parameters(found)
    looking.meaning(thing)
    assert thing.ran == []


def test_a_tensor_is_not_marked_as_taken_and_nothing_is_recorded() -> None:
    x = Tensor([1.0], requires_grad=True)
    THINGS["y"] = y = x * 2
    before = dict(vars(y)) if hasattr(y, "__dict__") else [getattr(y, name, None) for name in type(y).__slots__]
    for expression in ("y.data", "y[0]", "y.grad", "y.T", "y.shape"):
        find(expression, get)
    looking.names(Found.of(y))
    after = dict(vars(y)) if hasattr(y, "__dict__") else [getattr(y, name, None) for name in type(y).__slots__]
    assert all(one is other for one, other in zip(before, after, strict=True))


def test_meanings() -> None:
    meaning = looking.meaning
    assert meaning(np.zeros((2, 3))) == "ndarray (2, 3)"
    assert meaning(THINGS["x"]) == "Tensor (2,)"
    assert meaning(nn.Linear(2, 3)).startswith("Linear(2 -> 3")
    assert meaning(np.tanh) == "Compute hyperbolic tangent element-wise"
    assert meaning("a" * 100) == "'" + "a" * 58 + "…"
    assert meaning(nn).endswith(looking.meaning(nn)[-5:])
    assert meaning({1: 2}) == "dict of 1"
    assert meaning(Guarded()) == "Guarded"
    assert looking.first_sentence(None) == ""


def test_keys_and_parameters() -> None:
    assert looking.keys(Found.of(THINGS["shelf"])) == {"'a'": "list of 2", "3": "'three'"}
    assert list(looking.keys(Found.of(THINGS["net"]))) == ["0", "1"]
    assert looking.keys(Found.of(THINGS["x"])) == {}
    assert looking.parameters(Found.of(nn.Linear))["bias="] == "default True"
    assert looking.parameters(Found.of(3)) == {}
    assert len(looking.parameters(Found.of(nn.Linear(2, 3)))) == 1
