"""Rules about the source that the linter has no rule for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("autograd", "nn", "repl", "benchmarks", "tests")
FILES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
LONGEST_FILE = 400
LONGEST_FUNCTION = 50  # about 40 is the rule; a hot loop that may not call anything needs a few more

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, Function):
            yield node


def length(function: Function) -> int:
    """Lines of code from `def` to the end; the docstring does not count, nor do functions inside."""
    own = set(range(function.lineno, (function.end_lineno or function.lineno) + 1))
    if ast.get_docstring(function) is not None:
        own -= lines(function.body[0])
    for node in ast.walk(function):
        if isinstance(node, Function) and node is not function:
            own -= lines(node)
    return len(own)


def lines(node: ast.stmt) -> set[int]:
    return set(range(node.lineno, (node.end_lineno or node.lineno) + 1))


def test_there_are_files() -> None:
    assert len(FILES) > 20


def test_files_are_short() -> None:
    counted = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in FILES}
    assert {name: count for name, count in counted.items() if count > LONGEST_FILE} == {}


def test_functions_are_short() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name}": count
        for path in FILES
        for function in functions(path)
        if (count := length(function)) > LONGEST_FUNCTION
    }
    assert long == {}


# Names that users' hands know: PyTorch's nn.utils, HIPS autograd's misc and test_util.
FOREIGN_NAMES = (ROOT / "nn" / "utils", ROOT / "autograd" / "misc", ROOT / "autograd" / "test_util.py")


@pytest.mark.parametrize("word", ["util", "helper", "common", "misc"])
def test_modules_are_named_after_what_they_do(word: str) -> None:
    named = [path for path in FILES if word in path.stem or word in path.parent.name]
    ours = [path for path in named if path.parts[len(ROOT.parts)] != "tests"]
    assert [path for path in ours if not any(path.is_relative_to(foreign) for foreign in FOREIGN_NAMES)] == []
