"""The Makefile on a machine that lacks something: one sentence that says what, and nothing half made."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAKE = shutil.which("make")

pytestmark = pytest.mark.skipif(MAKE is None, reason="make is not on PATH")


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    variables = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    shutil.copy(ROOT / "Makefile", folder)
    return subprocess.run(
        [str(MAKE), *arguments], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )


def python_that(folder: Path, answers: str) -> str:
    """A stand-in for Python that answers the Makefile's questions with a line of shell."""
    script = folder / "python-stand-in"
    script.write_text(f"#!/bin/sh\n{answers}\n", "utf-8")
    script.chmod(0o755)
    return f"PYTHON={script}"


def test_help_names_the_targets(tmp_path: Path) -> None:
    shown = make(tmp_path)
    assert shown.returncode == 0
    assert [line.split()[1] for line in shown.stdout.splitlines()] == [
        "demo",
        "repl",
        "test",
        "bench",
        "bench-peers",
        "docs",
        "oracle",
    ]


def test_no_python_is_one_sentence(tmp_path: Path) -> None:
    failed = make(tmp_path, "PYTHON=no-such-python", ".venv/bin/python")
    assert failed.returncode != 0
    assert failed.stderr.splitlines()[0] == (
        "make: got no Python 3.11 or newer among: no-such-python; expected one on PATH; "
        "install it, or say make PYTHON=/path/to/python3.11."
    )
    assert not (tmp_path / ".venv").exists()


def test_an_old_python_is_passed_over(tmp_path: Path) -> None:
    failed = make(tmp_path, python_that(tmp_path, "exit 1"), ".venv/bin/python")
    assert failed.returncode != 0
    assert "got no Python 3.11 or newer" in failed.stderr


def test_no_venv_module_is_one_sentence(tmp_path: Path) -> None:
    failed = make(tmp_path, python_that(tmp_path, 'case "$2" in *ensurepip*) exit 1;; esac'), ".venv/bin/python")
    assert failed.returncode != 0
    assert "without the modules venv and ensurepip" in failed.stderr
    assert "apt install python3-venv" in failed.stderr


def test_a_venv_that_could_not_be_made_is_removed(tmp_path: Path) -> None:
    stand_in = python_that(tmp_path, 'case "$*" in "-m venv"*) mkdir -p .venv/bin; exit 1;; esac')
    assert make(tmp_path, stand_in, ".venv/bin/python").returncode != 0
    assert not (tmp_path / ".venv").exists()
