"""The settings: their file, what is wrong in it, and the command that changes them."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from repl import Session, settings
from repl.errors import FileError, UsageError
from repl.settings import Settings


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "conf"))
    monkeypatch.delenv("CHAINRULE_CONFIG", raising=False)
    path = settings.location()
    path.parent.mkdir(parents=True)
    return path


def test_every_setting_has_a_meaning() -> None:
    assert list(settings.MEANINGS) == [each.name for each in fields(Settings)]


def test_where_the_file_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "/a")
    monkeypatch.delenv("CHAINRULE_CONFIG", raising=False)
    assert settings.location() == Path("/a/chainrule/config.toml")
    monkeypatch.setenv("CHAINRULE_CONFIG", "/b.toml")
    assert settings.location() == Path("/b.toml")


def test_without_a_file_all_is_as_usual(file: Path) -> None:
    assert settings.read(file) == (Settings(), ())
    _, (complaint,) = settings.read(file, needed=True)
    assert "no such file" in complaint


def test_what_the_file_says(file: Path) -> None:
    file.write_text('theme = "light"\nvi = true\nnotes = false\nlang = "ko"\nshell = true\n')
    found, complaints = settings.read(file)
    assert found == Settings(theme="light", vi=True, notes=False, lang="ko", shell=True)
    assert complaints == ()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('theme = "lihgt"', 'config: got theme = \'lihgt\'; expected "auto" or "dark" or "light" or "none"'),
        ("vi = 1", "config: got vi = 1; expected true or false"),
        ('vi = "on"', "expected true or false"),
        ("thme = 3", "did you mean theme?"),
        ("lang = [1]", "config: got lang = [1]"),
        ("[toolbar]", "config: got toolbar = {}"),
    ],
)
def test_a_bad_value_is_told_in_a_line_and_left_out(file: Path, line: str, told: str) -> None:
    file.write_text(f"suggestions = false\n{line}\n")
    found, (complaint,) = settings.read(file)
    assert found == Settings(suggestions=False)
    assert told in complaint
    assert "\n" not in complaint


@pytest.mark.parametrize("content", [b"vi = ", b"\xff\xfe", b"vi = true\nvi = true"])
def test_a_file_that_is_no_toml_is_left_out(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    found, (complaint,) = settings.read(file)
    assert found == Settings()
    assert str(file) in complaint
    assert "\n" not in complaint


def test_keeping_a_setting_leaves_the_rest_as_it_is(file: Path) -> None:
    file.write_text("# mine\nvi = false # really\n\n[other]\nx = 1\n")
    settings.keep(file, Settings(vi=True), "vi")
    settings.keep(file, Settings(theme="light"), "theme")
    assert file.read_text() == 'theme = "light"\n# mine\nvi = true\n\n[other]\nx = 1\n'
    assert settings.read(file)[0] == Settings(vi=True, theme="light")


def test_keeping_where_no_folder_can_be_made(file: Path) -> None:
    file.parent.rmdir()
    file.parent.write_text("a file")
    with pytest.raises(FileError, match="cannot be made"):
        settings.keep(file, Settings(vi=True), "vi")


@pytest.mark.parametrize(
    ("environment", "theme", "colours"),
    [
        ({}, "auto", "dark"),
        ({"COLORFGBG": "0;15"}, "auto", "light"),
        ({"COLORFGBG": "15;0"}, "auto", "dark"),
        ({"COLORFGBG": "0;15"}, "dark", "dark"),
        ({"NO_COLOR": "1"}, "light", "none"),
        ({}, "none", "none"),
    ],
)
def test_colours(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], theme: Any, colours: str) -> None:
    for name in ("COLORFGBG", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Settings(theme=theme).colours == colours


def test_set_shows_and_changes(shell: Any, file: Path) -> None:
    assert [name for name, _ in shell.run("set").report.rows] == list(settings.MEANINGS)
    assert shell.run("set vi").report.text == "vi off (one of on, off)"
    assert shell.run("set vi on").report.text == "vi on"
    assert shell.session.settings == Settings(vi=True)
    assert not file.exists()
    shell.run("set theme light --keep")
    assert settings.read(file)[0] == Settings(theme="light")
    assert shell.run("x = set()", "len(x)").report.text == "0"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("set them light", "did you mean theme?"),
        ("set them", "did you mean theme?"),
        ("set theme lihgt", "did you mean light?"),
        ("set vi maybe", "expected one of on, off"),
        ("set shell on", "write `shell = true` into"),
    ],
)
def test_set_refuses(shell: Any, file: Path, line: str, told: str) -> None:
    assert told in shell.fail(line)
    assert shell.session.settings == Settings()


def test_notes_can_be_set_off(shell: Any) -> None:
    shell.run("set notes off")
    assert shell.session.slips.look(object()) == ()
    assert shell.session.slips.off
    shell.run("set notes on")
    assert not shell.session.slips.off


def test_a_file_that_cannot_be_written_changes_nothing(shell: Any, file: Path) -> None:
    file.mkdir()
    assert "set: got" in shell.fail("set vi on --keep")
    assert shell.session.settings == Settings()


def test_unknown_words_are_refused() -> None:
    with pytest.raises(UsageError, match="did you mean suggestions"):
        settings.changed(Settings(), "sugestions", "on")


def test_the_page_of_the_docs_has_every_setting_with_its_values() -> None:
    page = (Path(__file__).parents[2] / "docs" / "shell.md").read_text("utf-8")
    for name in settings.MEANINGS:
        row = f"| `{name}` | {', '.join(settings.values(name))} | {settings.shown(Settings(), name)} |"
        assert row in page


def test_the_page_that_a_wrong_name_in_the_file_is_sent_to_is_there(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("keys = 'vi'\n")
    _, (said,) = settings.read(tmp_path / "config.toml")
    assert said.startswith("config: got an unknown setting 'keys'")
    page = re.search(r"`(help \w+)`", said)
    assert page
    assert Session().run(page[1]).ok
