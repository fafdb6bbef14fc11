"""What the user may choose about the shell, and the file where the choice is kept: config.toml.

    settings, complaints = read(location())     what the file says, and a line on each value that is of no use
    settings.theme                              'auto'

The file lies in XDG_CONFIG_HOME/chainrule, ~/.config/chainrule by default, and has one line per setting, such as
`vi = true`. A value that cannot be is told in one line and left out; the shell starts all the same.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints

from . import files
from .errors import FileError, UsageError, message, unknown
from .messages import from_environment, marked, tr

Theme = Literal["auto", "dark", "light", "none"]
Language = Literal["auto", "en", "ko"]


@dataclass(frozen=True, slots=True)
class Settings:
    """The choices; without a file, these. MEANINGS says what each is."""

    theme: Theme = "auto"
    vi: bool = False
    toolbar: bool = True
    suggestions: bool = True
    notes: bool = True
    lang: Language = "auto"
    shell: bool = False

    @property
    def language(self) -> str:
        """The language that is meant: a name, never `auto`."""
        return from_environment() if self.lang == "auto" else self.lang

    @property
    def colours(self) -> Literal["dark", "light", "none"]:
        """The colours that are meant: NO_COLOR wins, then the setting, then what the terminal says."""
        if os.environ.get("NO_COLOR"):
            return "none"
        if self.theme != "auto":
            return self.theme
        return "light" if light_ground() else "dark"


def light_ground() -> bool:
    """Whether the terminal says that its ground is light: COLORFGBG has ink;ground among the 16 colours."""
    return os.environ.get("COLORFGBG", "").rpartition(";")[2] in ("7", "15")


MEANINGS: Mapping[str, str] = {
    "theme": marked("colours for a dark or a light terminal, or none"),
    "vi": marked("the keys of vi, instead of those of Emacs"),
    "toolbar": marked("the line at the bottom: network, step, loss, rate, seed"),
    "suggestions": marked("the rest of an earlier line, in grey while you type; Right takes it"),
    "notes": marked("sentences on classic slips, as `notes` switches them"),
    "lang": marked("the language of messages and lessons; auto is the locale's"),
    "shell": marked("whether `!ls` runs a command of the system; only the file can allow it"),
}
"""The settings, and what each is."""


def values(name: str) -> tuple[str, ...]:
    """The words that a setting may be.

    Example:
        >>> values("vi"), values("lang")
        (('on', 'off'), ('auto', 'en', 'ko'))
    """
    kind = get_type_hints(Settings)[name]
    return ("on", "off") if kind is bool else get_args(kind)


def shown(settings: Settings, name: str) -> str:
    """A setting as one would write it after `set`."""
    value = getattr(settings, name)
    return {True: "on", False: "off"}.get(value, str(value))


def changed(settings: Settings, name: str, word: str) -> Settings:
    """The settings with one of them as `word` says.

    Raises:
        UsageError: there is no such setting, or it cannot be that.
    """
    if name not in MEANINGS:
        raise UsageError(unknown("set", "setting", name, MEANINGS))
    spelled = {"yes": "on", "true": "on", "no": "off", "false": "off"}.get(word.lower(), word.lower())
    if spelled not in values(name):
        raise UsageError(unknown("set", tr("value of {name}", name=name), word, values(name)))
    value: Any = spelled == "on" if values(name) == ("on", "off") else spelled
    return replace(settings, **{name: value})


def location() -> Path:
    """The file, there or not: CHAINRULE_CONFIG if that is set. Raises RuntimeError where there is no home."""
    if chosen := os.environ.get("CHAINRULE_CONFIG"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "chainrule" / "config.toml"


def read(path: Path, *, needed: bool = False) -> tuple[Settings, tuple[str, ...]]:
    """What the file says, and a sentence on each line of it that is of no use; `needed` also on one that is missing."""
    if not needed and not files.is_there(path):
        return Settings(), ()
    import tomllib  # as long as there is no file, nobody waits for it

    try:
        found = tomllib.loads(files.read_text("config", path))
    except FileError as error:
        return Settings(), (str(error),)
    except tomllib.TOMLDecodeError as error:
        got = tr("{path}, which is no TOML ({error})", path=repr(str(path)), error=_lower(str(error)))
        return Settings(), (message("config", got, "lines such as `vi = true`", "mend it; it was ignored"),)
    settings, complaints = Settings(), []
    for name, value in found.items():
        try:
            settings = _with(settings, name, value)
        except UsageError as error:
            complaints.append(str(error))
    return settings, tuple(complaints)


def _with(settings: Settings, name: str, value: object) -> Settings:
    """The settings with a value of the file, which has a type of its own."""
    if name not in MEANINGS:
        raise UsageError(unknown("config", "setting", name, MEANINGS))
    if values(name) == ("on", "off"):
        if not isinstance(value, bool):
            raise UsageError(message("config", f"{name} = {value!r}", "true or false", "mend it; it was ignored"))
    elif value not in values(name):
        listed = " or ".join(f'"{each}"' for each in values(name))
        raise UsageError(message("config", f"{name} = {value!r}", listed, "mend it; it was ignored"))
    return replace(settings, **{name: value})  # type: ignore[arg-type]  # just checked


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def keep(path: Path, settings: Settings, name: str) -> None:
    """Write one setting into the file; all else in it stays as it is. Raises FileError; then nothing has changed."""
    text = files.read_text("set", path) if files.is_there(path) else ""
    value = getattr(settings, name)
    line = f"{name} = {str(value).lower()}" if isinstance(value, bool) else f'{name} = "{value}"'
    text, replaced = re.subn(rf"(?m)^[ \t]*{name}[ \t]*=.*$", line, text, count=1)
    if not replaced:
        text = f"{line}\n{text}"  # above any table, to which it would belong otherwise
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        got = tr("{parent}, which cannot be made ({files})", parent=repr(str(path.parent)), files=files.reason(error))
        raise FileError(message("set", got, "a folder for the file", "set it for this session only")) from error
    files.write("set", path, text.encode())
