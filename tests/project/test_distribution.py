"""What is in the wheel and in the source archive, and that the wheel alone works."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("autograd", "nn", "repl")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    return Path(next(WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])))


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run(unpacked: Path, *arguments: str) -> str:
    """Run Python outside the tree, with the unpacked wheel first on its path; its copies don't count as covered."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=True,
        cwd=unpacked.parent,
        env={**variables, "PYTHONPATH": str(unpacked)},
    ).stdout


@pytest.mark.parametrize("package", PACKAGES)
def test_every_file_of_a_package_ships(package: str, names: set[str]) -> None:
    here = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert f"{package}/py.typed" in here
    assert here <= names


def test_nothing_else_ships(names: set[str]) -> None:
    top = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
    assert top == set(PACKAGES)


def test_the_licence_and_the_command_ship(wheel: Path, names: set[str]) -> None:
    (entry_points,) = (name for name in names if name.endswith(".dist-info/entry_points.txt"))
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    with zipfile.ZipFile(wheel) as archive:
        assert "chainrule = repl.cli:main" in archive.read(entry_points).decode()


def test_the_wheel_finds_its_own_packages_and_data(unpacked: Path) -> None:
    code = (
        "import autograd, nn, repl; print(autograd.__file__, nn.__file__, repl.__file__, sep='\\n');"
        "print(len(nn.data.digits().x), len(nn.data.iris().x))"
    )
    *files, counts = run(unpacked, "-c", code).splitlines()
    assert [Path(file).is_relative_to(unpacked) for file in files] == [True] * len(PACKAGES)
    assert counts == "1797 150"


def test_the_wheel_runs_a_line(unpacked: Path) -> None:
    assert run(unpacked, "-m", "repl", "-c", "1+1").split() == ["2"]


def test_the_wheel_has_the_lessons(unpacked: Path) -> None:
    listed = run(unpacked, "-m", "repl", "-c", "lesson")
    titles = [path.read_text("utf-8").partition("\n")[0] for path in sorted((ROOT / "tutorials" / "en").glob("*.md"))]
    assert titles
    for title in titles:
        assert title.partition(". ")[2] in listed


def test_the_source_archive_has_tests_and_tutorials(tmp_path: Path) -> None:
    built = next(SdistBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"]))
    with tarfile.open(built) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"LICENSE", "Makefile", "README.md", "pyproject.toml", "tests/conftest.py"} <= names
    assert {path.relative_to(ROOT).as_posix() for path in (ROOT / "tutorials").glob("*.repl")} <= names
    assert "tutorials/demo.repl" in names
