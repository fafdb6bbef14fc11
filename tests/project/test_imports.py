"""Who may import whom, and what may not be loaded before it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("autograd", "nn", "repl")
DEPENDENCIES = {"numpy", "prompt_toolkit", "graphviz", "pygraphviz"}


def imported(path: Path) -> set[str]:
    """The top-level names that a file imports from outside its own package."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add((node.module or "").partition(".")[0])
    return names - sys.stdlib_module_names


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


# What an extra brings is imported where it is used, and nowhere else.
OPTIONAL = {
    "autograd/scipy": {"scipy"},
    "nn/checkpoint": {"safetensors"},
    "nn/export": {"onnx"},
    "nn/threads": {"threadpoolctl"},
    "repl/views/figure": {"matplotlib"},
}


def test_the_contracts_hold(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename="pyproject.toml", no_cache=True) == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    ("package", "allowed"),
    [
        ("autograd", {"numpy"}),
        ("nn", {"numpy", "autograd"}),
        ("repl", {"numpy", "autograd", "nn"} | DEPENDENCIES),
    ],
)
def test_a_package_imports_only_its_dependencies(package: str, allowed: set[str]) -> None:
    optional = {
        path: extra
        for folder, extra in OPTIONAL.items()
        for path in sources(folder.split("/", maxsplit=1)[0])
        if ROOT / folder in path.parents
    }
    found = {
        str(path.relative_to(ROOT)): imported(path) - allowed - optional.get(path, set()) for path in sources(package)
    }
    assert {name: names for name, names in found.items() if names} == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_within_a_package_are_relative(package: str) -> None:
    # An absolute one could reach another package of the same name: `autograd` is also the name of HIPS autograd.
    wrong = [str(path.relative_to(ROOT)) for path in sources(package) if package in imported(path)]
    assert wrong == []


@pytest.mark.parametrize(
    ("package", "unwanted"),
    [
        ("autograd", {"nn", "repl", "scipy", "prompt_toolkit", "graphviz", "pygraphviz"}),
        ("nn", {"repl", "scipy", "prompt_toolkit", "graphviz", "pygraphviz"}),
        ("repl", {"scipy", "prompt_toolkit", "graphviz", "pygraphviz"}),
    ],
)
def test_importing_loads_nothing_that_may_not_be_needed(package: str, unwanted: set[str]) -> None:
    code = f"import sys, {package}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert unwanted & set(loaded.split()) == set()
