"""What the README shows exists and runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def blocks(*languages: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```(?:{'|'.join(languages)})\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def targets() -> set[str]:
    (phony,) = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    return set(phony.split())


def test_every_make_command_is_a_target() -> None:
    named = set(re.findall(r"\bmake ([a-z]+)\b", "\n".join(blocks("sh", "console", "text")) + "\n".join(inline())))
    assert {"demo", "test"} <= named
    assert named <= targets()


def inline() -> list[str]:
    return re.findall(r"`([^`\n]+)`", README)


def test_every_target_is_explained_in_the_makefile() -> None:
    explained = set(re.findall(r"make ([a-z-]+)  ", "\n".join(re.findall(r"^# make.*$", MAKEFILE, re.MULTILINE))))
    assert explained == targets() - {"help"}


def test_every_linked_file_exists() -> None:
    linked = re.findall(r"\]\(([^)#]+)\)|(?:src|srcset)=\"([^\"]+)\"", README)
    local = [name for pair in linked for name in pair if name and "://" not in name]
    assert [name for name in local if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("code", blocks("python", "py"))
def test_python_runs_as_shown(code: str, tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
