"""Another package named `autograd`: what `nn`, `repl` and `chainrule` say when they find it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from repl import neighbour

ROOT = Path(__file__).resolve().parent.parent.parent
SENTENCE = "import autograd: got another package of that name, from"
CURE = "pip uninstall -y autograd"


def python(program: Path | str, *arguments: str, path: Path) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name.startswith(("COV", "PATH"))}
    return subprocess.run(
        [str(program), *arguments],
        capture_output=True, text=True, check=False, cwd=path, env=env | {"PYTHONPATH": str(path)},
    )  # fmt: skip


@pytest.fixture
def merged(tmp_path: Path) -> Path:
    """Our packages in a folder with another `autograd` in the place of ours."""
    for name in ("nn", "repl"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "autograd").mkdir()
    (tmp_path / "autograd" / "__init__.py").write_text("def grad(f): return f\n")
    return tmp_path


@pytest.mark.parametrize("code", ["import nn", "from repl import Session", "from repl import graph"])
def test_a_library_raises_one_sentence_with_the_cure(merged: Path, code: str) -> None:
    done = python(sys.executable, "-c", code, path=merged)
    assert done.returncode == 1
    last = done.stderr.strip().split("\n")[-1]
    assert last.startswith(f"ImportError: {SENTENCE} {merged}")
    assert CURE in last


@pytest.mark.parametrize("arguments", [("-c", "1 + 1"), ("-c", "import nn"), ()])
def test_the_command_says_it_without_a_traceback(merged: Path, arguments: tuple[str, ...]) -> None:
    done = python(sys.executable, "-m", "repl", *arguments, path=merged)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(SENTENCE)
    assert done.stderr.count("\n") == 1


def test_no_autograd_at_all(merged: Path) -> None:
    shutil.rmtree(merged / "autograd")
    done = python(sys.executable, "-S", "-m", "repl", "-c", "1", path=merged)
    assert done.returncode == 1
    assert done.stderr.startswith("import autograd: got an error")


def test_ours_is_recognised_without_being_imported() -> None:
    code = "import sys; from repl import neighbour; neighbour.check(); print({'autograd', 'numpy'} & {*sys.modules})"
    assert python(sys.executable, "-c", code, path=ROOT).stdout == "set()\n"
    neighbour.check()


@pytest.mark.slow
def test_with_hips_autograd_really_installed(tmp_path: Path) -> None:
    """In a new environment: chainrule, then the other package, which pip puts into the same folder."""
    home = tmp_path / "env"
    venv.create(home, with_pip=True)
    program = home / "bin" / "python"
    site = Path(
        python(program, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", path=tmp_path).stdout.strip()
    )
    for name in ("autograd", "nn", "repl"):
        shutil.copytree(ROOT / name, site / name, ignore=shutil.ignore_patterns("__pycache__"))
    done = python(program, "-m", "pip", "install", "--quiet", "autograd", "prompt_toolkit", "graphviz", path=tmp_path)
    if done.returncode:
        pytest.skip(f"no package index to install from: {done.stderr.strip()[-200:]}")
    work = tmp_path / "work"
    work.mkdir()
    for code in ("import nn", "from repl import Session"):
        done = python(program, "-c", code, path=work)
        assert done.returncode == 1
        assert SENTENCE in done.stderr
        assert CURE in done.stderr
    done = python(program, "-m", "repl", "-c", "1 + 1", path=work)
    assert done.returncode == 1
    assert done.stderr.startswith(SENTENCE)
    # the cure: take both away, put ours back
    shutil.rmtree(site / "autograd")
    shutil.copytree(ROOT / "autograd", site / "autograd")
    assert python(program, "-m", "repl", "-c", "nn.Tanh()", path=work).returncode == 0
