"""What the tests of the shell share: sessions, screens, the command in a process, and the shell in a real terminal."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pexpect
import pyte
import pytest

from repl import Session, messages
from repl.results import Echo, Event, Progress, Result
from repl.views.screen import Screen

ROOT = Path(__file__).resolve().parent.parent.parent


class Shell:
    """A session, and what it told while lines ran."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.session = Session(listen=self.events.append)

    def run(self, *lines: str) -> Result:
        """Run lines that all have to succeed; the last result."""
        result = Result("")
        for line in lines:
            result = self.session.run(line)
            assert result.ok, (line, result.failure)
        return result

    def fail(self, line: str) -> str:
        """Run a line that has to fail; what it says."""
        result = self.session.run(line)
        assert result.failure is not None, line
        assert result.report is None
        return result.failure.message

    def quick(self) -> Result:
        """Make all that training needs, small."""
        return self.run("data iris", "net 8 tanh", "loss cross_entropy", "optim adam lr=0.01")

    @property
    def echoes(self) -> list[str]:
        return [event.code for event in self.events if isinstance(event, Echo)]

    @property
    def progress(self) -> list[Progress]:
        return [event for event in self.events if isinstance(event, Progress)]

    def __getitem__(self, name: str) -> object:
        return self.session.namespace[name]


@pytest.fixture(autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept between sessions is kept in a place of the test's own; the shell speaks English."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    messages.use("en")


@pytest.fixture
def shell() -> Shell:
    return Shell()


class Stream(io.StringIO):
    """A stream of an encoding, terminal or not."""

    def __init__(self, *, encoding: str = "utf-8", terminal: bool = False) -> None:
        super().__init__()
        self._encoding, self._terminal = encoding, terminal

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return self._terminal


@pytest.fixture
def screen() -> Callable[..., Screen]:
    """Make a screen of a width that writes into memory."""

    def make(width: int = 80, *, encoding: str = "utf-8", terminal: bool = False, color: bool = False) -> Screen:
        return Screen(Stream(encoding=encoding, terminal=terminal), terminal, color, width)

    return make


@dataclass
class Process:
    """What a run of `chainrule` printed, and its exit code."""

    code: int
    out: str
    err: str


Runner = Callable[..., Process]


@pytest.fixture
def chainrule(tmp_path: Path) -> Runner:
    """Run `chainrule` in a process, in an empty folder."""

    def run(*arguments: str, stdin: str | bytes | None = "", env: dict[str, str] | None = None) -> Process:
        done = subprocess.run(
            [sys.executable, "-m", "repl", *arguments],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            cwd=tmp_path,
            env=environment(tmp_path) | (env or {}),
            check=False,
        )
        return Process(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


def environment(home: Path) -> dict[str, str]:
    """An environment that depends on nothing of the machine's; coverage finds its way into child processes."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(("COV", "COVERAGE")) or name == "PATH"}
    return kept | {
        "HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "OPENBLAS_NUM_THREADS": "1",
    }


OTHER_SCREEN, READING = 1049 << 5, 2004 << 5  # modes as pyte keeps them, private ones shifted; pastes are told apart


@dataclass
class Terminal:
    """The shell in a real terminal, and what stands on its screen."""

    child: pexpect.spawn
    screen: pyte.Screen
    raw: bytes = b""
    edits: bool = True  # false where the terminal is dumb
    _stream: pyte.ByteStream = field(init=False)

    def __post_init__(self) -> None:
        self._stream = pyte.ByteStream(self.screen)
        self.screen.write_process_input = self.child.send  # a terminal says where its cursor is, when asked

    @property
    def lines(self) -> list[str]:
        """The lines that are not empty."""
        return [line.rstrip() for line in self.screen.display if line.strip()]

    @property
    def drawing(self) -> bool:
        """Whether only a part of a frame has come: the prompt hides the cursor until the whole of it is drawn.

        The dashboard, on the terminal's other screen, hides it for as long as it is open.
        """
        return self.screen.cursor.hidden and OTHER_SCREEN not in self.screen.mode

    def send(self, text: str) -> None:
        self.child.send(text)

    def wait(self, wanted: str | Callable[[list[str]], bool], patience: float = 30.0) -> None:
        """Read until the screen shows `wanted`; the patience only bounds a test that fails."""
        shows = (lambda lines: any(wanted in line for line in lines)) if isinstance(wanted, str) else wanted
        end = time.monotonic() + patience
        while self.drawing or not shows(self.lines):
            assert time.monotonic() < end, f"no {wanted!r} on the screen:\n" + "\n".join(self.lines)
            try:
                self._take(self.child.read_nonblocking(65536, 0.05))
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                assert shows(self.lines), f"ended without {wanted!r}:\n" + "\n".join(self.lines)

    def ready(self) -> None:
        """Wait for an empty prompt on the last line at which the shell reads: a script's lines have one before them."""
        self.wait(lambda lines: lines[-1:] == [">"] and (READING in self.screen.mode or not self.edits))

    def type(self, line: str) -> None:
        """Type a line at the prompt, once it is there, and run it, and wait until the prompt is back."""
        self.ready()
        self.send(line)
        self.wait(lambda lines: bool(lines) and lines[-1].endswith(line[-10:].rstrip()))
        self.send("\r")
        self.ready()

    def end(self) -> int:
        """Read until the shell has left; its exit code."""
        while True:
            try:
                self._take(self.child.read_nonblocking(65536, 30))
            except pexpect.EOF:
                break
        self.child.close()
        assert self.child.exitstatus is not None
        return int(self.child.exitstatus)

    def _take(self, data: bytes) -> None:
        self.raw += data
        self._stream.feed(data)


Opener = Callable[..., Terminal]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Opener]:
    """Open the shell in a terminal of a size, with changes to the environment."""
    children: list[pexpect.spawn] = []

    def open_terminal(
        *arguments: str,
        rows: int = 24,
        columns: int = 80,
        env: dict[str, str] | None = None,
        program: str = "",
        config: str = "toolbar = false",
    ) -> Terminal:
        """The toolbar is off unless `config` says otherwise: the last line of the screen is then the prompt."""
        kept = tmp_path / ".config" / "chainrule" / "config.toml"
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(config, "utf-8")
        command = [program or sys.executable, *arguments] if program else [sys.executable, "-m", "repl", *arguments]
        child = pexpect.spawn(
            command[0],
            command[1:],
            dimensions=(rows, columns),
            cwd=str(tmp_path),
            env=environment(tmp_path) | {"PROMPT_TOOLKIT_NO_CPR": "1"} | (env or {}),
        )
        children.append(child)
        return Terminal(child, pyte.Screen(columns, rows), edits=(env or {}).get("TERM") != "dumb")

    yield open_terminal
    for child in children:
        child.close(force=True)
