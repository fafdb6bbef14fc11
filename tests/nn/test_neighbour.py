"""nn refuses another package named autograd in one sentence that names it and the cure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import autograd
from nn import _neighbour

ROOT = Path(autograd.__file__).parents[1]


def run(program: str, *path: Path) -> subprocess.CompletedProcess[str]:
    # -S would hide NumPy; the stranger only has to come first, as an installed package can
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))}
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False, cwd=path[0]
    )


def test_our_own_is_accepted() -> None:
    _neighbour.check(autograd)


@pytest.mark.parametrize("mark", [None, 1, "True"])
def test_only_the_true_mark_counts(mark: object) -> None:
    stranger = ModuleType("autograd")
    stranger.__file__ = "/elsewhere/autograd/__init__.py"
    stranger.__chainrule__ = mark  # type: ignore[attr-defined]
    with pytest.raises(ImportError, match=r"from /elsewhere/autograd/__init__\.py; .*pip uninstall -y autograd"):
        _neighbour.check(stranger)


def test_a_folder_without_init_is_named_by_its_path() -> None:
    stranger = ModuleType("autograd")
    stranger.__path__ = ["/elsewhere/autograd"]
    with pytest.raises(ImportError, match="from /elsewhere/autograd;"):
        _neighbour.check(stranger)


def test_a_stranger_in_front_stops_the_import(tmp_path: Path) -> None:
    (tmp_path / "autograd").mkdir()
    (tmp_path / "autograd" / "__init__.py").write_text("")
    done = run("import nn", tmp_path, ROOT)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: import autograd: got another package of that name")
    assert str(tmp_path) in last
    assert "reinstall chainrule" in last


def test_a_mixture_that_fails_inside_is_named_too(tmp_path: Path) -> None:
    (tmp_path / "autograd").mkdir()
    (tmp_path / "autograd" / "__init__.py").write_text("from .numpy import wrapper\n")
    done = run("import nn", tmp_path, ROOT)
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: import autograd: got an error (No module named 'autograd.numpy')")
    assert "pip uninstall -y autograd" in last
