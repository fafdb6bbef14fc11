"""A typed function as a command: its arguments, its help, its completion; and that every command has all three."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, TypedDict, Unpack

import pytest

import repl.commands  # noqa: F401  # registers them
from repl.arguments import AtLeast, Choice, File, SettingsOf
from repl.candidates import files
from repl.errors import UsageError
from repl.registry import Command
from repl.session import Plan, registered

COMMANDS = {name: each for name, each in registered.items() if isinstance(each, Command)}
MAIN = sorted(name for name, each in COMMANDS.items() if each.name == name)
Thing = Annotated[str, Choice("thing", lambda: {"apple": "round", "apricot": "small", "pear": "long"}), "which"]


def _defaults(thing: str) -> dict[str, Any]:
    return {"apple": {"weight": 1.5, "ripe": True}, "pear": {"length": 2}}.get(thing, {})


def sample(
    session: Any,
    name: Thing,
    n: Annotated[int, AtLeast(1), "how many"] = 3,
    *,
    unit: Annotated[Literal["kg", "g"], "of the weight"] = "kg",
    to: Annotated[str | None, File((".txt",)), "where to"] = None,
    loud: Annotated[bool, "tell everybody"] = False,
    **settings: Annotated[Any, SettingsOf("name", _defaults), "of the thing"],
) -> Plan:
    """Do something with a thing.

    More about it.

    Example:
        > sample pear
        > sample apple 2
    """
    return Plan((f"{name} {n} {unit} {to} {loud} {settings}",))


def layers(session: Any, *words: Annotated[str, "words"], seed: Annotated[int, "seed"] = 0) -> Plan:
    """Take any words."""
    return Plan((f"{words} {seed}",))


class Packing(TypedDict, total=False):
    """Options of several commands."""

    box: Annotated[Literal["small", "large"], "of which size"]
    label: Annotated[str | None, "what stands on it"]


def packed(session: Any, name: Thing, *, soft: Annotated[bool, "with straw"] = False, **how: Unpack[Packing]) -> Plan:
    """Pack a thing."""
    return Plan((f"{name} {soft} {how}",))


SAMPLE = Command(sample, "build")
LAYERS = Command(layers, "build")


def test_options_that_several_commands_share() -> None:
    command = Command(packed, "build")
    assert command.usage == "packed NAME [--soft] [box=small|large] [label=TEXT]"
    assert command.plan(None, "pear box=large --soft").code == ("pear True {'box': 'large'}",)
    assert command.plan(None, "pear").code == ("pear False {}",)
    assert dict(command.page().options)["box=small|large"] == "of which size: small, large (default small)"
    with pytest.raises(UsageError, match="expected one of soft, box, label"):
        command.plan(None, "pear bocks=large")


@pytest.mark.parametrize(
    ("text", "given", "options"),
    [
        ("apple", ["apple"], {}),
        ("apple 5", ["apple", 5], {}),
        ("apple 5 unit=g", ["apple", 5], {"unit": "g"}),
        ("unit=g apple", ["apple"], {"unit": "g"}),
        ("apple --unit g", ["apple"], {"unit": "g"}),
        ("apple --unit=g", ["apple"], {"unit": "g"}),
        ("apple --to 'a b.txt' --loud", ["apple"], {"to": "a b.txt", "loud": True}),
        ("apple loud=no", ["apple"], {"loud": False}),
        ("apple weight=2 ripe=no", ["apple"], {"weight": 2.0, "ripe": False}),
        ("pear length=3", ["pear"], {"length": 3}),
    ],
)
def test_arguments(text: str, given: list[Any], options: dict[str, Any]) -> None:
    assert SAMPLE.read(text) == (given, options)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "sample: got no thing; expected one of apple, apricot, pear; try `sample pear`."),
        ("aple", "an unknown thing 'aple'; expected one of apple, apricot, pear; did you mean apple?"),
        ("apple 0", "n 0; expected 1 or more"),
        ("apple many", "n 'many'; expected a whole number"),
        ("apple 1 2", "'2' as one word too many"),
        ("apple uni=g", "an unknown option 'uni'; expected one of unit, to, loud, weight, ripe; did you mean unit?"),
        ("apple --lout", "an unknown option 'lout'"),
        ("apple length=3", "an unknown option 'length'"),
        ("apple unit=kilo", "an unknown unit 'kilo'; expected one of kg, g"),
        ("apple unit=g unit=g", "unit twice"),
        ("apple --to", "--to and nothing after it; expected a file"),
        ("apple weight=heavy", "weight 'heavy'; expected a number"),
        ("apple 'un", "expected a quote or bracket that is closed"),
    ],
)
def test_errors(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        SAMPLE.read(text)
    assert message in str(caught.value)


def test_a_command_that_takes_any_words_keeps_those_with_an_equals_sign() -> None:
    assert LAYERS.read("64 relu drop=0.2 seed=3") == (["64", "relu", "drop=0.2"], {"seed": 3})
    assert LAYERS.read("-5 --seed 2") == (["-5"], {"seed": 2})


def test_usage_and_help_come_from_the_signature() -> None:
    assert SAMPLE.usage == "sample NAME [N] [unit=kg|g] [--to FILE] [--loud] [SETTING=VALUE ...]"
    page = SAMPLE.page()
    assert page.text == "Do something with a thing.\n\nMore about it."
    assert page.words == (("NAME", "which: apple, apricot, pear"), ("N", "how many (default 3)"))
    assert page.options[0] == ("unit=kg|g", "of the weight: kg, g (default kg)")
    assert page.options[1:3] == (("--to FILE", "where to"), ("--loud", "tell everybody"))
    assert page.examples == ("sample pear", "sample apple 2")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["apple", "apricot", "pear", "unit=", "--to", "--loud"]),
        ("ap", ["apple", "apricot"]),
        ("apple ", ["unit=", "--to", "--loud", "weight=", "ripe="]),
        ("apple 2 w", ["weight="]),
        ("apple unit=", ["kg", "g"]),
        ("apple unit=k", ["kg"]),
        ("apple --unit ", ["kg", "g"]),
        ("apple unit=g u", []),
        ("apple --l", ["--loud"]),
        ("apple loud=", ["yes", "no"]),
        ("pear l", ["length="]),
        ("apple weight=", []),
        ("nothing ", ["unit=", "--to", "--loud"]),
    ],
)
def test_completion(text: str, expected: list[str]) -> None:
    assert [found.text for found in SAMPLE.complete(text)] == expected


def test_completion_says_what_a_word_means_and_what_it_replaces() -> None:
    (found,) = SAMPLE.complete("pea")
    assert (found.text, found.length, found.meaning) == ("pear", 3, "long")


def test_completion_of_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "notes").mkdir()
    for name in ("note.txt", "note.py", ".hidden.txt", "notes/deep.txt"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    assert [found.text for found in SAMPLE.complete("apple --to no")] == ["note.txt", "notes/"]
    assert [found.text for found in SAMPLE.complete("apple to=notes/d")] == ["deep.txt"]
    assert [found.text for found in files(".h")] == [".hidden.txt"]
    assert [found.text for found in files(f"{tmp_path}/note.")] == ["note.py", "note.txt"]
    assert files("nowhere/x") == []


@pytest.mark.parametrize("name", MAIN)
def test_every_command_has_help_with_an_example_of_itself(name: str) -> None:
    page = COMMANDS[name].page()
    assert re.fullmatch(r"[A-Z][^\n]*\.", page.text.partition("\n")[0])
    assert page.examples
    assert page.examples[-1].split()[0] == name
    assert all(meaning for _, meaning in (*page.words, *page.options)), page


@pytest.mark.parametrize("name", MAIN)
def test_the_example_of_every_command_runs(
    name: str, shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shell.run(*COMMANDS[name].examples)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("train", "train: got nothing after it; expected a number of steps; try `train 200`."),
        ("export", "export: got nothing after it; expected a file; try `export session.py`."),
        ("data", "data: got no data set; expected one of digits, "),
    ],
)
def test_what_is_missing_is_named_with_the_shortest_example(name: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        COMMANDS[name].read("")
    assert str(caught.value).startswith(message)
